"""How commands speak: tables and lines for people, JSON for programs, one line for an error."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from oso_lake.settings import Settings

F = TypeVar("F", bound=Callable[..., object])


def json_option(command: F) -> F:
    """Add `--json`: the command prints one JSON document on stdout and nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)


def print_json(document: object) -> None:
    """Print `document` as JSON; dates and paths become text."""
    click.echo(json.dumps(document, indent=2, default=str))


def console(*, stderr: bool = False) -> "Console":
    """A rich console; lines are not cut where the output is a file."""
    from rich.console import Console

    probe = Console(stderr=stderr)
    return probe if probe.is_terminal else Console(stderr=stderr, width=max(probe.width, 120))


def print_table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers are aligned to the right."""
    from rich.table import Table
    from rich.text import Text

    body = [list(row) for row in rows]
    table = Table(title=title, title_justify="left", header_style="bold", box=None, padding=(0, 2, 0, 0))
    for place, name in enumerate(columns):
        numeric = bool(body) and all(isinstance(row[place], int | float) or row[place] is None for row in body)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        table.add_row(*(Text(cell_text(value)) for value in row))
    console().print(table)


def cell_text(value: object) -> str:
    """A value as people write it: whole numbers without a point, others with at most six digits, None as a dash."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is the one value that differs from itself
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def report_error(error: BaseException) -> None:
    """One line on stderr that says what is wrong; the class is named only where the message alone says little."""
    text = " ".join(str(error).split())
    message = text if len(text) > 12 and " " in text else f"{type(error).__name__}: {text}" if text else repr(error)
    if told := _remedy(error):
        message = f"{told} ({message})"
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)


def _remedy(error: BaseException) -> str:
    """What to do about a full disk or a database that is away; nothing about other errors, or with wrong settings."""
    from pydantic import ValidationError

    from oso_dagster.remedies import remedy
    from oso_lake.settings import Settings

    try:
        return remedy(error, Settings())
    except ValidationError:
        return ""


def load_settings() -> "Settings":
    """The settings of this process; a wrong value is a usage error that names the setting and where to put it right."""
    from pydantic import ValidationError

    from oso_lake.settings import PROFILE_NAME, Settings, default_home

    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        place = shown_path(default_home() / PROFILE_NAME)
        raise click.UsageError(f"settings are wrong: {wrong} (see OSO_* in the environment, and {place})") from None


def shown_path(path: Path) -> str:
    """`path` relative to the working directory where it is below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


class Day(click.ParamType):
    """A day written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse it; a mistake is a usage error."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date YYYY-MM-DD", param, ctx)


DAY = Day()
