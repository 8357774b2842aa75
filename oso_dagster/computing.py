"""Computes what is stale of some models: groups it into runs, starts them in order, and tells what became of each."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dlt_sources.progress import OnProgress, Progress
from oso_dagster.arrivals import bucket_count
from oso_dagster.coverage import Known, publish_coverage
from oso_dagster.freshness import Freshness, Stale
from oso_dagster.groups import Batch, batches, in_order
from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.project import Project
from oso_dagster.refusing import refuse
from oso_dagster.reports import MaterializeReport, RunFailedError
from oso_dagster.run_tags import expected_of
from oso_dagster.runner.budget import Allowance, Budget
from oso_dagster.runner.environment_ledger import EnvironmentLedger
from oso_dagster.runner.logs import failures_of, ledger_of
from oso_dagster.runner.outcomes import Outcome, Status
from oso_dagster.runner.raw_state import RawState
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.database import one_at_a_time
from oso_lake.window_states import COVERAGE_TABLE

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from oso_dagster.launch import Runner


def freshness_of(project: Project, manifest: Manifest, now: datetime | None = None) -> Freshness:
    """What freshness follows from, as it is; `now` decides which days are over, and is the clock's when not given."""
    ledger = ledger_of(project)
    return Freshness(
        manifest=manifest,
        planned=ledger.planned(),
        entries=ledger.entries(),
        changes=ledger.changes(),
        raw=RawState(project.settings, now or datetime.now(UTC)),
        start=project.settings.start,
    )


def materialize_models(  # noqa: PLR0913 - each is a choice of the caller
    project: Project,
    manifest: Manifest,
    models: Sequence[ModelEntry],
    span: Callable[[ModelEntry], Window | None],
    *,
    on_progress: OnProgress | None = None,
    force: bool = False,
    partial: bool = False,
    instance: "DagsterInstance | None" = None,
    tags: Mapping[str, str] | None = None,
    budget: Budget | None = None,
) -> MaterializeReport:
    """Compute what is stale of `models` (parents first) in their spans, or all of it when `force`.

    All of its runs share one `budget`, the settings' when none is given: what it does not reach for is told as failed.
    Raises RunFailedError when a run ends before it told of any model.
    """
    from oso_dagster.launch import open_runner

    began = time.monotonic()
    if not project.is_production:
        # what is shared with production is computed there, and read here
        own = own_models(project)
        models = [model for model in models if model.name in own]
    work = _Work(
        project=project,
        manifest=manifest,
        models=models,
        span=span,
        is_forced=force,
        allowance=Allowance(budget or Budget.of(project.settings), project.settings.node_hour_price),
        on_progress=on_progress,
    )
    todo = work.lacking()
    run_tags = {**(tags or {}), **({"oso/partial": "true"} if partial else {})}
    if todo:
        wanted = _partitions(todo)
        with open_runner(project, manifest, instance, run_tags, computes=wanted, allowance=work.allowance) as runner:
            # whoever computed while this waited may have computed this
            todo = work.run(runner, work.lacking() if runner.has_waited else todo)
    if work.allowance.refusal:
        work.refuse(todo, is_kept=not partial)
    if work.runs and project.is_production:
        # what was read after the last run is as good as new
        bring_coverage(project, manifest, work.attempted, work.runs[-1], work.seen)
    return work.report(time.monotonic() - began)


@dataclass(kw_only=True)
class _Work:
    """What one call of `materialize_models` has to do, and what became of it."""

    project: Project
    manifest: Manifest
    models: Sequence[ModelEntry]
    span: Callable[[ModelEntry], Window | None]
    is_forced: bool
    allowance: Allowance
    on_progress: OnProgress | None
    outcomes: list[Outcome] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    attempted: set[str] = field(default_factory=set)
    # what the budget did not reach for
    left: list[Batch] = field(default_factory=list)
    # what freshness followed from when it was last asked for
    seen: Freshness | None = None
    total: int = 0

    def lacking(self) -> list[Stale]:
        """What is stale, or to be computed anyway, and was not attempted yet."""
        self.seen = None if self.is_forced else freshness_of(self.project, self.manifest)
        every = self.seen.stale(self.models, self.span) if self.seen else list(_all_of(self.models, self.span))
        lacking = [one for one in every if one.model.name not in self.attempted]
        self.total = len(self.outcomes) + len(lacking)
        return lacking

    def hear(self, item: Any) -> None:
        """Remember an outcome that a run told, and show how far it all is."""
        if not isinstance(item, Outcome):
            return
        self.outcomes.append(item)
        if self.on_progress is not None:
            detail = f"{item.model.table} {item.window or ''}".rstrip()
            self.on_progress(Progress(done=len(self.outcomes), total=self.total, unit="models", detail=detail))

    def run(self, runner: "Runner", todo: list[Stale]) -> list[Stale]:
        """Compute group after group; returns what the budget did not reach for, of groups that were not begun."""
        while todo and not self.allowance.refusal:
            group = in_order(todo)[0]
            self.runs.extend(_run_group(runner, group, self.outcomes, self.hear, self.left))
            self.attempted.update(one.model.name for one in group)
            # an input that came out as it was before leaves what reads it fresh
            todo = self.lacking()
            runner.expect(expected_of(self.project, _partitions(todo)))
        return todo

    def refuse(self, todo: Sequence[Stale], *, is_kept: bool) -> None:
        """Tell of what the budget did not reach for, as failed."""
        left = [*self.left, *(Batch(models=(one.model,), window=one.window) for one in todo)]
        self.attempted.update(one.model.name for one in todo)
        run_id = self.runs[-1] if self.runs else ""
        refused = refuse(self.project, self.manifest, left, self.allowance.refusal, run_id, is_kept=is_kept)
        self.outcomes.extend(refused)

    def report(self, seconds: float) -> MaterializeReport:
        """What became of each model."""
        return MaterializeReport(
            done=tuple(o.model.name for o in self.outcomes if o.status is Status.DONE),
            fresh=tuple(model.name for model in self.models if model.name not in self.attempted),
            failed={o.model.name: o.reason for o in self.outcomes if o.status is not Status.DONE},
            skipped=frozenset(o.model.name for o in self.outcomes if o.status is Status.SKIPPED),
            runs=tuple(self.runs),
            outcomes=tuple(self.outcomes),
            seconds=seconds,
        )


def _partitions(stale: Sequence[Stale]) -> dict[str, int]:
    return {one.model.name: bucket_count(one.model, one.windows) for one in stale}


def own_models(project: Project) -> frozenset[str]:
    """Names of the models that the environment of `project` computes: all of production's, else those that differ."""
    ledger = ledger_of(project)
    return ledger.own() if isinstance(ledger, EnvironmentLedger) else frozenset(ledger.planned())


def bring_coverage(
    project: Project,
    manifest: Manifest,
    touched: Collection[str] | None,
    run_id: str = "",
    freshness: Freshness | None = None,
) -> Sequence[Mapping[str, Any]]:
    """Bring `metric_coverage` up to date after a run of the models `touched`, or of everything; see coverage.py."""
    if project.settings.database_url is not None:
        # others may have recorded something since it was read
        freshness = None
    with one_at_a_time(open_catalog(project.settings), COVERAGE_TABLE):
        known = Known(failures=failures_of(project).all(), partial=ledger_of(project).partial_windows())
        return publish_coverage(freshness or freshness_of(project, manifest), known, run_id, touched)


def _all_of(models: Sequence[ModelEntry], span: Callable[[ModelEntry], Window | None]) -> Iterator[Stale]:
    """Every model that has a whole window in its span, and every unpartitioned one."""
    for model in models:
        window = span(model)
        if model.grain is None:
            yield Stale(model=model, windows=None)
        elif window is not None and (whole := model.grain.whole(window)):
            yield Stale(model=model, windows=(whole,))


def _run_group(
    runner: "Runner",
    group: Sequence[Stale],
    outcomes: Sequence[Outcome],
    hear: Callable[[Any], None],
    left: list[Batch],
) -> Iterator[str]:
    """Run what of `group` depends on nothing that failed; yields the ids of the runs it took.

    What the budget does not reach for any more is added to `left`.
    """
    for batch in batches(group):
        if runner.allowance.refusal:
            left.append(batch)
        else:
            yield from _run_batch(runner, batch, outcomes, hear)


def _run_batch(
    runner: "Runner", batch: Batch, outcomes: Sequence[Outcome], hear: Callable[[Any], None]
) -> Iterator[str]:
    left: Sequence[ModelEntry] = batch.models
    while True:
        left, lost = _without_failed(left, batch.window, outcomes)
        for outcome in lost:
            hear(outcome)
        if not left:
            return
        heard = runner.run([model.key for model in left], batch.window, on_event=hear, grain_of=left[0])
        yield heard.run_id
        told = {item.model.name for item in heard.items if isinstance(item, Outcome)}
        if heard.error and not told:
            raise RunFailedError(heard.error)
        # Dagster skips the steps after one that failed, also for models that do not depend on what failed
        left = [model for model in left if model.name not in told] if heard.error else []


def _without_failed(
    models: Sequence[ModelEntry], window: Window | None, outcomes: Sequence[Outcome]
) -> tuple[list[ModelEntry], list[Outcome]]:
    """Of `models` what depends on nothing that failed, and an outcome for each of the others."""
    failed = {outcome.model.name for outcome in outcomes if outcome.status is not Status.DONE}
    left: list[ModelEntry] = []
    lost: list[Outcome] = []
    for model in models:
        if parents := sorted(failed.intersection(model.parents)):
            failed.add(model.name)
            reason = f"upstream failed: {', '.join(parents)}"
            lost.append(Outcome(model=model, status=Status.SKIPPED, window=window, reason=reason))
        else:
            left.append(model)
    return left, lost
