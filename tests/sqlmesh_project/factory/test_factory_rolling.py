"""Rolling windows of every length and unit equal brute force in Python, whatever the batch they are computed in."""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_lake.calendar import Grain, Window, add_months, rolling_window
from sqlmesh_project.metrics_factory import MetricQueryDef, RollingConfig, TimeseriesMetrics, factory_options, load

START = date(2023, 1, 1)
CRONS = {"@daily": Grain.DAILY, "0 0 * * 1": Grain.WEEKLY, "@monthly": Grain.MONTHLY}
WINDOWS = [
    *((count, "day") for count in (1, 7, 30, 90, 365)),
    (2, "week"), (1, "month"), (6, "month"), (1, "quarter"), (1, "year"),
]  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One row of the daily events."""

    day: date
    source: str
    kind: str
    actor: str | None
    artifact: str
    amount: float


def people(events: list[Event], kind: str = "") -> int:
    """Distinct actors; a NULL counts for nothing."""
    return len({e.actor for e in events if e.actor is not None and e.kind.startswith(kind)})


def total(events: list[Event]) -> float:
    """Sum of the amounts."""
    return math.fsum(e.amount for e in events)


PEOPLE = "COUNT(DISTINCT from_artifact_id)"
STARGAZERS = "COUNT(DISTINCT CASE WHEN event_type = 'STARRED' THEN from_artifact_id END)"
KINDS = "COUNT(DISTINCT event_type)"
AMOUNTS: dict[str, Callable[[list[Event]], float]] = {
    "SUM(amount)": total,
    "COUNT(*)": len,
    "COUNT(from_artifact_id)": lambda events: sum(e.actor is not None for e in events),
    "AVG(amount) + MAX(amount)": lambda events: total(events) / len(events) + max(e.amount for e in events),
    PEOPLE: people,
    STARGAZERS: lambda events: people(events, "STARRED"),
    "COUNT(DISTINCT bucket_day)": lambda events: len({e.day for e in events}),
    f"{PEOPLE} / {KINDS}": lambda events: people(events) / len({e.kind for e in events}),
    f"SUM(amount) + {PEOPLE}": lambda events: total(events) + people(events),
    f"{PEOPLE} + COUNT(*)": lambda events: people(events) + len(events),
    f"SUM(amount) / {KINDS} + {STARGAZERS} + MIN(amount)": lambda events: (
        total(events) / len({e.kind for e in events}) + people(events, "STARRED") + min(e.amount for e in events)
    ),
}
HAVINGS: dict[str, Callable[[list[Event]], bool]] = {
    "": lambda events: True,
    "HAVING COUNT(*) > 1": lambda events: len(events) > 1,
    f"HAVING {PEOPLE} > 1": lambda events: people(events) > 1,
}
# the days on which months, years and leap years are got wrong
EDGES = [
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2024, 3, 31),
    date(2023, 12, 31),
    date(2024, 12, 31),
    date(2024, 5, 30),
]
DAYS = st.one_of(
    st.sampled_from(EDGES).flatmap(lambda day: st.integers(-2, 2).map(lambda n: day + timedelta(days=n))),
    st.integers(0, 900).map(lambda n: START + timedelta(days=n)),
)
EVENTS = st.lists(
    st.builds(
        Event,
        day=DAYS,
        source=st.sampled_from(["GITHUB", "GITLAB"]),
        kind=st.sampled_from(["STARRED", "FORKED"]),
        actor=st.sampled_from(["ann", "bob", "cy", None]),
        artifact=st.sampled_from(["r", "s"]),
        amount=st.sampled_from([0.1, 1.0, 2.5]),
    ),
    min_size=1,
    max_size=25,
)


class Trial:
    """Loads a metric of one amount and window, fills the events and evaluates it over batches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = duckdb.connect()
        self.connection.execute("CREATE SCHEMA oso")
        self.connection.execute(
            "CREATE TABLE oso.int_events_daily__github (bucket_day DATE, event_source VARCHAR, event_type VARCHAR, "
            "from_artifact_id VARCHAR, to_artifact_id VARCHAR, amount DOUBLE)"
        )
        self.loaded: dict[tuple[str, ...], TimeseriesMetrics] = {}

    def metrics(self, amount: str, having: str, window: tuple[int, str], cron: str) -> TimeseriesMetrics:
        """The metric `m` by artifact."""
        key = (amount, having, str(window), cron)
        if key not in self.loaded:
            path = self.folder / f"m{len(self.loaded)}.sql"
            path.write_text(
                "SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id, "
                f"'' AS from_artifact_id, @metric_name() AS metric, {amount} AS amount "
                "FROM oso.int_events_daily__github "
                "WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') "
                f"GROUP BY 1, to_artifact_id, event_source {having}"
            )
            rolling = RollingConfig(windows=[window[0]], unit=window[1], cron=cron)
            definition = MetricQueryDef(ref=path.name, rolling=rolling, entity_types=["artifact"])
            self.loaded[key] = load(
                factory_options(
                    start=START,
                    queries_dir=self.folder,
                    timeseries_sources=["int_events_daily__github"],
                    metric_queries={"m": definition},
                )
            )
        return self.loaded[key]

    def fill(self, events: list[Event]) -> None:
        """Make these the events there are."""
        self.connection.execute("DELETE FROM oso.int_events_daily__github")
        rows = [(e.day, e.source, e.kind, e.actor, e.artifact, e.amount) for e in events]
        self.connection.executemany("INSERT INTO oso.int_events_daily__github VALUES (?, ?, ?, ?, ?, ?)", rows)

    def rows(self, metrics: TimeseriesMetrics, batch: Window) -> dict[tuple[date, str, str], float]:
        """Values by sample date, source and artifact."""
        (model,) = metrics.models
        found = self.connection.execute(metrics.render(model, window=batch)).fetchall()
        values = {(row[0], row[1], row[2]): row[5] for row in found}
        assert len(values) == len(found), "a sample date and key has two rows"
        return values


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """One connection for all examples."""
    made = Trial(tmp_path_factory.mktemp("rolling"))
    yield made
    made.connection.close()


def brute_force(events, amount, having, window, grain, batch):
    """What the metric is, from its definition."""
    found = {}
    for bucket in grain.windows(batch):
        day = bucket.end - timedelta(days=1)
        span = rolling_window(day, *window)
        groups = defaultdict(list)
        for event in events:
            if span.start <= event.day < span.end:
                groups[day, event.source, event.artifact].append(event)
        found |= {key: float(AMOUNTS[amount](rows)) for key, rows in groups.items() if HAVINGS[having](rows)}
    return found


def pieces(batch, grain, cuts):
    """`batch` cut into ranges of whole buckets at some of its buckets."""
    starts = [bucket.start for bucket in grain.windows(batch)]
    chosen = sorted({batch.start, batch.end, *(starts[cut % len(starts)] for cut in cuts)})
    return [Window(*pair) for pair in pairwise(chosen)]


def check(trial, events, amount, having, window, cron, near, length, cuts):
    grain = CRONS[cron]
    first = grain.floor(near)
    batch = Window(first, grain.next(first + timedelta(days=length)))
    metrics = trial.metrics(amount, having, window, cron)
    assert not metrics.explain(*metrics.models).startswith("calendar")
    trial.fill(events)
    want = brute_force(events, amount, having, window, grain, batch)
    for batches in ([batch], pieces(batch, grain, cuts), list(grain.windows(batch))[:12]):
        whole = {key for part in batches for key in want if part.start <= key[0] < part.end}
        got = {key: value for part in batches for key, value in trial.rows(metrics, part).items()}
        assert got.keys() == whole
        assert all(math.isclose(got[key], want[key], rel_tol=1e-9) for key in whole), (got, want)


@settings(max_examples=100, deadline=None)
@given(
    events=EVENTS,
    amount=st.sampled_from([*AMOUNTS]),
    having=st.sampled_from([*HAVINGS]),
    window=st.sampled_from(WINDOWS),
    cron=st.sampled_from([*CRONS]),
    near=DAYS,
    length=st.integers(0, 45),
    cuts=st.lists(st.integers(0, 60), max_size=3),
)
def test_equal_to_brute_force_in_one_batch_in_random_ones_and_day_by_day(
    trial, events, amount, having, window, cron, near, length, cuts
):
    check(trial, events, amount, having, window, cron, near, length, cuts)


@pytest.mark.parametrize("amount", [PEOPLE, "SUM(amount)", f"SUM(amount) + {PEOPLE}"])
@pytest.mark.parametrize(("window", "unit"), WINDOWS)
def test_two_years_of_sample_dates_over_each_edge_of_the_calendar(trial, amount, window, unit):
    events = [Event(day, "GITHUB", "STARRED", f"p{n % 3}", "r", 1.0) for n, day in enumerate(EDGES)]
    events += [Event(add_months(EDGES[0], n), "GITHUB", "FORKED", f"p{n % 2}", "s", 2.5) for n in range(-13, 12, 3)]
    check(trial, events, amount, "", (window, unit), "@daily", START, 730, [100, 424])


def test_a_count_may_be_zero_where_a_row_exists(trial):
    events = [Event(date(2024, 1, 10), "GITHUB", "FORKED", "ann", "r", 1.0)]
    trial.fill(events)
    metrics = trial.metrics(STARGAZERS, "", (7, "day"), "@daily")
    got = trial.rows(metrics, Window(date(2024, 1, 1), date(2024, 2, 1)))
    assert got == {(date(2024, 1, 10) + timedelta(days=n), "GITHUB", "r"): 0.0 for n in range(7)}


def test_further_group_columns_are_keys_and_names_follow_them(warehouse, make_metrics):
    sql = """
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
          '' AS from_artifact_id, @metric_name(LOWER(event_type)) AS metric, COUNT(DISTINCT from_artifact_id) AS amount
        FROM oso.int_events_daily__github
        WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
        GROUP BY event_type, event_source, to_artifact_id
    """
    rolling = {"rolling": RollingConfig(windows=[10]), "entity_types": ["project"]}
    metrics = make_metrics({"m": (sql, rolling), "slow": ("WITH unused AS (SELECT 1 AS one)" + sql, rolling)})
    rows = {
        name: warehouse.rows(metrics, f"oso.{name}_to_project_over_10_day_window", date(2024, 2, 1), date(2024, 3, 1))
        for name in ("m", "slow")
    }
    assert metrics.explain("oso.m_to_project_over_10_day_window").startswith("distinct states")
    assert rows["m"] == rows["slow"]
    assert {row[4] for row in rows["m"]} > {"commit_code_over_10_day_window", "starred_over_10_day_window"}


def test_a_model_without_partitions_has_every_complete_sample_date(warehouse, make_metrics):
    sql = """
        SELECT @metrics_sample_date(bucket_day) AS metrics_sample_date, event_source, to_artifact_id,
          '' AS from_artifact_id, @metric_name() AS metric, SUM(amount) AS amount
        FROM oso.int_events_daily__github
        WHERE bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
        GROUP BY 1, 2, 3
    """
    rolling = {"rolling": RollingConfig(windows=[10]), "entity_types": ["artifact"]}
    metrics = make_metrics({"m": (sql, rolling), "whole": (sql, rolling | {"incremental": False})})
    begin, end = date(2024, 1, 1), date(2024, 5, 1)
    want = warehouse.rows(metrics, "oso.m_to_artifact_over_10_day_window", begin, end)
    got = warehouse.rows(metrics, "oso.whole_to_artifact_over_10_day_window", end - timedelta(days=1), end)
    assert [(*row[:4], row[5]) for row in got] == [(*row[:4], row[5]) for row in want]
