"""Every number equals brute force over the events in Python, for each entity, grain and window."""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from oso_lake.calendar import Grain, Window, rolling_window
from sqlmesh_project.metrics_factory import RollingConfig

BEGIN, END = date(2024, 1, 1), date(2024, 7, 1)
ENTITIES = ["artifact", "project", "collection"]

STARS = """
    SELECT
      @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
      events.event_source,
      events.to_artifact_id,
      '' AS from_artifact_id,
      @metric_name() AS metric,
      SUM(events.amount) AS amount,
    FROM oso.int_events_daily__github AS events
    WHERE event_type = 'STARRED'
      AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, metric, from_artifact_id, to_artifact_id, event_source
"""
DEVELOPERS = """
    SELECT
      @metrics_sample_date(bucket_day) AS metrics_sample_date,
      event_source,
      to_artifact_id,
      '' AS from_artifact_id,
      @metric_name() AS metric,
      COUNT(DISTINCT from_artifact_id) AS amount
    FROM oso.int_events_daily__github
    WHERE event_type IN @kinds
      AND bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
      AND from_artifact_id NOT IN (SELECT artifact_id FROM oso.int_bots)
    GROUP BY 1, 2, 3, 4, 5
"""
ACTIVE_DAYS = """
    SELECT
      @metrics_sample_date(time) AS metrics_sample_date,
      event_source,
      to_artifact_id,
      from_artifact_id AS from_artifact_id,
      @metric_name() AS metric,
      COUNT(DISTINCT CAST(time AS DATE)) AS amount
    FROM oso.int_events__github
    WHERE event_type = 'COMMIT_CODE' AND time BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
    GROUP BY 1, 2, to_artifact_id, from_artifact_id, metric
"""
# as OSO's authors compare windows: two CTEs over the same peer
RETENTION = """
    WITH current_window AS (
      SELECT a.to_artifact_id, a.event_source, a.from_artifact_id
      FROM @metrics_peer_ref(active_days) AS a
      WHERE a.metrics_sample_date = @metrics_end('DATE')
    ), previous_window AS (
      SELECT a.to_artifact_id, a.event_source, a.from_artifact_id
      FROM @metrics_peer_ref(active_days, window := @rolling_window) AS a
      WHERE a.metrics_sample_date
        = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
    ), compared AS (
      SELECT
        COALESCE(cur.to_artifact_id, prev.to_artifact_id) AS to_artifact_id,
        COALESCE(cur.event_source, prev.event_source) AS event_source,
        SUM(CASE WHEN prev.from_artifact_id IS NULL THEN 1 ELSE 0 END) AS came,
        SUM(CASE WHEN cur.from_artifact_id IS NULL THEN 1 ELSE 0 END) AS left_them,
        COUNT(*) AS everyone
      FROM current_window AS cur
      FULL JOIN previous_window AS prev
        ON cur.to_artifact_id = prev.to_artifact_id
        AND cur.event_source = prev.event_source
        AND cur.from_artifact_id = prev.from_artifact_id
      GROUP BY 1, 2
    )
    SELECT @metrics_sample_date() AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name('came') AS metric, came AS amount
    FROM compared
    UNION ALL
    SELECT @metrics_sample_date() AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name('churned') AS metric, left_them AS amount
    FROM compared
"""


def expected(warehouse, entity_type, windows, value, metric, keep):
    """(sample date, source, entity, '', metric, amount) for windows given as (sample date, window)."""
    groups = defaultdict(list)
    for entity, event in warehouse.of(entity_type):
        if keep(event):
            for sample_date, window in windows:
                if window.start <= event.day < window.end:
                    groups[sample_date, event.source, entity].append(event)
    return sorted((*key, "", metric, float(value(events))) for key, events in groups.items())


def grain_windows(grain, begin=BEGIN, end=END):
    return [(window.start, window) for window in grain.windows(Window(begin, end))]


def rolling_windows(window, unit, begin, end):
    return [(day, rolling_window(day, window, unit)) for day in Window(begin, end).dates()]


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("grain", [Grain.DAILY, Grain.MONTHLY, Grain.QUARTERLY, Grain.BIANNUALLY])
def test_a_sum_in_buckets(warehouse, make_metrics, entity, grain):
    metrics = make_metrics({"stars": (STARS, {"time_aggregations": [grain.value]})})
    got = warehouse.rows(metrics, f"oso.stars_to_{entity}_{grain.value}", BEGIN, END)
    want = expected(
        warehouse, entity, grain_windows(grain), lambda es: sum(e.amount for e in es), f"stars_{grain.value}",
        lambda e: e.kind == "STARRED",
    )  # fmt: skip
    assert got == want
    assert want


@pytest.mark.parametrize("entity", ENTITIES)
def test_distinct_people_in_weeks(warehouse, make_metrics, entity):
    metrics = make_metrics(
        {"devs": (DEVELOPERS, {"time_aggregations": ["weekly"], "vars": {"kinds": ["COMMIT_CODE"]}})}
    )
    got = warehouse.rows(metrics, f"oso.devs_to_{entity}_weekly", BEGIN, END)
    want = expected(
        warehouse, entity, grain_windows(Grain.WEEKLY), lambda es: len({e.actor for e in es}), "devs_weekly",
        lambda e: e.kind == "COMMIT_CODE" and e.actor != "dev8",
    )  # fmt: skip
    assert got == want


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(("window", "unit"), [(7, "day"), (30, "day"), (2, "week"), (1, "month"), (1, "quarter")])
def test_rolling_distinct_people(warehouse, make_metrics, entity, window, unit):
    rolling = RollingConfig(windows=[window], unit=unit)
    metrics = make_metrics(
        {"devs": (DEVELOPERS, {"rolling": rolling, "vars": {"kinds": ["COMMIT_CODE", "ISSUE_OPENED"]}})}
    )
    begin, end = date(2024, 2, 10), date(2024, 4, 2)
    name = f"over_{window}_{unit}_window"
    got = warehouse.rows(metrics, f"oso.devs_to_{entity}_{name}", begin, end)
    want = expected(
        warehouse, entity, rolling_windows(window, unit, begin, end), lambda es: len({e.actor for e in es}),
        f"devs_{name}", lambda e: e.kind in {"COMMIT_CODE", "ISSUE_OPENED"} and e.actor != "dev8",
    )  # fmt: skip
    assert got == want
    assert want


@pytest.mark.parametrize("entity", ENTITIES)
def test_rolling_sums(warehouse, make_metrics, entity):
    metrics = make_metrics({"stars": (STARS, {"rolling": RollingConfig(windows=[30])})})
    begin, end = BEGIN, date(2024, 3, 5)
    got = warehouse.rows(metrics, f"oso.stars_to_{entity}_over_30_day_window", begin, end)
    want = expected(
        warehouse, entity, rolling_windows(30, "day", begin, end), lambda es: sum(e.amount for e in es),
        "stars_over_30_day_window", lambda e: e.kind == "STARRED",
    )  # fmt: skip
    assert got == want


@pytest.mark.parametrize("entity", ENTITIES)
def test_all_time_covers_the_definitions_start_to_the_end_of_the_last_day(warehouse, make_metrics, entity):
    metrics = make_metrics({"stars": (STARS, {"over_all_time": True, "start": "2024-02-01"})})
    got = warehouse.rows(metrics, f"oso.stars_to_{entity}_over_all_time", date(2024, 5, 9), date(2024, 5, 10))
    window = Window(date(2024, 2, 1), date(2024, 5, 10))
    want = expected(
        warehouse, entity, [(date(2024, 5, 9), window)], lambda es: sum(e.amount for e in es), "stars_over_all_time",
        lambda e: e.kind == "STARRED",
    )  # fmt: skip
    assert got == want


@pytest.mark.parametrize("entity", ENTITIES)
def test_churn_between_consecutive_windows(warehouse, make_metrics, entity):
    rolling = RollingConfig(windows=[14])
    metrics = make_metrics(
        {
            "retention": (RETENTION, {"rolling": rolling}),
            "active_days": (ACTIVE_DAYS, {"rolling": rolling, "is_intermediate": True}),
        }
    )
    warehouse.materialize(metrics, BEGIN, END)
    begin, end = date(2024, 2, 1), date(2024, 3, 1)
    got = warehouse.rows(metrics, f"oso.retention_to_{entity}_over_14_day_window", begin, end)
    want = []
    for day in Window(begin, end).dates():
        people = defaultdict(lambda: (set(), set()))
        for entity_name, event in warehouse.of(entity):
            if event.kind != "COMMIT_CODE":
                continue
            for index, sample in enumerate((day, day - timedelta(days=14))):
                if sample - timedelta(days=14) < event.day <= sample:
                    people[event.source, entity_name][index].add(event.actor)
        for (source, entity_name), (now, before) in people.items():
            key = (day, source, entity_name, "")
            want += [(*key, "came_over_14_day_window", float(len(now - before)))]
            want += [(*key, "churned_over_14_day_window", float(len(before - now)))]
    assert got == sorted(want)
    assert metrics.models[f"oso.retention_to_{entity}_over_14_day_window"].reads == "rolling:14:day:1"


@pytest.mark.parametrize("begin", [BEGIN, date(2024, 2, 20), date(2024, 3, 9)])
def test_a_value_does_not_depend_on_its_batch(warehouse, make_metrics, begin):
    firsts = """
        WITH firsts AS (
          SELECT to_artifact_id, event_source, from_artifact_id, MIN(bucket_day) AS first_day
          FROM oso.int_events_daily__github
          WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
          GROUP BY 1, 2, 3
        )
        SELECT @metrics_sample_date(first_day) AS metrics_sample_date, event_source, to_artifact_id,
          '' AS from_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
        FROM firsts GROUP BY 1, 2, 3
    """
    metrics = make_metrics({"people": (firsts, {"time_aggregations": ["daily"]})})
    assert metrics.explain("oso.people_to_project_daily").startswith("calendar")
    got = warehouse.rows(metrics, "oso.people_to_project_daily", begin, date(2024, 3, 10))
    want = expected(
        warehouse, "project", grain_windows(Grain.DAILY, begin, date(2024, 3, 10)),
        lambda es: len({e.actor for e in es}), "people_daily", lambda e: True,
    )  # fmt: skip
    assert got == want


@pytest.mark.parametrize("bounded_in", ["outermost", "cte"])
def test_a_model_without_partitions_holds_every_complete_bucket(warehouse, make_metrics, bounded_in):
    cte = """
        WITH starred AS (
          SELECT bucket_day, event_source, to_artifact_id, amount FROM oso.int_events_daily__github
          WHERE event_type = 'STARRED' AND bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
        )
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
          '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
        FROM starred GROUP BY 1, 2, 3
    """
    sql = STARS if bounded_in == "outermost" else cte
    metrics = make_metrics({"stars": (sql, {"time_aggregations": ["monthly"], "incremental": False})})
    model = metrics.models["oso.stars_to_project_monthly"]
    assert (model.kind, model.grain) == ("FULL", None)
    assert not any(tag.startswith("grain=") for tag in model.tags)
    got = warehouse.rows(metrics, model.name, date(2024, 4, 19), date(2024, 4, 20))
    want = expected(
        warehouse,
        "project",
        grain_windows(Grain.MONTHLY, BEGIN, date(2024, 4, 1)),
        lambda es: sum(e.amount for e in es),
        "stars_monthly",
        lambda e: e.kind == "STARRED",
    )
    assert got == want
