"""The ledger as an environment beside production sees it: what it computes itself, and what it shares.

A version that production has planned is shared: its windows are read here and never written. What an environment
computes is kept beside the ledger's own windows (kept.py), so that production's freshness does not change by it, and
is there when the version is deployed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select

from oso_dagster.runner.kept import COLUMNS, KeptWindows
from oso_dagster.runner.ledger import ALWAYS, Change, Entry, Ledger, entry_of, last_number, row_of
from oso_dagster.runner.ledger_store import LedgerStore, environment_versions, kept_windows
from oso_dagster.runner.ledger_store import environments as planned_environments
from oso_dagster.spans import without
from oso_lake.calendar import Window


class EnvironmentLedger(Ledger):
    """The ledger of one environment of an installation; every call is a transaction."""

    def __init__(self, url: str, environment: str) -> None:
        super().__init__(url)
        self._kept = KeptWindows(url)
        self._environment = environment

    def planned(self) -> dict[str, str]:
        """Version of each model in the environment's last plan; empty before the first."""
        if not self._store.exists:
            return {}
        query = select(environment_versions).where(environment_versions.c.environment == self._environment)
        with self._store.reading() as connection:
            return {row.model: row.version for row in connection.execute(query)}

    def planned_fingerprint(self) -> str | None:
        """Fingerprint of the project that the environment was last planned of."""
        return environments_at(self._store).get(self._environment)

    def plan(self, versions: Mapping[str, str], fingerprint: str) -> None:
        """Remember the versions of the environment's plan, and the fingerprint of the project it was made of."""
        name = self._environment
        with self._store.writing() as connection:
            _forget(connection, name)
            connection.execute(insert(planned_environments).values(environment=name, fingerprint=fingerprint))
            if versions:
                rows = [{"environment": name, "model": model, "version": one} for model, one in versions.items()]
                connection.execute(insert(environment_versions), rows)

    def forget(self) -> None:
        """Forget the environment; what it computed stays kept, until `vacuum` drops its tables."""
        with self._store.writing() as connection:
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
        with self._store.writing() as connection:
            _withdraw(connection, model, version, window or ALWAYS)

    def record(self, entries: Iterable[Entry], changes: Mapping[str, Sequence[Change]] | None = None) -> None:
        """Record computed windows, in the order in which they were computed (parents first)."""
        with self._store.writing() as connection:
            for number, entry in enumerate(entries, last_number(connection) + 1):
                _withdraw(connection, entry.model, entry.version, entry.window)
                # days that changed are not told here, so that what was partly changed counts as changed whole
                changed = number if entry.model in (changes or {}) else entry.changed or number
                connection.execute(insert(kept_windows), [row_of(replace(entry, computed=number, changed=changed))])


def environments(url: str) -> dict[str, str]:
    """Fingerprint of the project of each environment that is planned, by name."""
    return environments_at(LedgerStore(url))


def environments_at(store: LedgerStore) -> dict[str, str]:
    """The same, of the tables of a ledger."""
    if not store.exists:
        return {}
    query = select(planned_environments).order_by(planned_environments.c.environment)
    with store.reading() as connection:
        return {row.environment: row.fingerprint for row in connection.execute(query)}


def _forget(connection: Connection, environment: str) -> None:
    for table in (planned_environments, environment_versions):
        connection.execute(delete(table).where(table.c.environment == environment))


def _withdraw(connection: Connection, model: str, version: str, window: Window) -> None:
    table = kept_windows.c
    of_version = (table.model == model, table.version == version)
    for entry in map(entry_of, connection.execute(select(*COLUMNS).where(*of_version)).all()):
        left = without(entry.window, [window])
        if left == (entry.window,):
            continue
        connection.execute(delete(kept_windows).where(*of_version, table.first_day == entry.window.start.isoformat()))
        if left:
            connection.execute(insert(kept_windows), [row_of(replace(entry, window=part)) for part in left])
