"""Environments and rollback on a real Trino: what DuckDB's promise holds there, and production sees nothing of it."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from trino_fixture import TrinoStack
from trino_pipeline import PROJECT, Pipeline

from oso_dagster import api
from oso_dagster.environments import drop_environment, in_environment, list_environments
from oso_dagster.maintenance.tasks import maintain
from oso_dagster.project import Project
from oso_dagster.rollback import roll_back
from oso_dagster.runner.logs import failures_of, ledger_of
from oso_dagster.runner.plans import NoSuchPlanError
from oso_lake import Lake
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

STARS = "GITHUB_stars_weekly"
# one whose table and queries no other test counts
WEEKLY = "oso.stars_to_artifact_weekly"
DEV = "dev_trino"
AMOUNTS = (
    "select m.metric_name, artifact_id, sample_date, amount from timeseries_metrics_by_artifact_v0 s"
    " join metrics_v0 m on m.metric_id = s.metric_id"
)


def amounts(settings: Settings, environment: str | None = None) -> dict[str, dict[tuple[str, date], float]]:
    """What readers see, by metric."""
    found: dict[str, dict[tuple[str, date], float]] = {}
    for row in Lake(settings, environment=environment).arrow(AMOUNTS).to_pylist():
        found.setdefault(row["metric_name"], {})[row["artifact_id"], row["sample_date"]] = row["amount"]
    return found


@pytest.fixture
def edited(on_trino: Pipeline, tmp_path: Path) -> Iterator[Project]:
    """The project with a file that doubles the weekly stars; afterwards all is as it was, without versions beside."""
    path = tmp_path / "project"
    shutil.copytree(PROJECT, path, ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    file = path / "models" / "stars_to_artifact_weekly.sql"
    file.write_text(file.read_text().replace("SUM(amount)", "2 * SUM(amount)"))
    api.plan(on_trino.settings, project=on_trino.project)
    assert api.materialize(on_trino.settings, project=on_trino.project).failed == {}
    yield Project(settings=on_trino.settings, path=path)
    api.plan(on_trino.settings, project=on_trino.project)
    assert api.materialize(on_trino.settings, project=on_trino.project).failed == {}
    maintain(on_trino.project, "vacuum", is_applied=True, older_than=timedelta(0))


def views_of(stack: TrinoStack) -> set[str]:
    """Schemas of the models' catalog in which there is a view."""
    return {name for (name,) in stack.fetch("select distinct table_schema from metrics.information_schema.views")}


def test_an_environment_is_computed_beside_production_deployed_without_computing_and_dropped(
    trino_stack: TrinoStack, on_trino: Pipeline, edited: Project
) -> None:
    settings = on_trino.settings
    before, entries = amounts(settings), ledger_of(on_trino.project).entries()
    schemas = views_of(trino_stack)
    branch = in_environment(edited, DEV)
    api.plan(settings, project=branch)
    [listed] = list_environments(edited)
    assert (listed.name, listed.own, listed.computed) == (DEV, (WEEKLY,), ())
    assert amounts(settings, DEV) == before, "nothing is computed in it: it is production's"

    computed = api.materialize(settings, project=branch)
    assert (computed.done, computed.failed) == ((WEEKLY,), {})
    assert api.materialize(settings, project=branch).done == ()
    doubled = before | {STARS: {key: 2 * amount for key, amount in before[STARS].items()}}
    assert amounts(settings, DEV) == doubled
    assert amounts(settings) == before
    assert ledger_of(on_trino.project).entries() == entries
    assert api.fresh(settings, project=on_trino.project).stale == {}
    # Trino's own readers see both
    [(stars,)] = trino_stack.fetch(f"select sum(amount) from metrics.{WEEKLY}")
    assert views_of(trino_stack) == schemas | {f"oso__{DEV}"}
    assert trino_stack.fetch(f"select sum(amount) from metrics.oso__{DEV}.stars_to_artifact_weekly") == [(2 * stars,)]

    deployment = api.plan(settings, project=edited)
    assert (deployment.changed, deployment.reinstated.models) == ((WEEKLY,), (WEEKLY,))
    assert deployment.reinstated.failed == {}
    assert amounts(settings) == doubled
    assert api.materialize(settings, project=edited).done == ()

    drop_environment(branch)
    assert list(list_environments(edited)) == []
    assert amounts(settings) == doubled
    assert views_of(trino_stack) == schemas
    assert all(DEV not in namespace[0] for namespace in open_catalog(settings).list_namespaces())


def test_a_rollback_serves_the_old_numbers_again_and_nothing_is_computed_back_and_forth(
    trino_stack: TrinoStack, on_trino: Pipeline, edited: Project
) -> None:
    settings = on_trino.settings
    first = amounts(settings)
    assert api.plan(settings, project=edited).changed == (WEEKLY,)
    report = api.materialize(settings, project=edited)
    assert report.failed == {}
    second = amounts(settings)
    assert second == first | {STARS: {key: 2 * amount for key, amount in first[STARS].items()}}

    back = roll_back(edited)
    assert (back.reinstated.models, back.reinstated.failed) == ((WEEKLY,), {})
    assert amounts(settings) == first
    assert api.materialize(settings, project=on_trino.project).done == ()
    [(stars,)] = trino_stack.fetch(f"select sum(amount) from metrics.{WEEKLY}")
    assert stars == sum(first[STARS].values())

    forward = api.plan(settings, project=edited)
    assert (forward.changed, forward.reinstated.models) == ((WEEKLY,), (WEEKLY,))
    assert amounts(settings) == second
    assert api.materialize(settings, project=edited).done == ()


def test_a_plan_whose_tables_were_vacuumed_cannot_come_back_and_says_so(on_trino: Pipeline, edited: Project) -> None:
    api.plan(on_trino.settings, project=edited)
    maintain(edited, "vacuum", is_applied=True, older_than=timedelta(0))
    before = ledger_of(edited).planned()
    with pytest.raises(NoSuchPlanError, match="were vacuumed"):
        roll_back(edited)
    assert ledger_of(edited).planned() == before


def test_a_failure_in_an_environment_is_not_productions(on_trino: Pipeline, edited: Project) -> None:
    settings, branch = on_trino.settings, in_environment(edited, DEV)
    file = edited.path / "models" / "stars_to_artifact_weekly.sql"
    file.write_text(file.read_text().replace("2 * SUM(amount)", "CAST(MAX(event_type) AS DOUBLE)"))
    before = failures_of(on_trino.project).all()
    api.plan(settings, project=branch)
    try:
        assert set(api.materialize(settings, project=branch).failed) == {WEEKLY}
        assert [failure.model for failure in failures_of(branch).all()] == [WEEKLY]
        assert failures_of(on_trino.project).all() == before
    finally:
        drop_environment(branch)
