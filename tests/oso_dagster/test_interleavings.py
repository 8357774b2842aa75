"""Runs that overlap in models, windows and time, in 500 orders of their steps, on real tables and a real PostgreSQL.

After each: no row is doubled or lost, what SQLMesh and the ledger call done is what is stored and published, and what
counts as fresh is what the raw events give. The trap is SQLMesh's issue 3866: two runs of one window, twice its rows.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from interleaving import Crash, Scheduler, step_around
from postgres_installation import Original
from small_lake import Event, replace_day

from oso_dagster.computing import freshness_of
from oso_dagster.manifest import Manifest, load_manifest, load_metrics
from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.project import Project
from oso_dagster.runner import compute as stations
from oso_dagster.runner import window_locks
from oso_dagster.runner.compute import compute
from oso_dagster.runner.evaluate import AuditOutcome, Evaluated
from oso_dagster.runner.ledger import Ledger
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.outcomes import Request
from oso_dagster.runner.session import Session, Store, missing_days, open_store, read_session
from oso_lake.calendar import Grain, Window
from oso_lake.catalog import open_catalog

INTERLEAVINGS = 500
# as many interleavings share one installation, whose tables' histories grow, and end with a run of whatever is stale
ROUND = 50
FIRST = date(2024, 1, 1)
SPAN = Window(FIRST, FIRST + timedelta(days=14))
WEEK = Window(FIRST, FIRST + timedelta(days=7))
STAGING = "oso.stg_events"
DAILY = {"oso.stars_to_artifact_daily": "WatchEvent", "oso.forks_to_artifact_daily": "ForkEvent"}
WEEKLY = "oso.stars_to_artifact_weekly"
MODELS = (STAGING, *DAILY, WEEKLY)
# model, day, artifact -> amount
Amounts = Mapping[tuple[str, date, str], float]


@dataclass
class World:
    """One installation whose compute store is open, as a production engine is for every run."""

    project: Project
    manifest: Manifest
    metrics: Mapping[str, MetricEntry]
    store: Store
    # a run whose audits are to fail; audits of the small project have nothing to object to
    failing: bool = False

    def compute(self, models: tuple[str, ...], window: Window, run_id: str) -> None:
        request = Request(models=models, window=window, run_id=run_id)
        # what a run reads of SQLMesh's state is its own, as in a process of its own
        store = replace(self.store, snapshots={})
        for _ in compute(self.project, self.manifest, self.metrics, request, store=store):
            pass

    def settle(self) -> None:
        """One run after the other, until nothing is stale."""
        for name in MODELS:
            for stale in freshness_of(self.project, self.manifest).stale([self.manifest.by_name[name]], lambda _: SPAN):
                for window in stale.windows or ():
                    self.compute((name,), window, "settle")

    def expected(self) -> Amounts:
        """What the raw events give, counted here."""
        table = open_catalog(self.project.settings).load_table("github_archive.events")
        counts: Counter[tuple[str, date, str]] = Counter()
        for row in table.scan(selected_fields=("created_at", "type", "repo_id")).to_arrow().to_pylist():
            day, repository = row["created_at"].date(), str(row["repo_id"])
            if not SPAN.start <= day < SPAN.end:
                continue
            counts[STAGING, day, repository] += 1
            for model, kind in DAILY.items():
                if row["type"] == kind:
                    counts[model, day, repository] += 1
            if row["type"] == "WatchEvent":
                counts[WEEKLY, Grain.WEEKLY.floor(day), repository] += 1
        return counts

    def stored(self) -> Amounts:
        """What the compute store holds."""
        session = self.session()
        parts = [
            f"select '{name}' as model, {'bucket_day' if name == STAGING else 'metrics_sample_date'} as day,"
            f" to_artifact_id, amount from {session.physical_table(name)}"
            for name in MODELS
        ]
        cursor = session.context.engine_adapter.cursor
        cursor.execute(" union all ".join(parts))
        return _summed(cursor.to_arrow_table().to_pylist())

    def published(self) -> Amounts:
        """What readers see; every row is one of its own."""
        table = open_catalog(self.project.settings).load_table("published.timeseries_metrics_by_artifact_v0")
        rows = table.scan(selected_fields=("model", "sample_date", "artifact_id", "amount")).to_arrow().to_pylist()
        found = [
            {
                "model": row["model"],
                "day": row["sample_date"],
                "to_artifact_id": row["artifact_id"],
                "amount": row["amount"],
            }
            for row in rows
        ]
        summed = _summed(found)
        assert len(summed) == len(found), "a published row is doubled"
        return summed

    def session(self) -> Session:
        return read_session(self.store, MODELS)

    def check(self) -> None:
        """Everything that must hold whatever happened."""
        session, entries = self.session(), ledger_of(self.project).entries()
        stored, published, expected = self.stored(), self.published(), self.expected()
        stale = {
            one.model.name: one.windows or ()
            for one in freshness_of(self.project, self.manifest).stale(
                [self.manifest.by_name[name] for name in MODELS], lambda _: SPAN
            )
        }
        for name in MODELS:
            grain = self.manifest.by_name[name].grain or Grain.DAILY
            for entry in entries.get(name, ()):
                lacking = missing_days(session.intervals(name), entry.window)
                assert not lacking, f"the ledger says {name} {entry.window} is computed, SQLMesh lacks {lacking}"
            for bucket in grain.windows(SPAN):
                is_done = not missing_days(session.intervals(name), bucket)
                if is_done and name != STAGING:
                    assert _of(published, name, bucket) == _of(stored, name, bucket), f"{name} {bucket}: published"
                if not any(window.contains(bucket) for window in stale.get(name, ())):
                    assert is_done, f"{name} {bucket} is fresh and not done"
                    assert _of(stored, name, bucket) == _of(expected, name, bucket), f"{name} {bucket}: stored"


def _summed(rows: list[dict]) -> Amounts:
    found: Counter[tuple[str, date, str]] = Counter()
    for row in rows:
        found[row["model"], row["day"], row["to_artifact_id"]] += row["amount"]
    return found


def _of(amounts: Amounts, model: str, bucket: Window) -> dict[tuple[date, str], float]:
    return {
        (day, artifact): amount
        for (name, day, artifact), amount in amounts.items()
        if name == model and bucket.start <= day < bucket.end
    }


@pytest.fixture
def world(postgres_original: Original) -> Iterator[World]:
    """Two weeks computed, and the store held open as shared."""
    project = postgres_original.copy()
    manifest = load_manifest(project)
    with open_store(project, holder="all runs", on_wait=lambda _: None) as store:
        made = World(project, manifest, load_metrics(project, manifest), replace(store, is_shared=True))
        made.settle()
        made.check()
        yield made
    postgres_original.drop(project)


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[Scheduler]:
    """Steps wherever a run leaves one station for the next, and where it waits for its turn."""
    made = Scheduler(most_actors=3)

    def audited(evaluated: Evaluated) -> Evaluated:
        bad = AuditOutcome(name="made_to_fail", count=1, blocking=True)
        return replace(evaluated, audits=(*evaluated.audits, bad)) if world.failing else evaluated

    step_around(monkeypatch, made, stations, "evaluate", after=audited)
    step_around(monkeypatch, made, stations, "publish_batch", after=list)
    step_around(monkeypatch, made, Session, "withdraw")
    step_around(monkeypatch, made, Session, "record")
    step_around(monkeypatch, made, Ledger, "withdraw")
    step_around(monkeypatch, made, Ledger, "record")
    monkeypatch.setattr(window_locks, "pause", lambda _: made.pause("waits for its turn"))
    yield made
    made.close()


def _events(order: random.Random) -> list[Event]:
    return [
        (order.choice(("WatchEvent", "ForkEvent")), order.randint(1, 5), order.randint(1, 3))
        for _ in range(order.randint(1, 4))
    ]


def _window(order: random.Random) -> Window:
    """One to three of the first four days, so that runs meet."""
    start = SPAN.start + timedelta(days=order.randrange(3))
    return Window(start, start + timedelta(days=order.randint(1, 3)))


def _actors(world: World, order: random.Random) -> list[tuple[str, Callable[[], None]]]:
    """A run of the events, one or two of what reads them, and now and then a landing meanwhile."""

    def run(name: str, models: tuple[str, ...], window: Window) -> tuple[str, Callable[[], None]]:
        return name, lambda: world.compute(models, window, name)

    readers = [*DAILY, WEEKLY]
    name = order.choice(readers)
    window = WEEK if name == WEEKLY else _window(order)
    staging = (STAGING,) if order.random() < 0.7 else (STAGING, *DAILY)
    found = [run("events", staging, _window(order)), run("reader", (name,), window)]
    if order.random() < 0.25:
        found.append(run("second reader", (order.choice(list(DAILY)),), _window(order)))
    elif order.random() < 0.25:
        day, events = _window(order).start, _events(order)
        found.append(("landing", lambda: replace_day(world.project.settings, day, events)))
    return found


@pytest.mark.parametrize("first", range(0, INTERLEAVINGS, ROUND))
def test_500_interleavings_of_runs_and_landings_leave_what_one_run_after_the_other_leaves(
    world: World, scheduler: Scheduler, first: int
) -> None:
    crashes = waits = 0
    for seed in range(first, first + ROUND):
        order = random.Random(seed)
        world.failing = order.random() < 0.1
        # something to compute: what it makes stale is what the runs below may get wrong
        replace_day(world.project.settings, _window(order).start, _events(order))
        actors = [
            (name, actor, order.randint(1, 16) if order.random() < 0.2 else None)
            for name, actor in _actors(world, order)
        ]
        raised = scheduler.run(seed, actors)
        world.failing = False
        assert {type(error) for error in raised.values()} <= {Crash}, (seed, raised, scheduler.trace)
        crashes += len(raised)
        waits += any("waits for its turn" in step for step in scheduler.trace)
        try:
            world.check()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}\n" + "\n".join(scheduler.trace)) from error
    world.settle()
    published, expected = world.published(), world.expected()
    for name in (*DAILY, WEEKLY):
        assert _of(published, name, SPAN) == _of(expected, name, SPAN), name
    assert crashes > 0
    assert waits > 0
