"""Planning from nothing: whether it stays linear in the number of models, and against SQLMesh's own plan.

The models are generated: a few that read raw tables, and metrics of one parent or, one in ten, of three, as wide and
shallow as the real project. Every plan is of a new installation, so that no cache of another one helps it.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlmesh import Context
from sqlmesh.core.console import NoopConsole, set_console

from benchmarks.measure import Result, seconds_of
from oso_dagster import api
from oso_dagster.project import DEFAULT_PROJECT, ENVIRONMENT, Project, applied
from oso_lake.settings import Settings

FEW, MIDDLE, MANY = 150, 300, 600
MOST_TIMES = 4.5
BASES = 5

CONFIG = '''"""Generated for a benchmark."""

from sqlmesh.core.config import LinterConfig

from oso_lake.settings import Settings
from sqlmesh_project.config import make_config

config = make_config(Settings())
config.linter = LinterConfig(enabled=False)
'''
BASE = """MODEL (
  name oso.base_{number},
  kind INCREMENTAL_BY_TIME_RANGE (time_column bucket_day),
  tags ('grain=daily', 'reads=window', 'model_type=staging', 'category=code'),
  audits (not_null(columns := (bucket_day, to_artifact_id)))
);

SELECT
  CAST(events.created_at AS DATE) AS bucket_day,
  CAST(events.repo_id AS TEXT) AS to_artifact_id,
  CAST(events.actor_id AS TEXT) AS from_artifact_id,
  'GITHUB' AS event_source,
  events.type AS event_type,
  1::DOUBLE AS amount
FROM raw.github_archive.events AS events
WHERE
  events.created_at >= @start_dt AND events.created_at < @end_dt AND events.actor_id % {bases} = {number}
"""
SELECTED = "SELECT bucket_day, event_source, event_type, to_artifact_id, amount FROM oso.base_"
METRIC = """MODEL (
  name oso.metric_{number}_to_artifact_daily,
  kind INCREMENTAL_BY_TIME_RANGE (time_column metrics_sample_date),
  tags (
    'grain=daily', 'reads=window', 'model_type=metric', 'metric=metric_{number}', 'entity=artifact', 'category=code'
  ),
  audits (not_null(columns := (metrics_sample_date, amount)))
);

WITH events AS (
  {events}
)
SELECT
  bucket_day AS metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  'metric_{number}' AS metric,
  CAST(SUM(amount) AS DOUBLE) AS amount
FROM events
WHERE event_type = 'Type{number}' AND bucket_day BETWEEN @start_date AND @end_date
GROUP BY bucket_day, event_source, to_artifact_id
"""


def write_project(folder: Path, models: int) -> Path:
    """A SQLMesh project of `models` models in `folder`."""
    (folder / "models").mkdir(parents=True)
    (folder / "config.py").write_text(CONFIG)
    shutil.copy(DEFAULT_PROJECT / "external_models.yaml", folder)
    for number in range(BASES):
        (folder / "models" / f"base_{number}.sql").write_text(BASE.format(number=number, bases=BASES))
    for number in range(models - BASES):
        parents = range(number, number + (3 if number % 10 == 0 else 1))
        events = "\n  UNION ALL\n  ".join(SELECTED + str(parent % BASES) for parent in parents)
        path = folder / "models" / f"metric_{number}_to_artifact_daily.sql"
        path.write_text(METRIC.format(number=number, events=events))
    return folder


def plan_ours(project: Project, models: int) -> None:
    """Our plan of a new installation."""
    added = api.plan(project.settings, project=project).added
    assert len(added) == models, f"{len(added)} of {models} models were planned"


def plan_sqlmesh(project: Project, models: int) -> None:
    """SQLMesh's own plan of the same project, in the same process."""
    with applied(project.settings):
        context = Context(paths=str(project.path))
        try:
            context.plan(ENVIRONMENT, skip_backfill=True, skip_tests=True, no_prompts=True, auto_apply=True)
            environment = context.state_sync.get_environment(ENVIRONMENT)
        finally:
            context.close()
    planned = [info for info in environment.snapshots if info.model_kind_name is not None] if environment else []
    assert sum(not info.is_external for info in planned) == models, "SQLMesh planned other models"


def plan_seconds(plan: Callable[[Project, int], None], models: int, repeats: int = 1) -> float:
    """Least seconds that `plan` takes for `models` models, each time from nothing."""
    with tempfile.TemporaryDirectory() as temporary:
        path = write_project(Path(temporary) / "project", models)
        homes = iter(range(repeats))

        def once() -> None:
            plan(Project(settings=Settings(home=Path(temporary) / f"home{next(homes)}"), path=path), models)

        return min(seconds_of(once, repeats))


def run_benchmark() -> list[Result]:
    """Two results: whether planning is linear, and the smaller project against SQLMesh's own plan."""
    set_console(NoopConsole())
    # the first plan of a process also pays for imports
    plan_seconds(plan_ours, 2 * BASES)
    few, many = plan_seconds(plan_ours, FEW, repeats=2), plan_seconds(plan_ours, MANY)
    middle = plan_seconds(plan_ours, MIDDLE)
    theirs = plan_seconds(plan_sqlmesh, FEW)
    return [
        Result(
            name=f"plan from nothing, {MANY} models",
            ours_seconds=many,
            rival=f"4 times that of {FEW} models",
            rival_seconds=4 * few,
            target=f"at most {MOST_TIMES} times that of {FEW} (ratio {MOST_TIMES / 4:.3f})",
            met=many / few <= MOST_TIMES,
            note=f"{many / few:.2f} times the time for {MANY / FEW:.0f} times the models; "
            f"{1000 * few / FEW:.0f} ms a model at {FEW}, {1000 * middle / MIDDLE:.0f} ms at {MIDDLE}, "
            f"{1000 * many / MANY:.0f} ms at {MANY}",
        ),
        Result(
            name=f"plan from nothing, {FEW} models",
            ours_seconds=few,
            rival="SQLMesh's own plan",
            rival_seconds=theirs,
            target="not slower",
            met=few <= theirs,
            note="both without worker processes; ours also makes the raw tables and the catalogue of metrics",
        ),
    ]
