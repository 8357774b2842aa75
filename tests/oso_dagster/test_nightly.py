"""The night's work, from hour files in a folder to published windows."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from oso_dagster import api, scheduled
from oso_dagster.assemble import build_definitions
from oso_dagster.instance import open_instance
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.reports import LandReport, MaterializeReport
from oso_dagster.runner.logs import ledger_of
from oso_lake import Lake
from oso_lake.calendar import Grain
from oso_lake.settings import Settings
from oso_lake.window_states import State

START = date(2024, 1, 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def night_project(own_project: Callable[[], Project], tmp_path: Path) -> Project:
    """The small project over a folder of hour files, one star an hour, and a directory of one project."""
    archive = tmp_path / "archive"
    archive.mkdir()
    at = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(3 * 24 + 3):
        _write_hour(archive, at + number * HOUR, number)
    folder = tmp_path / "directory" / "data" / "projects" / "o"
    folder.mkdir(parents=True)
    (folder / "one.yaml").write_text("version: 7\nname: one\ndisplay_name: One\n")
    (tmp_path / "directory" / "data" / "collections").mkdir()
    (tmp_path / "git").mkdir()
    base = own_project()
    settings = Settings(
        home=base.settings.home,
        start=START,
        github_archive_url=str(archive),
        oss_directory_url=str(tmp_path / "directory"),
        git_base_url=str(tmp_path / "git"),
        funding_url="",
    )
    return Project(settings=settings, path=base.path)


def _write_hour(archive: Path, hour: datetime, number: int) -> None:
    event = {
        "id": str(number),
        "type": "WatchEvent",
        "actor": {"id": number % 5, "login": f"actor{number % 5}"},
        "repo": {"id": 1, "name": "owner/repo1"},
        "payload": {"action": "started"},
        "public": True,
        "created_at": hour.strftime("%Y-%m-%dT%H:30:00Z"),
    }
    path = archive / f"{hour:%Y-%m-%d}-{hour.hour}.json.gz"
    path.write_bytes(gzip.compress(json.dumps(event).encode() + b"\n"))


def _night(project: Project, now: datetime) -> tuple[LandReport, dict[Grain, MaterializeReport]]:
    """What the schedules do in one night, one after the other."""
    landed = scheduled.land_due(project, now=now)
    manifest = load_manifest(project)
    return landed, {grain: scheduled.complete(project, manifest, grain, now=now) for grain in Grain}


def test_a_night_lands_the_days_that_are_over_and_computes_what_became_complete(night_project: Project) -> None:
    settings = night_project.settings
    landed, reports = _night(night_project, datetime(2024, 1, 3, 3, 30, tzinfo=UTC))
    assert landed.failed == {}
    assert reports[Grain.DAILY].failed == {}
    stars = Lake(settings).arrow("select sample_date, amount from timeseries_metrics_by_artifact_v0 order by all")
    daily = {row["sample_date"]: row["amount"] for row in stars.to_pylist() if row["amount"] == 24}
    assert list(daily) == [date(2024, 1, 1), date(2024, 1, 2)]
    assert {grain for grain, report in reports.items() if report.done} == {Grain.DAILY}
    _, reports = _night(night_project, datetime(2024, 1, 4, 3, 30, tzinfo=UTC))
    assert reports[Grain.DAILY].failed == {}
    windows = {str(entry.window) for entry in ledger_of(night_project).entries()["oso.stars_to_artifact_daily"]}
    assert "[2024-01-03, 2024-01-04)" in windows
    _, again = _night(night_project, datetime(2024, 1, 4, 4, 30, tzinfo=UTC))
    assert {name for report in again.values() for name in report.done} == set()


def test_what_a_landing_changed_is_called_stale_before_it_is_computed(night_project: Project) -> None:
    _night(night_project, datetime(2024, 1, 3, 3, 30, tzinfo=UTC))
    lake = Lake(night_project.settings)
    stars = ("GITHUB_stars_daily", None, "2024-01-01", "2024-01-03")
    assert {one.state for one in lake.covered_windows(*stars, entity_type="artifact")} <= {State.FRESH, State.EMPTY}
    # an hour of the second day comes again, with another event
    _write_hour(Path(night_project.settings.github_archive_url), datetime(2024, 1, 2, 5, tzinfo=UTC), 900)
    api.land(night_project.settings, date(2024, 1, 2), date(2024, 1, 3), project=night_project, again=True)
    stale = [one for one in lake.covered_windows(*stars, entity_type="artifact") if one.state is State.STALE]
    assert [one.sample_date for one in stale] == [date(2024, 1, 2)]


def test_landed_hours_that_are_missing_show_in_metadata_and_check(night_project: Project) -> None:
    settings = night_project.settings
    (Path(settings.github_archive_url) / "2024-01-02-7.json.gz").unlink()
    with open_instance(settings) as instance:
        result = (
            build_definitions(night_project)
            .resolve_implicit_global_asset_job_def()
            .execute_in_process(
                instance=instance,
                partition_key="2024-01-02",
                asset_selection=[dg.AssetKey(["raw", "github_archive", "events"])],
            )
        )
    assert result.success
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert not checks["windows"].passed
    assert checks["windows"].severity is dg.AssetCheckSeverity.WARN
    assert "2024-01-02T07: missing" in str(checks["windows"].metadata["not_whole"].value)
    assert checks["quarantine"].passed
    (materialization,) = result.asset_materializations_for_node("land_github_archive")
    assert materialization.metadata["dagster/row_count"].value == 25
    assert "2024-01-02T07: missing" in str(materialization.metadata["gaps"].value)


GRANTS = "to_project_name,amount,funding_date,from_funder_name,grant_pool_name\none,5,2024-01-02,fund,round-1\n"


def with_grants(project: Project, folder: Path) -> Project:
    """The same project with a file of one grant and a line that is none."""
    folder.mkdir()
    (folder / "grants.csv").write_text(GRANTS + "one,much,2024-01-02,fund,round-1\n")
    return Project(settings=project.settings.model_copy(update={"funding_url": str(folder)}), path=project.path)


def test_grants_land_when_a_file_is_missing_and_each_night_when_one_changed(
    night_project: Project, tmp_path: Path
) -> None:
    project = with_grants(night_project, tmp_path / "funding")
    settings = project.settings
    first = api.land(settings, START, date(2024, 1, 2), project=project, sources=["oss_funding"])
    assert [(one.rows, one.quarantined) for report in first.reports for one in report.windows] == [(1, 1)]
    assert api.land(settings, START, date(2024, 1, 2), project=project, sources=["oss_funding"]).fresh == (
        "oss_funding",
    )
    (tmp_path / "funding" / "grants.csv").write_text(GRANTS + "one,6,2024-01-02,fund,round-1\n")
    (changed,) = api.land(
        settings, START, date(2024, 1, 3), project=project, sources=["oss_funding"], again=True
    ).reports
    assert [(one.window, one.status, one.rows) for one in changed.windows] == [("grants.csv", "landed", 2)]
    (same,) = api.land(settings, START, date(2024, 1, 3), project=project, sources=["oss_funding"], again=True).reports
    assert [one.status for one in same.windows] == ["unchanged"]


def test_lines_that_are_no_grants_show_in_the_check(night_project: Project, tmp_path: Path) -> None:
    project = with_grants(night_project, tmp_path / "funding")
    with open_instance(project.settings) as instance:
        result = (
            build_definitions(project)
            .resolve_implicit_global_asset_job_def()
            .execute_in_process(instance=instance, asset_selection=[dg.AssetKey(["raw", "oss_funding", "grants"])])
        )
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert checks["windows"].passed
    assert not checks["quarantine"].passed
    assert checks["quarantine"].metadata["quarantined"].value == 1
    (materialization,) = result.asset_materializations_for_node("land_oss_funding")
    assert materialization.metadata["dagster/row_count"].value == 1


def test_a_source_that_fails_does_not_stop_the_others(night_project: Project) -> None:
    settings = night_project.settings.model_copy(update={"oss_directory_url": "/nowhere/at/all"})
    project = Project(settings=settings, path=night_project.path)
    report = api.land(settings, START, date(2024, 1, 3), project=project)
    assert "oss_directory" in report.failed
    assert {one.source for one in report.reports} >= {"github_archive"}


def test_the_maintenance_job_keeps_what_is_done(project: Project) -> None:
    api.materialize(project.settings, "stg_events", project=project)
    with open_instance(project.settings) as instance:
        assert build_definitions(project).resolve_job_def("maintenance").execute_in_process(instance=instance).success
    report = api.materialize(project.settings, "stars_to_artifact_monthly", project=project)
    assert report.failed == {}
