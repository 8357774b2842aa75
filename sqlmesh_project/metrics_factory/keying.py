"""What the joiner does to one SELECT: finds what keys it, joins memberships, puts the entity in place of the key.

A key is the column `to_artifact_id` of a relation that holds rows of events (*raw*). Raw relations whose keys a SELECT
equates are one artifact, so they share one membership: an artifact of two entities gives each of them its rows once.
How a membership enters FROM is in `memberships`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import SOURCE_KEY, output_key
from sqlmesh_project.metrics_factory.macros import PEER
from sqlmesh_project.metrics_factory.memberships import ENTITY, MemberJoiner, RawSource
from sqlmesh_project.metrics_factory.scopes import (
    Source,
    inside_aggregate,
    is_cte,
    own_nodes,
    sources,
    table_name,
)
from sqlmesh_project.metrics_factory.using import UsingColumns

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory.joiner import Joiner

PEER_COLUMNS = ("metrics_sample_date", "event_source", SOURCE_KEY, "from_artifact_id", "metric", "amount")
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
# what gives one of the values it is given: an entity stays one
_PASSING = (
    exp.Alias,
    exp.Cast,
    exp.TryCast,
    exp.Paren,
    exp.Min,
    exp.Max,
    exp.AnyValue,
    exp.First,
    exp.Last,
    exp.Lag,
    exp.Lead,
)
_PASSING_ANY = (exp.Coalesce, exp.Case, exp.If, exp.FirstValue, exp.LastValue, exp.Window, exp.Nullif)
_KEYED_BY = frozenset({"expressions", "group", "distinct"})
_ORDERED_BY = frozenset({"order", "having", "qualify", "windows"})


@dataclass(frozen=True)
class Columns:
    """What a relation gives: its columns that hold entities, and the source whose rows pass through it by a star."""

    lifted: frozenset[str] = frozenset()
    raw: str | None = None


class Scope:
    """One SELECT: its relations by kind, and the columns that belong to them.

    `around` is the SELECT in whose expression this one stands; `by_hand` one that says itself how it depends on the
    entity.
    """

    def __init__(
        self,
        *,
        joiner: "Joiner",
        select: exp.Select,
        known: Mapping[str, Columns],
        around: "Scope | None",
        by_hand: bool,
    ) -> None:
        self.joiner, self.select, self.known, self.around, self.by_hand = joiner, select, known, around, by_hand
        self.raw: dict[str, RawSource] = {}
        self.lifted: dict[str, frozenset[str]] = {}
        self.others: set[str] = set()
        self.wanted: list[tuple[str, exp.Column]] = []
        for source in sources(select):
            self._classify(source)
        self.using = UsingColumns(self)

    # relations

    def _classify(self, source: Source) -> None:
        alias = source.alias.lower()
        if source.query is not None:
            self._add(source, self.joiner.columns_of(source.query, self.known))
        elif source.table is None:
            self._refuse_hidden(source)
            self.others.add(alias)
        elif is_cte(source.table, self.known):
            self._add(source, self.known[source.table.name.lower()])
        elif (entity := source.table.meta.get(PEER)) is not None:
            self._add_peer(source, source.table, entity)
        else:
            self._add_table(source, table_name(source.table, self.joiner.schema))

    def _add(self, source: Source, columns: Columns) -> None:
        alias = source.alias.lower()
        self.lifted[alias] = columns.lifted
        if columns.raw is not None:
            self.raw[alias] = RawSource(source=source, table=columns.raw)

    def _add_peer(self, source: Source, table: exp.Table, entity: str) -> None:
        alias, key = source.alias.lower(), output_key(entity)
        if entity == "artifact":
            self.others.add(alias)
        elif self.by_hand:
            self.lifted[alias] = frozenset({key})
        else:
            source.node.replace(_peer_rows(table, key))
            self.lifted[alias] = frozenset({SOURCE_KEY})

    def _add_table(self, source: Source, name: str) -> None:
        alias, dimension = source.alias.lower(), self.joiner.dimensions.get(name)
        if name in self.joiner.sources:
            self.raw[alias] = RawSource(source=source, table=name)
        elif dimension is None or self.by_hand:
            self.others.add(alias)
        else:
            joiner = self.joiner
            self._check_dimension_columns(alias, name, dimension.names)
            rolled = dimension.rolled_up(joiner.graph, joiner.entity_type, joiner.attribution)
            source.node.replace(rolled.subquery(source.alias))
            self.lifted[alias] = frozenset({dimension.key.lower()})

    def _check_dimension_columns(self, alias: str, name: str, known: tuple[str, ...]) -> None:
        only = len(sources(self.select)) == 1
        for node in self.select.find_all(exp.Column):
            mine = node.table.lower() == alias or (only and not node.table and node.parent_select is self.select)
            if mine and not node.is_star and node.name.lower() not in known:
                raise SqlMistake(
                    f"the dimension {name} declares no {node.name}: say how it rolls up in `columns`, or list it in "
                    f"`by`; declared: {', '.join(known)}",
                    node,
                )

    def _refuse_hidden(self, source: Source) -> None:
        for table in source.node.find_all(exp.Table):
            columns = self.known.get(table.name.lower()) if not table.db else None
            hidden = columns is not None and (columns.raw or columns.lifted)
            if hidden or PEER in table.meta or table_name(table, self.joiner.schema) in self.joiner.sources:
                raise SqlMistake(
                    f"{table.name} is read inside {type(source.node).__name__.upper()} or parentheses of a join, where "
                    "it cannot be joined to entities: join it directly, or in a CTE",
                    table,
                )

    @property
    def aliases(self) -> list[str]:
        """Every relation's alias, lower case, in the order of FROM."""
        return [source.alias.lower() for source in sources(self.select)]

    # columns

    def find(self, column: exp.Column) -> "tuple[Scope, str] | None":
        """The SELECT and alias that `column` comes from, as far as it can be known without schemas."""
        if not column.table:
            alias = self._holder(column)
            return (self, alias) if alias is not None else None
        scope: Scope | None = self
        while scope is not None:
            if column.table.lower() in {*scope.raw, *scope.lifted, *scope.others}:
                return scope, column.table.lower()
            scope = scope.around
        return None

    def _holder(self, column: exp.Column) -> str | None:
        name, every = column.name.lower(), list(dict.fromkeys([*self.raw, *self.lifted, *self.others]))
        if len(every) == 1:
            return every[0]
        holders = [alias for alias in self.aliases if self.holds(alias, name)]
        if len(holders) > 1 and not self.using.merges(name):
            raise SqlMistake(f"{column.name} is ambiguous here: say of which table", column)
        return holders[0] if holders else None

    def holds(self, alias: str, name: str) -> bool:
        """Whether the relation `alias` is known to have a key or an entity in its column `name`."""
        return (name == SOURCE_KEY and alias in self.raw) or name in self.lifted.get(alias, frozenset())

    def raw_key(self, node: exp.Expr) -> "tuple[Scope, str] | None":
        """The SELECT and the alias of a raw relation whose key `node` is."""
        if not isinstance(node, exp.Column) or node.name.lower() != SOURCE_KEY:
            return None
        found = self.find(node)
        if found is None or found[1] not in found[0].raw or SOURCE_KEY in found[0].lifted.get(found[1], ()):
            return None
        return found

    def is_lifted(self, node: exp.Expr) -> bool:
        """Whether `node` holds an entity."""
        if node.meta.get(ENTITY):
            return True
        if isinstance(node, exp.Column):
            found = self.find(node)
            return found is not None and node.name.lower() in found[0].lifted.get(found[1], frozenset())
        if isinstance(node, _PASSING):
            return self.is_lifted(node.this)
        if isinstance(node, exp.Case | exp.If):
            results = [branch.args.get("true") for branch in node.args.get("ifs") or [node]]
            results.append(node.args.get("default") or node.args.get("false"))
            return any(result is not None and self.is_lifted(result) for result in results)
        if isinstance(node, _PASSING_ANY):
            return self.is_lifted(node.this) or any(self.is_lifted(part) for part in node.expressions)
        return False

    # rewriting

    def read_lifted_by_hand(self) -> None:
        """Read `to_project_id`, as macros name it, from CTEs that hold it under the name of their source."""
        key = output_key(self.joiner.entity_type)
        for node in list(own_nodes(self.select)):
            if not isinstance(node, exp.Column) or node.name.lower() != key:
                continue
            found = self.find(node)
            held = self.lifted.get(found[1], frozenset()) if found is not None else frozenset()
            if SOURCE_KEY in held and key not in held:
                column: exp.Expr = exp.column(SOURCE_KEY, table=node.table or None)
                is_projection = node.parent is self.select and node.arg_key == "expressions"
                node.replace(exp.alias_(column, key) if is_projection else column)

    def rewrite(self, inner: Mapping[int, Columns]) -> None:
        """Join memberships and replace keys; `inner` says what the queries in expressions give, by their id."""
        self.using.resolve()
        self._compare(inner)
        keys = [(found[1], n) for n in own_nodes(self.select) if (found := self.raw_key(n)) and found[0] is self]
        keys = [(alias, node) for alias, node in keys if isinstance(node, exp.Column) and not self._is_counted(node)]
        identifying = [(a, n) for a, n in keys if _clause(n, self.select) in _KEYED_BY and not _in_predicate(n)]
        wanted = self.wanted
        if not identifying and not wanted:
            return
        self._require_key(bool(identifying))
        chosen = {id(n): (a, n) for a, n in [*identifying, *wanted]}
        members = MemberJoiner(self, frozenset(a for a, _ in chosen.values()))
        for alias, node in keys:
            if members.joins(alias) and _clause(node, self.select) in _ORDERED_BY and not _in_predicate(node):
                chosen.setdefault(id(node), (alias, node))
        members.join([*chosen.values()], {id(n) for _, n in wanted})
        self._refuse_ungrouped([n for a, n in keys if id(n) not in chosen and members.joins(a)])

    def _is_counted(self, node: exp.Expr) -> bool:
        return inside_aggregate(node, self.select)

    def _require_key(self, identifying: bool) -> None:
        """A SELECT without a key of its own compares keys only where a row that comes twice does no harm."""
        select = self.select
        group = select.args.get("group")
        terms = [*select.expressions, *(group.expressions if group is not None else [])]
        if identifying or any(self.is_lifted(term) for term in terms):
            return
        if self.around is not None and (not _aggregates(select) or self._follows_outer()):
            return
        raise SqlMistake(
            f"{SOURCE_KEY} is compared with a {self.joiner.entity_type} in a SELECT that is about no "
            f"{self.joiner.entity_type}: project {SOURCE_KEY}, or compare artifacts",
            self.wanted[0][1],
        )

    def _follows_outer(self) -> bool:
        """Whether each comparison is with one entity of the SELECT around this one."""
        for _, node in self.wanted:
            other = _other_side(node)
            found = self.find(other) if isinstance(other, exp.Column) else None
            if not isinstance(node.parent, exp.EQ) or found is None or found[0] is self:
                return False
        return True

    def _compare(self, inner: Mapping[int, Columns]) -> None:
        for one, other in self._compared(inner):
            key = self.raw_key(one)
            if key is not None and isinstance(one, exp.Column):
                scope, alias = key
                scope.wanted.append((alias, one))
            elif is_artifact_column(one) and not self.is_lifted(one):
                raise SqlMistake(
                    f"{other} holds a {self.joiner.entity_type} here, {one.sql()} an artifact: aggregate the latter "
                    "from a timeseries source, or declare its table as a dimension",
                    one,
                )

    def _compared(self, inner: Mapping[int, Columns]) -> Iterator[tuple[exp.Expr, str]]:
        """Expressions that are compared with an entity, and what holds that."""
        for node in own_nodes(self.select):
            if isinstance(node, exp.In):
                yield from self._compared_in(node, inner)
            elif isinstance(node, _COMPARISONS):
                for one, other in ((node.this, node.expression), (node.expression, node.this)):
                    if self.is_lifted(other) or self._gives_lifted(other, inner):
                        yield one, other.sql()

    def _compared_in(self, node: exp.In, inner: Mapping[int, Columns]) -> Iterator[tuple[exp.Expr, str]]:
        query = _bare(node.args.get("query"))
        if query is None:
            if any(self.is_lifted(value) for value in node.expressions):
                yield node.this, node.expressions[0].sql()
            elif self.is_lifted(node.this):
                yield from ((value, node.this.sql()) for value in node.expressions)
        elif self._gives_lifted(query, inner):
            yield node.this, "the subquery"
        elif self.is_lifted(node.this):
            yield query.selects[0].unalias(), node.this.sql()

    def _gives_lifted(self, node: exp.Expr, inner: Mapping[int, Columns]) -> bool:
        query = _bare(node)
        if query is None or not query.selects:
            return False
        given = inner.get(id(query))
        return given is not None and query.selects[0].alias_or_name.lower() in given.lifted

    def _refuse_ungrouped(self, left: list[exp.Column]) -> None:
        """A key that still means the artifact cannot stand beside groups of entities."""
        group = self.select.args.get("group")
        if group is None:
            return
        for node in left:
            if _clause(node, self.select) in {"expressions", "having", "order"} and not _is_grouped(node, group):
                raise SqlMistake(
                    f"{node.sql()} is compared as an artifact in a SELECT grouped by {self.joiner.entity_type}: "
                    "compare it in WHERE or inside an aggregate",
                    node,
                )

    def outputs(self) -> Columns:
        """What this SELECT gives, after it was rewritten."""
        found = {p.alias_or_name.lower() for p in self.select.expressions if self.is_lifted(p.unalias())}
        if self.by_hand:
            key = output_key(self.joiner.entity_type)
            named = [p for p in self.select.expressions if key in {p.alias_or_name.lower(), p.unalias().name.lower()}]
            found |= {p.alias_or_name.lower() for p in named}
        starred = list(self._starred())
        found |= {name for alias in starred for name in self.lifted.get(alias, frozenset())}
        passing = [alias for alias in starred if alias in self.raw]
        if not passing or self.by_hand:
            return Columns(frozenset(found))
        if len(passing) > 1 or any(self.select.args.get(part) for part in ("distinct", "group", "limit", "qualify")):
            raise SqlMistake(f"SELECT * hides {SOURCE_KEY} of {', '.join(passing)} here: list the columns", self.select)
        return Columns(frozenset(found), self.raw[passing[0]].table)

    def _starred(self) -> Iterator[str]:
        """Aliases whose columns are all given."""
        for projection in self.select.expressions:
            if isinstance(projection, exp.Star):
                yield from self.aliases
            elif isinstance(projection, exp.Column) and projection.is_star:
                yield projection.table.lower()


def is_artifact_column(node: exp.Expr) -> bool:
    """Whether `node` is a column that holds an artifact by its name."""
    return isinstance(node, exp.Column) and node.name.lower().endswith("artifact_id")


def _clause(node: exp.Expr, select: exp.Select) -> str:
    """Which clause of `select` holds `node`; PARTITION BY and window ORDER BY belong to their own clause."""
    while node.parent is not None and node.parent is not select:
        node = node.parent
    return node.arg_key or ""


def _in_predicate(node: exp.Expr) -> bool:
    """Whether the value of `node` is only asked about: whether it equals something, is NULL, is in a list."""
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Query | exp.Window):
        if isinstance(parent, exp.Is) and isinstance(parent.parent_select, exp.Select):
            # of groups, the key is asked about, which is the entity; of rows, whether a join found any
            return parent.parent_select.args.get("group") is None
        if isinstance(parent, exp.Predicate):
            return True
        parent = parent.parent
    return False


def _is_grouped(node: exp.Expr, group: exp.Group) -> bool:
    current: exp.Expr | None = node
    while current is not None and not isinstance(current, exp.Query):
        if current.unalias() in group.expressions:
            return True
        current = current.parent
    return False


def _aggregates(select: exp.Select) -> bool:
    return any(isinstance(node, exp.AggFunc) for projection in select.expressions for node in own_nodes(projection))


def _other_side(node: exp.Expr) -> exp.Expr | None:
    comparison = node.parent
    if not isinstance(comparison, exp.Binary):
        return None
    return comparison.expression if comparison.this is node else comparison.this


def _bare(node: exp.Expr | None) -> exp.Query | None:
    """The query in parentheses, as `inner_queries` gives it."""
    query = node.unnest() if isinstance(node, exp.Subquery) else node
    return query if isinstance(query, exp.Query) else None


def _peer_rows(table: exp.Table, key: str) -> exp.Subquery:
    """The peer's rows with its entity under the name that metric SQL uses."""
    columns = [exp.column(key).as_(SOURCE_KEY) if name == SOURCE_KEY else exp.column(name) for name in PEER_COLUMNS]
    bare = table.copy()
    bare.set("alias", None)
    return exp.select(*columns).from_(bare).subquery(table.alias_or_name)
