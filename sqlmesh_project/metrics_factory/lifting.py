"""What the joiner does to one SELECT: finds what keys it, joins memberships, puts the entity in place of the key.

Raw relations whose keys a SELECT equates are one artifact, so they share one membership: an artifact of two entities
gives each of them its rows once. How a membership enters FROM is in `memberships`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import SOURCE_KEY, output_key
from sqlmesh_project.metrics_factory.keying import Columns, Scope, is_artifact_column
from sqlmesh_project.metrics_factory.memberships import MemberJoiner
from sqlmesh_project.metrics_factory.scopes import inside_aggregate, own_nodes

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_KEYED_BY = frozenset({"expressions", "group", "distinct"})
_ORDERED_BY = frozenset({"order", "having", "qualify", "windows"})


@dataclass(frozen=True, kw_only=True)
class Lifting:
    """Rewrites the SELECT of `scope`; `inner` says what the queries in its expressions give, by their id."""

    scope: Scope
    inner: Mapping[int, Columns]

    def rewrite(self) -> None:
        """Join memberships and replace keys, in place; raises SqlMistake."""
        scope, select = self.scope, self.scope.select
        scope.using.resolve()
        self._compare()
        keys = list(self._keys())
        identifying = [(a, n) for a, n in keys if _clause(n, select) in _KEYED_BY and not _in_predicate(n)]
        if not identifying and not scope.wanted:
            return
        self._require_key({alias for alias, _ in identifying})
        chosen = {id(n): (a, n) for a, n in [*identifying, *scope.wanted]}
        members = MemberJoiner(scope, frozenset(alias for alias, _ in chosen.values()))
        for alias, node in keys:
            if members.joins(alias) and _clause(node, select) in _ORDERED_BY and not _in_predicate(node):
                chosen.setdefault(id(node), (alias, node))
        members.join([*chosen.values()], {id(node) for _, node in scope.wanted})
        self._refuse_ungrouped([n for a, n in keys if id(n) not in chosen and members.joins(a)])

    def _keys(self) -> Iterator[tuple[str, exp.Column]]:
        """The keys of raw relations that stand outside aggregates, with their alias."""
        for node in own_nodes(self.scope.select):
            found = self.scope.raw_key(node)
            is_mine = found is not None and found[0] is self.scope and not inside_aggregate(node, self.scope.select)
            if found is not None and is_mine and isinstance(node, exp.Column):
                yield found[1], node

    def _require_key(self, identifying: set[str]) -> None:
        """A comparison with an entity joins rows or filters them; a row that comes twice must do no harm."""
        for alias in {alias for alias, _ in self.scope.wanted} - identifying:
            nodes = [node for wanted, node in self.scope.wanted if wanted == alias]
            if not any(_is_conjunct(node) for node in nodes):
                raise SqlMistake(
                    f"{nodes[0].sql()} is compared with a {self.scope.joiner.entity_type} elsewhere than in a "
                    "condition of ON or WHERE: aggregate it in a CTE first, and join that",
                    nodes[0],
                )
        select = self.scope.select
        group = select.args.get("group")
        terms = [*select.expressions, *(group.expressions if group is not None else [])]
        if identifying or any(self.scope.is_lifted(term) for term in terms):
            return
        if self.scope.around is not None and (not _aggregates(select) or self._follows_outer()):
            return
        raise SqlMistake(
            f"{SOURCE_KEY} is compared with a {self.scope.joiner.entity_type} in a SELECT that is about no "
            f"{self.scope.joiner.entity_type}: project {SOURCE_KEY}, or compare artifacts",
            self.scope.wanted[0][1],
        )

    def _follows_outer(self) -> bool:
        """Whether each comparison is with one entity of the SELECT around this one."""
        for _, node in self.scope.wanted:
            other = _other_side(node)
            found = self.scope.find(other) if isinstance(other, exp.Column) else None
            if not isinstance(node.parent, exp.EQ) or found is None or found[0] is self.scope:
                return False
        return True

    def _compare(self) -> None:
        for one, other in self._compared():
            key = self.scope.raw_key(one)
            if key is not None and isinstance(one, exp.Column):
                scope, alias = key
                scope.wanted.append((alias, one))
            elif is_artifact_column(one) and not self.scope.is_lifted(one):
                raise SqlMistake(
                    f"{other} holds a {self.scope.joiner.entity_type} here, {one.sql()} an artifact: aggregate the "
                    "latter from a timeseries source, or declare its table as a dimension",
                    one,
                )

    def _compared(self) -> Iterator[tuple[exp.Expr, str]]:
        """Expressions that are compared with an entity, and what holds that."""
        for node in own_nodes(self.scope.select):
            if isinstance(node, exp.In):
                yield from self._compared_in(node)
            elif isinstance(node, _COMPARISONS):
                for one, other in ((node.this, node.expression), (node.expression, node.this)):
                    if self.scope.is_lifted(other) or self._gives_lifted(other):
                        yield one, other.sql()

    def _compared_in(self, node: exp.In) -> Iterator[tuple[exp.Expr, str]]:
        query = _bare(node.args.get("query"))
        if query is None:
            if any(self.scope.is_lifted(value) for value in node.expressions):
                yield node.this, node.expressions[0].sql()
            elif self.scope.is_lifted(node.this):
                yield from ((value, node.this.sql()) for value in node.expressions)
        elif self._gives_lifted(query):
            yield node.this, "the subquery"
        elif self.scope.is_lifted(node.this):
            yield query.selects[0].unalias(), node.this.sql()

    def _gives_lifted(self, node: exp.Expr) -> bool:
        query = _bare(node)
        if query is None or not query.selects:
            return False
        given = self.inner.get(id(query))
        return given is not None and query.selects[0].alias_or_name.lower() in given.lifted

    def _refuse_ungrouped(self, left: list[exp.Column]) -> None:
        """A key that still means the artifact cannot stand beside groups of entities."""
        group = self.scope.select.args.get("group")
        if group is None:
            return
        for node in left:
            if _clause(node, self.scope.select) in {"expressions", "having", "order"} and not _is_grouped(node, group):
                raise SqlMistake(
                    f"{node.sql()} is compared as an artifact in a SELECT grouped by {self.scope.joiner.entity_type}: "
                    "compare it in WHERE or inside an aggregate",
                    node,
                )


def read_lifted_by_hand(scope: Scope) -> None:
    """Read `to_project_id`, as macros name it, from CTEs that hold it under the name of their source."""
    key = output_key(scope.joiner.entity_type)
    for node in list(own_nodes(scope.select)):
        if not isinstance(node, exp.Column) or node.name.lower() != key:
            continue
        found = scope.find(node)
        held = scope.lifted.get(found[1], frozenset()) if found is not None else frozenset()
        if SOURCE_KEY in held and key not in held:
            column: exp.Expr = exp.column(SOURCE_KEY, table=node.table or None)
            is_projection = node.parent is scope.select and node.arg_key == "expressions"
            node.replace(exp.alias_(column, key) if is_projection else column)


def _clause(node: exp.Expr, select: exp.Select) -> str:
    """Which clause of `select` holds `node`; PARTITION BY and window ORDER BY belong to their own clause."""
    while node.parent is not None and node.parent is not select:
        node = node.parent
    return node.arg_key or ""


def _is_conjunct(node: exp.Expr) -> bool:
    """Whether the comparison that `node` stands in must hold of every row: of its SELECT, or of one around it."""
    condition = node.parent
    parent = condition.parent if condition is not None else None
    while isinstance(parent, exp.And | exp.Paren | exp.Not):
        parent = parent.parent
    return isinstance(parent, exp.Where | exp.Join)


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
