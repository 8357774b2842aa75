"""Which windows of which models must be computed again: not computed, of another version, or with changed inputs.

Reads the manifest, the ledger and the lake's snapshot summaries; opens neither SQLMesh nor the compute store.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.runner.inputs import (
    Coverage,
    UpstreamIncompleteError,
    first_window_start,
    read_window,
    whole_window,
)
from oso_dagster.runner.ledger import Entry
from oso_dagster.runner.raw_state import RawState
from oso_lake.calendar import ONE_DAY, Window


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A model to compute: for the whole windows in `window`, or as a whole."""

    model: ModelEntry
    window: Window | None


# a parent (None: a raw table) and the window of it that changed (None: all of it)
Change = tuple[ModelEntry | None, Window | None]


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """Everything freshness follows from, read once."""

    manifest: Manifest
    planned: Mapping[str, str]
    entries: Mapping[str, Sequence[Entry]]
    raw: RawState
    start: date

    def stale(self, models: Sequence[ModelEntry], span: Callable[[ModelEntry], Window | None]) -> list[Stale]:
        """Of `models` (parents first) those that are not fresh for all whole windows in their span, with the range."""
        found: dict[str, Stale] = {}
        for model in models:
            window = self._wanted(model, span)
            if window is None and model.grain is not None:
                continue
            lacking = window if window is None else self._lacking(model, window, found)
            if window is None or lacking is not None:
                found[model.name] = Stale(model=model, window=lacking if model.grain else None)
        return list(found.values())

    def _wanted(self, model: ModelEntry, span: Callable[[ModelEntry], Window | None]) -> Window | None:
        """The window that ought to be there; None when a partitioned model has none, or an unpartitioned no inputs."""
        if model.grain is None:
            try:
                return whole_window(model, self._coverage())
            except UpstreamIncompleteError:
                return None
        asked = span(model)
        if asked is None:
            return None
        begin, end = max(asked.start, first_window_start(model, self.start)), asked.end
        whole = list(model.grain.windows(Window(begin, end))) if begin < end else []
        return Window(whole[0].start, whole[-1].end) if whole else None

    def _coverage(self) -> Coverage:
        return Coverage(
            manifest=self.manifest,
            start=self.start,
            intervals=lambda name: (),
            missing_raw=self.raw.missing,
            landed_end=self.raw.landed_end,
            default_end=lambda: self.raw.lake_end,
        )

    def _lacking(self, model: ModelEntry, window: Window, stale: Mapping[str, Stale]) -> Window | None:
        """The range of whole windows in which something is not fresh; None when all is."""
        fresh = [
            part
            for entry in self.entries.get(model.name, ())
            if entry.version == self.planned.get(model.name)
            for part in self._fresh_parts(model, entry, stale)
        ]
        if model.grain is None:
            return None if any(part.contains(window) for part in fresh) else window
        lacking = [day for day in window.dates() if not any(part.start <= day < part.end for part in fresh)]
        return Window(model.grain.floor(lacking[0]), model.grain.next(lacking[-1])) if lacking else None

    def _fresh_parts(self, model: ModelEntry, entry: Entry, stale: Mapping[str, Stale]) -> Iterator[Window]:
        """The parts of a computed window whose inputs are what they were."""
        changes = [*self._raw_changes(model, entry), *self._parent_changes(model, entry, stale)]
        if not changes:
            yield entry.window
        elif model.grain is not None:
            for bucket in model.grain.windows(entry.window):
                reads = ((read_window(model, parent, bucket, self.start), change) for parent, change in changes)
                if not any(change is None or _overlap(read, change) for read, change in reads):
                    yield bucket

    def _raw_changes(self, model: ModelEntry, entry: Entry) -> Iterator[Change]:
        read = read_window(model, None, entry.window, self.start)
        for table, digests in self.raw.sources_of(model, read).items():
            known = entry.sources.get(table, {})
            for name, digest in digests.items():
                if known.get(name) != digest:
                    yield None, None if name == "*" else Window(date.fromisoformat(name), _next(name))

    def _parent_changes(self, model: ModelEntry, entry: Entry, stale: Mapping[str, Stale]) -> Iterator[Change]:
        for parent in (self.manifest.by_name[name] for name in model.parents):
            if (again := stale.get(parent.name)) is not None:
                yield parent, again.window
            for one in self.entries.get(parent.name, ()):
                if one.changed > entry.computed:
                    yield parent, one.window if parent.grain else None


def _overlap(one: Window, other: Window) -> bool:
    return one.start < other.end and other.start < one.end


def _next(day: str) -> date:
    return date.fromisoformat(day) + ONE_DAY


def in_order(stale: Sequence[Stale]) -> list[list[Stale]]:
    """`stale` (parents first) in groups that can each be one run: of one grain, after everything they read."""
    left = {one.model.name: one for one in stale}
    groups = []
    while left:
        grain = next(iter(left.values())).model.grain
        group: dict[str, Stale] = {}
        for name, one in left.items():
            if one.model.grain is grain and all(p in group or p not in left for p in one.model.parents):
                group[name] = one
        groups.append(list(group.values()))
        for name in group:
            del left[name]
    return groups


def hull(windows: Sequence[Window]) -> Window:
    """The smallest window that holds all of `windows`."""
    return Window(min(w.start for w in windows), max(w.end for w in windows))
