"""Which windows of which models must be computed again: not computed, of another version, or with changed inputs.

Reads the manifest, the ledger and the lake's snapshot summaries; opens neither SQLMesh nor the compute store. What
follows from it, which runs in which order, is in groups.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.reads import ReadKind
from oso_dagster.runner.inputs import (
    Coverage,
    UpstreamIncompleteError,
    first_window_start,
    read_window,
    whole_window,
)
from oso_dagster.runner.ledger import Change, Entry
from oso_dagster.runner.raw_state import RawState
from oso_dagster.spans import hull, merged, overlap, without
from oso_lake.calendar import ONE_DAY, Window


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A model to compute: the whole windows in `windows` (ascending, apart), or None for a model without partitions."""

    model: ModelEntry
    windows: tuple[Window, ...] | None

    @property
    def window(self) -> Window | None:
        """The range from the first stale window to the last."""
        return hull(self.windows) if self.windows else None


# a parent (None: a raw table) and the window of it that changed (None: all of it)
Changed = tuple[ModelEntry | None, Window | None]


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """Everything freshness follows from, read once."""

    manifest: Manifest
    planned: Mapping[str, str]
    entries: Mapping[str, Sequence[Entry]]
    raw: RawState
    start: date
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)

    def stale(self, models: Sequence[ModelEntry], span: Callable[[ModelEntry], Window | None]) -> list[Stale]:
        """Of `models` (parents first) those that are not fresh for all whole windows in their span, and which."""
        found: dict[str, Stale] = {}
        for model in models:
            window = self._wanted(model, span)
            if window is None and model.grain is not None:
                continue
            lacking = () if window is None else self._lacking(model, window, found)
            if window is None or lacking:
                found[model.name] = Stale(model=model, windows=lacking if model.grain else None)
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
        begin = max(asked.start, first_window_start(model, self.start))
        return model.grain.whole(Window(begin, asked.end)) if begin < asked.end else None

    def _coverage(self) -> Coverage:
        return Coverage(
            manifest=self.manifest,
            start=self.start,
            intervals=lambda name: (),
            missing_raw=self.raw.missing,
            landed_end=self.raw.landed_end,
            default_end=lambda: self.raw.lake_end,
        )

    def _lacking(self, model: ModelEntry, window: Window, stale: Mapping[str, Stale]) -> tuple[Window, ...]:
        """The whole windows in which something is not fresh, merged; of an unpartitioned model all or nothing."""
        fresh = [
            part
            for entry in self.entries.get(model.name, ())
            if entry.version == self.planned.get(model.name) and overlap(entry.window, window)
            for part in self._fresh_parts(model, entry, stale)
        ]
        if model.grain is None:
            return () if any(part.contains(window) for part in fresh) else (window,)
        grain = model.grain
        return merged(
            Window(grain.floor(gap.start), grain.next(gap.end - ONE_DAY)) for gap in without(window, merged(fresh))
        )

    def _fresh_parts(self, model: ModelEntry, entry: Entry, stale: Mapping[str, Stale]) -> Iterable[Window]:
        """The parts of a computed window whose inputs are what they were."""
        changes = [*self._raw_changes(model, entry), *self._parent_changes(model, entry, stale)]
        if not changes:
            return (entry.window,)
        if model.grain is None or any(changed is None for _, changed in changes):
            return ()
        return without(
            entry.window,
            [
                bucket
                for parent, changed in changes
                if changed
                for bucket in self._affected(model, parent, changed, entry.window)
            ],
        )

    def _affected(
        self, model: ModelEntry, parent: ModelEntry | None, changed: Window, within: Window
    ) -> Iterator[Window]:
        """The buckets of `within` that read something of `changed`. What a later bucket reads begins no earlier."""
        grain = model.grain
        if grain is None or changed.start >= within.end:
            return
        day = max(grain.floor(changed.start), within.start)
        if model.reads.kind is ReadKind.HISTORY:
            yield Window(day, within.end)
            return
        while day < within.end:
            bucket = Window(day, grain.next(day))
            read = read_window(model, parent, bucket, self.start)
            if overlap(read, changed):
                yield bucket
            elif read.start >= changed.end:
                return
            day = bucket.end

    def _raw_changes(self, model: ModelEntry, entry: Entry) -> Iterator[Changed]:
        read = read_window(model, None, entry.window, self.start)
        for table, digests in self.raw.sources_of(model, read).items():
            known = entry.sources.get(table, {})
            for name, digest in digests.items():
                if known.get(name) != digest:
                    yield None, None if name == "*" else Window(date.fromisoformat(name), _next(name))

    def _parent_changes(self, model: ModelEntry, entry: Entry, stale: Mapping[str, Stale]) -> Iterator[Changed]:
        for parent in (self.manifest.by_name[name] for name in model.parents):
            if (again := stale.get(parent.name)) is not None:
                if again.windows is not None:
                    yield from ((parent, window) for window in again.windows)
                elif not (parent.footprint and self.entries.get(parent.name)):
                    # one with a footprint will say, once it is computed, which days it changed
                    yield parent, None
            for one in self.entries.get(parent.name, ()):
                if one.changed > entry.computed:
                    yield parent, one.window if parent.grain else None
            yield from self._changed_days(model, parent, entry)

    def _changed_days(self, model: ModelEntry, parent: ModelEntry, entry: Entry) -> Iterator[Changed]:
        """What an unpartitioned parent says it changed; all of it for a reader whose other sources it does not name."""
        changes = [change for change in self.changes.get(parent.name, ()) if change.number > entry.computed]
        if not changes:
            return
        if all(change.via for change in changes) and not any(change.via in model.parents for change in changes):
            if not self._named(parent).intersection(model.parents):
                yield parent, None
            return
        yield from ((parent, c.window) for c in changes if not c.via or c.via in model.parents)

    def _named(self, parent: ModelEntry) -> frozenset[str]:
        """The models whose readers the footprint of `parent` speaks of: string literals in it."""
        return frozenset(name for name in self.manifest.by_name if f"'{name}'" in parent.footprint)


def _next(day: str) -> date:
    return date.fromisoformat(day) + ONE_DAY
