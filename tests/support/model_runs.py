"""Evaluating the models, without metrics, over a raw lake: in one range or day by day, as a runner would."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlmesh import Context
from sqlmesh.core.snapshot import Snapshot
from sqlmesh.core.snapshot.definition import parent_snapshots_by_name

from oso_lake.calendar import Window
from oso_lake.settings import Settings
from sqlmesh_project.config import PROJECT_DIR, make_config

METRICS = "models/metrics_factories.py"


class ModelRun:
    """A planned project without metric models; `failures` are the audits that failed, by model and audit name."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.failures: dict[tuple[str, str], int] = {}

    @property
    def context(self) -> Context:
        """SQLMesh's context."""
        return self._context

    def evaluate(self, span: Window, days_at_once: int | None = None) -> None:
        """Evaluate and audit every model in order over `span`, incremental ones in steps of `days_at_once`."""
        snapshots = {snapshot.name: snapshot for snapshot in self._context.snapshots.values()}
        for name in self._context.dag.sorted:
            snapshot = snapshots.get(name)
            if snapshot is None or snapshot.model.kind.is_external:
                continue
            step = days_at_once if snapshot.model.kind.is_incremental_by_time_range else None
            for window in _steps(span, step):
                self._evaluate_window(snapshot, window)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over `oso.*`."""
        return self._context.engine_adapter.fetchall(query)

    def _evaluate_window(self, snapshot: Snapshot, window: Window) -> None:
        by_id = {other.snapshot_id: other for other in self._context.snapshots.values()}
        parents = parent_snapshots_by_name(snapshot, by_id)
        start, end = window.start_at, window.end_at
        evaluator = self._context.snapshot_evaluator
        evaluator.evaluate(snapshot, start=start, end=end, execution_time=end, snapshots=parents)
        for result in evaluator.audit(snapshot, start=start, end=end, execution_time=end, snapshots=parents):
            if result.count:
                key = (snapshot.model.name, result.audit.name)
                self.failures[key] = self.failures.get(key, 0) + result.count


@contextmanager
def planned_models(settings: Settings) -> Generator[ModelRun]:
    """The project planned on `settings`, nothing evaluated yet; closed at the end."""
    config = make_config(settings)
    config.ignore_patterns = [*config.ignore_patterns, METRICS]
    context = Context(paths=[str(PROJECT_DIR)], config=config)
    try:
        context.plan(auto_apply=True, no_prompts=True, skip_tests=True, empty_backfill=True)
        yield ModelRun(context)
    finally:
        context.close()


def _steps(span: Window, days: int | None) -> Iterator[Window]:
    if days is None:
        yield span
        return
    start = span.start
    while start < span.end:
        end = min(start + timedelta(days=days), span.end)
        yield Window(start, end)
        start = end


def window(start: str, end: str) -> Window:
    """A window from two dates in ISO form."""
    return Window(date.fromisoformat(start), date.fromisoformat(end))
