"""`oso query`: ask the published series in SQL."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import DAY, load_settings, print_table, shown_path

if TYPE_CHECKING:
    import pyarrow as pa

EPILOG = """
\b
Examples:
  oso query "SELECT metric_name, unit FROM metrics_v0 ORDER BY 1"
  oso query "SELECT * FROM timeseries_metrics_by_project_v0" --begin 2025-10-01 --end 2025-10-08 --format csv
"""


@click.command(short_help="Ask the published series in SQL.", epilog=EPILOG)
@click.argument("sql")
@click.option("--begin", type=DAY, help="First sample date to read, of every time series in the query.")
@click.option("--end", type=DAY, help="The day after the last sample date to read.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    help="What to write. [default: by the name of --output, else table]",
)
@click.option("--env", "environment", metavar="NAME", help="Read an environment beside production: see `oso env`.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead.")
def query(
    sql: str, begin: date | None, end: date | None, kind: str | None, environment: str | None, output: Path | None
) -> None:
    """Run one SELECT over the published tables; `-` reads it from standard input.

    It works while a backfill runs. Names that do not exist get an error with the nearest ones.
    """
    from oso_lake import Lake

    kind = kind or _kind_of(output)
    if kind == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("parquet is binary: give --output FILE, or send it to a file")
    text = sys.stdin.read() if sql == "-" else sql
    result = Lake(load_settings(), environment=environment).arrow(text, begin, end)
    if output is not None and not output.parent.is_dir():
        raise click.UsageError(f"the folder {output.parent} of --output does not exist")
    if kind == "table" and output is None:
        print_table(None, result.column_names, zip(*(column.to_pylist() for column in result.columns), strict=True))
        click.echo(f"{result.num_rows:,} rows", err=True)
    else:
        _write(result, kind, output)


def _kind_of(output: Path | None) -> str:
    suffix = output.suffix.removeprefix(".") if output else ""
    return suffix if suffix in ("csv", "json", "parquet") else "table"


def _write(result: "pa.Table", kind: str, output: Path | None) -> None:
    content = _encode(result, kind)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    output.write_bytes(content)
    click.echo(f"{result.num_rows:,} rows written to {shown_path(output)}", err=True)


def _encode(result: "pa.Table", kind: str) -> bytes:
    import pyarrow as pa
    from pyarrow import csv, parquet

    sink = pa.BufferOutputStream()
    if kind == "parquet":
        parquet.write_table(result, sink)
    elif kind == "csv":
        csv.write_csv(result, sink, csv.WriteOptions(quoting_style="needed"))
    elif kind == "json":
        return _json(result)
    else:
        raise click.UsageError("a table is for reading on the screen: choose --format csv, json or parquet for a file")
    return sink.getvalue().to_pybytes()


def _json(result: "pa.Table") -> bytes:
    """A list of objects; dates as YYYY-MM-DD."""
    import json

    return (json.dumps(result.to_pylist(), default=str, indent=1) + "\n").encode()
