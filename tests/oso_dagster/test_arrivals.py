"""The arrivals sensor: what it asks for on a real installation, and that no history makes a storm of runs."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from model_entries import metric_model
from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.arrivals import Asked, Limits, decide, wait_after
from oso_dagster.assemble import build_definitions
from oso_dagster.defs.resources import Pipeline
from oso_dagster.defs.sensors import Cursor, tick
from oso_dagster.freshness import Stale
from oso_dagster.instance import open_instance
from oso_dagster.manifest import ModelEntry, load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.failures import Failure
from oso_dagster.runner.logs import failures_of, ledger_of
from oso_lake import Lake
from oso_lake.calendar import Window

NOW = datetime(2024, 4, 10, 12, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
LIMITS = Limits()


def _tick(project: Project, cursor: Cursor, now: datetime = NOW, limits: Limits = LIMITS):
    pipeline = Pipeline(project=project, manifest=load_manifest(project))
    return tick(pipeline, cursor, now, limits)


def _catch_up(project: Project, **config: list[str]) -> dg.ExecuteInProcessResult:
    with open_instance(project.settings) as instance:
        job = build_definitions(project).resolve_job_def("catch_up")
        run_config = {"ops": {"compute_stale": {"config": config}}}
        return job.execute_in_process(instance=instance, run_config=run_config, raise_on_error=False)


def test_a_late_event_reaches_every_metric_within_one_tick_and_nothing_else_is_computed(project: Project) -> None:
    assert api.materialize(project.settings, project=project).failed == {}
    decision, cursor = _tick(project, Cursor())
    assert decision is not None
    assert decision.request is None
    assert _tick(project, cursor)[0] is None
    before = ledger_of(project).entries()
    day = date(2024, 2, 7)
    late = [*events_of(day), ("WatchEvent", 9, 1)]
    land_events(project.settings, day, day + ONE_DAY, events=lambda _: late, again=True)

    decision, cursor = _tick(project, cursor)
    assert decision is not None
    assert decision.request is not None
    assert not decision.request.is_cut
    assert _catch_up(project).success
    after = ledger_of(project).entries()
    computed = {
        (entry.model, str(entry.window))
        for name, entries in after.items()
        for entry in entries
        if entry.computed not in {one.computed for one in before[name]}
    }
    assert {window for model, window in computed if model == "oso.stars_to_artifact_daily"} == {
        "[2024-02-06, 2024-02-08)"
    }
    assert {window for model, window in computed if model == "oso.stars_to_artifact_monthly"} == {
        "[2024-02-01, 2024-03-01)"
    }
    stars = Lake(project.settings).arrow(
        "select sum(amount) as stars from timeseries_metrics_by_artifact_v0 s join metrics_v0 m"
        " on m.metric_id = s.metric_id where metric_name = 'GITHUB_stars_daily'"
    )
    assert stars.to_pylist() == [{"stars": 3 * 100 + 1}]

    decision, cursor = _tick(project, cursor)
    assert decision is not None
    assert decision.request is None
    assert _tick(project, cursor)[0] is None


def test_the_sensor_itself_asks_once_and_waits_while_its_run_is_under_way(project: Project) -> None:
    definitions = build_definitions(project)
    sensor = definitions.resolve_sensor_def("arrivals")
    pipeline = Pipeline(project=project, manifest=load_manifest(project))
    with open_instance(project.settings) as instance:
        with dg.build_sensor_context(instance=instance, resources={"pipeline": pipeline}) as context:
            first = sensor.evaluate_tick(context)
        assert first.run_requests is not None
        assert len(first.run_requests) == 1
        assert first.run_requests[0].run_config["ops"]["compute_stale"]["config"] == {"models": [], "held": []}
        instance.create_run_for_job(definitions.resolve_job_def("catch_up"))
        with dg.build_sensor_context(instance=instance, resources={"pipeline": pipeline}) as context:
            second = sensor.evaluate_tick(context)
        assert not second.run_requests
        assert second.skip_message is not None
        assert "is under way" in second.skip_message


def test_what_fails_is_one_row_of_metric_errors_waits_and_is_gone_when_it_succeeds(
    own_project: Callable[[], Project],
) -> None:
    project = own_project()
    settings = project.settings
    land_events(settings, date(2024, 1, 1), date(2024, 2, 1))
    path = project.path / "models" / "stg_events.sql"
    sound = path.read_text()
    path.write_text(
        sound.replace("1::DOUBLE AS amount", "IF(events.repo_id = 2, ERROR('broken event'), 1)::DOUBLE AS amount")
    )
    api.plan(settings, project=project)
    assert not _catch_up(project).success
    errors = Lake(settings).arrow("select * from metric_errors").to_pylist()
    assert [(row["model"], row["error_class"], row["attempts"]) for row in errors] == [
        ("oso.stg_events", "InvalidInputException", 1)
    ]
    assert "broken event" in errors[0]["message"]
    assert (errors[0]["first_day"], errors[0]["end_day"]) == (date(2024, 1, 1), date(2024, 2, 1))
    failed_at = failures_of(project).all()[0].failed_at

    decision, _ = _tick(project, Cursor(), failed_at + timedelta(minutes=1))
    assert decision is not None
    assert decision.request is None
    assert decision.waiting["oso.stg_events"] == failed_at + LIMITS.first_wait
    decision, _ = _tick(project, Cursor(), failed_at + timedelta(minutes=6))
    assert decision is not None
    assert decision.request is not None

    path.write_text(sound)
    api.plan(settings, project=project)
    decision, _ = _tick(project, Cursor(), failed_at + timedelta(minutes=1))
    assert decision is not None
    assert decision.request is not None, "another definition is tried at once"
    assert _catch_up(project).success
    assert Lake(settings).arrow("select * from metric_errors").num_rows == 0


def test_a_failure_counts_on_when_its_range_grows(project: Project) -> None:
    log = failures_of(project)
    for days in (1, 2, 3):
        log.record([_failure("a", Window(date(2024, 1, 1), date(2024, 1, 1) + days * ONE_DAY), NOW)])
    (failure,) = log.all()
    assert failure.attempts == 3
    assert log.clear([("a", Window(date(2024, 1, 2), date(2024, 1, 3)))])
    assert log.all() == []


def test_waits_grow_to_a_limit() -> None:
    waits = [wait_after(attempts, LIMITS) for attempts in (1, 2, 3, 4, 50)]
    assert waits == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 360)]


def test_a_large_backlog_is_asked_for_in_parts() -> None:
    stale = [
        Stale(model=metric_model(f"m{n}"), windows=(Window(date(2024, 1, 1), date(2024, 1, 11)),)) for n in range(5)
    ]
    decision = decide(stale, [], planned={}, now=NOW, state="s", before=None, limits=Limits(windows=25))
    assert decision.request is not None
    assert decision.request.models == ("m0", "m1")
    assert decision.request.is_cut


def test_a_run_that_died_without_a_trace_is_asked_for_again_after_a_wait_under_another_key() -> None:
    stale = [Stale(model=metric_model("m"), windows=None)]
    first = decide(stale, [], planned={}, now=NOW, state="s", before=None, limits=LIMITS).request
    assert first is not None
    at_once = decide(stale, [], planned={}, now=NOW + ONE_DAY / 1440, state="s", before=first.asked, limits=LIMITS)
    assert at_once.request is None
    later = decide(stale, [], planned={}, now=NOW + LIMITS.first_wait, state="s", before=first.asked, limits=LIMITS)
    assert later.request is not None
    assert later.request.run_key != first.run_key


def _failure(model: str, window: Window | None, at: datetime, attempts: int = 1) -> Failure:
    return Failure(
        model=model,
        window=window,
        version="1",
        error_class="E",
        message="m",
        run_id="r",
        failed_at=at,
        attempts=attempts,
    )


@dataclass
class _Simulation:
    """An installation in memory: days become stale as they arrive, runs take a while, models fail for some hours."""

    rng: random.Random
    models: list[ModelEntry]
    now: datetime = NOW
    revision: int = 0
    stale: dict[str, set[date]] = field(default_factory=dict)
    broken_until: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    running: tuple[datetime, tuple[str, ...], bool] | None = None
    asked: Asked | None = None
    runs: int = 0
    arrivals: int = 0
    computed: Counter[tuple[str, date]] = field(default_factory=Counter)
    became_stale: Counter[tuple[str, date]] = field(default_factory=Counter)
    attempts_while_broken: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)

    def arrive(self) -> None:
        """A day changes: it and every reader of it become stale."""
        self.arrivals += 1
        self.revision += 1
        day = date(2024, 1, 1) + timedelta(days=self.rng.randrange(90))
        touched = {self.rng.choice(self.models[:5]).name}
        for model in self.models:
            if model.name in touched or touched.intersection(model.parents):
                touched.add(model.name)
                if day not in self.stale.setdefault(model.name, set()):
                    self.stale[model.name].add(day)
                    self.became_stale[model.name, day] += 1

    def current(self) -> list[Stale]:
        return [
            Stale(model=m, windows=tuple(Window(day, day + ONE_DAY) for day in sorted(self.stale[m.name])))
            for m in self.models
            if self.stale.get(m.name)
        ]

    def finish(self, names: tuple[str, ...]) -> None:
        """A run ends: sound models are done, broken ones fail, readers of what failed are skipped."""
        failed: set[str] = set()
        for model in self.models:
            if model.name not in names or failed.intersection(model.parents):
                failed.update({model.name} if failed.intersection(model.parents) else ())
                continue
            self.revision += 1
            if self.broken_until.get(model.name, NOW) > self.now:
                failed.add(model.name)
                self.attempts_while_broken[model.name] += 1
                known = self.failures.get(model.name)
                attempts = known.attempts + 1 if known else 1
                self.failures[model.name] = _failure(model.name, None, self.now, attempts)
            else:
                self.failures.pop(model.name, None)
                for day in self.stale.pop(model.name, set()):
                    self.computed[model.name, day] += 1

    def step(self) -> None:
        self.now += timedelta(minutes=1)
        if self.rng.random() < 0.05:
            self.arrive()
        if self.rng.random() < 0.002:
            name = self.rng.choice(self.models).name
            self.broken_until[name] = self.now + timedelta(hours=self.rng.randrange(1, 30))
        if self.running is not None:
            ends, names, dies = self.running
            if self.now < ends:
                return
            self.running = None
            if not dies:
                self.finish(names)
        decision = decide(
            self.current(),
            self.failures.values(),
            planned={model.name: "1" for model in self.models},
            now=self.now,
            state=str(self.revision),
            before=self.asked,
            limits=Limits(windows=200),
        )
        if decision.request is None:
            return
        assert decision.request.run_key not in self.keys, "Dagster would not run it"
        self.keys.add(decision.request.run_key)
        self.runs += 1
        self.asked = decision.request.asked
        takes = timedelta(minutes=self.rng.randrange(1, 15))
        self.running = (self.now + takes, decision.request.models, self.rng.random() < 0.03)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_thousand_ticks_with_failures_and_late_data_make_no_storm_and_lose_nothing(seed: int) -> None:
    rng = random.Random(seed)
    models = [
        metric_model(f"m{n}", parents=tuple(f"m{p}" for p in rng.sample(range(n), min(n, 2)) if n >= 5))
        for n in range(30)
    ]
    simulation = _Simulation(rng=rng, models=models)
    for _ in range(10_000):
        simulation.step()
    # everything is repaired, nothing arrives any more: within the longest wait and some runs all is computed
    simulation.broken_until = {}
    rng.random = lambda: 1.0
    for _ in range(int((LIMITS.longest_wait * 2).total_seconds() // 60)):
        simulation.step()
    assert simulation.current() == []
    assert all(simulation.computed[key] <= count for key, count in simulation.became_stale.items()), "work is repeated"
    # a broken model is tried with waits of 5, 10, ... minutes, then every six hours, for seven days
    assert max(simulation.attempts_while_broken.values()) < 150
    assert simulation.runs <= 2 * simulation.arrivals + sum(simulation.attempts_while_broken.values()) + 50
