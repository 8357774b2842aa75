"""One metric for one partition, from the command line to published, against importing Dagster and SQLMesh."""

import json
import time
from datetime import date, timedelta

import duckdb

from benchmarks.demo_home import DAYS, DemoHome, demo_home
from benchmarks.measure import Result, best_of, python_seconds
from dlt_sources.sample_world import read_world
from oso_dagster import api
from oso_lake import Lake
from oso_lake.calendar import ONE_DAY, Window

MODEL = "stars_to_project_daily"
MOST_TIMES = 2.0
MOST_PARTITIONS = 3.0
PUBLISHED = f"""
SELECT sample_date, project_id, metric_id, amount FROM timeseries_metrics_by_project_v0
WHERE model = 'oso.{MODEL}' ORDER BY ALL
"""  # noqa: S608 - a constant


class Timed:
    """`oso materialize` of the metric with the given span, and what the engine took in each call."""

    def __init__(self, home: DemoHome, *span: str) -> None:
        self.home = home
        self.arguments: tuple[str, ...] = ("materialize", MODEL, *span, "--force", "--json")
        self.engine_seconds: list[float] = []

    def __call__(self) -> None:
        document = json.loads(self.home.oso(*self.arguments))
        (model,) = document["models"]
        assert model["status"] == "done", model["reason"]
        assert model["rows"], f"{MODEL} came out empty"
        assert model["published_table"] == "published.timeseries_metrics_by_project_v0"
        self.engine_seconds.append(model["seconds"])


def _day_by_day(home: DemoHome, begin: date, end: date) -> float:
    """Seconds of computing every day of the metric in a run of its own."""
    began = time.perf_counter()
    for day in Window(begin, end).dates():
        report = api.materialize(home.settings, MODEL, begin=day, end=day + ONE_DAY, force=True)
        assert report.done == (f"oso.{MODEL}",), report.failed
    return time.perf_counter() - began


def run_benchmark() -> list[Result]:
    """Three results: one partition, and all days of the demo in one run against it and against a run for each."""
    home = demo_home()
    world = read_world(home.settings.world_dir)
    assert world is not None, "the demo left no world"
    before = Lake(home.settings).query(PUBLISHED)
    singly = _day_by_day(home, world.begin, world.end)
    one = Timed(home, "--partition", (world.end - timedelta(days=1)).isoformat())
    every = Timed(home, "--from", world.begin.isoformat(), "--to", world.end.isoformat())
    one_seconds, every_seconds = best_of(one), best_of(every, repeats=2)
    imports = python_seconds("import dagster, sqlmesh", env=home.environment)
    after = Lake(home.settings).query(PUBLISHED)
    same = duckdb.sql("SELECT COUNT(*) FROM (FROM before EXCEPT ALL FROM after)").fetchall()
    assert len(before) == len(after) > 0, f"{len(before)} rows were published, now {len(after)}"
    assert same == [(0,)], "computing it again published other rows"
    engine = min(one.engine_seconds)
    return [
        Result(
            name="one metric, one partition, command line to published, without the engine",
            ours_seconds=one_seconds - engine,
            rival="`import dagster, sqlmesh`",
            rival_seconds=imports,
            target=f"at most {MOST_TIMES:.0f}x",
            met=one_seconds - engine <= MOST_TIMES * imports,
            note=f"{one_seconds:.2f} s in all, of which evaluating and auditing {engine:.3f} s",
        ),
        Result(
            name=f"one daily metric, {DAYS} days in one run",
            ours_seconds=every_seconds,
            rival="one partition of it",
            rival_seconds=one_seconds,
            target=f"at most {MOST_PARTITIONS:.0f}x",
            met=every_seconds <= MOST_PARTITIONS * one_seconds,
            note=f"one evaluation of {min(every.engine_seconds):.3f} s, one commit, {DAYS} partitions told to Dagster",
        ),
        Result(
            name=f"one daily metric, {DAYS} days in one run, a new process",
            ours_seconds=every_seconds,
            rival=f"{DAYS} runs of one partition each, in one process",
            rival_seconds=singly,
            target="faster",
            met=every_seconds < singly,
            note=f"{singly / DAYS:.2f} s a run, without starting a process; {DAYS} evaluations and commits",
        ),
    ]
