"""The joiner: rewrites SQL that is written for artifacts so that it speaks of projects or collections.

A SELECT that reads a timeseries source and projects or groups by `to_artifact_id` is keyed: the DISTINCT pairs of
artifact and entity are joined to it, and the key is replaced where it identifies a row, never where it is counted.
A column that holds an entity is *lifted*; CTEs keep the name `to_artifact_id` for it, whatever the entity.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import GROUP_COLUMN, MEMBER_COLUMN, SOURCE_KEY, EntityGraph, output_key
from sqlmesh_project.metrics_factory.macros import BY_HAND, PEER
from sqlmesh_project.metrics_factory.scopes import (
    Source,
    ctes,
    inner_queries,
    inside_aggregate,
    is_cte,
    own_nodes,
    sources,
    table_name,
)

MEMBERSHIP = "metrics_membership"
PEER_COLUMNS = ("metrics_sample_date", "event_source", SOURCE_KEY, "from_artifact_id", "metric", "amount")
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ)

Lifted = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Joiner:
    """Joins one entity type; `sources` are the timeseries sources as `schema.table`."""

    graph: EntityGraph
    entity_type: str
    sources: frozenset[str]
    schema: str

    def lift(self, query: exp.Query) -> None:
        """Rewrite `query` in place; raises SqlMistake where that is not possible."""
        if not self.graph.paths[self.entity_type]:
            return
        lifted = self._query(query, {})
        if not lifted & {SOURCE_KEY, output_key(self.entity_type)}:
            raise SqlMistake(
                f"{SOURCE_KEY} of the outermost SELECT cannot be turned into a {self.entity_type}: project it out of a "
                "timeseries source, a CTE that does, or a peer (or list the source in timeseries_sources)",
                query,
            )

    def _query(self, query: exp.Query, outer: Mapping[str, Lifted]) -> Lifted:
        known = dict(outer)
        for cte in ctes(query):
            known[cte.alias.lower()] = _renamed(cte, self._query(cte.this, known))
        if isinstance(query, exp.SetOperation):
            return self._query(query.this, known) | self._query(query.expression, known)
        if isinstance(query, exp.Subquery):
            return self._query(query.this, known)
        return self._select(query, known) if isinstance(query, exp.Select) else frozenset()

    def _select(self, select: exp.Select, known: Mapping[str, Lifted]) -> Lifted:
        by_hand = bool(select.meta.get(BY_HAND))
        scope = _Scope(joiner=self, select=select, known=known, by_hand=by_hand)
        inner = {id(query): self._query(query, known) for query in inner_queries(select)}
        if by_hand:
            scope.read_lifted_by_hand()
        else:
            scope.join_membership(inner)
        return scope.outputs()


@dataclass
class _Scope:
    joiner: Joiner
    select: exp.Select
    known: Mapping[str, Lifted]
    by_hand: bool

    def __post_init__(self) -> None:
        self.raw: dict[str, Source] = {}
        self.lifted: dict[str, Lifted] = {}
        self.others: set[str] = set()
        for source in sources(self.select):
            self._classify(source)

    def _classify(self, source: Source) -> None:
        joiner, alias = self.joiner, source.alias.lower()
        if source.query is not None:
            self.lifted[alias] = joiner._query(source.query, self.known)
        elif source.table is None:
            self.others.add(alias)
        elif is_cte(source.table, self.known):
            self.lifted[alias] = self.known[source.table.name.lower()]
        elif (entity := source.table.meta.get(PEER)) is not None:
            key = output_key(entity)
            if entity == "artifact":
                self.others.add(alias)
            elif self.by_hand:
                self.lifted[alias] = frozenset({key})
            else:
                source.node.replace(_peer_rows(source.table, key))
                self.lifted[alias] = frozenset({SOURCE_KEY})
        elif table_name(source.table, joiner.schema) in joiner.sources:
            self.raw[alias] = source
        else:
            self.others.add(alias)

    def _holder(self, column: exp.Column) -> str | None:
        """Alias of the source that `column` comes from, as far as it can be known without schemas."""
        if column.table:
            return column.table.lower()
        every = [*self.raw, *self.lifted, *self.others]
        if len(every) == 1:
            return every[0]
        name = column.name.lower()
        holders = [a for a, names in self.lifted.items() if name in names]
        if name == SOURCE_KEY:
            if (holders and self.raw) or len(self.raw) > 1:
                raise SqlMistake(f"{name} is ambiguous here: say of which table", column)
            holders = holders or list(self.raw)
        return holders[0] if holders else None

    def _is_raw_key(self, node: exp.Expr) -> bool:
        return isinstance(node, exp.Column) and node.name.lower() == SOURCE_KEY and self._holder(node) in self.raw

    def _is_lifted(self, node: exp.Expr) -> bool:
        if isinstance(node, exp.Coalesce):
            return any(self._is_lifted(part) for part in [node.this, *node.expressions])
        if isinstance(node, exp.Cast | exp.Paren):
            return self._is_lifted(node.this)
        if not isinstance(node, exp.Column):
            return False
        if node.table.lower() == MEMBERSHIP:
            return True
        return node.name.lower() in self.lifted.get(self._holder(node) or "", frozenset())

    def read_lifted_by_hand(self) -> None:
        """Read `to_project_id`, as macros name it, from CTEs that hold it under the name of their source."""
        key = output_key(self.joiner.entity_type)
        for node in list(own_nodes(self.select)):
            if not isinstance(node, exp.Column) or node.name.lower() != key:
                continue
            held = self.lifted.get(self._holder(node) or "", frozenset())
            if SOURCE_KEY in held and key not in held:
                column: exp.Expr = exp.column(SOURCE_KEY, table=node.table or None)
                is_projection = node.parent is self.select and node.arg_key == "expressions"
                node.replace(exp.alias_(column, key) if is_projection else column)

    def join_membership(self, inner: Mapping[int, Lifted]) -> None:
        keys = [n for n in own_nodes(self.select) if self._is_raw_key(n) and not inside_aggregate(n, self.select)]
        identifying = [n for n in keys if _clause(n, self.select) in {"expressions", "group", "distinct"}]
        self._check_comparisons()
        if not identifying:
            return
        holders = {self._holder(n) for n in identifying if isinstance(n, exp.Column)}
        if len(holders) > 1:
            raise SqlMistake(
                f"one SELECT is keyed by {SOURCE_KEY} of {' and '.join(sorted(map(str, holders)))}", self.select
            )
        holder = self.raw[str(holders.pop())]
        compared = [n for n in keys if _clause(n, self.select) in {"where", "joins"} and self._meets_lifted(n, inner)]
        elsewhere = [n for n in keys if _clause(n, self.select) in {"order", "having", "qualify"}]
        for node in [*identifying, *compared, *elsewhere]:
            self._replace_key(node)
        self._add_join(holder)

    def _meets_lifted(self, key: exp.Expr, inner: Mapping[int, Lifted]) -> bool:
        parent = key.parent
        if isinstance(parent, exp.In):
            query = parent.args.get("query")
            query = query.unnest() if isinstance(query, exp.Subquery) else query
            return query is not None and bool(inner.get(id(query)))
        if isinstance(parent, _COMPARISONS):
            other = parent.expression if parent.this is key else parent.this
            return self._is_lifted(other)
        return False

    def _check_comparisons(self) -> None:
        for node in own_nodes(self.select):
            if not isinstance(node, _COMPARISONS):
                continue
            for one, other in ((node.this, node.expression), (node.expression, node.this)):
                if (
                    isinstance(other, exp.Column)
                    and other.name.lower().endswith("artifact_id")
                    and self._holder(other) in self.others
                    and self._is_lifted(one)
                ):
                    raise SqlMistake(
                        f"{one.sql()} holds a {self.joiner.entity_type} here, {other.sql()} an artifact: "
                        "aggregate the latter from a timeseries source, or declare it as one",
                        node,
                    )

    def _replace_key(self, node: exp.Expr) -> None:
        entity = exp.column(GROUP_COLUMN, table=MEMBERSHIP)
        if node.parent is self.select and node.arg_key == "expressions":
            entity = exp.alias_(entity, SOURCE_KEY)
        node.replace(entity)

    def _add_join(self, holder: Source) -> None:
        joins: list[exp.Join] = list(self.select.args.get("joins") or ())
        index = 0 if holder.join is None else joins.index(holder.join) + 1
        nullable = holder.join is not None and holder.join.side in {"LEFT", "FULL"}
        if nullable or any(join.side in {"RIGHT", "FULL"} for join in joins[index:]):
            raise SqlMistake(
                f"{holder.alias} is on the side of an outer join that may be NULL, and keys this SELECT", holder.node
            )
        pairs = self.joiner.graph.pairs(self.joiner.entity_type).subquery(MEMBERSHIP)
        on = exp.EQ(
            this=exp.column(MEMBER_COLUMN, table=MEMBERSHIP), expression=exp.column(SOURCE_KEY, table=holder.alias)
        )
        joins.insert(index, exp.Join(this=pairs, kind="INNER", on=on))
        self.select.set("joins", joins)

    def outputs(self) -> Lifted:
        """Names of the columns of this SELECT that hold entities."""
        found = {p.alias_or_name.lower() for p in self.select.expressions if self._is_lifted(p.unalias())}
        if self.by_hand:
            key = output_key(self.joiner.entity_type)
            found |= {p.alias_or_name.lower() for p in self.select.expressions if p.unalias().name.lower() == key}
        if self.select.is_star:
            found |= {name for names in self.lifted.values() for name in names}
        return frozenset(found)


def _clause(node: exp.Expr, select: exp.Select) -> str:
    """Which clause of `select` holds `node`; PARTITION BY and window ORDER BY belong to their own clause."""
    while node.parent is not None and node.parent is not select:
        node = node.parent
    return node.arg_key or ""


def _peer_rows(table: exp.Table, key: str) -> exp.Subquery:
    """The peer's rows with its entity under the name that metric SQL uses."""
    columns = [exp.column(key).as_(SOURCE_KEY) if name == SOURCE_KEY else exp.column(name) for name in PEER_COLUMNS]
    bare = table.copy()
    bare.set("alias", None)
    return exp.select(*columns).from_(bare).subquery(table.alias_or_name)


def _renamed(cte: exp.CTE, lifted: Lifted) -> Lifted:
    names = [column.name.lower() for column in cte.args["alias"].columns]
    if not names:
        return lifted
    given = [p.alias_or_name.lower() for p in cte.this.selects]
    return frozenset(new for old, new in zip(given, names, strict=False) if old in lifted)
