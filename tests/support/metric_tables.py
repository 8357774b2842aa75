"""Every metric of the registry as a table, computed by its own SQL over evaluated models, without a runner."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from model_runs import ModelRun, planned_models

from oso_lake.calendar import Window
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
    made: set[str] = field(default_factory=set)

    def rows_by_key(self, model: MetricModelDefinition) -> dict[RowKey, float]:
        """Rows of a model; fails when a key stands twice."""
        self.make(model)
        found: dict[RowKey, float] = {}
        columns = f"metric, event_source, to_{model.entity_type}_id, from_artifact_id, metrics_sample_date, amount"
        for *key, amount in self.run.rows(f"SELECT {columns} FROM {model.name}"):
            assert tuple(key) not in found, f"{model.name} holds {key} twice"
            found[tuple(key)] = amount
        return found

    def make(self, model: MetricModelDefinition) -> None:
        """The model as a table over the whole buckets of the span, after its peers."""
        if model.name in self.made:
            return
        for parent in model.depends_on:
            if parent in self.metrics.models:
                self.make(self.metrics.models[parent])
        window = self.span if model.grain is None else model.grain.whole(self.span)
        query = self.metrics.render(model.name, window=window)
        self.run.context.engine_adapter.execute(f"CREATE OR REPLACE TABLE {model.name} AS {query}")
        self.made.add(model.name)


@contextmanager
def metric_tables(settings: Settings, span: Window) -> Generator[MetricTables]:
    """The metrics over the raw tables of `settings`; its home is used up."""
    with planned_models(settings) as run:
        run.evaluate(span)
        # a registry of its own: another test may have loaded the project's with another start
        copy = Path(shutil.copy(REGISTRY, settings.home / "registry.py"))
        yield MetricTables(run, registry(path=copy), span)
