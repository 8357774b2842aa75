"""`oso doctor` says what is wrong and what to do, and changes nothing."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from published_lake import publish

from oso_dagster.cli import checkup
from oso_lake.settings import Settings


def findings(done: Any) -> dict[str, dict[str, str]]:
    """The checks of `oso doctor --json` by subject."""
    return {check["subject"]: check for check in json.loads(done.out)["checks"]}


def test_a_new_installation_is_healthy_and_nothing_is_made(oso: Callable, tmp_path: Path) -> None:
    done = oso("doctor", "--json", home=tmp_path / "home")
    assert done.code == 0
    found = findings(done)
    assert {"python", "packages", "extensions", "git", "home", "sources", "disk", "catalog"} <= set(found)
    assert found["catalog"]["detail"] == "nothing has landed yet"
    assert not (tmp_path / "home").exists()


def test_published_tables_are_counted(oso: Callable, published_home: Path) -> None:
    assert (
        findings(oso("doctor", "--json", home=published_home))["catalog"]["detail"] == "0 raw and 12 published tables"
    )


def test_people_get_lines_with_remedies(oso: Callable, tmp_path: Path) -> None:
    done = oso("doctor", home=tmp_path / "home")
    assert "do: run `oso demo`" in done.out
    assert done.out.strip().endswith("Nothing is wrong.")


def test_a_lost_metadata_file_is_wrong(oso: Callable, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    publish(settings)
    for path in settings.warehouse.glob("published/metrics_v0/metadata/*.json"):
        path.unlink()
    done = oso("doctor", "--json", home=settings.home)
    assert done.code == 1
    assert findings(done)["catalog"]["detail"] == "metadata files are gone: published.metrics_v0"


def test_a_source_folder_that_is_gone_is_wrong(oso: Callable, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "oso.toml").write_text(f'github_archive_url = "{tmp_path / "gone"}"\n')
    done = oso("doctor", "--json", home=home)
    assert done.code == 1
    assert "github_archive_url: no such file or folder" in findings(done)["sources"]["detail"]


def test_a_profile_with_a_mistake_is_wrong_and_the_other_checks_still_run(oso: Callable, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "oso.toml").write_text("github_archive = 'x'\n")
    done = oso("doctor", "--json", home=home)
    assert done.code == 1
    assert "github_archive" in findings(done)["settings"]["detail"]
    assert findings(done)["python"]["state"] == "ok"


def test_the_holder_of_the_compute_lock_is_named(oso: Callable, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    with settings.compute_lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("a run (process 1)")
        file.flush()
        held = findings(oso("doctor", "--json", home=settings.home))["compute lock"]
    assert held["state"] == "note"
    assert "held by a run (process 1)" in held["detail"]
    assert findings(oso("doctor", "--json", home=settings.home))["compute lock"]["detail"] == "free"


def test_a_check_that_breaks_is_a_finding(oso: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> None:
        raise OSError("no such device")

    monkeypatch.setattr(checkup.shutil, "disk_usage", broken)
    done = oso("doctor", "--json")
    assert done.code == 1
    assert findings(done)["disk"]["detail"] == "OSError: no such device"
