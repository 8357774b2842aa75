"""The data of a generated case: events, who belongs to what and when, bots; and the tables that metric SQL reads.

One list of events stands in two tables, so that two sources can be joined: by day in `int_events_daily__github` (a DATE
column) and to the microsecond in `int_events__github` (a TIMESTAMP column). Types are those of standard SQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Event:
    """Someone (or nobody known) did something of a kind to an artifact."""

    at: datetime
    source: str
    kind: str
    actor: str | None
    artifact: str
    amount: float | None
    quantity: int | None


@dataclass(frozen=True, kw_only=True)
class Member:
    """`child` belongs to `parent` on the days `[valid_from, valid_to)`; without an end it does now."""

    child: str
    parent: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything a metric can read. `projects` holds artifacts in projects, `collections` projects in collections."""

    events: tuple[Event, ...]
    projects: tuple[Member, ...]
    collections: tuple[Member, ...]
    bots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table to create: column types by name, and rows in the columns' order."""

    name: str
    columns: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Source:
    """A table of events and its time column."""

    table: str
    time: str


SOURCES = {
    "daily": Source("oso.int_events_daily__github", "bucket_day"),
    "exact": Source("oso.int_events__github", "time"),
}
BOTS = "oso.int_bots"
_EVENT_COLUMNS = {
    "event_source": "VARCHAR",
    "event_type": "VARCHAR",
    "from_artifact_id": "VARCHAR",
    "to_artifact_id": "VARCHAR",
    "amount": "DOUBLE",
    "quantity": "BIGINT",
}
_VALIDITY = {"valid_from": "DATE", "valid_to": "DATE"}


def tables(world: World) -> Iterator[Table]:
    """Every table of `world`."""
    rest = [(e.source, e.kind, e.actor, e.artifact, e.amount, e.quantity) for e in world.events]
    yield Table(
        name=SOURCES["daily"].table,
        columns={"bucket_day": "DATE", **_EVENT_COLUMNS},
        rows=[(event.at.date(), *row) for event, row in zip(world.events, rest, strict=True)],
    )
    yield Table(
        name=SOURCES["exact"].table,
        columns={"time": "TIMESTAMP", **_EVENT_COLUMNS},
        rows=[(event.at, *row) for event, row in zip(world.events, rest, strict=True)],
    )
    yield Table(
        name="oso.artifacts_by_project_v1",
        columns={"artifact_id": "VARCHAR", "project_id": "VARCHAR", **_VALIDITY},
        rows=[(m.child, m.parent, m.valid_from, m.valid_to) for m in world.projects],
    )
    yield Table(
        name="oso.projects_by_collection_v1",
        columns={"project_id": "VARCHAR", "collection_id": "VARCHAR", **_VALIDITY},
        rows=[(m.child, m.parent, m.valid_from, m.valid_to) for m in world.collections],
    )
    yield Table(name=BOTS, columns={"artifact_id": "VARCHAR"}, rows=[(bot,) for bot in world.bots])
