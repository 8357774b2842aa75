"""How many workers are wanted: a pure function of work, leases, Trino's state, what there is, and the clock.

Up at once, before the first query. Down only when a smaller number was enough for `Policy.hold`, never below what a
living lease needs, never to nothing under a query; Kubernetes or the process driver drains each worker that goes.
Reading and acting are in capacity.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from oso_dagster.cluster.demand import Capacity, Lease, Memory, Policy, TrinoState, Work


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`workers` to keep and whether to keep the coordinator; `reason` says why, in one line; `memory` is for the next.

    `wanted` is what the work at this moment asks for; `workers` is more while a smaller number has to prove itself.
    """

    workers: int
    wanted: int
    coordinator: bool
    reason: str
    memory: Memory


@dataclass(frozen=True, kw_only=True)
class _Demand:
    load: float
    rate: float
    slots: int
    runs: int
    leases: int
    floor: int
    readers: int
    queries: int
    is_silent: bool


def decide(
    work: Sequence[Work],
    leases: Sequence[Lease],
    trino: TrinoState | None,
    capacity: Capacity,
    *,
    now: datetime,
    policy: Policy,
    memory: Memory,
) -> Decision:
    """What to keep from `now` on; `trino` is None where its coordinator does not answer, or is not there."""
    silent_since = _silent_since(trino, capacity, now, memory)
    demand = _demand(work, leases, trino, capacity, now=now, policy=policy, silent_since=silent_since)
    wanted = _wanted(demand, policy)
    # without a memory (a first tick, a lost cursor) what is there counts as wanted until now
    before = memory.wants or ((now, capacity.workers),)
    wants = (*((at, one) for at, one in before if now - at < policy.hold), (now, wanted))
    workers = min(max(one for _, one in wants), max(policy.max_workers, policy.min_workers))
    is_needed = workers > 0 or demand.queries > 0
    needed_at = now if is_needed else memory.needed_at or (now if capacity.has_coordinator else None)
    coordinator = (
        is_needed
        or not policy.coordinator_to_zero
        or capacity.remaining > 0
        or (capacity.has_coordinator and needed_at is not None and now - needed_at < policy.coordinator_hold)
    )
    return Decision(
        workers=workers,
        wanted=wanted,
        coordinator=coordinator,
        reason=_explain(
            demand,
            wanted,
            workers,
            capacity=capacity,
            active=trino.active_workers if trino is not None else None,
            coordinator=coordinator,
            policy=policy,
        ),
        memory=replace(memory, wants=_thin(wants), needed_at=needed_at, silent_since=silent_since),
    )


def workers_for(node_seconds: float, slots: int, policy: Policy) -> int:
    """How many workers finish `node_seconds` within the policy's target, if at most `slots` can be busy at once."""
    return _workers(node_seconds / policy.target.total_seconds(), slots, policy)


def _workers(rate: float, slots: int, policy: Policy) -> int:
    """Workers that get through `rate` node-seconds a second."""
    if slots <= 0 or rate <= 0:
        return 0
    return max(1, min(ceil(rate), slots, policy.max_workers))


def _time_left(lease: Lease, now: datetime, policy: Policy) -> float:
    left = lease.acquired_at + policy.target - now
    return min(max(left, policy.tail), policy.target).total_seconds()


def _demand(
    work: Sequence[Work],
    leases: Sequence[Lease],
    trino: TrinoState | None,
    capacity: Capacity,
    *,
    now: datetime,
    policy: Policy,
    silent_since: datetime | None,
) -> _Demand:
    """A run that holds, or held, a lease counts by the lease alone: one that was killed says nothing any more."""
    living = [lease for lease in leases if lease.is_living(now)]
    # a lease's owner is told in words that hold the run's id
    runs = [one for one in work if _counts(one, now, policy) and not any(one.owner in lease.owner for lease in leases)]
    is_silent = silent_since is not None and now - silent_since < policy.silence
    queries = trino.queries if trino is not None else 0
    return _Demand(
        load=sum(lease.node_seconds for lease in living) + sum(one.node_seconds for one in runs),
        rate=sum(lease.node_seconds / _time_left(lease, now, policy) for lease in living)
        + sum(one.node_seconds for one in runs) / policy.target.total_seconds(),
        slots=sum(lease.slots for lease in living) + sum(one.slots for one in runs),
        runs=len(runs),
        leases=len(living),
        floor=max((lease.workers for lease in living), default=0),
        readers=policy.reader_workers if queries else min(capacity.workers, policy.max_workers) if is_silent else 0,
        queries=queries,
        is_silent=is_silent,
    )


def _counts(work: Work, now: datetime, policy: Policy) -> bool:
    patience = policy.start_grace if work.is_running else policy.queue_patience
    return now - work.since < patience


def _wanted(demand: _Demand, policy: Policy) -> int:
    by_load = _workers(demand.rate, demand.slots, policy)
    some = 1 if demand.runs or demand.leases else 0
    wanted = max(by_load, some, demand.floor, demand.readers, policy.min_workers)
    return min(wanted, policy.max_workers)


def _silent_since(trino: TrinoState | None, capacity: Capacity, now: datetime, memory: Memory) -> datetime | None:
    """Since when a coordinator that ought to be there with workers does not answer."""
    if trino is not None or not capacity.has_coordinator or capacity.workers == 0:
        return None
    return memory.silent_since or now


def _thin(wants: tuple[tuple[datetime, int], ...]) -> tuple[tuple[datetime, int], ...]:
    """Only what can still decide: an earlier number that a later one reaches never does."""
    kept: list[tuple[datetime, int]] = []
    for at, workers in reversed(wants):
        if not kept or workers > kept[-1][1]:
            kept.append((at, workers))
    return tuple(reversed(kept))


def _causes(demand: _Demand) -> str:
    causes = []
    if demand.runs:
        causes.append(f"{_count(demand.runs, 'run')} without a lease yet")
    if demand.leases:
        causes.append(f"{_count(demand.leases, 'lease')} (at least {demand.floor})")
    if demand.load:
        causes.append(f"{demand.load / 3600:.2f} node-hours ahead")
    if demand.queries:
        causes.append(_count(demand.queries, "query", "queries") + " under way")
    if demand.is_silent:
        causes.append("Trino is silent, its workers stay for now")
    return ", ".join(causes) or "nothing is queued, leased or queried"


def _explain(
    demand: _Demand,
    wanted: int,
    workers: int,
    *,
    capacity: Capacity,
    active: int | None,
    coordinator: bool,
    policy: Policy,
) -> str:
    parts = [f"{capacity.workers} → {workers} workers: {_causes(demand)}: {wanted} wanted"]
    if wanted == policy.max_workers:
        parts[0] += f", capped at {policy.max_workers}"
    if workers > wanted:
        parts[0] += f", held at {workers} for {policy.hold.total_seconds():.0f} s"
    parts.append("no coordinator answers" if active is None else f"{active} active")
    if capacity.has_coordinator and not coordinator:
        parts.append("the coordinator goes")
    return "; ".join(parts)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"
