"""Generated worlds for the shapes of `joined_shapes`: an entity's metric is the artifact's over relabelled events.

The same file is compiled for artifacts and run over events that name the entity instead of the artifact; both engines'
SQL is compared, Trino's after it was read back as Trino's.
"""

from datetime import date, datetime, timedelta

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joined_shapes import DIALECTS, ONLY_ROLLING, SHAPES, relabelled
from membership_oracle import TO_COLLECTION, TO_PROJECT, EntityWorld, Happening, Member

from sqlmesh_project.metrics_factory import MetricQueryDef, RollingConfig, factory_options, load

BEGIN, END = date(2024, 1, 1), date(2024, 2, 1)
ENTITIES = ("project", "collection")

days = st.none() | st.integers(-2, 33).map(lambda offset: BEGIN + timedelta(days=offset))
happenings = st.builds(
    Happening,
    st.integers(0, 31 * 24 - 1).map(lambda hour: datetime.combine(BEGIN, datetime.min.time()) + timedelta(hours=hour)),
    st.sampled_from(["GITHUB", "GITLAB"]),
    st.sampled_from(["STARRED", "COMMIT_CODE"]),
    st.integers(0, 3).map(lambda n: f"dev{n}"),
    st.integers(0, 3).map(lambda n: f"repo{n}"),
    st.integers(1, 3).map(float),
)


def members(members_of: str, groups: str) -> st.SearchStrategy[list[Member]]:
    """Rows of a membership table."""
    row = st.builds(Member, st.sampled_from(members_of.split()), st.sampled_from(groups.split()), days, days)
    return st.lists(row, max_size=8)


worlds = st.builds(
    lambda events, projects, collections: EntityWorld(
        events=events, tables={TO_PROJECT: projects, TO_COLLECTION: collections}
    ),
    st.lists(happenings, min_size=1, max_size=30),
    members("repo0 repo1 repo2 repo3", "p0 p1 p2"),
    members("p0 p1 p2", "c0 c1"),
)


@pytest.fixture(scope="module")
def statements(tmp_path_factory) -> dict[tuple[str, str, str], tuple[str, str]]:
    """SQL of both engines by shape, attribution and entity type, of January or of rolling windows in it."""
    folder = tmp_path_factory.mktemp("shapes")
    found = {}
    for attribution in ("current", "as_of_event"):
        queries = {}
        for index, (shape, sql) in enumerate(SHAPES.items()):
            (folder / f"m{index}.sql").write_text(sql)
            queries[f"m{index}"] = MetricQueryDef(
                ref=f"m{index}.sql",
                rolling=RollingConfig(windows=[9]),
                time_aggregations=[] if shape in ONLY_ROLLING else ["monthly"],
                attribution=attribution,
                dialect=DIALECTS.get(shape),
            )
        metrics = load(
            factory_options(
                start=BEGIN, queries_dir=folder, metric_queries=queries,
                timeseries_sources={"int_events_daily__github": "bucket_day"},
            )
        )  # fmt: skip
        for index, shape in enumerate(SHAPES):
            for entity in ("artifact", *ENTITIES):
                is_rolling = index % 2 or shape in ONLY_ROLLING
                model = f"oso.m{index}_to_{entity}_{'over_9_day_window' if is_rolling else 'monthly'}"
                window = (date(2024, 1, 12), date(2024, 1, 16)) if is_rolling else (BEGIN, END)
                trino = metrics.render(model, "trino", window)
                [again] = sqlglot.transpile(trino, read="trino", write="duckdb")
                found[shape, attribution, entity] = (metrics.render(model, window=window), again)
    return found


@pytest.fixture(scope="module")
def connections():
    """One database for the world and one for its events relabelled."""
    opened = duckdb.connect(), duckdb.connect()
    yield opened
    for connection in opened:
        connection.close()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    world=worlds,
    shape=st.sampled_from(sorted(SHAPES)),
    attribution=st.sampled_from(["current", "as_of_event"]),
    entity=st.sampled_from(ENTITIES),
)
def test_relabelling_commutes_with_every_shape(statements, connections, world, shape, attribution, entity):
    one, other = connections
    world.write(one)
    relabelled(world, entity, attribution).write(other)
    duck, trino = statements[shape, attribution, entity]
    got = sorted(one.execute(duck).fetchall())
    assert got == sorted(other.execute(statements[shape, attribution, "artifact"][0]).fetchall())
    assert got == sorted(one.execute(trino).fetchall())
