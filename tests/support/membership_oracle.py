"""Whom an event belongs to, in plain Python, and a warehouse of events and memberships for it.

Written from the meaning, not from the SQL: a day belongs to a membership or it does not, and an event of an artifact
belongs to an entity when some way leads from the one to the other through memberships that all hold (on the day of the
event, or now). No interval is ever intersected or merged here.

    world = EntityWorld(events=[...], tables={"oso.artifacts_by_project_v1": [Member("repo0", "p1", None, day)]})
    for entity, event in world.attributed("collection", "as_of_event"): ...
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb
import pyarrow as pa

from sqlmesh_project.metrics_factory import DIRECTORY, EntityGraph, Membership

TO_PROJECT = "oso.artifacts_by_project_v1"
TO_COLLECTION = "oso.projects_by_collection_v1"
TO_ECOSYSTEM = "oso.collections_by_ecosystem_v1"
WITH_ECOSYSTEMS = DIRECTORY.with_entity(
    "ecosystem",
    Membership(table=TO_ECOSYSTEM, member="collection_id", group="ecosystem_id"),
    beyond="collection",
)


@dataclass(frozen=True)
class Happening:
    """One event."""

    time: datetime
    source: str
    kind: str
    actor: str
    artifact: str
    amount: float = 1.0

    @property
    def day(self) -> date:
        """Its UTC day."""
        return self.time.date()


@dataclass(frozen=True)
class Member:
    """`member` belongs to `group` on the days [valid_from, valid_to); None is without end."""

    member: str
    group: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it held on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass
class EntityWorld:
    """Events, and the rows of the membership tables of `graph` by table name."""

    events: Sequence[Happening]
    tables: Mapping[str, Sequence[Member]]
    graph: EntityGraph = field(default=DIRECTORY)

    def entities(self, entity_type: str, artifact: str, attribution: str, day: date) -> set[str]:
        """The entities that an event of `artifact` on `day` counts for."""
        reached = {artifact}
        for step in self.graph.paths[entity_type]:
            holding = [
                row
                for row in self.tables.get(step.table, ())
                if (row.valid_to is None if attribution == "current" else row.holds_on(day))
            ]
            reached = {row.group for row in holding if row.member in reached}
        return reached

    def attributed(self, entity_type: str, attribution: str = "current") -> Iterator[tuple[str, Happening]]:
        """Each event with each entity that it counts for, once."""
        for event in self.events:
            for entity in sorted(self.entities(entity_type, event.artifact, attribution, event.day)):
                yield entity, event

    def artifacts(self, entity_type: str, attribution: str, days: Sequence[date]) -> dict[str, set[str]]:
        """The artifacts of each entity now, or (as of events) on any of `days`."""
        found: dict[str, set[str]] = {}
        everyone = {e.artifact for e in self.events} | {m.member for m in self.tables.get(TO_PROJECT, ())}
        for artifact in everyone:
            for day in days:
                for entity in self.entities(entity_type, artifact, attribution, day):
                    found.setdefault(entity, set()).add(artifact)
        return found

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the tables: events by day (DATE) and by time (TIMESTAMP), and the graph's memberships."""
        connection.execute("CREATE SCHEMA IF NOT EXISTS oso; SET TimeZone = 'UTC'")
        columns = "event_source VARCHAR, event_type VARCHAR, from_artifact_id VARCHAR, to_artifact_id VARCHAR"
        connection.execute(f"CREATE OR REPLACE TABLE oso.int_events__github (time TIMESTAMP, {columns}, amount DOUBLE)")
        _insert(
            connection,
            "oso.int_events__github",
            [(e.time, e.source, e.kind, e.actor, e.artifact, e.amount) for e in self.events],
        )
        connection.execute(
            "CREATE OR REPLACE VIEW oso.int_events_daily__github AS "
            "SELECT CAST(time AS DATE) AS bucket_day, * EXCLUDE (time) FROM oso.int_events__github"
        )
        steps = {step.table: step for path in self.graph.paths.values() for step in path}
        for table, step in steps.items():
            connection.execute(
                f"CREATE OR REPLACE TABLE {table} "
                f"({step.member} VARCHAR, {step.group} VARCHAR, valid_from DATE, valid_to DATE)"
            )
            rows = [(m.member, m.group, m.valid_from, m.valid_to) for m in self.tables.get(table, ())]
            _insert(connection, table, rows)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple]) -> None:
    if rows:
        given = pa.table({str(i): [row[i] for row in rows] for i in range(len(rows[0]))})
        connection.register("given_rows", given)
        connection.execute(f"INSERT INTO {table} SELECT * FROM given_rows")
        connection.unregister("given_rows")
