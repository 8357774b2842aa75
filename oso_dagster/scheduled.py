"""What the schedules' jobs do: land the days that are over, compute the windows of a grain that are due (due.py)."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from oso_dagster import due
from oso_dagster.api import PARENT_TAG, land, plan
from oso_dagster.computing import materialize_models
from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_dagster.reports import LandReport, MaterializeReport
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.raw_state import RawState
from oso_dagster.serving import held_back
from oso_dagster.spans import hull
from oso_lake.calendar import Grain

if TYPE_CHECKING:
    from dagster import DagsterInstance


def land_due(
    project: Project,
    *,
    now: datetime,
    instance: "DagsterInstance | None" = None,
    parent_run_id: str = "",
    log: Callable[[str], None] = lambda message: None,
) -> LandReport:
    """Land the days that are over at `now`; what is landed is only asked for changes. See due.py."""
    settings = project.settings
    window = due.land_due(now, settings.start, RawState(settings, now).landed_end("github_archive"))
    if window is None:
        log("the first day is not over yet: nothing to land")
        return LandReport(failed={})
    log(f"landing {window}")
    tags = {PARENT_TAG: parent_run_id} if parent_run_id else {}
    report = land(settings, window.start, window.end, project=project, again=True, instance=instance, tags=tags)
    for source, reason in report.failed.items():
        log(f"{source} was not landed: {reason}")
    return report


def due_state(project: Project, manifest: Manifest, now: datetime) -> due.State:
    """What due.py decides on, as it is now; landed days that are not over at `now` do not count."""
    ledger, raw = ledger_of(project), RawState(project.settings, now)
    planned = ledger.planned()
    sources = {table.split(".", maxsplit=1)[0] for tables in manifest.raw_of.values() for table in tables}
    return due.State(
        start=project.settings.start,
        landed_end={source: raw.landed_end(source) for source in sources},
        computed={
            name: [entry.window for entry in entries if entry.version == planned.get(name)]
            for name, entries in ledger.entries().items()
        },
    )


def complete(
    project: Project,
    manifest: Manifest,
    grain: Grain,
    *,
    now: datetime,
    instance: "DagsterInstance | None" = None,
    parent_run_id: str = "",
    log: Callable[[str], None] = lambda message: None,
) -> MaterializeReport:
    """Compute the windows of `grain` that are due at `now` and what lacks of what they read; see due.py.

    With the days goes what has no windows. Plans first where nothing ever was.
    """
    if (rollback := held_back(project)) is not None:
        log(f"the files are not deployed: {rollback.describe()} stands until `oso plan --apply`")
    elif not ledger_of(project).planned():
        plan(project.settings, project=project, log=log)
    found = due.compute_due(grain, now, manifest, due_state(project, manifest, now))
    if found is None:
        log(f"no {grain.value} window is complete and not computed")
        return MaterializeReport(failed={})
    span = found.span
    log(f"computing {grain.value} windows of {len(found.windows)} models: {span}")
    wanted = set(found.windows) | {name for model in found.windows for name in manifest.ancestors(model)}
    if grain is Grain.DAILY:
        wanted |= {model.name for model in manifest.models if model.grain is None}
    return materialize_models(
        project,
        manifest,
        [model for model in manifest.models if model.name in wanted],
        lambda model: hull(found.windows[model.name]) if model.name in found.windows else span,
        instance=instance,
        tags={PARENT_TAG: parent_run_id} if parent_run_id else {},
    )
