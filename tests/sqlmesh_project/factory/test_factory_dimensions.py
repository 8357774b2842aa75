"""Dimensions: facts of artifacts, rolled up for other entities, joined in any way an author may choose."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from membership_oracle import TO_COLLECTION, TO_PROJECT, EntityWorld, Happening, Member

from oso_lake.calendar import Window, rolling_window
from sqlmesh_project.metrics_factory import (
    Dimension,
    MetricQueryDef,
    MetricsError,
    RollingConfig,
    factory_options,
    load,
)

BEGIN, END = date(2024, 1, 1), date(2024, 3, 1)
EVENTS = "oso.int_events_daily__github"
BOUNDS = "bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
TAIL = "'' AS from_artifact_id, @metric_name() AS metric,"
BY_REPOSITORY = Dimension(
    table="int_repository_facts",
    columns={"first_commit_on": "min", "last_commit_on": "max", "stars": "sum"},
)
BY_SOURCE = Dimension(
    table="oso.int_artifact_facts", key="artifact_id", columns={"first_commit_on": "min", "stars": "sum"},
    by=["event_source"],
)  # fmt: skip
HEAD = "SELECT @metrics_sample_date(e.bucket_day) AS metrics_sample_date, e.event_source, e.to_artifact_id,"
# events from a week after the entity's first commit on, each as many times as the entity has stars
MATURE = "SUM(e.amount * COALESCE(f.stars, 0)) AS amount"
WEEK = "e.bucket_day >= f.first_commit_on + INTERVAL '7' DAY"
JOINS = {
    "ON": f"""
        {HEAD} {TAIL} {MATURE} FROM {EVENTS} AS e
        JOIN oso.int_repository_facts AS f ON f.to_artifact_id = e.to_artifact_id
        WHERE e.{BOUNDS} AND {WEEK} GROUP BY 1, 2, 3
    """,
    "ON, the dimension first": f"""
        {HEAD} {TAIL} {MATURE} FROM oso.int_repository_facts AS f
        INNER JOIN {EVENTS} AS e ON e.to_artifact_id = f.to_artifact_id AND {WEEK}
        WHERE e.{BOUNDS} GROUP BY 1, 2, 3
    """,
    "keyed by the dimension": f"""
        {HEAD.replace("e.to_artifact_id", "f.to_artifact_id")} {TAIL} {MATURE}
        FROM oso.int_repository_facts AS f, {EVENTS} AS e
        WHERE e.to_artifact_id = f.to_artifact_id AND e.{BOUNDS} AND {WEEK} GROUP BY 1, 2, f.to_artifact_id
    """,
    "USING": f"""
        {HEAD.replace("e.to_artifact_id", "to_artifact_id")} {TAIL} {MATURE} FROM {EVENTS} AS e
        JOIN oso.int_repository_facts AS f USING (to_artifact_id)
        WHERE e.{BOUNDS} AND {WEEK} GROUP BY 1, 2, to_artifact_id
    """,
    "a lifted CTE": f"""
        WITH e AS (SELECT bucket_day, event_source, to_artifact_id, amount FROM {EVENTS} WHERE {BOUNDS})
        {HEAD} {TAIL} {MATURE} FROM e
        LEFT JOIN oso.int_repository_facts AS f ON e.to_artifact_id = f.to_artifact_id
        WHERE {WEEK} GROUP BY 1, 2, 3
    """,
    "the dimension in a CTE": f"""
        WITH facts AS (SELECT to_artifact_id, first_commit_on, stars FROM int_repository_facts
          WHERE first_commit_on IS NOT NULL)
        {HEAD} {TAIL} {MATURE} FROM {EVENTS} AS e JOIN facts AS f ON f.to_artifact_id = e.to_artifact_id
        WHERE e.{BOUNDS} AND {WEEK} GROUP BY 1, 2, 3
    """,
    "a derived table": f"""
        SELECT @metrics_sample_date(s.bucket_day) AS metrics_sample_date, s.event_source, s.to_artifact_id, {TAIL}
          SUM(s.weighted) AS amount
        FROM (
          SELECT e.bucket_day, e.event_source, e.to_artifact_id, e.amount * COALESCE(f.stars, 0) AS weighted
          FROM {EVENTS} AS e JOIN oso.int_repository_facts AS f ON f.to_artifact_id = e.to_artifact_id
          WHERE e.{BOUNDS} AND {WEEK}
        ) AS s
        GROUP BY 1, 2, 3
    """,
    "a correlated subquery": f"""
        WITH e AS (SELECT bucket_day, event_source, to_artifact_id, SUM(amount) AS amount FROM {EVENTS}
          WHERE {BOUNDS} GROUP BY 1, 2, 3)
        {HEAD} {TAIL}
          SUM(e.amount * (SELECT MAX(COALESCE(g.stars, 0)) FROM oso.int_repository_facts AS g
            WHERE g.to_artifact_id = e.to_artifact_id)) AS amount
        FROM e WHERE EXISTS (SELECT 1 FROM oso.int_repository_facts AS f
          WHERE f.to_artifact_id = e.to_artifact_id AND {WEEK})
        GROUP BY 1, 2, 3
    """,
    "further keys": f"""
        {HEAD} {TAIL} {MATURE} FROM {EVENTS} AS e
        JOIN oso.int_artifact_facts AS f ON f.artifact_id = e.to_artifact_id AND f.event_source = e.event_source
        WHERE e.{BOUNDS} AND {WEEK} GROUP BY 1, 2, 3
    """,
}
Fact = tuple[date | None, float | None]
Facts = dict[tuple[str, str], Fact]


def rolled(world: EntityWorld, facts: Facts, entity: str, attribution: str, by_source: bool):
    """(entity, source or '') to (first commit, stars), over the entity's artifacts, NULLs left out."""
    members = world.artifacts(entity, attribution, list(Window(date(2023, 1, 1), date(2025, 1, 1)).dates()))
    found = {}
    for name, artifacts in members.items():
        kept = defaultdict(list)
        for (artifact, source), fact in facts.items():
            if artifact in artifacts:
                kept[source if by_source else ""].append(fact)
        for source, values in kept.items():
            firsts = [first for first, _ in values if first is not None]
            stars = [count for _, count in values if count is not None]
            found[name, source] = (min(firsts, default=None), sum(stars) if stars else None)
    return found


def expected(world, facts, entity, attribution, windows, by_source):
    """(sample date, source, entity, amount)."""
    dimension = rolled(world, facts, entity, attribution, by_source)
    sums = defaultdict(float)
    for name, event in world.attributed(entity, attribution):
        first, stars = dimension.get((name, event.source if by_source else ""), (None, None))
        if first is None or event.day < first + timedelta(days=7):
            continue
        for sample_date, window in windows:
            if window.start <= event.day < window.end:
                sums[sample_date, event.source, name] += event.amount * (stars or 0)
    return sorted((*key, amount) for key, amount in sums.items())


def write(connection, world, facts):
    """The world and its dimensions: one with a row a repository, one with a row a repository and source."""
    world.write(connection)
    connection.execute(
        "CREATE OR REPLACE TABLE oso.int_artifact_facts "
        "(artifact_id VARCHAR, event_source VARCHAR, first_commit_on DATE, stars DOUBLE)"
    )
    connection.executemany(
        "INSERT INTO oso.int_artifact_facts VALUES (?, ?, ?, ?)",
        [(*key, *fact) for key, fact in facts.items()] or [("nothing", "NOWHERE", None, None)],
    )
    connection.execute(
        "CREATE OR REPLACE TABLE oso.int_repository_facts AS SELECT artifact_id AS to_artifact_id, "
        "MIN(first_commit_on) AS first_commit_on, MAX(first_commit_on) AS last_commit_on, SUM(stars) AS stars "
        "FROM oso.int_artifact_facts GROUP BY 1"
    )


@pytest.fixture(scope="module")
def world():
    """repo1 lies in two projects of one collection and moved; repo3 in none."""
    events = [
        Happening(
            datetime.fromisoformat("2024-01-01") + timedelta(hours=(index * 53) % (24 * 58)),
            "GITHUB" if index % 4 else "GITLAB",
            "COMMIT_CODE",
            f"dev{index % 5}",
            f"repo{index * 7 % 4}",
            float(1 + index % 3),
        )
        for index in range(90)
    ]
    memberships = [
        Member("repo0", "p1"),
        Member("repo1", "p1", None, date(2024, 1, 20)),
        Member("repo1", "p2"),
        Member("repo2", "p2", date(2024, 1, 12)),
    ]
    return EntityWorld(
        events=events, tables={TO_PROJECT: memberships, TO_COLLECTION: [Member("p1", "c1"), Member("p2", "c1")]}
    )


FACTS: Facts = {
    ("repo0", "GITHUB"): (date(2024, 1, 15), 2.0),
    ("repo0", "GITLAB"): (date(2024, 1, 25), None),
    ("repo1", "GITHUB"): (date(2024, 1, 5), 10.0),
    ("repo2", "GITHUB"): (date(2024, 2, 1), 100.0),
    ("repo2", "GITLAB"): (None, 1000.0),
    ("repo3", "GITHUB"): (date(2023, 5, 1), 7.0),
}


@pytest.fixture
def make_with_dimensions(make_metrics):
    """`make_metrics` with the dimensions declared."""

    def make(entries, **options):
        return make_metrics(entries, dimensions=[BY_REPOSITORY, BY_SOURCE], **options)

    return make


@pytest.mark.parametrize("attribution", ["current", "as_of_event"])
@pytest.mark.parametrize("join", list(JOINS))
def test_an_entity_has_the_rollup_of_its_artifacts(world, make_with_dimensions, join, attribution):
    rolling = RollingConfig(windows=[10])
    metrics = make_with_dimensions(
        {"m": (JOINS[join], {"rolling": rolling, "time_aggregations": ["daily"], "attribution": attribution})}
    )
    connection = duckdb.connect()
    write(connection, world, FACTS)
    begin, end = date(2024, 1, 18), date(2024, 2, 20)
    days = list(Window(begin, end).dates())
    windows = {
        "daily": [(day, Window(day, day + timedelta(days=1))) for day in days],
        "over_10_day_window": [(day, rolling_window(day, 10, "day")) for day in days],
    }
    for entity in ("artifact", "project", "collection"):
        for suffix, spans in windows.items():
            sql = metrics.render(f"oso.m_to_{entity}_{suffix}", window=(begin, end))
            got = sorted((row[0], row[1], row[2], row[5]) for row in connection.execute(sql).fetchall())
            assert got == expected(world, FACTS, entity, attribution, spans, join == "further keys")
            assert got
    connection.close()


facts = st.dictionaries(
    st.tuples(st.integers(0, 4).map(lambda n: f"repo{n}"), st.sampled_from(["GITHUB", "GITLAB"])),
    st.tuples(
        st.none() | st.integers(0, 40).map(lambda n: BEGIN + timedelta(days=n)),
        st.none() | st.integers(0, 9).map(float),
    ),
    max_size=8,
)
validities = st.none() | st.integers(-5, 60).map(lambda n: BEGIN + timedelta(days=n))
memberships = st.lists(
    st.builds(
        Member,
        st.integers(0, 4).map(lambda n: f"repo{n}"),
        st.integers(0, 2).map(lambda n: f"p{n}"),
        validities,
        validities,
    ),
    max_size=8,
)
listings = st.lists(
    st.builds(Member, st.integers(0, 2).map(lambda n: f"p{n}"), st.sampled_from(["c0", "c1"]), st.none(), validities),
    max_size=5,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    found=facts,
    projects=memberships,
    collections=listings,
    join=st.sampled_from(sorted(JOINS)),
    attribution=st.sampled_from(["current", "as_of_event"]),
)
def test_generated_facts_and_memberships(
    world, statements, connection, found, projects, collections, join, attribution
):
    made = EntityWorld(events=world.events, tables={TO_PROJECT: projects, TO_COLLECTION: collections})
    write(connection, made, found)
    everything = [(END - timedelta(days=1), Window(BEGIN, END))]
    for entity in ("project", "collection"):
        got = connection.execute(statements[join, attribution, entity]).fetchall()
        want = expected(made, found, entity, attribution, everything, join == "further keys")
        assert sorted((row[0], row[1], row[2], row[5]) for row in got) == want


@pytest.fixture(scope="module")
def connection():
    """One database for all examples."""
    opened = duckdb.connect()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def statements(tmp_path_factory):
    """SQL of the all-time model by join, attribution and entity type."""
    folder = tmp_path_factory.mktemp("dimensions")
    names = {join: f"m{index}" for index, join in enumerate(JOINS)}
    queries = {}
    for join, name in names.items():
        (folder / f"{name}.sql").write_text(JOINS[join])
        for attribution in ("current", "as_of_event"):
            queries[f"{name}_{attribution}"] = MetricQueryDef(
                ref=f"{name}.sql", over_all_time=True, attribution=attribution
            )
    metrics = load(
        factory_options(
            start=BEGIN, queries_dir=folder, timeseries_sources={"int_events_daily__github": "bucket_day"},
            dimensions=[BY_REPOSITORY, BY_SOURCE], metric_queries=queries,
        )
    )  # fmt: skip
    return {
        (join, attribution, entity): metrics.render(
            f"oso.{name}_{attribution}_to_{entity}_over_all_time", window=(END - timedelta(days=1), END)
        )
        for join, name in names.items()
        for attribution in ("current", "as_of_event")
        for entity in ("project", "collection")
    }


def test_for_artifacts_a_dimension_is_read_as_it_is(make_with_dimensions):
    metrics = make_with_dimensions({"m": (JOINS["ON"], {"time_aggregations": ["daily"]})})
    assert "JOIN oso.int_repository_facts AS f" in metrics.render("oso.m_to_artifact_daily")
    assert "oso.int_repository_facts" in metrics.models["oso.m_to_project_daily"].depends_on


def test_a_rolling_metric_with_a_dimension_keeps_its_cheap_strategy(make_with_dimensions):
    metrics = make_with_dimensions({"m": (JOINS["ON"], {"rolling": RollingConfig(windows=[10])})})
    assert metrics.explain("oso.m_to_project_over_10_day_window").startswith("daily states")


@pytest.mark.parametrize(
    ("sql", "line", "message"),
    [
        (JOINS["ON"].replace("f.stars", "f.forks"), 2, "the dimension oso.int_repository_facts declares no forks"),
        (JOINS["the dimension in a CTE"].replace("on IS", "at IS"), 3, "oso.int_repository_facts declares no"),
        (
            JOINS["a lifted CTE"].replace("_repository_facts", "_undeclared_facts"), 4,
            "e.to_artifact_id holds a project here, f.to_artifact_id an artifact: aggregate the latter from a "
            "timeseries source, or declare its table as a dimension",
        ),
    ],
)  # fmt: skip
def test_what_is_not_declared_is_an_error_at_load(make_with_dimensions, sql, line, message):
    options = {"time_aggregations": ["daily"], "entity_types": ["artifact", "project"]}
    with pytest.raises(MetricsError) as caught:
        make_with_dimensions({"m": (sql, options)}, relations=["int_undeclared_facts"])
    [problem] = caught.value.problems
    assert message in str(problem)
    assert f"m.sql:{line}:" in str(problem)


def mistyped():
    """An option with a typing mistake, which no checker should see."""
    options: dict[str, Any] = {"ky": "artifact_id"}
    return Dimension(table="int_repository_facts", columns={"stars": "sum"}, **options)


@pytest.mark.parametrize(
    ("dimension", "message"),
    [
        (
            Dimension(table="int_repository_facts", columns={"stars": "avg"}),
            "the rollup of 'stars' must be min, max, sum, not 'avg'",
        ),
        (
            Dimension(table="int_repository_facts", columns={"stars": "mn"}),
            "not 'mn'; did you mean 'min'?",
        ),
        (Dimension(table="int_repository_facts", columns={}), "needs columns={name: rollup, ...}"),
        (
            Dimension(table="int_repository_facts", columns={"stars": "sum"}, by=["stars"]),
            "names stars twice: a column is the key, one of `by`, or rolled up",
        ),
        (Dimension(table="int_bots", columns={"stars": "sum"}), "is listed in timeseries_sources or relations too"),
        (mistyped(), "Dimension has no option 'ky'; did you mean 'key'?"),
    ],
)
def test_a_wrong_declaration_names_itself_and_its_place(make_metrics, dimension, message):
    with pytest.raises(MetricsError) as caught:
        make_metrics({}, dimensions=[dimension])
    [problem] = caught.value.problems
    assert message in str(problem)
    assert str(problem).startswith(f"{__file__}:")
    assert f"dimension 'oso.{dimension.table}': " in str(problem)
