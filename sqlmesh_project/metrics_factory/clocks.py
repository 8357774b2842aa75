"""What the nodes of a window stand for: for a whole batch at once, for one date of a calendar, for all time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlglot import exp

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import (
    DAY_UNITS,
    Bucket,
    EarlierStart,
    IntervalLength,
    SampleDate,
    WindowEnd,
    WindowStart,
    add,
    cast,
    date_literal,
    days_between,
    end_date,
    execution_date,
    floor,
    following,
    rolling_start,
    start_date,
)


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
    if isinstance(node, EarlierStart):
        value = add(clock.start(), -int(node.args["count"].name), node.args["unit"].name)
        return value if node.this.name.upper() == "DATE" else cast(value, node.this.name)
    readings: dict[type[exp.Expr], Callable[[], exp.Expr]] = {
        WindowStart: clock.start,
        WindowEnd: clock.end,
        SampleDate: clock.sample_date,
    }
    value = readings[type(node)]()
    kind = node.this.name
    return value if kind.upper() == "DATE" else cast(value, kind)


def _required(time: exp.Expr | None) -> exp.Expr:
    if time is None:
        raise ValueError("the sample date of a bucket needs a time column")
    return time


def _bucket_length(grain: Grain, time: exp.Expr | None, unit: str) -> exp.Expr:
    if unit == "day" and grain in (Grain.DAILY, Grain.WEEKLY):
        return exp.Literal.number(1 if grain is Grain.DAILY else 7)
    bucket = floor(grain, _required(time))
    return days_between(bucket, following(grain, bucket.copy()), unit)
