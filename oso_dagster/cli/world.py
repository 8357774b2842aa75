"""`oso world`: write a seeded sample world in the sources' own formats, and point the settings at it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import json_option, load_settings, print_json, shown_path
from oso_dagster.cli.progress import Stages

if TYPE_CHECKING:
    from collections.abc import Callable

    from dlt_sources.sample_world import World, WorldConfig


def size_options(command: "Callable[..., object]") -> "Callable[..., object]":
    """How large the world is, and its seed."""
    for option in (
        click.option("--seed", default=7, show_default=True, help="The same seed writes the same world."),
        click.option("--projects", default=40, show_default=True, help="Projects in its directory."),
        click.option("--days", default=60, show_default=True, help="Days of activity; it ends before 2025-10-18."),
    ):
        command = option(command)
    return command


def world_config(days: int, projects: int, seed: int) -> "WorldConfig":
    """The configuration; sizes that cannot be are a usage error."""
    from dlt_sources.sample_world import WorldConfig

    try:
        return WorldConfig(days=days, projects=projects, seed=seed)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@click.command(short_help="Write a sample world to try everything on.")
@size_options
@click.option("--dir", "directory", type=click.Path(file_okay=False, path_type=Path), help="[default: HOME/world]")
@json_option
def world(days: int, projects: int, seed: int, directory: Path | None, as_json: bool) -> None:
    """Write a seeded sample world, and a profile that points the settings at it."""
    from dlt_sources.sample_world import write_profile, write_world

    config = world_config(days, projects, seed)
    settings = load_settings()
    with Stages() as stages, stages.stage("World") as stage:
        written = write_world((directory or settings.world_dir).resolve(), config, on_progress=stage)
        stage.note(summary(written))
    profile = write_profile(settings.home, written)
    if as_json:
        print_json({**asdict(written), "profile": str(profile)})
    else:
        click.echo(f"World in {shown_path(written.directory)}, profile in {shown_path(profile)}")


def summary(written: "World") -> str:
    """What there is of it, in one line."""
    shown = ("projects", "developers", "events", "git_commits", "transactions")
    counts = ", ".join(
        f"{written.counts[name]:,} {name.replace('git_', '')}" for name in shown if name in written.counts
    )
    return f"{written.begin} to {written.end}: {counts}"
