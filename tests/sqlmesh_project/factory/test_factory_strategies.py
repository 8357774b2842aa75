"""The strategies of rolling windows give what one evaluation per sample date gives, whatever the aggregates."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlmesh_project.metrics_factory import MetricQueryDef, RollingConfig, factory_options, load

BEGIN, END = date(2024, 1, 20), date(2024, 4, 1)
QUERY = """
    SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, {amount} AS amount
    FROM oso.int_events_daily__github
    WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') AND event_type <> 'ISSUE_OPENED'
    GROUP BY 1, 2, 3
"""
AMOUNTS = {
    "SUM(amount)": "daily states",
    "COUNT(*)": "daily states",
    "AVG(amount)": "daily states",
    "MIN(amount) + 100 * MAX(amount)": "daily states",
    "SUM(CASE WHEN event_type = 'STARRED' THEN amount ELSE 0 END) / COUNT(*)": "daily states",
    "COUNT(DISTINCT bucket_day)": "daily states",
    "COUNT(DISTINCT CAST(bucket_day AS DATE)) * SUM(amount)": "daily states",
    "COUNT(DISTINCT from_artifact_id)": "distinct states",
    "COUNT(DISTINCT CASE WHEN event_type = 'STARRED' THEN from_artifact_id END)": "distinct states",
    "COUNT(DISTINCT from_artifact_id) / COUNT(DISTINCT event_type)": "distinct states",
    "COUNT(DISTINCT amount) + COUNT(*)": "distinct states",
    "APPROX_DISTINCT(from_artifact_id)": "distinct states",
    "SUM(amount) / COUNT(DISTINCT from_artifact_id)": "distinct states",
    "COUNT(DISTINCT CASE WHEN amount > 2 THEN from_artifact_id END) + AVG(amount) + COUNT(*)": "distinct states",
    "SUM(DISTINCT amount)": "calendar",
    "MEDIAN(amount)": "calendar",
    "MAX(amount) - MIN(amount)": "calendar",
    "COUNT(DISTINCT (from_artifact_id, event_type))": "calendar",
}


def compare(warehouse, make_metrics, sql, entity, strategy):
    """Rows by the strategy that is chosen, and by the calendar."""
    rolling = {"rolling": RollingConfig(windows=[13]), "entity_types": [entity]}
    # a CTE, used or not, is no shape for the cheap strategies
    metrics = make_metrics({"m": (sql, rolling), "slow": ("WITH unused AS (SELECT 1 AS one)" + sql, rolling)})
    assert metrics.explain(f"oso.m_to_{entity}_over_13_day_window").startswith(strategy)
    assert metrics.explain(f"oso.slow_to_{entity}_over_13_day_window").startswith("calendar")
    return (
        [(row[:4], row[5]) for row in warehouse.rows(metrics, f"oso.{name}_to_{entity}_over_13_day_window", BEGIN, END)]
        for name in ("m", "slow")
    )


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("entity", ["artifact", "collection"])
def test_equal_to_one_evaluation_per_date(warehouse, make_metrics, amount, entity):
    got, want = compare(warehouse, make_metrics, QUERY.format(amount=amount), entity, AMOUNTS[amount])
    assert [key for key, _ in got] == [key for key, _ in want]
    assert [value for _, value in got] == pytest.approx([value for _, value in want], rel=1e-9)
    assert got


def test_having_comes_after_combination(warehouse, make_metrics):
    sql = QUERY.format(amount="SUM(amount)") + " HAVING SUM(amount) > 6"
    got, want = compare(warehouse, make_metrics, sql, "artifact", "daily states")
    assert got == want
    assert min(value for _, value in got) > 6


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 0 * * 1", [date(2024, 1, 21) + timedelta(weeks=n) for n in range(11)]),
        ("@monthly", [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)]),
    ],
)
def test_sample_dates_follow_the_cron(warehouse, make_metrics, cron, expected):
    rolling = {"rolling": RollingConfig(windows=[30], cron=cron), "entity_types": ["artifact"]}
    metrics = make_metrics({"m": (QUERY.format(amount="SUM(amount)"), rolling)})
    got = warehouse.rows(metrics, "oso.m_to_artifact_over_30_day_window", BEGIN, END)
    assert sorted({row[0] for row in got}) == expected


@pytest.fixture(scope="module")
def distinct_metrics(tmp_path_factory):
    """Metrics with one rolling distinct count, by window, and the connection to try them on."""
    folder = tmp_path_factory.mktemp("distinct")
    (folder / "m.sql").write_text(QUERY.format(amount="COUNT(DISTINCT from_artifact_id)"))
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA oso")
    made = {}

    def metrics(window):
        if window not in made:
            definition = MetricQueryDef(ref="m.sql", rolling=RollingConfig(windows=[window]), entity_types=["artifact"])
            made[window] = load(
                factory_options(
                    start="2024-01-01",
                    queries_dir=folder,
                    timeseries_sources=["int_events_daily__github"],
                    metric_queries={"m": definition},
                )
            )
        return made[window], connection

    yield metrics
    connection.close()


EVENTS = st.lists(
    st.tuples(st.integers(0, 25), st.sampled_from("abc"), st.sampled_from(["r", "s"])), min_size=1, max_size=30
)


@settings(max_examples=40, deadline=None)
@given(events=EVENTS, window=st.integers(1, 12), begin=st.integers(0, 20), length=st.integers(1, 10))
def test_distinct_people_by_brute_force(distinct_metrics, events, window, begin, length):
    metrics, connection = distinct_metrics(window)
    first = date(2024, 1, 1)
    rows = ", ".join(f"(DATE '{first + timedelta(days=d)}', 'G', 'X', '{p}', '{r}', 1.0)" for d, p, r in events)
    connection.execute(
        f"CREATE OR REPLACE TABLE oso.int_events_daily__github AS FROM (VALUES {rows}) "
        "AS t(bucket_day, event_source, event_type, from_artifact_id, to_artifact_id, amount)"
    )
    span = (first + timedelta(days=begin), first + timedelta(days=begin + length))
    got = connection.execute(metrics.render(f"oso.m_to_artifact_over_{window}_day_window", window=span)).fetchall()
    want = {}
    for day in range(begin, begin + length):
        for repo in "rs":
            people = {p for d, p, r in events if r == repo and day - window < d <= day}
            if people:
                want[first + timedelta(days=day), repo] = float(len(people))
    assert {(row[0], row[2]): row[5] for row in got} == want
