"""Rule 4: no value depends on the batch it was computed in, nor on what came after its window."""

from datetime import date, timedelta

import pytest

from oso_dagster.reads import Reads
from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

BEGIN, MIDDLE, END = date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1)
ENTITIES = ["artifact", "project", "collection"]
SUMMED = """
    select @metrics_sample_date(bucket_day) as metrics_sample_date, event_source, to_artifact_id,
      '' as from_artifact_id, @metric_name() as metric, sum(amount) as amount
    from oso.int_events_daily__github
    where {where}
    group by 1, 2, 3
"""
FIRSTS = """
    with firsts as (
      select to_artifact_id, event_source, from_artifact_id, min(bucket_day) as first_day
      from oso.int_events_daily__github group by 1, 2, 3
    )
    select @metrics_sample_date(first_day) as metrics_sample_date, event_source, to_artifact_id,
      '' as from_artifact_id, @metric_name() as metric, count(*) as amount
    from firsts where first_day between @metrics_start('DATE') and @metrics_end('DATE') group by 1, 2, 3
"""
# what was ever seen before the end of the window, among those that are active in it
EVER = """
    with ever as (
      select to_artifact_id, event_source, max(bucket_day) as last_day, count(*) as events
      from oso.int_events_daily__github group by 1, 2
    )
    select @metrics_sample_date(active.bucket_day) as metrics_sample_date, active.event_source, active.to_artifact_id,
      '' as from_artifact_id, @metric_name() as metric, max(ever.events) as amount
    from oso.int_events_daily__github as active
    join ever on ever.to_artifact_id = active.to_artifact_id and ever.event_source = active.event_source
    where active.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, 2, 3
"""
DAYS = """
    select @metrics_sample_date(bucket_day) as metrics_sample_date, event_source, to_artifact_id,
      '' as from_artifact_id, @metric_name() as metric, sum(amount) as amount
    from oso.int_events_daily__github
    where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, 2, 3
"""
CHANGE = """
    select days.metrics_sample_date, days.event_source, days.to_artifact_id, '' as from_artifact_id,
      @metric_name() as metric,
      days.amount - lag(days.amount) over (
        partition by days.event_source, days.to_artifact_id order by days.metrics_sample_date
      ) as amount
    from @metrics_peer_ref(days) as days
"""
# the days before the window say how busy it was before
BUSIER = """
    with daily as (
      select to_artifact_id, event_source, bucket_day, sum(amount) as amount
      from oso.int_events_daily__github
      where bucket_day between @metrics_start('DATE') - interval '7' day and @metrics_end('DATE')
      group by 1, 2, 3
    )
    select @metrics_sample_date() as metrics_sample_date, event_source, to_artifact_id, '' as from_artifact_id,
      @metric_name() as metric, sum(amount) as amount
    from daily group by event_source, to_artifact_id
"""


def model_of(metrics, entity="artifact", suffix="monthly", name="m"):
    return metrics.models[f"oso.{name}_to_{entity}_{suffix}"]


def rows_before(warehouse, metrics, model, begin, end):
    """Rows of [begin, end) while nothing after `end` has happened yet."""
    warehouse.connection.execute("begin; delete from oso.int_events_daily__github where bucket_day >= ?", [end])
    try:
        return warehouse.rows(metrics, model.name, begin, end)
    finally:
        warehouse.connection.execute("rollback")


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(
    ("sql", "suffix"),
    [(FIRSTS, "weekly"), (FIRSTS, "monthly"), (EVER, "monthly"), (BUSIER, "weekly"), (BUSIER, "over_10_day_window")],
)
def test_a_value_depends_neither_on_its_batch_nor_on_what_came_later(warehouse, make_metrics, sql, suffix, entity):
    options = {"time_aggregations": ["weekly", "monthly"], "rolling": RollingConfig(windows=[10])}
    options = {key: options[key] for key in (["rolling"] if suffix.startswith("over") else ["time_aggregations"])}
    metrics = make_metrics({"m": (sql, options)})
    model = model_of(metrics, entity, suffix)
    whole = warehouse.rows(metrics, model.name, BEGIN, END)
    assert whole
    assert (
        sorted(warehouse.rows(metrics, model.name, BEGIN, MIDDLE) + warehouse.rows(metrics, model.name, MIDDLE, END))
        == whole
    )
    early = [row for row in whole if row[0] < MIDDLE]
    assert rows_before(warehouse, metrics, model, BEGIN, MIDDLE) == early


def test_a_read_without_bounds_is_a_read_of_history(make_metrics):
    metrics = make_metrics({"m": (EVER, {"time_aggregations": ["monthly"]})})
    assert model_of(metrics).reads == "history"
    assert model_of(metrics).strategy.startswith("calendar")


def test_firsts_are_the_same_whatever_comes_later_and_are_found_in_one_scan(make_metrics):
    metrics = make_metrics({"m": (FIRSTS, {"time_aggregations": ["monthly"]})})
    assert model_of(metrics).reads == "history"
    assert model_of(metrics).strategy.startswith("direct")


def test_a_query_without_any_bounds_gets_those_of_its_batch(warehouse, make_metrics):
    open_ended = SUMMED.format(where="event_type = 'STARRED'")
    bounded = SUMMED.format(
        where="event_type = 'STARRED' and bucket_day between @metrics_start('DATE') and @metrics_end('DATE')"
    )
    options = {"time_aggregations": ["monthly", "quarterly"]}
    metrics = make_metrics({"m": (open_ended, options), "n": (bounded, options)})
    for suffix in ("monthly", "quarterly"):
        got = warehouse.rows(metrics, f"oso.m_to_project_{suffix}", MIDDLE, END)
        want = warehouse.rows(metrics, f"oso.n_to_project_{suffix}", MIDDLE, END)
        assert [(*row[:4], row[5]) for row in got] == [(*row[:4], row[5]) for row in want]
        assert got
    assert model_of(metrics).reads == "window"
    assert "bucket_day < " in metrics.render(model_of(metrics).name)


def test_a_query_that_only_ends_reads_history(warehouse, make_metrics):
    sql = """
        select @metrics_sample_date() as metrics_sample_date, event_source, to_artifact_id, '' as from_artifact_id,
          @metric_name() as metric, sum(amount) as amount
        from oso.int_events_daily__github where bucket_day < @metrics_end('DATE') group by 2, 3
    """
    metrics = make_metrics({"m": (sql, {"time_aggregations": ["monthly"], "entity_types": ["artifact"]})})
    assert model_of(metrics).reads == "history"
    got = {row[:3]: row[5] for row in warehouse.rows(metrics, model_of(metrics).name, BEGIN, END)}
    want = {}
    for window in Grain.MONTHLY.windows(Window(BEGIN, END)):
        for event in warehouse.events:
            if event.day < window.end:
                key = (window.start, event.source, event.artifact)
                want[key] = want.get(key, 0) + event.amount
    assert got == want


@pytest.mark.parametrize("entity", ENTITIES)
def test_lag_over_a_peer_looks_at_its_history_and_not_at_its_future(warehouse, make_metrics, entity):
    options = {"time_aggregations": ["monthly"]}
    metrics = make_metrics({"m": (CHANGE, options), "days": (DAYS, options)})
    model = model_of(metrics, entity)
    assert (model.reads, model_of(metrics, entity, name="days").reads) == ("history", "window")
    warehouse.materialize(metrics, BEGIN, END)
    amounts = {row[:3]: row[5] for row in warehouse.rows(metrics, f"oso.days_to_{entity}_monthly", BEGIN, END)}
    got = warehouse.rows(metrics, model.name, MIDDLE, END)
    assert got
    for month, source, key, _, _, change in got:
        earlier = [day for day, *other in amounts if other == [source, key] and day < month]
        assert change == (amounts[month, source, key] - amounts[max(earlier), source, key] if earlier else None)


def test_a_peer_whose_rows_keep_their_own_date_is_read_for_the_window_alone(warehouse, make_metrics):
    sql = """
        select days.metrics_sample_date, days.event_source, days.to_artifact_id, '' as from_artifact_id,
          @metric_name() as metric, sum(days.amount) as amount
        from @metrics_peer_ref(days) as days group by 1, 2, 3
    """
    options = {"time_aggregations": ["monthly"]}
    metrics = make_metrics({"m": (sql, options), "days": (DAYS, options)})
    assert (model_of(metrics).reads, model_of(metrics).strategy[:6]) == ("window", "direct")
    warehouse.materialize(metrics, BEGIN, END)
    got = warehouse.rows(metrics, "oso.m_to_artifact_monthly", MIDDLE, END)
    want = warehouse.rows(metrics, "oso.days_to_artifact_monthly", MIDDLE, END)
    assert [(*row[:4], row[5]) for row in got] == [(*row[:4], row[5]) for row in want]


class TestLookback:
    """Days before the window that a query may look at: in the SQL, and as the mapping of partitions."""

    @pytest.mark.parametrize(
        ("suffix", "reads"),
        [("daily", "lookback:7"), ("monthly", "lookback:7"), ("over_10_day_window", "lookback:16")],
    )
    def test_it_follows_from_the_sql(self, make_metrics, suffix, reads):
        options = {"time_aggregations": ["daily", "monthly"], "rolling": RollingConfig(windows=[10])}
        model = model_of(make_metrics({"m": (BUSIER, options)}), suffix=suffix)
        assert model.reads == reads
        assert f"reads={reads}" in model.tags

    def test_the_runner_reads_exactly_the_days_that_the_sql_reads(self, warehouse, make_metrics):
        metrics = make_metrics({"m": (BUSIER, {"time_aggregations": ["weekly"]})})
        model, window = model_of(metrics, suffix="weekly"), Window(date(2024, 3, 4), date(2024, 3, 11))
        read = Reads.parse(model.reads).window(window, earliest=BEGIN)
        whole = warehouse.rows(metrics, model.name, window.start, window.end)
        warehouse.connection.execute(
            "delete from oso.int_events_daily__github where bucket_day < ? or bucket_day >= ?", [read.start, read.end]
        )
        assert warehouse.rows(metrics, model.name, window.start, window.end) == whole
        assert read == Window(date(2024, 2, 26), date(2024, 3, 11))
        warehouse.connection.execute(
            "delete from oso.int_events_daily__github where bucket_day = ?", [read.start + timedelta(days=0)]
        )
        assert warehouse.rows(metrics, model.name, window.start, window.end) != whole

    def test_declared_it_begins_what_is_read_without_a_beginning(self, warehouse, make_metrics):
        declared = BUSIER.replace("bucket_day between @metrics_start('DATE') - interval '7' day and", "bucket_day <=")
        options = {"time_aggregations": ["weekly"]}
        metrics = make_metrics({"m": (declared, {**options, "lookback": 7}), "n": (BUSIER, options)})
        assert model_of(metrics, suffix="weekly").reads == "lookback:7"
        got = warehouse.rows(metrics, "oso.m_to_project_weekly", MIDDLE, END)
        want = warehouse.rows(metrics, "oso.n_to_project_weekly", MIDDLE, END)
        assert [(*row[:4], row[5]) for row in got] == [(*row[:4], row[5]) for row in want]
        assert got

    def test_less_than_the_sql_reads_is_a_mistake(self, make_metrics):
        with pytest.raises(MetricsError, match="reads 7 days before its window, but lookback is 3"):
            make_metrics({"m": (BUSIER, {"time_aggregations": ["daily"], "lookback": 3})})


class TestBranches:
    """A CASE over @time_aggregation."""

    CASE = DAYS.replace("sum(amount)", "max({case})")

    @pytest.mark.parametrize(
        "case",
        [
            "case @time_aggregation when 'daily' then 1 when 'monthly' then 30 end",
            "case when @time_aggregation = 'daily' then 1 when @time_aggregation = 'monthly' then 30 end",
            "case when @time_aggregation in ('daily', 'monthly') then 1 end",
        ],
    )
    def test_without_a_branch_for_a_listed_grain_is_a_mistake_and_not_null(self, make_metrics, case):
        sql = self.CASE.format(case=case)
        make_metrics({"m": (sql, {"time_aggregations": ["daily", "monthly"]})})
        message = r"m\.sql:3: .*no branch for 'weekly', which the registry lists; it has 'daily', 'monthly'"
        with pytest.raises(MetricsError, match=message):
            make_metrics({"m": (sql, {"time_aggregations": ["daily", "weekly", "monthly"]})})

    def test_an_else_is_a_branch_for_all_others(self, warehouse, make_metrics):
        sql = self.CASE.format(case="case @time_aggregation when 'daily' then 1 else 7 end")
        metrics = make_metrics({"m": (sql, {"time_aggregations": ["daily", "weekly"]})})
        assert {row[5] for row in warehouse.rows(metrics, "oso.m_to_artifact_daily", BEGIN, END)} == {1.0}
        assert {row[5] for row in warehouse.rows(metrics, "oso.m_to_artifact_weekly", BEGIN, END)} == {7.0}

    def test_a_rolling_window_has_no_time_aggregation(self, make_metrics):
        sql = self.CASE.format(case="case @time_aggregation when 'daily' then 1 end")
        with pytest.raises(MetricsError, match="no branch for 'over_30_day_window'"):
            make_metrics({"m": (sql, {"rolling": RollingConfig(windows=[30])})})
