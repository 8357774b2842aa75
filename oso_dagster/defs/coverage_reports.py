"""The sensor `coverage` and its job, which bring metric_coverage up to date and report checks of what changed.

While something lands or computes, states change by the second, and each change told is an event; so the sensor waits
until two ticks saw the same. It asks for a run: Dagster keeps one evaluation without a run for a partition, ever.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import dagster as dg

from oso_dagster.defs.coverage_checks import evaluations
from oso_dagster.defs.jobs import COMPUTING, landing_job
from oso_dagster.defs.liveness import CATCH_UP_LOCK, UNDER_WAY, under_way
from oso_dagster.defs.resources import Pipeline, PipelineParam
from oso_dagster.defs.sensors import state_of
from oso_dagster.window_checks import Told, known_of, worth_telling

INTERVAL_SECONDS = 120
# of one run, 20 to 35 ms each on SQLite; the next run tells what is left
MOST_EVENTS = 1_000
# what was told is kept beside the events that say it: whoever loses one has lost the other
_TOLD = "oso/coverage/told"
_LEFT = "oso/coverage/left"


@dg.op(name="report_windows", description="Brings metric_coverage up to date, and reports checks of what is new.")
def report_op(context: dg.OpExecutionContext, pipeline: PipelineParam) -> None:
    """Tell what is new since the last run, the most urgent first, and remember what was told."""
    from oso_dagster.computing import bring_coverage

    known = known_of(bring_coverage(pipeline.project, pipeline.manifest, None, context.run_id))
    verdicts, told, left = worth_telling(known, read_told(context.instance), MOST_EVENTS)
    for evaluation in evaluations(context.instance, verdicts):
        context.log_event(evaluation)  # ty: ignore[invalid-argument-type] - Dagster takes it
    content = json.dumps({name: one.dump() for name, one in told.items()}, separators=(",", ":"))
    context.instance.daemon_cursor_storage.set_cursor_values({_TOLD: content, _LEFT: str(left)})
    context.add_output_metadata({"models": len(known), "reported": len(verdicts), "left": left})


def read_told(instance: dg.DagsterInstance) -> Mapping[str, Told]:
    """What earlier runs told, by model."""
    content = json.loads(instance.daemon_cursor_storage.get_cursor_values({_TOLD}).get(_TOLD, "{}"))
    return {name: Told.parse(one) for name, one in content.items()}


@dg.job(
    name="report_coverage",
    description="Reports which windows are missing, failed, partial or stale, as checks of their assets. Safe by hand.",
)
def report_job() -> None:
    """Tell what is known."""
    report_op()


@dg.sensor(
    name="coverage",
    job=report_job,
    minimum_interval_seconds=INTERVAL_SECONDS,
    description="Asks for a report when something landed, was planned, computed or failed, and nothing moves any more.",
)
def coverage_sensor(context: dg.SensorEvaluationContext, pipeline: PipelineParam) -> dg.SensorResult:
    """Ask once for each state that came to rest, and again while something is left to tell of it."""
    now, lock = pipeline.clock(), pipeline.project.settings.home / CATCH_UP_LOCK
    if run_id := under_way(context.instance, COMPUTING, lock, now) or _just_begun(context.instance, now):
        return dg.SensorResult(skip_reason=f"run {run_id[:8]} is under way")
    state = _state(pipeline, now)
    seen, _, asked = (context.cursor or "").partition("/")
    if state != seen:
        return dg.SensorResult(skip_reason="something moved: waiting until it comes to rest", cursor=state)
    left = context.instance.daemon_cursor_storage.get_cursor_values({_LEFT}).get(_LEFT, "0")
    # once all is told, "0" is left: the same was asked for, or there is nothing to ask for
    if asked and left in (asked, "0"):
        return dg.SensorResult(skip_reason="nothing new to tell", cursor=context.cursor)
    key = f"{state}/{left}"
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=key)], cursor=key)


def _just_begun(instance: dg.DagsterInstance, now: datetime) -> str | None:
    """Id of a run that lands or reports; one of more than an hour ago may have died, and is not waited for."""
    records = instance.get_run_records(dg.RunsFilter(statuses=UNDER_WAY, updated_after=now - timedelta(hours=1)))
    names = {landing_job.name, report_job.name}
    return next((one.dagster_run.run_id for one in records if one.dagster_run.job_name in names), None)


def _state(pipeline: Pipeline, now: datetime) -> str:
    """Differs whenever what is known of windows may differ."""
    from oso_dagster.runner.logs import failures_of, ledger_of

    ledger = ledger_of(pipeline.project)
    moved = state_of(pipeline, failures_of(pipeline.project).all(), ledger.revision(), now)
    partial = sorted((name, str(one)) for name, windows in ledger.partial_windows().items() for one in windows)
    return hashlib.sha256(json.dumps([moved, partial]).encode()).hexdigest()[:32]
