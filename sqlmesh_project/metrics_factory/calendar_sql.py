"""Dates in SQL, the same on every engine: the nodes that stand for a window until it is known, and date arithmetic.

Everything is built from SQLMesh's `@start_date` and `@end_date` (both inclusive days; `@execution_date`, exclusive,
where a model has no partitions) and from syntax trees that sqlglot renders the same for DuckDB and Trino. Dates are
cast, since DuckDB turns a date plus an interval into a timestamp.
"""

from datetime import date
from functools import lru_cache
from typing import ClassVar

from sqlglot import exp
from sqlmesh.core.dialect import MacroVar

from oso_lake.calendar import Grain

CALENDAR = "metrics_calendar"
WINDOW_DATE = "metrics_window_date"
DAY_UNITS = {"day": 1, "week": 7}
MONTH_UNITS = {"month": 1, "quarter": 3, "year": 12}
ROLLING_CRONS = {
    "@daily": Grain.DAILY,
    "0 0 * * *": Grain.DAILY,
    # SQLMesh's own @weekly begins on Sunday; ours is the week of the calendar, from Monday
    "@weekly": Grain.WEEKLY,
    "0 0 * * 1": Grain.WEEKLY,
    "@monthly": Grain.MONTHLY,
    "0 0 1 * *": Grain.MONTHLY,
    "@yearly": Grain.YEARLY,
}


class WindowNode(exp.Expression):
    """A place where the window enters the SQL; `this` is the SQL type asked for."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class WindowStart(WindowNode):
    """First day of the window."""


class EarlierStart(WindowNode):
    """The day `count` of `unit` before the first day of the window."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "count": True, "unit": True}


class WindowEnd(WindowNode):
    """The day after the window: always exclusive."""


class SampleDate(WindowNode):
    """The sample date as a value."""


class Bucket(exp.Expression):
    """The sample date that the row with time `this` belongs to."""

    arg_types: ClassVar[dict[str, bool]] = {"this": False}


class IntervalLength(exp.Expression):
    """Length of the sample interval of the row with time `this`, in `unit`."""

    arg_types: ClassVar[dict[str, bool]] = {"this": False, "unit": True}


WINDOW_NODES = (WindowNode, Bucket, IntervalLength)


def start_date() -> exp.Expr:
    """First day of the batch."""
    return MacroVar(this="start_date")


def end_date() -> exp.Expr:
    """Last day of the batch."""
    return MacroVar(this="end_date")


def execution_date() -> exp.Expr:
    """The day after the last complete one, for models without partitions: SQLMesh gives them no start and end."""
    return MacroVar(this="execution_date")


@lru_cache(maxsize=64)
def _data_type(kind: str) -> exp.DataType:
    # sqlglot parses the name of a type each time it is asked for
    return exp.DataType.build(kind)


def cast(expression: exp.Expr, kind: str) -> exp.Expr:
    """`expression` as SQL type `kind`; the same when it is that already."""
    wanted = _data_type(kind)
    if isinstance(expression, exp.Cast) and expression.to == wanted:
        return expression
    return exp.Cast(this=expression, to=wanted.copy())


def as_date(expression: exp.Expr) -> exp.Expr:
    """`expression` as a DATE."""
    return cast(expression, "DATE")


def date_literal(day: date) -> exp.Expr:
    """A DATE constant."""
    return as_date(exp.Literal.string(day.isoformat()))


def add(expression: exp.Expr, count: int, unit: str) -> exp.Expr:
    """`expression` (a DATE) moved by `count` units of day, week, month, quarter or year, as a DATE."""
    if unit in DAY_UNITS:
        count, step = count * DAY_UNITS[unit], "DAY"
    else:
        count, step = count * MONTH_UNITS[unit], "MONTH"
    if count == 0:
        return expression
    if count < 0:
        # what is added must not be negative: INTERVAL (-1) DAY, which DuckDB's text would have, is none of Trino's
        back = exp.Interval(this=exp.Literal.string(str(-count)), unit=exp.var(step))
        return as_date(exp.Sub(this=expression, expression=back))
    return as_date(exp.DateAdd(this=expression, expression=exp.Literal.number(count), unit=exp.var(step)))


def floor(grain: Grain, expression: exp.Expr) -> exp.Expr:
    """First day of the bucket that holds `expression`, as a DATE."""
    day = as_date(expression)
    if grain is Grain.DAILY:
        return day
    if grain is not Grain.BIANNUALLY:
        unit = {Grain.WEEKLY: "WEEK", Grain.MONTHLY: "MONTH", Grain.QUARTERLY: "QUARTER", Grain.YEARLY: "YEAR"}[grain]
        return as_date(exp.TimestampTrunc(this=day, unit=exp.var(unit)))
    year = as_date(exp.TimestampTrunc(this=day, unit=exp.var("YEAR")))
    first_half = exp.LT(this=exp.Month(this=day.copy()), expression=exp.Literal.number(7))
    return exp.Case(ifs=[exp.If(this=first_half, true=year)], default=add(year.copy(), 6, "month"))


def longest_days(count: int, unit: str) -> int:
    """Days in the longest `count` units."""
    return count * {**DAY_UNITS, "month": 31, "quarter": 92, "year": 366}[unit]


def following(grain: Grain, bucket: exp.Expr) -> exp.Expr:
    """First day of the bucket after the one that begins with `bucket`."""
    if grain.months:
        return add(bucket, grain.months, "month")
    return add(bucket, 7 if grain is Grain.WEEKLY else 1, "day")


def rolling_start(sample_date: exp.Expr, window: int, unit: str) -> exp.Expr:
    """First day of the `window` units that end with `sample_date`: the day after it, less the units."""
    if unit in DAY_UNITS:
        return add(sample_date, 1 - window * DAY_UNITS[unit], "day")
    return add(add(sample_date, 1, "day"), -window, unit)


def first_without(day: exp.Expr, window: int, unit: str) -> exp.Expr:
    """First sample date whose window of `window` units no longer holds `day`; NULL of NULL."""
    if unit in DAY_UNITS:
        return add(day, window, unit)
    # the day after `day` begins a window: the one that ends so many months later, or, where that month has no such
    # day, with the month (ends of months are clamped, so that several windows begin with the same day)
    following_day = add(day, 1, "day")
    moved = add(following_day, window, unit)
    is_same = exp.EQ(this=exp.Day(this=moved), expression=exp.Day(this=following_day.copy()))
    return exp.Case(ifs=[exp.If(this=is_same, true=add(moved.copy(), -1, "day"))], default=moved.copy())


def is_sample_date(grain: Grain, day: exp.Expr) -> exp.Expr | None:
    """Whether rolling windows that are made once a `grain` have one that ends with `day`; None when all days do."""
    if grain is Grain.DAILY:
        return None
    if grain is Grain.WEEKLY:
        return exp.EQ(this=exp.DayOfWeekIso(this=day), expression=exp.Literal.number(7))
    next_day = add(day, 1, "day")
    return exp.EQ(this=floor(grain, next_day), expression=next_day.copy())


def day_array(first: exp.Expr, last: exp.Expr, name: str, step: exp.Interval | None = None) -> exp.Unnest:
    """A relation `days` with one column `name`: the dates from `first` to `last`."""
    step = step or exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY"))
    return exp.Unnest(
        expressions=[exp.GenerateDateArray(start=first, end=last, step=step)],
        alias=exp.TableAlias(this=exp.to_identifier("days"), columns=[exp.to_identifier(name)]),
    )


def relative_sample_date(base: exp.Expr, window: int, unit: str, index: int) -> exp.Expr:
    """Sample date of the window `index` windows after the one of `base`, so that consecutive windows touch."""
    if unit in DAY_UNITS:
        return add(as_date(base), index * window, unit)
    return add(add(add(as_date(base), 1, "day"), index * window, unit), -1, "day")


def relative_bucket(grain: Grain, base: exp.Expr, index: int) -> exp.Expr:
    """First day of the bucket `index` buckets after the one that begins with `base`."""
    if grain.months:
        return add(as_date(base), index * grain.months, "month")
    return add(as_date(base), index, "week" if grain is Grain.WEEKLY else "day")


def days_between(start: exp.Expr, end: exp.Expr, unit: str) -> exp.Expr:
    """Units from `start` to `end`, both DATE."""
    return exp.DateDiff(this=end, expression=start, unit=exp.var(unit.upper()))
