"""Computes what is stale of some models: groups it into runs, starts them in order, and tells what became of each."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
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
from oso_lake.coverage import COVERAGE
from oso_lake.database import one_at_a_time

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
    outcomes: list[Outcome] = []
    runs: list[str] = []
    attempted: set[str] = set()
    left: list[Batch] = []
    allowance = Allowance(budget or Budget.of(project.settings), project.settings.node_hour_price)
    seen: list[Freshness] = []

    def lacking() -> list[Stale]:
        seen[:] = [] if force else [freshness_of(project, manifest)]
        every = seen[0].stale(models, span) if seen else list(_all_of(models, span))
        return [one for one in every if one.model.name not in attempted]

    def hear(item: Any) -> None:
        if isinstance(item, Outcome):
            outcomes.append(item)
            if on_progress is not None:
                detail = f"{item.model.table} {item.window or ''}".rstrip()
                on_progress(Progress(done=len(outcomes), total=total, unit="models", detail=detail))

    todo = lacking()
    total = len(todo)
    run_tags = {**(tags or {}), **({"oso/partial": "true"} if partial else {})}
    with ExitStack() as stack:
        runner = None
        if todo:
            wanted = _partitions(todo)
            opened = open_runner(project, manifest, instance, run_tags, computes=wanted, allowance=allowance)
            runner = stack.enter_context(opened)
        if runner is not None and runner.has_waited:
            # whoever computed meanwhile may have computed this
            todo = lacking()
        while runner is not None and todo and not allowance.refusal:
            group = in_order(todo)[0]
            runs.extend(_run_group(runner, group, outcomes, hear, left))
            attempted.update(one.model.name for one in group)
            # an input that came out as it was before leaves what reads it fresh
            todo = lacking()
            total = len(outcomes) + len(todo)
            runner.expect(expected_of(project, _partitions(todo)))
    if allowance.refusal:
        left += [Batch(models=(one.model,), window=one.window) for one in todo]
        attempted.update(one.model.name for one in todo)
        run_id = runs[-1] if runs else ""
        outcomes.extend(refuse(project, manifest, left, allowance.refusal, run_id, is_kept=not partial))
    if runs and project.is_production:
        # what was read after the last run is as good as new
        bring_coverage(project, manifest, attempted, runs[-1], seen[0] if seen else None)
    return MaterializeReport(
        done=tuple(o.model.name for o in outcomes if o.status is Status.DONE),
        fresh=tuple(model.name for model in models if model.name not in attempted),
        failed={outcome.model.name: outcome.reason for outcome in outcomes if outcome.status is not Status.DONE},
        skipped=frozenset(outcome.model.name for outcome in outcomes if outcome.status is Status.SKIPPED),
        runs=tuple(runs),
        outcomes=tuple(outcomes),
        seconds=time.monotonic() - began,
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
    with one_at_a_time(open_catalog(project.settings), COVERAGE.name):
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
