"""What is landed: which windows of raw sources are missing, how far a source is complete, what last changed a window.

Reads the lake through oso_lake.sources (completeness, lateness) and oso_lake.probes (snapshots); remembers its answers,
so make one for each run.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING

from oso_dagster.manifest import ModelEntry
from oso_dagster.raw_sources import BY_NAME
from oso_dagster.runner.ledger import Sources
from oso_lake.calendar import ONE_DAY, Window
from oso_lake.catalog import PinnedTables, current_metadata, open_catalog
from oso_lake.settings import Settings
from oso_lake.sources import Landed, input_windows

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog


class RawState:
    """The raw tables of one installation as they are while a run lasts; `now` decides which days are over."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = settings
        self.today = now.date()
        self.missing = cache(self._missing)
        self.landed_end = cache(self._landed_end)
        self.day_digests = cache(self._day_digests)
        self.head = cache(self._head)

    @cached_property
    def catalog(self) -> "Catalog":
        """The Iceberg catalog, opened at first use."""
        return open_catalog(self.settings)

    @cached_property
    def pinned(self) -> PinnedTables:
        """The raw tables as they were when this was first asked; all answers are of that moment."""
        return PinnedTables(current_metadata(self.settings, only=BY_NAME), self.settings.file_options)

    def pin(self) -> None:
        """Answer from now on for the raw tables as they are now."""
        self.__dict__.pop("pinned", None)
        _ = self.pinned

    @cached_property
    def landed(self) -> Landed:
        """Receipts, read once a source."""
        return Landed(self.settings, self.pinned)

    @cached_property
    def lake_end(self) -> date:
        """Where the most complete daily source ends; today when none has a complete day."""
        ends = [
            self.landed_end(source.name)
            for source in BY_NAME.values()
            if source.daily and self._is_configured(source.name)
        ]
        ends = [end for end in ends if self.settings.start < end]
        return max(ends, default=self.today)

    def _missing(self, source: str, window: Window) -> Sequence[str]:
        """Names of the windows of `source` that are needed for `window` and not landed."""
        return tuple(self.landed.missing(source, window))

    def _landed_end(self, source: str) -> date:
        """End of the last day before which everything of `source` is landed; the installation's start when nothing is.

        By bisection: a longer window is never less incomplete.
        """
        start = self.settings.start
        daily = source in BY_NAME and BY_NAME[source].daily
        if daily and not self._is_configured(source):
            # nothing will ever come of it: it is complete wherever the others are
            return self.lake_end
        low, high = 0, ((self.today if daily else self.lake_end) - start).days
        while low < high:
            middle = (low + high + 1) // 2
            if self.missing(source, Window(start, start + timedelta(days=middle))):
                high = middle - 1
            else:
                low = middle
        return start + timedelta(days=low)

    def _is_configured(self, source: str) -> bool:
        return source != "evm_chain" or bool(self.settings.evm_chains)

    def _day_digests(self, table: str, days: Window) -> dict[str, str]:
        """For each day a digest of which snapshots last changed the windows it needs."""
        from oso_lake.probes import window_snapshots

        source = table.split(".", maxsplit=1)[0]
        needed = {day: input_windows(self.settings, source, Window(day, day + ONE_DAY)) or () for day in days.dates()}
        names = sorted({name for windows in needed.values() for name in windows})
        snapshots = window_snapshots(self.pinned, table, names)
        return {day.isoformat(): _digest(snapshots.get(name) for name in windows) for day, windows in needed.items()}

    def _head(self, table: str) -> str:
        """Id of the snapshot that last changed rows; empty for a table that is empty or does not exist."""
        from oso_lake.probes import content_snapshot

        snapshot_id = content_snapshot(self.pinned, table)
        return "" if snapshot_id is None else str(snapshot_id)

    def sources_of(self, model: ModelEntry, read: Window) -> Sources:
        """The state of everything raw that `model` reads for the window `read`, as the ledger keeps it."""
        found = {}
        for table in model.raw_inputs:
            source = BY_NAME.get(table.split(".")[0])
            if model.grain is not None and source is not None and source.daily:
                found[table] = self.day_digests(table, read)
            else:
                found[table] = {"*": self.head(table)}
        return found

    def heads(self, tables: Iterable[str]) -> dict[str, str]:
        """The snapshot that last changed each raw table."""
        return {table: self.head(table) for table in sorted(tables)}


def _digest(snapshots: Iterable[int | None]) -> str:
    text = ",".join(str(snapshot) for snapshot in snapshots)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
