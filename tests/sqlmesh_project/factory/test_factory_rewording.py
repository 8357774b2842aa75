"""What an author may write of one window although it holds for many: LIMIT, totals over everything, USING beside ON."""

from collections import defaultdict
from datetime import date

import pytest
import sqlglot

from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory import MetricsError, RollingConfig

BEGIN, END = date(2024, 1, 1), date(2024, 4, 1)
ENTITIES = ["artifact", "project", "collection"]
EITHER = {"time_aggregations": ["monthly"], "rolling": RollingConfig(windows=[10])}
SUFFIXES = ["monthly", "over_10_day_window"]
PER_PERSON = """
    with per_person as (
      select event_source, to_artifact_id, from_artifact_id, sum(amount) as amount
      from oso.int_events_daily__github
      where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
      group by 1, 2, 3
    ),
"""
TAIL = """
    select @metrics_sample_date() as metrics_sample_date, event_source, to_artifact_id, '' as from_artifact_id,
      @metric_name() as metric, {amount} as amount
    from {source} group by event_source, to_artifact_id
"""
TOP = (
    PER_PERSON
    + """
    top as (
      select event_source, to_artifact_id, from_artifact_id as person, amount as given from per_person
      order by given desc, person, event_source, 2 limit {limit}
    )
"""
    + TAIL.format(amount="sum(given)", source="top")
)
SHARE = (
    PER_PERSON
    + """
    total as (
      select sum(amount) as everything, count(*) as people, count(distinct from_artifact_id) + 1 as more from per_person
    ),
    shares as (
      select p.event_source, p.to_artifact_id, p.amount, t.everything, t.people, t.more
      from per_person as p cross join total as t
    )
"""
    + TAIL.format(amount="sum(amount) / max(everything) + max(people) * 10 + max(more) * 1000", source="shares")
)
# nobody does this: the total is there all the same, and its count is 0
NOBODY = """
    with events as (
      select event_source, to_artifact_id, from_artifact_id, amount, event_type from oso.int_events_daily__github
      where bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    ),
    nobody as (select count(*) as n, max(amount) as most from events where event_type = 'NEVER'),
    counted as (select e.event_source, e.to_artifact_id, n.n, n.most from events as e join nobody as n on true)
""" + TAIL.format(amount="max(n) + coalesce(max(most), 7)", source="counted")
MIXED = (
    PER_PERSON
    + """
    pairs as (select event_source, to_artifact_id, max(amount) as most from per_person group by 1, 2),
    people as (select to_artifact_id, count(distinct from_artifact_id) as people from per_person group by 1),
    mixed as (
      select event_source, to_artifact_id, per_person.amount, pairs.most, people.people
      from per_person
      join pairs using (event_source, to_artifact_id)
      left join people on people.to_artifact_id = per_person.to_artifact_id
    )
"""
    + TAIL.format(amount="sum(amount) + max(most) * 100 + max(people) * 10000", source="mixed")
)


def per_person(warehouse, entity, suffix):
    """Amount by (source, entity, person), for each sample date."""
    windows = {w.start: w for w in Grain.MONTHLY.windows(Window(BEGIN, END))}
    found = defaultdict(lambda: defaultdict(float))
    for key, event in warehouse.of(entity):
        for day in windows if suffix == "monthly" else Window(BEGIN, END).dates():
            inside = event.day in windows[day].dates() if suffix == "monthly" else 0 <= (day - event.day).days < 10
            if inside:
                found[day][event.source, key, event.actor] += event.amount
    return found


def check(warehouse, make_metrics, sql, entity, suffix, value):
    """Values of `value(rows, source, key)` for each entity of each sample date, on DuckDB and in Trino's text."""
    metrics = make_metrics({"m": (sql, EITHER)})
    model = f"oso.m_to_{entity}_{suffix}"
    got = {row[:3]: row[5] for row in warehouse.rows(metrics, model, BEGIN, END)}
    want = {}
    for day, rows in per_person(warehouse, entity, suffix).items():
        for source, key in {(source, key) for source, key, _ in rows}:
            amount = value(rows, source, key)
            if amount is not None:
                want[day, source, key] = amount
    assert want
    assert got == pytest.approx(want, rel=1e-9)
    [again] = sqlglot.transpile(metrics.render(model, "trino", (BEGIN, END)), read="trino", write="duckdb")
    assert {row[:3]: row[5] for row in warehouse.connection.execute(again).fetchall()} == pytest.approx(got)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("limit", "first", "last"), [("5", 0, 5), ("3 offset 2", 2, 5)])
def test_a_limit_holds_for_each_window(warehouse, make_metrics, entity, suffix, limit, first, last):
    def top(rows, source, key):
        ranked = sorted((-amount, who, src, k) for (src, k, who), amount in rows.items())[first:last]
        mine = [-amount for amount, _, src, k in ranked if (src, k) == (source, key)]
        return sum(mine) if mine else None

    check(warehouse, make_metrics, TOP.format(limit=limit), entity, suffix, top)


def test_a_limit_without_an_order_is_a_mistake(make_metrics):
    unordered = TOP.format(limit="5").replace("order by given desc, person, event_source, 2", "")
    with pytest.raises(MetricsError, match=r"m\.sql:\d+: .*LIMIT of what depends on the window needs"):
        make_metrics({"m": (unordered, EITHER)})


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_total_over_everything(warehouse, make_metrics, entity, suffix):
    def share(rows, source, key):
        mine = sum(amount for (src, k, _), amount in rows.items() if (src, k) == (source, key))
        people = len({who for _, _, who in rows})
        return mine / sum(rows.values()) + len(rows) * 10 + (people + 1) * 1000

    check(warehouse, make_metrics, SHARE, entity, suffix, share)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_total_over_nothing_is_a_row_too(warehouse, make_metrics, entity, suffix):
    check(warehouse, make_metrics, NOBODY, entity, suffix, lambda rows, source, key: 7.0)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_using_beside_on(warehouse, make_metrics, entity, suffix):
    def mixed(rows, source, key):
        mine = [amount for (src, k, _), amount in rows.items() if (src, k) == (source, key)]
        return sum(mine) + max(mine) * 100 + len({who for _, k, who in rows if k == key}) * 10000

    check(warehouse, make_metrics, MIXED, entity, suffix, mixed)
