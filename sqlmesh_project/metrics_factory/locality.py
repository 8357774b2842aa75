"""Whether a query keeps every row with its own sample date, so that rows of other dates cannot change a value."""

from collections.abc import Mapping

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import Bucket
from sqlmesh_project.metrics_factory.reading import is_aggregate
from sqlmesh_project.metrics_factory.scopes import Source, ctes, inner_queries, is_cte, own_nodes, sources

_Carriers = frozenset[str]


class _RowsMeetError(Exception):
    """Rows of different sample dates meet."""


def keeps_sample_dates(query: exp.Query, times: Mapping[int, str]) -> bool:
    """Whether rows of the relations `times` (id of the node: its time column) meet only rows of their sample date."""
    try:
        given = _Locality(times).query(query, {})
    except _RowsMeetError:
        return False
    return given is None or "metrics_sample_date" in given


class _Locality:
    """Follows the columns that carry a row's date: by name, for each relation that holds such rows."""

    def __init__(self, times: Mapping[int, str]) -> None:
        self.times = times

    def query(self, query: exp.Query, outer: Mapping[str, _Carriers | None]) -> _Carriers | None:
        known = dict(outer)
        for cte in ctes(query):
            known[cte.alias.lower()] = self.query(cte.this, known)
        if isinstance(query, exp.SetOperation):
            return self._set_operation(query, known)
        if isinstance(query, exp.Subquery):
            return self.query(query.this, known)
        return self._select(query, known) if isinstance(query, exp.Select) else None

    def _set_operation(self, query: exp.SetOperation, known: Mapping[str, _Carriers | None]) -> _Carriers | None:
        left, right = self.query(query.this, known), self.query(query.expression, known)
        if left is None and right is None:
            return None
        if left is None or right is None:
            raise _RowsMeetError
        names = [p.alias_or_name.lower() for p in query.this.selects]
        others = [p.alias_or_name.lower() for p in query.expression.selects]
        return frozenset(name for name, other in zip(names, others, strict=False) if name in left and other in right)

    def _select(self, select: exp.Select, known: Mapping[str, _Carriers | None]) -> _Carriers | None:
        held: dict[str, _Carriers] = {}
        for source in sources(select):
            carriers = self._source(source, known)
            if carriers is not None:
                held[source.alias.lower()] = carriers
        if any(self.query(inner, known) is not None for inner in inner_queries(select)):
            raise _RowsMeetError
        if not held:
            return None
        self._check_joins(select, held)
        self._check_groups(select, held)
        given = {p.alias_or_name.lower() for p in select.expressions if _is_carrier(p.unalias(), held)}
        if select.is_star:
            given |= {name for names in held.values() for name in names}
        if select.args.get("distinct") and not given:
            raise _RowsMeetError
        return frozenset(given)

    def _source(self, source: Source, known: Mapping[str, _Carriers | None]) -> _Carriers | None:
        if id(source.node) in self.times:
            return frozenset({self.times[id(source.node)]})
        if source.query is not None:
            return self.query(source.query, known)
        if source.table is not None and is_cte(source.table, known):
            return known[source.table.name.lower()]
        return None

    def _check_joins(self, select: exp.Select, held: Mapping[str, _Carriers]) -> None:
        """Every relation that holds such rows is tied to the first by its date."""
        tied = {next(iter(held))}
        pairs = [
            (_holder(node.this, held), _holder(node.expression, held))
            for node in own_nodes(select)
            if isinstance(node, exp.EQ) and _is_carrier(node.this, held) and _is_carrier(node.expression, held)
        ]
        for source in sources(select):
            using = source.join.args.get("using") if source.join is not None else None
            if any(column.name.lower() in held.get(source.alias.lower(), ()) for column in using or ()):
                tied.add(source.alias.lower())
        for _ in held:
            tied |= {alias for pair in pairs if tied & set(pair) for alias in pair if alias is not None}
        if set(held) - tied:
            raise _RowsMeetError

    def _check_groups(self, select: exp.Select, held: Mapping[str, _Carriers]) -> None:
        if any(select.args.get(name) for name in ("limit", "offset")):
            raise _RowsMeetError
        group = select.args.get("group")
        if group is not None and not any(_is_carrier(term, held) for term in group.expressions):
            raise _RowsMeetError
        if group is None and any(is_aggregate(projection) for projection in select.expressions):
            raise _RowsMeetError
        for window in (node for node in own_nodes(select) if isinstance(node, exp.Window)):
            names_another = window.args.get("alias") is not None and not window.args.get("partition_by")
            if not names_another and not any(_is_carrier(t, held) for t in window.args.get("partition_by") or ()):
                raise _RowsMeetError


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Cast | exp.Paren | Bucket) and node.this is not None:
        node = node.this
    return node


def _holder(node: exp.Expr, held: Mapping[str, _Carriers]) -> str | None:
    column = _bare(node)
    if not isinstance(column, exp.Column):
        return None
    holders = [alias for alias, names in held.items() if column.name.lower() in names]
    if column.table:
        return column.table.lower() if column.table.lower() in holders else None
    return holders[0] if holders else None


def _is_carrier(node: exp.Expr, held: Mapping[str, _Carriers]) -> bool:
    return _holder(node, held) is not None
