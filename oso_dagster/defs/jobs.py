"""Jobs: `plan`; `nightly`, which lands the days that are over and computes what became complete; `catch_up`, which
computes what is stale. `maintenance` is in maintenance.py.

Models and raw tables are materialized by choosing assets; a job for each choice would only repeat the asset graph.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from oso_dagster.defs.liveness import CATCH_UP_LOCK, alive
from oso_dagster.defs.maintenance import maintenance_job
from oso_dagster.defs.resources import PipelineParam

if TYPE_CHECKING:
    from oso_dagster.reports import MaterializeReport

# windows that a run lists in its metadata
MOST_SHOWN = 200


def _failure(report: "MaterializeReport") -> dg.Failure:
    """Names what failed; what was skipped for it is counted, and both are in the metadata with their reasons."""
    failed = [name for name in report.failed if name not in report.skipped]
    skipped = f"; {len(report.skipped)} that read them were skipped" if report.skipped else ""
    return dg.Failure(f"{len(failed)} failed: {', '.join(failed)}{skipped}", metadata=dict(report.failed))


@dg.op(
    name="plan_models",
    description="Makes SQLMesh snapshots, tables and views for the models as they are. Computes no data.",
)
def plan_op(context: dg.OpExecutionContext, pipeline: PipelineParam) -> None:
    """Plan, and say what came, changed and went."""
    from oso_dagster.runner.plan import plan

    report = plan(pipeline.project, log=context.log.info)
    context.add_output_metadata(
        {
            "added": list(report.added),
            "changed": list(report.changed),
            "removed": list(report.removed),
            "seconds": round(report.seconds, 2),
        }
    )


@dg.op(
    name="land_and_compute", description="Lands the days that are over, then computes the windows that became complete."
)
def daily_op(context: dg.OpExecutionContext, pipeline: PipelineParam) -> None:
    """Land and compute, each grain in a run of its own that belongs to this one."""
    from oso_dagster.api import daily

    report = daily(
        pipeline.project.settings,
        project=pipeline.project,
        instance=context.instance,
        now=datetime.now(UTC),
        parent_run_id=context.run_id,
        log=context.log.info,
    )
    context.add_output_metadata({"computed": len(report.done), "fresh": len(report.fresh)})
    if report.failed:
        raise _failure(report)


class CatchUp(dg.Config):
    """`models` to compute, all when empty; `held` are left alone, since they failed lately."""

    models: list[str] = Field(default_factory=list)
    held: list[str] = Field(default_factory=list)


@dg.op(name="compute_stale", description="Computes what is stale, each grain in runs of its own that belong to this.")
def catch_up_op(context: dg.OpExecutionContext, config: CatchUp, pipeline: PipelineParam) -> None:
    """Compute what is stale as far as everything it reads is landed; what fails is in metric_errors."""
    from oso_dagster.api import catch_up

    with alive(pipeline.project.settings.home / CATCH_UP_LOCK):
        report = catch_up(
            pipeline.project,
            pipeline.manifest,
            models=config.models,
            held=config.held,
            instance=context.instance,
            parent_run_id=context.run_id,
        )
    context.add_output_metadata(
        {
            "computed": len(report.done),
            "windows": [f"{outcome.model.table} {outcome.window}" for outcome in report.outcomes][:MOST_SHOWN],
        }
    )
    if report.failed:
        raise _failure(report)


@dg.job(name="plan", description="Run it after changing models: it is the deploy step.")
def plan_job() -> None:
    """The deploy step."""
    plan_op()


@dg.job(name="nightly", description="What the schedule runs each night; safe to run again.")
def daily_job() -> None:
    """The night's work."""
    daily_op()


@dg.job(name="catch_up", description="What the arrivals sensor runs: computes what is stale. Safe to run by hand.")
def catch_up_job() -> None:
    """Bring everything up to date with what is landed."""
    catch_up_op()


JOBS = [plan_job, daily_job, catch_up_job, maintenance_job]
