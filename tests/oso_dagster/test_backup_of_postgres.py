"""An installation with PostgreSQL is copied with its database, and put back into an empty one it goes on."""

import shutil
from pathlib import Path

import pytest
from postgres_installation import LANDED_UNTIL, Original
from pydantic import SecretStr
from small_lake import land_events

from oso_dagster import api
from oso_dagster.instance import open_instance
from oso_dagster.maintenance import database_dump
from oso_dagster.maintenance.backup import DUMP, BackupError, backup, restore
from oso_dagster.project import Project
from oso_dagster.runner.claims import EVERYTHING
from oso_dagster.runner.locks import LockTimeoutError
from oso_dagster.runner.window_locks import window_locks
from oso_lake import Lake
from oso_lake.settings import Settings


def numbers(settings: Settings) -> list[dict]:
    """What readers see."""
    return Lake(settings).arrow("select * from timeseries_metrics_by_artifact_v0 order by all").to_pylist()


def runs(settings: Settings) -> int:
    with open_instance(settings) as instance:
        return instance.get_runs_count()


def secret_of(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


def test_after_disk_and_database_are_lost_the_backup_is_as_fresh_and_has_the_same_numbers(
    postgres_original: Original, postgres_project: Project, tmp_path: Path
) -> None:
    settings, folder = postgres_project.settings, tmp_path / "backup"
    assert api.materialize(settings, "+stars_to_artifact_daily", project=postgres_project).failed == {}
    rows, count = numbers(settings), runs(settings)
    assert rows
    assert count
    made = backup(settings, folder)
    password = secret_of(settings).split("@")[0].rsplit(":")[-1]
    assert all(password not in path.read_text(errors="replace") for path in folder.rglob("*.json"))
    with pytest.raises(BackupError, match="not empty"):
        restore(settings, folder)
    # the machine is lost: home and database are new
    shutil.rmtree(settings.home)
    (settings.home / "stack" / "postgres").mkdir(parents=True)
    with pytest.raises(BackupError, match="holds an installation already"):
        restore(settings, folder)
    with pytest.raises(BackupError, match="OSO_DATABASE_URL must name an empty one"):
        restore(settings.model_copy(update={"database_url": None}), folder)
    url = SecretStr(postgres_original.server.create_database(f"{tmp_path.parent.name}_restored".replace("-", "_")))
    new = settings.model_copy(update={"database_url": url})
    project = Project(settings=new, path=postgres_project.path)
    assert restore(new, folder) == made
    assert (new.home / "stack" / "postgres").is_dir()
    assert numbers(new) == rows
    assert runs(new) == count
    assert api.fresh(new, "stars_to_artifact_daily", project=project).stale == {}
    land_events(new, LANDED_UNTIL, LANDED_UNTIL.replace(day=LANDED_UNTIL.day + 1))
    assert api.materialize(new, "+stars_to_artifact_daily", project=project).failed == {}
    assert len(numbers(new)) > len(rows)
    postgres_original.drop(project)


def test_it_waits_for_a_run_and_leaves_nothing_half(postgres_project: Project, tmp_path: Path) -> None:
    settings = postgres_project.settings.model_copy(update={"lock_timeout_seconds": 0.2})
    with (
        window_locks(secret_of(settings), EVERYTHING, timeout_seconds=5, holder="a run"),
        pytest.raises(LockTimeoutError, match="locked by a run"),
    ):
        backup(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_dump_that_cannot_be_made_or_read_is_no_backup_and_says_why(
    postgres_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = postgres_project.settings
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))
    monkeypatch.setattr(database_dump, "PROGRAMS", Path("elsewhere"))
    with pytest.raises(BackupError, match=r"pg_dump is of PostgreSQL 9 and the server of \d+: put a pg_dump of"):
        backup(settings, tmp_path / "backup")
    old.unlink()
    with pytest.raises(BackupError, match="pg_dump is not on the PATH: install"):
        backup(settings, tmp_path / "backup")
    monkeypatch.undo()
    assert not (tmp_path / "backup").exists()
    cut = tmp_path / DUMP
    database_dump.dump(secret_of(settings), cut)
    assert dict(database_dump.metadata_files(cut))
    cut.write_bytes(cut.read_bytes()[:1000])
    with pytest.raises(database_dump.DumpError, match="pg_restore failed"):
        list(database_dump.metadata_files(cut))


def test_a_warehouse_in_a_bucket_is_not_copied_by_it(postgres_project: Project, tmp_path: Path) -> None:
    settings = postgres_project.settings.model_copy(update={"warehouse_url": "s3://bucket/prefix"})
    with pytest.raises(BackupError, match=r"in s3://bucket/prefix: copy the bucket by its own means"):
        backup(settings, tmp_path / "backup")
