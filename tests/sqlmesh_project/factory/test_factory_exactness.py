"""Rule 6: exact by default and the same on every engine, in UTC; approximate only where the entry says so."""

from collections import defaultdict
from datetime import date

import pytest
import sqlglot

from oso_lake.calendar import Grain
from oso_lake.settings import Settings
from sqlmesh_project.lake_connection import LakeConnectionConfig
from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

BEGIN, END = date(2024, 1, 1), date(2024, 7, 1)
SQL = """
    select @metrics_sample_date(bucket_day) as metrics_sample_date, event_source, to_artifact_id,
      '' as from_artifact_id, @metric_name() as metric, {amount} as amount
    from oso.int_events_daily__github
    where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, 2, 3
"""
# dialect, how it is written, and the same in DuckDB's exact functions
SPELLINGS = [
    ("trino", "approx_distinct(from_artifact_id)", "count(distinct from_artifact_id)"),
    ("duckdb", "approx_count_distinct(from_artifact_id)", "count(distinct from_artifact_id)"),
    ("clickhouse", "uniq(from_artifact_id)", "count(distinct from_artifact_id)"),
    ("clickhouse", "uniqExact(from_artifact_id)", "count(distinct from_artifact_id)"),
    ("trino", "approx_percentile(amount, 0.9)", "quantile_cont(amount, 0.9)"),
    ("duckdb", "approx_quantile(amount, 0.25)", "quantile_cont(amount, 0.25)"),
    ("duckdb", "median(amount)", "median(amount)"),
    ("duckdb", "quantile_disc(amount, 0.3)", "quantile_disc(amount, 0.3)"),
    ("duckdb", "percentile_cont(0.25) within group (order by amount desc)", "quantile_cont(amount, 0.75)"),
    ("clickhouse", "uniq(toDate(bucket_day))", "count(distinct bucket_day)"),
    ("clickhouse", "median(amount)", "median(amount)"),
    ("clickhouse", "quantile(0.75)(amount)", "quantile_cont(amount, 0.75)"),
    ("clickhouse", "quantileExact(0.5)(amount)", "median(amount)"),
]


def directly(warehouse, amount, grain=Grain.MONTHLY):
    """Values by (bucket, source, artifact), asked of DuckDB without the factory."""
    rows = warehouse.connection.execute(
        f"select date_trunc('{ {Grain.MONTHLY: 'month', Grain.QUARTERLY: 'quarter'}[grain] }', bucket_day)::date, "
        f"event_source, to_artifact_id, {amount} from oso.int_events_daily__github "
        "where bucket_day < date '2024-07-01' group by all"
    ).fetchall()
    return {row[:3]: float(row[3]) for row in rows}


@pytest.mark.parametrize(("dialect", "written", "exact"), SPELLINGS)
def test_what_is_approximate_is_computed_exactly_on_both_engines(warehouse, make_metrics, dialect, written, exact):
    options = {"time_aggregations": ["monthly"], "entity_types": ["artifact"], "dialect": dialect}
    metrics = make_metrics({"m": (SQL.format(amount=written), options)})
    want = directly(warehouse, exact)
    assert len(want) > 20
    got = {row[:3]: row[5] for row in warehouse.rows(metrics, "oso.m_to_artifact_monthly", BEGIN, END)}
    assert got == pytest.approx(want, rel=1e-12)
    text = metrics.render("oso.m_to_artifact_monthly", "trino", (BEGIN, END))
    assert "APPROX" not in text.upper()
    [again] = sqlglot.transpile(text, read="trino", write="duckdb")
    assert {row[:3]: row[5] for row in warehouse.connection.execute(again).fetchall()} == pytest.approx(want, rel=1e-12)


def test_a_median_over_rolling_windows_and_for_projects(warehouse, make_metrics):
    options = {"rolling": RollingConfig(windows=[20]), "entity_types": ["project"]}
    metrics = make_metrics({"m": (SQL.format(amount="approx_percentile(amount, 0.5)"), options)})
    got = {row[:3]: row[5] for row in warehouse.rows(metrics, "oso.m_to_project_over_20_day_window", BEGIN, END)}
    amounts = defaultdict(list)
    for key, event in warehouse.of("project"):
        for sample_date, source, entity in got:
            if (source, entity) == (event.source, key) and 0 <= (sample_date - event.day).days < 20:
                amounts[sample_date, source, entity].append(event.amount)
    assert len(got) > 100
    for key, amount in got.items():
        values, middle = sorted(amounts[key]), len(amounts[key]) // 2
        half = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
        assert amount == half


@pytest.mark.parametrize(
    ("written", "duckdb_text", "trino_text"),
    [
        ("approx_distinct(from_artifact_id)", "APPROX_COUNT_DISTINCT(", "APPROX_DISTINCT("),
        ("approx_percentile(amount, 0.5)", "APPROX_QUANTILE(", "APPROX_PERCENTILE("),
    ],
)
def test_approximate_where_the_entry_says_so(make_metrics, written, duckdb_text, trino_text):
    options = {"time_aggregations": ["monthly"], "approximate": True}
    metrics = make_metrics({"m": (SQL.format(amount=written), options)})
    assert duckdb_text in metrics.render("oso.m_to_project_monthly", "duckdb")
    assert trino_text in metrics.render("oso.m_to_project_monthly", "trino")


@pytest.mark.parametrize(
    "written",
    [
        "approx_percentile(amount, 1.5)",
        "approx_percentile(amount, array[0.1, 0.9])",
        "approx_most_frequent(3, amount, 9)",
    ],
)
def test_what_cannot_be_exact_says_so(make_metrics, written):
    with pytest.raises(MetricsError, match=r"m\.sql:3: .*say approximate=True"):
        make_metrics({"m": (SQL.format(amount=written), {"time_aggregations": ["monthly"]})})


def test_a_ratio_of_counts_is_never_an_integer_division(warehouse, make_metrics):
    ratio = SQL.format(amount="count(distinct from_artifact_id) / count(*)")
    metrics = make_metrics({"m": (ratio, {"time_aggregations": ["monthly"], "entity_types": ["artifact"]})})
    want = directly(warehouse, "count(distinct from_artifact_id)::double / count(*)")
    got = {row[:3]: row[5] for row in warehouse.rows(metrics, "oso.m_to_artifact_monthly", BEGIN, END)}
    assert got == pytest.approx(want, rel=1e-12)
    assert "CAST(COUNT(DISTINCT from_artifact_id) AS DOUBLE)" in metrics.render("oso.m_to_artifact_monthly", "trino")


def test_days_are_utc_whatever_the_zone_of_a_time(warehouse, make_metrics, tmp_path):
    """Hours around a month's end, written in another zone, fall into UTC's months; the project's sessions are UTC."""
    warehouse.connection.execute(
        "create table oso.int_zoned_events as select time::timestamptz as time, 'GITHUB' as event_source, "
        "'dev1' as from_artifact_id, 'repo1' as to_artifact_id, 1.0 as amount "
        "from (values ('2024-01-31 20:30:00-05'), ('2024-02-01 00:30:00+01'), ('2024-01-31 23:59:59+00')) as t(time)"
    )
    sql = SQL.format(amount="sum(amount)").replace("bucket_day", "time").replace("events_daily__github", "zoned_events")
    metrics = make_metrics(
        {"m": (sql.replace("'DATE'", "'TIMESTAMP'"), {"time_aggregations": ["monthly"], "entity_types": ["artifact"]})},
        sources=["int_zoned_events"],
    )
    rows = warehouse.rows(metrics, "oso.m_to_artifact_monthly", BEGIN, END)
    assert [(row[0], row[5]) for row in rows] == [(date(2024, 1, 1), 2.0), (date(2024, 2, 1), 1.0)]
    connection = LakeConnectionConfig.of(Settings(home=tmp_path))
    assert connection.connector_config["TimeZone"] == "UTC"
