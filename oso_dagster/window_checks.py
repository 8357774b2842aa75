"""What the checks `gap`, `freshness` and `coverage` say of a model's windows, and which of it is worth an event.

Pure over rows of metric_coverage (coverage.py). `gap` and `freshness` are of one window, `coverage` of all of a model.
An event costs Dagster 20 to 35 ms, and 800 models have 300,000 windows a year: what is as it should be is not told, nor
what was told before, nor old windows one by one; `coverage` counts them all.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from oso_dagster.spans import merged, overlap, without
from oso_lake.calendar import ONE_DAY, Grain, Window
from oso_lake.window_states import State

GAP = "gap"
FRESHNESS = "freshness"
COVERAGE = "coverage"
WINDOW_CHECKS = {
    GAP: "The window is computed, from all it reads: not missing, failed or partial",
    FRESHNESS: "Nothing that the window was computed from, nor its definition, changed since",
}
# all that look at what is computed, and are no part of computing it
LOOKING = frozenset({*WINDOW_CHECKS, COVERAGE})
# windows of a model, the newest, that are told one by one; ranges that `coverage` names
MOST_WINDOWS = 31
MOST_RANGES = 20

_BROKEN = frozenset({State.MISSING, State.FAILED, State.PARTIAL})
Range = tuple[Window, State, str | None]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check says of a window, or of all of a model (`window` None). An error, or else a warning, if it fails."""

    model: str
    check: str
    window: Window | None
    passed: bool
    is_error: bool
    description: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was last told of a model: windows whose check failed, and a digest of what `coverage` said."""

    failed: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)
    said: str = ""

    def dump(self) -> dict[str, Any]:
        """As JSON takes it."""
        spans = {check: [[str(w.start), str(w.end)] for w in windows] for check, windows in self.failed.items()}
        return {"failed": spans, "said": self.said}

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> "Told":
        """Read what `dump` made."""
        failed = {
            check: tuple(Window(date.fromisoformat(start), date.fromisoformat(end)) for start, end in spans)
            for check, spans in content["failed"].items()
        }
        return cls(failed=failed, said=content["said"])


@dataclass(frozen=True, kw_only=True)
class Known:
    """The states of one model's windows, in ranges that do not overlap, ascending."""

    model: str
    grain: Grain
    ranges: tuple[Range, ...]

    @property
    def digest(self) -> str:
        """Differs whenever a state, its reason or the last window differs."""
        return hashlib.sha256(json.dumps(self.ranges, default=str).encode()).hexdigest()[:16]

    def windows(self, check: str) -> tuple[Window, ...]:
        """Ranges in which `check` fails; what lies before the first computed window is no gap."""
        if check == FRESHNESS:
            return merged(window for window, state, _ in self.ranges if state is State.STALE)
        computed = [window for window, state, _ in self.ranges if state is not State.MISSING]
        begin = min((window.start for window in computed), default=date.max)
        return merged(window for window, state, _ in self.ranges if state in _BROKEN and window.start >= begin)


def known_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Known]:
    """Rows of metric_coverage by model."""
    found: dict[str, list[Range]] = {}
    grains: dict[str, Grain] = {}
    for row in rows:
        window = Window(row["first_day"], row["end_day"])
        found.setdefault(row["model"], []).append((window, State(row["state"]), row["reason"]))
        grains[row["model"]] = Grain(row["grain"])
    return {
        name: Known(model=name, grain=grains[name], ranges=tuple(sorted(ranges, key=lambda one: one[0].start)))
        for name, ranges in found.items()
    }


def verdict(known: Known, check: str, window: Window) -> Verdict:
    """What `check` says of one window; one that no range speaks of is not landed yet, and missing."""
    at = [(state, reason) for span, state, reason in known.ranges if overlap(span, window)]
    state, reason = at[0] if at else (State.MISSING, "not landed yet")
    passed = state not in _BROKEN if check == GAP else state is State.FRESH
    return Verdict(
        model=known.model,
        check=check,
        window=window,
        passed=passed,
        is_error=check == GAP,
        description=state.value if reason is None else f"{state.value}: {reason}",
    )


def summary(known: Known) -> Verdict:
    """What `coverage` says of a model: how many windows are in which state, and where those are that are not fresh."""
    counts = Counter[str]()
    for window, state, _ in known.ranges:
        counts[state.value] += known.grain.count(window)
    total = sum(counts.values())
    fresh = counts[State.FRESH.value]
    odd = [f"{w} {state.value}: {reason}" for w, state, reason in known.ranges if state is not State.FRESH]
    # the newest are what one looks for
    shown = odd[-MOST_RANGES:]
    told = {check: _count(known, known.windows(check)) for check in WINDOW_CHECKS}
    return Verdict(
        model=known.model,
        check=COVERAGE,
        window=None,
        passed=fresh == total,
        is_error=any(state in _BROKEN for _, state, _ in known.ranges),
        description=f"{fresh} of {total} {known.grain.value} windows are fresh",
        metadata={
            "windows": total,
            **counts,
            "fresh_share": round(fresh / total, 4) if total else 0.0,
            "not_fresh": shown if len(odd) == len(shown) else [f"{len(odd) - len(shown)} earlier ranges", *shown],
            "not_told_one_by_one": sum(max(0, count - MOST_WINDOWS) for count in told.values()),
        },
    )


def worth_telling(
    known: Mapping[str, Known], told: Mapping[str, Told], most: int
) -> tuple[list[Verdict], dict[str, Told], int]:
    """At most `most` verdicts that say something new, what is told with them, and how many are left for later.

    Errors come before warnings, what recovered before both. Models that are gone are forgotten.
    """
    news = [verdict for one in known.values() for verdict in _news(one, told.get(one.model, Told()))]
    news.sort(key=_urgency)
    chosen = news[:most]
    after = {name: one for name, one in told.items() if name in known}
    for one in chosen:
        after[one.model] = _with(after.get(one.model, Told()), one, known[one.model])
    return chosen, after, len(news) - len(chosen)


def _news(known: Known, told: Told) -> Iterator[Verdict]:
    if told.said != known.digest:
        yield summary(known)
    for check in WINDOW_CHECKS:
        before, failing = told.failed.get(check, ()), known.windows(check)
        for window in _each(known, _outside(before, failing)):
            yield verdict(known, check, window)
        for window in newest(known.grain, failing, MOST_WINDOWS):
            if not any(overlap(window, span) for span in before):
                yield verdict(known, check, window)


def _with(told: Told, said: Verdict, known: Known) -> Told:
    if said.window is None:
        return replace(told, said=known.digest)
    spans = told.failed.get(said.check, ())
    # a stale window that failed since is the business of the other check
    is_failing = any(overlap(said.window, span) for span in known.windows(said.check))
    after = merged([*spans, said.window]) if is_failing else _outside(spans, [said.window])
    return replace(told, failed={**told.failed, said.check: tuple(after)})


def _urgency(verdict: Verdict) -> int:
    if verdict.window is not None and verdict.passed:
        return 0
    return (1 if verdict.is_error else 3) + (0 if verdict.window is None else 1)


def newest(grain: Grain, spans: Sequence[Window], most: int) -> list[Window]:
    """The last `most` windows of ascending `spans`, the newest first."""
    found: list[Window] = []
    for span in reversed(spans):
        day = span.end
        while day > span.start and len(found) < most:
            found.append(grain.window_of(day - ONE_DAY))
            day = found[-1].start
    return found


def _outside(spans: Sequence[Window], taken: Collection[Window]) -> list[Window]:
    return [part for span in spans for part in without(span, taken)]


def _each(known: Known, spans: Sequence[Window]) -> list[Window]:
    return [window for span in spans for window in known.grain.windows(span)]


def _count(known: Known, spans: Sequence[Window]) -> int:
    return sum(known.grain.count(span) for span in spans)
