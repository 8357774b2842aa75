"""Windows of versions that are computed and not planned: of the plan before, and of environments beside production.

Their tables are still in the compute store, so that a version that comes (back) need not be computed again: see
reinstate.py. The rows lie beside the ledger's own, count with the same numbers, and go when `vacuum` drops the table.
"""

from collections.abc import Container, Iterable, Mapping

from sqlalchemy import bindparam, delete, insert, select

from oso_dagster.runner.ledger import ALWAYS, Entry, entry_of, row_of, withdraw
from oso_dagster.runner.ledger_store import LedgerStore, computed_windows, kept_windows


class KeptWindows:
    """The kept windows of one installation, at the URL of its ledger; every call is a transaction."""

    def __init__(self, url: str) -> None:
        self._store = LedgerStore(url)

    def of(self, versions: Mapping[str, str]) -> dict[str, list[Entry]]:
        """What is kept of these versions, by model."""
        if not self._store.exists:
            return {}
        found: dict[str, list[Entry]] = {}
        with self._store.reading() as connection:
            for row in connection.execute(select(*COLUMNS).order_by(kept_windows.c.computed)):
                entry = entry_of(row)
                if versions.get(entry.model) == entry.version:
                    found.setdefault(entry.model, []).append(entry)
        return found

    def restore(self, entries: Iterable[Entry], whole: Container[str], done: Mapping[str, str]) -> None:
        """Put `entries` among the ledger's own, with the numbers they had, in the place of what is there.

        `whole` are models without partitions, of which there is one window. Nothing is kept of the versions `done`.
        """
        with self._store.writing() as connection:
            for entry in entries:
                withdraw(connection, {entry.model: ALWAYS if entry.model in whole else entry.window})
                connection.execute(insert(computed_windows), [row_of(entry)])
            if done:
                table = kept_windows.c
                connection.execute(
                    delete(kept_windows).where(table.model == bindparam("of"), table.version == bindparam("gone")),
                    [{"of": model, "gone": version} for model, version in done.items()],
                )


# in the order of the ledger's own windows
COLUMNS = [kept_windows.c[column.name] for column in computed_windows.c]
