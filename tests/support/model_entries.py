"""Entries of models that no project has, for tests of what is decided about models."""

from typing import Any

from oso_dagster.manifest import ModelEntry
from oso_dagster.reads import Reads
from oso_lake.calendar import Grain


def metric_model(name: str, grain: Grain = Grain.DAILY, **more: Any) -> ModelEntry:
    """A metric's model that reads its own window; `more` are other fields of the entry."""
    return ModelEntry(
        name=name,
        kind="INCREMENTAL_BY_TIME_RANGE",
        grain=grain,
        reads=Reads(),
        start=None,
        model_type="metric",
        description="",
        version="1",
        **more,
    )
