"""What the arrivals sensor asks for: pure decisions over what is stale, what failed lately, and the clock.

At most one run at a time, of bounded size; a model that fails waits twice as long after each attempt, unless its
definition changed. So no pattern of failures and arrivals can make a storm of runs; tests/oso_dagster simulates it.
Reading the installation and telling Dagster are in defs/sensors.py.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oso_dagster.freshness import Stale
from oso_dagster.manifest import ModelEntry
from oso_dagster.runner.failures import Failure
from oso_lake.calendar import Window


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`windows` buckets at most in one run, over all models; waits between attempts of what fails."""

    windows: int = 50_000
    first_wait: timedelta = timedelta(minutes=5)
    longest_wait: timedelta = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The request before this one: its key, when it was made, and how often without any effect."""

    key: str
    at: datetime
    attempts: int = 1


@dataclass(frozen=True, kw_only=True)
class Request:
    """A run: `models` (parents first) that are stale; `held` are left alone. Cut: the rest follows in later runs.

    `partitions` is how many windows of each model are stale.
    """

    models: tuple[str, ...]
    partitions: Mapping[str, int]
    held: tuple[str, ...]
    is_cut: bool
    asked: Asked

    @property
    def run_key(self) -> str:
        """The same work on the same state is one key, which Dagster runs once; a retry after its wait is another."""
        return f"{self.asked.key}-{self.asked.attempts}"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`request` to run now, or None; models that wait after a failure, and until when."""

    request: Request | None
    waiting: Mapping[str, datetime]

    @property
    def look_again_at(self) -> datetime | None:
        """When something that waits may be tried again, although nothing arrives."""
        return min(self.waiting.values(), default=None)

    def explain(self) -> str:
        """One line for the tick."""
        waits = f"{len(self.waiting)} wait after failures until {self.look_again_at:%H:%M}" if self.waiting else ""
        if self.request is None:
            return waits or "nothing is stale"
        asked = f"computing {len(self.request.models)} stale models"
        parts = [asked, "more follow" if self.request.is_cut else "", waits]
        return "; ".join(part for part in parts if part)


# stands among the waiting models for a run that ended without any effect
RUN = "the last run"


def wait_after(attempts: int, limits: Limits) -> timedelta:
    """How long to wait after that many failed attempts in a row."""
    return min(limits.first_wait * 2 ** min(attempts - 1, 30), limits.longest_wait)


def decide(
    stale: Sequence[Stale],
    failures: Iterable[Failure],
    *,
    planned: Mapping[str, str],
    now: datetime,
    state: str,
    before: Asked | None,
    limits: Limits,
) -> Decision:
    """What to compute of `stale` (parents first) at `now`, when no run is under way; `state` names what is known.

    What failed waits, and so does what reads it; a model of another version than the one that failed is new. A run that
    was asked for `before` on the same state and changed nothing has died: it too is tried again after a wait.
    """
    waits = _waits(failures, planned, now, limits)
    held: dict[str, datetime] = {}
    chosen: dict[str, int] = {}
    budget = limits.windows
    is_cut = False
    for one in stale:
        blockers = [name for name in (one.model.name, *one.model.parents) if name in waits or name in held]
        if blockers:
            held[one.model.name] = max(held.get(name) or waits[name] for name in blockers)
            continue
        cost = bucket_count(one.model, one.windows)
        if chosen and cost > budget:
            is_cut = True
            break
        chosen[one.model.name] = cost
        budget -= cost
    if not chosen:
        return Decision(request=None, waiting=held)
    asked = Asked(key=_key(state, tuple(chosen)), at=now)
    if before is not None and before.key == asked.key:
        again_at = before.at + wait_after(before.attempts, limits)
        if again_at > now:
            return Decision(request=None, waiting={**held, RUN: again_at})
        asked = replace(asked, attempts=before.attempts + 1)
    request = Request(models=tuple(chosen), partitions=chosen, held=tuple(held), is_cut=is_cut, asked=asked)
    return Decision(request=request, waiting=held)


def _waits(
    failures: Iterable[Failure], planned: Mapping[str, str], now: datetime, limits: Limits
) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for failure in failures:
        again_at = failure.failed_at + wait_after(failure.attempts, limits)
        if failure.version == planned.get(failure.model) and again_at > now:
            found[failure.model] = max(again_at, found.get(failure.model, again_at))
    return found


def bucket_count(model: ModelEntry, windows: tuple[Window, ...] | None) -> int:
    """How many partitions `windows` are; 1 for a model without partitions."""
    if windows is None or model.grain is None:
        return 1
    return sum(max(1, model.grain.count(window)) for window in windows)


def _key(state: str, models: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps([state, *models]).encode()).hexdigest()[:32]
