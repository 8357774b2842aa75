"""Environments beside production: shared where nothing differs, computed once, and unseen by who does not name one."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_lake import land_events

from oso_dagster import api
from oso_dagster.authoring.changes import Kind
from oso_dagster.cli import environments as commands
from oso_dagster.cli.app import app
from oso_dagster.deploy import preview
from oso_dagster.environments import (
    EnvironmentNameError,
    NoSuchEnvironmentError,
    drop_environment,
    in_environment,
    list_environments,
)
from oso_dagster.instance import open_instance
from oso_dagster.project import Project
from oso_dagster.runner.logs import failures_of, ledger_of
from oso_dagster.runner.plan import PlanFailedError
from oso_dagster.runner.session import NotPlannedError
from oso_lake import Lake
from oso_lake.catalog import open_catalog
from oso_lake.errors import NothingPublishedError
from oso_lake.settings import Settings

START = date(2024, 1, 1)
END = date(2024, 2, 1)
STARS = "GITHUB_stars_daily"
DAILY, STAGING = "oso.stars_to_artifact_daily", "oso.stg_events"
OTHERS = ("actors_to_artifact_over_7_day_window", "forks_to_artifact_quarterly", "stars_to_artifact_quarterly")
AMOUNTS = (
    "select m.metric_name, artifact_id, sample_date, amount from timeseries_metrics_by_artifact_v0 s"
    " join metrics_v0 m on m.metric_id = s.metric_id"
)


def amounts(project: Project, environment: str | None = None) -> dict[str, dict[tuple[str, date], float]]:
    """What readers see, by metric."""
    found: dict[str, dict[tuple[str, date], float]] = {}
    for row in Lake(project.settings, environment=environment).arrow(AMOUNTS).to_pylist():
        found.setdefault(row["metric_name"], {})[row["artifact_id"], row["sample_date"]] = row["amount"]
    return found


def edit(project: Project, model: str, old: str, new: str) -> None:
    """Change the file of a model."""
    path = project.path / "models" / f"{model}.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def runs(project: Project) -> int:
    """How many runs the installation's Dagster instance knows."""
    with open_instance(project.settings) as instance:
        return instance.get_runs_count()


@pytest.fixture
def deployed(own_project: Callable[[], Project]) -> Project:
    """A month, landed, planned and computed."""
    project = own_project()
    land_events(project.settings, START, END)
    for name in OTHERS:
        (project.path / "models" / f"{name}.sql").unlink()
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, project=project).failed == {}
    return project


def test_only_what_differs_is_computed_once_and_production_sees_nothing_of_it(deployed: Project) -> None:
    before, entries, revision = amounts(deployed), ledger_of(deployed).entries(), ledger_of(deployed).revision()
    known_runs = runs(deployed)
    branch = in_environment(deployed, "dev_branch")
    with pytest.raises(NotPlannedError, match="oso plan dev_branch --apply"):
        api.materialize(deployed.settings, project=branch)
    with pytest.raises(PlanFailedError, match="nothing to make an environment 'dev_branch' of"):
        api.plan(deployed.settings, project=branch)
    edit(deployed, "stars_to_artifact_daily", "SUM(amount)", "2 * SUM(amount)")
    (foreseen,) = preview(branch).changes
    assert (foreseen.model, foreseen.kind) == (DAILY, Kind.CHANGED)
    assert list(list_environments(deployed)) == []

    api.plan(deployed.settings, project=branch)
    (listed,) = list_environments(deployed)
    assert (listed.name, listed.own, listed.computed) == ("dev_branch", (DAILY,), ())
    assert listed.shared == len(ledger_of(deployed).planned()) - 1
    assert amounts(deployed, "dev_branch") == before, "nothing is computed in it: it is production's"

    computed = api.materialize(deployed.settings, project=branch)
    assert (computed.done, computed.failed) == ((DAILY,), {})
    assert api.materialize(deployed.settings, project=branch).done == ()
    changed = amounts(deployed, "dev_branch")
    assert changed == before | {STARS: {key: 2 * amount for key, amount in before[STARS].items()}}

    assert amounts(deployed) == before
    assert (ledger_of(deployed).entries(), ledger_of(deployed).revision()) == (entries, revision)
    assert runs(deployed) == known_runs
    assert api.fresh(deployed.settings, project=deployed).stale == {}

    deployment = api.plan(deployed.settings, project=deployed)
    assert (deployment.changed, deployment.reinstated.models) == ((DAILY,), (DAILY,))
    assert amounts(deployed) == changed
    assert api.materialize(deployed.settings, project=deployed).done == ()
    (listed,) = list_environments(deployed)
    assert listed.own == (), "what is deployed is shared"


def test_a_change_of_what_others_read_is_computed_with_them_and_dropped_without_a_trace(
    deployed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = amounts(deployed)
    branch = in_environment(deployed, "dev_branch")
    edit(deployed, "stg_events", "1::DOUBLE", "2::DOUBLE")
    api.plan(deployed.settings, project=branch)
    report = api.materialize(deployed.settings, "+stars_to_artifact_daily", project=branch)
    assert report.done == (STAGING, DAILY)
    assert amounts(deployed, "dev_branch") != before
    assert amounts(deployed) == before

    monkeypatch.setattr(commands, "load_settings", lambda: deployed.settings)
    assert "dev_branch" in CliRunner().invoke(app, ["env", "list"]).output
    dropped = CliRunner().invoke(app, ["env", "drop", "dev_branch"])
    assert (dropped.exit_code, dropped.output) == (0, "dev_branch is gone\n")
    assert list(list_environments(deployed)) == []
    assert amounts(deployed) == before
    assert all("dev_branch" not in namespace[0] for namespace in open_catalog(deployed.settings).list_namespaces())
    with pytest.raises(NothingPublishedError, match="no environment 'dev_branch'"):
        amounts(deployed, "dev_branch")
    with pytest.raises(NoSuchEnvironmentError, match="there are: none"):
        drop_environment(branch)


def test_a_failure_in_an_environment_is_not_productions(deployed: Project) -> None:
    branch = in_environment(deployed, "dev_branch")
    edit(deployed, "stars_to_artifact_daily", "SUM(amount)", "ERROR('no')::DOUBLE")
    api.plan(deployed.settings, project=branch)
    assert set(api.materialize(deployed.settings, project=branch).failed) == {DAILY}
    assert [failure.model for failure in failures_of(branch).all()] == [DAILY]
    assert failures_of(deployed).all() == []


@pytest.mark.parametrize("name", ["prod", "Dev", "a-b", "", "1st"])
def test_names_that_are_none_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentNameError, match=r"leave the name out|is not a name"):
        in_environment(Project(settings=Settings(home=tmp_path)), name)
