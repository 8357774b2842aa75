"""The daily schedule, and the pure decision behind it: which days to land, and which windows are complete then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import dagster as dg

from oso_dagster.defs.jobs import daily_job
from oso_dagster.defs.maintenance import maintenance_job
from oso_lake.calendar import ONE_DAY, Grain, Window

# the hour of an event of 23:59 is complete two hours after midnight; a third is left to its publication
LATENESS = timedelta(hours=3)
# a machine that was off for a week catches up by itself; longer gaps are a backfill somebody decides on
CATCH_UP_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class DailyDecision:
    """`land` days, then compute, for each grain, every whole window that ends inside `compute` or with it."""

    land: Window
    compute: dict[Grain, Window]


def decide(now: datetime, start: date, landed_end: date, grains: Iterable[Grain]) -> DailyDecision | None:
    """What is due at `now` (UTC) when everything before `landed_end` is landed; None before the first day is over."""
    end = (now - LATENESS).date()
    if end <= start:
        return None
    oldest = max(start, end - CATCH_UP_DAYS * ONE_DAY)
    begin = min(max(landed_end, oldest), end - ONE_DAY)
    land = Window(begin, end)
    compute = {}
    for grain in grains:
        # buckets that end after `begin`: earlier ones were complete before
        first = grain.floor(begin)
        whole = [window for window in grain.windows(Window(first, end)) if window.start >= start] if first < end else []
        if whole:
            compute[grain] = Window(whole[0].start, whole[-1].end)
    return DailyDecision(land=land, compute=compute)


daily_schedule = dg.ScheduleDefinition(
    name="daily",
    job=daily_job,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    description="Lands the days that are over and computes what became complete.",
)
maintenance_schedule = dg.ScheduleDefinition(
    name="maintenance",
    job=maintenance_job,
    cron_schedule="0 5 * * 0",
    execution_timezone="UTC",
    description="Housekeeping on Sundays.",
)
SCHEDULES = [daily_schedule, maintenance_schedule]
