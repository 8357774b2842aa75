"""What the bounds of a window are in SQL, on every engine alike: for a whole batch, for one date of a calendar, for all time.

Between reading and rendering, a query holds the nodes below in place of the window macros; a clock says what each is.
Everything is built from SQLMesh's `@start_date` and `@end_date` (both inclusive days; `@execution_date`, exclusive,
where a model has no partitions) and from syntax trees that sqlglot renders the same for DuckDB and Trino. Dates are cast, since DuckDB turns a date plus an interval into a timestamp.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

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
    "0 0 * * 1": Grain.WEEKLY,
    "@monthly": Grain.MONTHLY,
    "0 0 1 * *": Grain.MONTHLY,
}


class WindowNode(exp.Expression):
    """A place where the window enters the SQL; `this` is the SQL type asked for."""

    arg_types = {"this": True}


class WindowStart(WindowNode):
    """First day of the window."""


class WindowEnd(WindowNode):
    """The day after the window: always exclusive."""


class SampleDate(WindowNode):
    """The sample date as a value."""


class Bucket(exp.Expression):
    """The sample date that the row with time `this` belongs to."""

    arg_types = {"this": False}


class IntervalLength(exp.Expression):
    """Length of the sample interval of the row with time `this`, in `unit`."""

    arg_types = {"this": False, "unit": True}


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


def as_date(expression: exp.Expr) -> exp.Expr:
    """`expression` as a DATE."""
    return exp.cast(expression, "DATE")


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


def relative_sample_date(base: exp.Expr, window: int, unit: str, index: int) -> exp.Expr:
    """Sample date of the window `index` windows after the one of `base`, so that consecutive windows touch."""
    if unit in DAY_UNITS:
        return add(as_date(base), index * window, unit)
    return add(add(add(as_date(base), 1, "day"), index * window, unit), -1, "day")


def days_between(start: exp.Expr, end: exp.Expr, unit: str) -> exp.Expr:
    """Units from `start` to `end`, both DATE."""
    return exp.DateDiff(this=end, expression=start, unit=exp.var(unit.upper()))


class Clock(Protocol):
    """What the window nodes of one SELECT stand for."""

    def start(self) -> exp.Expr:
        """First day, DATE."""
        ...

    def end(self) -> exp.Expr:
        """The day after the last, DATE."""
        ...

    def sample_date(self) -> exp.Expr:
        """The sample date as a value, DATE."""
        ...

    def bucket(self, time: exp.Expr | None) -> exp.Expr:
        """The sample date of a row, DATE."""
        ...

    def length(self, time: exp.Expr | None, unit: str) -> exp.Expr:
        """Length of the sample interval of a row."""
        ...


@dataclass(frozen=True)
class BatchClock:
    """All buckets of a batch at once: each row finds its own by its time."""

    grain: Grain

    def start(self) -> exp.Expr:
        """First day of the batch."""
        return start_date()

    def end(self) -> exp.Expr:
        """The day after the batch."""
        return add(end_date(), 1, "day")

    def sample_date(self) -> exp.Expr:
        """Never asked for: reading refuses it for grains."""
        raise NotImplementedError("a batch has no sample date of its own")

    def bucket(self, time: exp.Expr | None) -> exp.Expr:
        """The bucket of `time`."""
        return floor(self.grain, _required(time))

    def length(self, time: exp.Expr | None, unit: str) -> exp.Expr:
        """Length of the bucket of `time`."""
        return _bucket_length(self.grain, time, unit)


@dataclass(frozen=True)
class AllTimeClock:
    """From `first` to the last complete day; the sample date is the last day."""

    first: date

    def start(self) -> exp.Expr:
        """The definition's start."""
        return date_literal(self.first)

    def end(self) -> exp.Expr:
        """The day after the last complete one."""
        return execution_date()

    def sample_date(self) -> exp.Expr:
        """The last complete day."""
        return add(execution_date(), -1, "day")

    def bucket(self, time: exp.Expr | None) -> exp.Expr:
        """The last complete day."""
        return add(execution_date(), -1, "day")

    def length(self, time: exp.Expr | None, unit: str) -> exp.Expr:
        """Length of all of it."""
        return days_between(self.start(), self.end(), unit)


@dataclass(frozen=True)
class HistoryClock:
    """Every bucket since `first` that is complete, for models without partitions."""

    first: date
    grain: Grain

    def start(self) -> exp.Expr:
        """The definition's start."""
        return date_literal(self.first)

    def end(self) -> exp.Expr:
        """The end of the last complete bucket."""
        return floor(self.grain, execution_date())

    def sample_date(self) -> exp.Expr:
        """Never asked for: reading refuses it for grains."""
        raise NotImplementedError("a history has no sample date of its own")

    def bucket(self, time: exp.Expr | None) -> exp.Expr:
        """The bucket of `time`."""
        return floor(self.grain, _required(time))

    def length(self, time: exp.Expr | None, unit: str) -> exp.Expr:
        """Length of the bucket of `time`."""
        return _bucket_length(self.grain, time, unit)


@dataclass(frozen=True)
class BucketClock:
    """One bucket of a calendar, whose first day is the column `day`."""

    day: exp.Expr
    grain: Grain

    def start(self) -> exp.Expr:
        """The bucket's first day."""
        return self.day.copy()

    def end(self) -> exp.Expr:
        """The next bucket's first day."""
        return following(self.grain, self.day.copy())

    def sample_date(self) -> exp.Expr:
        """The bucket's first day."""
        return self.day.copy()

    def bucket(self, time: exp.Expr | None) -> exp.Expr:
        """The bucket of `time`, which need not be this one."""
        return self.day.copy() if time is None else floor(self.grain, time)

    def length(self, time: exp.Expr | None, unit: str) -> exp.Expr:
        """Length of the bucket of `time`, or of this one."""
        return _bucket_length(self.grain, self.day.copy() if time is None else time, unit)


@dataclass(frozen=True)
class RollingClock:
    """The `window` units that end with the calendar's column `day`."""

    day: exp.Expr
    window: int
    unit: str

    def start(self) -> exp.Expr:
        """First day of the window."""
        return rolling_start(self.day.copy(), self.window, self.unit)

    def end(self) -> exp.Expr:
        """The day after the sample date."""
        return add(self.day.copy(), 1, "day")

    def sample_date(self) -> exp.Expr:
        """The calendar's day."""
        return self.day.copy()

    def bucket(self, time: exp.Expr | None) -> exp.Expr:
        """The calendar's day."""
        return self.day.copy()

    def length(self, time: exp.Expr | None, unit: str) -> exp.Expr:
        """Length of the window."""
        if unit == "day" and self.unit in DAY_UNITS:
            return exp.Literal.number(self.window * DAY_UNITS[self.unit])
        return days_between(self.start(), self.end(), unit)


def resolve(node: exp.Expr, clock: Clock) -> exp.Expr:
    """What the window node `node` is by `clock`."""
    if isinstance(node, Bucket):
        return clock.bucket(node.this)
    if isinstance(node, IntervalLength):
        return clock.length(node.this, node.args["unit"].name)
    value = {WindowStart: clock.start, WindowEnd: clock.end, SampleDate: clock.sample_date}[type(node)]()
    kind = node.this.name
    return value if kind.upper() == "DATE" else exp.cast(value, kind)


def _required(time: exp.Expr | None) -> exp.Expr:
    if time is None:
        raise ValueError("the sample date of a bucket needs a time column")
    return time


def _bucket_length(grain: Grain, time: exp.Expr | None, unit: str) -> exp.Expr:
    if unit == "day" and grain in (Grain.DAILY, Grain.WEEKLY):
        return exp.Literal.number(1 if grain is Grain.DAILY else 7)
    bucket = floor(grain, _required(time))
    return days_between(bucket, following(grain, bucket.copy()), unit)
