"""Rolling windows whose reads of events do not grow with the window: daily states first, the window over them.

For one SELECT over one source, with its bounds as conjuncts on the source's time column and nothing else that depends
on the window. Scalars (SUM, COUNT, AVG, MIN, MAX) are combined from one partial state a key and day. COUNT(DISTINCT x)
follows how long each day's x stays in the window: from that day until it leaves the window or comes again; counting
those that begin less those that end gives a step function per key, which is read off at each sample date.
"""

from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from sqlmesh_project.metrics_factory.clocks import (
    CALENDAR,
    DAY_UNITS,
    WINDOW_DATE,
    WINDOW_NODES,
    Bucket,
    RollingClock,
    SampleDate,
    WindowEnd,
    WindowStart,
    add,
    as_date,
    date_literal,
    end_date,
    rolling_start,
    start_date,
)
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.reading import own_aggregates
from sqlmesh_project.metrics_factory.scopes import ctes, own_nodes

DAY = "metrics_day"
_SCALARS = {exp.Sum: exp.Sum, exp.Count: exp.Sum, exp.Min: exp.Min, exp.Max: exp.Max}
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
            node.replace(day if node.this.name.upper() == "DATE" else exp.cast(day, node.this.name))
        return query.where(exp.GTE(this=self.time.copy(), expression=date_literal(first)))

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
    known = {key: exp.null() for key in [*shape.keys, *shape.aggregates]}
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
    return type(aggregate) in {*_SCALARS, exp.Avg} and aggregate.find(exp.Distinct) is None


def is_distinct_count(aggregate: exp.Expr) -> bool:
    """Whether it is COUNT(DISTINCT x) of one x."""
    inner = aggregate.this if isinstance(aggregate, exp.Count) else None
    return isinstance(inner, exp.Distinct) and len(inner.expressions) == 1


@dataclass(frozen=True)
class DailyStates:
    """One partial state per key and day, combined over each window."""

    variant: Variant
    first: date
    calendar: exp.CTE
    is_dated: bool = False

    @property
    def description(self) -> str:
        """What it does."""
        return "daily states: one partial sum, count, minimum or maximum a day, combined over each window"

    def ctes(self) -> list[exp.CTE]:
        """The calendar."""
        return [self.calendar]

    def apply(self, query: exp.Query) -> None:
        """Rewrite `query`, in place, into the combination of its daily states."""
        shape = _required(query)
        partials: dict[str, exp.Expr] = {}
        values: dict[exp.Expr, exp.Expr] = {}
        for index, aggregate in enumerate(shape.aggregates):
            name = f"metrics_state_{index}"
            if isinstance(aggregate, exp.Avg):
                partials[f"{name}_sum"] = exp.Sum(this=aggregate.this.copy())
                partials[f"{name}_count"] = exp.Count(this=aggregate.this.copy())
                total, count = (exp.Sum(this=_state(f"{name}_{part}")) for part in ("sum", "count"))
                zero = exp.Literal.number(0)
                values[aggregate] = exp.Div(
                    this=exp.cast(total, "DOUBLE"), expression=exp.Nullif(this=count, expression=zero)
                )
                continue
            partials[name] = aggregate.copy()
            values[aggregate] = _SCALARS[type(aggregate)](this=_state(name))
        days = shape.source(self.variant, self.first)
        days = days.select(*shape.named_keys(), exp.alias_(as_date(shape.time.copy()), DAY))
        days = days.select(*(exp.alias_(partial, name) for name, partial in partials.items()))
        days = days.group_by(*(k.copy() for k in shape.keys), as_date(shape.time.copy()))
        values |= {key: _state(name) for key, name in zip(shape.keys, shape.key_columns, strict=True)}
        day = exp.column(WINDOW_DATE, table=CALENDAR)
        projections, having = shape.outer(values, day)
        clock = RollingClock(day, self.variant.window or 1, self.variant.unit or "day")
        combined = exp.select(*projections).from_(exp.to_table(CALENDAR))
        on = exp.and_(
            exp.GTE(this=_state(DAY), expression=clock.start()), exp.LTE(this=_state(DAY), expression=day.copy())
        )
        combined = combined.join(exp.to_table("metrics_days"), on=on)
        combined = combined.group_by(day.copy(), *(_state(name) for name in shape.key_columns))
        if having is not None:
            combined = combined.having(having)
        _become(query, combined, {"metrics_days": days})


@dataclass(frozen=True)
class DistinctSpans:
    """COUNT(DISTINCT x) as a step function: what begins on a day less what ends."""

    variant: Variant
    first: date
    calendar: exp.CTE
    is_dated: bool = False

    @property
    def description(self) -> str:
        """What it does."""
        return "distinct spans: each day's distinct values stay until they leave the window or come again"

    def ctes(self) -> list[exp.CTE]:
        """The calendar."""
        return [self.calendar]

    def apply(self, query: exp.Query) -> None:
        """Rewrite `query`, in place, into reading its step functions at each sample date."""
        shape = _required(query)
        tables: dict[str, exp.Query] = {}
        rows = shape.source(self.variant, self.first).distinct()
        rows = rows.select(*shape.named_keys(), exp.alias_(as_date(shape.time.copy()), DAY))
        counted = [a.this.expressions[0] for a in shape.aggregates]
        rows = rows.select(*(exp.alias_(x.copy(), f"metrics_value_{i}") for i, x in enumerate(counted)))
        tables["metrics_days"] = rows
        changes: list[exp.Select] = []
        # the last one, without a value, says whether there is any row at all: then a count may be 0
        for index in range(len(counted) + 1):
            value = f"metrics_value_{index}" if index < len(counted) else None
            tables[f"metrics_spans_{index}"] = self._spans(shape.key_columns, value)
            changes += _changes(shape.key_columns, index, len(counted) + 1)
        union: exp.Query = changes[0]
        for change in changes[1:]:
            union = exp.union(union, change, distinct=False)
        tables["metrics_changes"] = union
        tables["metrics_steps"] = _steps(shape.key_columns, len(counted) + 1)
        day = exp.column(WINDOW_DATE, table=CALENDAR)
        values = {key: _step(name) for key, name in zip(shape.keys, shape.key_columns, strict=True)}
        values |= {aggregate: _step(f"metrics_count_{index}") for index, aggregate in enumerate(shape.aggregates)}
        projections, having = shape.outer(values, day)
        read = exp.select(*projections).from_(exp.to_table(CALENDAR))
        on = exp.and_(
            exp.GTE(this=day.copy(), expression=_step(DAY)),
            exp.LT(this=day.copy(), expression=_step("metrics_until")),
            exp.GT(this=_step(f"metrics_count_{len(counted)}"), expression=exp.Literal.number(0)),
        )
        read = read.join(exp.to_table("metrics_steps"), on=on)
        if having is not None:
            read = read.where(having)
        _become(query, read, tables)

    def _spans(self, keys: list[str], value: str | None) -> exp.Select:
        """Days on which a key's value enters the window, and on which it leaves or comes again."""
        identity = [*keys, value] if value else keys
        days = exp.select(*identity, DAY).distinct().from_("metrics_days")
        if value:
            days = days.where(exp.Not(this=exp.Is(this=exp.column(value), expression=exp.null())))
        days_in_window = (self.variant.window or 1) * DAY_UNITS[self.variant.unit or "day"]
        leaves = add(exp.column(DAY), days_in_window, "day")
        again = exp.Window(
            this=exp.Lead(this=exp.column(DAY)),
            partition_by=[exp.column(name) for name in identity],
            order=exp.Order(expressions=[exp.Ordered(this=exp.column(DAY), nulls_first=False)]),
        )
        again = exp.Coalesce(this=again, expressions=[leaves.copy()])
        ends = exp.Case(
            ifs=[exp.If(this=exp.LT(this=again, expression=leaves), true=again.copy())], default=leaves.copy()
        )
        return exp.select(*keys, DAY, exp.alias_(ends, "metrics_until")).from_(days.subquery("days"))


def _changes(keys: list[str], index: int, width: int) -> list[exp.Select]:
    found = []
    for column, delta in ((DAY, 1), ("metrics_until", -1)):
        deltas = [exp.alias_(exp.Literal.number(delta if i == index else 0), f"metrics_delta_{i}") for i in range(width)]
        query = exp.select(*keys, exp.column(column).as_(DAY), *deltas)
        found.append(query.from_(f"metrics_spans_{index}"))
    return found


def _steps(keys: list[str], width: int) -> exp.Select:
    """Value of each count from a day on which one changes until the next."""
    per_day = exp.select(
        *keys, DAY, *(exp.alias_(exp.Sum(this=exp.column(f"metrics_delta_{i}")), f"metrics_delta_{i}") for i in range(width))
    )
    per_day = per_day.from_("metrics_changes").group_by(*keys, DAY)

    def over(function: exp.Expr) -> exp.Window:
        return exp.Window(
            this=function,
            partition_by=[exp.column(name) for name in keys],
            order=exp.Order(expressions=[exp.Ordered(this=exp.column(DAY), nulls_first=False)]),
        )

    counts = [
        exp.alias_(over(exp.Sum(this=exp.column(f"metrics_delta_{i}"))), f"metrics_count_{i}") for i in range(width)
    ]
    until = exp.alias_(over(exp.Lead(this=exp.column(DAY))), "metrics_until")
    return exp.select(*keys, DAY, until, *counts).from_(per_day.subquery("per_day"))


def _state(name: str) -> exp.Column:
    return exp.column(name, table="metrics_days")


def _step(name: str) -> exp.Column:
    return exp.column(name, table="metrics_steps")


def _required(query: exp.Query) -> Shape:
    shape = shape_of(query)
    if shape is None:
        raise ValueError("this query is not of the shape that was found when its strategy was chosen")
    return shape


def _become(query: exp.Query, other: exp.Select, tables: dict[str, exp.Query]) -> None:
    """Make `query` the same as `other`, with `tables` as its CTEs."""
    expressions = [exp.CTE(this=t, alias=exp.TableAlias(this=exp.to_identifier(n))) for n, t in tables.items()]
    other.set("with_", exp.With(expressions=expressions))
    for part in list(query.args):
        query.set(part, None)
    for part, value in other.args.items():
        query.set(part, value)
