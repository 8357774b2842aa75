"""Shapes of the old interface's metric files, in SQL of our own: every number against brute force over the events."""

from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from statistics import median

import pytest

from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

BEGIN, END = date(2024, 1, 1), date(2024, 7, 1)
ENTITIES = ["artifact", "project", "collection"]
MONTHLY = {"time_aggregations": ["monthly"]}

# upper case, an expression under the name of a column, ordinals, an average over the days of the bucket, a semicolon
DAILY_MEAN = """
    SELECT
        @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
        LOWER(events.event_source) AS event_source,
        events.to_artifact_id,
        '' AS from_artifact_id,
        @metric_name() AS metric,
        SUM(events.amount) / @metrics_sample_interval_length(events.bucket_day, 'day') AS amount
    FROM oso.int_events_daily__github AS events
    WHERE
        events.event_type = 'STARRED'
        AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, 2, 3, 4, 5;
"""
# quoted time column of type TIMESTAMP, casts, GROUP BY that repeats a macro and leaves out a constant
MEDIAN_AMOUNT = """
    SELECT
      @metrics_sample_date("time") as metrics_sample_date,
      event_source,
      to_artifact_id,
      '' AS from_artifact_id,
      @metric_name() as metric,
      APPROX_PERCENTILE(amount, 0.5)::DOUBLE as amount
    FROM oso.int_events__github
    WHERE
      "time" BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
      AND amount IS NOT NULL
    GROUP BY
      @metrics_sample_date("time"),
      event_source,
      to_artifact_id,
      from_artifact_id
"""
# several peers under one roof, the entity under another name, a macro as an alias, weights from vars
VELOCITY = """
    with every_part as (
        select
            @metrics_entity_type_col('to_{entity_type}_id') as entity_id,
            @metrics_sample_date(metrics_sample_date) as metrics_sample_date,
            event_source,
            'stars' as part,
            amount
        from @metrics_peer_ref(stars, time_aggregation := @time_aggregation)

        union all

        select
            @metrics_entity_type_col('to_{entity_type}_id') as entity_id,
            @metrics_sample_date(metrics_sample_date) as metrics_sample_date,
            event_source,
            'people' as part,
            amount
        from @metrics_peer_ref(people, time_aggregation := @time_aggregation)
    )
    select
        metrics_sample_date,
        event_source,
        entity_id as @metrics_entity_type_col('to_{entity_type}_id'),
        '' as from_artifact_id,
        @metric_name() as metric,
        cast(
            (sum(case when part = 'stars' then amount else 0 end) * @weight_stars) +
            (sum(case when part = 'people' then amount else 0 end) * @weight_people)
        as DOUBLE) as amount
    from every_part
    group by 1, 2, 3, 4, 5
"""
STARS = """
    select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source, events.to_artifact_id,
      '' as from_artifact_id, @metric_name() as metric, sum(events.amount) as amount
    from oso.int_events_daily__github as events
    where event_type in ('STARRED') and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, metric, from_artifact_id, to_artifact_id, event_source
"""
PEOPLE = """
    select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source,
      events.to_artifact_id as to_artifact_id, '' as from_artifact_id, @metric_name() as metric,
      approx_distinct(events.from_artifact_id) as amount
    from oso.int_events_daily__github as events
    where event_type in @kinds and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, metric, from_artifact_id, to_artifact_id, event_source,
"""
# CTE over CTE, HAVING, a LEFT JOIN of two aggregates, a ratio that may be NULL
SELF_STARRED = """
    with days as (
      select @metrics_sample_date(events.time) as metrics_sample_date, events.event_source, events.to_artifact_id,
        events.from_artifact_id, events.event_type, events.amount
      from oso.int_events__github as events
      where events.time between @metrics_start('DATE') and @metrics_end('DATE')
    ),
    actors as (
      select metrics_sample_date, event_source, to_artifact_id, from_artifact_id,
        max(case when event_type = 'STARRED' then 1 end) as starred
      from days
      group by metrics_sample_date, event_source, to_artifact_id, from_artifact_id
      having sum(amount) > 1
    ),
    starring as (
      select metrics_sample_date, event_source, to_artifact_id, count(*) as n from actors where starred = 1
      group by metrics_sample_date, event_source, to_artifact_id
    ),
    everybody as (
      select metrics_sample_date, event_source, to_artifact_id, count(*) as n from actors
      group by metrics_sample_date, event_source, to_artifact_id
    )
    select
      everybody.metrics_sample_date, everybody.event_source, everybody.to_artifact_id, '' as from_artifact_id,
      @metric_name() as metric,
      cast(case
        when sum(everybody.n) > 0 then sum(coalesce(starring.n, 0)) / cast(sum(everybody.n) as double)
        else null
      end as double) as amount
    from everybody
    left join starring
      on everybody.metrics_sample_date = starring.metrics_sample_date
      and everybody.event_source = starring.event_source
      and everybody.to_artifact_id = starring.to_artifact_id
    group by 1, 2, 3, 4, 5
"""
# rows numbered and added up over windows: how many people make half of it
HALF = """
    with given as (
      select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source,
        events.to_artifact_id, events.from_artifact_id, sum(events.amount) as amount
      from oso.int_events_daily__github as events
      where events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
      group by 1, 2, 3, 4
    ),
    total as (
      select metrics_sample_date, event_source, to_artifact_id, sum(amount) as everything from given group by 1, 2, 3
    ),
    ranked as (
      select g.metrics_sample_date, g.event_source, g.to_artifact_id, g.amount, t.everything,
        row_number() over (
          partition by g.metrics_sample_date, g.event_source, g.to_artifact_id
          order by g.amount desc, g.from_artifact_id
        ) as position
      from given g
      inner join total t
        on g.metrics_sample_date = t.metrics_sample_date
        and g.event_source = t.event_source
        and g.to_artifact_id = t.to_artifact_id
    ),
    running as (
      select metrics_sample_date, event_source, to_artifact_id, everything, position,
        sum(amount) over (
          partition by metrics_sample_date, event_source, to_artifact_id
          order by position rows unbounded preceding
        ) as so_far
      from ranked
    )
    select metrics_sample_date, event_source, to_artifact_id, '' as from_artifact_id, @metric_name() as metric,
      min(position) as amount
    from running
    where so_far >= (everything * 0.5)
    group by 1, 2, 3, 4, 5
"""
# a relation that is not events, joined by actor, with a flag
BOTS = """
    select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source,
      events.to_artifact_id as to_artifact_id, '' as from_artifact_id, @metric_name() as metric,
      sum(events.amount) as amount
    from oso.int_events_daily__github as events
    inner join oso.int_bots as bots on events.from_artifact_id = bots.artifact_id
    where bots.artifact_id = 'dev8' and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, metric, from_artifact_id, to_artifact_id, event_source
"""
# a row per giver and a column that no metric has: sums add up
GIVEN = """
    select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source, events.to_artifact_id,
      events.from_artifact_id, @metric_name() as metric, sum(events.amount) as amount, 'USD' as unit
    from oso.int_events_daily__github as events
    where event_type = 'STARRED' and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, metric, from_artifact_id, to_artifact_id, event_source
"""
# the first time ever of anybody anywhere, read without bounds and met by day
FIRST_EVER = """
    with firsts as (
        select from_artifact_id, min(bucket_day) as first_day
        from oso.int_events_daily__github
        where event_type in ('COMMIT_CODE', 'ISSUE_OPENED',)
        group by 1
    )
    select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source,
      events.to_artifact_id as to_artifact_id, '' as from_artifact_id, @metric_name() as metric,
      count(distinct events.from_artifact_id) as amount
    from oso.int_events_daily__github as events
    inner join firsts
      on events.from_artifact_id = firsts.from_artifact_id and events.bucket_day = firsts.first_day
    where events.event_type in ('COMMIT_CODE', 'ISSUE_OPENED')
      and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, metric, from_artifact_id, to_artifact_id, event_source
"""
CLICKHOUSE = """
    SELECT
      @metrics_sample_date(events.bucket_day) AS metrics_sample_date, events.event_source, events.to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric,
      uniqExactIf(events.from_artifact_id, events.event_type = 'COMMIT_CODE') + countIf(events.event_type = 'STARRED')
        + sumIf(events.amount, events.event_type = 'ISSUE_OPENED') AS amount
    FROM oso.int_events_daily__github AS events
    WHERE events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY metrics_sample_date, metric, from_artifact_id, to_artifact_id, event_source
"""


def expected(warehouse, entity, value, name="m", keep=lambda event: True, grain=Grain.MONTHLY, source=lambda s: s):
    """(sample date, source, entity, '', metric, amount) of `value` over the events of each bucket; None is no row."""
    groups = defaultdict(list)
    for key, event in warehouse.of(entity):
        if keep(event) and BEGIN <= event.day < END:
            groups[grain.window_of(event.day), source(event.source), key].append(event)
    rows = [
        (window.start, event_source, key, "", f"{name}_{grain.value}", value(events, window))
        for (window, event_source, key), events in groups.items()
    ]
    return sorted((*row[:5], float(row[5])) for row in rows if row[5] is not None)


def check(warehouse, metrics, entity, want, name="m", suffix="monthly"):
    """Rows of the whole range and of its halves are `want`."""
    model = f"oso.{name}_to_{entity}_{suffix}"
    middle = date(2024, 4, 1)
    whole = warehouse.rows(metrics, model, BEGIN, END)
    halves = sorted(warehouse.rows(metrics, model, BEGIN, middle) + warehouse.rows(metrics, model, middle, END))
    assert want
    for got in (whole, halves):
        assert [row[:5] for row in got] == [row[:5] for row in want]
        assert [row[5] for row in got] == pytest.approx([row[5] for row in want], rel=1e-9)


def half_of(events, _):
    people = Counter()
    for event in events:
        people[event.actor] += event.amount
    so_far, half = 0.0, sum(people.values()) / 2
    for position, amount in enumerate(sorted(people.values(), reverse=True), start=1):
        so_far += amount
        if so_far >= half:
            return position
    return None


def share_of_stargazers(events, _):
    people = defaultdict(list)
    for event in events:
        people[event.actor].append(event)
    busy = [own for own in people.values() if sum(e.amount for e in own) > 1]
    return sum(any(e.kind == "STARRED" for e in own) for own in busy) / len(busy) if busy else None


def several_counts(events, _):
    committed = {e.actor for e in events if e.kind == "COMMIT_CODE"}
    return len(committed) + sum((e.kind == "STARRED") + e.amount * (e.kind == "ISSUE_OPENED") for e in events)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("grain", [Grain.WEEKLY, Grain.QUARTERLY])
def test_the_mean_of_a_bucket_has_the_days_of_that_bucket(warehouse, make_metrics, entity, grain):
    metrics = make_metrics({"m": (DAILY_MEAN, {"time_aggregations": [grain.value]})})
    want = expected(
        warehouse, entity, lambda events, window: sum(e.amount for e in events) / window.days,
        keep=lambda e: e.kind == "STARRED", grain=grain, source=str.lower,
    )  # fmt: skip
    check(warehouse, metrics, entity, want, suffix=grain.value)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(
    ("sql", "value", "keep"),
    [
        (MEDIAN_AMOUNT, lambda events, _: median(e.amount for e in events), lambda e: True),
        (SELF_STARRED, share_of_stargazers, lambda e: True),
        (HALF, half_of, lambda e: True),
        (BOTS, lambda events, _: sum(e.amount for e in events), lambda e: e.actor == "dev8"),
        (GIVEN, lambda events, _: sum(e.amount for e in events), lambda e: e.kind == "STARRED"),
    ],
    ids=["median", "ratio of two CTEs", "half of it", "bots", "given"],
)
def test_one_metric(warehouse, make_metrics, entity, sql, value, keep):
    metrics = make_metrics({"m": (sql, MONTHLY)})
    check(warehouse, metrics, entity, expected(warehouse, entity, value, keep=keep))


@pytest.mark.parametrize("entity", ENTITIES)
def test_functions_of_clickhouse(warehouse, make_metrics, entity):
    metrics = make_metrics({"m": (CLICKHOUSE, {**MONTHLY, "dialect": "clickhouse"})})
    check(warehouse, metrics, entity, expected(warehouse, entity, several_counts))


@pytest.mark.parametrize("entity", ENTITIES)
def test_several_peers_weighted(warehouse, make_metrics, entity):
    kinds = ["COMMIT_CODE", "STARRED"]
    metrics = make_metrics(
        {
            "m": (VELOCITY, {**MONTHLY, "vars": {"weight_stars": 1, "weight_people": 2.5}}),
            "stars": (STARS, MONTHLY),
            "people": (PEOPLE, {**MONTHLY, "vars": {"kinds": kinds}}),
        }
    )
    warehouse.materialize(metrics, BEGIN, END)

    def velocity(events, _):
        return sum(e.amount for e in events if e.kind == "STARRED") + 2.5 * len({e.actor for e in events})

    want = expected(warehouse, entity, velocity, keep=lambda e: e.kind in kinds)
    check(warehouse, metrics, entity, want)


@pytest.mark.parametrize("entity", ENTITIES)
def test_the_first_day_anywhere(warehouse, make_metrics, entity):
    metrics = make_metrics({"m": (FIRST_EVER, MONTHLY)})
    kinds = {"COMMIT_CODE", "ISSUE_OPENED"}
    first = {}
    for event in warehouse.events:
        if event.kind in kinds:
            first[event.actor] = min(event.day, first.get(event.actor, event.day))
    want = expected(
        warehouse, entity, lambda events, _: len({e.actor for e in events}),
        keep=lambda e: e.kind in kinds and e.day == first[e.actor],
    )  # fmt: skip
    check(warehouse, metrics, entity, want)


def test_two_wheres_are_both_meant(warehouse, make_metrics):
    sql = STARS.replace(" and events.bucket_day", " where events.bucket_day")
    metrics = make_metrics({"m": (sql, MONTHLY), "n": (STARS, MONTHLY)})
    got = warehouse.rows(metrics, "oso.m_to_project_monthly", BEGIN, END)
    assert [row[:3] + row[5:] for row in got] == [
        row[:3] + row[5:] for row in warehouse.rows(metrics, "oso.n_to_project_monthly", BEGIN, END)
    ]
    doubtful = sql.replace("event_type in ('STARRED')", "event_type = 'STARRED' or amount > 1")
    with pytest.raises(MetricsError, match="multiple 'WHERE' clauses"):
        make_metrics({"m": (doubtful, MONTHLY)})


# who is gone: the month after the last one, seen by looking for the next row of the peer
GONE = """
    with days as (
      select active.metrics_sample_date, active.event_source, active.from_artifact_id,
        @metrics_entity_type_col('to_{entity_type}_id', table_alias := active, include_column_alias := true)
      from @metrics_peer_ref(active_days, time_aggregation := @time_aggregation,) as active
    ),
    followed as (
      select days.*,
        lead(days.metrics_sample_date) over (
          partition by @metrics_entity_type_col('to_{entity_type}_id', table_alias := days),
            days.from_artifact_id, days.event_source
          order by days.metrics_sample_date
        ) as next_date,
        case @time_aggregation
          when 'monthly' then date_add('month', 1, days.metrics_sample_date)
          when 'quarterly' then date_add('month', 3, days.metrics_sample_date)
        end as wanted_date
      from days
    )
    select followed.wanted_date as metrics_sample_date, followed.event_source,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := followed, include_column_alias := true),
      '' as from_artifact_id, @metric_name('gone') as metric, count(distinct followed.from_artifact_id) as amount
    from followed
    where (followed.next_date is null or followed.next_date > followed.wanted_date)
      and followed.wanted_date <= @metrics_end('DATE')
    group by followed.wanted_date, followed.event_source,
      @metrics_entity_type_col('to_{entity_type}_id', table_alias := followed)
"""
ACTIVE_DAYS = """
    select @metrics_sample_date(events.bucket_day) as metrics_sample_date, events.event_source, events.to_artifact_id,
      events.from_artifact_id as from_artifact_id, @metric_name() as metric,
      count(distinct events.bucket_day) amount
    from oso.int_events_daily__github as events
    where events.event_type in @kinds and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, metric, from_artifact_id, to_artifact_id, event_source,
"""


@pytest.mark.parametrize("entity", ENTITIES)
def test_who_is_gone_is_told_the_same_whatever_came_later(warehouse, make_metrics, entity):
    kinds = ["ISSUE_OPENED"]
    metrics = make_metrics(
        {
            "m": (GONE, MONTHLY),
            "active_days": (ACTIVE_DAYS, {**MONTHLY, "vars": {"kinds": kinds}, "is_intermediate": True}),
        }
    )
    warehouse.materialize(metrics, BEGIN, END)
    months = [window.start for window in Grain.MONTHLY.windows(Window(BEGIN, END))]
    active = defaultdict(set)
    for key, event in warehouse.of(entity):
        if event.kind in kinds and event.day < END:
            active[event.source, key, Grain.MONTHLY.floor(event.day)].add(event.actor)
    want = []
    for before, month in pairwise(months):
        for source, key, at in list(active):
            gone = active[source, key, at] - active.get((source, key, month), set()) if at == before else set()
            if gone:
                want.append((month, source, key, "", "gone_monthly", float(len(gone))))
    check(warehouse, metrics, entity, sorted(want))


def test_rolling_windows_of_a_query_with_macros_of_its_own(warehouse, make_metrics):
    sql = PEOPLE.replace(
        "approx_distinct(events.from_artifact_id)", "approx_distinct(events.from_artifact_id) * @rolling_window"
    )
    options = {"rolling": RollingConfig(windows=[7, 30], unit="day", cron="@daily"), "vars": {"kinds": ["STARRED"]}}
    metrics = make_metrics({"m": (sql, {**options, "entity_types": ["project"]})})
    for window in (7, 30):
        got = warehouse.rows(metrics, f"oso.m_to_project_over_{window}_day_window", BEGIN, date(2024, 3, 1))
        people = defaultdict(set)
        for key, event in warehouse.of("project"):
            for day in Window(BEGIN, date(2024, 3, 1)).dates():
                if event.kind == "STARRED" and 0 <= (day - event.day).days < window:
                    people[day, event.source, key].add(event.actor)
        assert {row[:3]: row[5] for row in got} == {key: float(window * len(who)) for key, who in people.items()}
