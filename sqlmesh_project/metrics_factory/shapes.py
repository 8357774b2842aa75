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
    rolling_start,
    start_date,
)
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.reading import own_aggregates
from sqlmesh_project.metrics_factory.scopes import ctes, own_nodes

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

    def source(self, variant: Variant, first: date) -> exp.Select:
        """FROM, joins and filters of the SELECT, over all that the batch's windows reach; no columns yet."""
        query = exp.Select()
        for part in ("from_", "joins", "where"):
            value = self.select.args.get(part)
            if value is not None:
                query.set(part, [v.copy() for v in value] if isinstance(value, list) else value.copy())
        for node in list(query.find_all(WindowStart, WindowEnd)):
            begin = rolling_start(start_date(), variant.window or 1, variant.unit or "day")
            day = begin if isinstance(node, WindowStart) else add(end_date(), 1, "day")
            node.replace(day if node.this.name.upper() == "DATE" else cast(day, node.this.name))
        return query.where(exp.GTE(this=self.time.copy(), expression=date_literal(first)), copy=False)

    def outer(self, values: dict[exp.Expr, exp.Expr], date_column: exp.Expr) -> tuple[list[exp.Expr], exp.Expr | None]:
        """The SELECT's projections and HAVING, over `values` (expressions of the states) and the sample date."""
        having = self.select.args.get("having")
        projections = [_substitute(p, values, date_column) for p in self.select.expressions]
        return projections, _substitute(having.this, values, date_column) if having is not None else None


def shape_of(query: exp.Query) -> Shape | None:
    """What a strategy of this module needs to know of `query`; None where the calendar must do."""
    if not isinstance(query, exp.Select) or ctes(query) or any(query.args.get(part) for part in _REFUSED):
        return None
    group = query.args.get("group")
    if group is None or any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
        return None
    if any(isinstance(node, exp.Window | exp.Filter) for node in own_nodes(query)):
        return None
    time = _bounded_time(query)
    if time is None:
        return None
    keys = [term for term in group.expressions if not isinstance(term, Bucket | SampleDate)]
    if any(next(term.find_all(*WINDOW_NODES), None) is not None for term in keys):
        return None
    having = query.args.get("having")
    parts = [*query.expressions, *([having.this] if having is not None else [])]
    aggregates = list(dict.fromkeys(a for part in parts for a in own_aggregates(part)))
    shape = Shape(select=query, time=time, keys=keys, aggregates=aggregates)
    return shape if _is_covered(shape, parts) else None


def _bounded_time(query: exp.Select) -> exp.Expr | None:
    """The column bound from both sides, if nothing else but the sample date depends on the window."""
    where = query.args.get("where")
    conjuncts = list(where.this.flatten()) if where is not None and isinstance(where.this, exp.And) else []
    lower = [c.this for c in conjuncts if isinstance(c, exp.GTE) and isinstance(c.expression, WindowStart)]
    upper = [c.this for c in conjuncts if isinstance(c, exp.LT) and isinstance(c.expression, WindowEnd)]
    nodes = list(query.find_all(*WINDOW_NODES))
    bounds = [node for node in nodes if isinstance(node, WindowStart | WindowEnd)]
    others = [node for node in nodes if not isinstance(node, WindowStart | WindowEnd | Bucket | SampleDate)]
    if len(lower) != 1 or lower != upper or len(bounds) != 2 or others or not isinstance(lower[0], exp.Column):
        return None
    outside = (node for node in nodes if isinstance(node, Bucket | SampleDate))
    return None if any(node.find_ancestor(exp.Select) is not query for node in outside) else lower[0]


def _is_covered(shape: Shape, parts: list[exp.Expr]) -> bool:
    """Whether every column that is given or filtered by is a key or inside an aggregate."""
    known: dict[exp.Expr, exp.Expr] = {key: exp.null() for key in [*shape.keys, *shape.aggregates]}
    for part in parts:
        rest = _substitute(part, known, exp.null())
        if any(isinstance(node, exp.Column | exp.Query) for node in rest.walk()):
            return False
    return True


def _substitute(expression: exp.Expr, values: dict[exp.Expr, exp.Expr], date_column: exp.Expr) -> exp.Expr:
    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, Bucket | SampleDate):
            return date_column.copy()
        value = values.get(node)
        return node if value is None else value.copy()

    named = expression.alias_or_name if isinstance(expression, exp.Column) else ""
    replaced = expression.copy().transform(replace, copy=False)
    return exp.alias_(replaced, named) if named else replaced


def is_scalar(aggregate: exp.Expr) -> bool:
    """Whether its value over a window follows from its values over the days."""
    return type(aggregate) in {exp.Sum, exp.Count, exp.Min, exp.Max, exp.Avg} and aggregate.find(exp.Distinct) is None


def is_distinct_count(aggregate: exp.Expr) -> bool:
    """Whether it is COUNT(DISTINCT x) of one x."""
    inner = aggregate.this if isinstance(aggregate, exp.Count) else None
    return isinstance(inner, exp.Distinct) and len(inner.expressions) == 1
