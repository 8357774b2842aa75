"""What is known of each window of a metric: absent because nothing happened, or because nothing was computed.

The pipeline publishes states of ranges in `metric_coverage`; here they become one row a window. Deriving the states is
the pipeline's part (oso_dagster/coverage.py).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from oso_lake.calendar import Grain, Window
from oso_lake.contracts import TIMESTAMP, PartitionBy, TableContract, column
from oso_lake.window_states import COVERAGE_TABLE, State

_TEXT = pa.string()
COVERAGE = TableContract(
    name=COVERAGE_TABLE,
    schema=pa.schema(
        [
            column("model", _TEXT, "The model, as in the time series"),
            column("grain", _TEXT, "Its windows: daily, weekly, ..."),
            column("first_day", pa.date32(), "First day of a range of whole windows"),
            column("end_day", pa.date32(), "Day after the range"),
            column("state", _TEXT, "fresh, stale, missing, partial or failed"),
            column("reason", _TEXT, "Why it is not fresh", nullable=True),
            column("as_of", TIMESTAMP, "When this was found"),
        ]
    ),
    description="Which windows of each metric model are computed, stale, missing or failed: ranges that do not overlap",
    partition=(PartitionBy("model"),),
    identity=("model", "first_day"),
)


@dataclass(frozen=True, kw_only=True)
class CoveredWindow:
    """One window of a metric, under the date its rows carry (of a rolling window the last day)."""

    sample_date: date
    window: Window
    state: State
    reason: str | None = None


def covered_windows(
    ranges: Iterable[Mapping[str, Any]], span: Window, sample_dates: frozenset[date] | None
) -> Iterator[CoveredWindow]:
    """The windows whose sample date lies in `span`; `ranges` are rows of COVERAGE of one model, at least one.

    Of `sample_dates`, the dates with rows, an absent one makes a fresh window empty; None leaves that open. Windows
    that no range speaks of are missing.
    """
    known = sorted(ranges, key=lambda row: row["first_day"])
    grain = Grain(known[0]["grain"])
    day = grain.floor(span.start)
    day = day if day == span.start else grain.next(day)
    position = 0
    while day < span.end:
        window = Window(day, grain.next(day))
        while position < len(known) and known[position]["end_day"] <= day:
            position += 1
        row = known[position] if position < len(known) and known[position]["first_day"] <= day else None
        state = State(row["state"]) if row else State.MISSING
        if state is State.FRESH and sample_dates is not None and day not in sample_dates:
            state = State.EMPTY
        yield CoveredWindow(
            sample_date=day, window=window, state=state, reason=row["reason"] if row else "not computed yet"
        )
        day = window.end


def incomplete(windows: Iterable[CoveredWindow]) -> Iterator[tuple[Window, State, str | None]]:
    """Ranges of neighbouring windows that share a state which is not complete, with the reason."""
    held: tuple[Window, State, str | None] | None = None
    for one in windows:
        if one.state.is_complete:
            continue
        if held and held[0].end == one.window.start and held[1:] == (one.state, one.reason):
            held = (Window(held[0].start, one.window.end), one.state, one.reason)
            continue
        if held:
            yield held
        held = (one.window, one.state, one.reason)
    if held:
        yield held


def describe(gaps: Sequence[tuple[Window, State, str | None]], most: int = 3) -> str:
    """The first of `gaps` in words."""
    shown = [f"{window} {state.value}{f' ({reason})' if reason else ''}" for window, state, reason in gaps[:most]]
    more = len(gaps) - most
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
