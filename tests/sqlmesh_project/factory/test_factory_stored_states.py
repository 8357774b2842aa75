"""Stored states of rolling windows: each event day is read once, and late days make stale exactly what they change."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_dagster.reads import Reads
from oso_lake.calendar import Window
from sqlmesh_project.metrics_factory import (
    MetricQueryDef,
    MetricsError,
    RollingConfig,
    TimeseriesMetrics,
    factory_options,
    load,
)

START = date(2024, 1, 1)
EVENTS = "oso.int_events_daily__github"
QUERY = f"""
    SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
      '' AS from_artifact_id, @metric_name() AS metric, {{amount}} AS amount
    FROM {EVENTS}
    WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
    GROUP BY 1, to_artifact_id, event_source
"""
PEOPLE = "COUNT(DISTINCT from_artifact_id)"
AMOUNTS = [
    PEOPLE,
    "SUM(amount)",
    "COUNT(*)",
    "COUNT(DISTINCT CASE WHEN event_type = 'STARRED' THEN from_artifact_id END)",
    f"{PEOPLE} + COUNT(*)",
    f"SUM(amount) + 100 * {PEOPLE}",
]


class Store:
    """The models of one metric as tables in DuckDB: a window of them is computed as a runner would."""

    def __init__(self, metrics: TimeseriesMetrics) -> None:
        self.metrics = metrics
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("CREATE SCHEMA oso; SET TimeZone = 'UTC'; SET enable_profiling = 'no_output'")
        self.connection.execute(
            f"CREATE TABLE {EVENTS} (bucket_day DATE, event_source VARCHAR, event_type VARCHAR, "
            "from_artifact_id VARCHAR, to_artifact_id VARCHAR, amount DOUBLE)"
        )
        self.scanned: Counter[str] = Counter()
        for name, model in metrics.models.items():
            columns = ", ".join(f"{column} {kind}" for column, kind in model.columns.items())
            self.connection.execute(f"CREATE TABLE {name} ({columns})")

    def land(self, rows):
        """Add events: (day, actor or None, artifact, type)."""
        if rows:
            self.connection.executemany(
                f"INSERT INTO {EVENTS} VALUES (?, 'GITHUB', ?, ?, ?, 1.5)",
                [(day, kind, actor, artifact) for day, actor, artifact, kind in rows],
            )

    def compute(self, name, window):
        """Replace the rows of one model's window."""
        begin, last = window.start, window.end - timedelta(days=1)
        self.connection.execute(f"DELETE FROM {name} WHERE metrics_sample_date BETWEEN ? AND ?", [begin, last])
        columns = ", ".join(self.metrics.models[name].columns)
        sql = self.metrics.render(name, window=window)
        self.connection.execute(f"INSERT INTO {name} SELECT {columns} FROM ({sql})")
        self._note_scans(json.loads(self.connection.get_profiling_information(format="json")))

    def _note_scans(self, node):
        table = node.get("extra_info", {}).get("Table", "")
        if table:
            self.scanned[table.removeprefix("memory.")] += node["operator_cardinality"]
        for child in node.get("children", []):
            self._note_scans(child)

    def rows(self):
        """All rows of all models."""
        return {
            name: sorted(self.connection.execute(f"FROM {name}").fetchall(), key=repr) for name in self.metrics.models
        }

    def close(self):
        self.connection.close()


def made(folder, amount, windows, unit="day", **options):
    """A metric `m` by artifact with stored states; the file is written to `folder`."""
    sql = amount if "SELECT" in amount else QUERY.format(amount=amount)
    (folder / "m.sql").write_text(sql)
    definition = MetricQueryDef(
        ref="m.sql", rolling=RollingConfig(windows=windows, unit=unit), entity_types=["artifact"], **options
    )
    return load(
        factory_options(
            start=START,
            queries_dir=folder,
            timeseries_sources=["int_events_daily__github"],
            metric_queries={"m": definition},
            stored_states=True,
        )
    )


def day(number):
    return START + timedelta(days=number)


EVENT = st.tuples(
    st.integers(0, 19).map(day),
    st.sampled_from(["ann", "bob", None]),
    st.sampled_from(["r", "s"]),
    st.sampled_from(["STARRED", "FORKED"]),
)
SPAN = Window(START, day(22))


def from_scratch(metrics, rows):
    store = Store(metrics)
    store.land(rows)
    for name in metrics.models:
        store.compute(name, SPAN)
    found = store.rows()
    store.close()
    return found


def stale_days(metrics, late):
    """Days of each model to compute again after events of the day `late` came, by the reads they declare."""
    found: dict[str, list[date]] = {}
    for name, model in metrics.models.items():
        reads = Reads.parse(model.reads)
        parents = [parent for parent in model.depends_on if parent in metrics.models]
        changed = {parent: set(found[parent]) for parent in parents} or {EVENTS: {late}}
        tags = {parent: Reads.parse(metrics.models[parent].reads) for parent in parents}
        found[name] = [
            one
            for one in SPAN.dates()
            if any(
                not days.isdisjoint(reads.window(Window(one, one + timedelta(days=1)), START, tags.get(parent)).dates())
                for parent, days in changed.items()
            )
        ]
    return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The metric of an amount over 1, 3 and 7 days."""
    return cache(lambda amount: made(tmp_path_factory.mktemp("stored"), amount, [1, 3, 7]))


@settings(max_examples=20, deadline=None)
@given(
    amount=st.sampled_from(AMOUNTS),
    events=st.lists(EVENT, min_size=1, max_size=25),
    late=st.lists(EVENT, min_size=1, max_size=2),
    cuts=st.lists(st.integers(1, 21), max_size=3),
)
def test_late_days_are_repaired_by_computing_what_is_stale_and_nothing_depends_on_batches(
    loaded, amount, events, late, cuts
):
    metrics = loaded(amount)
    store = Store(metrics)
    store.land(events)
    edges = sorted({0, 22, *cuts})
    for name in metrics.models:
        for begin, end in pairwise(edges):
            store.compute(name, Window(day(begin), day(end)))
    assert store.rows() == from_scratch(metrics, events)
    for number, event in enumerate(late, start=1):
        store.land([event])
        for name, days in stale_days(metrics, event[0]).items():
            assert days == list(Window(days[0], days[-1] + timedelta(days=1)).dates())
            store.compute(name, Window(days[0], days[-1] + timedelta(days=1)))
        assert store.rows() == from_scratch(metrics, [*events, *late[:number]])
    store.close()


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize(("windows", "unit"), [([1, 30, 90], "day"), ([1, 2], "month"), ([1], "quarter")])
def test_stored_states_give_what_the_events_give(tmp_path, amount, windows, unit):
    stored = made(tmp_path, amount, windows, unit)
    events = [(day(n * n % 140), f"p{n % 4}", "rs"[n % 2], ["STARRED", "FORKED"][n % 3 == 0]) for n in range(60)]
    store = Store(stored)
    store.land(events)
    span = Window(START, day(170))
    for name in stored.models:
        store.compute(name, span)
    alone = load(replace(stored.options, stored_states=False))
    for name in alone.models:
        rows = store.connection.execute(alone.render(name, window=span)).fetchall()
        assert sorted(rows) == sorted(store.connection.execute(f"FROM {name}").fetchall())
        assert rows
    assert [name for name in stored.models if name not in alone.models] == [
        f"oso.m_{word}_to_artifact_daily" for word in ("states", "recurrences")[: 2 if "DISTINCT" in amount else 1]
    ]


@pytest.mark.parametrize(("amount", "most"), [(PEOPLE, 1), ("SUM(amount)", 1), (f"SUM(amount) + {PEOPLE}", 2)])
def test_t12_rolling_over_a_year_reads_each_event_day_a_bounded_number_of_times(tmp_path, amount, most):
    metrics = made(tmp_path, amount, [30, 90, 365])
    store = Store(metrics)
    events = [(day(n * 7919 % 366), f"p{n % 7}", "rst"[n % 3], "STARRED") for n in range(1000)]
    store.land(events)
    for begin, end in pairwise([*range(0, 360, 20), *range(360, 366)]):
        for name in metrics.models:
            store.compute(name, Window(day(begin), day(end)))
    seen = sum(event[0] < day(365) for event in events)
    assert store.scanned[EVENTS] == most * seen
    # one more day: its own events, and the states of the days before
    store.scanned.clear()
    for name in metrics.models:
        store.compute(name, Window(day(365), day(366)))
    assert store.scanned[EVENTS] == most * (len(events) - seen)
    # a year in one range: each event once too
    store.scanned.clear()
    for name in metrics.models:
        store.compute(name, Window(START, day(366)))
    assert store.scanned[EVENTS] == most * len(events)
    store.close()


def test_states_are_models_that_nobody_sees(tmp_path):
    metrics = made(tmp_path, PEOPLE, [30, 90], additional_tags=["owner=us"])
    assert list(metrics.models) == [
        "oso.m_states_to_artifact_daily",
        "oso.m_recurrences_to_artifact_daily",
        "oso.m_to_artifact_over_30_day_window",
        "oso.m_to_artifact_over_90_day_window",
    ]
    states, recurrences, month, _ = metrics.models.values()
    assert {"model_type=metric_state", "intermediate=true", "grain=daily", "reads=window", "owner=us"} <= {*states.tags}
    assert (recurrences.reads, recurrences.depends_on) == ("lookback:89", {states.name})
    assert (month.reads, month.depends_on) == ("rolling:30:day", {recurrences.name})
    assert [model.name for model in metrics.metrics["m"].models] == [month.name, month.name.replace("30", "90")]
    assert metrics.metrics["m"].states == (states, recurrences)
    assert {row["metric"] for row in metrics.catalogue()} == {"m_over_30_day_window", "m_over_90_day_window"}


@pytest.mark.parametrize(("option", "reads"), [({"reads": "history"}, "history"), ({"lookback": 4}, "lookback:4")])
def test_what_a_query_reads_before_its_window_is_read_by_its_states(tmp_path, option, reads):
    metrics = made(tmp_path, "SUM(amount)", [30], **option)
    assert [model.reads for model in metrics.models.values()] == [reads, "rolling:30:day"]


def test_a_query_that_looks_at_the_length_of_its_window_keeps_its_states_to_itself(tmp_path):
    sql = QUERY.format(amount="SUM(amount)").replace("WHERE", "WHERE amount < @rolling_window AND")
    metrics = made(tmp_path, sql, [30, 90])
    assert list(metrics.models) == ["oso.m_to_artifact_over_30_day_window", "oso.m_to_artifact_over_90_day_window"]
    assert EVENTS in metrics.models["oso.m_to_artifact_over_30_day_window"].depends_on


def test_a_metric_with_the_name_of_anothers_states_is_a_mistake(tmp_path):
    options = made(tmp_path, "SUM(amount)", [30]).options
    other = MetricQueryDef(ref="m.sql", time_aggregations=["daily"], entity_types=["artifact"])
    both = replace(options, metric_queries={**options.metric_queries, "m_states": other})
    with pytest.raises(
        MetricsError, match=r"keeps the states of its rolling windows in oso\.m_states_to_artifact_daily"
    ):
        load(both)
