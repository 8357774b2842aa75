"""What the command line does: plan, land, materialize, and say what is fresh. Runs are Dagster's, so the UI shows them.

Everything is idempotent: what is landed, planned or fresh is not done again unless forced.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dlt_sources.progress import OnProgress, Progress
from oso_dagster.freshness import Freshness, Stale, hull, in_order
from oso_dagster.manifest import Manifest, ModelEntry, cached_path, load_manifest, project_fingerprint
from oso_dagster.project import Project
from oso_dagster.runner.compute import Outcome, Status, ledger_of
from oso_dagster.runner.raw_state import RawState
from oso_dagster.selection import select
from oso_lake.calendar import Window
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from oso_dagster.launch import Heard, Runner
    from oso_dagster.runner.plan import PlanReport

PARENT_TAG = "oso/parent_run"


class RunFailedError(RuntimeError):
    """A run ended before it said what became of its models or windows; the message is the first error in it."""


@dataclass(frozen=True, kw_only=True)
class MaterializeReport:
    """Names of models computed, found fresh, and failed (with the reason); ids of the runs; seconds."""

    done: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    failed: Mapping[str, str]
    runs: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LandReport:
    """A landing report for each source that was landed, sources that had nothing missing, failures, and seconds."""

    reports: tuple[Any, ...] = ()
    fresh: tuple[str, ...] = ()
    failed: Mapping[str, str]
    runs: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FreshReport:
    """Models that need nothing, and those to compute with the range of their stale windows (None: as a whole)."""

    fresh: tuple[str, ...]
    stale: Mapping[str, Window | None]


def plan(
    settings: Settings,
    *,
    project: Project | None = None,
    on_progress: OnProgress | None = None,
    force: bool = False,
    log: Callable[[str], None] | None = None,
) -> "PlanReport":
    """Make SQLMesh's tables and views for the models as they are; nothing when they are as last planned."""
    from oso_dagster.runner.plan import PlanReport
    from oso_dagster.runner.plan import plan as run_plan

    project = project or Project(settings=settings)
    began = time.monotonic()
    is_planned = settings.state_db.exists() and settings.compute_db.exists()
    if not force and is_planned and ledger_of(project).planned_fingerprint() == project_fingerprint(project):
        return PlanReport(added=(), changed=(), removed=(), seconds=time.monotonic() - began)

    def tell(done: int, total: int, detail: str) -> None:
        if on_progress is not None:
            on_progress(Progress(done=done, total=total, unit="models", detail=detail))

    return run_plan(project, on_progress=tell, log=log)


def land(  # noqa: PLR0913 - each is a choice of the caller
    settings: Settings,
    begin: date,
    end: date,
    on_progress: OnProgress | None = None,
    *,
    project: Project | None = None,
    sources: Sequence[str] | None = None,
    again: bool = False,
    force: bool = False,
    instance: "DagsterInstance | None" = None,
    tags: Mapping[str, str] | None = None,
) -> LandReport:
    """Land what the days `[begin, end)` need of each source, one run a source; what is landed is left alone.

    `again` asks the sources for changes although nothing is missing, `force` lands what has not changed too. A source
    that fails is in `failed`, and the others are landed all the same.
    """
    from oso_dagster.launch import open_runner
    from oso_dagster.raw_sources import SOURCES

    project = project or Project(settings=settings)
    began = time.monotonic()
    window = Window(begin, end)
    report: dict[str, Any] = {"reports": [], "fresh": [], "failed": {}, "runs": []}
    with open_runner(project, _landing_manifest(project), instance, tags or {}, computes=False) as runner:
        for source in SOURCES:
            if sources is not None and source.name not in sources:
                continue
            if not (again or force) and not RawState(settings, datetime.now(UTC)).missing(source.name, window):
                report["fresh"].append(source.name)
                continue
            heard = runner.run(
                [raw.key for raw in runner.manifest.raw if raw.source == source.name],
                window if source.daily else None,
                on_event=lambda item: on_progress(item) if on_progress and isinstance(item, Progress) else None,
                tags={"oso/force": "true"} if force else {},
            )
            report["runs"].append(heard.run_id)
            report["reports"].extend(item for item in heard.items if not isinstance(item, Progress))
            if heard.error:
                report["failed"][source.name] = heard.error
    return LandReport(
        reports=tuple(report["reports"]),
        fresh=tuple(report["fresh"]),
        failed=report["failed"],
        runs=tuple(report["runs"]),
        seconds=time.monotonic() - began,
    )


def materialize(  # noqa: PLR0913 - each is a choice of the caller
    settings: Settings,
    selection: str = "*",
    *,
    begin: date | None = None,
    end: date | None = None,
    partition: str | None = None,
    on_progress: OnProgress | None = None,
    project: Project | None = None,
    force: bool = False,
    partial: bool = False,
    instance: "DagsterInstance | None" = None,
) -> MaterializeReport:
    """Compute the selected models for one partition, or for every whole window in `[begin, end)`; see selection.py.

    Without dates, everything from the start to the last day that is landed. Fresh windows are left alone unless
    `force`. Raises ValueError for a selection or a partition key that is not one; failures of models are in the report.
    """
    project = project or Project(settings=settings)
    manifest = load_manifest(project)
    models = select(manifest, selection)
    span = _span(project, models, begin, end, partition)
    return _materialize(
        project, manifest, models, span, on_progress=on_progress, force=force, partial=partial, instance=instance
    )


def fresh(
    settings: Settings,
    selection: str = "*",
    begin: date | None = None,
    end: date | None = None,
    *,
    project: Project | None = None,
) -> FreshReport:
    """Which of the selected models are fresh for every whole window in `[begin, end)`, and which are not."""
    project = project or Project(settings=settings)
    manifest = load_manifest(project)
    models = select(manifest, selection)
    stale = _freshness(project, manifest).stale(models, _span(project, models, begin, end, None))
    names = {one.model.name: one.window for one in stale}
    return FreshReport(fresh=tuple(m.name for m in models if m.name not in names), stale=names)


def daily(
    settings: Settings,
    *,
    project: Project | None = None,
    now: datetime,
    instance: "DagsterInstance | None" = None,
    parent_run_id: str = "",
    log: Callable[[str], None] = lambda message: None,
) -> MaterializeReport:
    """What the schedule does: land the days that are over at `now`, and compute what became complete with them."""
    from oso_dagster.defs.schedules import decide

    project = project or Project(settings=settings)
    manifest = load_manifest(project)
    raw = RawState(settings, now)
    grains = {model.grain for model in manifest.models if model.grain is not None}
    decision = decide(now, settings.start, raw.landed_end("github_archive"), grains)
    if decision is None:
        log("the first day is not over yet: nothing to do")
        return MaterializeReport(failed={})
    tags = {PARENT_TAG: parent_run_id} if parent_run_id else {}
    log(f"landing {decision.land}")
    landed = land(
        settings, decision.land.start, decision.land.end, project=project, again=True, instance=instance, tags=tags
    )
    for source, reason in landed.failed.items():
        log(f"{source} was not landed: {reason}")
    plan(settings, project=project, log=log)
    report = _materialize(
        project,
        manifest,
        manifest.models,
        lambda model: decision.compute.get(model.grain) if model.grain else None,
        instance=instance,
        tags=tags,
    )
    failed = {f"source {name}": reason for name, reason in landed.failed.items()} | dict(report.failed)
    return MaterializeReport(
        done=report.done, fresh=report.fresh, failed=failed, runs=(*landed.runs, *report.runs), seconds=report.seconds
    )


def _landing_manifest(project: Project) -> Manifest:
    """The manifest as it is cached; else of the raw tables alone: landing need not wait for models to be loaded."""
    fingerprint = project_fingerprint(project)
    if cached_path(project, fingerprint).exists():
        return load_manifest(project)
    from oso_dagster.raw_manifest import raw_tables

    return Manifest(fingerprint=fingerprint, raw=tuple(raw_tables()))


def _span(
    project: Project, models: Sequence[ModelEntry], begin: date | None, end: date | None, partition: str | None
) -> Callable[[ModelEntry], Window | None]:
    if partition is not None:
        grains = {model.grain for model in models}
        if len(grains) != 1 or None in grains:
            kinds = sorted(grain.value if grain else "unpartitioned" for grain in grains)
            raise ValueError(
                f"a partition needs models of one grain, but the selection is {', '.join(kinds)}: use dates"
            )
        (grain,) = grains
        window = grain.parse_key(partition) if grain else None
        if grain and window and window.start < (start := project.settings.start):
            first = start if grain.floor(start) == start else grain.next(start)
            raise ValueError(
                f"partition {partition} begins before the start {start}: the first {grain.value} one is {first}"
            )
        return lambda model: window
    first = begin or project.settings.start
    last = end or RawState(project.settings, datetime.now(UTC)).lake_end
    span = Window(first, last)
    return lambda model: span


def _freshness(project: Project, manifest: Manifest) -> Freshness:
    ledger = ledger_of(project)
    return Freshness(
        manifest=manifest,
        planned=ledger.planned(),
        entries=ledger.entries(),
        raw=RawState(project.settings, datetime.now(UTC)),
        start=project.settings.start,
    )


def _materialize(
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
) -> MaterializeReport:
    from oso_dagster.launch import open_runner

    began = time.monotonic()
    if force:
        todo = [Stale(model=model, window=span(model) if model.grain else None) for model in models]
    else:
        todo = _freshness(project, manifest).stale(models, span)
    names = {one.model.name for one in todo}
    outcomes: list[Outcome] = []
    runs: list[str] = []

    def hear(item: Any) -> None:
        if isinstance(item, Outcome):
            outcomes.append(item)
            if on_progress is not None:
                detail = f"{item.model.table} {item.window or ''}".rstrip()
                on_progress(Progress(done=len(outcomes), total=len(todo), unit="models", detail=detail))

    if todo:
        run_tags = {**(tags or {}), **({"oso/partial": "true"} if partial else {})}
        with open_runner(project, manifest, instance, run_tags, computes=True) as runner:
            for group in in_order(todo):
                left, lost = _without_failed(group, outcomes)
                for outcome in lost:
                    hear(outcome)
                while left:
                    heard = _run_group(runner, left, hear)
                    runs.append(heard.run_id)
                    told = {item.model.name for item in heard.items if isinstance(item, Outcome)}
                    if heard.error and not told:
                        raise RunFailedError(heard.error)
                    # Dagster skips the steps after one that failed, also for models that do not depend on what failed
                    left = [one for one in left if one.model.name not in told] if heard.error else []
    failed = {outcome.model.name: outcome.reason for outcome in outcomes if outcome.status is Status.FAILED}
    return MaterializeReport(
        done=tuple(o.model.name for o in outcomes if o.status is Status.DONE),
        fresh=tuple(model.name for model in models if model.name not in names),
        failed=failed,
        runs=tuple(runs),
        outcomes=tuple(outcomes),
        seconds=time.monotonic() - began,
    )


def _run_group(runner: "Runner", group: Sequence[Stale], hear: Callable[[Any], None]) -> "Heard":
    windows = [one.window for one in group if one.window is not None]
    keys = [one.model.key for one in group]
    return runner.run(keys, hull(windows) if windows else None, on_event=hear, grain_of=group[0].model)


def _without_failed(group: Sequence[Stale], outcomes: Sequence[Outcome]) -> tuple[list[Stale], list[Outcome]]:
    """Of `group` (parents first) what depends on nothing that failed, and an outcome for each of the others."""
    failed = {outcome.model.name for outcome in outcomes if outcome.status is Status.FAILED}
    left: list[Stale] = []
    lost: list[Outcome] = []
    for one in group:
        if parents := sorted(failed.intersection(one.model.parents)):
            failed.add(one.model.name)
            reason = f"upstream failed: {', '.join(parents)}"
            lost.append(Outcome(model=one.model, status=Status.FAILED, window=one.window, reason=reason))
        else:
            left.append(one)
    return left, lost
