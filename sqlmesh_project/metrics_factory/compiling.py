"""Compiles one metric's query for one variant: macros, reading rules, joiner, strategy, frame, each in its module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import WindowEnd
from sqlmesh_project.metrics_factory.definitions import Additivity, MetricQueryDef, Variant
from sqlmesh_project.metrics_factory.dimensions import Dimension
from sqlmesh_project.metrics_factory.errors import SqlMistake, suggestion
from sqlmesh_project.metrics_factory.graph import EntityGraph
from sqlmesh_project.metrics_factory.joiner import Joiner
from sqlmesh_project.metrics_factory.macros import PEER, Resolution, resolve_macros
from sqlmesh_project.metrics_factory.meaning import additivity, require_one_row
from sqlmesh_project.metrics_factory.reading import read_bounds, resolve_group_by
from sqlmesh_project.metrics_factory.rendering import Frame
from sqlmesh_project.metrics_factory.scopes import own_nodes, sources, table_name
from sqlmesh_project.metrics_factory.strategies import choose

_DAY_BUCKETS = {Grain.DAILY: "day", Grain.WEEKLY: "week"}
_LONGEST = {"day": 1, "week": 7, "month": 31}


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """One model's query (only SQLMesh's dates are left open) and what was learned on the way."""

    query: exp.Query
    peers: frozenset[tuple[str, Variant]]
    tables: frozenset[str]
    metric_names: tuple[str, ...]
    reads: str
    strategy: str
    additivity: Additivity


@dataclass(kw_only=True)
class Compiler:
    """Compiles the variants of one metric; `peer_name` gives a peer's model, or raises LookupError."""

    metric: str
    definition: MetricQueryDef
    query: exp.Query
    first: date
    sources: frozenset[str]
    relations: frozenset[str]
    schema: str
    graph: EntityGraph
    peer_name: Callable[[str, Variant], str]
    variables: Mapping[str, object] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    time_columns: Mapping[str, str] = field(default_factory=dict)

    def compile(self, variant: Variant) -> Compiled:
        """The model's query; raises SqlMistake."""
        definition, query = self.definition, self.query.copy()
        resolution = Resolution(
            metric=self.metric, variant=variant, variables=definition.vars, peer_name=self.peer_name
        )
        resolve_macros(query, resolution)
        one_sample_date = variant.grain is None
        resolve_group_by(query, one_sample_date=one_sample_date)
        history = read_bounds(query, has_sample_value=one_sample_date or variant.is_rolling)
        history = history or definition.reads == "history"
        self._check_tables(query)
        if not definition.is_intermediate:
            require_one_row(query)
        if not history and variant.grain is not None and definition.incremental:
            self._check_bounded(query)
        kind = additivity(query, self.sources, self.schema)
        self._joiner(variant).lift(query)
        incremental = definition.incremental and variant.grain is not None
        strategy = choose(query, variant, self.first, incremental=incremental)
        strategy.apply(query)
        framed = Frame(variant=variant, incremental=incremental, first=self.first).wrap(query, strategy)
        return Compiled(
            query=framed,
            peers=frozenset(resolution.peers),
            tables=self._tables(framed),
            metric_names=self._names(resolution),
            reads=self._reads(variant, history=history, previous=resolution.previous_windows),
            strategy=strategy.description,
            additivity=kind,
        )

    def _names(self, resolution: Resolution) -> tuple[str, ...]:
        """The names that the query gives; those that only the data knows are the ones that the registry describes."""
        described = self.definition.metadata_by_name if resolution.has_unknown_names else ()
        return tuple(dict.fromkeys([*resolution.metric_names, *described])) or (self.metric,)

    def _joiner(self, variant: Variant) -> Joiner:
        return Joiner(
            graph=self.graph,
            entity_type=variant.entity_type,
            sources=self.sources,
            schema=self.schema,
            attribution=self.definition.attribution,
            dimensions=self.dimensions,
            time_columns=self.time_columns,
        )

    def _tables(self, query: exp.Query) -> frozenset[str]:
        names = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
        tables = [t for t in query.find_all(exp.Table) if t.db or t.name.lower() not in names]
        for table in tables:
            if not table.db:
                table.set("db", exp.to_identifier(self.schema))
        return frozenset(table_name(table, self.schema) for table in tables)

    def _check_tables(self, query: exp.Query) -> None:
        names = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
        membership_tables = {table for entity_type in self.graph.paths for table in self.graph.tables(entity_type)}
        declared = self.sources | self.relations | {*self.dimensions} | membership_tables
        for table in query.find_all(exp.Table):
            if PEER in table.meta or isinstance(table.this, exp.Func) or (not table.db and table.name.lower() in names):
                continue
            name = table_name(table, self.schema)
            if name not in declared:
                raise SqlMistake(
                    f"unknown source {name}{suggestion(name, sorted(declared))}; list it in timeseries_sources "
                    "(rows of events) or relations (anything else)",
                    table,
                )

    def _check_bounded(self, query: exp.Query) -> None:
        """Every read of a timeseries source ends with the window, unless the metric says that it reads history."""
        for select in query.find_all(exp.Select):
            raw = [s for s in sources(select) if s.table is not None and self._is_raw(s.table, select)]
            if raw and not any(isinstance(node, WindowEnd) for node in own_nodes(select)):
                raise SqlMistake(
                    f"{raw[0].alias} is read without bounds: compare its time with @metrics_start and @metrics_end, "
                    'or say reads="history"',
                    raw[0].node,
                )

    def _is_raw(self, table: exp.Table, select: exp.Select) -> bool:
        names = {cte.alias.lower() for cte in select.root().find_all(exp.CTE)}
        return (bool(table.db) or table.name.lower() not in names) and table_name(table, self.schema) in self.sources

    def _reads(self, variant: Variant, *, history: bool, previous: int) -> str:
        if history:
            return "history"
        if variant.window is not None:
            tail = f":{previous}" if previous else ""
            return f"rolling:{variant.window}:{variant.unit}{tail}"
        if previous and variant.grain is not None:
            return self._lookback(variant.grain, previous)
        return f"lookback:{self.definition.lookback}" if self.definition.lookback else "window"

    def _lookback(self, grain: Grain, buckets: int) -> str:
        """The buckets before, and in days what the definition adds to them."""
        count, unit = (grain.months * buckets, "month") if grain.months else (buckets, _DAY_BUCKETS[grain])
        if not self.definition.lookback:
            return f"lookback:{count}:{unit}" if unit != "day" else f"lookback:{count}"
        return f"lookback:{count * _LONGEST[unit] + self.definition.lookback}"
