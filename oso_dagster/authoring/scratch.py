"""A database in memory beside the compute store, which it reads and cannot write; gone when the work in it ends.

DuckDB works in a thread of its own: in the main thread it swallows Ctrl-C now and then, while it imports modules.
"""

import tempfile
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from oso_dagster.authoring.stored import attach, promoted_tables
from oso_dagster.project import Project
from oso_dagster.runner.locks import store_lock
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
SPILL_PREFIX = "oso-preview-"
INTERRUPT_EVERY_SECONDS = 0.1


def in_scratch(
    project: Project,
    names: Iterable[str],
    work: "Callable[[DuckDBPyConnection, set[str]], T]",
    on_wait: Callable[[str], None] = lambda message: None,
) -> T:
    """What `work` returns of a connection to which the compute store is attached, and the models that it has of it.

    On DuckDB these are all, under the compute lock; on Trino those of `names`. `on_wait` is told of waiting for the
    lock. An interruption ends the statement that runs.
    """
    settings = project.settings
    lock = store_lock(settings, holder="preview", on_wait=on_wait)
    tables = promoted_tables(project, names)
    state = _State()

    def run() -> T:
        import duckdb

        with state.working(), duckdb.connect() as connection:
            state.opened.append(connection)
            _set_up(connection, settings, spill)
            return work(connection, attach(connection, project, tables))

    with tempfile.TemporaryDirectory(prefix=SPILL_PREFIX) as spill, lock, ThreadPoolExecutor(max_workers=1) as worker:
        try:
            running = worker.submit(run)
            # the system may give the signal to a thread of DuckDB: it counts when this one wakes
            while not state.done.wait(INTERRUPT_EVERY_SECONDS):
                pass
            return running.result()
        except KeyboardInterrupt:
            # it may have come while the work was handed over, before there was anything to wait for
            state.stop()
            raise


@dataclass(frozen=True)
class _State:
    """How far the work in the other thread is; `opened` are the connections that it may be busy with."""

    started: Event = field(default_factory=Event)
    stopped: Event = field(default_factory=Event)
    done: Event = field(default_factory=Event)
    opened: "list[DuckDBPyConnection]" = field(default_factory=list)

    @contextmanager
    def working(self) -> Generator[None]:
        """While the work runs, which does not begin once it is stopped."""
        self.started.set()
        try:
            if self.stopped.is_set():
                raise CancelledError
            yield
        finally:
            self.done.set()

    def stop(self) -> None:
        """Let it not begin, or interrupt whatever statement runs, until it has ended."""
        import duckdb

        self.stopped.set()
        while self.started.is_set() and not self.done.wait(INTERRUPT_EVERY_SECONDS):
            for connection in self.opened:
                # it may just have been closed
                with suppress(duckdb.Error):
                    connection.interrupt()


def _set_up(connection: "DuckDBPyConnection", settings: Settings, spill: str) -> None:
    limits = {"memory_limit": settings.memory_limit, "threads": str(settings.threads), "temp_directory": spill}
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    for name, value in limits.items():
        connection.execute(f"SET {name} = {exp.Literal.string(value).sql('duckdb')}")
    connection.execute("CREATE SCHEMA oso")
