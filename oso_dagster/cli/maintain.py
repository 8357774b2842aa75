"""`oso maintain`: housekeeping by hand; the schedule `maintenance` does the same each Sunday."""

from dataclasses import asdict
from datetime import timedelta

import click

from oso_dagster.cli.output import json_option, load_settings, print_json, print_table

NAMES = ("vacuum", "prune", "settle", "compact", "expire", "orphans", "runs")
EPILOG = """
\b
Examples:
  oso maintain                      what would go
  oso maintain compact --apply      rewrite small files
  oso maintain expire --older-than 30 --apply
"""


@click.command(short_help="Housekeeping: old snapshots, small files, orphans, unused tables.", epilog=EPILOG)
@click.argument("tasks", metavar="[TASK]...", nargs=-1, type=click.Choice(NAMES))
@click.option("--apply", "is_applied", is_flag=True, help="Do it; without, only say what would go.")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Snapshots that were replaced so long ago go, all but the newest, and runs that ended so long ago; 0 also "
    "drops unused model versions at once. [default: 7, and at least 20 snapshots stay; 30 for runs]",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many things in each task (not in vacuum).")
@json_option
def maintain(tasks: tuple[str, ...], is_applied: bool, days: float | None, limit: int | None, as_json: bool) -> None:
    """Say what housekeeping would take away, or with --apply do it: all tasks, or those named.

    \b
    vacuum   tables of model versions that no environment uses
    prune    records of models that are gone
    settle   records of adjacent windows become one
    compact  many small data files of a partition become one
    expire   old snapshots leave the tables' metadata
    orphans  files that no table refers to, three days after they were written
    runs     Dagster's runs that computed nothing that is still shown

    Nothing turns stale by it, and readers keep what they have open.
    """
    from oso_dagster.maintenance.tasks import maintain as run
    from oso_dagster.project import Project

    project = Project(settings=load_settings())
    older_than = None if days is None else timedelta(days=days)
    rows = []
    for name in (name for name in NAMES if not tasks or name in tasks):
        found = run(project, name, is_applied=is_applied, older_than=older_than, limit=limit, log=_say)
        rows.extend({"task": name, **asdict(one)} for one in found)
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("nothing to do", err=True)
        return
    columns = ("task", "subject", "count", "kind", "rows", "files", "bytes", "note")
    print_table(None, columns, [[row[column] for column in columns] for row in rows])
    click.echo("done" if is_applied else "nothing was changed; run it with --apply", err=True)


def _say(message: str) -> None:
    click.echo(message, err=True)
