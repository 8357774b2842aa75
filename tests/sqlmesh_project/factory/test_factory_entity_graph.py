"""The entity graph is data: another entity type takes a declaration and nothing else."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta

import duckdb
import pytest
from membership_oracle import TO_COLLECTION, TO_ECOSYSTEM, TO_PROJECT, EntityWorld, Happening, Member

from oso_lake.calendar import Window, rolling_window
from sqlmesh_project.metrics_factory import (
    DIRECTORY,
    Dimension,
    EntityGraph,
    Membership,
    MetricsError,
    RollingConfig,
)

BEGIN, END = date(2024, 1, 1), date(2024, 3, 1)
BOUNDS = "bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
DEVELOPERS = f"""
    SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, COUNT(DISTINCT from_artifact_id) AS amount
    FROM oso.int_events_daily__github WHERE {BOUNDS} GROUP BY 1, 2, 3
"""
ACTIVE_DAYS = f"""
    SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
      from_artifact_id AS from_artifact_id, @metric_name() AS metric, COUNT(DISTINCT bucket_day) AS amount
    FROM oso.int_events_daily__github WHERE {BOUNDS} GROUP BY 1, 2, 3, 4
"""
# a peer, its key named by macro as in the old interface
BUSY = """
    SELECT active.metrics_sample_date, active.event_source,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := active, include_column_alias := true),
      '' AS from_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
    FROM @metrics_peer_ref(days, time_aggregation := @time_aggregation) AS active
    WHERE active.amount > 1
    GROUP BY 1, 2, @metrics_entity_type_col('to_{entity_type}_id', table_alias := active)
"""
OF_COLLECTIONS = DIRECTORY.with_entity(
    "ecosystem", Membership(table=TO_ECOSYSTEM, member="collection_id", group="ecosystem_id"), beyond="collection"
)
# another table, other columns, no history, straight from projects
OF_PROJECTS = DIRECTORY.with_entity(
    "ecosystem",
    Membership(table="oso.project_tags", member="tagged", group="tag", valid_from=None, valid_to=None),
    beyond="project",
)
ROWS = {
    TO_PROJECT: [
        Member("repo0", "p1"),
        Member("repo1", "p1", None, date(2024, 2, 1)),
        Member("repo1", "p2"),
        Member("repo2", "p2", date(2024, 1, 15)),
        Member("repo3", "p3"),
    ],
    TO_COLLECTION: [Member("p1", "c1"), Member("p2", "c1"), Member("p2", "c2"), Member("p3", "c3")],
    TO_ECOSYSTEM: [
        Member("c1", "x1"),
        Member("c2", "x1"),
        Member("c2", "x2", date(2024, 1, 20)),
        Member("c3", "x2", None, date(2024, 2, 10)),
    ],
    "oso.project_tags": [Member("p1", "x1"), Member("p2", "x1"), Member("p3", "x2")],
}
GRAPHS = {"of collections": OF_COLLECTIONS, "of projects": OF_PROJECTS}


def make_world(graph: EntityGraph) -> EntityWorld:
    """Events of five repositories, the last in no project."""
    chance = random.Random(5)
    events = [
        Happening(
            datetime.fromisoformat("2024-01-01") + timedelta(hours=chance.randrange(24 * 60)),
            "GITHUB",
            "COMMIT_CODE",
            f"dev{chance.randrange(9)}",
            f"repo{chance.randrange(5)}",
        )
        for _ in range(250)
    ]
    return EntityWorld(events=events, tables=ROWS, graph=graph)


@pytest.fixture(params=list(GRAPHS))
def world(request):
    """The same memberships by either graph, and DuckDB with them."""
    made = make_world(GRAPHS[request.param])
    connection = duckdb.connect()
    made.write(connection)
    yield made, connection
    connection.close()


@pytest.mark.parametrize("attribution", ["current", "as_of_event"])
def test_an_ecosystem_is_declared_and_counted(world, make_metrics, attribution):
    made, connection = world
    every = {
        "entity_types": ["artifact", "project", "collection", "ecosystem"],
        "time_aggregations": ["monthly"],
        "attribution": attribution,
    }
    entries = {
        "developers": (DEVELOPERS, {**every, "rolling": RollingConfig(windows=[14])}),
        "days": (ACTIVE_DAYS, {**every, "is_intermediate": True}),
        "busy": (BUSY, every),
    }
    metrics = make_metrics(entries, graph=made.graph)
    model = metrics.models["oso.developers_to_ecosystem_monthly"]
    assert list(model.columns)[2] == "to_ecosystem_id"
    assert "entity=ecosystem" in model.tags
    assert made.graph.tables("ecosystem")[-1] in model.depends_on
    for name in metrics.models:
        sql = metrics.render(name, window=(BEGIN, END))
        connection.execute(f"CREATE TABLE {name} AS {sql}")

    months = [(date(2024, 1, 1), Window(BEGIN, date(2024, 2, 1))), (date(2024, 2, 1), Window(date(2024, 2, 1), END))]
    rolling = [(day, rolling_window(day, 14, "day")) for day in Window(BEGIN, END).dates()]
    for suffix, windows in (("monthly", months), ("over_14_day_window", rolling)):
        people = defaultdict(set)
        for name, event in made.attributed("ecosystem", attribution):
            for sample_date, window in windows:
                if window.start <= event.day < window.end:
                    people[sample_date, name].add(event.actor)
        got = connection.execute(
            "SELECT metrics_sample_date, to_ecosystem_id, amount "
            f"FROM oso.developers_to_ecosystem_{suffix} ORDER BY ALL"
        ).fetchall()
        assert got == sorted((*key, float(len(actors))) for key, actors in people.items())
        assert {row[1] for row in got} == {"x1", "x2"}

    days = defaultdict(set)
    for name, event in made.attributed("ecosystem", attribution):
        days[event.day.replace(day=1), name, event.actor].add(event.day)
    busy = defaultdict(int)
    for (month, name, _), active in days.items():
        busy[month, name] += len(active) > 1
    got = connection.execute(
        "SELECT metrics_sample_date, to_ecosystem_id, amount FROM oso.busy_to_ecosystem_monthly ORDER BY ALL"
    ).fetchall()
    assert got == sorted((*key, float(count)) for key, count in busy.items() if count)


def test_dimensions_reach_it(world, make_metrics):
    made, connection = world
    connection.execute(
        "CREATE TABLE oso.int_facts AS SELECT 'repo' || i AS artifact_id, i + 1 AS forks FROM range(5) t(i)"
    )
    sql = """
        SELECT @metrics_sample_date(e.bucket_day) AS metrics_sample_date, e.event_source, e.to_artifact_id,
          '' AS from_artifact_id, @metric_name() AS metric, MAX(f.forks) AS amount
        FROM oso.int_events_daily__github AS e JOIN oso.int_facts AS f ON f.artifact_id = e.to_artifact_id
        WHERE e.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3
    """
    metrics = make_metrics(
        {"forks": (sql, {"entity_types": ["ecosystem"], "over_all_time": True})},
        graph=made.graph,
        dimensions=[Dimension(table="int_facts", key="artifact_id", columns={"forks": "sum"})],
    )
    text = metrics.render("oso.forks_to_ecosystem_over_all_time", window=(END - timedelta(days=1), END))
    got = {row[2]: row[5] for row in connection.execute(text).fetchall()}
    artifacts = made.artifacts("ecosystem", "current", [BEGIN])
    assert got == {name: float(sum(int(a[4:]) + 1 for a in members)) for name, members in artifacts.items()}
    assert "x1" in got


def test_an_entity_type_that_the_graph_does_not_know_names_those_it_does(make_metrics):
    options = {"entity_types": ["ecosystm"], "over_all_time": True}
    with pytest.raises(MetricsError, match="unknown entity type 'ecosystm'; did you mean 'ecosystem'"):
        make_metrics({"developers": (DEVELOPERS, options)}, graph=OF_COLLECTIONS)
    with pytest.raises(MetricsError, match=r"known: artifact, project, collection$"):
        make_metrics({"developers": (DEVELOPERS, {**options, "entity_types": ["person"]})})


def test_declaring_it_changes_no_other_model(make_metrics):
    options = {"time_aggregations": ["monthly"], "rolling": RollingConfig(windows=[14])}
    before = make_metrics({"developers": (DEVELOPERS, options)})
    after = make_metrics(
        {
            "developers": (
                DEVELOPERS,
                {**options, "entity_types": ["artifact", "project", "collection", "ecosystem"]},
            )
        },
        graph=OF_COLLECTIONS,
    )
    assert len(after.models) == len(before.models) + 2
    assert {name: after.render(name) for name in before.models} == {name: before.render(name) for name in before.models}


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({"project": DIRECTORY.paths["project"]}, "needs 'artifact' with an empty path"),
        ({"artifact": (), "Eco-system": DIRECTORY.paths["project"]}, "'Eco-system' must be a lower-case name"),
        ({"artifact": (), "ecosystem": ()}, "'ecosystem' has no memberships"),
    ],
)
def test_a_graph_that_cannot_be_is_refused(paths, message):
    with pytest.raises(ValueError, match=message):
        EntityGraph(paths=paths)
