"""Which plans were applied: when, by whom, what came, changed and went, and what it takes to go back to each.

Beside the ledger's rows a plan leaves its manifest in the folder `plans`, so that definitions can be served from it
when the files are others by then. What going back does is in rollback.py.
"""

import getpass
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update

from oso_dagster.manifest import Manifest, cached_path, metrics_path, read_manifest
from oso_dagster.project import Project
from oso_dagster.runner.ledger_store import LedgerStore, plan_history

# older ones are still listed, without what going back to them takes
KEPT_SNAPSHOTS = 20
FOLDER = "plans"


class NoSuchPlanError(LookupError):
    """There is no plan to go back to; the message says which there are."""


@dataclass(frozen=True, kw_only=True)
class PlanRecord:
    """One applied plan; one that went back to an earlier one names it in `restores`.

    `snapshots` is SQLMesh's identifier of each model's snapshot by full name; empty once it is too old to go back to.
    """

    number: int
    environment: str
    planned_at: datetime
    planned_by: str
    fingerprint: str
    restores: int | None = None
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    snapshots: Mapping[str, str]

    @property
    def is_rollback(self) -> bool:
        """Whether an earlier plan was put back by it, whatever the files said."""
        return self.restores is not None

    @property
    def content(self) -> int:
        """Number of the plan whose models it promoted: its own, or that of the one it went back to."""
        return self.number if self.restores is None else self.restores

    def describe(self) -> str:
        """In words: `plan 3 of 2026-01-02 03:04 UTC by somebody`."""
        of = f" (back to plan {self.restores})" if self.is_rollback else ""
        return f"plan {self.number}{of} of {self.planned_at:%Y-%m-%d %H:%M} UTC by {self.planned_by}"


class PlanHistory:
    """The plans of one environment of an installation, beside its ledger."""

    def __init__(self, project: Project) -> None:
        self._store = LedgerStore(project.settings.ledger_url)
        self._environment = project.environment

    def all(self) -> list[PlanRecord]:
        """Every plan, the oldest first."""
        if not self._store.exists:
            return []
        query = select(plan_history).where(plan_history.c.environment == self._environment)
        with self._store.reading() as connection:
            return [_record(row) for row in connection.execute(query.order_by(plan_history.c.number))]

    def current(self) -> PlanRecord | None:
        """The last one; None before the first."""
        if not self._store.exists:
            return None
        query = select(plan_history).where(plan_history.c.environment == self._environment)
        with self._store.reading() as connection:
            row = connection.execute(query.order_by(plan_history.c.number.desc()).limit(1)).one_or_none()
        return _record(row) if row else None

    def target(self, number: int | None = None) -> PlanRecord:
        """The plan to go back to: `number`, or the one before what is promoted now. Raises NoSuchPlanError."""
        made = [one for one in self.all() if not one.is_rollback]
        current = self.current()
        if current is None:
            raise NoSuchPlanError("nothing is planned yet: there is nothing to go back to")
        earlier = [one for one in made if (one.number < current.content if number is None else one.number == number)]
        if not earlier:
            numbers = ", ".join(str(one.number) for one in made)
            wanted = f"no plan {number}" if number is not None else f"no plan before plan {current.content}"
            raise NoSuchPlanError(f"there is {wanted}; recorded are {numbers}: see `oso plan --history`")
        found = earlier[-1]
        if not found.snapshots:
            raise NoSuchPlanError(
                f"plan {found.number} is too old to go back to (the last {KEPT_SNAPSHOTS} are kept): "
                "put its files back and run `oso plan --apply`"
            )
        return found

    def add(
        self,
        *,
        fingerprint: str,
        snapshots: Mapping[str, str],
        restores: int | None = None,
        differences: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = ((), (), ()),
        by: str | None = None,
    ) -> PlanRecord:
        """Record a plan that was applied just now; `differences` are the models added, changed and removed."""
        lists = [json.dumps(names) for names in differences]
        table = plan_history.c
        mine = table.environment == self._environment
        with self._store.writing() as connection:
            last = connection.execute(select(func.max(table.number))).scalar() or 0
            row = (
                last + 1,
                self._environment,
                datetime.now(UTC).isoformat(timespec="seconds"),
                by or whoami(),
                restores,
                fingerprint,
                *lists,
                json.dumps(dict(snapshots)),
            )
            names = [column.name for column in plan_history.c]
            connection.execute(insert(plan_history), [dict(zip(names, row, strict=True))])
            kept = select(table.number).where(mine).order_by(table.number.desc()).limit(KEPT_SNAPSHOTS)
            connection.execute(update(plan_history).where(mine, table.number.not_in(kept)).values(snapshots="{}"))
        return _record(row)


def whoami() -> str:
    """Who plans: $OSO_USER where somebody acts for others, else the user of the process."""
    if named := os.environ.get("OSO_USER"):
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a container's user without a name
        return f"uid {os.getuid()}"


def keep_manifest(project: Project, manifest: Manifest) -> None:
    """Keep the manifest of a plan, and what the registry said, where the cache may be emptied."""
    cached = cached_path(project, manifest.fingerprint)
    folder = _folder(project)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (metrics_path(cached), cached):
        unfinished = folder / f"{path.name}.tmp"
        shutil.copy(path, unfinished)
        unfinished.replace(folder / path.name)


def kept_manifest(project: Project, fingerprint: str) -> Manifest:
    """The manifest of an earlier plan, put back into the cache. Raises NoSuchPlanError when it cannot be read."""
    cached = cached_path(project, fingerprint)
    kept = _folder(project) / cached.name
    try:
        manifest = read_manifest(kept)
    except (OSError, TypeError, KeyError, ValueError) as error:
        raise NoSuchPlanError(
            f"the definitions of that plan cannot be read ({kept}: {error}); it was made by another release, or its "
            "file is gone: put the files of that plan back and run `oso plan --apply`"
        ) from error
    cached.parent.mkdir(parents=True, exist_ok=True)
    for path in (metrics_path(cached), cached):
        if not path.exists():
            shutil.copy(_folder(project) / path.name, path)
    return manifest


def _folder(project: Project) -> Path:
    return project.settings.home / FOLDER


def _record(row: Sequence[Any]) -> PlanRecord:
    number, environment, planned_at, planned_by, restores, fingerprint, added, changed, removed, snapshots = row
    return PlanRecord(
        number=number,
        environment=environment,
        planned_at=datetime.fromisoformat(planned_at),
        planned_by=planned_by,
        restores=restores,
        fingerprint=fingerprint,
        added=tuple(json.loads(added)),
        changed=tuple(json.loads(changed)),
        removed=tuple(json.loads(removed)),
        snapshots=json.loads(snapshots),
    )
