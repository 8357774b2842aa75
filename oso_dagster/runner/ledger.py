"""What each computed window was computed from, so that what is fresh need not be computed again.

SQLMesh's intervals say that a window is done; the ledger says of which model version, and of which state of its inputs.
It may be deleted: everything then counts as stale. Written in the step that records the intervals.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, select

from oso_dagster.runner.ledger_store import (
    LedgerStore,
    changed_days,
    computed_windows,
    kept_windows,
    partial_windows,
    planned,
    plans,
)
from oso_lake.calendar import Window

# raw table -> window name ("*" for the whole table) -> id of the snapshot that last changed it
Sources = Mapping[str, Mapping[str, str]]

# all of a model, whatever its windows are
ALWAYS = Window(date(1, 1, 1), date(9999, 12, 31))


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
    """The ledger of one installation, at the URL of its settings; every call is a transaction."""

    def __init__(self, url: str) -> None:
        self._store = LedgerStore(url)

    def planned(self) -> dict[str, str]:
        """Version of each model in the last plan; empty before the first."""
        if not self._store.exists:
            return {}
        with self._store.reading() as connection:
            return {row.model: row.version for row in connection.execute(select(planned))}

    def planned_fingerprint(self) -> str | None:
        """Fingerprint of the project that was last planned."""
        if not self._store.exists:
            return None
        with self._store.reading() as connection:
            return connection.execute(select(plans.c.fingerprint)).scalar()

    def plan(self, versions: Mapping[str, str], fingerprint: str) -> None:
        """Remember the versions of a plan, and the fingerprint of the project it was made of."""
        with self._store.writing() as connection:
            connection.execute(delete(plans))
            connection.execute(insert(plans).values(fingerprint=fingerprint))
            connection.execute(delete(planned))
            if versions:
                rows = [{"model": model, "version": version} for model, version in versions.items()]
                connection.execute(insert(planned), rows)
            _keep(connection)

    def entries(self) -> dict[str, list[Entry]]:
        """Every computed window by model."""
        if not self._store.exists:
            return {}
        found: dict[str, list[Entry]] = {}
        with self._store.reading() as connection:
            rows = connection.execute(select(computed_windows)).all()
        for row in rows:
            entry = entry_of(row)
            found.setdefault(entry.model, []).append(entry)
        return found

    def partial_windows(self) -> dict[str, list[Window]]:
        """Windows that were computed although inputs were missing, and not since."""
        if not self._store.exists:
            return {}
        found: dict[str, list[Window]] = {}
        with self._store.reading() as connection:
            rows = connection.execute(select(partial_windows).order_by("model", "first_day")).all()
        for model, first, end in rows:
            found.setdefault(model, []).append(_window(first, end))
        return found

    def record_partial(self, windows: Iterable[tuple[str, Window]]) -> None:
        """Record windows that were computed although inputs were missing: they are not done."""
        with self._store.writing() as connection:
            for spans in apart(windows):
                withdraw(connection, spans)
                rows = [{"model": model, **_days(window)} for model, window in spans.items()]
                connection.execute(insert(partial_windows), rows)

    def revision(self) -> str:
        """Differs whenever something was computed, withdrawn or planned since."""
        if not self._store.exists:
            return ""
        table = computed_windows.c
        with self._store.reading() as connection:
            windows = connection.execute(select(func.count(), func.max(table.computed), func.max(table.changed))).one()
            plan = connection.execute(select(func.max(plans.c.fingerprint))).one()
        return "/".join(str(value) for value in (*windows, *plan))

    def withdraw(self, model: str, window: Window | None) -> None:
        """Forget `window` of `model` (None: all of it); what lies around it stays."""
        with self._store.writing() as connection:
            withdraw(connection, {model: window or ALWAYS})

    def changes(self) -> dict[str, list[Change]]:
        """Changed days of unpartitioned models that may still be newer than something that read them."""
        if not self._store.exists:
            return {}
        found: dict[str, list[Change]] = {}
        with self._store.reading() as connection:
            rows = connection.execute(select(changed_days)).all()
        for model, number, first, end, via in rows:
            found.setdefault(model, []).append(Change(window=_window(first, end), via=via, number=number))
        return found

    def record(self, entries: Iterable[Entry], changes: Mapping[str, Sequence[Change]] | None = None) -> None:
        """Record computed windows, in the order in which they were computed (parents first).

        `changes` are the days that unpartitioned models among them changed, by model.
        """
        with self._store.writing() as connection:
            numbered = [
                replace(entry, computed=number, changed=entry.changed or number)
                for number, entry in enumerate(entries, last_number(connection) + 1)
            ]
            for spans in apart((entry.model, entry.window) for entry in numbered):
                withdraw(connection, spans)
            if numbered:
                connection.execute(insert(computed_windows), [row_of(entry) for entry in numbered])
            told = [
                {"model": entry.model, "number": entry.computed, **_days(change.window), "via": change.via}
                for entry in numbered
                for change in (changes or {}).get(entry.model, ())
            ]
            if told:
                connection.execute(insert(changed_days), told)
            if changes:
                # older than everything that is computed: nobody can have missed them
                connection.execute(delete(changed_days).where(changed_days.c.number < _oldest(connection)))

    def oldest_kept(self) -> int | None:
        """The lowest number at which something was computed of a version that is not planned and may come back."""
        with self._store.reading() as connection:
            return connection.execute(select(func.min(kept_windows.c.computed))).scalar()

    def settle(self, entries: Mapping[str, Sequence[Entry]], seen: Collection[str]) -> None:
        """Put `entries` (by model) in place of what is recorded, and forget the changed days of the models `seen`.

        Only while nothing is computed; which may be replaced is decided in maintenance/settling.py.
        """
        with self._store.writing() as connection:
            if entries:
                connection.execute(delete(computed_windows).where(computed_windows.c.model.in_(entries)))
                rows = [row_of(entry) for of_model in entries.values() for entry in of_model]
                connection.execute(insert(computed_windows), rows)
            if seen:
                connection.execute(delete(changed_days).where(changed_days.c.model.in_(seen)))


def _oldest(connection: Connection) -> int:
    """The first number of a computation that still counts, or may count again."""
    minima = [select(func.min(table.c.computed)).scalar_subquery() for table in (computed_windows, kept_windows)]
    return min((number for number in connection.execute(select(*minima)).one() if number is not None), default=0)


def _keep(connection: Connection) -> None:
    """Remember beside them the windows of versions that are not planned any more: see kept.py."""
    windows, kept = computed_windows.c, kept_windows.c
    is_planned = exists().where(planned.c.model == windows.model, planned.c.version == windows.version)
    other = and_(windows.version != "", ~is_planned)
    replaced = exists().where(
        windows.model == kept.model,
        windows.version == kept.version,
        kept.first_day < windows.end_day,
        kept.end_day > windows.first_day,
        other,
    )
    connection.execute(delete(kept_windows).where(replaced))
    names = [column.name for column in computed_windows.c]
    connection.execute(insert(kept_windows).from_select(names, select(computed_windows).where(other)))


def last_number(connection: Connection) -> int:
    """The last number given; what was computed last may have been withdrawn since: a number never comes twice."""
    columns = [table.c[name] for table in (computed_windows, kept_windows) for name in ("computed", "changed")]
    columns.append(changed_days.c.number)
    maxima = [select(func.max(column)).scalar_subquery() for column in columns]
    return max(number or 0 for number in connection.execute(select(*maxima)).one())


def row_of(entry: Entry) -> dict[str, Any]:
    """`entry` as a row of the tables of windows, with its numbers."""
    return {
        "model": entry.model,
        **_days(entry.window),
        "version": entry.version,
        "sources": json.dumps(entry.sources),
        "run_id": entry.run_id,
        "computed": entry.computed,
        "changed": entry.changed,
    }


def entry_of(row: Sequence[Any]) -> Entry:
    """A row of the tables of windows."""
    model, first, end, version, sources, run_id, computed, changed = row
    return Entry(
        model=model,
        window=_window(first, end),
        version=version,
        sources=json.loads(sources),
        run_id=run_id,
        computed=computed,
        changed=changed,
    )


def _window(first: str, end: str) -> Window:
    return Window(date.fromisoformat(first), date.fromisoformat(end))


def _days(window: Window) -> dict[str, str]:
    return {"first_day": window.start.isoformat(), "end_day": window.end.isoformat()}


def apart(windows: Iterable[tuple[str, Window]]) -> Iterator[dict[str, Window]]:
    """`windows` in their order, in lots in which each model comes once."""
    lot: dict[str, Window] = {}
    for model, window in windows:
        if model in lot:
            yield lot
            lot = {}
        lot[model] = window
    if lot:
        yield lot


def withdraw(connection: Connection, spans: Mapping[str, Window]) -> None:
    """Forget one window each of some models, whatever its version, in a few statements; what lies around stays."""
    table = computed_windows.c
    partial = partial_windows.c
    connection.execute(
        delete(partial_windows).where(
            and_(
                partial.model == bindparam("of"),
                partial.first_day < bindparam("high"),
                partial.end_day > bindparam("low"),
            )
        ),
        [{"of": m, "high": w.end.isoformat(), "low": w.start.isoformat()} for m, w in spans.items()],
    )
    low = min(window.start for window in spans.values()).isoformat()
    high = max(window.end for window in spans.values()).isoformat()
    query = select(computed_windows).where(table.model.in_(spans), table.first_day < high, table.end_day > low)
    overlapping = [
        entry
        for entry in map(entry_of, connection.execute(query))
        if entry.window.start < spans[entry.model].end and spans[entry.model].start < entry.window.end
    ]
    if not overlapping:
        return
    connection.execute(
        delete(computed_windows).where(table.model == bindparam("of"), table.first_day == bindparam("first")),
        [{"of": entry.model, "first": entry.window.start.isoformat()} for entry in overlapping],
    )
    left = [
        row_of(replace(entry, window=Window(start, end)))
        for entry in overlapping
        for start, end in (
            (entry.window.start, spans[entry.model].start),
            (spans[entry.model].end, entry.window.end),
        )
        if start < end
    ]
    if left:
        connection.execute(insert(computed_windows), left)
