"""T6 and T7 for computing and planning: a process killed between any two steps leaves old or new, and no green lie."""

from collections.abc import Callable
from datetime import date, timedelta

import dagster as dg
from dying import Point, die_at, materialize, plan
from small_lake import land_events, replace_day

from oso_dagster import api
from oso_dagster.computing import freshness_of
from oso_dagster.instance import open_instance
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_lake import Lake
from oso_lake.calendar import Window

MONTH = "stars_to_artifact_monthly"
FEBRUARY = Window(date(2024, 2, 1), date(2024, 3, 1))
COMPUTE, SESSION = "oso_dagster.runner.compute", "oso_dagster.runner.session:Session"
LEDGER, SQLMESH = "oso_dagster.runner.ledger:Ledger", "sqlmesh.core.snapshot.evaluator:SnapshotEvaluator"
STATIONS = [
    Point(f"{LEDGER}.withdraw"),
    Point(f"{SESSION}.withdraw"),
    Point(f"{COMPUTE}:evaluate"),
    Point(f"{SQLMESH}.evaluate", is_after=True),
    Point(f"{SQLMESH}.audit", is_after=True),
    # the second time for the month, when what it reads is computed
    Point(f"{COMPUTE}:evaluate", call=2),
    Point(f"{COMPUTE}:publish_batch", call=2),
    Point(f"{COMPUTE}:publish_batch", is_after=True, call=2),
    Point(f"{SESSION}.record", is_after=True, call=2),
    Point(f"{LEDGER}.record", is_after=True, call=2),
]
STATE = "sqlmesh.core.state_sync.db.facade:EngineAdapterStateSync"
EVALUATOR = "oso_dagster.runner.plan:ParentsOnlyEvaluator"
PLANNING = [
    Point(f"{EVALUATOR}.create_snapshot"),
    Point(f"{EVALUATOR}.create_snapshot", is_after=True),
    Point(f"{STATE}.push_snapshots", is_after=True),
    Point(f"{STATE}.promote"),
    Point(f"{STATE}.promote", is_after=True),
    Point(f"{EVALUATOR}._promote_snapshot"),
    Point(f"{EVALUATOR}._promote_snapshot", is_after=True),
    Point(f"{STATE}.finalize", is_after=True),
    Point(f"{LEDGER}.plan"),
    Point(f"{LEDGER}.plan", is_after=True),
]


def _months(project: Project) -> dict[tuple[date, str], float]:
    rows = Lake(project.settings).arrow(
        "select sample_date, artifact_id, amount from timeseries_metrics_by_artifact_v0 s"
        " join metrics_v0 m on m.metric_id = s.metric_id where m.metric_name = 'GITHUB_stars_monthly'"
    )
    found = {(row["sample_date"], row["artifact_id"]): row["amount"] for row in rows.to_pylist()}
    assert len(found) == rows.num_rows, "a row is doubled"
    return found


def _is_fresh(project: Project) -> bool:
    manifest = load_manifest(project)
    models = [manifest.by_name["oso.stg_events"], manifest.by_name[f"oso.{MONTH}"]]
    return not freshness_of(project, manifest).stale(models, lambda _: FEBRUARY)


def test_a_run_killed_at_any_station_leaves_old_or_new_rows_and_the_next_run_continues(project: Project) -> None:
    """T6, T7: one installation goes through all deaths, each after another change of the 7th of February."""
    day = date(2024, 2, 7)
    materialize(project)
    stars = 1.0
    for number, point in enumerate(STATIONS):
        old = _months(project)
        assert old[FEBRUARY.start, "1"] == 28 + stars, point
        stars = 2.0 + number
        replace_day(project.settings, day, [("WatchEvent", 1, 1)] * round(stars))
        new = old | {(FEBRUARY.start, "1"): 28 + stars}
        if number == 0:
            # the day had a star for each of the three repositories
            new |= {(FEBRUARY.start, "2"): 28.0, (FEBRUARY.start, "3"): 28.0}
        assert not _is_fresh(project)
        die_at(point, materialize, project)
        left = _months(project)
        assert left in (old, new), point
        if _is_fresh(project):
            assert left == new, f"{point}: fresh, and the rows are old"
        report = api.materialize(project.settings, f"+{MONTH}", project=project)
        assert report.failed == {}, point
        assert _months(project) == new, point
        assert _is_fresh(project), point


def test_a_first_run_that_is_killed_leaves_no_green_partition_without_its_rows(project: Project) -> None:
    """T7."""
    die_at(Point(f"{COMPUTE}:publish_batch", call=2), materialize, project)
    with open_instance(project.settings) as instance:
        green = instance.get_materialized_partitions(dg.AssetKey(["oso", MONTH]))
    assert green == set()
    materialize(project)
    with open_instance(project.settings) as instance:
        green = instance.get_materialized_partitions(dg.AssetKey(["oso", MONTH]))
    assert {date.fromisoformat(key) for key in green} == {day for day, _ in _months(project)}


def test_a_plan_killed_at_any_step_leaves_what_is_published_and_the_next_plan_continues(
    own_project: Callable[[], Project],
) -> None:
    project = own_project()
    start = project.settings.start
    land_events(project.settings, start, start + timedelta(days=31))
    model = project.path / "models" / f"{MONTH}.sql"
    text = model.read_text()
    assert text.count("SUM(amount)") == 1
    plan(project)
    materialize(project)
    factor = 1
    for point in PLANNING:
        before = _months(project)
        assert set(before.values()) == {31.0 * factor}, point
        factor += 1
        model.write_text(text.replace("SUM(amount)", f"SUM(amount * {factor})"))
        die_at(point, plan, project)
        assert _months(project) == before, f"{point}: a plan publishes nothing"
        plan(project)
        report = api.materialize(project.settings, f"+{MONTH}", project=project)
        assert report.failed == {}, point
        assert set(_months(project).values()) == {31.0 * factor}, point
        assert report.done == (f"oso.{MONTH}",), f"{point}: computed more than what changed"
