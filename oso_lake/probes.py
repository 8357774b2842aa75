"""Which snapshot last changed a window of a raw table: what says whether a computed window is still fresh.

Only snapshot summaries are read, never data: an overwrite with as many rows as before is a change like any other.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from oso_lake.commits import WINDOWS
from oso_lake.window_names import decode_windows, matching_windows

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table.snapshots import Snapshot


def last_change(catalog: "Catalog", table: str, window: str) -> int | None:
    """Id of the newest snapshot of `table` that replaced `window`; None when none did, or there is no such table."""
    return window_snapshots(catalog, table, [window]).get(window)


def window_snapshots(catalog: "Catalog", table: str, windows: Collection[str] | None = None) -> dict[str, int]:
    """The newest snapshot id of each of `windows`, or of every window that was ever replaced; others are absent.

    A snapshot without our summary (another tool rewrote the table) counts as a change of every window older than it.
    """
    remaining = None if windows is None else set(windows)
    found: dict[str, int] = {}
    foreign: int | None = None
    for snapshot in _newest_first(catalog, table):
        encoded = _windows(snapshot)
        if encoded is None:
            foreign = foreign or snapshot.snapshot_id
            continue
        names = decode_windows(encoded) if remaining is None else matching_windows(encoded, remaining)
        for name in names:
            found.setdefault(name, foreign or snapshot.snapshot_id)
        if remaining is not None:
            remaining -= found.keys()
            if not remaining:
                break
    return found


def current_snapshot(catalog: "Catalog", table: str) -> int | None:
    """Id of the table's current snapshot; None when it is empty or there is no such table."""
    newest = next(_newest_first(catalog, table), None)
    return None if newest is None else newest.snapshot_id


def _newest_first(catalog: "Catalog", table: str) -> Iterator["Snapshot"]:
    from pyiceberg.exceptions import NoSuchTableError

    try:
        loaded = catalog.load_table(table)
    except NoSuchTableError:
        return
    by_id = {snapshot.snapshot_id: snapshot for snapshot in loaded.snapshots()}
    current = loaded.current_snapshot()
    while current is not None:
        yield current
        parent = current.parent_snapshot_id
        current = None if parent is None else by_id.get(parent)


def _windows(snapshot: "Snapshot") -> str | None:
    summary = snapshot.summary
    return None if summary is None else summary.additional_properties.get(WINDOWS)
