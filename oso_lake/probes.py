"""Which snapshot last changed a window of a raw table: what says whether a computed window is still fresh.

Only snapshot summaries are read, never data: an overwrite with as many rows as before is a change like any other, and a
rewrite of the same rows into fewer files (compaction.py) is none. What expired snapshots (expiry.py) had changed is
carried on in a property of the table, so that expiring them makes nothing stale.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from oso_lake.catalog import Tables
from oso_lake.commits import WINDOWS
from oso_lake.window_names import decode_windows, encode_windows, matching_windows

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

# summary of a snapshot that holds the same rows as the one before it
SAME_ROWS = "oso.same_rows"
# property of a table: JSON [[snapshot id, encoded windows], ...], newest first, of snapshots that were expired
CARRIED = "oso.expired_changes"


class Change(NamedTuple):
    """What one snapshot changed: its windows as encoded; None when another tool wrote it, which is everything older."""

    snapshot_id: int
    windows: str | None


def last_change(catalog: Tables, table: str, window: str) -> int | None:
    """Id of the newest snapshot of `table` that replaced `window`; None when none did, or there is no such table."""
    return window_snapshots(catalog, table, [window]).get(window)


def window_snapshots(catalog: Tables, table: str, windows: Collection[str] | None = None) -> dict[str, int]:
    """The newest snapshot id of each of `windows`, or of every window that was ever replaced; others are absent.

    A snapshot without our summary (another tool rewrote the table) counts as a change of every window older than it.
    """
    return _newest(_changes(_loaded(catalog, table)), windows)


def content_snapshot(catalog: Tables, table: str) -> int | None:
    """Id of the newest snapshot that changed rows; None when the table is empty or there is no such table.

    It may have expired since: it names a state, and is not for reading.
    """
    newest = next(_changes(_loaded(catalog, table)), None)
    return None if newest is None else newest.snapshot_id


def carried_over(table: "Table", expired: Iterable["Snapshot"]) -> str:
    """Value of the property CARRIED once `expired` (newest first, the oldest of the table's history) are gone."""
    changes = [*filter(None, map(_change, expired)), *_carried(table)]
    by_snapshot: dict[int, list[str]] = {changes[0].snapshot_id: []} if changes else {}
    for window, snapshot_id in _newest(changes, None).items():
        by_snapshot.setdefault(snapshot_id, []).append(window)
    return json.dumps([[one, encode_windows(names)] for one, names in by_snapshot.items()], separators=(",", ":"))


def ancestors(table: "Table | None") -> Iterator["Snapshot"]:
    """The snapshots of the table's history that are still there, newest first."""
    if table is None:
        return
    by_id = {snapshot.snapshot_id: snapshot for snapshot in table.snapshots()}
    current = table.current_snapshot()
    while current is not None:
        yield current
        parent = current.parent_snapshot_id
        current = None if parent is None else by_id.get(parent)


def _newest(changes: Iterable[Change], windows: Collection[str] | None) -> dict[str, int]:
    remaining = None if windows is None else set(windows)
    found: dict[str, int] = {}
    foreign: int | None = None
    for snapshot_id, encoded in changes:
        if encoded is None:
            foreign = foreign or snapshot_id
            continue
        names = decode_windows(encoded) if remaining is None else matching_windows(encoded, remaining)
        for name in names:
            found.setdefault(name, foreign or snapshot_id)
        if remaining is not None:
            remaining -= found.keys()
            if not remaining:
                break
    return found


def _loaded(catalog: Tables, table: str) -> "Table | None":
    from pyiceberg.exceptions import NoSuchTableError

    try:
        return catalog.load_table(table)
    except NoSuchTableError:
        return None


def _changes(table: "Table | None") -> Iterator[Change]:
    """What changed `table`, newest first: its snapshots, then those that expired."""
    if table is not None:
        yield from filter(None, map(_change, ancestors(table)))
        yield from _carried(table)


def _change(snapshot: "Snapshot") -> Change | None:
    """What a snapshot changed; None when it holds the same rows as the one before."""
    properties = {} if snapshot.summary is None else snapshot.summary.additional_properties
    return None if SAME_ROWS in properties else Change(snapshot.snapshot_id, properties.get(WINDOWS))


def _carried(table: "Table") -> Iterator[Change]:
    return (Change(int(one), windows) for one, windows in json.loads(table.properties.get(CARRIED, "[]")))
