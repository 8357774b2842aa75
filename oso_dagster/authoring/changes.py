"""What planning would do: models that come, change and go against the promoted state, and the windows that turn stale.

SQLMesh itself builds the plan: nothing is applied. Where its state is a file, it has a copy of it in a folder that is
thrown away; the compute lock, which only DuckDB has, is held while the copy is made and while rows are counted.
"""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from oso_dagster.authoring.reading import Estimator
from oso_dagster.authoring.stored import STORE, attach, promoted_tables
from oso_dagster.manifest_build import broken_metrics
from oso_dagster.project import Project, applied
from oso_dagster.runner.engines import Reads
from oso_dagster.runner.ledger import Entry
from oso_dagster.runner.locks import store_lock
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.session import plain_name
from oso_lake.calendar import Window
from sqlmesh_project.metrics_factory import keeping_sound_metrics

if TYPE_CHECKING:
    from sqlmesh import Context
    from sqlmesh.core.context_diff import ContextDiff
    from sqlmesh.core.snapshot import Snapshot

OnWait = Callable[[str], None]


class Kind(StrEnum):
    """How a model differs from what is promoted."""

    ADDED = "added"
    CHANGED = "changed"
    INDIRECT = "changed indirectly"
    METADATA = "described otherwise"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One model that planning would touch.

    `diff` is the change of its definition, empty where only its inputs change. `windows` are what is computed of it
    now and turns stale (none where its rows stay valid), and `rows` how many rows these hold; None where they cannot
    be counted. A model without partitions has one window: what it was computed for. `reads` is what the engine says
    that it would read, where that was asked for.
    """

    model: str
    metric: str | None
    kind: Kind
    diff: str = ""
    windows: tuple[Window, ...] = ()
    rows: int | None = 0
    reads: Reads | None = None


def changes(
    project: Project, on_wait: OnWait = lambda message: None, to_explain: Mapping[str, Window] | None = None
) -> list[Change]:
    """Every model that `oso plan --apply` would touch now, in the order of the plan.

    Of those in `to_explain` the engine is asked what computing them for that window would read.

    A metric with a mistake is left out: it neither changes nor goes. Raises what loading the project raises: SQLMesh's
    errors, which name file and line.
    """
    with tempfile.TemporaryDirectory(prefix="oso-diff-") as folder:
        with _locked(project, on_wait):
            scratch = _copied(project, Path(folder))
        with applied(scratch.settings):
            found = list(_planned(scratch, to_explain or {}))
    entries = ledger_of(project).entries()
    stale = {
        one.change.model: entries[one.change.model] for one in found if one.is_stale and one.change.model in entries
    }
    with _locked(project, on_wait):
        rows = dict(_rows(project, stale, {one.change.model: one.time_column for one in found}))
    return [
        replace(
            one.change,
            windows=tuple(sorted(entry.window for entry in stale.get(one.change.model, ()))),
            rows=rows.get(one.change.model, None if one.change.model in stale else 0),
        )
        for one in found
    ]


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """A change, whether it makes what is computed stale, and the column that holds a row's time."""

    change: Change
    is_stale: bool
    time_column: str | None


def _locked(project: Project, on_wait: OnWait) -> "AbstractContextManager[float]":
    return store_lock(project.settings, holder="diff", on_wait=on_wait)


def _copied(project: Project, home: Path) -> Project:
    """An installation in `home` with the state of `project`, and its cache of parsed models."""
    settings = project.settings
    scratch = settings.model_copy(update={"home": home})
    for source, target in (
        (settings.state_db, scratch.state_db),
        (_log_of(settings.state_db), _log_of(scratch.state_db)),
    ):
        if source.exists():
            shutil.copy(source, target)
    settings.cache_dir.mkdir(parents=True, exist_ok=True)
    scratch.cache_dir.symlink_to(settings.cache_dir)
    return replace(project, settings=scratch)


def _log_of(database: Path) -> Path:
    """DuckDB's log of what is not in the file yet, left by a process that was killed."""
    return database.with_name(f"{database.name}.wal")


def _planned(project: Project, to_explain: Mapping[str, Window]) -> Iterator[_Planned]:
    from sqlmesh.core.console import NoopConsole, set_console
    from sqlmesh.utils.errors import NoChangesPlanError

    from oso_dagster.sqlmesh_context import ClosingContext

    set_console(NoopConsole())
    # it warns that a plan computes no data, which is what ours never does
    logging.getLogger("sqlmesh").addHandler(logging.NullHandler())
    with keeping_sound_metrics():
        context = ClosingContext(paths=str(project.path))
    try:
        made = {plain_name(fqn) for fqn in context.models}
        try:
            plan = context.plan_builder(
                project.environment,
                skip_backfill=True,
                skip_tests=True,
                no_gaps=False,
                include_unmodified=project.is_production,
            ).build()
        except NoChangesPlanError:
            return
        difference, estimator = plan.context_diff, Estimator(context, project.settings)
        for snapshot in sorted(plan.snapshots.values(), key=lambda one: _place(context, one.name)):
            if snapshot.is_model and not snapshot.is_external:
                for one in _change(difference, snapshot):
                    window = to_explain.get(one.change.model)
                    reads = estimator.reads(snapshot, window) if window else None
                    yield replace(one, change=replace(one.change, reads=reads))
        gone_names = {plain_name(gone.name) for gone in difference.removed_snapshots.values()}
        broken = {model.name for one in broken_metrics(context, made, gone_names) for model in one.models}
        for gone in difference.removed_snapshots.values():
            if gone.model_kind_name is not None and not gone.is_external and plain_name(gone.name) not in broken:
                change = Change(model=plain_name(gone.name), metric=None, kind=Kind.REMOVED)
                yield _Planned(change=change, is_stale=True, time_column=None)
    finally:
        context.close()


def _place(context: "Context", name: str) -> int:
    order = context.dag.sorted
    return order.index(name) if name in order else len(order)


def _change(difference: "ContextDiff", snapshot: "Snapshot") -> Iterator[_Planned]:
    """The change of one model of the plan; nothing where it stays as it is."""
    name, model = snapshot.name, snapshot.model
    tags = dict(tag.split("=", 1) for tag in model.tags if "=" in tag)
    kind, is_stale, diff = Kind.ADDED, False, ""
    if name in difference.modified_snapshots:
        new, old = difference.modified_snapshots[name]
        is_stale = new.version != old.version
        kind = Kind.METADATA
        if difference.directly_modified(name):
            kind = Kind.CHANGED
        elif is_stale or difference.indirectly_modified(name):
            kind = Kind.INDIRECT
        diff = "" if kind is Kind.INDIRECT else _text(difference.text_diff(name))
    elif snapshot.snapshot_id not in difference.added:
        return
    change = Change(model=plain_name(name), metric=tags.get("metric"), kind=kind, diff=diff)
    column = model.time_column.column.name if model.time_column else None
    yield _Planned(change=change, is_stale=is_stale, time_column=column)


def _text(diff: str) -> str:
    """SQLMesh's diff without its blank lines and the names of nothing."""
    lines = [line for line in diff.splitlines() if line.strip() and line.strip() not in ("---", "+++")]
    return "\n".join(lines)


def _rows(
    project: Project, stale: Mapping[str, Iterable[Entry]], time_columns: Mapping[str, str | None]
) -> Iterator[tuple[str, int]]:
    """How many rows the compute store holds of each model, in the windows that were computed."""
    import duckdb

    settings = project.settings
    if not stale or (settings.engine == "duckdb" and not settings.compute_db.exists()):
        return
    tables = promoted_tables(project, stale)
    with duckdb.connect() as connection:
        known = attach(connection, project, tables)
        for name in sorted(stale.keys() & known):
            table = exp.to_table(name)
            query = exp.select("count(*)").from_(exp.table_(table.name, db=table.db, catalog=STORE))
            if column := time_columns.get(name):
                query = query.where(exp.or_(*(_within(column, entry.window) for entry in stale[name])))
            (count,) = connection.execute(query.sql("duckdb")).fetchone() or (0,)
            yield name, int(count)


def _within(column: str, window: Window) -> exp.Expr:
    time = exp.column(column)
    first, end = (exp.cast(exp.Literal.string(day.isoformat()), "date") for day in (window.start, window.end))
    return exp.and_(exp.GTE(this=time.copy(), expression=first), exp.LT(this=time.copy(), expression=end))
