"""Generated memberships: whatever they are, an event counts for exactly the entities that the oracle says, once."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from membership_oracle import (
    TO_COLLECTION,
    TO_ECOSYSTEM,
    TO_PROJECT,
    WITH_ECOSYSTEMS,
    EntityWorld,
    Happening,
    Member,
)

from oso_lake.calendar import Grain, Window, rolling_window
from sqlmesh_project.metrics_factory import MetricQueryDef, RollingConfig, factory_options, load

FIRST, DAYS = date(2024, 1, 29), 28
WINDOW = Window(FIRST, FIRST + timedelta(days=DAYS))
ENTITIES = ("project", "collection", "ecosystem")
SELECT = """
    SELECT @metrics_sample_date(time) AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name() AS metric, {amount} AS amount
    FROM oso.int_events__github
    WHERE time BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP') GROUP BY 1, 2, 3
"""
AMOUNTS = {
    "total": ("SUM(amount)", lambda events: sum(e.amount for e in events)),
    "people": ("COUNT(DISTINCT from_artifact_id)", lambda events: len({e.actor for e in events})),
    "artifacts": ("COUNT(DISTINCT to_artifact_id)", lambda events: len({e.artifact for e in events})),
    "mixed": ("COUNT(*) + COUNT(DISTINCT from_artifact_id)", lambda es: len(es) + len({e.actor for e in es})),
}
# each strategy: one scan, daily states, distinct spans, the calendar
MODELS = ("daily", "weekly", "over_5_day_window", "over_all_time")

days = st.integers(-3, DAYS + 3).map(lambda offset: FIRST + timedelta(days=offset))


def members(prefix: str, others: str, width: int) -> st.SearchStrategy[list[Member]]:
    """Rows of a membership table, which may overlap, touch, be empty or turned round."""
    return st.lists(
        st.builds(
            Member,
            st.integers(0, width).map(lambda n: f"{prefix}{n}"),
            st.integers(0, 2).map(lambda n: f"{others}{n}"),
            st.none() | days,
            st.none() | days,
        ),
        max_size=9,
    )


happenings = st.builds(
    Happening,
    st.integers(0, DAYS * 24 - 1).map(
        lambda hour: datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=hour)
    ),
    st.sampled_from(["GITHUB", "GITLAB"]),
    st.just("COMMIT_CODE"),
    st.integers(0, 3).map(lambda n: f"dev{n}"),
    st.integers(0, 3).map(lambda n: f"repo{n}"),
    st.integers(1, 4).map(float),
)
worlds = st.builds(
    lambda events, projects, collections, ecosystems: EntityWorld(
        events=events,
        tables={TO_PROJECT: projects, TO_COLLECTION: collections, TO_ECOSYSTEM: ecosystems},
        graph=WITH_ECOSYSTEMS,
    ),
    st.lists(happenings, min_size=1, max_size=25),
    members("repo", "p", 3),
    members("p", "c", 2),
    members("c", "x", 2),
)


@pytest.fixture(scope="module")
def statements(tmp_path_factory) -> dict[tuple[str, str, str, str], str]:
    """SQL by attribution, metric, entity type and suffix, rendered once for the window of every generated world."""
    folder: Path = tmp_path_factory.mktemp("laws")
    found = {}
    for attribution in ("current", "as_of_event"):
        queries = {}
        for name, (amount, _) in AMOUNTS.items():
            (folder / f"{name}.sql").write_text(SELECT.format(amount=amount))
            queries[name] = MetricQueryDef(
                ref=f"{name}.sql",
                entity_types=ENTITIES,
                time_aggregations=["daily", "weekly"],
                rolling=RollingConfig(windows=[5]),
                over_all_time=True,
                attribution=attribution,
            )
        metrics = load(
            factory_options(
                start=FIRST, queries_dir=folder, timeseries_sources=["int_events__github"],
                metric_queries=queries, graph=WITH_ECOSYSTEMS,
            )
        )  # fmt: skip
        for model in metrics.models.values():
            sql = metrics.render(model.name, window=WINDOW)
            found[attribution, model.metric, model.entity_type, model.suffix] = sql
    return found


@pytest.fixture(scope="module")
def connection():
    """One database for all examples."""
    opened = duckdb.connect()
    yield opened
    opened.close()


def windows_of(suffix: str) -> list[tuple[date, Window]]:
    """Sample dates and their windows, cut at the first day."""
    if suffix == "over_all_time":
        return [(WINDOW.end - timedelta(days=1), WINDOW)]
    if suffix == "over_5_day_window":
        return [(day, rolling_window(day, 5, "day")) for day in WINDOW.dates()]
    return [(window.start, window) for window in Grain(suffix).windows(WINDOW)]


def by_the_oracle(world: EntityWorld, attribution: str, metric: str, entity: str, suffix: str) -> list[tuple]:
    """(sample date, source, entity, amount), sorted."""
    groups = defaultdict(list)
    for name, event in world.attributed(entity, attribution):
        for sample_date, window in windows_of(suffix):
            if window.start <= event.day < window.end:
                groups[sample_date, event.source, name].append(event)
    value = AMOUNTS[metric][1]
    return sorted((*key, float(value(events))) for key, events in groups.items())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    world=worlds,
    attribution=st.sampled_from(["as_of_event", "as_of_event", "current"]),
    metric=st.sampled_from(sorted(AMOUNTS)),
    suffix=st.sampled_from(MODELS),
)
def test_every_value_is_the_oracles(statements, connection, world, attribution, metric, suffix):
    world.write(connection)
    for entity in ENTITIES:
        got = connection.execute(statements[attribution, metric, entity, suffix]).fetchall()
        want = by_the_oracle(world, attribution, metric, entity, suffix)
        assert sorted((row[0], row[1], row[2], row[5]) for row in got) == want


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds)
def test_intervals_of_a_pair_neither_overlap_nor_touch(connection, world):
    world.write(connection)
    for entity in ENTITIES:
        spans = connection.execute(WITH_ECOSYSTEMS.spans(entity).sql("duckdb") + " ORDER BY ALL").fetchall()
        assert all(begin < end for _, _, begin, end in spans)
        for one, other in pairwise(spans):
            assert one[:2] != other[:2] or one[3] < other[2]
