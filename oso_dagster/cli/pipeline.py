"""`oso land` and `oso materialize`: the pipeline's stations that move data; deploying is in planning.py."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import click

from oso_dagster.cli.output import DAY, json_option, load_settings, print_json
from oso_dagster.cli.progress import Stages

if TYPE_CHECKING:
    from oso_dagster.api import LandReport, MaterializeReport
    from oso_dagster.project import Project
    from oso_dagster.runner.outcomes import Outcome
    from oso_lake.settings import Settings

F = TypeVar("F", bound=Callable[..., object])


def span_options(begin: str, end: str) -> Callable[[F], F]:
    """`--from` and `--to`, half-open."""

    def add(command: F) -> F:
        return click.option("--from", "begin", type=DAY, help=begin)(
            click.option("--to", "end", type=DAY, help=end)(command)
        )

    return add


@click.command(short_help="Land the sources' days into raw tables.")
@span_options("First day. [default: the settings' start]", "The day after the last one. [default: today, UTC]")
@click.option("--force", is_flag=True, help="Ask the sources again for what has landed.")
@json_option
def land(begin: date | None, end: date | None, force: bool, as_json: bool) -> int:
    """Land the sources' days into raw tables; what has landed is left alone.

    Of a sample world, the default end is its own.
    """
    from oso_dagster.cli import stations

    settings = load_settings()
    with Stages() as stages, stages.stage("Land") as stage:
        report = stations.land(
            settings, begin or settings.start, end or stations.default_end(settings), stage, force=force
        )
    if as_json:
        print_json(_land_document(report))
    return _outcome(report.failed)


SELECTION_HELP = """
\b
SELECTION is one or more of, separated by spaces or commas:
  stars_to_project_monthly   a model            stars_*        a glob; * is all
  metric:stars               a metric's models  grain:daily    of one grain
  entity:project             of one entity      +NAME          with what lies upstream

\b
Examples:
  oso materialize stars_to_project_monthly --partition 2025-09-01
  oso materialize metric:stars --from 2025-09-01 --to 2025-10-01
"""


@click.command(short_help="Compute, audit and publish models.", epilog=SELECTION_HELP)
@click.argument("selection")
@click.option("--partition", help="One partition: the first day of its bucket, YYYY-MM-DD.")
@span_options(
    "First day of a range. [default: the settings' start]", "The day after the last one. [default: what has landed]"
)
@click.option("--force", is_flag=True, help="Compute windows that are fresh, too.")
@click.option("--env", "environment", metavar="NAME", help="In an environment beside production: see `oso env`.")
@click.option(
    "--budget",
    "limits",
    multiple=True,
    metavar="KIND=AMOUNT",
    help="Stop before spending more, all runs together: node_seconds=3600, scanned_bytes=2TB or price=20. "
    "[default: OSO_RUN_BUDGET_*]",
)
@click.option("--partial", is_flag=True, help="Compute windows whose inputs are incomplete, marked as partial.")
@json_option
def materialize(  # noqa: PLR0917 - one argument for each option of the command
    selection: str,
    partition: str | None,
    begin: date | None,
    end: date | None,
    force: bool,
    environment: str | None,
    limits: tuple[str, ...],
    partial: bool,
    as_json: bool,
) -> int:
    """Compute, audit and publish the models of SELECTION, for one partition or a range of them.

    What is fresh is left alone. The runs are Dagster's, so the UI shows them; those in an environment are not shown,
    and compute only models that differ from production's.
    """
    from oso_dagster import api
    from oso_dagster.cli import stations
    from oso_dagster.runner.budget import Budget

    if partition is not None and (begin or end):
        raise click.UsageError("give --partition, or --from and --to, not both")
    settings = load_settings()
    project = project_of(settings, environment)
    if settings.engine == "duckdb" and any(limit.startswith("scanned_bytes") for limit in limits):
        raise click.BadParameter(
            "DuckDB does not tell what it reads: give node_seconds or price", param_hint="--budget"
        )
    try:
        budget = Budget.of(settings).but(limits)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--budget") from None
    with Stages() as stages, stages.stage("Compute") as stage:
        report = api.materialize(
            settings,
            selection,
            begin=begin,
            end=end,
            partition=partition,
            on_progress=stage,
            force=force,
            partial=partial,
            project=project,
            budget=budget,
        )
        stage.note(stations.compute_summary(report))
    if as_json:
        print_json(_compute_document(report))
    return _outcome(report.failed)


def project_of(settings: "Settings", environment: str | None) -> "Project":
    """The project in production, or in the environment that was named."""
    from oso_dagster.environments import in_environment
    from oso_dagster.project import Project

    project = Project(settings=settings)
    return project if environment is None else in_environment(project, environment)


def _outcome(failed: Mapping[str, str]) -> int:
    """Say what failed, on stderr; the exit code."""
    from oso_dagster.cli.stations import failures

    for line in failures(failed):
        click.echo(f"{click.style('failed:', fg='red', bold=True)} {line}", err=True)
    return 1 if failed else 0


def _land_document(report: "LandReport") -> dict[str, object]:
    return {
        "sources": [
            {
                "source": one.source,
                "load_id": one.load_id,
                "windows": len(one.windows),
                "rows": sum(status.rows for status in one.windows),
                "quarantined": sum(status.quarantined for status in one.windows),
                "seconds": round(one.seconds, 3),
            }
            for one in report.reports
        ],
        "fresh": report.fresh,
        "failed": dict(report.failed),
        "runs": report.runs,
        "seconds": round(report.seconds, 3),
    }


def _compute_document(report: "MaterializeReport") -> dict[str, object]:
    return {
        "done": report.done,
        "fresh": report.fresh,
        "failed": dict(report.failed),
        "runs": report.runs,
        "seconds": round(report.seconds, 3),
        "models": [
            {
                "model": outcome.model.name,
                "status": outcome.status.value,
                "window": None if outcome.window is None else [outcome.window.start, outcome.window.end],
                "rows": outcome.rows,
                "seconds": round(outcome.evaluate_seconds + outcome.audit_seconds, 3),
                "partial": outcome.partial,
                "cost": _cost_document(outcome),
                "published_table": outcome.published_table,
                "reason": outcome.reason,
            }
            for outcome in report.outcomes
        ],
    }


def _cost_document(outcome: "Outcome") -> dict[str, object]:
    used = {name: value for name, value in asdict(outcome.usage).items() if name != "query_ids"}
    return {"engine": outcome.engine, **used, "price": outcome.price}
