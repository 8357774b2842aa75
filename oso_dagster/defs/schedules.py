"""Schedules: `landing` each night, one for each grain that computes windows when they complete, and `maintenance`.

Those of the grains look every hour and ask for a run only when something is due (oso_dagster/due.py decides). So a
source that lands late, or a machine that was off, only makes them later.
"""

from datetime import datetime

import dagster as dg

from oso_dagster.defs.jobs import METRICS_JOBS, catch_up_job, landing_job
from oso_dagster.defs.liveness import CATCH_UP_LOCK, under_way
from oso_dagster.defs.maintenance import maintenance_job
from oso_dagster.defs.resources import Pipeline, PipelineParam
from oso_dagster.due import Due, compute_due, explain_none
from oso_dagster.manifest import Manifest
from oso_dagster.run_tags import capacity_tags
from oso_lake.calendar import Grain

# minutes past the hour: shorter grains first, since longer ones may read them
_MINUTES = dict(zip(Grain, range(10, 40, 5), strict=True))

landing_schedule = dg.ScheduleDefinition(
    name="landing",
    job=landing_job,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    description="Lands the days that are over, at most the last seven.",
)
maintenance_schedule = dg.ScheduleDefinition(
    name="maintenance",
    job=maintenance_job,
    cron_schedule="0 5 * * 0",
    execution_timezone="UTC",
    description="Housekeeping on Sundays.",
)


def _metrics_schedule(grain: Grain) -> dg.ScheduleDefinition:
    job = METRICS_JOBS[grain]

    @dg.schedule(
        name=job.name,
        job=job,
        cron_schedule=f"{_MINUTES[grain]} * * * *",
        execution_timezone="UTC",
        description=f"Computes {grain.value} windows when they are over and all they depend on is landed.",
    )
    def tick(context: dg.ScheduleEvaluationContext, pipeline: PipelineParam) -> dg.RunRequest | dg.SkipReason:
        lock = pipeline.project.settings.home / CATCH_UP_LOCK
        if run_id := under_way(context.instance, {catch_up_job.name}, lock, pipeline.clock()):
            return dg.SkipReason(f"run {run_id[:8]} computes all that is stale")
        return evaluate(pipeline, grain, context.scheduled_execution_time)

    return tick


def evaluate(pipeline: Pipeline, grain: Grain, now: datetime) -> dg.RunRequest | dg.SkipReason:
    """The tick of a grain at `now`: a run of what is due, or why there is none."""
    from oso_dagster.scheduled import due_state

    state = due_state(pipeline.project, pipeline.manifest, now)
    due = compute_due(grain, now, pipeline.manifest, state)
    if due is None:
        return dg.SkipReason(explain_none(grain, now, state))
    tags = capacity_tags(pipeline.project, pipeline.manifest, partitions_due(due, pipeline.manifest))
    return dg.RunRequest(run_key=due.run_key(now), tags={"oso/why": _why(due), **tags})


def _why(due: Due) -> str:
    return f"{due.grain.value} windows of {len(due.windows)} models are complete: {due.span}"


def partitions_due(due: Due, manifest: Manifest) -> dict[str, int]:
    """How many partitions of each model a run of what is due computes; what it lacks upstream is mostly computed."""
    whole = [model.name for model in manifest.models if model.grain is None] if due.grain is Grain.DAILY else []
    counted = {name: sum(map(due.grain.count, windows)) for name, windows in due.windows.items()}
    return {**dict.fromkeys(whole, 1), **counted}


METRICS_SCHEDULES = {grain: _metrics_schedule(grain) for grain in Grain}
SCHEDULES = [landing_schedule, *METRICS_SCHEDULES.values(), maintenance_schedule]
