"""attribution="as_of_event": an event counts for whom its artifact belonged to on the day it happened, once each."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import duckdb
import pytest
from membership_oracle import TO_COLLECTION, TO_PROJECT, EntityWorld, Happening, Member

from oso_lake.calendar import Grain, Window, rolling_window
from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

FIRST, LAST = date(2024, 1, 1), date(2024, 4, 1)
BEGIN, END = date(2024, 1, 1), date(2024, 3, 1)
BOUNDS = "{time} BETWEEN @metrics_start('{kind}') AND @metrics_end('{kind}')"
DAILY = {"table": "oso.int_events_daily__github", "time": "bucket_day", "kind": "DATE"}
TIMED = {"table": "oso.int_events__github", "time": "time", "kind": "TIMESTAMP"}
DIRECT = """
    SELECT @metrics_sample_date({time}) AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name() AS metric, {amount} AS amount
    FROM {table} WHERE {bounds} GROUP BY 1, 2, 3
"""
IN_A_CTE = """
    WITH chosen AS (
      SELECT {time}, event_source, to_artifact_id, from_artifact_id, amount FROM {table} AS e WHERE e.{bounds}
    )
    SELECT @metrics_sample_date({time}) AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name() AS metric, {amount} AS amount
    FROM chosen GROUP BY 1, 2, 3
"""
IN_A_SUBQUERY = """
    SELECT @metrics_sample_date({time}) AS metrics_sample_date, s.event_source, s.to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, {amount} AS amount
    FROM (SELECT e.{time}, e.event_source, e.to_artifact_id, e.from_artifact_id, e.amount
      FROM {table} AS e WHERE {bounds}) AS s
    GROUP BY 1, 2, 3
"""
IN_A_UNION = """
    WITH both_kinds AS (
      SELECT {time}, event_source, to_artifact_id, from_artifact_id, amount FROM {table}
      WHERE {bounds} AND event_type = 'COMMIT_CODE'
      UNION ALL
      SELECT {time}, event_source, to_artifact_id, from_artifact_id, amount FROM {table}
      WHERE {bounds} AND event_type <> 'COMMIT_CODE'
    )
    SELECT @metrics_sample_date({time}) AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name() AS metric, {amount} AS amount
    FROM both_kinds GROUP BY 1, 2, 3
"""
THROUGH_A_STAR = """
    WITH every AS (SELECT * FROM {table} WHERE {bounds})
    SELECT @metrics_sample_date({time}) AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name() AS metric, {amount} AS amount
    FROM every GROUP BY 1, 2, 3
"""
SHAPES = {
    "direct": DIRECT,
    "cte": IN_A_CTE,
    "subquery": IN_A_SUBQUERY,
    "union": IN_A_UNION,
    "star": THROUGH_A_STAR,
}
VALUES: dict[str, Callable[[list[Happening]], float]] = {
    "SUM(amount)": lambda events: sum(e.amount for e in events),
    "COUNT(DISTINCT from_artifact_id)": lambda events: len({e.actor for e in events}),
    "MAX(amount) - MIN(amount)": lambda events: max(e.amount for e in events) - min(e.amount for e in events),
    "SUM(amount) / COUNT(DISTINCT from_artifact_id)": lambda events: (
        sum(e.amount for e in events) / len({e.actor for e in events})
    ),
}


def sql_of(shape, source, amount="SUM(amount)"):
    """Metric SQL as an author writes it."""
    return SHAPES[shape].format(**source, amount=amount, bounds=BOUNDS.format(**source))


def day(text):
    """`day("02-10")` is that day of 2024."""
    return date.fromisoformat(f"2024-{text}")


@pytest.fixture
def world() -> Iterator[tuple[EntityWorld, duckdb.DuckDBPyConnection]]:
    """repo0 moves from p1 to p2; repo1 leaves p1, comes back, and is in p2 too; p2 moves to another collection."""
    memberships = [
        Member("repo0", "p1", None, day("02-10")),
        Member("repo0", "p2", day("02-10")),
        Member("repo1", "p1", day("01-05"), day("01-20")),
        Member("repo1", "p1", day("02-01"), day("02-15")),
        Member("repo1", "p1", day("02-15")),
        Member("repo1", "p2", day("01-10"), day("03-01")),
        Member("repo2", "p3", day("01-15"), day("02-01")),
    ]
    collections = [
        Member("p1", "c1", day("01-01")),
        Member("p2", "c1", day("01-08"), day("01-25")),
        Member("p2", "c2", day("01-25")),
        Member("p3", "c2", None, day("01-20")),
    ]
    events = []
    for index in range(400):
        at = datetime.fromisoformat("2024-01-01") + timedelta(hours=(index * 37) % (24 * 90))
        kind = "COMMIT_CODE" if index % 3 else "STARRED"
        events.append(Happening(at, "GITHUB", kind, f"dev{index * 7 % 11}", f"repo{index % 4}", float(1 + index % 5)))
    # the last second of a membership, and the first of the next
    events += [
        Happening(datetime.fromisoformat("2024-02-09T23:59:59"), "GITHUB", "STARRED", "last", "repo0", 1000.0),
        Happening(datetime.fromisoformat("2024-02-10"), "GITHUB", "STARRED", "first", "repo0", 5000.0),
    ]
    made = EntityWorld(events=events, tables={TO_PROJECT: memberships, TO_COLLECTION: collections})
    connection = duckdb.connect()
    made.write(connection)
    yield made, connection
    connection.close()


def rows(connection, metrics, model, begin=BEGIN, end=END):
    """Rows of a model over [begin, end)."""
    return sorted(connection.execute(metrics.render(model, window=(begin, end))).fetchall())


def expected(world, entity, windows, metric, value, attribution="as_of_event"):
    """By the oracle, for windows given as (sample date, window)."""
    groups = defaultdict(list)
    for name, event in world.attributed(entity, attribution):
        for sample_date, window in windows:
            if window.start <= event.day < window.end:
                groups[sample_date, event.source, name].append(event)
    return sorted((*key, "", metric, float(value(events))) for key, events in groups.items())


@pytest.mark.parametrize("entity", ["artifact", "project", "collection"])
@pytest.mark.parametrize("source", [DAILY, TIMED], ids=["date", "timestamp"])
@pytest.mark.parametrize("shape", list(SHAPES))
def test_each_event_counts_where_its_artifact_belonged_that_day(world, make_metrics, shape, source, entity):
    made, connection = world
    grain = Grain.MONTHLY
    metrics = make_metrics(
        {
            "m": (
                sql_of(shape, source),
                {"time_aggregations": ["monthly"], "entity_types": [entity], "attribution": "as_of_event"},
            )
        },
        sources={"int_events_daily__github": "bucket_day", "int_events__github": "time"},
    )
    want = expected(
        made, entity, [(w.start, w) for w in grain.windows(Window(BEGIN, END))], "m_monthly", VALUES["SUM(amount)"]
    )
    assert rows(connection, metrics, f"oso.m_to_{entity}_monthly") == want
    now = expected(
        made, entity, [(w.start, w) for w in grain.windows(Window(BEGIN, END))], "m_monthly", VALUES["SUM(amount)"],
        "current",
    )  # fmt: skip
    assert (want != now) is (entity != "artifact")


@pytest.mark.parametrize("entity", ["project", "collection"])
@pytest.mark.parametrize("source", [DAILY, TIMED], ids=["date", "timestamp"])
@pytest.mark.parametrize(
    ("amount", "strategy"),
    [
        ("SUM(amount)", "daily states"),
        ("COUNT(DISTINCT from_artifact_id)", "distinct states"),
        ("MAX(amount) - MIN(amount)", "calendar"),
        ("SUM(amount) / COUNT(DISTINCT from_artifact_id)", "distinct states"),
    ],
)
@pytest.mark.parametrize("shape", ["direct", "cte"])
def test_every_rolling_strategy_follows_the_days(world, make_metrics, shape, amount, strategy, source, entity):
    made, connection = world
    options = {
        "rolling": RollingConfig(windows=[7, 30]),
        "entity_types": [entity],
        "attribution": "as_of_event",
    }
    metrics = make_metrics({"m": (sql_of(shape, source, amount), options)})
    begin, end = date(2024, 1, 28), date(2024, 2, 20)
    for window in (7, 30):
        model = f"oso.m_to_{entity}_over_{window}_day_window"
        assert metrics.explain(model).startswith(strategy if shape == "direct" else "calendar")
        windows = [(d, rolling_window(d, window, "day")) for d in Window(begin, end).dates()]
        want = expected(made, entity, windows, f"m_over_{window}_day_window", VALUES[amount])
        got = rows(connection, metrics, model, begin, end)
        assert [row[:5] for row in got] == [row[:5] for row in want]
        assert [row[5] for row in got] == pytest.approx([row[5] for row in want])
        assert want


def test_a_grain_still_needs_one_scan(world, make_metrics):
    options = {"time_aggregations": ["daily"], "attribution": "as_of_event", "over_all_time": True}
    metrics = make_metrics({"m": (sql_of("direct", DAILY), options)})
    assert metrics.explain("oso.m_to_collection_daily").startswith("direct")
    made, connection = world
    got = rows(connection, metrics, "oso.m_to_collection_over_all_time", date(2024, 3, 9), date(2024, 3, 10))
    everything = [(date(2024, 3, 9), Window(FIRST, date(2024, 3, 10)))]
    assert got == expected(made, "collection", everything, "m_over_all_time", VALUES["SUM(amount)"])


def test_the_last_second_of_a_membership_counts_and_the_next_is_the_next_ones(world, make_metrics):
    options = {"time_aggregations": ["daily"], "attribution": "as_of_event", "entity_types": ["project"]}
    metrics = make_metrics({"m": (sql_of("direct", TIMED, "MAX(amount)"), options)})
    got = {(row[0], row[2]): row[5] for row in rows(world[1], metrics, "oso.m_to_project_daily")}
    assert got[day("02-09"), "p1"] == 1000.0
    assert got[day("02-10"), "p2"] == 5000.0
    assert (day("02-10"), "p1") not in got or got[day("02-10"), "p1"] < 10


def test_a_read_without_bounds_needs_its_time_declared(world, make_metrics):
    firsts = """
        WITH firsts AS (
          SELECT to_artifact_id, event_source, from_artifact_id, MIN(bucket_day) AS first_day
          FROM oso.int_events_daily__github GROUP BY 1, 2, 3
        )
        SELECT @metrics_sample_date(first_day) AS metrics_sample_date, event_source, to_artifact_id,
          '' AS from_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
        FROM firsts WHERE first_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3
    """
    options = {"time_aggregations": ["daily"], "reads": "history", "attribution": "as_of_event"}
    with pytest.raises(
        MetricsError, match=r"m\.sql:4: metric 'm': attribution='as_of_event' needs the time of oso\.int_events_daily"
    ):
        make_metrics({"m": (firsts, options)})
    metrics = make_metrics({"m": (firsts, options)}, sources={"int_events_daily__github": "bucket_day"})
    made, connection = world
    # the first day on which somebody did something to an artifact while it belonged to the project
    seen = defaultdict(list)
    for entity, event in made.attributed("project", "as_of_event"):
        seen[entity, event.actor].append(event.day)
    want = defaultdict(int)
    for (entity, _), days in seen.items():
        want[min(days), "GITHUB", entity, "", "m_daily"] += 1
    expected_rows = sorted((*key, float(count)) for key, count in want.items() if BEGIN <= key[0] < END)
    assert rows(connection, metrics, "oso.m_to_project_daily") == expected_rows


PEER = """
    SELECT @metrics_sample_date(a.metrics_sample_date) AS metrics_sample_date, a.event_source, a.to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, SUM(a.amount) AS amount
    FROM @metrics_peer_ref(m) AS a
    WHERE a.metrics_sample_date BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, 2, 3
"""


def test_a_peer_gives_the_rows_as_it_attributes_them(world, make_metrics):
    options = {"time_aggregations": ["daily"], "attribution": "as_of_event"}
    metrics = make_metrics({"m": (sql_of("direct", DAILY), options), "again": (PEER, options)})
    made, connection = world
    for name in metrics.models:
        connection.execute(f"CREATE TABLE {name} AS {metrics.render(name, window=(BEGIN, END))}")
    got = connection.execute("SELECT metrics_sample_date, to_collection_id, amount FROM oso.again_to_collection_daily")
    want = expected(
        made, "collection", [(w.start, w) for w in Grain.DAILY.windows(Window(BEGIN, END))], "m_daily",
        VALUES["SUM(amount)"],
    )  # fmt: skip
    assert sorted(got.fetchall()) == [(row[0], row[2], row[5]) for row in want]


@pytest.mark.parametrize("attributed", ["m", "again"])
def test_a_metric_and_its_peers_attribute_alike(make_metrics, attributed):
    entries = {
        name: (sql, {"over_all_time": True, "attribution": "as_of_event" if name == attributed else "current"})
        for name, sql in (("m", sql_of("direct", DAILY)), ("again", PEER))
    }
    with pytest.raises(MetricsError, match=r"@metrics_peer_ref: 'm' has attribution=.* this metric .*: say the same"):
        make_metrics(entries)


def test_an_unknown_attribution_names_the_known(make_metrics):
    with pytest.raises(MetricsError, match="'attribution' must be 'current' or 'as_of_event', not 'as_of_evnt'"):
        make_metrics({"m": (sql_of("direct", DAILY), {"over_all_time": True, "attribution": "as_of_evnt"})})


def test_models_say_how_they_attribute(make_metrics):
    options = {"time_aggregations": ["daily"]}
    metrics = make_metrics(
        {
            "then": (sql_of("direct", DAILY), {**options, "attribution": "as_of_event"}),
            "now": (sql_of("direct", DAILY), options),
        }
    )
    assert "attribution=as_of_event" in metrics.models["oso.then_to_project_daily"].tags
    assert not any(tag.startswith("attribution") for tag in metrics.models["oso.now_to_project_daily"].tags)
    assert not any(tag.startswith("attribution") for tag in metrics.models["oso.then_to_artifact_daily"].tags)
