"""Rolling distinct people over 7 to 365 days, as the factory renders them, against a range join written by hand.

The metric is the project's own `active_developers`, by project, for each day of a year in one evaluation: what a
backfill computes, from the events and from stored states; and for one more day, what a daily run computes.
"""

from datetime import date, timedelta

import duckdb

from benchmarks.measure import Result, best_of
from oso_lake.calendar import Window
from sqlmesh_project.metrics_factory import MetricQueryDef, RollingConfig, TimeseriesMetrics, factory_options, load

EVENTS = 1_000_000
PROJECTS = 1000
ACTORS = 30_000
DAYS = 365
YEAR = Window(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days=DAYS))
WINDOWS = (7, 30, 90, 365)
RIVAL_WINDOW = 30
MOST_APART = 2.0
TIMES_FASTER = 10

# an actor works on a repository or two of its own and, in one event of five, on any other; ids are digests as in the
# lake, since strings of 64 characters are what the engine has to compare
SETUP = """
CREATE SCHEMA oso;
SET threads = 2;
SELECT setseed(0.5);
CREATE TABLE oso.int_events_daily__github AS
WITH drawn AS (
  SELECT
    CAST(random() * $actors AS BIGINT) AS actor, random() AS choice, random() AS other, random() AS day,
    random() AS kind
  FROM range($events)
)
SELECT
  DATE '2025-01-01' + CAST(floor(day * $days) AS INTEGER) AS bucket_day,
  'GITHUB' AS event_source,
  CASE WHEN kind < 0.8 THEN 'COMMIT_CODE' ELSE 'ISSUE_OPENED' END AS event_type,
  sha256('actor' || actor) AS from_artifact_id,
  sha256('repository' || CASE
    WHEN choice < 0.6 THEN actor % (2 * $projects)
    WHEN choice < 0.8 THEN (7 * actor) % (2 * $projects)
    ELSE CAST(floor(other * 2 * $projects) AS BIGINT)
  END) AS to_artifact_id,
  1.0::DOUBLE AS amount
FROM drawn;
CREATE TABLE oso.artifacts_by_project_v1 AS
SELECT
  sha256('repository' || number) AS artifact_id, sha256('project' || (number // 2)) AS project_id,
  NULL::DATE AS valid_to
FROM range(2 * $projects) AS numbers(number);
CREATE TABLE oso.int_bots AS
SELECT sha256('actor' || number) AS artifact_id FROM range(0, $actors, 500) AS numbers(number);
"""

RANGE_JOIN = """
SELECT
  CAST(days.day AS DATE) AS sample_date,
  events.event_source,
  members.project_id,
  CAST(COUNT(DISTINCT events.from_artifact_id) AS DOUBLE) AS amount
FROM range($first, $last, INTERVAL 1 DAY) AS days(day)
JOIN oso.int_events_daily__github AS events
  ON events.bucket_day > CAST(days.day AS DATE) - CAST($window AS INTEGER)
  AND events.bucket_day <= CAST(days.day AS DATE)
JOIN (SELECT DISTINCT artifact_id, project_id FROM oso.artifacts_by_project_v1 WHERE valid_to IS NULL) AS members
  ON members.artifact_id = events.to_artifact_id
WHERE
  events.event_type = 'COMMIT_CODE'
  AND events.from_artifact_id NOT IN (SELECT bots.artifact_id FROM oso.int_bots AS bots)
GROUP BY ALL
"""


def load_metrics(*, stored_states: bool = False) -> TimeseriesMetrics:
    """A registry of the one metric, by project, over each of the windows."""
    definition = MetricQueryDef(
        ref="code/active_developers.sql", rolling=RollingConfig(windows=WINDOWS), entity_types=["project"]
    )
    return load(
        factory_options(
            start=YEAR.start,
            timeseries_sources=["int_events_daily__github"],
            relations=["int_bots"],
            metric_queries={"active_developers": definition},
            stored_states=stored_states,
        )
    )


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that the metric reads."""
    sizes = {"events": EVENTS, "projects": PROJECTS, "actors": ACTORS, "days": DAYS}
    for statement in SETUP.split(";"):
        named = {name: value for name, value in sizes.items() if f"${name}" in statement}
        if statement.strip():
            connection.execute(statement, named)


def assert_equal_rows(connection: duckdb.DuckDBPyConnection, window: int) -> int:
    """The factory's rows of `window` are the range join's, as a multiset; returns how many."""
    ours = f"SELECT metrics_sample_date, event_source, to_project_id, amount FROM ours_{window}"  # noqa: S608 - a number
    for one, other in ((ours, "FROM theirs"), ("FROM theirs", ours)):
        left = connection.execute(f"SELECT * FROM ({one}) EXCEPT ALL SELECT * FROM ({other}) LIMIT 5").fetchall()  # noqa: S608
        assert not left, f"{window} days, rows on one side only: {left}"
    (rows,) = connection.execute("SELECT COUNT(*) FROM theirs").fetchone() or (0,)
    assert rows, "the benchmark's data give no rows"
    return rows


def range_join(connection: duckdb.DuckDBPyConnection, window: int) -> None:
    """Compute `window` as people write it at first."""
    bounds = {"first": YEAR.start_at.replace(tzinfo=None), "last": YEAR.end_at.replace(tzinfo=None), "window": window}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE theirs AS {RANGE_JOIN}", bounds)


def model_of(window: int) -> str:
    """The model of one window."""
    return f"oso.active_developers_to_project_over_{window}_day_window"


def evaluate(connection: duckdb.DuckDBPyConnection, metrics: TimeseriesMetrics, name: str, window: Window) -> float:
    """Seconds to compute `window` of a model, without keeping it."""
    sql = metrics.render(name, window=window)
    return best_of(lambda: connection.execute(f"CREATE OR REPLACE TEMP TABLE computed AS {sql}"), repeats=2)


def stored(connection: duckdb.DuckDBPyConnection) -> Result:
    """One more day of all windows from stored states, against the same from the events; notes say what a year takes."""
    metrics, alone = load_metrics(stored_states=True), load_metrics()
    last = Window(YEAR.end - timedelta(days=1), YEAR.end)
    states = [name for name, model in metrics.models.items() if model.is_state]
    year = {}
    for name in states:
        year[name] = evaluate(connection, metrics, name, YEAR)
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM computed ORDER BY metrics_sample_date")
    year |= {model_of(window): evaluate(connection, metrics, model_of(window), YEAR) for window in WINDOWS}
    day = {name: evaluate(connection, metrics, name, last) for name in metrics.models}
    from_events = {name: evaluate(connection, alone, name, last) for name in alone.models}
    written = ", ".join(
        f"{name.split('_to_')[0].removeprefix('oso.active_developers_')} {day[name]:.2f}" for name in states
    )
    windows = ", ".join(
        f"{window} days {day[model_of(window)]:.2f} (from events {from_events[model_of(window)]:.2f})"
        for window in WINDOWS
    )
    return Result(
        name=f"rolling distinct people, one more day of {len(WINDOWS)} windows",
        ours_seconds=sum(day.values()),
        rival="the same from the events",
        rival_seconds=sum(from_events.values()),
        target="not slower, and a day's events read once",
        met=sum(day.values()) <= sum(from_events.values()),
        note=f"seconds: {written}; {windows}; a year: states {sum(year[name] for name in states):.2f}, windows "
        + ", ".join(f"{year[model_of(window)]:.2f}" for window in WINDOWS),
    )


def run_benchmark() -> list[Result]:
    """30 days against the range join, the slowest window against the quickest, and one more day from stored states."""
    metrics = load_metrics()
    with duckdb.connect() as connection:
        fill(connection)
        seconds = {}
        for window in WINDOWS:
            sql = metrics.render(model_of(window), window=YEAR)
            statement = f"CREATE OR REPLACE TEMP TABLE ours_{window} AS {sql}"
            seconds[window] = best_of(lambda statement=statement: connection.execute(statement), repeats=2)
        joined = best_of(lambda: range_join(connection, RIVAL_WINDOW), repeats=1)
        rows = assert_equal_rows(connection, RIVAL_WINDOW)
        return [*_results(seconds, joined, rows), stored(connection)]


def _results(seconds: dict[int, float], joined: float, rows: int) -> list[Result]:
    slowest, quickest = max(seconds, key=seconds.__getitem__), min(seconds, key=seconds.__getitem__)
    apart = seconds[slowest] / seconds[quickest]
    return [
        Result(
            name=f"rolling distinct people, {RIVAL_WINDOW} days",
            ours_seconds=seconds[RIVAL_WINDOW],
            rival="a range join of events and days",
            rival_seconds=joined,
            target=f"at least {TIMES_FASTER}x faster",
            met=joined / seconds[RIVAL_WINDOW] >= TIMES_FASTER,
            note=f"{joined / seconds[RIVAL_WINDOW]:.0f}x faster, the same {rows:,} rows; {EVENTS:,} events of "
            f"{ACTORS:,} people in {PROJECTS:,} projects, {DAYS} sample dates",
        ),
        Result(
            name=f"rolling distinct people, slowest window ({slowest} days)",
            ours_seconds=seconds[slowest],
            rival=f"the quickest ({quickest} days)",
            rival_seconds=seconds[quickest],
            target=f"within {MOST_APART:.0f}x of each other",
            met=apart <= MOST_APART,
            note=", ".join(f"{window} days {taken:.2f} s" for window, taken in seconds.items()),
        ),
    ]
