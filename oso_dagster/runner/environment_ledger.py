"""The ledger as an environment beside production sees it: what it computes itself, and what it shares.

A version that production has planned is shared: its windows are read here and never written. What an environment
computes is kept beside the ledger's own windows (kept.py), so that production's freshness does not change by it, and
is there when the version is deployed.
"""

import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from oso_dagster.runner.kept import KeptWindows
from oso_dagster.runner.ledger import COLUMNS, SCHEMA, Change, Entry, Ledger, entry_of, insert, last_number
from oso_dagster.runner.ledger_file import transaction
from oso_dagster.spans import without
from oso_lake.calendar import Window

_SCHEMA = (
    SCHEMA
    + """
create table if not exists environment_versions (
  environment text not null, model text not null, version text not null, primary key (environment, model));
create table if not exists environments (environment text primary key, fingerprint text not null);
"""
)


class EnvironmentLedger(Ledger):
    """The ledger of one environment of an installation; every call is a transaction."""

    def __init__(self, path: Path, environment: str) -> None:
        super().__init__(path)
        self._kept = KeptWindows(path)
        self._environment = environment

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with transaction(self._path, _SCHEMA) as connection:
            yield connection

    def planned(self) -> dict[str, str]:
        """Version of each model in the environment's last plan; empty before the first."""
        if not self._path.exists():
            return {}
        with self._open() as connection:
            return dict(
                connection.execute(
                    "select model, version from environment_versions where environment = ?", (self._environment,)
                )
            )

    def planned_fingerprint(self) -> str | None:
        """Fingerprint of the project that the environment was last planned of."""
        if not self._path.exists():
            return None
        with self._open() as connection:
            row = connection.execute(
                "select fingerprint from environments where environment = ?", (self._environment,)
            ).fetchone()
        return row[0] if row else None

    def plan(self, versions: Mapping[str, str], fingerprint: str) -> None:
        """Remember the versions of the environment's plan, and the fingerprint of the project it was made of."""
        with self._open() as connection:
            _forget(connection, self._environment)
            connection.execute("insert into environments values (?, ?)", (self._environment, fingerprint))
            connection.executemany(
                "insert into environment_versions values (?, ?, ?)",
                [(self._environment, model, version) for model, version in versions.items()],
            )

    def forget(self) -> None:
        """Forget the environment; what it computed stays kept, until `vacuum` drops its tables."""
        with self._open() as connection:
            _forget(connection, self._environment)

    def own(self) -> frozenset[str]:
        """Models whose version production has not planned: only they are computed here."""
        production = super().planned()
        return frozenset(name for name, version in self.planned().items() if production.get(name) != version)

    def entries(self) -> dict[str, list[Entry]]:
        """Computed windows by model: its own, and production's of what is shared (of all, before the first plan)."""
        planned, production = self.planned(), super().entries()
        own = self.own()
        shared = {name: entries for name, entries in production.items() if name not in own}
        return shared | self._kept.of({name: planned[name] for name in own})

    def changes(self) -> dict[str, list[Change]]:
        """Changed days of the models that are shared; of its own every change is one of the whole model."""
        own = self.own()
        return {name: changes for name, changes in super().changes().items() if name not in own}

    def partial_windows(self) -> dict[str, list[Window]]:
        """None: what is partial here is not recorded."""
        return {}

    def record_partial(self, windows: Iterable[tuple[str, Window]]) -> None:
        """Windows that were computed although inputs were missing are not done."""
        for model, window in windows:
            self.withdraw(model, window)

    def withdraw(self, model: str, window: Window | None) -> None:
        """Forget `window` of `model` (None: all of it) of the environment's version."""
        version = self.planned().get(model, "")
        with self._open() as connection:
            _withdraw(connection, model, version, window)

    def record(self, entries: Iterable[Entry], changes: Mapping[str, Sequence[Change]] | None = None) -> None:
        """Record computed windows, in the order in which they were computed (parents first)."""
        with self._open() as connection:
            for number, entry in enumerate(entries, last_number(connection) + 1):
                _withdraw(connection, entry.model, entry.version, entry.window)
                # days that changed are not told here, so that what was partly changed counts as changed whole
                changed = number if entry.model in (changes or {}) else entry.changed or number
                insert(connection, replace(entry, computed=number, changed=changed), "kept_windows")


def environments(path: Path) -> dict[str, str]:
    """Fingerprint of the project of each environment that is planned, by name."""
    if not path.exists():
        return {}
    with transaction(path, _SCHEMA) as connection:
        return dict(connection.execute("select environment, fingerprint from environments order by 1"))


def _forget(connection: sqlite3.Connection, environment: str) -> None:
    connection.execute("delete from environments where environment = ?", (environment,))
    connection.execute("delete from environment_versions where environment = ?", (environment,))


def _withdraw(connection: sqlite3.Connection, model: str, version: str, window: Window | None) -> None:
    rows = connection.execute(
        f"select {COLUMNS} from kept_windows where model = ? and version = ?",  # noqa: S608 - constant names
        (model, version),
    ).fetchall()
    for entry in map(entry_of, rows):
        left = without(entry.window, [window]) if window else ()
        if left == (entry.window,):
            continue
        connection.execute(
            "delete from kept_windows where model = ? and version = ? and first_day = ?",
            (model, version, entry.window.start.isoformat()),
        )
        for part in left:
            insert(connection, replace(entry, window=part), "kept_windows")
