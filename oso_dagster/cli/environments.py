"""`oso env`: environments beside production. `oso plan NAME --apply` makes one, see planning.py."""

from dataclasses import asdict

import click

from oso_dagster.cli.groups import SuggestingGroup
from oso_dagster.cli.output import json_option, load_settings, print_json, print_table

EPILOG = """
\b
The way of a change that is tried first:
  oso plan my_branch --apply                        only what differs from production gets tables of its own
  oso materialize metric:stars --env my_branch      computes only that
  oso query "SELECT ..." --env my_branch            its own series, and production's of everything else
  oso plan --apply                                  what was computed there is not computed again
  oso env drop my_branch
"""


@click.group(cls=SuggestingGroup, short_help="Environments beside production.", epilog=EPILOG)
def env() -> None:
    """Environments beside production: the models as some branch has them, over the same raw data.

    Nobody who does not name one reads anything of it. One that is not planned again for a week is let go by
    `oso maintain vacuum`.
    """


@env.command("list", short_help="Which environments there are.")
@json_option
def list_(as_json: bool) -> None:
    """List the environments, what they share with production and what they have computed."""
    from oso_dagster.environments import list_environments
    from oso_dagster.project import Project

    found = list(list_environments(Project(settings=load_settings())))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        click.echo("there is none; `oso plan NAME --apply` makes one", err=True)
        return
    rows = [
        (one.name, f"{one.planned_at:%Y-%m-%d %H:%M}", one.planned_by, one.shared, len(one.own), len(one.computed))
        for one in found
    ]
    print_table(None, ["environment", "planned (UTC)", "by", "shared models", "own models", "computed"], rows)


@env.command(short_help="Drop an environment.")
@click.argument("name")
def drop(name: str) -> None:
    """Drop the environment NAME: its views, what it published, and its records.

    The tables that it computed go with the next `oso maintain vacuum`, a week later: until then a plan of the same
    definitions has nothing to compute.
    """
    from oso_dagster.environments import drop_environment, in_environment
    from oso_dagster.project import Project

    project = in_environment(Project(settings=load_settings()), name)
    drop_environment(project, log=lambda message: click.echo(message, err=True))
    click.echo(f"{name} is gone", err=True)
