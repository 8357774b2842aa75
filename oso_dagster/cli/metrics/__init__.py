"""`oso metrics`: find, write, check, explain, compare and try metrics; a module for each."""

import click

from oso_dagster.cli.groups import SuggestingGroup
from oso_dagster.cli.metrics.browsing import list_, show
from oso_dagster.cli.metrics.catalogue import docs
from oso_dagster.cli.metrics.comparing import diff
from oso_dagster.cli.metrics.looking import explain, render
from oso_dagster.cli.metrics.trying import preview
from oso_dagster.cli.metrics.writing import lint, new

EPILOG = """
\b
The way of a new metric:
  oso metrics new reviews --events PULL_REQUEST_REVIEW
  oso metrics lint reviews
  oso metrics preview reviews --days 3
  oso plan --apply && oso materialize metric:reviews
"""


@click.group(cls=SuggestingGroup, short_help="Find, write, check and try metrics.", epilog=EPILOG)
def metrics() -> None:
    """What can be measured, what it means, the SQL behind it, and the tools for those who write it."""


for command in (list_, show, render, explain, new, lint, preview, diff, docs):
    metrics.add_command(command)
