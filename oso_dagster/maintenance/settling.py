"""Joins what the ledger keeps of adjacent windows, where nothing that may still become stale tells them apart.

Daily runs leave an entry for each model and day: ten years of 800 models are three million, which every tick that finds
something new would read. What decides are the numbers of an entry, when it was computed and when its data last changed,
and only against each other: once all readers of a model have seen its changes, and no other version waits that has not,
the changes need no number of their own, and windows that were computed at different times are one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from oso_dagster.freshness import Freshness
from oso_dagster.manifest import ModelEntry
from oso_dagster.runner.inputs import read_window
from oso_dagster.runner.ledger import Entry, Sources
from oso_dagster.spans import hull
from oso_lake.calendar import Window

# older than whatever is computed: numbers begin with 1, and what is as old as a computation is not newer
SEEN = 1
# in an entry's sources, of a table that is read whole
WHOLE = "*"


@dataclass(frozen=True, kw_only=True)
class Settled:
    """`entries` to keep instead of those recorded, by model; `seen`: models whose changed days everybody saw."""

    entries: Mapping[str, Sequence[Entry]]
    seen: frozenset[str]


def settled(freshness: Freshness, oldest_kept: int | None) -> Settled:
    """What to keep instead: nothing is fresh afterwards that was stale before, nor the other way round.

    `oldest_kept` is the lowest number at which a version was computed that is not planned now and may come back; None
    when there is none.
    """
    seen = _seen(freshness, _limit(freshness, oldest_kept))
    found: dict[str, list[Entry]] = {}
    for model in freshness.manifest.models:
        entries = list(freshness.entries.get(model.name, ()))
        if not _is_current(freshness, model, entries):
            continue
        kept = [replace(entry, changed=SEEN) if model.name in seen else entry for entry in entries]
        if all(parent in seen for parent in model.parents):
            kept = _joined(_trimmed(model, entry, freshness.start) for entry in kept)
        if kept != entries:
            found[model.name] = kept
    return Settled(entries=found, seen=seen & freshness.changes.keys())


def _limit(freshness: Freshness, oldest_kept: int | None) -> float:
    """The lowest number at which something was computed whose version is not planned."""
    others = [
        entry.computed
        for name, entries in freshness.entries.items()
        for entry in entries
        if entry.version != freshness.planned.get(name)
    ]
    return min([*others, *([oldest_kept] if oldest_kept is not None else [])], default=float("inf"))


def _seen(freshness: Freshness, limit: float) -> frozenset[str]:
    """The models whose changes all readers have seen, and all versions that may come back."""
    behind = _behind(freshness)
    unseen = {parent for model in freshness.manifest.models if model.name in behind for parent in model.parents}
    return frozenset(
        model.name
        for model in freshness.manifest.models
        if model.name not in unseen
        and all(entry.changed < limit for entry in freshness.entries.get(model.name, ()))
        and all(change.number < limit for change in freshness.changes.get(model.name, ()))
    )


def _behind(freshness: Freshness) -> frozenset[str]:
    """The models of which something that was computed is stale."""
    spans = {name: hull([entry.window for entry in entries]) for name, entries in freshness.entries.items()}

    def span(model: ModelEntry) -> Window | None:
        return spans.get(model.name)

    computed = [model for model in freshness.manifest.models if freshness.entries.get(model.name)]
    return frozenset(one.model.name for one in freshness.stale(computed, span))


def _is_current(freshness: Freshness, model: ModelEntry, entries: Sequence[Entry]) -> bool:
    return bool(entries) and all(entry.version == freshness.planned.get(model.name) for entry in entries)


def _trimmed(model: ModelEntry, entry: Entry, start: date) -> Entry:
    """The entry without the states of days that it does not read: a window cut from a larger one holds those, too."""
    read = read_window(model, None, entry.window, start)
    sources = {
        table: {
            name: state
            for name, state in states.items()
            if name == WHOLE or read.start <= date.fromisoformat(name) < read.end
        }
        for table, states in entry.sources.items()
    }
    return replace(entry, sources=sources)


def _joined(entries: Iterable[Entry]) -> list[Entry]:
    """Adjacent windows as one, where their inputs and the number of their last change agree."""
    joined: list[Entry] = []
    for entry in sorted(entries, key=lambda one: one.window.start):
        before = joined[-1] if joined else None
        sources = before and _union(before.sources, entry.sources)
        if (
            before is None
            or sources is None
            or before.window.end != entry.window.start
            or before.changed != entry.changed
        ):
            joined.append(entry)
            continue
        last = max(before, entry, key=lambda one: one.computed)
        joined[-1] = replace(last, window=Window(before.window.start, entry.window.end), sources=sources)
    return joined


def _union(one: Sources, other: Sources) -> Sources | None:
    """What both windows were computed from; None when they saw different states of the same."""
    if one.keys() != other.keys():
        return None
    found: dict[str, Mapping[str, str]] = {}
    for table, states in one.items():
        if any(other[table].get(name, state) != state for name, state in states.items()):
            return None
        found[table] = {**states, **other[table]}
    return found
