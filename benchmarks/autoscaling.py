"""A week of load on a simulated cluster: the product's own decision against a fixed size and queue-driven scaling.

Arrivals, spot losses, start-up times and errors of the estimates are drawn from a seed, the same for all three. The
cluster is a model: runs share the workers evenly, a lost worker's task is done again (fault-tolerant execution), one
that is told to go drains. A query that finds no worker for longer than `required-workers-max-wait` fails, as in Trino.
"""

import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil

from benchmarks.measure import Result
from oso_dagster.cluster.decide import decide
from oso_dagster.cluster.demand import Capacity, Lease, Memory, Policy, TrinoState, Work
from oso_dagster.cluster.keeping import Need

SEED = 6
BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
WEEK_SECONDS = 7 * 86_400
STEP_SECONDS = 5
TICK_SECONDS = 30
LEASE_TTL = timedelta(seconds=120)
MOST_RUNS = 4
# the queue-driven rival: one worker for so many queued queries, and how long it waits before it takes workers away
QUEUED_FOR_ONE, COOLDOWN_SECONDS = 2, 300
POLICY = Policy(max_workers=20)
FIXED_WORKERS = 20
MOST_IDLE = 0.05


@dataclass(frozen=True, kw_only=True)
class Physics:
    """How the simulated cluster behaves; seconds. A worker is paid for from its order to its end."""

    start: tuple[float, float] = (60.0, 150.0)
    coordinator_start: float = 45.0
    drain: float = 20.0
    mean_life_of_spot: float = 20 * 3_600.0
    work_lost: tuple[float, float] = (0.0, 60.0)
    max_wait: float = 600.0
    queries_at_once: int = 8


@dataclass(kw_only=True)
class Run:
    """A pipeline's run or a reader's query: `work` node-seconds in truth, `estimate` beforehand."""

    name: str
    at: float
    work: float
    estimate: float
    slots: int
    is_reader: bool = False
    left: float = field(init=False)
    started: float | None = None
    first_work: float | None = None
    ended: float | None = None
    failed: bool = False
    starved: float = 0.0
    need: Need | None = None

    def __post_init__(self) -> None:
        self.left = self.work

    @property
    def is_over(self) -> bool:
        """Whether it ended, well or not."""
        return self.ended is not None


@dataclass(kw_only=True)
class Worker:
    """A node: ready from `ready`, gone at `ends` once it drains or is lost."""

    ordered: float
    ready: float
    lost_at: float
    ends: float | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Of a week: worker-minutes paid for, of those idle and starting; waits in seconds; failed queries."""

    paid: float
    idle: float
    starting: float
    waits: tuple[float, ...]
    reader_waits: tuple[float, ...]
    took: tuple[float, ...]
    failed: int
    losses: int

    @property
    def idle_share(self) -> float:
        """Idle over paid: ready, and nothing to do."""
        return self.idle / self.paid if self.paid else 0.0

    def line(self) -> str:
        """One line for the report."""
        idle = f"idle {self.idle_share:.1%}, starting {self.starting / self.paid:.1%}" if self.paid else "never any"
        took = (
            f", take {statistics.median(self.took) / 60:.0f} min (p95 {_p95(self.took) / 60:.0f})" if self.took else ""
        )
        return (
            f"{self.paid / 60:,.0f} worker-hours, {idle}; runs wait {_spread(self.waits)}{took}; readers wait "
            f"{_spread(self.reader_waits)}; {self.failed} failed of {len(self.waits) + len(self.reader_waits)}; "
            f"{self.losses} spot losses"
        )


def _spread(values: tuple[float, ...]) -> str:
    return f"{statistics.median(values):.0f} s (p95 {_p95(values):.0f})"


def _p95(values: tuple[float, ...]) -> float:
    return sorted(values)[ceil(0.95 * len(values)) - 1]


def arrivals(seed: int) -> list[Run]:
    """A week: nightly and weekly runs, catch-ups every second hour, backfills, and readers in working hours."""
    random_ = random.Random(seed)

    def run(name: str, at: float, node_hours: float, slots: int) -> Run:
        work = node_hours * 3_600 * random_.uniform(0.8, 1.25)
        return Run(name=name, at=at, work=work, estimate=work * random_.lognormvariate(0, 0.4), slots=slots)

    runs = []
    for day in range(7):
        midnight = day * 86_400.0
        runs.append(run(f"nightly {day}", midnight + 3.5 * 3_600, 16, 60))
        runs += [
            run(f"catch-up {day} {hour}", midnight + hour * 3_600 + random_.uniform(0, 3_600), 1.5, 12)
            for hour in range(1, 24, 2)
            if random_.random() < 0.6
        ]
        if random_.random() < 0.5:
            runs.append(run(f"backfill {day}", midnight + random_.uniform(8, 18) * 3_600, 40, 100))
        for reader in range(random_.randint(10, 30)):
            at = midnight + random_.gauss(13, 3) * 3_600
            work = random_.uniform(5, 120)
            runs.append(
                Run(name=f"reader {day} {reader}", at=max(0.0, at), work=work, estimate=work, slots=2, is_reader=True)
            )
    runs.append(run("weekly", 4 * 3_600.0, 25, 60))
    return sorted(runs, key=lambda one: one.at)


class Simulation:
    """The cluster and its runs; `scale` is called every tick and answers with the workers to keep."""

    def __init__(self, runs: list[Run], physics: Physics, seed: int, *, workers: int = 0) -> None:
        self.physics = physics
        self.random = random.Random(seed + 1)
        self.now = 0.0
        self.pending = list(runs)
        self.active: list[Run] = []
        self.over: list[Run] = []
        self.workers: list[Worker] = []
        self.coordinator_ready: float | None = None
        self.paid = self.idle = self.starting = 0.0
        self.losses = 0
        self.keep(workers, coordinator=True)

    @property
    def kept(self) -> list[Worker]:
        """Workers that are to stay."""
        return [worker for worker in self.workers if worker.ends is None]

    @property
    def ready(self) -> list[Worker]:
        """Workers that take new work."""
        return [worker for worker in self.kept if worker.ready <= self.now]

    @property
    def is_up(self) -> bool:
        """Whether the coordinator answers."""
        return self.coordinator_ready is not None and self.coordinator_ready <= self.now

    def queued(self) -> list[Run]:
        """Runs that Dagster keeps back."""
        return [run for run in self.pending if run.at <= self.now and not run.is_reader]

    def keep(self, workers: int, *, coordinator: bool) -> None:
        """Order or drain workers, youngest first."""
        if coordinator and self.coordinator_ready is None:
            self.coordinator_ready = self.now + self.physics.coordinator_start
        if not coordinator:
            self.coordinator_ready = None
        for _ in range(workers - len(self.kept)):
            ready = max(self.now, self.coordinator_ready or 0.0) + self.random.uniform(*self.physics.start)
            lost_at = self.now + self.random.expovariate(1 / self.physics.mean_life_of_spot)
            self.workers.append(Worker(ordered=self.now, ready=ready, lost_at=lost_at))
        for worker in self.kept[workers:]:
            worker.ends = self.now + (self.physics.drain if worker.ready <= self.now else 0.0)

    def run(self, scale: Callable[["Simulation"], None]) -> Outcome:
        """The week."""
        while self.now < WEEK_SECONDS or self.active:
            if self.now % TICK_SECONDS == 0:
                scale(self)
            self._begin()
            self._lose()
            self._work()
            self.now += STEP_SECONDS
        runs = [run for run in self.over if not run.is_reader]
        begun = [run for run in self.over if run.first_work is not None]
        return Outcome(
            paid=self.paid / 60,
            idle=self.idle / 60,
            starting=self.starting / 60,
            waits=tuple((run.first_work or run.ended or 0.0) - run.at for run in runs),
            reader_waits=tuple((run.first_work or run.ended or 0.0) - run.at for run in self.over if run.is_reader),
            took=tuple((run.ended or 0.0) - run.at for run in begun if not run.is_reader),
            failed=sum(run.failed for run in self.over),
            losses=self.losses,
        )

    def _begin(self) -> None:
        """Runs begin in order, a few at once; readers at once."""
        for run in [run for run in self.pending if run.at <= self.now]:
            if run.is_reader or sum(not one.is_reader for one in self.active) < MOST_RUNS:
                self.pending.remove(run)
                run.started = self.now
                run.need = Need(workers=1, node_seconds=run.estimate, slots=run.slots)
                self.active.append(run)

    def _lose(self) -> None:
        for worker in list(self.workers):
            if worker.lost_at <= self.now:
                self.workers.remove(worker)
                self.losses += worker.ready <= self.now
                if self.active and worker.ready <= self.now:
                    self.random.choice(self.active).left += self.random.uniform(*self.physics.work_lost)
                if worker.ends is None:
                    ready = self.now + self.random.uniform(*self.physics.start)
                    lost_at = self.now + self.random.expovariate(1 / self.physics.mean_life_of_spot)
                    self.workers.append(Worker(ordered=self.now, ready=ready, lost_at=lost_at))
            elif worker.ends is not None and worker.ends <= self.now:
                self.workers.remove(worker)

    def _work(self) -> None:
        """One step: each run gets an even share, at most its slots; what is not used is idle."""
        ready = len(self.ready) if self.is_up else 0
        draining = sum(worker.ends is not None for worker in self.workers)
        busy = 0.0
        for run, share in self._shares(ready):
            busy += min(share, run.left / STEP_SECONDS)
            self._advance(run, share)
        self.paid += len(self.workers) * STEP_SECONDS
        self.starting += (len(self.workers) - ready - draining) * STEP_SECONDS
        self.idle += (ready - busy + draining) * STEP_SECONDS
        self.over += [run for run in self.active if run.is_over]
        self.active = [run for run in self.active if not run.is_over]

    def _shares(self, ready: int) -> Iterator[tuple[Run, float]]:
        left = float(ready)
        by_slots = sorted(self.active, key=lambda run: run.slots)
        for place, run in enumerate(by_slots):
            share = min(run.slots, left / (len(by_slots) - place))
            left -= share
            yield run, share

    def _advance(self, run: Run, share: float) -> None:
        if share <= 0:
            run.starved += STEP_SECONDS
            if run.starved >= self.physics.max_wait:
                run.failed, run.ended = True, self.now
            return
        run.starved = 0.0
        run.first_work = self.now if run.first_work is None else run.first_work
        done = min(share * STEP_SECONDS, run.left)
        if run.need is not None:
            run.need.done(expected=done / run.work * run.estimate, spent=done)
        run.left -= done
        if run.left <= 0:
            run.ended = self.now + STEP_SECONDS


class ByWork:
    """The product: leases of running runs, estimates of queued ones, Trino's state, and the decision."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.memory = Memory()

    def __call__(self, world: Simulation) -> None:
        """One tick of the sensor."""
        now = BEGIN + timedelta(seconds=world.now)
        capacity = Capacity(
            workers=len(world.kept),
            has_coordinator=world.coordinator_ready is not None,
            remaining=len(world.workers),
        )
        decision = decide(
            [
                Work(
                    owner=run.name, node_seconds=run.estimate, slots=run.slots, since=BEGIN + timedelta(seconds=run.at)
                )
                for run in world.queued()
            ],
            [self._lease(run, now) for run in world.active if not run.is_reader],
            self._trino(world),
            capacity,
            now=now,
            policy=self.policy,
            memory=self.memory,
        )
        self.memory = decision.memory
        world.keep(decision.workers, coordinator=decision.coordinator)

    def _lease(self, run: Run, now: datetime) -> Lease:
        assert run.need is not None
        assert run.started is not None
        claim = run.need.claim()
        return Lease(
            owner=run.name,
            workers=claim.workers,
            node_seconds=claim.node_seconds,
            slots=claim.slots,
            acquired_at=BEGIN + timedelta(seconds=run.started),
            expires_at=now + LEASE_TTL,
        )

    def _trino(self, world: Simulation) -> TrinoState | None:
        if not world.is_up:
            return None
        ready, queries = len(world.ready), len(world.active)
        return TrinoState(
            active_workers=ready,
            running_queries=queries if ready else 0,
            waiting_queries=0 if ready else queries,
        )


class ByQueue:
    """The rival: as many workers as queued queries ask for, at least `least`; fewer after a cool-down."""

    def __init__(self, least: int) -> None:
        self.least = least
        self.high_until: list[tuple[float, int]] = []

    def __call__(self, world: Simulation) -> None:
        """One tick of an autoscaler on Trino's QueuedQueries, which is 0 while there is no worker."""
        asked = sum(run.slots for run in world.active)
        queued = max(0, asked - world.physics.queries_at_once) if world.ready else 0
        wanted = min(max(ceil(queued / QUEUED_FOR_ONE), self.least), POLICY.max_workers)
        self.high_until = [(at, one) for at, one in self.high_until if world.now - at < COOLDOWN_SECONDS]
        self.high_until.append((world.now, wanted))
        world.keep(max(one for _, one in self.high_until), coordinator=True)


def fixed(world: Simulation) -> None:
    """As many as the busiest hour needs, always."""
    world.keep(FIXED_WORKERS, coordinator=True)


def simulate(scale: Callable[[Simulation], None], *, workers: int = 0, seed: int = SEED) -> Outcome:
    """A week under one way to scale."""
    return Simulation(arrivals(seed), Physics(), seed, workers=workers).run(scale)


def run_benchmark() -> list[Result]:
    """Idle worker-minutes, and worker-minutes in all, of the product and of both rivals in the same week."""
    ours = simulate(ByWork(POLICY))
    always = simulate(fixed, workers=FIXED_WORKERS)
    queue = simulate(ByQueue(1), workers=1)
    queue_from_zero = simulate(ByQueue(0))
    good = ours.failed == 0 and ours.idle_share <= MOST_IDLE
    rivals = {
        f"a fixed {FIXED_WORKERS} workers": always,
        "QueuedQueries-driven, at least 1 worker": queue,
    }
    asleep = f"QueuedQueries-driven from zero has no idle time to compare with: {queue_from_zero.line()}"
    return [
        Result(
            name=f"autoscaling, idle worker-time of a simulated week, against {name}",
            ours_seconds=ours.idle * 60,
            rival=name,
            rival_seconds=outcome.idle * 60,
            target=f"0 failed queries, at most {MOST_IDLE:.0%} idle",
            met=good,
            note=f"ours: {ours.line()}; rival: {outcome.line()}; {asleep}",
        )
        for name, outcome in rivals.items()
    ]
