"""Going back to an earlier plan: its numbers are served again, nothing is evaluated, and the files wait."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from small_lake import events_of, land_events

from oso_dagster import api, scheduled
from oso_dagster.assemble import build_definitions
from oso_dagster.cli import planning
from oso_dagster.cli.app import app
from oso_dagster.maintenance.tasks import maintain
from oso_dagster.project import Project
from oso_dagster.rollback import roll_back
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.plans import NoSuchPlanError, PlanHistory
from oso_dagster.serving import served_manifest
from oso_lake import Lake
from oso_lake.calendar import Grain

START = date(2024, 1, 1)
END = date(2024, 2, 1)
ONE_DAY = timedelta(days=1)
DAILY, WEEKLY = "oso.stars_to_artifact_daily", "oso.forks_to_artifact_weekly"


def stars(project: Project, metric: str = "GITHUB_stars_daily") -> dict[tuple[str, date], float]:
    """What readers see of a metric."""
    rows = Lake(project.settings).arrow(
        "select artifact_id, sample_date, amount from timeseries_metrics_by_artifact_v0 s join metrics_v0 m"
        f" on m.metric_id = s.metric_id where m.metric_name = '{metric}'"
    )
    return {(row["artifact_id"], row["sample_date"]): row["amount"] for row in rows.to_pylist()}


def edit(project: Project, model: str, old: str, new: str) -> None:
    """Change the file of a model."""
    path = project.path / "models" / f"{model}.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def computed(project: Project) -> set[str]:
    """Models of which anything is evaluated when all that is stale is computed."""
    report = api.materialize(project.settings, project=project)
    assert report.failed == {}
    return set(report.done)


@pytest.fixture
def deployed(own_project: Callable[[], Project]) -> Project:
    """Plan 1, computed for a month."""
    project = own_project()
    land_events(project.settings, START, END)
    for name in ("actors_to_artifact_over_7_day_window", "forks_to_artifact_quarterly", "stars_to_artifact_quarterly"):
        (project.path / "models" / f"{name}.sql").unlink()
    api.plan(project.settings, project=project)
    computed(project)
    return project


def change(project: Project) -> None:
    """Plan 2, which doubles stars, drops a metric and adds one."""
    edit(project, "stars_to_artifact_daily", "SUM(amount)", "2 * SUM(amount)")
    (project.path / "models" / "forks_to_artifact_weekly.sql").unlink()
    text = (project.path / "models" / "forks_to_artifact_daily.sql").read_text().replace("forks", "forkings")
    (project.path / "models" / "forkings_to_artifact_daily.sql").write_text(text)
    report = api.plan(project.settings, project=project)
    assert (report.changed, report.removed) == ((DAILY,), (WEEKLY,))


def test_readers_see_the_old_numbers_again_and_nothing_is_evaluated_back_and_forth(deployed: Project) -> None:
    first = stars(deployed)
    change(deployed)
    assert computed(deployed) == {DAILY, "oso.forkings_to_artifact_daily"}
    second = stars(deployed)
    assert second == {key: 2 * amount for key, amount in first.items()}

    report = roll_back(deployed)
    assert (report.reinstated.models, report.reinstated.windows, report.reinstated.failed) == ((DAILY,), 1, {})
    assert stars(deployed) == first
    assert computed(deployed) == set()
    assert WEEKLY in served_manifest(deployed).by_name

    forward = api.plan(deployed.settings, project=deployed)
    assert (forward.changed, forward.removed, forward.reinstated.models) == ((DAILY,), (WEEKLY,), (DAILY,))
    assert stars(deployed) == second
    assert computed(deployed) == set()


def test_while_an_earlier_plan_stands_its_definitions_are_served_and_the_night_does_not_deploy_the_files(
    deployed: Project, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(deployed)
    history = PlanHistory(deployed)
    assert [one.number for one in history.all()] == [1, 2]
    report = roll_back(deployed)
    assert (report.record.number, report.record.restores) == (3, 1)
    assert (report.record.added, report.record.changed) == ((WEEKLY,), (DAILY,))

    definitions = build_definitions(deployed)
    keys = {"/".join(key.path) for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert "oso/forks_to_artifact_weekly" in keys
    assert "oso/forkings_to_artifact_daily" not in keys
    told = str(definitions.metadata["plan"].value)
    assert "those of plan 1, put back by plan 3" in told
    assert "the files differ" in told
    assert told in caplog.text
    heard: list[str] = []
    settings = deployed.settings.model_copy(
        update={"github_archive_url": "/nowhere", "oss_directory_url": "/nowhere", "funding_url": ""}
    )
    night = Project(settings=settings, path=deployed.path)
    now = datetime(2024, 2, 1, 4, tzinfo=UTC)
    scheduled.complete(night, served_manifest(night), Grain.DAILY, now=now, log=heard.append)
    assert any("the files are not deployed" in line for line in heard)
    assert history.current() == report.record
    monkeypatch.setattr(planning, "load_settings", lambda: deployed.settings)
    listed = json.loads(CliRunner().invoke(app, ["plan", "--history", "--json"]).output)
    assert [(one["number"], one["restores"]) for one in listed] == [(1, None), (2, None), (3, 1)]
    assert listed[1]["changed"] == [DAILY]
    assert CliRunner().invoke(app, ["plan", "--apply", "--rollback"]).exit_code == 2
    assert CliRunner().invoke(app, ["plan", "--to", "1"]).exit_code == 2

    with pytest.raises(NoSuchPlanError, match="no plan before plan 1"):
        roll_back(deployed)
    assert roll_back(deployed, 2).record.restores == 2
    api.plan(deployed.settings, project=deployed)
    assert "plan" not in (build_definitions(deployed).metadata or {})


def test_what_arrived_meanwhile_is_computed_with_the_definition_that_is_back(deployed: Project) -> None:
    first = stars(deployed)
    change(deployed)
    computed(deployed)
    day = START + 5 * ONE_DAY
    land_events(deployed.settings, day, day + ONE_DAY, events=lambda day: events_of(day)[1:], again=True)
    assert DAILY in computed(deployed)
    assert stars(deployed) != first
    roll_back(deployed)
    assert stars(deployed) == first, "the numbers of that plan, as they were"
    known = Lake(deployed.settings).arrow(f"select first_day, state from metric_coverage where model = '{DAILY}'")
    assert {row["first_day"]: row["state"] for row in known.to_pylist()} == {
        START: "fresh",
        day - ONE_DAY: "stale",
        day + ONE_DAY: "fresh",
    }
    assert DAILY in computed(deployed)
    now = stars(deployed)
    assert {key[1] for key in first.keys() - now.keys()} == {day}
    assert {key: amount for key, amount in first.items() if key in now} == now


def test_a_plan_whose_tables_were_vacuumed_cannot_come_back_and_says_so(deployed: Project) -> None:
    change(deployed)
    maintain(deployed, "vacuum", is_applied=True, older_than=timedelta(0))
    before = ledger_of(deployed).planned()
    with pytest.raises(NoSuchPlanError, match="were vacuumed"):
        roll_back(deployed)
    assert ledger_of(deployed).planned() == before
