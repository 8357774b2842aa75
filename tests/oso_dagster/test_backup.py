"""A backup is the installation as it was at one moment, and put back it goes on as if nothing had happened."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from small_lake import land_events

from oso_dagster import api
from oso_dagster.instance import open_instance
from oso_dagster.maintenance.backup import BackupError, backup, restore
from oso_dagster.project import Project
from oso_dagster.runner.locks import LockTimeoutError, compute_lock
from oso_lake import Lake
from oso_lake.settings import Settings

START = date(2024, 1, 1)
END = date(2024, 1, 20)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def computed(own_project: Callable[[], Project]) -> Project:
    """Some days, landed, planned and computed."""
    project = own_project()
    land_events(project.settings, START, END)
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, project=project).failed == {}
    return project


def _numbers(project: Project) -> list[dict]:
    return Lake(project.settings).arrow("select * from timeseries_metrics_by_artifact_v0 order by all").to_pylist()


def _run_count(project: Project) -> int:
    with open_instance(project.settings) as instance:
        return instance.get_runs_count()


def test_after_the_disk_is_lost_the_backup_is_as_fresh_and_has_the_same_numbers(
    computed: Project, tmp_path: Path
) -> None:
    numbers, runs = _numbers(computed), _run_count(computed)
    assert numbers
    assert runs
    made = backup(computed.settings, tmp_path / "backup")
    assert made.files > 50
    shutil.rmtree(computed.settings.home)
    put_back = restore(computed.settings, tmp_path / "backup")
    assert put_back == made
    assert api.fresh(computed.settings, project=computed).stale == {}
    assert _numbers(computed) == numbers
    assert _run_count(computed) == runs
    land_events(computed.settings, END, END + ONE_DAY)
    report = api.materialize(computed.settings, project=computed)
    assert report.failed == {}
    days = {str(one.window) for one in report.outcomes if one.model.table == "stars_to_artifact_daily"}
    # the first two hours of the day, landed once more, hold late events of the day before
    assert days == {"[2024-01-19, 2024-01-21)"}
    assert len(_numbers(computed)) > len(numbers)


def test_what_happens_after_a_backup_is_not_in_it(computed: Project, tmp_path: Path) -> None:
    numbers = _numbers(computed)
    backup(computed.settings, tmp_path / "backup")
    land_events(computed.settings, END, END + ONE_DAY)
    api.materialize(computed.settings, project=computed)
    assert _numbers(computed) != numbers
    computed.settings.home.rename(tmp_path / "aside")
    restore(computed.settings, tmp_path / "backup")
    assert _numbers(computed) == numbers


def test_it_waits_for_a_run_and_leaves_nothing_half(computed: Project, tmp_path: Path) -> None:
    settings = computed.settings.model_copy(update={"lock_timeout_seconds": 0.2})
    with (
        compute_lock(settings.compute_lock, timeout_seconds=1, holder="a run"),
        pytest.raises(LockTimeoutError, match="held by a run"),
    ):
        backup(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_what_cannot_be_done_is_refused_with_what_to_do(computed: Project, tmp_path: Path) -> None:
    made = tmp_path / "backup"
    with pytest.raises(BackupError, match="no installation"):
        backup(Settings(home=tmp_path / "nowhere"), made)
    with pytest.raises(BackupError, match="elsewhere"):
        backup(computed.settings, computed.settings.home / "backup")
    backup(computed.settings, made)
    with pytest.raises(BackupError, match="name a new folder"):
        backup(computed.settings, made)
    with pytest.raises(BackupError, match="not empty"):
        restore(computed.settings, made)
    with pytest.raises(BackupError, match="put it back there"):
        restore(Settings(home=tmp_path / "another"), made)
    with pytest.raises(BackupError, match=r"no backup\.json"):
        restore(computed.settings, tmp_path)
