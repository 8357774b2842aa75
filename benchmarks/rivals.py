"""One partition of one metric, against the two ways there are without this project: `sqlmesh run` and dagster-sqlmesh.

All three work on the demo's store and state, and compute the same day of the same model again, which is taken back
before. Ours also audits with checks over the window, publishes to Iceberg and tells Dagster of a partition; the rivals
stop at SQLMesh's own table. dagster-sqlmesh is used as its documentation says: one multi-asset, of which one asset is
selected; it knows no partitions, so that the day is SQLMesh's business.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from benchmarks.demo_home import DemoHome, demo_home, oso_command
from benchmarks.measure import Result, run
from dlt_sources.sample_world import read_world
from oso_dagster.project import DEFAULT_PROJECT, Project
from oso_dagster.runner.session import open_store, read_session, to_interval
from oso_lake.calendar import ONE_DAY, Window

TABLE = "stars_to_project_daily"
MODEL = f"oso.{TABLE}"
DAGSTER_SQLMESH = """
import sys
import dagster as dg
from dagster_sqlmesh import SQLMeshContextConfig, SQLMeshDagsterTranslator, SQLMeshResource, sqlmesh_assets
import oso_dagster.project  # the switches that SQLMesh reads when it is imported

project, model, day = sys.argv[1:]

class Translator(SQLMeshDagsterTranslator):
    def get_tags(self, context, model):
        return {}  # its own refuses tags such as grain=daily

class WithTranslator(SQLMeshContextConfig):
    def get_translator(self):
        return Translator()

config = WithTranslator(path=project, gateway="duckdb")

@sqlmesh_assets(environment="prod", config=config, enabled_subsetting=True)
def assets(context: dg.AssetExecutionContext, sqlmesh: SQLMeshResource):
    yield from sqlmesh.run(
        context, config=config, environment="prod", start=day, end=day,
        plan_options={"skip_tests": True, "no_prompts": True, "auto_apply": True},
        run_options={"no_auto_upstream": True, "ignore_cron": True},
    )

(chosen,) = [key for key in assets.keys if key.path[-1] == model]
result = dg.materialize([assets], selection=[chosen], resources={"sqlmesh": SQLMeshResource()})
assert result.success
"""


def run_benchmark() -> list[Result]:
    """Two results: the same partition by `sqlmesh run` and by dagster-sqlmesh."""
    home = demo_home()
    world = read_world(home.settings.world_dir)
    assert world is not None, "the demo left no world"
    day = world.end - timedelta(days=1)
    ours = _seconds(_ours, home, day, repeats=3)
    return [
        _result(ours, "`sqlmesh run` of that model and day", _seconds(_sqlmesh, home, day, repeats=2)),
        _result(ours, "dagster-sqlmesh, that asset and day", _seconds(_dagster_sqlmesh, home, day, repeats=1)),
    ]


def _seconds(compute: Callable[[DemoHome, date], None], home: DemoHome, day: date, repeats: int) -> float:
    """Least wall seconds of computing the day, which is taken back before each time."""
    seconds = []
    for _ in range(repeats):
        _take_back(home, day)
        began = time.perf_counter()
        compute(home, day)
        seconds.append(time.perf_counter() - began)
        _assert_computed(home, day)
    return min(seconds)


def _result(ours: float, rival: str, seconds: float) -> Result:
    return Result(
        name="one metric, one partition, command line to published",
        ours_seconds=ours,
        rival=rival,
        rival_seconds=seconds,
        target="not slower",
        met=ours <= seconds,
        note=f"against {rival}, which does not publish; both with warm caches, in new processes",
    )


def _ours(home: DemoHome, day: date) -> None:
    document = json.loads(home.oso("materialize", TABLE, "--partition", day.isoformat(), "--force", "--json"))
    assert [model["status"] for model in document["models"]] == ["done"], document


def _sqlmesh(home: DemoHome, day: date) -> None:
    sqlmesh = str(Path(oso_command()[0]).with_name("sqlmesh"))
    span = ["--start", day.isoformat(), "--end", day.isoformat()]
    chosen = ["--select-model", MODEL, "--no-auto-upstream", "--ignore-cron", "--skip-janitor"]
    run([sqlmesh, "--paths", str(DEFAULT_PROJECT), "run", "prod", *span, *chosen], env=home.environment)


def _dagster_sqlmesh(home: DemoHome, day: date) -> None:
    command = [sys.executable, "-c", DAGSTER_SQLMESH, str(DEFAULT_PROJECT), TABLE, day.isoformat()]
    run(command, env=home.environment, timeout=1800)


def _take_back(home: DemoHome, day: date) -> None:
    """Make the day one that SQLMesh has not done."""
    with open_store(Project(settings=home.settings), holder="benchmark", on_wait=print) as store:
        session = read_session(store, [MODEL])
        session.withdraw(MODEL, to_interval(Window(day, day + ONE_DAY)))


def _assert_computed(home: DemoHome, day: date) -> None:
    low, high = to_interval(Window(day, day + ONE_DAY))
    with open_store(Project(settings=home.settings), holder="benchmark", on_wait=print) as store:
        done = read_session(store, [MODEL]).intervals(MODEL)
    assert any(start <= low and high <= end for start, end in done), f"{day} was not computed"
