"""The command group, and what every command shares: the home, one-line errors, exit codes.

Exit codes: 0 done, 1 failed, 2 the command line was wrong. Nothing heavy is imported here: `oso --help` stays quick.
"""

import os
import sys
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import click

from oso_dagster.cli.backups import backup, restore
from oso_dagster.cli.capacity import capacity
from oso_dagster.cli.comparing import compare
from oso_dagster.cli.coverage import coverage
from oso_dagster.cli.demo import demo
from oso_dagster.cli.dev import dev
from oso_dagster.cli.doctor import doctor
from oso_dagster.cli.environments import env
from oso_dagster.cli.groups import SuggestingGroup
from oso_dagster.cli.maintain import maintain
from oso_dagster.cli.metrics import metrics
from oso_dagster.cli.output import report_error
from oso_dagster.cli.pipeline import land, materialize
from oso_dagster.cli.planning import plan, retire
from oso_dagster.cli.query import query
from oso_dagster.cli.stack import stack
from oso_dagster.cli.world import world

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


@click.group(cls=SuggestingGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of this installation's data; also $OSO_HOME. [default: .oso]",
)
@click.option("--debug", is_flag=True, help="Show the whole traceback of an error; also $OSO_DEBUG=1.")
@click.version_option(version("oso-pipeline"), prog_name="oso")
def app(home: Path | None, debug: bool) -> None:
    """Open source and on-chain activity as traceable time series.

    Start with `oso demo`, then `oso dev` for the UI and `oso query` for questions in SQL.
    """
    if home is not None:
        # the environment carries it to the processes that Dagster starts
        os.environ["OSO_HOME"] = str(home.expanduser().resolve())
    if debug:
        os.environ["OSO_DEBUG"] = "1"


for command in (
    demo,
    world,
    land,
    plan,
    retire,
    env,
    materialize,
    metrics,
    query,
    coverage,
    compare,
    maintain,
    capacity,
    backup,
    restore,
    dev,
    stack,
    doctor,
):
    app.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors are one line on stderr unless a traceback was asked for."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not sys.warnoptions:
        # libraries warn their own developers; a person at the prompt can do nothing about it
        warnings.simplefilter("ignore")
    try:
        code = app.main(given, prog_name="oso", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of a pipe went away (`oso query ... | head`): nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if os.environ.get("OSO_DEBUG") == "1":
            raise
        report_error(error)
        return FAILED
    return code if isinstance(code, int) else OK
