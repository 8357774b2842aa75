"""SQL is read as its authors meant it: one test a rule, on DuckDB; Trino's text is parsed and has the same buckets."""

import re
from datetime import date

import pytest
import sqlglot
from sqlglot import exp

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

BEGIN, END = date(2024, 1, 1), date(2025, 1, 1)
HEAD = "SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id, "
BOUNDS = "bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')"
SUMMED = f"""
    {HEAD} '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
    FROM oso.int_events_daily__github WHERE {BOUNDS} GROUP BY 1, 2, 3
"""


@pytest.fixture
def rows_of(warehouse, make_metrics):
    """Rows of one metric, computed for one window."""

    def rows(sql, window=(BEGIN, END), suffix="daily", entity="artifact", **options):
        if suffix.startswith("over_") and suffix != "over_all_time":
            options["rolling"] = RollingConfig(windows=[int(suffix.split("_")[1])])
        elif suffix == "over_all_time":
            options["over_all_time"] = True
        else:
            options["time_aggregations"] = [suffix]
        metrics = make_metrics({"m": (sql, options)})
        return warehouse.rows(metrics, f"oso.m_to_{entity}_{suffix}", *window)

    return rows


def plain_events(warehouse, *days):
    """Replace all events by one of amount 1 on each of `days`."""
    warehouse.connection.execute("DELETE FROM oso.int_events_daily__github")
    for day in days:
        warehouse.connection.execute(
            "INSERT INTO oso.int_events_daily__github VALUES (?, 'GITHUB', 'STARRED', 'dev1', 'repo1', 1)", [day]
        )


class TestGroupBy:
    """Rule 1."""

    def test_an_alias_that_is_also_a_source_column_means_the_projection(self, rows_of):
        by_alias = rows_of(
            SUMMED.replace("GROUP BY 1, 2, 3", "GROUP BY 1, metric, from_artifact_id, 2, to_artifact_id")
        )
        assert by_alias == rows_of(SUMMED)
        assert len({row[:3] for row in by_alias}) == len(by_alias)

    def test_a_qualified_name_means_the_source_column(self, rows_of):
        sql = SUMMED.replace("GROUP BY 1, 2, 3", "GROUP BY 1, 2, 3, int_events_daily__github.from_artifact_id")
        assert len(rows_of(sql)) > len(rows_of(SUMMED))

    def test_an_expression_may_hide_a_source_column(self, rows_of):
        sql = SUMMED.replace("event_source,", "LOWER(event_source) AS event_source,").replace(
            "GROUP BY 1, 2, 3", "GROUP BY 1, event_source, to_artifact_id"
        )
        assert {row[1] for row in rows_of(sql)} == {"github", "gitlab"}

    def test_trailing_commas_and_lower_case_keywords(self, rows_of):
        sql = SUMMED.replace("SUM(amount) AS amount", "sum(amount) as amount,").replace("GROUP BY", "group by")
        assert rows_of(sql) == rows_of(SUMMED)

    def test_an_ordinal_that_does_not_exist_is_an_error(self, rows_of):
        with pytest.raises(MetricsError, match="GROUP BY 9, but there are 6 columns"):
            rows_of(SUMMED.replace("GROUP BY 1, 2, 3", "GROUP BY 9"))


class TestBounds:
    """Rule 2."""

    SPELLINGS = (
        BOUNDS,
        "bucket_day >= @metrics_start('DATE') AND bucket_day < @metrics_end('DATE')",
        "bucket_day >= @metrics_start('DATE') AND bucket_day <= @metrics_end('DATE')",
        "@metrics_start('DATE') <= bucket_day AND @metrics_end('DATE') > bucket_day",
        "bucket_day BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')",
    )

    @pytest.mark.parametrize("spelling", SPELLINGS)
    @pytest.mark.parametrize("suffix", ["daily", "over_7_day_window", "over_all_time"])
    def test_every_spelling_is_half_open(self, warehouse, rows_of, spelling, suffix):
        plain_events(warehouse, date(2024, 2, 1), date(2024, 2, 2), date(2024, 2, 3))
        window = (date(2024, 2, 2), date(2024, 2, 3))
        amount = {"daily": 1.0, "over_7_day_window": 2.0, "over_all_time": 2.0}[suffix]
        got = rows_of(SUMMED.replace(BOUNDS, spelling), window, suffix)
        assert [(row[0], row[5]) for row in got] == [(date(2024, 2, 2), amount)]

    def test_the_last_second_of_a_day_belongs_to_it(self, warehouse, rows_of):
        plain_events(warehouse, date(2024, 2, 1))
        sql = SUMMED.replace("bucket_day", "time").replace("int_events_daily__github", "int_events__github")
        window = (date(2024, 2, 1), date(2024, 2, 2))
        assert [row[0] for row in rows_of(sql, window)] == [date(2024, 2, 1)]

    @pytest.mark.parametrize(
        "use",
        [
            "bucket_day > @metrics_start('DATE')",
            "bucket_day = @metrics_start('DATE')",
            "bucket_day BETWEEN @metrics_end('DATE') AND @metrics_start('DATE')",
            "bucket_day >= @metrics_start('DATE') + INTERVAL '1' DAY",
            "bucket_day < @metrics_end('DATE') - INTERVAL '1' DAY",
            "bucket_day = @metrics_end('DATE')",
        ],
    )
    def test_any_other_use_is_an_error_with_file_and_line(self, rows_of, use):
        with pytest.raises(MetricsError, match=r"m\.sql:3: metric 'm': cannot read `.*@metrics_") as caught:
            rows_of(SUMMED.replace(BOUNDS, use))
        assert len(caught.value.problems) == 1

    def test_days_of_the_window_count_its_exclusive_end(self, rows_of):
        sql = SUMMED.replace(
            "SUM(amount) AS amount", "DATE_DIFF('day', @metrics_start('DATE'), @metrics_end('DATE')) AS amount"
        )
        assert {row[5] for row in rows_of(sql, suffix="over_30_day_window")} == {30.0}

    def test_interval_length_is_that_of_the_bucket(self, rows_of):
        sql = SUMMED.replace(
            "SUM(amount) AS amount", "MAX(@metrics_sample_interval_length(bucket_day, 'day')) AS amount"
        )
        assert {(row[0].month, row[5]) for row in rows_of(sql, suffix="monthly")} >= {(1, 31.0), (2, 29.0), (4, 30.0)}


class TestBuckets:
    """Rule 3; the calendar form must agree with the direct one."""

    CALENDAR = """
        WITH bounded AS (
          SELECT bucket_day, event_source, to_artifact_id, amount FROM oso.int_events_daily__github
          WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
        )
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
          '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
        FROM bounded GROUP BY 1, 2, 3
    """

    @pytest.mark.parametrize("sql", [SUMMED, CALENDAR])
    def test_t1_quarters(self, warehouse, rows_of, sql):
        plain_events(warehouse, date(2024, 2, 15), date(2024, 3, 31), date(2024, 4, 1))
        got = rows_of(sql, suffix="quarterly")
        assert [(row[0], row[5]) for row in got] == [(date(2024, 1, 1), 2.0), (date(2024, 4, 1), 1.0)]

    @pytest.mark.parametrize("sql", [SUMMED, CALENDAR])
    def test_t2_half_years(self, warehouse, rows_of, sql):
        plain_events(warehouse, date(2024, 5, 31), date(2024, 6, 30), date(2024, 7, 1), date(2024, 12, 31))
        got = rows_of(sql, suffix="biannually")
        assert [(row[0], row[5]) for row in got] == [(date(2024, 1, 1), 2.0), (date(2024, 7, 1), 2.0)]

    @pytest.mark.parametrize("sql", [SUMMED, CALENDAR])
    def test_t3_a_week_holds_its_sunday(self, warehouse, rows_of, sql):
        plain_events(warehouse, date(2024, 1, 8), date(2024, 1, 14), date(2024, 1, 15))
        got = rows_of(sql, suffix="weekly")
        assert [(row[0], row[5]) for row in got] == [(date(2024, 1, 8), 2.0), (date(2024, 1, 15), 1.0)]

    def test_t1_to_t3_in_trinos_text(self, make_metrics):
        metrics = make_metrics({"m": (SUMMED, {"time_aggregations": [grain.value for grain in Grain]})})
        unit = {"weekly": "WEEK", "monthly": "MONTH", "quarterly": "QUARTER", "yearly": "YEAR", "biannually": "YEAR"}
        for suffix, name in unit.items():
            text = metrics.render(f"oso.m_to_artifact_{suffix}", "trino", (BEGIN, END))
            assert f"DATE_TRUNC('{name}', CAST(bucket_day AS DATE))" in text
        half = metrics.render("oso.m_to_artifact_biannually", "trino", (BEGIN, END))
        assert "MONTH(CAST(bucket_day AS DATE)) < 7" in half
        assert "DATE_ADD('MONTH', 6" in half


def test_every_models_trino_text_means_the_same(warehouse, make_metrics):
    """Trino's text names no macro, and gives the same rows when it is read back as Trino's and run on DuckDB."""
    people = SUMMED.replace("SUM(amount)", "COUNT(DISTINCT from_artifact_id)")
    every = {
        "time_aggregations": [grain.value for grain in Grain],
        "rolling": RollingConfig(windows=[7], unit="week"),
        "over_all_time": True,
    }
    metrics = make_metrics(
        {
            "m": (SUMMED, every),
            "weeks": (people, {"rolling": RollingConfig(windows=[2], unit="week")}),
            "months": (people, {"rolling": RollingConfig(windows=[1, 3], unit="month")}),
            "bounded": (
                TestBuckets.CALENDAR,
                {"time_aggregations": ["monthly", "biannually"], "rolling": every["rolling"]},
            ),
        }
    )
    assert len(metrics.models) == 3 * (len(Grain) + 2 + 1 + 2 + 3)
    for name in metrics.models:
        text = metrics.render(name, "trino", (BEGIN, END))
        assert "@" not in text
        [again] = sqlglot.transpile(text, read="trino", write="duckdb")
        got = sorted(warehouse.connection.execute(again).fetchall())
        assert got == warehouse.rows(metrics, name, BEGIN, END)
        assert got


class TestMacros:
    """Variant-dependent macros."""

    def test_macros_may_stand_where_aliases_stand(self, rows_of):
        sql = SUMMED.replace(
            "to_artifact_id, ", "to_artifact_id AS @metrics_entity_type_col('to_{entity_type}_id'), ", 1
        ).replace("GROUP BY 1, 2, 3", "GROUP BY 1, 2, @metrics_entity_type_col('to_{entity_type}_id')")
        assert rows_of(sql, entity_types=["artifact"]) == rows_of(SUMMED)

    def test_one_query_gives_several_metrics(self, make_metrics, warehouse):
        sql = SUMMED.replace("@metric_name()", "@metric_name(kind)").replace(
            "FROM oso.int_events_daily__github",
            "FROM (SELECT *, CASE WHEN event_type = 'STARRED' THEN 'stars' ELSE 'others' END AS kind "
            "FROM oso.int_events_daily__github)",
        )
        sql = sql.replace("GROUP BY 1, 2, 3", "GROUP BY 1, 2, 3, 5")
        metrics = make_metrics(
            {"m": (sql, {"time_aggregations": ["daily"], "entity_types": ["artifact"], "reads": "history"})}
        )
        assert metrics.metrics["m"].metric_names == ("stars", "others")
        assert {row["metric"] for row in metrics.catalogue()} == {"stars_daily", "others_daily"}
        assert {row[4] for row in warehouse.rows(metrics, "oso.m_to_artifact_daily", BEGIN, END)} == {
            "stars_daily", "others_daily",
        }  # fmt: skip

    @pytest.mark.parametrize("spelling", ["IN @kinds", "IN (@kinds)"])
    def test_a_variable_may_be_a_list(self, rows_of, spelling):
        sql = SUMMED.replace("GROUP BY", f"AND event_type {spelling} GROUP BY")
        got = rows_of(sql, vars={"kinds": ["STARRED", "ISSUE_OPENED"]})
        want = rows_of(SUMMED.replace("GROUP BY", "AND event_type IN ('STARRED', 'ISSUE_OPENED') GROUP BY"))
        assert got == want
        assert want

    def test_variant_variables(self, rows_of):
        sql = SUMMED.replace("SUM(amount)", "MAX(@rolling_window)").replace(
            "event_source,", "@entity_type || @rolling_unit AS event_source,"
        )
        got = rows_of(sql.replace("GROUP BY 1, 2, 3", "GROUP BY 1, 3"), suffix="over_30_day_window", entity="project")
        assert {(row[1], row[5]) for row in got} == {("projectday", 30.0)}

    def test_ids_equal_the_lakes(self, make_metrics, warehouse):
        from oso_lake.ids import oso_id

        sql = SUMMED.replace("event_source,", "@oso_id('OSO', event_source, 'x') AS event_source,")
        metrics = make_metrics({"m": (sql, {"time_aggregations": ["daily"]})})
        got = {row[1] for row in warehouse.rows(metrics, "oso.m_to_artifact_daily", BEGIN, END)}
        assert got == {oso_id("OSO", "GITHUB", "x"), oso_id("OSO", "GITLAB", "x")}


class TestEntities:
    """The joiner."""

    BUS_FACTOR = f"""
        WITH per_person AS (
          SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
            from_artifact_id, COUNT(*) AS events
          FROM oso.int_events_daily__github WHERE {BOUNDS} GROUP BY 1, 2, 3, 4
        ), ranked AS (
          SELECT per_person.*, SUM(events) OVER (PARTITION BY metrics_sample_date, event_source, to_artifact_id
            ORDER BY events DESC, from_artifact_id) AS running,
            SUM(events) OVER (PARTITION BY metrics_sample_date, event_source, to_artifact_id) AS total
          FROM per_person
        )
        SELECT metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id, @metric_name() AS metric,
          COUNT(CASE WHEN running - events < total / 2.0 THEN 1 END) AS amount
        FROM ranked GROUP BY 1, 2, 3
    """.replace("per_person.*", "metrics_sample_date, event_source, to_artifact_id, from_artifact_id, events")

    def test_t4_the_bus_factor_of_a_project_comes_from_pooled_events(self, warehouse, rows_of):
        warehouse.connection.execute("DELETE FROM oso.int_events_daily__github")
        # each repository has one dominant person; together no one has half
        for repo, people in {"repo0": {"a": 9, "x": 1}, "repo1": {"b": 9, "y": 1}}.items():
            for person, count in people.items():
                for _ in range(count):
                    warehouse.connection.execute(
                        "INSERT INTO oso.int_events_daily__github "
                        "VALUES (DATE '2024-01-02', 'GITHUB', 'COMMIT_CODE', ?, ?, 1)",
                        [person, repo],
                    )
        alone = {row[2]: row[5] for row in rows_of(self.BUS_FACTOR, suffix="monthly")}
        pooled = {row[2]: row[5] for row in rows_of(self.BUS_FACTOR, suffix="monthly", entity="project")}
        assert alone == {"repo0": 1.0, "repo1": 1.0}
        assert pooled == {"p1": 2.0, "p2": 1.0}

    def test_t5_an_artifact_in_two_projects_of_a_collection_counts_once(self, warehouse, rows_of):
        plain_events(warehouse, date(2024, 1, 2))
        got = rows_of(SUMMED, suffix="monthly", entity="collection")
        assert [(row[2], row[5]) for row in got] == [("c1", 1.0), ("c2", 1.0)]

    def test_counting_the_key_still_counts_artifacts(self, warehouse, rows_of):
        sql = SUMMED.replace("SUM(amount)", "COUNT(DISTINCT to_artifact_id)")
        got = rows_of(sql, suffix="yearly", entity="project")
        assert {(row[2], row[5]) for row in got if row[1] == "GITHUB"} == {("p1", 2.0), ("p2", 2.0), ("p3", 1.0)}

    def test_a_filter_on_the_key_stays_with_artifacts(self, rows_of):
        sql = SUMMED.replace("GROUP BY", "AND to_artifact_id = 'repo1' GROUP BY")
        assert {row[2] for row in rows_of(sql, suffix="yearly", entity="project")} == {"p1", "p2"}

    def test_a_comparison_with_a_lifted_cte_is_between_entities(self, warehouse, rows_of):
        sql = f"""
            WITH starred AS (
              SELECT DISTINCT to_artifact_id, event_source FROM oso.int_events_daily__github
              WHERE event_type = 'STARRED' AND {BOUNDS}
            )
            {HEAD.replace(" event_source", " events.event_source").replace("to_art", "events.to_art")}
              '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
            FROM oso.int_events_daily__github AS events
            WHERE {BOUNDS} AND event_type <> 'STARRED' AND EXISTS (
              SELECT 1 FROM starred WHERE starred.event_source = events.event_source)
              AND events.to_artifact_id IN (SELECT to_artifact_id FROM starred)
            GROUP BY 1, 2, 3
        """
        plain_events(warehouse, date(2024, 1, 2))
        warehouse.connection.execute(
            "INSERT INTO oso.int_events_daily__github "
            "VALUES (DATE '2024-01-09', 'GITHUB', 'COMMIT_CODE', 'a', 'repo0', 5)"
        )
        assert rows_of(sql, suffix="monthly") == []
        got = rows_of(sql, suffix="monthly", entity="project")
        assert [(row[2], row[5]) for row in got] == [("p1", 5.0)]

    def test_ordering_and_partitioning_follow_the_entity(self, rows_of, make_metrics):
        sql = f"""
            WITH ordered AS (
              SELECT bucket_day, event_source, to_artifact_id,
                ROW_NUMBER() OVER (PARTITION BY to_artifact_id, event_source ORDER BY bucket_day, from_artifact_id) AS n
              FROM oso.int_events_daily__github WHERE {BOUNDS}
            )
            {HEAD} '' AS from_artifact_id, @metric_name() AS metric, MAX(n) AS amount
            FROM ordered GROUP BY 1, 2, 3
        """
        counted = SUMMED.replace("SUM(amount)", "COUNT(*)")
        assert rows_of(sql, suffix="yearly", entity="project") == rows_of(counted, suffix="yearly", entity="project")

    def test_a_key_that_may_be_null_cannot_be_joined(self, rows_of):
        sql = f"""
            SELECT @metrics_sample_date(b.bucket_day) AS metrics_sample_date, b.event_source, a.to_artifact_id,
              '' AS from_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
            FROM oso.int_bots AS x LEFT JOIN oso.int_events_daily__github AS a ON a.from_artifact_id = x.artifact_id
            CROSS JOIN oso.int_events_daily__github AS b
            WHERE b.{BOUNDS} GROUP BY 1, 2, 3
        """
        with pytest.raises(MetricsError, match="side of an outer join that may be NULL"):
            rows_of(sql, entity="project")

    def test_an_entity_cannot_equal_an_undeclared_artifact(self, rows_of):
        sql = f"""
            WITH keyed AS (
              SELECT bucket_day, event_source, to_artifact_id, amount FROM oso.int_events_daily__github WHERE {BOUNDS}
            )
            {HEAD.replace("to_art", "keyed.to_art")} '' AS from_artifact_id, @metric_name() AS metric,
              SUM(amount) AS amount
            FROM keyed JOIN oso.int_bots AS other ON other.artifact_id = keyed.to_artifact_id
            GROUP BY 1, 2, 3
        """
        assert rows_of(sql, entity_types=["artifact"]) == []
        with pytest.raises(MetricsError, match="holds a project here"):
            rows_of(sql, entity="project")


def test_rendered_sql_is_capped_in_every_strategy(make_metrics):
    metrics = make_metrics({"m": (SUMMED, {"rolling": RollingConfig(windows=[7]), "time_aggregations": ["daily"]})})
    for name in metrics.models:
        text = metrics.render(name, window=(BEGIN, END))
        assert re.search(r"bucket_day < CAST\(CAST\('2024-12-31' AS DATE\) \+ INTERVAL 1 DAY AS DATE\)", text)
        assert sqlglot.parse_one(text, dialect="duckdb").find(exp.With)
