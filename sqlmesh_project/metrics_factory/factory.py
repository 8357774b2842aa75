"""Expands metric definitions into models, renders their SQL, and orders them: the heart of the package.

`TimeseriesMetrics` is what others use. It needs neither a SQLMesh context nor Dagster, opens no connection and reads
only the metric SQL files. All mistakes of one load are collected; `strict=False` keeps what is sound.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from sqlglot import exp

from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory.calendar_sql import ROLLING_CRONS
from sqlmesh_project.metrics_factory.catalogue import catalogue_rows, clashes, described_metric, metadata_problems
from sqlmesh_project.metrics_factory.compiling import Compiled, Compiler
from sqlmesh_project.metrics_factory.definitions import (
    AuditCall,
    Metric,
    MetricModelDefinition,
    MetricQueryDef,
    Variant,
)
from sqlmesh_project.metrics_factory.dimensions import Dimension, dimension_problems
from sqlmesh_project.metrics_factory.errors import MetricProblem, MetricsError, SqlMistake, suggestion
from sqlmesh_project.metrics_factory.graph import DIRECTORY, EntityGraph
from sqlmesh_project.metrics_factory.models import MetadataModifier, model_definition, modified, state_definition
from sqlmesh_project.metrics_factory.output import executable_sql
from sqlmesh_project.metrics_factory.parsing import parse_query
from sqlmesh_project.metrics_factory.storing import are_shared
from sqlmesh_project.metrics_factory.validation import as_day, problems_of, retired_options


@dataclass(frozen=True, kw_only=True)
class FactoryOptions:
    """What `timeseries_metrics` takes; `queries_dir` is absolute here."""

    start: date
    schema: str
    queries_dir: Path
    default_dialect: str
    timeseries_sources: frozenset[str]
    relations: frozenset[str]
    metric_queries: Mapping[str, MetricQueryDef]
    audits: Sequence[AuditCall] = ()
    incremental_audits: Sequence[AuditCall] = ()
    additional_tags: Sequence[str] = ()
    graph: EntityGraph = DIRECTORY
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    time_columns: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    metadata_modifiers: Sequence[MetadataModifier] = ()
    stored_states: bool = False


@dataclass(kw_only=True)
class TimeseriesMetrics:
    """The metrics of a project as loaded: `metrics` by name, `models` by name in an order that respects peers.

    `problems` are the mistakes found; metrics that have any, or that depend on such a metric, are left out.
    """

    options: FactoryOptions
    metrics: dict[str, Metric] = field(default_factory=dict)
    models: dict[str, MetricModelDefinition] = field(default_factory=dict)
    queries: dict[str, exp.Query] = field(default_factory=dict)
    problems: tuple[MetricProblem, ...] = ()

    @property
    def broken(self) -> tuple[MetricProblem, ...]:
        """The same as `problems`."""
        return self.problems

    def render(self, model_name: str, engine: str = "duckdb", window: Window | tuple[date, date] | None = None) -> str:
        """SQL of a model for `engine`; without a window, SQLMesh's date variables stay in it.

        Raises KeyError that names the nearest model.
        """
        if model_name not in self.queries:
            raise KeyError(f"no metric model {model_name!r}{suggestion(model_name, list(self.queries))}")
        span = Window(*window) if isinstance(window, tuple) else window
        return executable_sql(self.queries[model_name], engine, span)

    def explain(self, model_name: str) -> str:
        """How the model is evaluated."""
        if model_name not in self.models:
            raise KeyError(f"no metric model {model_name!r}{suggestion(model_name, list(self.models))}")
        return self.models[model_name].strategy

    def catalogue(self) -> list[dict[str, object]]:
        """One row per metric name and suffix, sorted; names that only the data knows are not in it."""
        return catalogue_rows(self.metrics.values())


def load(options: FactoryOptions, *, strict: bool = True) -> TimeseriesMetrics:
    """Read, check and render every enabled metric; raises MetricsError with all mistakes, unless not `strict`."""
    loader = _Loader(options)
    result = loader.run()
    if strict and result.problems:
        raise MetricsError(result.problems)
    return result


def variants(definition: MetricQueryDef) -> list[Variant]:
    """The variants that a definition asks for."""
    found: list[Variant] = []
    for entity in dict.fromkeys(definition.entity_types):
        for aggregation in dict.fromkeys(definition.time_aggregations):
            found.append(Variant(entity_type=entity, grain=Grain(aggregation)))
        if definition.rolling is not None:
            grain = ROLLING_CRONS[definition.rolling.cron]
            for window in dict.fromkeys(definition.rolling.windows):
                found.append(Variant(entity_type=entity, grain=grain, window=window, unit=definition.rolling.unit))
        if definition.over_all_time:
            found.append(Variant(entity_type=entity))
    return found


class _Loader:
    def __init__(self, options: FactoryOptions) -> None:
        self.options = options
        self.problems: list[MetricProblem] = []
        self.definitions: dict[str, MetricQueryDef] = {}
        self.compiled: dict[str, list[tuple[Variant, Compiled]]] = {}
        self.parsed: dict[tuple[Path, str], exp.Query] = {}
        self.declared: dict[tuple[str, Variant], str] = {}
        self.dimensions: dict[str, Dimension] = {}

    def run(self) -> TimeseriesMetrics:
        self._check_dimensions()
        self._check_entries()
        self._declare_models()
        for metric, definition in self.definitions.items():
            self._compile(metric, definition)
        self._check_names()
        return self._assemble(self._order())

    def _check_dimensions(self) -> None:
        taken = self.options.timeseries_sources | self.options.relations
        for name, dimension in self.options.dimensions.items():
            messages = list(dimension_problems(name, dimension, taken))
            path, line = getattr(dimension, "defined_at", ("", 0))
            self.problems += [
                MetricProblem(metric=name, message=message, path=path or None, line=line or None, kind="dimension")
                for message in messages
            ]
            if not messages:
                self.dimensions[name] = dimension

    def _check_entries(self) -> None:
        names: dict[str, str] = {}
        retired: set[str] = set()
        for key, definition in self.options.metric_queries.items():
            found = problems_of(key, definition, tuple(self.options.graph.paths))
            self.problems.extend(found)
            if found or not definition.enabled:
                continue
            retired.update(retired_options(definition))
            name = definition.name or key
            if name in names:
                self._problem(
                    key, definition, f"has the same name {name!r} as {names[name]!r}: names of models are unique"
                )
                continue
            names[name] = key
            self.definitions[name] = definition
        if retired:
            warnings.warn(f"these options have no effect any more: {', '.join(sorted(retired))}", stacklevel=2)

    def _problem(self, metric: str, definition: MetricQueryDef, message: str) -> None:
        path, line = definition.defined_at
        self.problems.append(MetricProblem(metric=metric, message=message, path=path or None, line=line or None))

    def _declare_models(self) -> None:
        taken: dict[str, str] = {}
        for metric, definition in list(self.definitions.items()):
            for variant in variants(definition):
                name = f"{self.options.schema}.{metric}_to_{variant.entity_type}_{variant.suffix}"
                if taken.setdefault(name, metric) != metric:
                    self._problem(metric, definition, f"makes a model {name} that {taken[name]!r} makes too")
                    self.definitions.pop(metric, None)
                self.declared[metric, _peer_key(variant)] = name

    def _compile(self, metric: str, definition: MetricQueryDef) -> None:
        path = self.options.queries_dir / definition.ref
        try:
            query = self._parse(path, definition.dialect or self.options.default_dialect)
            compiler = Compiler(
                metric=metric,
                definition=definition,
                query=query,
                first=as_day(definition.start) if definition.start else self.options.start,
                sources=self.options.timeseries_sources,
                relations=self.options.relations,
                schema=self.options.schema,
                graph=self.options.graph,
                peer_name=partial(self._peer_name, definition),
                dimensions=self.dimensions,
                time_columns=self.options.time_columns,
                columns=self.options.columns,
                stores_states=self.options.stored_states,
            )
            wanted = variants(definition)
            mistakes = compiler.column_mistakes(wanted[0])
            if not mistakes:
                self.compiled[metric] = self._variants(metric, wanted, compiler)
        except SqlMistake as mistake:
            mistakes = [mistake]
        for mistake in mistakes:
            self.problems.append(MetricProblem(metric=metric, message=str(mistake), path=str(path), line=mistake.line))

    def _variants(self, metric: str, wanted: Sequence[Variant], compiler: Compiler) -> list[tuple[Variant, Compiled]]:
        compiled = [(variant, compiler.compile(variant)) for variant in wanted]
        if not are_shared(one.states for _, one in compiled):
            compiler = replace(compiler, stores_states=False)
            compiled = [(variant, compiler.compile(variant)) for variant in wanted]
        taken = {*self.declared.values()}
        for name in {state.name for _, one in compiled for state in one.states} & taken:
            raise SqlMistake(
                f"{metric!r} keeps the states of its rolling windows in {name}: give that metric another name"
            )
        return compiled

    def _check_names(self) -> None:
        """One catalogue row a name: what `metadata_by_name` describes exists, and no two metrics give one name."""
        published: dict[str, list[str]] = {}
        for metric, models in self.compiled.items():
            definition = self.definitions[metric]
            given = list(dict.fromkeys(name for _, compiled in models for name in compiled.metric_names))
            for message in metadata_problems(definition, given):
                self._problem(metric, definition, message)
            if not definition.is_intermediate:
                published[metric] = [f"{name}_{v.suffix}" for v, compiled in models for name in compiled.metric_names]
        for metric, other, names in clashes(published):
            path, line = self.definitions[other].defined_at
            message = f"gives {', '.join(names)}, which {other!r} ({path}:{line}) gives too: one metric gives a name"
            self._problem(metric, self.definitions[metric], message)
            self.compiled.pop(metric, None)

    def _parse(self, path: Path, dialect: str) -> exp.Query:
        if (path, dialect) not in self.parsed:
            if not path.is_file():
                raise SqlMistake(f"there is no file {path.name} below {self.options.queries_dir}")
            self.parsed[path, dialect] = parse_query(path, dialect)
        return self.parsed[path, dialect]

    def _peer_name(self, caller: MetricQueryDef, metric: str, variant: Variant) -> str:
        name = self.declared.get((metric, _peer_key(variant)))
        if name is not None:
            theirs = self.definitions[metric].attribution if metric in self.definitions else caller.attribution
            if theirs != caller.attribution and self.options.graph.paths.get(variant.entity_type):
                raise LookupError(
                    f"{metric!r} has attribution={theirs!r}, this metric {caller.attribution!r}: say the same for both"
                )
            return name
        metrics = sorted({peer for peer, _ in self.declared})
        if metric in metrics:
            raise LookupError(
                f"{metric!r} has no model for {variant.entity_type} {variant.suffix}; add it to its definition"
            )
        raise LookupError(f"unknown metric {metric!r}{suggestion(metric, metrics)}")

    def _order(self) -> list[str]:
        """Names of sound models, peers first; models whose peers are broken are left out and reported."""
        parents = {
            self.declared[metric, _peer_key(variant)]: {
                self.declared[peer, _peer_key(other)] for peer, other in compiled.peers
            }
            for metric, models in self.compiled.items()
            for variant, compiled in models
        }
        self._drop_orphans(parents)
        try:
            return list(TopologicalSorter({name: sorted(needs) for name, needs in parents.items()}).static_order())
        except CycleError as error:
            cycle = [str(name) for name in reversed(error.args[1])]
            self._drop(cycle[0], f"models depend on each other: {' → '.join(cycle)}")
            return self._order()

    def _drop_orphans(self, parents: dict[str, set[str]]) -> None:
        while lost := {name: needs - parents.keys() for name, needs in parents.items() if needs - parents.keys()}:
            metrics = {self._metric_of(name) for name in lost}
            for name, missing in lost.items():
                if self._metric_of(name) in self.compiled:
                    self._drop(name, f"needs {', '.join(sorted(missing))}, which cannot be made")
            for name in [name for name in parents if self._metric_of(name) in metrics]:
                parents.pop(name)

    def _metric_of(self, model_name: str) -> str:
        return next(metric for (metric, _), name in self.declared.items() if name == model_name)

    def _drop(self, model_name: str, message: str) -> None:
        metric = self._metric_of(model_name)
        definition = self.definitions[metric]
        path = str(self.options.queries_dir / definition.ref)
        self.problems.append(MetricProblem(metric=metric, message=message, path=path))
        self.compiled.pop(metric, None)

    def _assemble(self, order: Iterable[str]) -> TimeseriesMetrics:
        result = TimeseriesMetrics(options=self.options, problems=tuple(self.problems))
        made: dict[str, tuple[MetricModelDefinition, exp.Query]] = {}
        needed: dict[str, list[str]] = {}
        for metric, models in self.compiled.items():
            definition = self.definitions[metric]
            described, states = [], dict[str, MetricModelDefinition]()
            for variant, compiled in models:
                name = self.declared[metric, _peer_key(variant)]
                peers = {self.declared[peer, _peer_key(other)] for peer, other in compiled.peers}
                model = model_definition(
                    name=name, metric=metric, variant=variant, definition=definition, compiled=compiled,
                    peers=frozenset(peers), options=self.options,
                )  # fmt: skip
                model = modified(model, definition, self.options.metadata_modifiers)
                described.append(model)
                for state in compiled.states:
                    states[state.name] = state_definition(state, metric, definition, self.options)
                    made[state.name] = (states[state.name], state.query)
                made[name] = (model, compiled.query)
                needed[name] = [state.name for state in compiled.states]
            result.metrics[metric] = described_metric(
                metric, definition, models[0][1].additivity, tuple(described), tuple(states.values())
            )
        for name in order:
            for one in [*needed[name], name]:
                result.models[one], result.queries[one] = made[one]
        return result


def _peer_key(variant: Variant) -> Variant:
    """The variant without what its name does not say: a rolling model's cron."""
    return (
        Variant(entity_type=variant.entity_type, window=variant.window, unit=variant.unit)
        if variant.is_rolling
        else variant
    )
