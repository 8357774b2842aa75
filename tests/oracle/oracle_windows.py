"""The windows that metrics are asked for: whole buckets, rolling windows of days, and all of time."""

from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
MONTHS = {"monthly": 1, "quarterly": 3, "biannually": 6, "yearly": 12}
ALL_TIME = "over_all_time"


class Asked(NamedTuple):
    """One window `[start, end)` with the date it is published under; `length` is its nominal number of days."""

    sample_date: date
    start: date
    end: date
    length: int
    # the window of the same length directly before; None where there is none, or over all time
    before: "Asked | None" = None


def windows(suffix: str, begin: date, end: date) -> list[Asked]:
    """The windows of a suffix within the world's days: whole buckets only; rolling ones begin with the world."""
    if suffix == ALL_TIME:
        return [Asked(end - ONE_DAY, begin, end, (end - begin).days)]
    if suffix.startswith("over_"):
        return _rolling(int(suffix.split("_")[1]), begin, end)
    found: list[Asked] = []
    start = _first_start(suffix, begin)
    while (stop := _next(suffix, start)) <= end:
        before = found[-1]._replace(before=None) if found else None
        found.append(Asked(start, start, stop, (stop - start).days, before))
        start = stop
    return found


def _rolling(length: int, begin: date, end: date) -> list[Asked]:
    found = []
    day = begin
    while day < end:
        before = _ending(day - timedelta(days=length), length, begin)
        found.append(_ending(day, length, begin)._replace(before=before if before.end > begin else None))
        day += ONE_DAY
    return found


def _ending(day: date, length: int, begin: date) -> Asked:
    """The rolling window whose last day is `day`; before the world there is nothing."""
    return Asked(day, max(begin, day + ONE_DAY - timedelta(days=length)), day + ONE_DAY, length)


def _first_start(grain: str, begin: date) -> date:
    day = begin
    while not _is_start(grain, day):
        day += ONE_DAY
    return day


def _is_start(grain: str, day: date) -> bool:
    if grain == "daily":
        return True
    if grain == "weekly":
        return day.weekday() == 0
    return day.day == 1 and (day.month - 1) % _months(grain) == 0


def _next(grain: str, start: date) -> date:
    if grain in ("daily", "weekly"):
        return start + timedelta(days=1 if grain == "daily" else 7)
    months = start.month - 1 + _months(grain)
    return date(start.year + months // 12, months % 12 + 1, 1)


def _months(grain: str) -> int:
    if grain not in MONTHS:
        raise ValueError(f"the oracle knows no grain {grain!r}")
    return MONTHS[grain]
