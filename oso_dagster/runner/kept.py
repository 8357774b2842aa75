"""Windows of versions that are computed and not planned: of the plan before, and of environments beside production.

Their tables are still in the compute store, so that a version that comes (back) need not be computed again: see
reinstate.py. The rows lie beside the ledger's own, count with the same numbers, and go when `vacuum` drops the table.
"""

import sqlite3
from collections.abc import Container, Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

from oso_dagster.runner.ledger import COLUMNS, SCHEMA, Entry, entry_of, insert, withdraw
from oso_dagster.runner.ledger_file import transaction


class KeptWindows:
    """The kept windows of one installation; every call is a transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with transaction(self._path, SCHEMA) as connection:
            yield connection

    def of(self, versions: Mapping[str, str]) -> dict[str, list[Entry]]:
        """What is kept of these versions, by model."""
        if not self._path.exists():
            return {}
        found: dict[str, list[Entry]] = {}
        with self._open() as connection:
            for row in connection.execute(f"select {COLUMNS} from kept_windows order by computed"):  # noqa: S608
                entry = entry_of(row)
                if versions.get(entry.model) == entry.version:
                    found.setdefault(entry.model, []).append(entry)
        return found

    def restore(self, entries: Iterable[Entry], whole: Container[str], done: Mapping[str, str]) -> None:
        """Put `entries` among the ledger's own, with the numbers they had, in the place of what is there.

        `whole` are models without partitions, of which there is one window. Nothing is kept of the versions `done`.
        """
        with self._open() as connection:
            for entry in entries:
                withdraw(connection, entry.model, None if entry.model in whole else entry.window)
                insert(connection, entry)
            connection.executemany("delete from kept_windows where model = ? and version = ?", list(done.items()))
