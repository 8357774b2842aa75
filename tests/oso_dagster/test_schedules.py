"""Schedules as Dagster evaluates them, at a given time over a real installation; their jobs run late and twice."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest
from small_lake import land_events

from oso_dagster.assemble import build_definitions
from oso_dagster.defs.jobs import COMPUTING
from oso_dagster.defs.resources import Pipeline
from oso_dagster.instance import open_instance
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.logs import ledger_of
from oso_lake.calendar import Window


def _tick(project: Project, schedule: str, at: str, *, under_way: str | None = None):
    """What Dagster makes of a tick of `schedule` at a time (UTC)."""
    definitions = build_definitions(project)
    pipeline = Pipeline(project=project, manifest=load_manifest(project))
    with open_instance(project.settings) as instance:
        if under_way:
            instance.create_run_for_job(definitions.resolve_job_def(under_way))
        with dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime.fromisoformat(at).replace(tzinfo=UTC),
            resources={"pipeline": pipeline},
        ) as context:
            return definitions.resolve_schedule_def(schedule).evaluate_tick(context)


def _run(project: Project, job: str) -> dg.ExecuteInProcessResult:
    with open_instance(project.settings) as instance:
        return build_definitions(project).resolve_job_def(job).execute_in_process(instance=instance)


def _computed(project: Project, model: str) -> list[Window]:
    return sorted(entry.window for entry in ledger_of(project).entries().get(f"oso.{model}", []))


def test_each_grain_has_a_schedule_of_its_own_beside_landing(project: Project) -> None:
    definitions = build_definitions(project)
    schedules = {one.name: one for one in definitions.schedules or () if isinstance(one, dg.ScheduleDefinition)}
    assert list(schedules) == [
        "landing",
        "daily_metrics",
        "weekly_metrics",
        "monthly_metrics",
        "quarterly_metrics",
        "biannually_metrics",
        "yearly_metrics",
        "maintenance",
    ]
    assert {one.execution_timezone for one in schedules.values()} == {"UTC"}
    assert all(one.description for one in schedules.values())
    # arrivals waits for the runs of all of these
    assert {*list(schedules)[1:-1], "catch_up"} == COMPUTING


@pytest.mark.parametrize(
    ("schedule", "early", "on_time", "said"),
    [
        ("daily_metrics", "2024-01-01 23:59:59", "2024-01-02 00:10", "[2024-01-01, 2024-01-02)"),
        ("weekly_metrics", "2024-01-07 23:59:59", "2024-01-08 00:15", "[2024-01-01, 2024-01-08)"),
        ("monthly_metrics", "2024-01-31 23:59:59", "2024-02-01 00:20", "[2024-01-01, 2024-02-01)"),
        ("quarterly_metrics", "2024-03-31 23:59:59", "2024-04-01 00:25", "[2024-01-01, 2024-04-01)"),
    ],
)
def test_a_tick_asks_for_a_run_once_the_window_is_over(
    project: Project, schedule: str, early: str, on_time: str, said: str
) -> None:
    before = _tick(project, schedule, early)
    assert not before.run_requests
    assert before.skip_message.endswith(f"this one is over on {on_time[:10]}")
    (request,) = _tick(project, schedule, on_time).run_requests
    assert request.tags["oso/why"].endswith(said)
    # the same tick evaluated twice is the same key, which Dagster does not run twice
    (again,) = _tick(project, schedule, on_time).run_requests
    assert again.run_key == request.run_key


def test_no_window_of_a_grain_without_models_is_ever_due(project: Project) -> None:
    assert not _tick(project, "yearly_metrics", "2024-04-10 09:35").run_requests


def test_the_job_late_computes_the_week_with_what_it_reads_and_the_second_time_nothing(project: Project) -> None:
    assert _run(project, "weekly_metrics").success
    # the last complete week before the 10th of April, of which the days were not computed before
    week = Window(date(2024, 4, 1), date(2024, 4, 8))
    assert _computed(project, "stars_to_artifact_weekly") == [week]
    assert _computed(project, "stg_events") == [week]
    assert _computed(project, "stars_to_artifact_monthly") == []
    assert not _tick(project, "weekly_metrics", "2024-04-10 09:15").run_requests
    revision = ledger_of(project).revision()
    assert _run(project, "weekly_metrics").success
    assert ledger_of(project).revision() == revision


def test_a_day_that_is_not_landed_holds_the_week_back_until_it_is(project: Project) -> None:
    monday = date(2024, 4, 15)
    land_events(project.settings, date(2024, 4, 10), monday, skip=frozenset({date(2024, 4, 13)}))
    assert _run(project, "weekly_metrics").success
    assert _computed(project, "stars_to_artifact_weekly") == [Window(date(2024, 4, 1), date(2024, 4, 8))]
    held = _tick(project, "weekly_metrics", "2024-04-15 04:15")
    assert not held.run_requests
    assert "github_archive is landed until 2024-04-12" in held.skip_message
    land_events(project.settings, date(2024, 4, 13), date(2024, 4, 14))
    land_events(project.settings, date(2024, 4, 14), monday)
    (request,) = _tick(project, "weekly_metrics", "2024-04-15 07:15").run_requests
    assert request.tags["oso/why"].endswith("[2024-04-08, 2024-04-15)")


def test_a_tick_leaves_the_work_to_a_run_that_computes_all_that_is_stale(project: Project) -> None:
    tick = _tick(project, "daily_metrics", "2024-04-10 04:10", under_way="catch_up")
    assert not tick.run_requests
    assert "computes all that is stale" in tick.skip_message
