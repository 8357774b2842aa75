"""`oso compare`: what two installations have published, row for row; `oso demo --compare` ends with it too."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import json_option, load_settings, print_json, print_table, shown_path
from oso_dagster.cli.progress import Stages

if TYPE_CHECKING:
    from oso_lake.comparing import TableComparison
    from oso_lake.settings import Settings

DIFFERENCES_SHOWN = 20
_FOLDER = click.Path(file_okay=False, exists=True, path_type=Path)


@click.command(short_help="Compare what two installations have published.")
@click.argument("one", type=_FOLDER)
@click.argument("other", type=_FOLDER)
@json_option
def compare(one: Path, other: Path, as_json: bool) -> int:
    """Compare every published number of the installations in the folders ONE and OTHER, row for row.

    Amounts are equal when they differ by a billionth part at most. Fails when anything differs, or when nothing is
    published. Of an installation with a database its stack must run, unless it is the one of this shell ($OSO_HOME).
    """
    from oso_lake.comparing import compare as compare_installations

    settings = [settings_of(home) for home in (one, other)]
    with Stages() as stages, stages.stage("Compare") as stage:
        tables = list(compare_installations(settings[0], settings[1]))
        stage.note(summary(tables))
    if as_json:
        print_json(document(tables))
    else:
        show(tables, shown_path(settings[0].home), shown_path(settings[1].home))
    return 0 if is_same(tables) else 1


def settings_of(home: Path) -> "Settings":
    """The settings of the installation in `home`: this shell's own, those of its stack, or files alone."""
    from oso_dagster.stack.local import environment_file, settings_of_stack
    from oso_lake.settings import default_home

    home = home.expanduser().resolve()
    if home == default_home():
        return load_settings()
    plain = files_only(home)
    return settings_of_stack(plain) if environment_file(plain).exists() else plain


def files_only(home: Path) -> "Settings":
    """The settings of an installation in `home` that needs no server, whatever this shell has set."""
    from oso_lake.settings import Settings

    return Settings(home=home, engine="duckdb", database_url=None, warehouse_url="", catalog_url="")


def is_same(tables: "Sequence[TableComparison]") -> bool:
    """Whether something is published, and all of it is the same."""
    return any(table.rows_of_one for table in tables) and not any(table.differences for table in tables)


def summary(tables: "Sequence[TableComparison]") -> str:
    """What was compared and what differs, in one line."""
    rows = sum(max(table.rows_of_one, table.rows_of_other) for table in tables)
    if not rows:
        return "nothing is published"
    different = sum(one.total for table in tables for one in table.differences)
    found = f"{different:,} rows DIFFER" if different else "no row differs"
    return f"{len(tables)} tables, {rows:,} rows: {found}"


def show(tables: "Sequence[TableComparison]", one: str, other: str) -> None:
    """The tables that were compared, and the models whose rows differ."""
    from oso_lake.comparing import differing

    columns = ("table", "metrics", "rows", "only in the first", "only in the second", "other values")
    rows = [
        (
            table.table,
            table.metrics or None,
            max(table.rows_of_one, table.rows_of_other),
            *(table.count(kind) for kind in ("only_one", "only_other", "other_values")),
        )
        for table in tables
    ]
    print_table(f"Published in {one} and in {other}", columns, rows)
    found = differing(tables)
    if found:
        click.echo()
        lines = [(table, d.name, d.only_one, d.only_other, d.other_values) for table, d in found[:DIFFERENCES_SHOWN]]
        print_table("What differs", ("table", "model", *columns[3:]), lines)
    if len(found) > DIFFERENCES_SHOWN:
        click.echo(f"... and {len(found) - DIFFERENCES_SHOWN} more")
    click.echo(f"\n{summary(tables)} (amounts to a billionth part)")


def document(tables: "Sequence[TableComparison]") -> dict[str, object]:
    """The comparison, for programs."""
    return {"is_same": is_same(tables), "tables": [asdict(table) for table in tables]}
