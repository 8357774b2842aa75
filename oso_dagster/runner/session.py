"""An open SQLMesh state and engine: reads promoted snapshots, withdraws and records windows. Loads no model files.

On DuckDB it is opened under the compute lock and closed before that is given back; on Trino it is shared. What a window
goes through is in compute.py.
"""

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oso_dagster.cluster.claiming import claimed_cluster
from oso_dagster.project import ENVIRONMENT, Project, applied
from oso_dagster.runner.costs import Estimate
from oso_dagster.runner.locks import store_lock
from oso_lake.calendar import Window
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from sqlmesh import Context
    from sqlmesh.core.snapshot import Snapshot, SnapshotId

    from oso_dagster.cluster.keeping import Need

Interval = tuple[int, int]
DAY_MS = 86_400_000


class NotPlannedError(RuntimeError):
    """A model is not in the planned environment."""


def to_interval(window: Window) -> Interval:
    """`window` in SQLMesh's milliseconds since the epoch, end exclusive."""
    return int(window.start_at.timestamp() * 1000), int(window.end_at.timestamp() * 1000)


class ClocksDifferError(RuntimeError):
    """What was written to SQLMesh's state does not count, since another machine's clock is ahead."""


@dataclass
class Session:
    """Snapshots by plain model name (`oso.stars_to_project_daily`) of the models asked for and their parents."""

    context: "Context"
    snapshots: dict[str, "Snapshot"]
    by_id: "dict[SnapshotId, Snapshot]"
    waited_seconds: float = 0.0
    environment: str = ENVIRONMENT
    # others compute other windows meanwhile, on other machines too
    is_shared: bool = False
    # of the installation on Trino whose cluster is not asked: see Store
    small_work: Settings | None = None

    def parents(self, name: str) -> "dict[str, Snapshot]":
        """The snapshots that SQLMesh needs to render `name`: its parents and itself.

        All snapshots of the environment would do too, but cost 99 ms instead of 13 ms a model at 600 models.
        """
        from sqlmesh.core.snapshot.definition import parent_snapshots_by_name

        return parent_snapshots_by_name(self.snapshots[name], self.by_id)

    def intervals(self, name: str) -> Sequence[Interval]:
        """What is recorded as done of `name`, merged and ascending."""
        return self.snapshots[name].intervals

    def withdraw(self, name: str, interval: Interval) -> bool:
        """Take `interval` back, so that whatever fails from here on leaves it not done; False when it was not done."""
        snapshot = self.snapshots[name]
        if not any(start < interval[1] and interval[0] < end for start, end in snapshot.intervals):
            return False
        # the interval may have been recorded under an earlier identifier of the same version (a reworded comment)
        self.context.state_sync.remove_intervals([(snapshot, interval)], remove_shared_versions=True)
        snapshot.remove_interval(interval)
        self._require({name: interval}, is_done=False)
        return True

    def record(self, done: Iterable[tuple[str, Interval]]) -> None:
        """Record windows as done, in one call: 300 take 23 ms, one by one 7.7 ms each."""
        from sqlmesh.core.snapshot.definition import SnapshotIntervals, merge_intervals

        now = int(time.time() * 1000)
        rows = []
        for name, interval in done:
            snapshot = self.snapshots[name]
            rows.append(
                SnapshotIntervals(
                    name=snapshot.name,
                    identifier=snapshot.identifier,
                    version=snapshot.version_get_or_generate(),
                    dev_version=snapshot.dev_version,
                    intervals=[interval],
                    last_altered_ts=now,
                )
            )
            snapshot.intervals = merge_intervals([*snapshot.intervals, interval])
        self.context.state_sync.add_snapshots_intervals(rows)
        self._require({plain_name(row.name): row.intervals[0] for row in rows}, is_done=True)

    def _require(self, windows: Mapping[str, Interval], *, is_done: bool) -> None:
        """Raise ClocksDifferError unless what was just written of these windows is what is stored.

        SQLMesh puts what was recorded and taken back in the order of the writers' clocks, to the millisecond: what a
        clock that is ahead has recorded cannot be taken back until the others have caught up. Other windows of the
        same models may have been recorded by others meanwhile.
        """
        if not self.is_shared or not windows:
            return
        refresh_intervals(self.context, [self.snapshots[name] for name in windows])
        for name, (low, high) in windows.items():
            recorded = self.snapshots[name].intervals
            is_there = any(start <= low and high <= end for start, end in recorded)
            is_touched = any(start < high and low < end for start, end in recorded)
            if (is_done and not is_there) or (not is_done and is_touched):
                raise ClocksDifferError(
                    f"SQLMesh's state of {name} is not what was just written: the clock of another machine is ahead; "
                    "synchronize the machines' clocks and run it again"
                )

    def show_lake(self, settings: Settings) -> None:
        """Let the models read the raw tables as they are now; a store that is open for long shows older ones."""
        from oso_dagster.runner.engines import engine_of

        engine_of(self).show_lake(self, settings)

    def physical_table(self, name: str) -> str:
        """Quoted three-part name of the table that holds `name`."""
        from sqlglot import exp

        return exp.to_table(self.snapshots[name].table_name()).sql("duckdb", identify=True)


@dataclass(frozen=True)
class Store:
    """SQLMesh's state and engine, open; several runs of one process may use it in turn."""

    context: "Context"
    waited_seconds: float
    environment: str = ENVIRONMENT
    # other processes compute at the same time: only DuckDB's file has one writer
    is_shared: bool = False
    snapshots: "dict[SnapshotId, Snapshot]" = field(default_factory=dict)
    # of an installation on Trino, where DuckDB computes on its tables
    small_work: Settings | None = None
    # what the lease on a cluster is over, where there is one: whoever computes says what is done of it
    need: "Need | None" = None


@contextmanager
def open_store(
    project: Project,
    *,
    holder: str,
    on_wait: Callable[[str], None],
    expected: Estimate | None = None,
    is_small: bool = False,
) -> Generator[Store]:
    """Open state and engine, under the compute lock on DuckDB; the views of the raw tables show the lake as it is now.

    On Trino other processes do so too: what is read of the state holds while a claim on it does (claims.py). A cluster
    is claimed for what is `expected`; work that `is_small` is done by DuckDB on the same tables, and claims none.
    """
    settings = project.settings
    is_shared = settings.engine != "duckdb"
    claim = nullcontext() if is_small else claimed_cluster(settings, holder=holder, on_wait=on_wait, expected=expected)
    with (
        store_lock(settings, holder=holder, on_wait=on_wait) as waited,
        claim as need,
        applied(settings),
        open_context(project, is_small=is_small and is_shared) as context,
    ):
        small_work = settings if is_small and is_shared else None
        yield Store(context, waited, project.environment, is_shared=is_shared, need=need, small_work=small_work)


def read_session(store: Store, models: Sequence[str]) -> Session:
    """The snapshots of `models` and their parents, and no others: 600 take 1.6 s; raises NotPlannedError."""
    by_id = _read_snapshots(store, models)
    snapshots = {plain_name(snapshot.name): snapshot for snapshot in by_id.values()}
    if store.is_shared:
        refresh_intervals(store.context, list(by_id.values()))
    return Session(
        context=store.context,
        snapshots=snapshots,
        by_id=by_id,
        waited_seconds=store.waited_seconds,
        environment=store.environment,
        is_shared=store.is_shared,
        small_work=store.small_work,
    )


def refresh_intervals(context: "Context", snapshots: "Sequence[Snapshot]") -> None:
    """Read again what is recorded as done of `snapshots`, which others may have changed."""
    context.state_sync.refresh_snapshot_intervals(snapshots)


@contextmanager
def open_context(project: Project, *, is_small: bool = False) -> "Generator[Context]":
    """A SQLMesh context that loads no models; closed at the end, also when it fails.

    For small work its engine is a DuckDB in memory, whatever the installation's is.
    """
    from sqlmesh.core.console import NoopConsole, set_console

    from oso_dagster.sqlmesh_context import ClosingContext
    from sqlmesh_project.config import make_config

    set_console(NoopConsole())
    config = make_config(project.settings, is_small=True) if is_small else None
    context = ClosingContext(paths=str(project.path), load=False, config=config)
    try:
        yield context
    finally:
        context.close()


def _read_snapshots(store: Store, models: Sequence[str]) -> "dict[SnapshotId, Snapshot]":
    environment = store.context.state_sync.get_environment(store.environment)
    if environment is None:
        raise NotPlannedError("nothing is planned yet: run `oso plan --apply`")
    infos = {plain_name(info.name): info.snapshot_id for info in environment.snapshots}
    if unknown := [name for name in models if name not in infos]:
        raise NotPlannedError(f"not in the planned environment: {', '.join(unknown)}; run `oso plan --apply`")
    wanted = _fetch(store, [infos[name] for name in models])
    return wanted | _fetch(store, [parent for snapshot in wanted.values() for parent in snapshot.parents])


def _fetch(store: Store, ids: "Iterable[SnapshotId]") -> "dict[SnapshotId, Snapshot]":
    """Snapshots by id; one that this store read before is as the session left it, which holds the lock."""
    wanted = list(ids)
    unread = {one for one in wanted if one not in store.snapshots}
    if unread:
        store.snapshots.update(store.context.state_sync.get_snapshots(unread))
    return {one: store.snapshots[one] for one in wanted}


def plain_name(fqn: str) -> str:
    """`oso.stars_daily` for `"metrics"."oso"."stars_daily"`."""
    return ".".join(part.strip('"') for part in fqn.split(".")[-2:])


def missing_days(intervals: Sequence[Interval], window: Window) -> list[Window]:
    """The parts of `window` that no interval covers, ascending."""
    start, end = to_interval(window)
    gaps: list[Interval] = []
    for low, high in sorted(intervals):
        if high <= start or low >= end:
            continue
        if low > start:
            gaps.append((start, low))
        start = max(start, high)
    if start < end:
        gaps.append((start, end))
    return [_window(gap) for gap in gaps]


def _window(interval: Interval) -> Window:
    from datetime import UTC, datetime

    return Window(
        datetime.fromtimestamp(interval[0] // DAY_MS * DAY_MS / 1000, UTC).date(),
        datetime.fromtimestamp(-(-interval[1] // DAY_MS) * DAY_MS / 1000, UTC).date(),
    )
