"""Lands a few GitHub events straight into the raw tables, for tests of the runner that need no source."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dlt_sources.github_archive import EVENTS, HOURS
from oso_lake.calendar import Window, midnight
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope, replace
from oso_lake.filters import between
from oso_lake.settings import Settings
from oso_lake.sources import input_hours
from oso_lake.window_names import hour_name

HOUR = timedelta(hours=1)
ACTORS = 5
REPOSITORIES = 3
Event = tuple[str, int, int]


def events_of(day: date) -> list[Event]:
    """Type, actor and repository of the events of `day`: a star from each actor, forks on even days."""
    number = day.toordinal()
    stars = [("WatchEvent", (number + actor) % ACTORS + 1, actor % REPOSITORIES + 1) for actor in range(3)]
    return stars + ([("ForkEvent", number % ACTORS + 1, 1)] if number % 2 == 0 else [])


def land_events(
    settings: Settings,
    begin: date,
    end: date,
    *,
    skip: frozenset[date] = frozenset(),
    events: Callable[[date], list[Event]] = events_of,
    again: bool = False,
) -> None:
    """Land the days `[begin, end)` and the two hours after them that complete the last; `skip` leaves days out.

    `again` lands the hours of the days alone, as they are landed anew when a file changed.
    """
    catalog = open_catalog(settings)
    hours = [hour for hour in input_hours(Window(begin, end)) if hour.date() not in skip]
    if again:
        hours = [hour for hour in hours if hour.date() < end]
    names = tuple(hour_name(hour) for hour in hours)
    scope = Scope(between("file_hour", midnight(begin), max(hours) + HOUR), names)
    days = [day for day in Window(begin, end).dates() if day not in skip]
    rows = [_event(day, number, *event) for day in days for number, event in enumerate(events(day))]
    replace(catalog, EVENTS, EVENTS.rows(rows), scope, {"oso.load_id": "test"})
    receipts = [
        {
            "file_hour": hour,
            "status": "landed",
            "rows": 1,
            "quarantined": 0,
            "compressed_bytes": 1,
            "source_version": "test",
            "load_id": "test",
            "landed_at": datetime(2024, 6, 1, tzinfo=UTC),
        }
        for hour in hours
    ]
    replace(catalog, HOURS, HOURS.rows(receipts), scope, {"oso.load_id": "test"})


def replace_day(settings: Settings, day: date, events: list[Event]) -> None:
    """Land one day anew with other events, in one commit: what its receipts say stays true."""
    names = tuple(hour_name(midnight(day) + number * HOUR) for number in range(24))
    scope = Scope(between("file_hour", midnight(day), midnight(day) + 24 * HOUR), names)
    rows = [_event(day, number, *event) for number, event in enumerate(events)]
    replace(open_catalog(settings), EVENTS, EVENTS.rows(rows), scope, {"oso.load_id": "again"})


def _event(day: date, number: int, kind: str, actor: int, repository: int) -> dict[str, Any]:
    return {
        "file_hour": midnight(day) + 12 * HOUR,
        "line_number": number,
        "id": f"{day}-{number}",
        "type": kind,
        "created_at": midnight(day) + 12 * HOUR,
        "actor_id": actor,
        "actor_login": f"actor{actor}",
        "repo_id": repository,
        "repo_name": f"owner/repo{repository}",
    }
