"""Takes a SELECT apart for the strategies of rolling windows: keys, aggregates, the time column its window bounds."""

from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import (
    WINDOW_NODES,
    Bucket,
    SampleDate,
    WindowEnd,
    WindowStart,
    add,
    cast,
    date_literal,
    end_date,
    start_date,
)
from sqlmesh_project.metrics_factory.graph import SOURCE_KEY
from sqlmesh_project.metrics_factory.memberships import MEMBERSHIP
from sqlmesh_project.metrics_factory.reading import own_aggregates
from sqlmesh_project.metrics_factory.scopes import ctes, own_nodes

_SCALARS = (exp.Sum, exp.Count, exp.Min, exp.Max, exp.Avg)
_ARITHMETIC = (exp.Alias, exp.Paren, exp.Add, exp.Mul, exp.Div, exp.Coalesce, exp.Nullif, exp.Round)
_TEXTS = {"event_source", "event_type", "from_artifact_id", SOURCE_KEY}
_REFUSED = ("distinct", "limit", "offset", "qualify", "windows", "sample", "order")


@dataclass(kw_only=True)
class Shape:
    """A SELECT taken apart: its keys, its aggregates, and the column that its window bounds."""

    select: exp.Select
    time: exp.Expr
    keys: list[exp.Expr]
    aggregates: list[exp.Expr] = field(default_factory=list)

    @property
    def key_columns(self) -> list[str]:
        """Their names in the states."""
        return [f"metrics_key_{index}" for index in range(len(self.keys))]

    def named_keys(self) -> list[exp.Expr]:
        """The keys as projections."""
        return [exp.alias_(k.copy(), name) for k, name in zip(self.keys, self.key_columns, strict=True)]

    def source(self, first: date) -> exp.Select:
        """FROM, joins and filters of the SELECT, over the days of the batch; no columns yet."""
        query = exp.Select()
        for part in ("from_", "joins", "where"):
            value = self.select.args.get(part)
            if value is not None:
                query.set(part, [v.copy() for v in value] if isinstance(value, list) else value.copy())
        for node in list(query.find_all(WindowStart, WindowEnd)):
            day = start_date() if isinstance(node, WindowStart) else add(end_date(), 1, "day")
            node.replace(day if node.this.name.upper() == "DATE" else cast(day, node.this.name))
        return query.where(exp.GTE(this=self.time.copy(), expression=date_literal(first)), copy=False)

    def outer(self, values: dict[exp.Expr, exp.Expr], date_column: exp.Expr) -> tuple[list[exp.Expr], exp.Expr | None]:
        """The SELECT's projections and HAVING, over `values` (expressions of the states) and the sample date."""
        having = self.select.args.get("having")
        projections = [_substitute(p, values, date_column) for p in self.select.expressions]
        return projections, _substitute(having.this, values, date_column) if having is not None else None


def shape_of(query: exp.Query) -> Shape | None:
    """What states need to know of `query`; None where one evaluation a sample date must do."""
    if not isinstance(query, exp.Select) or not _is_plain(query):
        return None
    time = _bounded_time(query)
    keys = [term for term in query.args["group"].expressions if not isinstance(term, Bucket | SampleDate)]
    if time is None or any(next(term.find_all(*WINDOW_NODES), None) is not None for term in keys):
        return None
    having = query.args.get("having")
    parts = [*query.expressions, *([having.this] if having is not None else [])]
    aggregates = list(dict.fromkeys(a for part in parts for a in own_aggregates(part)))
    shape = Shape(select=query, time=time, keys=keys, aggregates=aggregates)
    if not aggregates or not all(_has_states(aggregate) for aggregate in aggregates):
        return None
    return shape if _is_covered(shape, parts) and all(_keeps_types(shape, part) for part in parts) else None


def _is_plain(query: exp.Select) -> bool:
    """Whether it groups rows, and does nothing else with them."""
    if ctes(query) or any(query.args.get(part) for part in _REFUSED):
        return False
    group = query.args.get("group")
    if group is None or any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
        return False
    return not any(isinstance(node, exp.Window | exp.Filter | exp.WithinGroup) for node in own_nodes(query))


def _bounded_time(query: exp.Select) -> exp.Expr | None:
    """The column bound from both sides, if nothing else but the sample date of a row depends on the window."""
    where = query.args.get("where")
    conjuncts = list(where.this.flatten()) if where is not None and isinstance(where.this, exp.And) else []
    lower = [c.this for c in conjuncts if isinstance(c, exp.GTE) and isinstance(c.expression, WindowStart)]
    upper = [c.this for c in conjuncts if isinstance(c, exp.LT) and isinstance(c.expression, WindowEnd)]
    nodes = list(query.find_all(*WINDOW_NODES))
    bounds = [node for node in nodes if isinstance(node, WindowStart | WindowEnd)]
    if len(lower) != 1 or lower != upper or len(bounds) != 2 or not isinstance(lower[0], exp.Column):
        return None
    outside = [node for node in nodes if not isinstance(node, WindowStart | WindowEnd)]
    return lower[0] if all(_is_of_a_group(node, query) for node in outside) else None


def _is_of_a_group(node: exp.Expr, query: exp.Select) -> bool:
    """Whether `node` is the sample date where groups are formed or given, not where single rows are looked at."""
    if not isinstance(node, Bucket | SampleDate) or node.find_ancestor(exp.Select) is not query:
        return False
    while node.parent is not query and node.parent is not None:
        node = node.parent
        if isinstance(node, exp.AggFunc):
            return False
    return node.arg_key in {"expressions", "group", "having"}


def _has_states(aggregate: exp.Expr) -> bool:
    """Whether its value over a window follows from states of the window's days."""
    if is_distinct_count(aggregate):
        return not isinstance(aggregate.this.expressions[0], exp.Tuple | exp.Struct | exp.Star)
    return type(aggregate) in _SCALARS and aggregate.find(exp.Distinct) is None


def _is_covered(shape: Shape, parts: list[exp.Expr]) -> bool:
    """Whether every column that is given or filtered by is a key or inside an aggregate."""
    known: dict[exp.Expr, exp.Expr] = {key: exp.null() for key in [*shape.keys, *shape.aggregates]}
    for part in parts:
        rest = _substitute(part, known, exp.null())
        if any(isinstance(node, exp.Column | exp.Query) for node in rest.walk()):
            return False
    return True


def _keeps_types(shape: Shape, part: exp.Expr) -> bool:
    """Whether `part` is the same over states, whose keys are text, and whose minima and maxima are numbers."""
    keys, is_amount = set(shape.keys), part.alias_or_name == "amount"
    stack: list[tuple[exp.Expr, tuple[exp.Expr, ...]]] = [(part, ())]
    while stack:
        node, around = stack.pop()
        if node in keys:
            if not (_is_text(node) or all(isinstance(n, exp.Alias | exp.DPipe | exp.Paren) for n in around)):
                return False
        elif isinstance(node, exp.AggFunc):
            is_calculated = is_amount and all(isinstance(n, _ARITHMETIC) for n in around)
            if isinstance(node, exp.Min | exp.Max) and not is_calculated:
                return False
        else:
            stack.extend((child, (*around, node)) for child in node.iter_expressions())
    return True


def _is_text(key: exp.Expr) -> bool:
    return isinstance(key, exp.Column) and (key.name.lower() in _TEXTS or key.table == MEMBERSHIP)


def is_never_null(key: exp.Expr) -> bool:
    """Whether no row that passes a metric's audits has NULL for it."""
    return isinstance(key, exp.Column) and (key.name.lower() in {"event_source", SOURCE_KEY} or key.table == MEMBERSHIP)


def _substitute(expression: exp.Expr, values: dict[exp.Expr, exp.Expr], date_column: exp.Expr) -> exp.Expr:
    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, Bucket | SampleDate):
            return date_column.copy()
        value = values.get(node)
        return node if value is None else value.copy()

    named = expression.alias_or_name if isinstance(expression, exp.Column) else ""
    replaced = expression.copy().transform(replace, copy=False)
    return exp.alias_(replaced, named) if named else replaced


def is_distinct_count(aggregate: exp.Expr) -> bool:
    """Whether it is COUNT(DISTINCT x) of one x."""
    inner = aggregate.this if isinstance(aggregate, exp.Count) else None
    return isinstance(inner, exp.Distinct) and len(inner.expressions) == 1


def is_of_its_day(aggregate: exp.Expr, time: exp.Expr) -> bool:
    """Whether COUNT(DISTINCT x) counts times or days: then no value comes on two days, and days add up."""
    value = aggregate.this.expressions[0]
    while isinstance(value, exp.Paren | exp.TsOrDsToDate) or (isinstance(value, exp.Cast) and value.is_type("DATE")):
        value = value.this
    return value == time
