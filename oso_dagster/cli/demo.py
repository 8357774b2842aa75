"""`oso demo`: from nothing to published series, two tables and a chart, on this machine and without a network."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import json_option, load_settings, print_json, print_table, shown_path
from oso_dagster.cli.progress import Stages
from oso_dagster.cli.world import size_options, summary, world_config

if TYPE_CHECKING:
    from dlt_sources.sample_world import WorldConfig
    from oso_dagster.cli.charts import ChartFiles
    from oso_dagster.cli.findings import DeveloperFlow, Findings
    from oso_lake.settings import Settings

PROJECTS_SHOWN = 15
# what a world's data was made into; only these are removed when another world is asked for
_DERIVED = (
    "warehouse", "catalog.db", "compute_db", "state_db", "dagster_home", "dlt_dir", "git_dir", "cache_dir", "ledger.db",
)  # fmt: skip


@click.command(short_help="From a sample world to published series and a chart.")
@size_options
@json_option
def demo(days: int, projects: int, seed: int, as_json: bool) -> int:
    """Write a sample world, land it, compute and publish every metric, and show what came out.

    A second run finds everything fresh. Another size or seed starts over; a home with sources of its own is left alone.
    """
    config = world_config(days, projects, seed)
    failed, files, findings = run_demo(config)
    if as_json:
        print_json(_document(findings, files, failed))
    else:
        _show(findings, files)
    for line in failed:
        click.echo(f"{click.style('failed:', fg='red', bold=True)} {line}", err=True)
    return 1 if failed else 0


def run_demo(config: "WorldConfig") -> "tuple[Sequence[str], ChartFiles, Findings]":
    """All stages; returns lines about what failed, the chart's files and what they show."""
    from dlt_sources.sample_world import write_profile, write_world
    from oso_dagster import api
    from oso_dagster.cli import stations
    from oso_dagster.cli.charts import write_charts
    from oso_dagster.cli.findings import read_findings
    from oso_lake import Lake

    settings = load_settings()
    _make_way(settings, config)
    with Stages() as stages:
        with stages.stage("World") as stage:
            world = write_world(settings.world_dir, config, on_progress=stage)
            write_profile(settings.home, world)
            stage.note(summary(world))
        settings = load_settings()
        with stages.stage("Land") as stage:
            landed = stations.land(settings, world.begin, world.end, stage)
        with stages.stage("Plan") as stage:
            stations.plan(settings, stage)
        with stages.stage("Compute") as stage:
            computed = api.materialize(settings, "*", begin=world.begin, end=world.end, on_progress=stage)
            stage.note(stations.compute_summary(computed))
        failed = stations.failures({**landed.failed, **computed.failed})
        with stages.stage("Chart") as stage:
            findings = read_findings(Lake(settings))
            files = write_charts(findings, settings.cache_dir / "charts")
            stage.note(shown_path(files.png))
    return failed, files, findings


def _make_way(settings: "Settings", config: "WorldConfig") -> None:
    """Remove what was made of another sample world; raises UsageError where the home has sources of its own."""
    from dlt_sources.sample_world import read_world

    world = read_world(settings.world_dir)
    if settings.profile.exists() and str(settings.world_dir) not in settings.github_archive_url:
        raise click.UsageError(
            f"{shown_path(settings.profile)} points at sources of its own: choose another folder for the demo, "
            "as in `oso --home .oso-demo demo`"
        )
    if world is None or world.config == config:
        return
    click.echo(f"Another sample world is in {shown_path(settings.world_dir)}: starting over.", err=True)
    for name in _DERIVED:
        path: Path = getattr(settings, name, settings.home / name)
        if path.is_dir():
            shutil.rmtree(path)
            continue
        for suffix in ("", "-wal", "-shm", "-journal", ".wal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _show(findings: "Findings", files: "ChartFiles") -> None:
    from oso_dagster.cli.findings import FIRST_QUESTION

    earlier, later = findings.titles
    columns = (later, earlier, "stayed", "new", "returned", "left", "churn")
    click.echo()
    title = f"Active developers by project, {later} and what changed since {earlier}"
    print_table(title, ("project", *columns), [_row(flow) for flow in findings.projects[:PROJECTS_SHOWN]])
    if len(findings.projects) > PROJECTS_SHOWN:
        click.echo(f"... and {len(findings.projects) - PROJECTS_SHOWN} more projects")
    click.echo()
    print_table("The same by collection", ("collection", *columns), [_row(flow) for flow in findings.collections])
    click.echo(f"\nChart       {shown_path(files.png)}\nPage        {shown_path(files.html)}")
    click.echo("\nOpen the UI:\n\n    make dev\n\nAsk the first question in SQL:\n")
    click.echo(f'.venv/bin/oso query "\n{FIRST_QUESTION}"')


def _row(flow: "DeveloperFlow") -> tuple[object, ...]:
    rate = "-" if flow.churn_rate is None else f"{flow.churn_rate:.0%}"
    return (flow.name, flow.active, flow.previously, flow.retained, flow.new, flow.returning, flow.churned, rate)


def _document(findings: "Findings", files: "ChartFiles", failed: Sequence[str]) -> dict[str, object]:
    def of(flow: "DeveloperFlow") -> dict[str, object]:
        return {
            "name": flow.name,
            "active_developers": flow.active,
            "previously_active": flow.previously,
            "retained": flow.retained,
            "new": flow.new,
            "returning": flow.returning,
            "churned": flow.churned,
            "churn_rate": flow.churn_rate,
        }

    return {
        "sample_date": findings.sample_date,
        "projects": [of(flow) for flow in findings.projects],
        "collections": [of(flow) for flow in findings.collections],
        "chart_png": files.png,
        "chart_html": files.html,
        "failed": failed,
    }
