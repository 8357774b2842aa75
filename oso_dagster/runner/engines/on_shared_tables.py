"""Small work of a Trino installation, on DuckDB: the same tables in Iceberg, and no cluster that wakes up for it.

Which work is small is decided in engine_choice.py; how the tables come to DuckDB and back is in shared_tables.py.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from oso_dagster.runner.engines import trino_losses
from oso_dagster.runner.engines.on_duckdb import DuckDBEngine

if TYPE_CHECKING:
    from oso_dagster.runner.session import Session
    from oso_dagster.runner.window_locks import Held
    from oso_lake.calendar import Window
    from oso_lake.settings import Settings


class SmallWork(DuckDBEngine):
    """DuckDB over the tables that Trino keeps."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    def show_lake(self, session: "Session", settings: "Settings") -> None:
        """The raw tables, and those of the session's models, as they are now."""
        from sqlglot import exp

        from sqlmesh_project.shared_tables import show_tables

        super().show_lake(session, settings)
        models = [snapshot for snapshot in session.snapshots.values() if snapshot.is_model and not snapshot.is_external]
        tables = [exp.to_table(snapshot.table_name()) for snapshot in models]
        show_tables(session.context.engine_adapter.cursor, settings, tables)

    @contextmanager
    def writing(self, session: "Session", name: str, window: "Window") -> Generator[Callable[[], None]]:
        """The window's rows stand as a table in memory; keeping them is one snapshot of the Iceberg table."""
        from sqlglot import exp

        from sqlmesh_project.shared_tables import keep_rows, standing

        cursor = session.context.engine_adapter.cursor
        snapshot = session.snapshots[name]
        table, column = exp.to_table(snapshot.table_name()), snapshot.model.time_column
        rows = exp.true()
        if column is not None:
            low, high = (exp.cast(exp.Literal.string(day.isoformat()), "date") for day in (window.start, window.end))
            rows = exp.and_(column.column >= low, column.column < high)
        name_of_time = column.column.name if column is not None else None
        with standing(cursor, self._settings, table, rows):
            yield lambda: keep_rows(cursor, self._settings, table, name_of_time, window)

    @contextmanager
    def locked(self, session: "Session", locks: "Held") -> Generator[None]:
        """What a run that died left on Trino would still write: it is ended, where a coordinator answers at all."""
        trino_losses.end_abandoned_on(self._settings, locks.is_of_database, locks.living)
        yield

    def address(self, session: "Session") -> str:
        """It is this process, on the tables of Trino."""
        return "DuckDB on Trino's tables"
