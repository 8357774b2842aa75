"""What the differential tests ask of an engine, and DuckDB. Another engine joins by implementing `Engine`.

An engine is given tables as rows and text that the factory rendered for it, and returns rows. Cases know nothing of it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, Protocol

import duckdb
from metric_world import Table
from sqlglot import exp

Rows = list[tuple[Any, ...]]


class Engine(Protocol):
    """Runs rendered SQL. `name` is the engine that `TimeseriesMetrics.render` renders for."""

    name: str

    def create(self, tables: Sequence[Table]) -> None:
        """Make the tables hold exactly these rows; each may have existed before, with the same columns."""
        ...

    def fetch(self, sql: str) -> Rows:
        """The rows of a query; dates as date, text as str, doubles as float, NULL as None."""
        ...


class DuckDB:
    """An in-memory DuckDB with one thread: cases are tiny, and starting threads would cost more than they save."""

    name = "duckdb"

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("CREATE SCHEMA oso; SET TimeZone = 'UTC'")
        self._known: set[str] = set()

    def __enter__(self) -> "DuckDB":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def create(self, tables: Sequence[Table]) -> None:
        """See Engine."""
        for table in tables:
            listed = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
            if table.name in self._known:
                self.connection.execute(f"DELETE FROM {table.name}")
            else:
                self.connection.execute(f"CREATE OR REPLACE TABLE {table.name} ({listed})")
                self._known.add(table.name)
            if table.rows:
                self.connection.execute(insertion(table, self.name))

    def fetch(self, sql: str) -> Rows:
        """See Engine."""
        return self.connection.execute(sql).fetchall()


def insertion(table: Table, engine: str) -> str:
    """`INSERT INTO table VALUES ...` in the words of `engine`."""
    rows = ", ".join(f"({', '.join(literal(value, engine) for value in row)})" for row in table.rows)
    return f"INSERT INTO {table.name} VALUES {rows}"


def literal(value: Any, engine: str) -> str:
    """`value` in the words of `engine`."""
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    if isinstance(value, int):
        return str(value)
    return exp.Literal.string(value).sql(dialect=engine)
