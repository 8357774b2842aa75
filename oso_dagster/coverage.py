"""Publishes what is known of each metric's windows: fresh, stale, missing, partial or failed, with the reason.

Derived from the ledger, the failures and freshness; readers see it through `Lake.coverage` (oso_lake/coverage.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from oso_dagster.freshness import Freshness
from oso_dagster.manifest import ModelEntry
from oso_dagster.runner.failures import Failure
from oso_dagster.runner.inputs import first_window_start
from oso_dagster.spans import merged, overlap, without
from oso_lake import published
from oso_lake.calendar import Window
from oso_lake.coverage import COVERAGE, State
from oso_lake.published import PublishedModel

Range = tuple[Window, State, str | None]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What freshness does not say: failures that stand, and windows computed although inputs were missing."""

    failures: Sequence[Failure]
    partial: Mapping[str, Sequence[Window]]


def publish_coverage(freshness: Freshness, known: Known, run_id: str = "") -> int:
    """Bring `metric_coverage` up to date; how many ranges it holds. Nothing is written when it says the same."""
    rows = list(coverage_rows(freshness, known, datetime.now(UTC)))
    catalog = freshness.raw.catalog
    if _said(rows) != _said(published.current_rows(catalog, COVERAGE)):
        model = PublishedModel(model=COVERAGE.table, version="", window=None)
        published.publish_whole(catalog, COVERAGE, COVERAGE.rows(rows), model, run_id)
    return len(rows)


def coverage_rows(freshness: Freshness, known: Known, as_of: datetime) -> Iterator[dict[str, Any]]:
    """Rows of COVERAGE for every published model with partitions, from its first window to the last landed day."""
    end = freshness.raw.lake_end
    if end <= freshness.start:
        return
    span = Window(freshness.start, end)
    stale = {one.model.name: one for one in freshness.stale(freshness.manifest.models, lambda model: span)}
    for model in freshness.manifest.models:
        if model.grain is None or not model.is_published or model.metric is None:
            continue
        wanted = _wanted(model, freshness, [span, *known.partial.get(model.name, ())])
        if wanted is None:
            continue
        pending = stale.get(model.name)
        ranges = _ranges(
            wanted,
            computed=[e.window for e in freshness.entries.get(model.name, ())],
            stale=pending.windows or () if pending else (),
            partial=known.partial.get(model.name, ()),
            failures=[one for one in known.failures if one.model == model.name],
        )
        for window, state, reason in ranges:
            yield {
                "model": model.name,
                "grain": model.grain.value,
                "first_day": window.start,
                "end_day": window.end,
                "state": state.value,
                "reason": reason,
                "as_of": as_of,
            }


def _wanted(model: ModelEntry, freshness: Freshness, spans: Sequence[Window]) -> Window | None:
    """What is landed, and what was computed although it is not."""
    if model.grain is None:
        return None
    start, end = first_window_start(model, freshness.start), max(model.grain.floor(one.end) for one in spans)
    return Window(start, end) if start < end else None


def _ranges(
    wanted: Window,
    *,
    computed: Sequence[Window],
    stale: Sequence[Window],
    partial: Sequence[Window],
    failures: Sequence[Failure],
) -> list[Range]:
    """`wanted` in ranges: what failed, of the rest what is partial, missing, stale; what is left is fresh."""
    found: list[Range] = []
    left: list[Window] = [wanted]

    def take(windows: Sequence[Window], state: State, reason: str | None) -> None:
        nonlocal left
        for part in left:
            found.extend((_both(part, window), state, reason) for window in windows if overlap(part, window))
        left = [rest for part in left for rest in without(part, windows)]

    for failure in failures:
        take([failure.window or wanted], State.FAILED, f"{failure.error_class}: {failure.message}"[:500])
    take(merged(partial), State.PARTIAL, "computed on request although inputs were missing")
    done = merged(computed)
    take([gap for part in left for gap in without(part, done)], State.MISSING, "not computed yet")
    take(merged(stale), State.STALE, "its inputs or its definition changed since it was computed")
    found.extend((part, State.FRESH, None) for part in left)
    return sorted(found, key=lambda one: one[0].start)


def _both(one: Window, other: Window) -> Window:
    return Window(max(one.start, other.start), min(one.end, other.end))


def _said(rows: Sequence[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """What rows say, without when it was found."""
    return {tuple(value for name, value in row.items() if name != "as_of") for row in rows}
