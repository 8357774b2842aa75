"""Reading SQL as its authors meant it: GROUP BY by output alias, and half-open bounds.

The rules are numbered in the design page on metrics. Macros of the window arrive here as `MetricsStart` and
`MetricsEnd` and leave as the nodes of `clocks`, which say unambiguously which day is meant.
"""

from typing import ClassVar

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import (
    DAY_UNITS,
    MONTH_UNITS,
    Bucket,
    EarlierStart,
    SampleDate,
    WindowEnd,
    WindowNode,
    WindowStart,
)
from sqlmesh_project.metrics_factory.errors import SqlMistake


class MetricsStart(exp.Expression):
    """`@metrics_start(type)` as written; `count` of `unit` before it for `@metrics_start(type) - INTERVAL ...`."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "count": False, "unit": False}


class MetricsEnd(exp.Expression):
    """`@metrics_end(type)` as written."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


_BOUNDS = (MetricsStart, MetricsEnd)
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GTE: exp.LTE,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.LT: exp.GT,
    exp.EQ: exp.EQ,
}
_USES = (
    "bounds are compared as `col >= @metrics_start(type)`, `col < @metrics_start(type)`, `col <= @metrics_end(type)`, "
    "`col < @metrics_end(type)` or `col BETWEEN @metrics_start(type) AND @metrics_end(type)`; "
    "`@metrics_end` is a value only in rolling and all-time queries"
)


def owner(node: exp.Expr) -> exp.Select | None:
    """The SELECT that `node` belongs to: the nearest one around it."""
    return node.find_ancestor(exp.Select)


def is_aggregate(expression: exp.Expr) -> bool:
    """Whether `expression` holds an aggregate of its own SELECT: not a window function, not inside a subquery."""
    return any(True for _ in own_aggregates(expression))


def own_aggregates(expression: exp.Expr) -> list[exp.Expr]:
    """The aggregates in `expression` that its own SELECT computes."""
    found: list[exp.Expr] = []
    stack = [expression]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Query):
            continue
        if isinstance(node, exp.Window):
            stack.extend(child for key, child in _children(node) if key != "this")
            continue
        if isinstance(node, exp.AggFunc):
            found.append(node)
            continue
        stack.extend(child for _, child in _children(node))
    return found


def _children(node: exp.Expr) -> list[tuple[str, exp.Expr]]:
    return [(child.arg_key or "", child) for child in node.iter_expressions()]


def resolve_group_by(query: exp.Expr, *, one_sample_date: bool) -> None:
    """Rule 1, in place: ordinals and output aliases mean the projection, constant terms are dropped.

    With `one_sample_date` (all time) the sample date is such a constant.
    """
    for select in query.find_all(exp.Select):
        group = select.args.get("group")
        if group is not None:
            _resolve_group(select, group, one_sample_date)


def _resolve_group(select: exp.Select, group: exp.Group, one_sample_date: bool) -> None:
    outputs = {p.alias_or_name: p.unalias() for p in select.expressions if isinstance(p, exp.Alias | exp.Column)}
    projections = [p.unalias() for p in select.expressions]
    if group.args.get("all"):
        terms = [p for p in projections if not is_aggregate(p)]
        group.set("all", None)
    else:
        terms = [_projection_of(term, projections, outputs) for term in group.expressions]
    for term in terms:
        if is_aggregate(term):
            raise SqlMistake(f"GROUP BY names an aggregate: {term.sql()}", group)
    dropped = (Bucket, MetricsEnd) if one_sample_date else ()
    kept = [term.copy() for term in terms if not _is_constant(term) and not isinstance(term, dropped)]
    distinct = list(dict.fromkeys(kept))
    if distinct or any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
        group.set("expressions", distinct)
    else:
        # all groups are constants: one row, unless there is nothing to group
        select.set("group", None)
        select.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(0)), copy=False)


def _projection_of(term: exp.Expr, projections: list[exp.Expr], outputs: dict[str, exp.Expr]) -> exp.Expr:
    if isinstance(term, exp.Literal) and term.is_int:
        index = int(term.name)
        if not 1 <= index <= len(projections):
            raise SqlMistake(f"GROUP BY {index}, but there are {len(projections)} columns", term.parent)
        return projections[index - 1]
    if isinstance(term, exp.Column) and not term.table and term.name in outputs:
        return outputs[term.name]
    return term


def _is_constant(term: exp.Expr) -> bool:
    return not any(
        isinstance(node, exp.Column | exp.Subquery | exp.Func) or _is_bound(node) for node in term.walk()
    ) or (isinstance(term, exp.Cast) and isinstance(term.this, exp.Literal | exp.Null))


def _is_bound(node: exp.Expr) -> bool:
    # nodes of this package: what they stand for is known only once a clock is chosen
    return type(node).__module__.startswith("sqlmesh_project.")


def read_bounds(query: exp.Query, *, has_sample_value: bool) -> bool:
    """Rule 2, in place: say of each bound which day is meant; returns whether rows before the window are read.

    `has_sample_value` is True where one window has one sample date (rolling, all time), so that `@metrics_end` can be
    a value. Raises SqlMistake for any other use.
    """
    for start in list(query.find_all(MetricsStart)):
        _fold_offset(start)
    reads_history = False
    for bound in list(query.find_all(*_BOUNDS)):
        if bound.find_ancestor(exp.Query) is None and bound is not query:
            continue  # went away with the comparison it stood in
        if bound.parent is None:
            continue
        reads_history |= _read_bound(bound, has_sample_value=has_sample_value)
    return reads_history


def _fold_offset(start: exp.Expr) -> None:
    """Make one bound of `@metrics_start(type) - INTERVAL 'n' unit`, which says how far a query looks back."""
    offset = start.parent
    if not isinstance(offset, exp.Sub | exp.DateSub | exp.Add | exp.DateAdd) or offset.this is not start:
        return
    given = offset.expression
    unit = given.args.get("unit") if isinstance(given, exp.Interval) else offset.args.get("unit")
    amount = given.this if isinstance(given, exp.Interval) else given
    sign = -1 if isinstance(offset, exp.Add | exp.DateAdd) else 1
    while isinstance(amount, exp.Neg | exp.Paren):
        sign = -sign if isinstance(amount, exp.Neg) else sign
        amount = amount.this
    if unit is None or not isinstance(amount, exp.Literal) or not amount.name.lstrip("-").isdigit():
        return
    count, name = sign * int(amount.name), unit.name.lower().removesuffix("s")
    if count > 0 and name in {**DAY_UNITS, **MONTH_UNITS}:
        offset.replace(MetricsStart(this=start.this.copy(), count=exp.Literal.number(count), unit=exp.var(name)))


def _read_bound(bound: exp.Expr, *, has_sample_value: bool) -> bool:
    parent = bound.parent
    if isinstance(parent, exp.Between):
        _read_between(parent)
        return False
    if isinstance(parent, exp.DateDiff):
        bound.replace(_to_node(bound))
        return False
    if parent is not None and type(parent) in _MIRRORED and bound.arg_key == "this":
        parent = _mirror(parent)
    if isinstance(bound, MetricsStart):
        if isinstance(parent, exp.GTE):
            bound.replace(_to_node(bound))
            return False
        if isinstance(parent, exp.LT):
            bound.replace(_to_node(bound))
            return True
    elif isinstance(parent, exp.LTE | exp.LT):
        parent.replace(exp.LT(this=parent.this.copy(), expression=_to_node(bound)))
        return False
    elif _is_value(bound) and has_sample_value:
        bound.replace(SampleDate(this=bound.this.copy()))
        return False
    raise SqlMistake(f"cannot read `{_around(bound)}`: {_USES}", bound)


def _read_between(between: exp.Between) -> None:
    low, high = between.args["low"], between.args["high"]
    if not isinstance(low, MetricsStart) or not isinstance(high, MetricsEnd):
        raise SqlMistake(f"cannot read `{_around(between)}`: {_USES}", between)
    both = exp.and_(
        exp.GTE(this=between.this.copy(), expression=_to_node(low)),
        exp.LT(this=between.this.copy(), expression=_to_node(high)),
    )
    between.replace(both if isinstance(between.parent, exp.And | exp.Where) else exp.paren(both, copy=False))
    low.parent = high.parent = None


def _mirror(comparison: exp.Expr) -> exp.Expr:
    mirrored = _MIRRORED[type(comparison)]()
    left, right = comparison.this, comparison.expression
    mirrored.set("this", right)
    mirrored.set("expression", left)
    comparison.replace(mirrored)
    return mirrored


def _to_node(bound: exp.Expr) -> WindowNode:
    if bound.args.get("count") is not None:
        return EarlierStart(this=bound.this.copy(), count=bound.args["count"].copy(), unit=bound.args["unit"].copy())
    kind = WindowStart if isinstance(bound, MetricsStart) else WindowEnd
    return kind(this=bound.this.copy())


def _is_value(bound: exp.Expr) -> bool:
    node = bound
    while isinstance(node.parent, exp.Cast | exp.Paren | exp.Alias):
        node = node.parent
    return isinstance(node.parent, exp.EQ | exp.Group) or (
        isinstance(node.parent, exp.Select) and node.arg_key == "expressions"
    )


def _around(bound: exp.Expr) -> str:
    node = bound.parent if isinstance(bound, _BOUNDS) and bound.parent is not None else bound
    shown = node.copy()
    for inner in list(shown.find_all(*_BOUNDS)):
        name = "metrics_start" if isinstance(inner, MetricsStart) else "metrics_end"
        inner.replace(exp.column(f"@{name}('{inner.this.name}')"))
    return shown.sql().replace('"', "")
