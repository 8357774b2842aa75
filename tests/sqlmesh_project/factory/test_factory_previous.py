"""Consecutive windows and buckets are compared by one SQL file, in buckets and rolling, and counted by brute force."""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from oso_lake.calendar import Grain, Window, rolling_window
from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

FIRST, LAST = date(2024, 1, 1), date(2024, 7, 1)
ENTITIES = ["artifact", "project", "collection"]

ACTIVE = """
    SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id, from_artifact_id,
      @metric_name() AS metric, COUNT(DISTINCT bucket_day) AS amount
    FROM oso.int_events_daily__github
    WHERE event_type = 'COMMIT_CODE' AND bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, 2, 3, 4, 5
"""
LIFECYCLE = """
    WITH now AS (
      SELECT a.to_artifact_id, a.event_source, a.from_artifact_id
      FROM @metrics_peer_ref(active) AS a
      WHERE a.metrics_sample_date
        = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, 0)
    ), before AS (
      SELECT a.to_artifact_id, a.event_source, a.from_artifact_id
      FROM @metrics_peer_ref(active) AS a
      WHERE a.metrics_sample_date
        = @relative_window_sample_date(@metrics_end('DATE'), @rolling_window, @rolling_unit, -1)
    ), compared AS (
      SELECT
        COALESCE(now.to_artifact_id, before.to_artifact_id) AS to_artifact_id,
        COALESCE(now.event_source, before.event_source) AS event_source,
        SUM(CASE WHEN before.from_artifact_id IS NULL THEN 1 ELSE 0 END) AS came,
        SUM(CASE WHEN now.from_artifact_id IS NULL THEN 1 ELSE 0 END) AS churned
      FROM now
      FULL JOIN before
        ON now.to_artifact_id = before.to_artifact_id
        AND now.event_source = before.event_source
        AND now.from_artifact_id = before.from_artifact_id
      GROUP BY 1, 2
    )
    SELECT @metrics_sample_date() AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name('came') AS metric, came AS amount
    FROM compared
    UNION ALL
    SELECT @metrics_sample_date() AS metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id,
      @metric_name('churned') AS metric, churned AS amount
    FROM compared
"""


def lifecycle(make_metrics, **options):
    definition = {"time_aggregations": [grain.value for grain in Grain], **options}
    return make_metrics(
        {"lifecycle": (LIFECYCLE, definition), "active": (ACTIVE, definition | {"is_intermediate": True})}
    )


def compared(warehouse, entity, suffix, pairs):
    """Rows for (sample date, window, window before)."""
    rows = []
    for day, current, previous in pairs:
        people = defaultdict(lambda: (set(), set()))
        for name, event in warehouse.of(entity):
            for index, window in enumerate((current, previous)):
                if event.kind == "COMMIT_CODE" and window.start <= event.day < window.end:
                    people[event.source, name][index].add(event.actor)
        for (source, name), (now, before) in people.items():
            rows.append((day, source, name, "", f"came_{suffix}", float(len(now - before))))
            rows.append((day, source, name, "", f"churned_{suffix}", float(len(before - now))))
    return sorted(rows)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(
    ("grain", "reads"),
    [
        (Grain.DAILY, "lookback:1"),
        (Grain.WEEKLY, "lookback:1:week"),
        (Grain.MONTHLY, "lookback:1:month"),
        (Grain.QUARTERLY, "lookback:3:month"),
        (Grain.BIANNUALLY, "lookback:6:month"),
        (Grain.YEARLY, "lookback:12:month"),
    ],
)
def test_a_bucket_is_compared_with_the_one_before(warehouse, make_metrics, entity, grain, reads):
    metrics = lifecycle(make_metrics)
    first, last = grain.floor(FIRST), grain.next(LAST)
    warehouse.materialize(metrics, first, last)
    buckets = list(grain.windows(Window(first, last)))
    pairs = [(b.start, b, grain.window_of(b.start - timedelta(days=1))) for b in buckets]
    name = f"oso.lifecycle_to_{entity}_{grain.value}"
    want = compared(warehouse, entity, grain.value, pairs)
    assert warehouse.rows(metrics, name, first, last) == want
    assert any(row[5] for row in want)
    one_by_one = [row for b in buckets for row in warehouse.rows(metrics, name, b.start, b.end)]
    assert sorted(one_by_one) == want
    assert metrics.models[name].reads == reads


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(("window", "unit"), [(14, "day"), (2, "week"), (1, "month"), (1, "quarter")])
def test_a_rolling_window_is_compared_with_the_one_that_ends_where_it_begins(
    warehouse, make_metrics, entity, window, unit
):
    metrics = lifecycle(make_metrics, rolling=RollingConfig(windows=[window], unit=unit))
    warehouse.materialize(metrics, FIRST, LAST)
    begin, end = date(2024, 3, 25), date(2024, 6, 2)
    pairs = []
    for day in Window(begin, end).dates():
        current = rolling_window(day, window, unit)
        pairs.append((day, current, rolling_window(current.start - timedelta(days=1), window, unit)))
    suffix = f"over_{window}_{unit}_window"
    got = warehouse.rows(metrics, f"oso.lifecycle_to_{entity}_{suffix}", begin, end)
    assert got == compared(warehouse, entity, suffix, pairs)
    assert metrics.models[f"oso.lifecycle_to_{entity}_{suffix}"].reads == f"rolling:{window}:{unit}:1"


def test_a_lookback_of_the_definition_comes_before_that_of_the_buckets(make_metrics):
    metrics = lifecycle(make_metrics, lookback=5)
    assert metrics.models["oso.lifecycle_to_project_monthly"].reads == "lookback:36"
    assert metrics.models["oso.active_to_project_monthly"].reads == "lookback:5"


@pytest.mark.parametrize(
    ("edit", "options", "message"),
    [
        (("-1)", "1)"), {}, "cannot look ahead of its window: index 1"),
        (("@rolling_window, @rolling_unit, -1", "30, 'day', -1"), {}, "this has no meaning in daily"),
        (("", ""), {"over_all_time": True}, "this has no meaning in over_all_time"),
    ],
)
def test_a_comparison_without_meaning_is_a_mistake(make_metrics, edit, options, message):
    definition = {"time_aggregations": ["daily"], "entity_types": ["artifact"], **options}
    entries = {"lifecycle": (LIFECYCLE.replace(*edit), definition), "active": (ACTIVE, definition)}
    with pytest.raises(MetricsError, match=message):
        make_metrics(entries)


@pytest.mark.parametrize("cron", ["@weekly", "0 0 1 * *", "@yearly"])
def test_a_window_before_is_refused_where_not_every_day_has_one(make_metrics, cron):
    """The row of the window before is found by its last day, which a weekly sample has only by chance."""
    rolling = {"rolling": RollingConfig(windows=[30], cron=cron), "entity_types": ["artifact"]}
    entries = {"lifecycle": (LIFECYCLE, rolling), "active": (ACTIVE, rolling)}
    with pytest.raises(MetricsError, match=r"'lifecycle'.*set cron='@daily' in rolling"):
        make_metrics(entries)
