"""`oso plan` and `oso retire`: deploying definitions, and taking away what was published of those that are gone."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import json_option, load_settings, print_json, print_table
from oso_dagster.cli.pipeline import project_of
from oso_dagster.cli.progress import Stages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oso_dagster.broken_metrics import BrokenMetric
    from oso_dagster.deploy import Preview
    from oso_dagster.project import Project
    from oso_dagster.runner.engines import Reads

PLAN_EPILOG = """
\b
Examples:
  oso plan            what would change, which windows turn stale, what the rebuild costs
  oso plan --apply    make it so; what is computed now is served until the new windows cover it
  oso plan my_branch --apply   the same beside production: see `oso env`
  oso plan --history  which plans were applied, when and by whom
  oso plan --rollback put the plan before back: its definitions and its numbers, whatever the files say
"""


@click.command(short_help="Show what deploying the models as they are changes; --apply does it.", epilog=PLAN_EPILOG)
@click.argument("environment", required=False)
@click.option("--apply", "is_applied", is_flag=True, help="Make tables and views for the models as they are now.")
@click.option("--force", is_flag=True, help="With --apply: plan even when no model file changed.")
@click.option("--rollback", "is_rollback", is_flag=True, help="Put the plan before back, or the one of --to.")
@click.option("--to", "number", type=click.IntRange(min=1), help="With --rollback: the number of a plan of --history.")
@click.option("--history", "is_history", is_flag=True, help="List the plans that were applied.")
@json_option
def plan(  # noqa: PLR0917 - one argument for each option of the command
    environment: str | None,
    is_applied: bool,
    force: bool,
    is_rollback: bool,
    number: int | None,
    is_history: bool,
    as_json: bool,
) -> int:
    """Show what is added, changed and removed, which windows turn stale, and what computing them again will cost.

    With --apply, make SQLMesh's tables and views for the models as they are now: the deploy step. It computes no data;
    old results are served until new ones take their place.

    With an ENVIRONMENT, the plan is for one beside production, of which nobody reads who does not name it.

    With --rollback, go back to the plan before: nothing is evaluated, since its tables are kept for a week; schedules
    deploy the files again only after the next `oso plan --apply`.

    A metric with a mistake is named with file and line and left out; the exit code is 1 then.
    """
    from oso_dagster.cli import stations

    if is_applied + is_rollback + is_history > 1 or (number is not None and not is_rollback):
        raise click.UsageError("give one of --apply, --rollback (with or without --to) and --history")
    if is_rollback and environment:
        raise click.UsageError("an environment is planned again with --apply, not rolled back")
    settings = load_settings()
    project = project_of(settings, environment)
    if is_history:
        return _history(project, as_json=as_json)
    if is_rollback:
        return _roll_back(project, number, as_json=as_json)
    if not is_applied:
        return _preview(project, as_json=as_json)
    with Stages() as stages, stages.stage("Plan") as stage:
        report = stations.plan(settings, stage, force=force, project=project)
    if as_json:
        print_json(
            {
                "added": report.added,
                "changed": report.changed,
                "removed": report.removed,
                "seconds": round(report.seconds, 3),
                "broken": [one.as_json() for one in report.broken],
            }
        )
    return _tell_broken(report.broken)


def _tell_broken(broken: "Sequence[BrokenMetric]") -> int:
    """A line for each metric that cannot be planned; returns the exit code."""
    for one in broken:
        click.echo(f"broken: {one}", err=True)
    if broken:
        click.echo(
            "what is broken is left out of the plan: what was published of it is served on, and nothing new is "
            "computed of it until the file is corrected and planned",
            err=True,
        )
    return 1 if broken else 0


def _history(project: "Project", *, as_json: bool) -> int:
    from oso_dagster.runner.plans import PlanHistory

    found = PlanHistory(project).all()
    if as_json:
        print_json([{name: value for name, value in asdict(one).items() if name != "snapshots"} for one in found])
        return 0
    rows = [
        (
            one.number,
            f"{one.planned_at:%Y-%m-%d %H:%M}",
            one.planned_by,
            *(len(names) or "" for names in (one.added, one.changed, one.removed)),
            f"back to plan {one.restores}" if one.is_rollback else "",
        )
        for one in found
    ]
    print_table(None, ["plan", "when (UTC)", "by", "added", "changed", "removed", ""], rows)
    return 0


def _roll_back(project: "Project", number: int | None, *, as_json: bool) -> int:
    from oso_dagster.rollback import roll_back

    report = roll_back(project, number, log=lambda message: click.echo(message, err=True))
    record, served = report.record, report.reinstated
    if as_json:
        document = {"plan": record.number, "restores": record.restores, "seconds": round(report.seconds, 3)}
        print_json(document | {"reinstated": served.models, "windows": served.windows, "failed": dict(served.failed)})
    click.echo(
        f"{record.describe()}: {len(served.models)} models are served again as they were computed, nothing was "
        "evaluated. What is stale of them is computed by the next run; the files wait for `oso plan --apply`",
        err=True,
    )
    for name, reason in served.failed.items():
        click.echo(f"not published, and computed again instead: {name}: {reason}", err=True)
    return 0


def _tell_standing(project: "Project") -> None:
    """Say that an earlier plan stands, before showing what the files would change."""
    from oso_dagster.serving import held_back

    if (record := held_back(project)) is not None:
        click.echo(f"{record.describe()} stands: the files below are not deployed by any schedule", err=True)


def _preview(project: "Project", *, as_json: bool) -> int:
    from oso_dagster.authoring.changes import Kind
    from oso_dagster.cli.metrics.comparing import print_changes
    from oso_dagster.deploy import preview

    _tell_standing(project)
    found = preview(project, on_wait=lambda message: click.echo(message, err=True))
    rebuild = found.rebuild
    if as_json:
        kinds = {kind.name.lower(): [one.model for one in found.of(kind)] for kind in Kind}
        stale = {one.model: [[w.start, w.end] for w in one.windows] for one in found.changes if one.windows}
        broken = [one.as_json() for one in found.broken]
        cost = asdict(rebuild) | {"price": found.price, "engine": asdict(found.choice) if found.choice else None}
        reads = {one.model: asdict(one.reads) for one in found.changes if one.reads}
        print_json(kinds | {"stale": stale, "rebuild": cost, "reads": reads, "broken": broken})
        return _tell_broken(found.broken)
    if not found.changes:
        text = (
            "everything else is planned as it is written" if found.broken else "everything is planned as it is written"
        )
        click.echo(text, err=True)
        return _tell_broken(found.broken)
    print_changes(list(found.changes), full=False)
    command = "oso plan --apply" if project.is_production else f"oso plan {project.environment} --apply"
    guess = f" ({rebuild.guessed:,} models never ran before: the median of the others)" if rebuild.guessed else ""
    click.echo(
        f"rebuilding: {rebuild.windows:,} partitions of {rebuild.models:,} models, about {rebuild.rows:,} rows and "
        f"{rebuild.seconds:,.0f} s{told_cost(found)}{guess}",
        err=True,
    )
    told: dict[str, list[str]] = {}
    if found.choice is not None:
        click.echo(f"  {found.choice.explain()}", err=True)
    for one in found.changes:
        if one.reads is not None:
            told.setdefault(told_reads(one.reads), []).append(one.model)
    for text, models in told.items():
        click.echo(f"  {models[0] if len(models) == 1 else f'{len(models):,} models'} never ran: {text}", err=True)
    click.echo(f"run `{command}` to deploy it", err=True)
    return _tell_broken(found.broken)


def told_cost(found: "Preview") -> str:
    """What of the rebuild's cost is known beside its time."""
    from oso_dagster.runner.usage import size_told

    rebuild, parts = found.rebuild, []
    if rebuild.node_seconds:
        parts.append(f"{rebuild.node_seconds / 3600:,.3f} node-hours")
    if rebuild.scanned_bytes is not None:
        parts.append(f"{size_told(rebuild.scanned_bytes)} scanned")
    if found.price is not None:
        parts.append(f"{found.price:,.2f} in money")
    return f", {', '.join(parts)}" if parts else ""


def told_reads(reads: "Reads") -> str:
    """The engine's estimate, and of what it knows nothing."""
    from oso_dagster.runner.usage import size_told

    lacking = f"nothing is known of {'; '.join(reads.unknown)}" if reads.unknown else ""
    if reads.bytes is None or reads.rows is None:
        return f"Trino cannot estimate what it would read: {lacking or 'its tables have no statistics'}"
    least = "at least " if reads.unknown else ""
    told = f"Trino estimates {least}{reads.rows:,} rows and {size_told(reads.bytes)} to read, unpacked"
    return f"{told} ({lacking})" if lacking else told


@click.command(short_help="Take away what was published of models that are gone.")
@click.argument("names", nargs=-1)
@click.option("--apply", "is_applied", is_flag=True, help="Do it; without, only say what would go.")
@json_option
def retire(names: tuple[str, ...], is_applied: bool, as_json: bool) -> None:
    """Drop the published rows of models that are no longer planned: NAMES of metrics or models, or all that are gone.

    Rows leave the tables by metadata alone, and only those of models that no definition makes any more; older snapshots
    hold them until they expire.
    """
    from oso_dagster.project import Project
    from oso_dagster.retire import retire as run_retire

    found = run_retire(Project(settings=load_settings()), names, is_applied=is_applied)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        click.echo("nothing published belongs to a model that is gone", err=True)
        return
    print_table(None, ["table", "model", "rows"], [(one.table, one.model, one.rows) for one in found])
    done = "retired" if is_applied else "would go; run `oso retire --apply`"
    click.echo(
        f"{sum(one.rows for one in found):,} rows of {len({one.model for one in found}):,} models {done}", err=True
    )
