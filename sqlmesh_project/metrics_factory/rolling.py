"""Rolling windows whose reads of events do not grow with the window: daily states first, the window over them.

For one SELECT over one source, with its bounds as conjuncts on the source's time column and nothing else that depends
on the window. Scalars (SUM, COUNT, AVG, MIN, MAX) are combined from one partial state a key and day. COUNT(DISTINCT x)
follows how long each day's x stays in the window: from that day until it leaves the window or comes again; counting
those that begin less those that end gives a step function per key, which is read off at each sample date.
"""

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import (
    CALENDAR,
    DAY_UNITS,
    WINDOW_DATE,
    add,
    as_date,
    cast,
)
from sqlmesh_project.metrics_factory.clocks import RollingClock
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.shapes import Shape, shape_of

DAY = "metrics_day"
_SCALARS: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Sum: exp.Sum,
    exp.Count: exp.Sum,
    exp.Min: exp.Min,
    exp.Max: exp.Max,
}


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
                    this=cast(total, "DOUBLE"), expression=exp.Nullif(this=count, expression=zero)
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
        values: dict[exp.Expr, exp.Expr] = {
            key: _step(name) for key, name in zip(shape.keys, shape.key_columns, strict=True)
        }
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
            read = read.where(having, copy=False)
        _become(query, read, tables)

    def _spans(self, keys: list[str], value: str | None) -> exp.Select:
        """Days on which a key's value enters the window, and on which it leaves or comes again."""
        identity = [*keys, value] if value else keys
        days = exp.select(*identity, DAY).distinct().from_("metrics_days")
        if value:
            days = days.where(exp.Not(this=exp.Is(this=exp.column(value), expression=exp.null())), copy=False)
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
        deltas = [
            exp.alias_(exp.Literal.number(delta if i == index else 0), f"metrics_delta_{i}") for i in range(width)
        ]
        query = exp.select(*keys, exp.column(column).as_(DAY), *deltas)
        found.append(query.from_(f"metrics_spans_{index}"))
    return found


def _steps(keys: list[str], width: int) -> exp.Select:
    """Value of each count from a day on which one changes until the next."""
    per_day = exp.select(
        *keys,
        DAY,
        *(exp.alias_(exp.Sum(this=exp.column(f"metrics_delta_{i}")), f"metrics_delta_{i}") for i in range(width)),
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
