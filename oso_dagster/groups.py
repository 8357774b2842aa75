"""What is stale, as runs in their order: models of one grain over one range of windows, after everything they read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from oso_dagster.freshness import Stale
from oso_dagster.manifest import ModelEntry
from oso_dagster.spans import overlap
from oso_lake.calendar import Window


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Models (parents first) that one run computes, all for the same range."""

    models: tuple[ModelEntry, ...]
    window: Window | None


def in_order(stale: Sequence[Stale]) -> list[list[Stale]]:
    """`stale` (parents first) in groups of one grain, each after everything it reads."""
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


def batches(group: Sequence[Stale]) -> list[Batch]:
    """A group of one grain as runs over ranges that do not overlap, ascending: exactly what is stale, nothing more.

    Ranges that meet and concern the same models are one. A model reads backwards in its own grain, so that ascending
    order has every input before it is read.
    """
    if any(one.windows is None for one in group):
        return [Batch(models=tuple(one.model for one in group), window=None)]
    found: list[Batch] = []
    for window in _pieces([w for one in group for w in one.windows or ()]):
        models = tuple(one.model for one in group if any(overlap(window, w) for w in one.windows or ()))
        if not models:
            continue
        last = found[-1] if found else None
        if last and last.window and last.models == models and last.window.end == window.start:
            found[-1] = Batch(models=models, window=Window(last.window.start, window.end))
        else:
            found.append(Batch(models=models, window=window))
    return found


def _pieces(windows: Sequence[Window]) -> Iterator[Window]:
    edges = sorted({edge for window in windows for edge in (window.start, window.end)})
    yield from (Window(start, end) for start, end in pairwise(edges))
