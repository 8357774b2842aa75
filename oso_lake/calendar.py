"""Grains and windows: the only place that knows where a week, a quarter or a half year begins.

Windows are half-open and UTC. Weeks begin on Monday, quarters in January, April, July and October, half years in
January and July. Nothing here reads the clock: who needs "now" passes it in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Window:
    """Days `[start, end)`; raises ValueError when it is empty or reversed."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"empty window [{self.start}, {self.end})")

    @property
    def start_at(self) -> datetime:
        """Its first instant, UTC."""
        return midnight(self.start)

    @property
    def end_at(self) -> datetime:
        """The instant it ends with, exclusive, UTC."""
        return midnight(self.end)

    @property
    def days(self) -> int:
        """Its length in days."""
        return (self.end - self.start).days

    def dates(self) -> Iterator[date]:
        """Each day in it, ascending."""
        for offset in range(self.days):
            yield self.start + timedelta(days=offset)

    def contains(self, other: "Window") -> bool:
        """Whether all of `other` lies in it."""
        return self.start <= other.start and other.end <= self.end

    def clamp(self, earliest: date) -> "Window | None":
        """The part not before `earliest`, or None when nothing is left."""
        return None if self.end <= earliest else Window(max(self.start, earliest), self.end)

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"


class Grain(Enum):
    """The time aggregations of a metric; the value is the suffix of model and metric names."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    BIANNUALLY = "biannually"
    YEARLY = "yearly"

    @property
    def cron(self) -> str:
        """The cron schedule of its boundaries, at midnight UTC."""
        return _CRONS[self]

    @property
    def months(self) -> int:
        """Calendar months in one bucket; 0 for days and weeks."""
        return _MONTHS.get(self, 0)

    def floor(self, day: date) -> date:
        """First day of the bucket that holds `day`."""
        if self is Grain.DAILY:
            return day
        if self is Grain.WEEKLY:
            return day - timedelta(days=day.weekday())
        return day.replace(month=(day.month - 1) // self.months * self.months + 1, day=1)

    def next(self, day: date) -> date:
        """First day of the bucket after the one that holds `day`."""
        if self is Grain.DAILY:
            return day + ONE_DAY
        if self is Grain.WEEKLY:
            return self.floor(day) + 7 * ONE_DAY
        return add_months(self.floor(day), self.months)

    def window_of(self, day: date) -> Window:
        """The whole bucket that holds `day`."""
        return Window(self.floor(day), self.next(day))

    def is_aligned(self, window: Window) -> bool:
        """Whether `window` consists of whole buckets."""
        return self.floor(window.start) == window.start and self.floor(window.end) == window.end

    def whole(self, span: Window) -> Window | None:
        """The part of `span` that is whole buckets; None when no bucket lies in it."""
        start = span.start if self.floor(span.start) == span.start else self.next(span.start)
        end = self.floor(span.end)
        return Window(start, end) if start < end else None

    def windows(self, span: Window) -> Iterator[Window]:
        """The whole buckets inside `span`, ascending."""
        if (whole := self.whole(span)) is None:
            return
        day = whole.start
        while day < whole.end:
            yield (bucket := self.window_of(day))
            day = bucket.end

    def count(self, span: Window) -> int:
        """How many whole buckets lie inside `span`."""
        if (whole := self.whole(span)) is None:
            return 0
        if self.months:
            years, months = whole.end.year - whole.start.year, whole.end.month - whole.start.month
            return (12 * years + months) // self.months
        return whole.days // (7 if self is Grain.WEEKLY else 1)

    def parse_key(self, key: str) -> Window:
        """The window of a partition key `YYYY-MM-DD`; raises ValueError that names the nearest valid key."""
        try:
            day = date.fromisoformat(key)
        except ValueError:
            raise ValueError(f"partition key {key!r} is not a date YYYY-MM-DD") from None
        if self.floor(day) != day:
            raise ValueError(
                f"{key} does not begin a {self.value} partition; the one that holds it is {self.floor(day)}"
            )
        return self.window_of(day)


_CRONS = {
    Grain.DAILY: "0 0 * * *",
    Grain.WEEKLY: "0 0 * * 1",
    Grain.MONTHLY: "0 0 1 * *",
    Grain.QUARTERLY: "0 0 1 1,4,7,10 *",
    Grain.BIANNUALLY: "0 0 1 1,7 *",
    Grain.YEARLY: "0 0 1 1 *",
}
_MONTHS = {Grain.MONTHLY: 1, Grain.QUARTERLY: 3, Grain.BIANNUALLY: 6, Grain.YEARLY: 12}
_UNIT_DAYS = {"day": 1, "week": 7}
_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def midnight(day: date) -> datetime:
    """The instant `day` begins, UTC."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def add_months(day: date, months: int) -> date:
    """`day` moved by calendar months, clamped at the end of the month (2024-03-31 less one is 2024-02-29)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - ONE_DAY).day
    return date(year, month + 1, min(day.day, last))


def shift(day: date, count: int, unit: str) -> date:
    """`day` moved by `count` units of day, week, month, quarter or year; raises ValueError for another unit."""
    if unit in _UNIT_DAYS:
        return day + timedelta(days=count * _UNIT_DAYS[unit])
    if unit in _UNIT_MONTHS:
        return add_months(day, count * _UNIT_MONTHS[unit])
    raise ValueError(f"unknown unit {unit!r}: expected one of {', '.join([*_UNIT_DAYS, *_UNIT_MONTHS])}")


def rolling_window(sample_date: date, count: int, unit: str) -> Window:
    """The `count` units that end with `sample_date`: start is (sample date + 1 day) less the units."""
    if count <= 0:
        raise ValueError(f"a rolling window of {count} {unit} holds nothing")
    end = sample_date + ONE_DAY
    return Window(shift(end, -count, unit), end)
