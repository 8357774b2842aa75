"""Jobs: `plan`; `landing`; `daily_metrics` to `yearly_metrics`, which compute what became complete; `catch_up`, which
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
from oso_lake.calendar import Grain

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


@dg.op(name="land_days", description="Lands the days that are over, each source in a run of its own.")
def landing_op(context: dg.OpExecutionContext, pipeline: PipelineParam) -> None:
    """Land; a source that fails is named at the end, and the others are landed all the same."""
    from oso_dagster.scheduled import land_due

    report = land_due(
        pipeline.project,
        now=datetime.now(UTC),
        instance=context.instance,
        parent_run_id=context.run_id,
        log=context.log.info,
    )
    context.add_output_metadata({"landed": len(report.reports), "fresh": list(report.fresh)})
    if report.failed:
        raise dg.Failure(f"not landed: {', '.join(report.failed)}", metadata=dict(report.failed))


def _metrics_job(grain: Grain) -> dg.JobDefinition:
    name = f"{grain.value}_metrics"

    @dg.op(name=f"compute_{name}", description=f"Computes {grain.value} windows that are complete, and what they read.")
    def metrics_op(context: dg.OpExecutionContext, pipeline: PipelineParam) -> None:
        from oso_dagster.scheduled import complete

        with alive(pipeline.project.settings.home / CATCH_UP_LOCK):
            report = complete(
                pipeline.project,
                pipeline.manifest,
                grain,
                now=datetime.now(UTC),
                instance=context.instance,
                parent_run_id=context.run_id,
                log=context.log.info,
            )
        _tell(context, report)

    @dg.job(
        name=name,
        description=f"Computes the {grain.value} windows that are complete. Safe late and twice.",
    )
    def metrics_job() -> None:
        metrics_op()

    return metrics_job


def _tell(context: dg.OpExecutionContext, report: "MaterializeReport") -> None:
    """Say what was computed, and fail with the names of what failed."""
    windows = [f"{outcome.model.table} {outcome.window}" for outcome in report.outcomes]
    context.add_output_metadata({"computed": len(report.done), "windows": windows[:MOST_SHOWN]})
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
    _tell(context, report)


@dg.job(name="plan", description="Run it after changing models: it is the deploy step.")
def plan_job() -> None:
    """The deploy step."""
    plan_op()


@dg.job(name="landing", description="Lands the days that are over, at most the last seven. Safe late and twice.")
def landing_job() -> None:
    """The night's landing."""
    landing_op()


@dg.job(
    name="catch_up",
    description="What the arrivals sensor runs: computes what is stale. Safe to run by hand.",
)
def catch_up_job() -> None:
    """Bring everything up to date with what is landed."""
    catch_up_op()


METRICS_JOBS = {grain: _metrics_job(grain) for grain in Grain}
# they compute what they find lacking: none is asked for while one is at the same
COMPUTING = frozenset({catch_up_job.name, *(job.name for job in METRICS_JOBS.values())})
JOBS = [plan_job, landing_job, *METRICS_JOBS.values(), catch_up_job, maintenance_job]
