"""A small warehouse of events with shared artifacts, and the factory over metric SQL that tests write as authors do."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from sqlmesh_project.metrics_factory import MetricQueryDef, TimeseriesMetrics, factory_options, load

FIRST = date(2024, 1, 1)
DAYS = 200


@dataclass(frozen=True)
class Event:
    """One row of the daily events."""

    day: date
    source: str
    kind: str
    actor: str
    artifact: str
    amount: float


@dataclass
class Warehouse:
    """DuckDB with the tables that metrics read, and the same in Python for brute force."""

    connection: duckdb.DuckDBPyConnection
    events: list[Event]
    projects: dict[str, set[str]]
    collections: dict[str, set[str]]

    def members(self, entity_type: str) -> dict[str, set[str]]:
        """Artifacts of each entity, as of now."""
        if entity_type == "artifact":
            return {event.artifact: {event.artifact} for event in self.events}
        if entity_type == "project":
            return self.projects
        return {name: set().union(*(self.projects[p] for p in slugs)) for name, slugs in self.collections.items()}

    def of(self, entity_type: str) -> Iterator[tuple[str, Event]]:
        """Each event with each entity it belongs to, once."""
        for entity, artifacts in self.members(entity_type).items():
            for event in self.events:
                if event.artifact in artifacts:
                    yield entity, event

    def rows(self, metrics: TimeseriesMetrics, model: str, begin: date, end: date) -> list[tuple]:
        """(sample date, source, entity, actor, metric, amount) of a model over [begin, end), sorted."""
        return sorted(self.connection.execute(metrics.render(model, window=(begin, end))).fetchall())

    def materialize(self, metrics: TimeseriesMetrics, begin: date, end: date) -> None:
        """Make a table of every model, peers first."""
        for name in metrics.models:
            sql = metrics.render(name, window=(begin, end))
            self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}")


def make_events(seed: int = 11, count: int = 900) -> list[Event]:
    """Seeded events: few actors, so that they come back, in two sources."""
    chance = random.Random(seed)
    kinds = ["COMMIT_CODE", "COMMIT_CODE", "STARRED", "ISSUE_OPENED"]
    return [
        Event(
            day=FIRST + timedelta(days=int(chance.random() ** 1.3 * DAYS)),
            source=chance.choice(["GITHUB", "GITHUB", "GITLAB"]),
            kind=chance.choice(kinds),
            actor=f"dev{chance.randrange(9)}",
            artifact=f"repo{chance.randrange(6)}",
            amount=float(chance.randrange(1, 4)),
        )
        for _ in range(count)
    ]


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """repo1 lies in two projects of one collection; repo5 in none; a membership that ended counts for nothing."""
    events = make_events()
    projects = {"p1": {"repo0", "repo1"}, "p2": {"repo1", "repo2"}, "p3": {"repo3"}}
    collections = {"c1": {"p1", "p2"}, "c2": {"p2", "p3"}}
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA oso; SET TimeZone = 'UTC'")
    connection.execute(
        "CREATE TABLE oso.int_events_daily__github (bucket_day DATE, event_source VARCHAR, event_type VARCHAR, "
        "from_artifact_id VARCHAR, to_artifact_id VARCHAR, amount DOUBLE)"
    )
    rows = pa.Table.from_pylist([asdict(event) for event in events])
    connection.register("made_events", rows)
    connection.execute("INSERT INTO oso.int_events_daily__github SELECT * FROM made_events")
    connection.execute(
        "CREATE VIEW oso.int_events__github AS SELECT bucket_day + INTERVAL 23 HOUR AS time, * "
        "FROM oso.int_events_daily__github"
    )
    connection.execute(
        "CREATE TABLE oso.artifacts_by_project_v1 (artifact_id VARCHAR, project_id VARCHAR, valid_to DATE)"
    )
    connection.execute(
        "CREATE TABLE oso.projects_by_collection_v1 (project_id VARCHAR, collection_id VARCHAR, valid_to DATE)"
    )
    connection.executemany(
        "INSERT INTO oso.artifacts_by_project_v1 VALUES (?, ?, ?)",
        [(a, p, None) for p, artifacts in projects.items() for a in sorted(artifacts)] + [("repo4", "p1", FIRST)],
    )
    connection.executemany(
        "INSERT INTO oso.projects_by_collection_v1 VALUES (?, ?, NULL)",
        [(p, c) for c, slugs in collections.items() for p in sorted(slugs)],
    )
    connection.execute("CREATE TABLE oso.int_bots AS SELECT 'dev8' AS artifact_id")
    yield Warehouse(connection, events, projects, collections)
    connection.close()


MakeMetrics = Callable[..., TimeseriesMetrics]


@pytest.fixture
def make_metrics(tmp_path: Path) -> MakeMetrics:
    """`make_metrics({"stars": (sql, options)}, strict=True)`: the SQL goes into a file `code/{name}.sql`."""

    def make(
        entries: dict[str, tuple[str, dict[str, Any]]],
        *,
        strict: bool = True,
        sources: Sequence[str] = ("int_events_daily__github", "int_events__github"),
        relations: Sequence[str] = ("int_bots",),
        **options: Any,
    ) -> TimeseriesMetrics:
        queries = {}
        for name, (sql, definition) in entries.items():
            path = tmp_path / "oso_metrics" / "code" / f"{name}.sql"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(sql))
            queries[name] = MetricQueryDef(ref=f"code/{name}.sql", **definition)
        return load(
            factory_options(
                start=FIRST,
                queries_dir=tmp_path / "oso_metrics",
                timeseries_sources=sources,
                relations=relations,
                metric_queries=queries,
                **options,
            ),
            strict=strict,
        )

    return make
