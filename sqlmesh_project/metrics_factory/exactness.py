"""Rule 6: approximations are computed exactly, the same on every engine; functions of other dialects by what they mean.

Engines disagree on percentiles: Trino has only approximate ones. So a percentile is read off the sorted values, between
two of them by linear interpolation, as PERCENTILE_CONT does it.
"""

from sqlglot import exp

from sqlmesh_project.metrics_factory.errors import SqlMistake

_CONTINUOUS = (exp.ApproxQuantile, exp.Quantile, exp.PercentileCont)
_PLAIN = {"sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max, "count": exp.Count, "any": exp.AnyValue}
_DISTINCT = {"uniq", "uniqexact", "uniqcombined", "uniqhll12"}


def make_exact(query: exp.Expr, *, approximate: bool) -> None:
    """Rewrite, in place, approximate counts and percentiles into exact ones, unless `approximate`.

    ClickHouse's combinators (`sumIf`, `uniqExact`, `quantileExact`) become standard SQL either way. Raises SqlMistake
    for a percentile that cannot be computed exactly.
    """
    for node in list(query.find_all(exp.Func)):
        if isinstance(node, exp.ParameterizedAgg | exp.CombinedAggFunc | exp.AnonymousAggFunc | exp.Anonymous):
            standard = _standard(node)
            if standard is not None:
                node.replace(standard)
    for node in list(query.find_all(exp.CountIf)):
        # engines disagree on what it is of no row that is true
        node.replace(exp.Count(this=_where(exp.Literal.number(1), node.this)))
    if approximate:
        return
    for node in query.find_all(exp.Anonymous, exp.ApproxTopK):
        if isinstance(node, exp.ApproxTopK) or node.name.lower().startswith("approx_"):
            raise SqlMistake(f"{node.sql()} is approximate: compute it exactly, or say approximate=True", node)
    for node in list(query.find_all(exp.ApproxDistinct)):
        node.replace(exp.Count(this=exp.Distinct(expressions=[node.this])))
    for node in list(query.find_all(exp.WithinGroup, exp.Median, exp.PercentileDisc, *_CONTINUOUS)):
        if node.parent is not None and not isinstance(node.parent, exp.WithinGroup):
            node.replace(_percentile(node))


def _standard(node: exp.Expr) -> exp.Expr | None:
    """What a function of ClickHouse is in standard SQL; None for any other function."""
    if not isinstance(node.this, str):
        return None
    name, arguments = node.this.lower(), list(node.expressions)
    if name == "quantileexact" and isinstance(node, exp.ParameterizedAgg):
        return exp.PercentileCont(this=node.args["params"][0], expression=arguments[0])
    if name == "medianexact":
        return exp.Median(this=arguments[0])
    if name == "todate" and len(arguments) == 1:
        return exp.Cast(this=arguments[0], to=exp.DataType.build("DATE"))
    condition = arguments.pop() if isinstance(node, exp.CombinedAggFunc) and name.endswith("if") else None
    name = name if condition is None else name.removesuffix("if")
    value = _where(arguments[0] if arguments else exp.Literal.number(1), condition)
    if name in _DISTINCT:
        return exp.Count(this=exp.Distinct(expressions=[value]))
    if name == "sum" and condition is not None:
        # of no row that is true it is 0 there
        value.set("default", exp.Literal.number(0))
    return _PLAIN[name](this=value) if name in _PLAIN and condition is not None else None


def _where(value: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    return value if condition is None else exp.Case(ifs=[exp.If(this=condition, true=value)])


def _percentile(node: exp.Expr) -> exp.Expr:
    value, fraction, is_discrete = _parts(node)
    if not isinstance(fraction, exp.Literal) or fraction.is_string or not 0 <= float(fraction.name) <= 1:
        raise SqlMistake(
            f"{node.sql()} cannot be computed exactly: give one fraction from 0 to 1, or say approximate=True", node
        )
    present = exp.Not(this=exp.Is(this=value.copy(), expression=exp.null()))
    gathered = exp.Filter(this=exp.ArrayAgg(this=value), expression=exp.Where(this=present))
    ordered = exp.SortArray(this=gathered)
    size = exp.ArraySize(this=gathered.copy())
    if is_discrete:
        rank = exp.Greatest(
            this=exp.Ceil(this=exp.Mul(this=fraction, expression=size)), expressions=[exp.Literal.number(1)]
        )
        return exp.paren(_at(ordered, exp.Sub(this=rank, expression=exp.Literal.number(1))), copy=False)
    position = exp.Mul(this=fraction, expression=exp.paren(exp.Sub(this=size, expression=exp.Literal.number(1))))
    low, high = (_at(ordered.copy(), kind(this=position.copy())) for kind in (exp.Floor, exp.Ceil))
    share = exp.paren(exp.Sub(this=position, expression=exp.Floor(this=position.copy())))
    step = exp.Mul(this=exp.paren(exp.Sub(this=high, expression=low.copy())), expression=share)
    return exp.paren(exp.Add(this=low, expression=step), copy=False)


def _parts(node: exp.Expr) -> tuple[exp.Expr, exp.Expr | None, bool]:
    """The value, the fraction, and whether it is one of the values rather than between two of them."""
    if isinstance(node, exp.WithinGroup):
        terms = node.expression.expressions
        if len(terms) != 1 or not isinstance(node.this, exp.PercentileCont | exp.PercentileDisc):
            raise SqlMistake(f"{node.sql()} cannot be computed exactly on every engine", node)
        fraction = node.this.this
        if terms[0].args.get("desc"):
            fraction = exp.Literal.number(1 - float(fraction.name))
        return terms[0].this, fraction, isinstance(node.this, exp.PercentileDisc)
    if isinstance(node, exp.Median):
        return node.this, exp.Literal.number(0.5), False
    if node.args.get("accuracy") is not None or node.args.get("weight") is not None:
        return node.this, None, False
    return node.this, node.args.get("quantile") or node.args.get("expression"), isinstance(node, exp.PercentileDisc)


def _at(ordered: exp.Expr, index: exp.Expr) -> exp.Expr:
    """The value at `index`, from 0, as a DOUBLE."""
    whole = exp.Cast(this=index, to=exp.DataType.build("BIGINT"))
    return exp.Cast(this=exp.Bracket(this=ordered, expressions=[whole]), to=exp.DataType.build("DOUBLE"))
