"""Compiles one metric's query for one variant: macros, reading rules, joiner, strategy, frame, each in its module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlglot import exp

from sqlmesh_project.metrics_factory.branching import check_branches
from sqlmesh_project.metrics_factory.columns import column_mistakes
from sqlmesh_project.metrics_factory.definitions import Additivity, MetricQueryDef, Variant
from sqlmesh_project.metrics_factory.dimensions import Dimension
from sqlmesh_project.metrics_factory.errors import SqlMistake, suggestion
from sqlmesh_project.metrics_factory.exactness import make_exact
from sqlmesh_project.metrics_factory.graph import EntityGraph, output_key
from sqlmesh_project.metrics_factory.joiner import Joiner
from sqlmesh_project.metrics_factory.keying import PEER_COLUMNS
from sqlmesh_project.metrics_factory.macros import PEER, Resolution, resolve_macros
from sqlmesh_project.metrics_factory.meaning import additivity, may_lack_amount, require_one_row, sum_over_contributors
from sqlmesh_project.metrics_factory.reaching import Bounder, Reach, reads_tag
from sqlmesh_project.metrics_factory.reading import read_bounds, resolve_group_by
from sqlmesh_project.metrics_factory.rendering import Frame
from sqlmesh_project.metrics_factory.rolling import RollingStates
from sqlmesh_project.metrics_factory.scopes import table_name
from sqlmesh_project.metrics_factory.storing import StoredState, store
from sqlmesh_project.metrics_factory.strategies import choose


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
    may_lack_amount: bool
    states: tuple[StoredState, ...] = ()


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
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    time_columns: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)

    stores_states: bool = False

    def __post_init__(self) -> None:
        # the same for every variant
        self.query = self.query.copy()
        make_exact(self.query, approximate=self.definition.approximate)

    def column_mistakes(self, variant: Variant) -> list[SqlMistake]:
        """Every column that the query names and no table has, as it is for `variant`; raises SqlMistake for others."""
        query = self.query.copy()
        self._resolve(query, variant)
        self._check_tables(query)
        return list(column_mistakes(query, self._columns_of, output_key(variant.entity_type)))

    def _resolve(self, query: exp.Query, variant: Variant) -> Resolution:
        definition = self.definition
        resolution = Resolution(
            metric=self.metric, variant=variant, variables=definition.vars, peer_name=self.peer_name
        )
        check_branches(query, variant)
        resolve_macros(query, resolution)
        return resolution

    def _columns_of(self, table: exp.Table) -> frozenset[str] | None:
        if PEER in table.meta:
            return frozenset(PEER_COLUMNS) | {output_key(table.meta[PEER])}
        return self.columns.get(table_name(table, self.schema))

    def compile(self, variant: Variant) -> Compiled:
        """The model's query; raises SqlMistake."""
        definition, query = self.definition, self.query.copy()
        resolution = self._resolve(query, variant)
        one_sample_date = variant.grain is None
        resolve_group_by(query, one_sample_date=one_sample_date)
        incremental = definition.incremental and variant.grain is not None
        history = read_bounds(query, has_sample_value=one_sample_date or variant.is_rolling)
        self._check_tables(query)
        kind = additivity(query, self.sources, self.schema)
        if not definition.is_intermediate:
            if kind == "additive":
                sum_over_contributors(query)
            require_one_row(query)
        reach = Bounder(
            variant=variant,
            incremental=incremental,
            history=history or definition.reads == "history",
            lookback=definition.lookback,
            is_events=self._is_raw,
            time_of=lambda table: self.time_columns.get(table_name(table, self.schema)),
        ).bound(query)
        lacks_amounts = may_lack_amount(query)
        self._joiner(variant).lift(query)
        strategy = choose(query, variant, self.first, incremental=incremental)
        states: tuple[StoredState, ...] = ()
        if self.stores_states and isinstance(strategy, RollingStates) and definition.rolling is not None:
            model_name = f"{self.schema}.{self.metric}_{{}}_to_{variant.entity_type}_daily"
            strategy, states = store(strategy, model_name=model_name, rolling=definition.rolling, reach=reach)
            reach = Reach()
        strategy.apply(query)
        framed = Frame(variant=variant, incremental=incremental, first=self.first).wrap(query, strategy)
        return Compiled(
            query=framed,
            peers=frozenset(resolution.peers),
            tables=self._tables(framed),
            metric_names=self._names(resolution),
            reads=reads_tag(variant, reach, resolution.previous_windows),
            strategy=strategy.description,
            states=tuple(replace(state, tables=self._tables(state.query)) for state in states),
            additivity=kind,
            may_lack_amount=lacks_amounts,
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

    def _is_raw(self, table: exp.Table, select: exp.Select) -> bool:
        names = {cte.alias.lower() for cte in select.root().find_all(exp.CTE)}
        return (bool(table.db) or table.name.lower() not in names) and table_name(table, self.schema) in self.sources
