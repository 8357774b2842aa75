"""How many workers are wanted: laws that hold for any work, leases and clock, and the cases people argue about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_dagster.cluster.decide import Decision, decide, workers_for
from oso_dagster.cluster.demand import Capacity, Lease, Memory, Policy, TrinoState, Work

NOW = datetime(2026, 11, 2, 3, 30, tzinfo=UTC)
POLICY = Policy(max_workers=20, coordinator_to_zero=True, target=timedelta(minutes=15), hold=timedelta(seconds=60))
ASLEEP = Capacity(workers=0, has_coordinator=False)
QUIET = TrinoState(active_workers=0)


def _lease(
    owner: str = "run", *, workers: int = 2, node_seconds: float = 0.0, expires_in: float = 60, slots: int = 8
) -> Lease:
    return Lease(
        owner=owner,
        workers=workers,
        node_seconds=node_seconds,
        slots=slots,
        acquired_at=NOW - timedelta(minutes=10),
        expires_at=NOW + timedelta(seconds=expires_in),
    )


def _work(
    owner: str = "queued", *, node_seconds: float = 3600, slots: int = 8, age: float = 0, is_running: bool = False
):
    since = NOW - timedelta(seconds=age)
    return Work(owner=owner, node_seconds=node_seconds, slots=slots, since=since, is_running=is_running)


def _decide(
    *,
    work: tuple[Work, ...] = (),
    leases: tuple[Lease, ...] = (),
    trino: TrinoState | None = None,
    capacity: Capacity = ASLEEP,
    now: datetime = NOW,
    policy: Policy = POLICY,
    memory: Memory | None = None,
) -> Decision:
    return decide(work, leases, trino, capacity, now=now, policy=policy, memory=memory or Memory())


def _settled(workers: int = 0, *, since: timedelta = timedelta(hours=1)) -> Memory:
    """A memory of `workers` having been wanted, long enough ago to be of no weight now."""
    return Memory(wants=((NOW - since, workers),), needed_at=NOW - since)


def test_a_queued_run_wakes_the_cluster_before_its_first_query() -> None:
    decision = _decide(work=(_work(node_seconds=3600),))
    assert (decision.workers, decision.coordinator) == (4, True)
    assert decision.reason == (
        "0 → 4 workers: 1 run without a lease yet, 1.00 node-hours ahead: 4 wanted; no coordinator answers"
    )


def test_a_run_gets_no_more_workers_than_it_can_keep_busy() -> None:
    assert _decide(work=(_work(node_seconds=36_000, slots=3),)).workers == 3


def test_what_is_left_of_a_run_is_to_be_done_when_its_target_is_over() -> None:
    lease = _lease(node_seconds=3_000, slots=50, workers=1)
    awake = Capacity(workers=4, has_coordinator=True)
    at_half = replace(lease, acquired_at=NOW - timedelta(minutes=5))
    assert _decide(leases=(at_half,), capacity=awake).wanted == 5
    late = replace(lease, acquired_at=NOW - timedelta(minutes=40))
    assert _decide(leases=(late,), capacity=awake).wanted == 17, "3,000 s in the three minutes of a tail"
    assert _decide(leases=(replace(late, node_seconds=10.0),), trino=QUIET, capacity=awake).wanted == 1


def test_a_reader_who_waits_wakes_one_worker() -> None:
    waiting = TrinoState(active_workers=0, waiting_queries=1)
    capacity = Capacity(workers=0, has_coordinator=True)
    decision = _decide(trino=waiting, capacity=capacity, memory=_settled())
    assert decision.workers == 1
    assert "1 query under way" in decision.reason


def test_no_query_loses_its_last_worker() -> None:
    running = TrinoState(active_workers=6, running_queries=1)
    decision = _decide(trino=running, capacity=Capacity(workers=6, has_coordinator=True), memory=_settled())
    assert decision.workers == 1
    assert decision.coordinator


def test_a_lease_that_expired_counts_no_more_although_its_run_still_seems_to_run() -> None:
    dead = _lease(owner="killed", workers=5, node_seconds=9_000, expires_in=0)
    ghost = _work(owner="killed", is_running=True, age=30)
    decision = _decide(work=(ghost,), leases=(dead,), trino=QUIET, capacity=ASLEEP, memory=_settled())
    assert decision.workers == 0


def test_a_run_that_never_takes_a_lease_counts_for_a_while_after_its_start() -> None:
    assert _decide(work=(_work(is_running=True, age=60),)).workers == 4
    assert _decide(work=(_work(is_running=True, age=301),), memory=_settled()).workers == 0


def test_a_run_that_stays_in_the_queue_does_not_keep_workers_waiting_for_ever() -> None:
    assert _decide(work=(_work(age=3_601),), memory=_settled()).workers == 0


def test_workers_that_are_there_stay_for_a_while_when_nothing_is_remembered() -> None:
    capacity = Capacity(workers=7, has_coordinator=True, remaining=7)
    decision = _decide(trino=replace(QUIET, active_workers=7), capacity=capacity)
    assert (decision.workers, decision.wanted) == (7, 0)
    later = NOW + POLICY.hold
    assert _decide(trino=QUIET, capacity=capacity, now=later, memory=decision.memory).workers == 0


def test_a_silent_coordinator_counts_as_busy_at_first_and_as_gone_later() -> None:
    capacity = Capacity(workers=3, has_coordinator=True, remaining=3)
    first = _decide(trino=None, capacity=capacity, memory=_settled(3))
    assert first.workers == 3
    assert "Trino is silent" in first.reason
    later = NOW + POLICY.silence + POLICY.hold
    between = _decide(trino=None, capacity=capacity, now=NOW + POLICY.silence, memory=first.memory)
    assert _decide(trino=None, capacity=capacity, now=later, memory=between.memory).workers == 0


def test_the_coordinator_goes_after_the_workers_and_only_where_asked() -> None:
    awake = Capacity(workers=0, has_coordinator=True, remaining=2)
    assert _decide(trino=QUIET, capacity=awake, memory=_settled()).coordinator
    drained = replace(awake, remaining=0)
    gone = _decide(trino=QUIET, capacity=drained, memory=_settled())
    assert not gone.coordinator
    assert gone.reason.endswith("the coordinator goes")
    assert _decide(trino=QUIET, capacity=drained, memory=_settled(since=timedelta(minutes=9))).coordinator
    kept = replace(POLICY, coordinator_to_zero=False)
    assert _decide(trino=QUIET, capacity=drained, memory=_settled(), policy=kept).coordinator


def test_a_memory_survives_the_cursor() -> None:
    memory = _decide(work=(_work(),), capacity=Capacity(workers=2, has_coordinator=True)).memory
    assert memory.silent_since == NOW
    assert Memory.parse(memory.dump()) == memory
    assert Memory.parse(None) == Memory()


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_workers": 3, "max_workers": 2},
        {"reader_workers": 30},
        {"tail": timedelta(0)},
        {"tail": timedelta(hours=1)},
        {"min_workers": -1},
    ],
)
def test_limits_that_contradict_each_other_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(POLICY, **wrong)


LEASES = st.lists(
    st.builds(
        _lease,
        owner=st.uuids().map(str),
        workers=st.integers(0, 30),
        node_seconds=st.floats(0, 1e6),
        expires_in=st.floats(-600, 600),
        slots=st.integers(0, 100),
    ),
    max_size=5,
).map(tuple)
WORK = st.lists(
    st.builds(
        _work,
        owner=st.uuids().map(str),
        node_seconds=st.floats(0, 1e6),
        slots=st.integers(0, 100),
        age=st.floats(0, 10_000),
        is_running=st.booleans(),
    ),
    max_size=5,
).map(tuple)
TRINO = st.none() | st.builds(
    TrinoState,
    active_workers=st.integers(0, 30),
    running_queries=st.integers(0, 3),
    queued_queries=st.integers(0, 3),
    waiting_queries=st.integers(0, 3),
)
CAPACITY = st.builds(Capacity, workers=st.integers(0, 30), has_coordinator=st.booleans(), remaining=st.integers(0, 30))
POLICIES = st.builds(
    Policy,
    min_workers=st.integers(0, 2),
    max_workers=st.integers(2, 20),
    target=st.timedeltas(timedelta(minutes=3), timedelta(hours=2)),
    hold=st.timedeltas(timedelta(0), timedelta(minutes=5)),
    coordinator_to_zero=st.booleans(),
)
MEMORIES = st.builds(
    Memory,
    wants=st.lists(st.tuples(st.timedeltas(timedelta(0), timedelta(minutes=30)), st.integers(0, 20)), max_size=4).map(
        lambda wants: tuple(sorted((NOW - age, workers) for age, workers in wants))
    ),
)


@given(WORK, LEASES, TRINO, CAPACITY, POLICIES, MEMORIES)
@settings(max_examples=300, deadline=None)
def test_it_never_goes_below_what_a_living_lease_needs_nor_beyond_its_limits(
    work: tuple[Work, ...],
    leases: tuple[Lease, ...],
    trino: TrinoState | None,
    capacity: Capacity,
    policy: Policy,
    memory: Memory,
) -> None:
    decision = decide(work, leases, trino, capacity, now=NOW, policy=policy, memory=memory)
    needed = max((lease.workers for lease in leases if lease.expires_at > NOW), default=0)
    assert decision.workers >= min(needed, policy.max_workers)
    assert policy.min_workers <= decision.workers <= policy.max_workers
    assert decision.coordinator or decision.workers == 0
    assert decision.coordinator or not (trino and trino.queries)
    if trino and trino.queries:
        assert decision.workers >= policy.reader_workers
    assert "\n" not in decision.reason


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 90)), min_size=1, max_size=40),
    st.timedeltas(timedelta(0), timedelta(minutes=3)),
)
@settings(max_examples=200, deadline=None)
def test_it_goes_up_at_once_and_never_flaps(ticks: list[tuple[int, int]], hold: timedelta) -> None:
    """Whatever the leases do: no number that was wanted is left before it was too many for the whole of `hold`."""
    policy = replace(POLICY, hold=hold)
    memory, now, capacity = Memory(), NOW, ASLEEP
    wanted_at: list[tuple[datetime, int]] = []
    for floor, seconds in ticks:
        now += timedelta(seconds=seconds)
        lease = replace(_lease(workers=floor), expires_at=now + timedelta(seconds=1), slots=0)
        leases = (lease,) if floor else ()
        decision = decide((), leases, QUIET, capacity, now=now, policy=policy, memory=memory)
        wanted_at.append((now, floor))
        recent = [workers for at, workers in wanted_at if now - at < hold or at == now]
        assert decision.workers == max(recent)
        memory, capacity = decision.memory, Capacity(workers=decision.workers, has_coordinator=decision.coordinator)


@given(LEASES, POLICIES, CAPACITY)
@settings(max_examples=200, deadline=None)
def test_everything_is_at_zero_some_time_after_the_last_lease(
    leases: tuple[Lease, ...], policy: Policy, capacity: Capacity
) -> None:
    memory, now = Memory(), NOW
    for _ in range(60):
        trino = TrinoState(active_workers=capacity.workers) if capacity.has_coordinator else None
        decision = decide((), leases, trino, capacity, now=now, policy=policy, memory=memory)
        memory = decision.memory
        capacity = Capacity(
            workers=decision.workers, has_coordinator=decision.coordinator, remaining=min(capacity.workers, 20)
        )
        now += timedelta(seconds=30)
    assert capacity.workers == policy.min_workers
    assert capacity.has_coordinator == (policy.min_workers > 0 or not policy.coordinator_to_zero)


@given(st.floats(0, 1e7), st.floats(0, 1e6), st.integers(0, 100))
def test_more_work_never_gets_fewer_workers(node_seconds: float, more: float, slots: int) -> None:
    assert workers_for(node_seconds, slots, POLICY) <= workers_for(node_seconds + more, slots, POLICY)
