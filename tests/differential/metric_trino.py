"""Trino for the differential tests: tables are views over VALUES; a case costs no files, and no text is changed."""

from collections.abc import Sequence

from metric_engines import Rows, literal
from metric_world import Table
from trino.dbapi import Connection

# Iceberg's and DuckDB's precision; Trino's own default is milliseconds
_TYPES = {"TIMESTAMP": "TIMESTAMP(6)"}


class Trino:
    """A running Trino, whose catalog is the connection's."""

    name = "trino"

    def __init__(self, connection: Connection) -> None:
        self._cursor = connection.cursor()
        self._known: dict[str, str] = {}
        self._run("CREATE SCHEMA IF NOT EXISTS oso")

    def create(self, tables: Sequence[Table]) -> None:
        """See Engine."""
        for table in tables:
            text = _view(table)
            if self._known.get(table.name) != text:
                self._run(f"CREATE OR REPLACE VIEW {table.name} AS {text}")
                self._known[table.name] = text

    def fetch(self, sql: str) -> Rows:
        """See Engine."""
        return [tuple(row) for row in self._run(sql)]

    def _run(self, sql: str) -> Rows:
        return self._cursor.execute(sql).fetchall()


def _view(table: Table) -> str:
    kinds = {name: _TYPES.get(kind, kind) for name, kind in table.columns.items()}
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in kinds.items())
    rows = table.rows or [tuple(None for _ in kinds)]
    values = ", ".join(f"({', '.join(literal(value, 'trino') for value in row)})" for row in rows)
    kept = "" if table.rows else " WHERE false"
    return f"SELECT {columns} FROM (VALUES {values}) AS given({', '.join(kinds)}){kept}"
