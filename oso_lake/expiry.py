"""Expires old snapshots of an Iceberg table: they leave its metadata; orphans.py removes the files nobody needs then.

What probes.py reads of them moves to a property of the table in the same commit, so windows stay as fresh as they were.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from oso_lake.commits import MAX_ATTEMPTS
from oso_lake.probes import CARRIED, ancestors, carried_over

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot


MAIN = "main"


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Snapshots that were current at any time in the last `age` stay, and so do the newest `least`."""

    age: timedelta = timedelta(days=7)
    least: int = 20


def expirable(table: "Table", retention: Retention, now: datetime) -> "list[Snapshot]":
    """Snapshots that may go, newest first: always all of the table's history that are older than some snapshot.

    A reader that opened the table within `retention.age` may have the snapshot open that was current then: that is why
    a snapshot's age counts from when the next one took its place.
    """
    history = list(ancestors(table))
    cutoff = (now - retention.age).timestamp() * 1000
    for place in range(max(retention.least, 1), len(history)):
        if history[place - 1].timestamp_ms < cutoff:
            return history[place:] + _strays(table, cutoff)
    return _strays(table, cutoff)


def _strays(table: "Table", cutoff: float) -> "list[Snapshot]":
    """Snapshots that no history leads to: of a table that was replaced whole, by CREATE OR REPLACE. Newest first.

    What took the place of one is the next that was made, as far as nobody keeps branches.
    """
    if any(name != MAIN for name in table.metadata.refs):
        return []
    reached = {snapshot.snapshot_id for snapshot in ancestors(table)}
    by_time = sorted(table.snapshots(), key=lambda snapshot: snapshot.timestamp_ms)
    replaced = [one for one, following in pairwise(by_time) if following.timestamp_ms < cutoff]
    return [one for one in reversed(replaced) if one.snapshot_id not in reached]


def expire(catalog: "Catalog", name: str, retention: Retention, now: datetime, limit: int | None = None) -> int:
    """Expire the oldest `limit` snapshots that may go, in one commit; how many went. Again does nothing more.

    Snapshots that a branch or a tag names stay. Raises CommitFailedException when writers won the race for the table's
    metadata each time.
    """
    from pyiceberg.exceptions import CommitFailedException

    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return _expire(catalog.load_table(name), retention, now, limit)
        except CommitFailedException:
            continue
    return _expire(catalog.load_table(name), retention, now, limit)


def _expire(table: "Table", retention: Retention, now: datetime, limit: int | None) -> int:
    from pyiceberg.table.update.snapshot import ExpireSnapshots

    going = expirable(table, retention, now)
    if limit is not None:
        going = going[max(len(going) - limit, 0) :]
    named = {ref.snapshot_id for ref in table.metadata.refs.values()}
    unnamed = [one.snapshot_id for one in going if one.snapshot_id not in named]
    if unnamed:
        with table.transaction() as transaction:
            # those with a name too: once their successors are gone, the history no longer leads to them
            of_history = {snapshot.snapshot_id for snapshot in ancestors(table)}
            lost = [one for one in going if one.snapshot_id in of_history]
            transaction.set_properties({CARRIED: carried_over(table, lost)})
            ExpireSnapshots(transaction).by_ids(unnamed).commit()
    return len(unnamed)
