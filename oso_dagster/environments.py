"""Environments beside production: which there are, what they share, and how they go. Planning makes them.

Only models that differ from production's are computed in one, into tables of their own; their rows are published in a
namespace of their own (`published__NAME`), and runs are not on the installation's Dagster instance.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from oso_dagster.project import ENVIRONMENT, Project, applied
from oso_dagster.runner.claims import alone_on_engine
from oso_dagster.runner.environment_ledger import EnvironmentLedger, environments
from oso_dagster.runner.logs import environment_file
from oso_dagster.runner.plans import PlanHistory
from oso_lake.catalog import open_catalog, published_namespace

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from sqlmesh import Context

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class EnvironmentNameError(ValueError):
    """Not a name for an environment beside production."""


class NoSuchEnvironmentError(LookupError):
    """There is no environment of that name; the message says which there are."""


@dataclass(frozen=True, kw_only=True)
class EnvironmentInfo:
    """One environment: when and by whom it was planned, models it shares with production and models of its own.

    `computed` are those of its own of which something is computed.
    """

    name: str
    planned_at: datetime
    planned_by: str
    shared: int
    own: tuple[str, ...]
    computed: tuple[str, ...]


def in_environment(project: Project, name: str) -> Project:
    """The same project in the environment `name`. Raises EnvironmentNameError."""
    if name == ENVIRONMENT:
        raise EnvironmentNameError(f"{ENVIRONMENT!r} is what readers see: leave the name out")
    if not _NAME.fullmatch(name):
        raise EnvironmentNameError(
            f"{name!r} is not a name of an environment: it begins with a small letter, and holds small letters, digits "
            "and _, 40 at most"
        )
    return replace(project, environment=name)


def list_environments(project: Project) -> Iterator[EnvironmentInfo]:
    """Every environment beside production that is planned, by name."""
    for name in environments(project.settings.ledger_url):
        ledger = EnvironmentLedger(project.settings.ledger_url, name)
        record = PlanHistory(replace(project, environment=name)).current()
        if record is None:
            continue
        own, entries = ledger.own(), ledger.entries()
        yield EnvironmentInfo(
            name=name,
            planned_at=record.planned_at,
            planned_by=record.planned_by,
            shared=len(ledger.planned()) - len(own),
            own=tuple(sorted(own)),
            computed=tuple(sorted(model for model in own if model in entries)),
        )


def drop_environment(project: Project, log: Callable[[str], None] = lambda message: None) -> None:
    """Drop the environment of `project`: its views, its published tables and its records.

    Tables of versions that only it used go with the next `vacuum`. Raises NoSuchEnvironmentError.
    """
    settings, name = project.settings, project.environment
    known = environments(settings.ledger_url)
    if project.is_production or name not in known:
        raise NoSuchEnvironmentError(f"there is no environment {name!r}; there are: {', '.join(known) or 'none'}")
    from oso_dagster.runner.plan import open_plan_context

    with (
        alone_on_engine(settings, holder="oso env drop", on_wait=log),
        applied(settings),
        open_plan_context(project) as context,
    ):
        context.invalidate_environment(name, sync=True)
    _forget(project)


def forget_expired(project: Project, context: "Context", *, is_applied: bool) -> list[str]:
    """Environments that SQLMesh has let go since nobody planned them for a week; forgotten when `is_applied`."""
    standing = {summary.name for summary in context.state_sync.get_environments_summary() if not summary.expired}
    gone = [name for name in environments(project.settings.ledger_url) if name not in standing]
    if is_applied:
        for name in gone:
            _forget(replace(project, environment=name))
    return gone


def _forget(project: Project) -> None:
    _drop_namespace(open_catalog(project.settings), published_namespace(project.environment))
    environment_file(project).unlink(missing_ok=True)
    # last: whoever was killed before can drop it again
    EnvironmentLedger(project.settings.ledger_url, project.environment).forget()


def _drop_namespace(catalog: "Catalog", namespace: str) -> None:
    """Its tables leave the catalog at once; their files are orphans then."""
    from pyiceberg.exceptions import NoSuchNamespaceError

    try:
        tables = catalog.list_tables(namespace)
    except NoSuchNamespaceError:
        return
    for identifier in tables:
        catalog.drop_table(identifier)
    catalog.drop_namespace(namespace)
