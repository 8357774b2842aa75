"""The pipeline's stations as commands run them: each calls the API and says in one line what came out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from oso_dagster.cli.progress import Stage

if TYPE_CHECKING:
    from oso_dagster.api import LandReport, MaterializeReport
    from oso_dagster.project import Project
    from oso_dagster.runner.plan import PlanReport
    from oso_lake.settings import Settings

SHOWN_FAILURES = 5
MODELS_SHOWN = 3


def default_end(settings: "Settings") -> date:
    """The day after the last one to land: the end of the sample world where the settings point at it, else today."""
    from dlt_sources.sample_world import read_world

    if str(settings.world_dir) in settings.github_archive_url and (world := read_world(settings.world_dir)):
        return world.end
    return datetime.now(UTC).date()


def land(settings: "Settings", begin: date, end: date, stage: Stage, *, force: bool = False) -> "LandReport":
    """Land `[begin, end)` of every source."""
    from oso_dagster import api

    report = api.land(settings, begin, end, on_progress=stage, force=force)
    stage.note(land_summary(report))
    return report


def plan(settings: "Settings", stage: Stage, *, force: bool = False, project: "Project | None" = None) -> "PlanReport":
    """Plan the models as they are."""
    from oso_dagster import api

    report = api.plan(settings, on_progress=stage, force=force, project=project)
    stage.note(plan_summary(report))
    return report


def land_summary(report: "LandReport") -> str:
    """Rows a source, and what was fresh or failed."""
    rows: Counter[str] = Counter()
    for one in report.reports:
        rows[one.source] += sum(status.rows for status in one.windows)
    parts = [f"{source} {count:,} rows" for source, count in rows.items()]
    parts += [f"{len(report.fresh)} sources fresh"] if report.fresh else []
    parts += [f"{len(report.failed)} FAILED"] if report.failed else []
    return ", ".join(parts)


def plan_summary(report: "PlanReport") -> str:
    """What came, changed and went, and metrics that mistakes keep out."""
    broken = f", {len(report.broken)} metrics BROKEN" if report.broken else ""
    if served := report.reinstated.models:
        broken += f"; {len(served)} were computed before and are served again"
    if not report.is_changed:
        return f"models are as planned before{broken}"
    counts = {"new": report.added, "changed": report.changed, "removed": report.removed}
    return ", ".join(f"{len(models)} {kind}" for kind, models in counts.items() if models) + f" models{broken}"


def compute_summary(report: "MaterializeReport") -> str:
    """Models computed, fresh and failed, and rows published."""
    rows = sum(outcome.rows for outcome in report.outcomes)
    parts = [f"{len(report.done)} models computed, {rows:,} rows"] if report.done else []
    parts += [f"{len(report.fresh)} fresh"] if report.fresh else []
    parts += [f"{len(report.failed)} FAILED"] if report.failed else []
    return ", ".join(parts) or "nothing to do"


def failures(failed: Mapping[str, str]) -> Sequence[str]:
    """A line for each reason, with the models it stopped."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in failed.items():
        by_reason.setdefault(" ".join(reason.removeprefix(f"{name}: ").split()), []).append(name)
    lines = [f"{_some(names)}: {reason}" for reason, names in list(by_reason.items())[:SHOWN_FAILURES]]
    left = len(by_reason) - SHOWN_FAILURES
    return [*lines, *([f"and {left} more reasons; `oso dev` shows every run"] if left > 0 else [])]


def _some(names: Sequence[str]) -> str:
    left = len(names) - MODELS_SHOWN
    return ", ".join(names[:MODELS_SHOWN]) + (f" and {left} more" if left > 0 else "")
