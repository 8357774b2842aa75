"""Every metric of the registry as a table, computed by its own SQL over evaluated models, without a runner."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from model_runs import ModelRun, planned_models

from oso_lake.calendar import Grain, Window
from oso_lake.settings import Settings
from sqlmesh_project.metrics_factory import REGISTRY, MetricModelDefinition, TimeseriesMetrics, registry

# metric with suffix, event source, id of the entity, person or address, sample date
RowKey = tuple[str, str, str, str, date]


@dataclass(frozen=True)
class MetricTables:
    """The metrics over `span`; a model is made when its rows are asked for, after the models that it reads."""

    run: ModelRun
    metrics: TimeseriesMetrics
    span: Window
    made: set[str]

    def rows(self, model: MetricModelDefinition) -> dict[RowKey, float]:
        """Rows of a model; fails when a key stands twice."""
        self._make(model)
        found: dict[RowKey, float] = {}
        columns = f"metric, event_source, to_{model.entity_type}_id, from_artifact_id, metrics_sample_date, amount"
        for *key, amount in self.run.rows(f"SELECT {columns} FROM {model.name}"):
            assert tuple(key) not in found, f"{model.name} holds {key} twice"
            found[tuple(key)] = amount
        return found

    def _make(self, model: MetricModelDefinition) -> None:
        if model.name in self.made:
            return
        for parent in model.depends_on:
            if parent in self.metrics.models:
                self._make(self.metrics.models[parent])
        query = self.metrics.render(model.name, window=_whole(model.grain, self.span))
        self.run.context.engine_adapter.execute(f"CREATE OR REPLACE TABLE {model.name} AS {query}")
        self.made.add(model.name)


@contextmanager
def metric_tables(settings: Settings, span: Window) -> Generator[MetricTables]:
    """The metrics over the raw tables of `settings`; its home is used up."""
    with planned_models(settings) as run:
        run.evaluate(span)
        # a registry of its own: another test may have loaded the project's with another start
        copy = Path(shutil.copy(REGISTRY, settings.home / "registry.py"))
        yield MetricTables(run, registry(path=copy), span, set())


def _whole(grain: Grain | None, span: Window) -> Window:
    """The whole buckets of a span."""
    if grain is None:
        return span
    first = grain.floor(span.start)
    return Window(first if first == span.start else grain.next(first), grain.floor(span.end))
