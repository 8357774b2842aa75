"""What the decision on capacity reads: work, leases, Trino's state, what there is now, and the limits. Data only."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Work:
    """A run that will use the cluster: `node_seconds` of one worker are expected, on at most `slots` workers at once.

    `since` is when it was queued, or when it started.
    """

    owner: str
    node_seconds: float
    slots: int
    since: datetime
    is_running: bool = False


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A living claim on the cluster: `owner` (a run) needs at least `workers`, until `expires_at` unless it renews.

    `node_seconds` is what it still expects to use, on at most `slots` workers at once.
    """

    owner: str
    workers: int
    node_seconds: float
    slots: int
    acquired_at: datetime
    expires_at: datetime

    def is_living(self, now: datetime) -> bool:
        """Whether it counts at `now`: at the moment of its expiry it does not any more."""
        return now < self.expires_at


@dataclass(frozen=True, kw_only=True)
class TrinoState:
    """What the coordinator says over HTTP; `active_workers` excludes the coordinator.

    `waiting_queries` have no worker to run on. They count neither as queued nor as running, in Trino's metrics too.
    """

    active_workers: int
    running_queries: int = 0
    queued_queries: int = 0
    waiting_queries: int = 0

    @property
    def queries(self) -> int:
        """Queries that are not over."""
        return self.running_queries + self.queued_queries + self.waiting_queries


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What the driver was last told to keep: `workers`, and whether the coordinator is up.

    `remaining` workers exist, also those that still drain.
    """

    workers: int
    has_coordinator: bool
    remaining: int = 0


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Limits and patience.

    `target` is how long the work of a run should take, from its lease on; `tail` the least time that is given to what
    is left of it: workers that join for less would come when all is done. `hold` is how long a smaller number must
    have been enough before workers go; `coordinator_hold` the same for the coordinator, which stays unless
    `coordinator_to_zero`: only it can see a reader who waits. A run without a lease counts for `start_grace` after its
    start, a queued one for `queue_patience`. Trino's silence is taken as busy for `silence`.
    """

    min_workers: int = 0
    max_workers: int = 20
    target: timedelta = timedelta(minutes=15)
    tail: timedelta = timedelta(minutes=3)
    hold: timedelta = timedelta(seconds=60)
    coordinator_to_zero: bool = False
    coordinator_hold: timedelta = timedelta(minutes=10)
    reader_workers: int = 1
    start_grace: timedelta = timedelta(minutes=5)
    queue_patience: timedelta = timedelta(hours=1)
    silence: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        """Refuse what no cluster can follow."""
        if not 0 <= self.min_workers <= self.max_workers:
            raise ValueError(f"min_workers {self.min_workers} must lie between 0 and max_workers {self.max_workers}")
        if not 0 <= self.reader_workers <= self.max_workers:
            raise ValueError(f"reader_workers {self.reader_workers} must lie between 0 and {self.max_workers}")
        if not timedelta(0) < self.tail <= self.target:
            raise ValueError(f"tail {self.tail} must be longer than nothing, and at most the target {self.target}")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What a decision leaves to the next: the numbers wanted lately, when anything last needed the coordinator, and
    since when Trino is silent.
    """

    wants: tuple[tuple[datetime, int], ...] = ()
    needed_at: datetime | None = None
    silent_since: datetime | None = None

    def dump(self) -> str:
        """As Dagster keeps it in the sensor's cursor."""
        return json.dumps(
            {
                "wants": [[at.isoformat(), workers] for at, workers in self.wants],
                "needed_at": _text(self.needed_at),
                "silent_since": _text(self.silent_since),
            }
        )

    @classmethod
    def parse(cls, text: str | None) -> "Memory":
        """Read what `dump` wrote; an empty one at the first tick."""
        if not text:
            return cls()
        content = json.loads(text)
        return cls(
            wants=tuple((datetime.fromisoformat(at), workers) for at, workers in content["wants"]),
            needed_at=_moment(content["needed_at"]),
            silent_since=_moment(content["silent_since"]),
        )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
