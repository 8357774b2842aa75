"""Publishes what is known of each metric's windows: fresh, stale, missing, partial or failed, with the reason.

Derived from the ledger, the failures and freshness; readers see it through `Lake.coverage` (oso_lake/coverage.py).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from oso_dagster.freshness import Freshness
from oso_dagster.manifest import ModelEntry
from oso_dagster.runner.failures import Failure
from oso_dagster.runner.inputs import first_window_start
from oso_dagster.spans import merged, overlap, without
from oso_lake.calendar import Window
from oso_lake.window_states import State

Range = tuple[Window, State, str | None]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What freshness does not say: failures that stand, and windows computed although inputs were missing."""

    failures: Sequence[Failure]
    partial: Mapping[str, Sequence[Window]]


def publish_coverage(
    freshness: Freshness, known: Known, run_id: str = "", touched: Collection[str] | None = None
) -> Sequence[Mapping[str, Any]]:
    """Bring `metric_coverage` up to date; the rows it holds now of what was looked at.

    With `touched` only these models and what depends on them are looked at, of all else nothing is read and the rows
    stay. Nothing is written when the table says the same.
    """
    # Arrow takes a third of a second to import, which the code location does not need to load
    from oso_lake import published
    from oso_lake.coverage import COVERAGE
    from oso_lake.published import PublishedModel

    catalog = freshness.raw.catalog
    current = published.current_rows(catalog, COVERAGE)
    every = [model for model in freshness.manifest.models if is_covered(model)]
    models = every
    if touched is not None and current:
        models = [model for model in freshness.manifest.with_dependants(touched) if is_covered(model)]
    if not models:
        return []
    rows = list(coverage_rows(freshness, known, datetime.now(UTC), models))
    names = {model.name for model in models}
    if _said(rows) != _said(current if models is every else [row for row in current if row["model"] in names]):
        if models is every:
            whole = PublishedModel(model=COVERAGE.table, version="", window=None)
            published.publish_whole(catalog, COVERAGE, COVERAGE.rows(rows), whole, run_id)
        else:
            said = [PublishedModel(model=name, version="", window=None) for name in sorted(names)]
            published.publish_amounts(catalog, COVERAGE, COVERAGE.rows(rows), said, run_id)
    return rows


def is_covered(model: ModelEntry) -> bool:
    """Whether the table speaks of `model`: it is published, and has windows."""
    return model.grain is not None and model.is_published and model.metric is not None


def coverage_rows(
    freshness: Freshness, known: Known, as_of: datetime, models: Sequence[ModelEntry]
) -> Iterator[dict[str, Any]]:
    """Rows of COVERAGE for each of `models`, from its first window to the last landed day."""
    end = freshness.raw.lake_end
    if end <= freshness.start:
        return
    span = Window(freshness.start, end)
    stale = {one.model.name: one for one in freshness.stale(_with_inputs(freshness, models), lambda model: span)}
    for model in models:
        if model.grain is None:
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


def _with_inputs(freshness: Freshness, models: Sequence[ModelEntry]) -> list[ModelEntry]:
    """`models` and all they depend on, parents first: what is stale of an input is stale of its reader."""
    found = {model.name for model in models}
    for model in reversed(freshness.manifest.models):
        if model.name in found:
            found.update(model.parents)
    return [model for model in freshness.manifest.models if model.name in found]


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
