"""A database in memory beside the compute store, which it reads and cannot write; gone when the work in it ends.

DuckDB works in a thread of its own: in the main thread it swallows Ctrl-C now and then, while it imports modules.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from oso_dagster.runner.locks import compute_lock
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
STORE = "metrics"
SPILL_PREFIX = "oso-preview-"
INTERRUPT_EVERY_SECONDS = 0.1


def in_scratch(
    settings: Settings, work: "Callable[[DuckDBPyConnection], T]", on_wait: Callable[[str], None] = lambda message: None
) -> T:
    """What `work` returns of a connection that has the compute store attached as `metrics`, under the compute lock.

    `on_wait` is told of waiting for the lock. An interruption ends the statement that runs.
    """
    lock = compute_lock(
        settings.compute_lock, timeout_seconds=settings.lock_timeout_seconds, holder="preview", on_wait=on_wait
    )
    opened: list[DuckDBPyConnection] = []

    def run() -> T:
        import duckdb

        with duckdb.connect() as connection:
            opened.append(connection)
            _set_up(connection, settings, spill)
            return work(connection)

    with tempfile.TemporaryDirectory(prefix=SPILL_PREFIX) as spill, lock, ThreadPoolExecutor(max_workers=1) as worker:
        running = worker.submit(run)
        try:
            return running.result()
        except KeyboardInterrupt:
            _stop(running, opened)
            raise


def _set_up(connection: "DuckDBPyConnection", settings: Settings, spill: str) -> None:
    limits = {"memory_limit": settings.memory_limit, "threads": str(settings.threads), "temp_directory": spill}
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    for name, value in limits.items():
        connection.execute(f"SET {name} = {exp.Literal.string(value).sql('duckdb')}")
    store = exp.Literal.string(str(settings.compute_db)).sql("duckdb")
    connection.execute(f"ATTACH {store} AS {STORE} (READ_ONLY)")
    connection.execute("CREATE SCHEMA oso")


def _stop(running: "Future[T]", opened: "list[DuckDBPyConnection]") -> None:
    """Interrupt whatever statement runs, until the work has ended."""
    import duckdb

    while not running.done():
        for connection in opened:
            # it may just have been closed
            with suppress(duckdb.Error):
                connection.interrupt()
        with suppress(TimeoutError):
            running.exception(timeout=INTERRUPT_EVERY_SECONDS)
