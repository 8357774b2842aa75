"""What the command line does: plan, land, materialize, and say what is fresh. Runs are Dagster's, so the UI shows them.

Everything is idempotent: what is landed, planned or fresh is not done again unless forced.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dlt_sources.progress import OnProgress, Progress
from oso_dagster.computing import freshness_of, materialize_models
from oso_dagster.manifest import Manifest, ModelEntry, cached_path, load_manifest, project_fingerprint
from oso_dagster.project import Project
from oso_dagster.remedies import remedied
from oso_dagster.reports import FreshReport, LandReport, MaterializeReport, RunFailedError
from oso_dagster.run_tags import PARENT_TAG
from oso_dagster.runner.budget import Budget
from oso_dagster.runner.inputs import check_window
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.raw_state import RawState
from oso_dagster.selection import select
from oso_dagster.serving import held_back, served_manifest
from oso_lake.calendar import Window
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from oso_dagster.runner.plan import PlanReport

__all__ = [
    "PARENT_TAG",
    "FreshReport",
    "LandReport",
    "MaterializeReport",
    "RunFailedError",
    "catch_up",
    "fresh",
    "land",
    "materialize",
    "plan",
]


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
    has_state = settings.database_url is not None or settings.state_db.exists()
    is_planned = has_state and (settings.engine != "duckdb" or settings.compute_db.exists())
    is_same = is_planned and ledger_of(project).planned_fingerprint() == project_fingerprint(project)
    if not force and is_same and held_back(project) is None:
        broken = load_manifest(project).broken
        return PlanReport(added=(), changed=(), removed=(), seconds=time.monotonic() - began, broken=broken)

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
    with open_runner(project, _landing_manifest(project), instance, tags or {}, computes=None) as runner:
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
    budget: Budget | None = None,
) -> MaterializeReport:
    """Compute the selected models for one partition, or for every whole window in `[begin, end)`; see selection.py.

    Without dates, everything from the start to the last day that is landed. Fresh windows are left alone unless
    `force`. All of it together spends no more than `budget`, or what the settings allow a run. Raises ValueError for a
    selection or a partition key that is not one, and InstallationError when the disk is full or the database away;
    failures of models are in the report.
    """
    project = project or Project(settings=settings)
    with remedied(settings):
        manifest = served_manifest(project)
        models = select(manifest, selection)
        span = _span(project, models, begin, end, partition)
        return materialize_models(
            project,
            manifest,
            models,
            span,
            on_progress=on_progress,
            force=force,
            partial=partial,
            instance=instance,
            budget=budget,
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
    manifest = served_manifest(project)
    models = select(manifest, selection)
    stale = freshness_of(project, manifest).stale(models, _span(project, models, begin, end, None))
    names = {one.model.name: one.window for one in stale}
    return FreshReport(fresh=tuple(m.name for m in models if m.name not in names), stale=names)


def catch_up(
    project: Project,
    manifest: Manifest,
    *,
    models: Sequence[str] = (),
    held: Sequence[str] = (),
    instance: "DagsterInstance | None" = None,
    parent_run_id: str = "",
) -> MaterializeReport:
    """Compute what is stale from the start to the last landed day, of `models` (all when empty) without `held`."""
    span = Window(project.settings.start, RawState(project.settings, datetime.now(UTC)).lake_end)
    wanted = [m for m in manifest.models if m.name not in held and (not models or m.name in models)]
    tags = {PARENT_TAG: parent_run_id} if parent_run_id else {}
    with remedied(project.settings):
        return materialize_models(project, manifest, wanted, lambda model: span, instance=instance, tags=tags)


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
        if window is not None:
            for model in models:
                check_window(model, window, start=project.settings.start, today=datetime.now(UTC).date())
        return lambda model: window
    first = begin or project.settings.start
    last = end or RawState(project.settings, datetime.now(UTC)).lake_end
    span = Window(first, last)
    return lambda model: span
