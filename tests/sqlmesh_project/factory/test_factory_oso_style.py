"""Shapes of the old interface's metric files: macros that name the entity, peers without bounds, stars."""

from collections import defaultdict
from datetime import date

import pytest

from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory import RollingConfig

BEGIN, END = date(2024, 1, 1), date(2024, 7, 1)
ENTITIES = ["artifact", "project", "collection"]

ACTIVE_DAYS = """
    select
      @metrics_sample_date(events.bucket_day) as metrics_sample_date,
      events.event_source,
      events.to_artifact_id,
      events.from_artifact_id as from_artifact_id,
      @metric_name() as metric,
      count(distinct events.bucket_day) as amount
    from oso.int_events_daily__github as events
    where event_type in @activity_event_types
      and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by metric, from_artifact_id, to_artifact_id, event_source, metrics_sample_date,
"""
# a peer is read without bounds, and the sample date is the peer's own
CLASSIFICATION = """
    select active.metrics_sample_date,
      active.event_source,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := active, include_column_alias := true,),
      '' as from_artifact_id,
      @metric_name('full_time') as metric,
      COUNT(DISTINCT active.from_artifact_id) as amount
    from @metrics_peer_ref(active_days, time_aggregation := @time_aggregation,) as active
    where active.amount / @metrics_sample_interval_length(active.metrics_sample_date, 'day') >= @ratio
    group by metric, from_artifact_id,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := active,), event_source, metrics_sample_date
    union all
    select active.metrics_sample_date,
      active.event_source,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := active, include_column_alias := true,),
      '' as from_artifact_id,
      @metric_name('part_time') as metric,
      COUNT(DISTINCT active.from_artifact_id) as amount
    from @metrics_peer_ref(active_days, time_aggregation := @time_aggregation,) as active
    where active.amount / @metrics_sample_interval_length(active.metrics_sample_date, 'day') < @ratio
    group by metric, from_artifact_id,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := active), event_source, metrics_sample_date
"""
# CTEs are lifted by the joiner, the SELECT over them names the entity by macro
USERS = """
    with first_events as (
      select event_source, from_artifact_id, to_artifact_id, min(bucket_day) as first_day
      from oso.int_events_daily__github
      group by event_source, from_artifact_id, to_artifact_id
    ),
    active_users as (
      select distinct from_artifact_id, bucket_day, event_source, to_artifact_id
      from oso.int_events_daily__github
      where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    )
    select
      @metrics_end('DATE') as metrics_sample_date,
      active.event_source,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := active, include_column_alias := true),
      '' as from_artifact_id,
      @metric_name('new_users') as metric,
      count(distinct active.from_artifact_id) as amount
    from active_users active
    join first_events
      on first_events.from_artifact_id = active.from_artifact_id
      and first_events.event_source = active.event_source
      and @metrics_entity_type_col('to_{entity_type}_id', table_alias := active)
      = @metrics_entity_type_col('to_{entity_type}_id', table_alias := first_events)
    where first_events.first_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by metrics_sample_date, metric, from_artifact_id,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := active), event_source
"""
# a star over a CTE, a named window
RUNNING = """
    with daily as (
      select bucket_day, to_artifact_id::VARCHAR AS to_artifact_id, event_source::VARCHAR, SUM(amount::DOUBLE) AS amount
      from oso.int_events_daily__github
      where bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
      group by bucket_day, to_artifact_id, event_source
    ), running as (
      select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source, events.to_artifact_id,
        sum(events.amount) over w as so_far
      from daily as events
      where events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
      window w as (partition by events.event_source, events.to_artifact_id order by events.bucket_day
        rows between unbounded preceding and current row)
    ), starred as (
      select *, so_far * 2 as twice from running
    )
    select starred.metrics_sample_date, starred.event_source, starred.to_artifact_id, '' as from_artifact_id,
      @metric_name() as metric, max(twice) as amount
    from starred group by 1, 2, 3, 4, 5
"""


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("begin", [BEGIN, date(2024, 3, 1)])
def test_a_peer_without_bounds(warehouse, make_metrics, entity, begin):
    variables = {"activity_event_types": ["COMMIT_CODE"], "ratio": 0.1}
    options = {"time_aggregations": ["weekly", "monthly"], "vars": variables}
    metrics = make_metrics(
        {"classes": (CLASSIFICATION, options), "active_days": (ACTIVE_DAYS, {**options, "is_intermediate": True})}
    )
    warehouse.materialize(metrics, BEGIN, END)
    assert metrics.explain(f"oso.classes_to_{entity}_monthly").startswith("direct")
    want = defaultdict(set)
    days = defaultdict(set)
    for name, event in warehouse.of(entity):
        if event.kind == "COMMIT_CODE":
            days[Grain.MONTHLY.window_of(event.day), event.source, name, event.actor].add(event.day)
    for (window, source, name, actor), active in days.items():
        label = "full_time_monthly" if len(active) / window.days >= 0.1 else "part_time_monthly"
        if begin <= window.start < END:
            want[window.start, source, name, "", label].add(actor)
    got = warehouse.rows(metrics, f"oso.classes_to_{entity}_monthly", begin, END)
    assert got == sorted((*key, float(len(actors))) for key, actors in want.items())
    assert {row[4] for row in got} == {"full_time_monthly", "part_time_monthly"}


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_select_by_hand_over_lifted_ctes(warehouse, make_metrics, entity):
    metrics = make_metrics({"users": (USERS, {"rolling": RollingConfig(windows=[20]), "reads": "history"})})
    begin, end = date(2024, 1, 1), date(2024, 2, 10)
    got = warehouse.rows(metrics, f"oso.users_to_{entity}_over_20_day_window", begin, end)
    firsts = {}
    for name, event in warehouse.of(entity):
        key = (event.source, name, event.actor)
        firsts[key] = min(event.day, firsts.get(key, event.day))
    want = defaultdict(int)
    for day in Window(begin, end).dates():
        for (source, name, _), first in firsts.items():
            if 0 <= (day - first).days < 20:
                want[day, source, name, "", "new_users_over_20_day_window"] += 1
    assert got == sorted((*key, float(count)) for key, count in want.items())


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("suffix", ["monthly", "over_30_day_window"])
def test_stars_and_named_windows(warehouse, make_metrics, entity, suffix):
    options = {"time_aggregations": ["monthly"], "rolling": RollingConfig(windows=[30])}
    metrics = make_metrics({"running": (RUNNING, options)})
    begin, end = date(2024, 2, 1), date(2024, 4, 1)
    got = warehouse.rows(metrics, f"oso.running_to_{entity}_{suffix}", begin, end)
    sums = defaultdict(float)
    for name, event in warehouse.of(entity):
        if suffix == "monthly":
            dates = [Grain.MONTHLY.floor(event.day)]
        else:
            dates = [day for day in Window(begin, end).dates() if 0 <= (day - event.day).days < 30]
        for day in dates:
            if begin <= day < end:
                sums[day, event.source, name, "", f"running_{suffix}"] += 2 * event.amount
    assert got == sorted((*key, amount) for key, amount in sums.items())
