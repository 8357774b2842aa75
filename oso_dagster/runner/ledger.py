"""What each computed window was computed from, so that what is fresh need not be computed again.

SQLMesh's intervals say that a window is done; the ledger says of which model version, and of which state of its inputs.
It may be deleted: everything then counts as stale. One SQLite file, written in the step that records the intervals.
"""

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from oso_dagster.runner.ledger_file import transaction
from oso_lake.calendar import Window

# raw table -> window name ("*" for the whole table) -> id of the snapshot that last changed it
Sources = Mapping[str, Mapping[str, str]]

COLUMNS = "model, first_day, end_day, version, sources, run_id, computed, changed"
SCHEMA = """
create table if not exists computed_windows (
  model text not null, first_day text not null, end_day text not null, version text not null,
  sources text not null, run_id text not null, computed integer not null, changed integer not null,
  primary key (model, first_day));
create index if not exists computed_in_order on computed_windows (computed);
create table if not exists changed_days (
  model text not null, number integer not null, first_day text not null, end_day text not null, via text not null);
create index if not exists changed_in_order on changed_days (model, number);
create table if not exists partial_windows (
  model text not null, first_day text not null, end_day text not null, primary key (model, first_day, end_day));
create table if not exists kept_windows (
  model text not null, first_day text not null, end_day text not null, version text not null,
  sources text not null, run_id text not null, computed integer not null, changed integer not null,
  primary key (model, version, first_day));
create table if not exists planned (model text primary key, version text not null);
create table if not exists plans (fingerprint text not null);
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A computed window. `computed` and `changed` count up over all models: when it was computed, and when its data
    last came out differently; an input whose data changed after this was computed makes it stale.
    """

    model: str
    window: Window
    version: str
    sources: Sources
    run_id: str = ""
    computed: int = 0
    changed: int = 0


@dataclass(frozen=True, kw_only=True)
class Change:
    """Days that a new computation of an unpartitioned model made differ, for those who read it together with `via`.

    `number` counts with `Entry.computed`; an empty `via` means every reader.
    """

    window: Window
    via: str = ""
    number: int = 0


class Ledger:
    """The ledger of one installation; every call is a transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with transaction(self._path, SCHEMA) as connection:
            yield connection

    def planned(self) -> dict[str, str]:
        """Version of each model in the last plan; empty before the first."""
        if not self._path.exists():
            return {}
        with self._open() as connection:
            return dict(connection.execute("select model, version from planned"))

    def planned_fingerprint(self) -> str | None:
        """Fingerprint of the project that was last planned."""
        if not self._path.exists():
            return None
        with self._open() as connection:
            row = connection.execute("select fingerprint from plans").fetchone()
        return row[0] if row else None

    def plan(self, versions: Mapping[str, str], fingerprint: str) -> None:
        """Remember the versions of a plan, and the fingerprint of the project it was made of."""
        with self._open() as connection:
            connection.execute("delete from plans")
            connection.execute("insert into plans values (?)", (fingerprint,))
            connection.execute("delete from planned")
            connection.executemany("insert into planned values (?, ?)", versions.items())
            _keep(connection)

    def entries(self) -> dict[str, list[Entry]]:
        """Every computed window by model."""
        if not self._path.exists():
            return {}
        found: dict[str, list[Entry]] = {}
        with self._open() as connection:
            rows = connection.execute(f"select {COLUMNS} from computed_windows").fetchall()  # noqa: S608
        for row in rows:
            entry = entry_of(row)
            found.setdefault(entry.model, []).append(entry)
        return found

    def partial_windows(self) -> dict[str, list[Window]]:
        """Windows that were computed although inputs were missing, and not since."""
        if not self._path.exists():
            return {}
        found: dict[str, list[Window]] = {}
        with self._open() as connection:
            rows = connection.execute("select model, first_day, end_day from partial_windows order by 1, 2").fetchall()
        for model, first, end in rows:
            found.setdefault(model, []).append(Window(date.fromisoformat(first), date.fromisoformat(end)))
        return found

    def record_partial(self, windows: Iterable[tuple[str, Window]]) -> None:
        """Record windows that were computed although inputs were missing: they are not done."""
        with self._open() as connection:
            for model, window in windows:
                withdraw(connection, model, window)
                connection.execute(
                    "insert into partial_windows values (?, ?, ?)",
                    (model, window.start.isoformat(), window.end.isoformat()),
                )

    def revision(self) -> str:
        """Differs whenever something was computed, withdrawn or planned since."""
        if not self._path.exists():
            return ""
        with self._open() as connection:
            windows = connection.execute(
                "select count(*), max(computed), max(changed) from computed_windows"
            ).fetchone()
            plan = connection.execute("select max(fingerprint) from plans").fetchone()
        return "/".join(str(value) for value in (*windows, *plan))

    def withdraw(self, model: str, window: Window | None) -> None:
        """Forget `window` of `model` (None: all of it); what lies around it stays."""
        with self._open() as connection:
            withdraw(connection, model, window)

    def changes(self) -> dict[str, list[Change]]:
        """Changed days of unpartitioned models that may still be newer than something that read them."""
        if not self._path.exists():
            return {}
        found: dict[str, list[Change]] = {}
        with self._open() as connection:
            rows = connection.execute("select model, number, first_day, end_day, via from changed_days").fetchall()
        for model, number, first, end, via in rows:
            window = Window(date.fromisoformat(first), date.fromisoformat(end))
            found.setdefault(model, []).append(Change(window=window, via=via, number=number))
        return found

    def record(self, entries: Iterable[Entry], changes: Mapping[str, Sequence[Change]] | None = None) -> None:
        """Record computed windows, in the order in which they were computed (parents first).

        `changes` are the days that unpartitioned models among them changed, by model.
        """
        with self._open() as connection:
            for number, entry in enumerate(entries, last_number(connection) + 1):
                withdraw(connection, entry.model, entry.window)
                insert(connection, replace(entry, computed=number, changed=entry.changed or number))
                for change in (changes or {}).get(entry.model, ()):
                    connection.execute(
                        "insert into changed_days values (?, ?, ?, ?, ?)",
                        (
                            entry.model,
                            number,
                            change.window.start.isoformat(),
                            change.window.end.isoformat(),
                            change.via,
                        ),
                    )
            if changes:
                # older than everything that is computed: nobody can have missed them
                connection.execute(
                    "delete from changed_days where number < (select min(computed) from computed_windows)"
                    " and number < coalesce((select min(computed) from kept_windows), number + 1)"
                )


def last_number(connection: sqlite3.Connection) -> int:
    """The last number given; what was computed last may have been withdrawn since: a number never comes twice."""
    numbers = (
        f"select max({column}) as number from {table}"  # noqa: S608 - constant names
        for table, column in (
            ("computed_windows", "computed"),
            ("computed_windows", "changed"),
            ("kept_windows", "computed"),
            ("kept_windows", "changed"),
            ("changed_days", "number"),
        )
    )
    (last,) = connection.execute(f"select max(number) from ({' union all '.join(numbers)})").fetchone()  # noqa: S608 - constant names
    return last or 0


def _keep(connection: sqlite3.Connection) -> None:
    """Remember beside them the windows of versions that are not planned any more: see kept.py."""
    other = (
        "version <> '' and not exists (select 1 from planned p"
        " where p.model = computed_windows.model and p.version = computed_windows.version)"
    )
    connection.execute(
        "delete from kept_windows where exists (select 1 from computed_windows"  # noqa: S608 - constant text
        " where computed_windows.model = kept_windows.model and computed_windows.version = kept_windows.version"
        f" and kept_windows.first_day < computed_windows.end_day and kept_windows.end_day > computed_windows.first_day"
        f" and {other})"
    )
    connection.execute(f"insert into kept_windows ({COLUMNS}) select {COLUMNS} from computed_windows where {other}")  # noqa: S608 - constant names


def insert(connection: sqlite3.Connection, entry: Entry, table: str = "computed_windows") -> None:
    """Put `entry` into one of the tables of windows, with its numbers."""
    connection.execute(
        f"insert into {table} ({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            entry.model,
            entry.window.start.isoformat(),
            entry.window.end.isoformat(),
            entry.version,
            json.dumps(entry.sources),
            entry.run_id,
            entry.computed,
            entry.changed,
        ),
    )


def entry_of(row: Sequence[Any]) -> Entry:
    """A row of COLUMNS."""
    model, first, end, version, sources, run_id, computed, changed = row
    return Entry(
        model=model,
        window=Window(date.fromisoformat(first), date.fromisoformat(end)),
        version=version,
        sources=json.loads(sources),
        run_id=run_id,
        computed=computed,
        changed=changed,
    )


def withdraw(connection: sqlite3.Connection, model: str, window: Window | None) -> None:
    """Forget `window` of `model` (None: all of it), whatever its version; what lies around it stays."""
    if window is None:
        connection.execute("delete from computed_windows where model = ?", (model,))
        connection.execute("delete from partial_windows where model = ?", (model,))
        return
    connection.execute(
        "delete from partial_windows where model = ? and first_day < ? and end_day > ?",
        (model, window.end.isoformat(), window.start.isoformat()),
    )
    rows = connection.execute(
        f"select {COLUMNS} from computed_windows where model = ? and first_day < ? and end_day > ?",  # noqa: S608
        (model, window.end.isoformat(), window.start.isoformat()),
    ).fetchall()
    for entry in map(entry_of, rows):
        connection.execute(
            "delete from computed_windows where model = ? and first_day = ?", (model, entry.window.start.isoformat())
        )
        for start, end in ((entry.window.start, window.start), (window.end, entry.window.end)):
            if start < end:
                insert(connection, replace(entry, window=Window(start, end)))
