"""The models' own tables of a Trino installation in DuckDB: what is read of them, and the one that is written.

Each is a view over its Iceberg table as it was when it was shown. The window that is computed stands as a table in the
place of its view, since SQLMesh deletes and inserts there; its rows then go into the Iceberg table in one snapshot.
"""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from oso_lake.calendar import Window
from oso_lake.catalog import COMPUTE_CATALOG, current_metadata, open_compute_catalog
from oso_lake.commits import Scope, replace_rows
from oso_lake.duckdb_files import open_files
from oso_lake.filters import between, everything
from oso_lake.settings import Settings
from sqlmesh_project.lake_connection import create_view

if TYPE_CHECKING:
    from pyiceberg.expressions import BooleanExpression
    from pyiceberg.table import Table


def show_tables(cursor: Any, settings: Settings, tables: Iterable[exp.Table]) -> None:
    """Let `cursor` read each of `tables` (catalog, schema and name) as it is now; its schema is made where it lacks.

    Raises LookupError for one that is not in Trino's catalog.
    """
    wanted = {f"{table.db}.{table.name}": table for table in tables}
    if not wanted:
        return
    open_files(cursor, settings)
    locations = current_metadata(settings, COMPUTE_CATALOG, only=wanted)
    for schema in sorted({table.db for table in wanted.values()}):
        name = exp.table_(schema, db=COMPUTE_CATALOG, quoted=True)
        cursor.execute(exp.Create(this=name, kind="SCHEMA", exists=True).sql("duckdb"))
    for name, table in wanted.items():
        _show(cursor, table, locations, name)


def _show(cursor: Any, table: exp.Table, locations: Mapping[str, str], name: str) -> None:
    if name not in locations:
        raise LookupError(f"Trino's catalog {COMPUTE_CATALOG} has no table {name}: run `oso plan --apply`")
    cursor.execute(create_view(_quoted(table), locations[name], replace=True))


@contextmanager
def standing(cursor: Any, settings: Settings, table: exp.Table, window: exp.Expr) -> Generator[None]:
    """While the block runs `table` is one that can be written, with the rows of `window`; a view again afterwards."""
    relation = _quoted(table)
    rows = exp.select("*").from_(relation).where(window)
    kept = exp.table_(f"{table.name}__window", db=table.db, catalog=table.catalog, quoted=True)
    # the table cannot be made under the name of the view that it is made from
    cursor.execute(exp.Create(this=kept, kind="TABLE", expression=rows, replace=True).sql("duckdb"))
    cursor.execute(exp.Drop(this=relation, kind="VIEW").sql("duckdb"))
    cursor.execute(f"ALTER TABLE {kept.sql('duckdb')} RENAME TO {exp.to_identifier(table.name, quoted=True)}")
    try:
        yield
    finally:
        cursor.execute(exp.Drop(this=relation, kind="TABLE", exists=True).sql("duckdb"))
        show_tables(cursor, settings, [table])


def keep_rows(cursor: Any, settings: Settings, table: exp.Table, time_column: str | None, window: Window) -> None:
    """Replace the rows of `window` in the Iceberg table (all, without a time) by those of the table in its place."""
    cursor.execute(exp.select("*").from_(_quoted(table)).sql("duckdb"))
    rows = cursor.to_arrow_table()
    catalog = open_compute_catalog(settings)
    try:
        iceberg = catalog.load_table((table.db, table.name))
        replace_rows(iceberg, rows, Scope(filter=_scope(iceberg, time_column, window), windows=()), {})
    finally:
        catalog.close()


def _scope(table: "Table", time_column: str | None, window: Window) -> "BooleanExpression":
    from pyiceberg.types import DateType, TimestamptzType

    if time_column is None:
        return everything()
    kind = table.schema().find_type(time_column)
    # Iceberg does not take the literal of a day, or of a moment with or without a zone, for another's
    if isinstance(kind, DateType):
        return between(time_column, window.start, window.end)
    zone = UTC if isinstance(kind, TimestamptzType) else None
    return between(time_column, window.start_at.replace(tzinfo=zone), window.end_at.replace(tzinfo=zone))


def _quoted(table: exp.Table) -> exp.Table:
    return exp.table_(table.name, db=table.db, catalog=table.catalog, quoted=True)
