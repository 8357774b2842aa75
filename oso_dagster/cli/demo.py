"""`oso demo`: from nothing to published series, two tables and a chart, on this machine and without a network.

With `--compare` the same world is computed by DuckDB alone too, and the two are compared row for row.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oso_dagster.cli import comparing
from oso_dagster.cli.output import json_option, load_settings, print_json, print_table, shown_path
from oso_dagster.cli.progress import Stages
from oso_dagster.cli.world import size_options, summary, world_config

if TYPE_CHECKING:
    from dlt_sources.sample_world import World, WorldConfig
    from oso_dagster.cli.charts import ChartFiles
    from oso_dagster.cli.findings import DeveloperFlow, Findings
    from oso_dagster.project import Project
    from oso_lake.comparing import TableComparison
    from oso_lake.settings import Settings

PROJECTS_SHOWN = 15
# folder below the home of the installation that computes the same with DuckDB alone
TWIN = "duckdb"
# what a world's data was made into; only these are removed when another world is asked for
_DERIVED = (
    "warehouse", "catalog.db", "compute_db", "state_db", "dagster_home", "dlt_dir", "git_dir", "cache_dir", "ledger.db",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DemoReport:
    """Lines about what failed, the chart's files, what they show, and how DuckDB's numbers compare where asked for."""

    failed: Sequence[str]
    files: "ChartFiles"
    findings: "Findings"
    compared: "Sequence[TableComparison] | None" = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing failed and nothing differs."""
        return not self.failed and (self.compared is None or comparing.is_same(self.compared))


@click.command(short_help="From a sample world to published series and a chart.")
@size_options
@click.option("--compare", is_flag=True, help="Compute the world with DuckDB alone too, and compare row for row.")
@json_option
def demo(days: int, projects: int, seed: int, compare: bool, as_json: bool) -> int:
    """Write a sample world, land it, compute and publish every metric, and show what came out.

    A second run finds everything fresh. Another size or seed starts over; a home with sources of its own is left alone.
    With --compare a second installation in the folder `duckdb` of the home computes the same; it fails on a difference.
    """
    return tell(run_demo(world_config(days, projects, seed), compare=compare), as_json=as_json)


def tell(report: DemoReport, *, as_json: bool) -> int:
    """Show what came out; the exit code, which is not 0 when anything failed or differs."""
    if as_json:
        print_json(_document(report))
    else:
        _show(report.findings, report.files)
        if report.compared is not None:
            home = load_settings().home
            click.echo()
            comparing.show(report.compared, shown_path(home), shown_path(home / TWIN))
    for line in report.failed:
        click.echo(f"{click.style('failed:', fg='red', bold=True)} {line}", err=True)
    return 0 if report.is_sound else 1


def run_demo(config: "WorldConfig", *, compare: bool = False) -> DemoReport:
    """All stages."""
    from dlt_sources.sample_world import write_profile, write_world
    from oso_dagster import api
    from oso_dagster.cli import stations
    from oso_dagster.cli.charts import write_charts
    from oso_dagster.cli.findings import read_findings
    from oso_dagster.project import Project
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
        lost, compared = compare_with_duckdb(Project(settings=settings), world, stages) if compare else ([], None)
    return DemoReport(failed=[*failed, *lost], files=files, findings=findings, compared=compared)


def compare_with_duckdb(
    project: "Project", world: "World", stages: Stages
) -> "tuple[Sequence[str], Sequence[TableComparison]]":
    """Compute `world` in an installation without servers; lines about what failed there, and the comparison."""
    from dlt_sources.sample_world import write_profile
    from oso_dagster import api
    from oso_dagster.cli import stations
    from oso_lake.comparing import compare

    home = project.settings.home / TWIN
    write_profile(home, world)
    twin = replace(project, settings=comparing.files_only(home))
    with stages.stage("DuckDB") as stage:
        landed = stations.land(twin.settings, world.begin, world.end, stage)
        stations.plan(twin.settings, stage, project=twin)
        computed = api.materialize(
            twin.settings, "*", begin=world.begin, end=world.end, on_progress=stage, project=twin
        )
        stage.note(stations.compute_summary(computed))
    with stages.stage("Compare") as stage:
        tables = list(compare(project.settings, twin.settings))
        stage.note(comparing.summary(tables))
    failed = stations.failures({**landed.failed, **computed.failed})
    return [f"on DuckDB: {line}" for line in failed], tables


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
    if settings.database_url is not None or settings.catalog_url:
        raise click.UsageError(
            f"another sample world is in {shown_path(settings.home)} and in its database or catalog: choose another "
            f"folder for this one, or end the stack with `oso stack down`, remove the folder and begin anew"
        )
    click.echo(f"Another sample world is in {shown_path(settings.world_dir)}: starting over.", err=True)
    shutil.rmtree(settings.home / TWIN, ignore_errors=True)
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


def _document(report: DemoReport) -> dict[str, object]:
    findings, files = report.findings, report.files

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
        "failed": report.failed,
        "comparison": comparing.document(report.compared) if report.compared is not None else None,
    }
