"""Says in another way what cannot be given a date as it stands: LIMIT, a total over everything, USING beside ON."""

from collections.abc import Mapping

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import CALENDAR, WINDOW_DATE
from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.reading import own_aggregates
from sqlmesh_project.metrics_factory.scopes import own_nodes, sources

_TOTALS = "metrics_totals"


def number_instead_of_limit(select: exp.Select) -> None:
    """`ORDER BY ... LIMIT n`, in place, as a row number, which is then one for each date."""
    limit, offset = select.args.get("limit"), select.args.get("offset")
    if limit is None and offset is None:
        return
    order = select.args.get("order")
    count = _count(limit.args.get("expression") or limit.args.get("count")) if limit is not None else None
    skipped = _count(offset.expression) if offset is not None else 0
    if order is None or select.args.get("distinct") is not None or (limit is not None and count is None):
        raise SqlMistake(
            "LIMIT of what depends on the window needs a number, an ORDER BY and no DISTINCT: it holds for each date",
            select,
        )
    terms = [exp.Ordered(**{**term.args, "this": _projected(term.this, select).copy()}) for term in order.expressions]
    number = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=terms))
    wanted: exp.Expr = exp.GT(this=number, expression=exp.Literal.number(skipped or 0))
    if count is not None:
        last = exp.LTE(this=number.copy(), expression=exp.Literal.number((skipped or 0) + count))
        wanted = exp.and_(wanted, last) if skipped else last
    given = select.args.get("qualify")
    select.set("qualify", exp.Qualify(this=exp.and_(given.this, wanted) if given is not None else wanted))
    for part in ("limit", "offset", "order"):
        select.set(part, None)


def _count(value: exp.Expr | None) -> int | None:
    return int(value.name) if isinstance(value, exp.Literal) and value.is_int else None


def _projected(term: exp.Expr, select: exp.Select) -> exp.Expr:
    """The projection that a term of ORDER BY names by position or alias."""
    if isinstance(term, exp.Literal) and term.is_int and 1 <= int(term.name) <= len(select.expressions):
        return select.expressions[int(term.name) - 1].unalias()
    if isinstance(term, exp.Column) and not term.table:
        return next((p.this for p in select.expressions if isinstance(p, exp.Alias) and p.alias == term.name), term)
    return term


def keep_empty_windows(select: exp.Select, driver: exp.Expr) -> None:
    """Make of an aggregate over everything, in place, one row for each date, also where nothing happened."""
    if any(isinstance(node, exp.Window) for node in own_nodes(select)):
        raise SqlMistake("a window function over an aggregate without GROUP BY cannot depend on the window", select)
    aggregates = list(dict.fromkeys(a for p in select.expressions for a in own_aggregates(p)))
    values: dict[exp.Expr, exp.Expr] = {}
    for index, aggregate in enumerate(aggregates):
        column: exp.Expr = exp.column(f"metrics_total_{index}", table=_TOTALS)
        if isinstance(aggregate, exp.Count):
            column = exp.Coalesce(this=column, expressions=[exp.Literal.number(0)])
        values[aggregate] = column
    day = exp.column(WINDOW_DATE, table=CALENDAR)
    projections = [exp.alias_(_replaced(p.unalias(), values), p.alias_or_name) for p in select.expressions]
    totals = exp.Select()
    for part, value in list(select.args.items()):
        if part not in {"with_", "expressions"}:
            totals.set(part, value)
            select.set(part, None)
    named = [exp.alias_(aggregate.copy(), f"metrics_total_{index}") for index, aggregate in enumerate(aggregates)]
    totals.set("expressions", [*named, exp.alias_(driver.copy(), WINDOW_DATE)])
    totals.group_by(driver.copy(), copy=False)
    same = exp.EQ(this=exp.column(WINDOW_DATE, table=_TOTALS), expression=day.copy())
    select.set("expressions", [*projections, exp.alias_(day, WINDOW_DATE)])
    select.set("from_", exp.From(this=exp.to_table(CALENDAR)))
    select.set("joins", [exp.Join(this=totals.subquery(_TOTALS), side="LEFT", on=same)])


def _replaced(expression: exp.Expr, values: Mapping[exp.Expr, exp.Expr]) -> exp.Expr:
    return expression.copy().transform(lambda node: values[node].copy() if node in values else node, copy=False)


def spell_out_using(select: exp.Select) -> None:
    """USING, in place, as ON, with what it merges said in full; raises SqlMistake where that is not known."""
    if any(p.is_star and not isinstance(p.unalias(), exp.Count) for p in select.expressions):
        raise SqlMistake("SELECT * cannot stand beside USING and ON over what depends on the window", select)
    merged: dict[str, exp.Expr] = {}
    before: list[str] = []
    for source in sources(select):
        join = source.join
        names = [name.name for name in join.args.get("using") or ()] if join is not None else []
        conditions = []
        for name in names:
            left = merged.get(name) or exp.column(name, table=_holder(select, before, name))
            right = exp.column(name, table=source.alias)
            conditions.append(exp.EQ(this=left.copy(), expression=right.copy()))
            side = join.side if join is not None else ""
            both = exp.Coalesce(this=left.copy(), expressions=[right.copy()])
            merged[name] = {"FULL": both, "RIGHT": right}.get(side, left.copy())
        if conditions and join is not None:
            join.set("using", None)
            join.set("on", exp.and_(*conditions))
        before.append(source.alias)
    for node in list(own_nodes(select)):
        if isinstance(node, exp.Column) and not node.table and node.name in merged:
            value = merged[node.name].copy()
            is_projection = node.parent is select and node.arg_key == "expressions"
            node.replace(exp.alias_(value, node.name) if is_projection else value)


def _holder(select: exp.Select, before: list[str], name: str) -> str:
    if len(before) == 1:
        return before[0]
    known = {cte.alias: cte.this.named_selects for cte in select.root().find_all(exp.CTE)}
    tables = {s.alias: s.table.name if s.table is not None else "" for s in sources(select)}
    inside = {s.alias: s.query.named_selects for s in sources(select) if s.query is not None}
    holders = [alias for alias in before if name in inside.get(alias, known.get(tables[alias], []))]
    if not holders:
        raise SqlMistake(f"USING ({name}) does not say of which table: use ON", select)
    return holders[0]
