"""Runs of one installation on a real Trino and PostgreSQL: side by side, over the same windows, and killed (T6)."""

import multiprocessing
from collections.abc import Callable
from datetime import date
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from dying import Point, die_at, materialize
from small_lake import replace_day
from trino_fixture import TrinoStack
from trino_pipeline import END, START, Pipeline

from oso_dagster import api
from oso_dagster.computing import freshness_of
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project, applied
from oso_dagster.runner import compute
from oso_dagster.runner.locks import LockTimeoutError
from oso_dagster.runner.session import Store, open_context, read_session
from oso_dagster.runner.window_locks import Claim, window_locks
from oso_lake import Lake
from oso_lake.calendar import Window

SELECTED = "stars_to_artifact_daily"
DAILY = f"oso.{SELECTED}"
SECONDS = 240.0
MARCH = Window(date(2024, 3, 1), date(2024, 4, 1))
STATIONS = [
    Point("sqlmesh.core.snapshot.evaluator:SnapshotEvaluator.evaluate", is_after=True),
    # the files of the month lie in the published table's folder, and are not part of it
    Point("oso_dagster.runner.engines.staging:StagedFiles.added", is_after=True),
    # the second time for the month, when what it reads is computed
    Point("oso_dagster.runner.session:Session.record", is_after=True, call=2),
]


def at_once(work: Callable[..., None], *calls: tuple[Any, ...]) -> None:
    """Run `work` with each of `calls` in a process of its own, at the same time; all must succeed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dying", "oso_dagster.runner.plan", "oso_dagster.assemble"])
    processes = [context.Process(target=work, args=call) for call in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join(SECONDS)
    try:
        assert [process.exitcode for process in processes] == [0] * len(calls)
    finally:
        for process in processes:
            process.kill()


def run_days(project: Project, begin: date, end: date, meeting: Barrier | None = None) -> None:
    """One Dagster run of the daily stars of these days; with a `meeting` it waits for the other where it publishes."""
    publish = compute.publish_batch

    def meet(*arguments: Any) -> Any:
        if meeting is not None:
            meeting.wait(SECONDS)
        return publish(*arguments)

    setattr(compute, "publish_batch", meet)  # noqa: B010 - of another type for the type checker
    report = api.materialize(project.settings, SELECTED, begin=begin, end=end, force=True, project=project)
    assert report.failed == {}
    assert len(report.runs) == 1


def require_agreement(stack: TrinoStack, pipeline: Pipeline, rows: dict[str, list[dict[str, Any]]]) -> None:
    """What is stored, published and recorded as done of the daily stars is the same, and as it was in `rows`."""
    assert pipeline.published() == rows
    assert stack.fetch(
        "select count(*) - count(distinct (metrics_sample_date, to_artifact_id)) from metrics." + DAILY
    ) == [(0,)]
    stored = stack.fetch(f"select distinct metrics_sample_date from metrics.{DAILY}")
    assert {day for (day,) in stored} == set(Window(START, END).dates())
    with applied(pipeline.settings), open_context(pipeline.project) as context:
        [(low, high)] = read_session(Store(context, 0.0, is_shared=True), [DAILY]).intervals(DAILY)
    assert high - low == Window(START, END).days * 86_400_000
    again = api.materialize(pipeline.settings, SELECTED, begin=START, end=END, project=pipeline.project)
    assert again.runs == ()


def test_runs_over_other_windows_go_side_by_side(trino_stack: TrinoStack, on_trino: Pipeline) -> None:
    rows = on_trino.published()
    # each waits within its run until the other is there: were they to wait for each other's end, neither would go on
    meeting = multiprocessing.get_context("forkserver").Barrier(2)
    days = [(START, date(2024, 2, 1)), (MARCH.start, END)]
    at_once(run_days, *((on_trino.project, begin, end, meeting) for begin, end in days))
    require_agreement(trino_stack, on_trino, rows)


def test_runs_over_the_same_windows_double_and_lose_no_row(trino_stack: TrinoStack, on_trino: Pipeline) -> None:
    rows = on_trino.published()
    days = [(START, date(2024, 2, 20)), (date(2024, 2, 1), END)]
    at_once(run_days, *((on_trino.project, begin, end) for begin, end in days))
    require_agreement(trino_stack, on_trino, rows)


def test_a_plan_waits_for_runs(on_trino: Pipeline) -> None:
    settings = on_trino.settings.model_copy(update={"lock_timeout_seconds": 0.3})
    claims = [Claim(model=DAILY, window=MARCH)]
    with (
        window_locks(settings.catalog_uri, claims, timeout_seconds=5, holder="a run"),
        pytest.raises(LockTimeoutError, match="locked by a run"),
    ):
        api.plan(settings, project=Project(settings=settings, path=on_trino.project.path), force=True)


def months(pipeline: Pipeline) -> dict[str, float]:
    """Stars of March by artifact, as readers see them."""
    rows = Lake(pipeline.settings).arrow(
        "select artifact_id, amount from timeseries_metrics_by_artifact_v0 join metrics_v0 using (metric_id)"
        " where metric_name = 'GITHUB_stars_monthly'",
        MARCH.start,
        MARCH.end,
    )
    found = {row["artifact_id"]: row["amount"] for row in rows.to_pylist()}
    assert len(found) == rows.num_rows, "a row is doubled"
    return found


def is_fresh(pipeline: Pipeline) -> bool:
    manifest = load_manifest(pipeline.project)
    models = [manifest.by_name["oso.stg_events"], manifest.by_name["oso.stars_to_artifact_monthly"]]
    return not freshness_of(pipeline.project, manifest).stale(models, lambda _: MARCH)


def test_t6_a_run_killed_on_trino_leaves_old_or_new_rows_and_the_next_run_finishes(on_trino: Pipeline) -> None:
    settings, day = on_trino.settings, date(2024, 3, 7)
    replace_day(settings, day, [("WatchEvent", 1, 1)])
    materialize(on_trino.project)
    for stars, point in enumerate(STATIONS, start=2):
        old = months(on_trino)
        replace_day(settings, day, [("WatchEvent", 1, 1)] * stars)
        new = old | {"1": old["1"] + 1}
        assert not is_fresh(on_trino)
        die_at(point, materialize, on_trino.project)
        left = months(on_trino)
        assert left in (old, new), point
        assert left == new or not is_fresh(on_trino), f"{point}: fresh, and the rows are old"
        materialize(on_trino.project)
        assert months(on_trino) == new, point
        assert is_fresh(on_trino), point
