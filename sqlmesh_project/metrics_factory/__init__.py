"""The metrics factory: from a registry of metric SQL files to SQLMesh models, one per metric, entity and way of time.

    timeseries_metrics(...)   called once, by models/metrics_factories.py: loads the registry and registers its models
    registry()                what was loaded, or loads it: usable without a SQLMesh context and without Dagster
    keeping_sound_metrics()   inside it, a mistake in one metric does not keep the others from loading

Modules, in the order a query passes them: definitions, validation, parsing, branching, exactness, macros, columns,
reading, reaching (locality), joiner (keying, lifting, memberships, using; graph, dimensions, scopes), strategies
(shapes, states, rolling, dating, rewording; clocks, calendar_sql), rendering, storing, compiling, meaning, footprints,
models, catalogue, overriding (proxies), factory, output. Mistakes are in errors.
"""

import importlib.util
import sys
import warnings
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlmesh_project.metrics_factory.columns import columns_of_models
from sqlmesh_project.metrics_factory.definitions import (
    Metric,
    MetricMetadata,
    MetricModelDefinition,
    MetricQueryDef,
    NamedMetric,
    RollingConfig,
    Variant,
)
from sqlmesh_project.metrics_factory.dimensions import Dimension
from sqlmesh_project.metrics_factory.errors import MetricProblem, MetricsError
from sqlmesh_project.metrics_factory.factory import FactoryOptions, TimeseriesMetrics, load
from sqlmesh_project.metrics_factory.graph import DIRECTORY, EntityGraph, Membership
from sqlmesh_project.metrics_factory.models import MetadataModifier
from sqlmesh_project.metrics_factory.overriding import MacroOverridingModel, register
from sqlmesh_project.metrics_factory.validation import as_day

__all__ = [
    "DIRECTORY",
    "Dimension",
    "EntityGraph",
    "FactoryOptions",
    "MacroOverridingModel",
    "Membership",
    "Metric",
    "MetricMetadata",
    "MetricModelDefinition",
    "MetricProblem",
    "MetricQueryDef",
    "MetricsError",
    "NamedMetric",
    "RollingConfig",
    "TimeseriesMetrics",
    "Variant",
    "catalogue",
    "factory_options",
    "keeping_sound_metrics",
    "load",
    "registry",
    "timeseries_metrics",
]

PROJECT = Path(__file__).resolve().parent.parent
REGISTRY = PROJECT / "models" / "metrics_factories.py"

_strict = True
_loaded: dict[Path, TimeseriesMetrics] = {}


def factory_options(  # noqa: PLR0913 - the author's interface, all by keyword
    *,
    start: str | date,
    metric_queries: Mapping[str, MetricQueryDef],
    timeseries_sources: Sequence[str] | Mapping[str, str],
    relations: Sequence[str] = (),
    schema: str = "oso",
    queries_dir: str | Path = "oso_metrics",
    default_dialect: str = "trino",
    audits: Sequence[Any] = (),
    incremental_audits: Sequence[Any] = (),
    additional_tags: Sequence[str] = (),
    metadata_modifiers: Sequence[MetadataModifier] = (),
    graph: EntityGraph = DIRECTORY,
    dimensions: Sequence[Dimension] = (),
    enabled: bool = True,
    stored_states: bool = False,
    model_prefix: str | None = None,
    models_dir: str | Path | None = None,
) -> FactoryOptions:
    """The options of `timeseries_metrics`, with names qualified and `queries_dir` taken below the SQLMesh project.

    `timeseries_sources` hold events and are joined to entities (a dict says which column of each is its time, which
    `attribution="as_of_event"` needs where a query does not bound it); `dimensions` hold facts about artifacts;
    `relations` are all other tables that metrics read. `graph` leads from artifacts to the other entity types.
    `metadata_modifiers` give audits and tags to models in addition. `models_dir` (below the SQLMesh project) holds the
    models whose MODEL blocks say which columns their tables have. With `stored_states` rolling
    windows read models of states, else the events themselves: for a look at one model alone. Raises TypeError and
    ValueError for what is wrong with these options themselves.
    """
    if model_prefix is not None:
        warnings.warn("model_prefix has no effect: models are named after their metric", stacklevel=3)
    if not isinstance(metric_queries, Mapping):
        raise TypeError(f"metric_queries must be a dict of MetricQueryDef, not {type(metric_queries).__name__}")
    queries = dict(metric_queries) if enabled else {}
    columns = columns_of_models(PROJECT / models_dir) if models_dir is not None else {}
    return FactoryOptions(
        start=as_day(start),
        schema=schema,
        queries_dir=PROJECT / queries_dir,
        default_dialect=default_dialect,
        timeseries_sources=_qualified(timeseries_sources, schema),
        relations=_qualified(relations, schema),
        metric_queries=queries,
        audits=tuple(audits),
        incremental_audits=tuple(incremental_audits),
        additional_tags=tuple(additional_tags),
        graph=graph,
        dimensions={_qualified_name(dimension.table, schema): dimension for dimension in dimensions},
        time_columns=_time_columns(timeseries_sources, schema),
        columns=columns,
        metadata_modifiers=tuple(metadata_modifiers),
        stored_states=stored_states,
    )


def timeseries_metrics(**options: Any) -> TimeseriesMetrics:
    """Load the metrics of `options` (see `factory_options`) and register their models with SQLMesh.

    Raises MetricsError with every mistake; inside `keeping_sound_metrics()` the sound metrics are kept instead.
    """
    options.setdefault("stored_states", True)
    metrics = load(factory_options(**options), strict=_strict)
    for name, model in metrics.models.items():
        register(model, metrics.queries[name])
    # the file that calls: SQLMesh runs it as a script, so this is how its result is found again
    _loaded[Path(sys._getframe(1).f_code.co_filename).resolve()] = metrics
    return metrics


@contextmanager
def keeping_sound_metrics() -> Generator[None]:
    """While inside, loading a registry (also by a SQLMesh context) drops broken metrics and notes their problems."""
    global _strict  # noqa: PLW0603 - handed to the registry, which is a script and takes no argument
    before, _strict = _strict, False
    try:
        yield
    finally:
        _strict = before


def registry(*, strict: bool = True, path: Path = REGISTRY) -> TimeseriesMetrics:
    """The metrics of the registry at `path`, which is run when it was not yet in this process.

    `strict=False` keeps the sound metrics and lists what is wrong with the others in `problems`.
    """
    path = path.resolve()
    if path not in _loaded:
        registered = MacroOverridingModel.get_registry()
        MacroOverridingModel.registry().clear()
        try:
            with keeping_sound_metrics():
                _run(path)
        finally:
            MacroOverridingModel.set_registry(registered)
    if path not in _loaded:
        raise LookupError(f"{path} registers no metrics: call timeseries_metrics(...) in it")
    if strict and _loaded[path].problems:
        raise MetricsError(_loaded[path].problems)
    return _loaded[path]


def catalogue() -> list[dict[str, object]]:
    """One row per metric name and suffix: names, description, unit, additivity, owner, source, models."""
    return registry().catalogue()


def _run(path: Path) -> None:
    spec = importlib.util.spec_from_file_location("sqlmesh_project_metrics_registry", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"there is no metrics registry {path}")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _qualified(names: Iterable[str], schema: str) -> frozenset[str]:
    return frozenset(_qualified_name(name, schema) for name in names)


def _qualified_name(name: str, schema: str) -> str:
    return name.lower() if "." in name else f"{schema}.{name.lower()}"


def _time_columns(sources: Sequence[str] | Mapping[str, str], schema: str) -> dict[str, str]:
    times = sources.items() if isinstance(sources, Mapping) else ()
    return {_qualified_name(name, schema): time for name, time in times}
