"""Histories land repository by repository, from a directory or over HTTP; what fails does not take the others along."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from git_remote import add_commits, git, serve

from dlt_sources import git as git_runner
from dlt_sources import git_history
from dlt_sources.git_history import landing
from dlt_sources.iceberg import LandingReport
from dlt_sources.progress import Progress
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "git"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(tmp_path: Path, base: Path) -> Settings:
    return Settings(home=tmp_path / "home", git_base_url=str(base))


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_runner, "FIRST_WAIT_SECONDS", 0.01)


def rows(settings: Settings, table: str, *columns: str) -> list[tuple[Any, ...]]:
    scanned = open_catalog(settings).load_table(f"git_history.{table}").scan(selected_fields=columns).to_arrow()
    return sorted(tuple(row[column] for column in columns) for row in scanned.to_pylist())


def commits(settings: Settings) -> dict[str, int]:
    """Commits by repository; fails when a commit is there twice."""
    found = rows(settings, "commits", "repository", "sha")
    assert len(found) == len(set(found))
    return dict(Counter(repository for repository, _ in found))


def statuses(report: LandingReport) -> dict[str, str]:
    return {window.window: window.status for window in report.windows}


def commit_snapshots(settings: Settings) -> int:
    return len(open_catalog(settings).load_table("git_history.commits").snapshots())


def test_commits_of_all_branches_land_with_a_receipt_each(settings: Settings, base: Path) -> None:
    add_commits(base / "Own" / "One.git", 3)
    add_commits(base / "Own" / "One.git", 2, branch="other", label="Bob")
    add_commits(base / "own" / "two.git", 1)
    seen: list[Progress] = []

    report = git_history.land_repositories(settings, ["Own/One", "own/two", "own/one"], on_progress=seen.append)

    assert commits(settings) == {"own/one": 5, "own/two": 1}
    assert statuses(report) == {"own/one": "fetched", "own/two": "fetched"}
    assert rows(settings, "fetches", "repository", "status", "commits", "error") == [
        ("own/one", "fetched", 5, None),
        ("own/two", "fetched", 1, None),
    ]
    assert rows(settings, "crawls", "repositories", "fetched", "unchanged", "missing", "failed") == [(2, 2, 0, 0, 0)]
    assert commit_snapshots(settings) == 1
    assert [(progress.done, progress.total) for progress in seen] == [(1, 2), (2, 2)]


def test_a_repository_that_did_not_move_is_not_read_again(
    settings: Settings, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_commits(base / "own" / "one.git", 3)
    git_history.land_repositories(settings, ["own/one"])
    first_start = rows(settings, "fetches", "crawl_started_at")
    monkeypatch.setattr(git_runner, "command", lambda *_: ["false"])

    report = git_history.land_repositories(settings, ["own/one"])

    assert statuses(report) == {"own/one": "unchanged"}
    assert commit_snapshots(settings) == 1
    # the receipt says that it is known up to the later crawl
    assert rows(settings, "fetches", "crawl_started_at") > first_start
    assert rows(settings, "fetches", "commits") == [(3,)]


def test_force_reads_it_again_and_doubles_nothing(settings: Settings, base: Path) -> None:
    add_commits(base / "own" / "one.git", 3)
    git_history.land_repositories(settings, ["own/one"])

    report = git_history.land_repositories(settings, ["own/one"], force=True)

    assert statuses(report) == {"own/one": "fetched"}
    assert commits(settings) == {"own/one": 3}


def test_new_commits_forced_pushes_and_deleted_branches_replace_what_was_there(settings: Settings, base: Path) -> None:
    one, two = base / "own" / "one.git", base / "own" / "two.git"
    add_commits(one, 3)
    add_commits(two, 2)
    git_history.land_repositories(settings, ["own/one", "own/two"])

    add_commits(one, 2)
    assert statuses(git_history.land_repositories(settings, ["own/one", "own/two"])) == {
        "own/one": "fetched",
        "own/two": "unchanged",
    }
    assert commits(settings) == {"own/one": 5, "own/two": 2}

    add_commits(one, 4, label="Rewritten", anew=True)
    git_history.land_repositories(settings, ["own/one"])
    assert {name for (name,) in rows(settings, "commits", "author_name") if name != "Ann"} == {"Rewritten"}
    assert commits(settings) == {"own/one": 4, "own/two": 2}

    add_commits(one, 1, branch="other", label="Bob")
    git_history.land_repositories(settings, ["own/one"])
    assert commits(settings)["own/one"] == 5
    git(one, "update-ref", "-d", "refs/heads/other")
    git_history.land_repositories(settings, ["own/one"])
    assert commits(settings)["own/one"] == 4


def test_an_empty_repository_has_a_receipt_and_no_commits(settings: Settings, base: Path) -> None:
    (base / "own" / "empty.git").mkdir(parents=True)
    git(base / "own" / "empty.git", "init", "--quiet", "--bare")

    report = git_history.land_repositories(settings, ["own/empty"])

    assert statuses(report) == {"own/empty": "fetched"}
    assert commits(settings) == {}
    assert statuses(git_history.land_repositories(settings, ["own/empty"])) == {"own/empty": "unchanged"}


def test_files_are_counted_when_asked_for_later(settings: Settings, base: Path) -> None:
    add_commits(base / "own" / "one.git", 2)
    git_history.land_repositories(settings, ["own/one"])
    assert rows(settings, "commits", "files", "insertions", "deletions") == [(None, None, None)] * 2

    report = git_history.land_repositories(settings, ["own/one"], with_files=True)

    assert statuses(report) == {"own/one": "fetched"}
    assert rows(settings, "commits", "files", "insertions", "deletions") == [(1, 2, 0)] * 2


def test_missing_and_failing_repositories_and_odd_names_do_not_stop_the_others(settings: Settings, base: Path) -> None:
    add_commits(base / "own" / "good.git", 2)
    add_commits(base / "own" / "broken.git", 2)
    for pack in (base / "own" / "broken.git" / "objects").rglob("*"):
        if pack.is_file():
            pack.chmod(0o644)
            pack.write_bytes(b"not git")
    names = ["own/good", "own/broken", "own/none", "--upload-pack=touch x/y", "own/../../etc"]

    report = git_history.land_repositories(settings, names)

    assert statuses(report) == {
        "own/good": "fetched",
        "own/broken": "failed",
        "own/none": "missing",
        "--upload-pack=touch x/y": "failed",
        "own/../../etc": "failed",
    }
    assert commits(settings) == {"own/good": 2}
    errors = dict(rows(settings, "fetches", "repository", "error"))
    assert errors["own/good"] is None
    assert "no repository own/none" in errors["own/none"]
    assert "not a repository name" in errors["own/../../etc"]
    assert errors["own/broken"]
    assert rows(settings, "crawls", "fetched", "missing", "failed") == [(1, 1, 3)]


def test_what_was_landed_stays_when_a_repository_disappears(settings: Settings, base: Path) -> None:
    add_commits(base / "own" / "one.git", 3)
    git_history.land_repositories(settings, ["own/one"])
    (base / "own" / "one.git").rename(base / "own" / "elsewhere.git")

    report = git_history.land_repositories(settings, ["own/one"])

    assert statuses(report) == {"own/one": "missing"}
    assert commits(settings) == {"own/one": 3}
    (base / "own" / "elsewhere.git").rename(base / "own" / "one.git")
    assert statuses(git_history.land_repositories(settings, ["own/one"])) == {"own/one": "unchanged"}


def test_a_broken_clone_is_made_anew(settings: Settings, base: Path) -> None:
    add_commits(base / "own" / "one.git", 3)
    git_history.land_repositories(settings, ["own/one"])
    (clone,) = settings.git_dir.glob("history/*/own/one.git")
    shutil.rmtree(clone / "objects")
    add_commits(base / "own" / "one.git", 1)

    report = git_history.land_repositories(settings, ["own/one"])

    assert statuses(report) == {"own/one": "fetched"}
    assert commits(settings) == {"own/one": 4}


def test_commits_outside_of_all_calendars_are_set_aside(settings: Settings, base: Path) -> None:
    repository = base / "own" / "one.git"
    add_commits(repository, 1)
    good = git(repository, "rev-parse", "main")
    raw = f"tree {git(repository, 'rev-parse', 'main^{tree}')}\nparent {good}\nauthor A <a> x\ncommitter A <a> x\n\nm\n"
    bad = git(repository, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw.encode())
    git(repository, "update-ref", "refs/heads/main", bad)

    report = git_history.land_repositories(settings, ["own/one"])

    assert [(window.rows, window.quarantined) for window in report.windows] == [(1, 1)]
    assert rows(settings, "commits", "sha") == [(good,)]
    assert rows(settings, "quarantine", "repository", "sha", "reason") == [
        ("own/one", bad, "author time is not within 1970 and 9999")
    ]
    git(repository, "update-ref", "refs/heads/main", good)
    git_history.land_repositories(settings, ["own/one"])
    assert rows(settings, "quarantine", "sha") == []


def test_changed_repositories_share_a_snapshot_in_chunks(
    settings: Settings, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "CHUNK_REPOSITORIES", 4)
    names = [f"own/r{index:02}" for index in range(10)]
    for name in names:
        add_commits(base / f"{name}.git", 2)

    report = git_history.land_repositories(settings, names)

    assert commit_snapshots(settings) == 3
    assert commits(settings) == dict.fromkeys(names, 2)
    assert report.tables["git_history.commits"].rows == 20


INTERRUPTED = """
import os, signal, sys
from dlt_sources import git_history
from dlt_sources.git_history import landing
from oso_lake.settings import Settings

home, base, killed_at = sys.argv[1:4]
landing.CHUNK_REPOSITORIES = 3

def on_progress(progress):
    if progress.done == int(killed_at):
        os.kill(os.getpid(), signal.SIGKILL)

git_history.land_repositories(Settings(home=home, git_base_url=base), sys.argv[4:], on_progress=on_progress)
"""


def test_t15_a_killed_crawl_goes_on_where_it_stopped_without_doubling_anything(settings: Settings, base: Path) -> None:
    names = [f"own/r{index:02}" for index in range(10)]
    for name in names:
        add_commits(base / f"{name}.git", 2)
    for killed_at, landed in ((5, 3), (8, 6)):
        arguments = [str(settings.home), str(base), str(killed_at), *names]
        done = subprocess.run([sys.executable, "-c", INTERRUPTED, *arguments], timeout=120, check=False)
        assert done.returncode == -signal.SIGKILL
        assert commits(settings) == dict.fromkeys(names[:landed], 2)
        # a crawl that did not come to its end is none
        assert rows(settings, "crawls", "repositories") == []
    clone_times = {path: path.stat().st_ctime_ns for path in settings.git_dir.glob("history/*/own/r0[0-5].git")}
    assert len(clone_times) == 6

    report = git_history.land_repositories(settings, names)

    assert statuses(report) == dict.fromkeys(names[:6], "unchanged") | dict.fromkeys(names[6:], "fetched")
    assert commits(settings) == dict.fromkeys(names, 2)
    assert rows(settings, "crawls", "repositories", "fetched", "unchanged") == [(10, 4, 6)]
    assert {path: path.stat().st_ctime_ns for path in clone_times} == clone_times
    assert list(settings.git_dir.glob("history/*/own/*.partial-*")) == []
    assert not (settings.git_dir / "spool").exists()


def test_leftovers_of_a_killed_clone_are_removed(settings: Settings, base: Path) -> None:
    add_commits(base / "own" / "one.git", 1)
    git_history.land_repositories(settings, ["own/one"])
    (clone,) = settings.git_dir.glob("history/*/own/one.git")
    leftover = clone.with_name("two.git.partial-0123abcd")
    leftover.mkdir()
    (settings.git_dir / "spool").mkdir()
    (settings.git_dir / "spool" / "old.arrow").write_bytes(b"half")

    git_history.land_repositories(settings, ["own/one"])

    assert not leftover.exists()
    assert not (settings.git_dir / "spool").exists()


def test_no_directory_to_read_from_says_which_setting_to_change(settings: Settings) -> None:
    Path(settings.git_base_url).rmdir()

    with pytest.raises(git_runner.GitError, match="OSO_GIT_BASE_URL"):
        git_history.land_repositories(settings, ["own/one"])


def test_a_crawl_of_nothing_is_a_crawl(settings: Settings) -> None:
    git_history.land_repositories(settings, [])

    assert rows(settings, "crawls", "repositories", "failed") == [(0, 0)]


def test_over_http_clones_are_blobless_and_fetched_later(tmp_path: Path, base: Path) -> None:
    add_commits(base / "own" / "one.git", 3)
    with serve(base) as served:
        settings = Settings(home=tmp_path / "home", git_base_url=served.url)
        git_history.land_repositories(settings, ["own/one"])
        (clone,) = settings.git_dir.glob("history/*/own/one.git")
        objects = git(clone, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
        assert Counter(objects) == {"commit": 3, "tree": 3}

        served.requests.clear()
        assert statuses(git_history.land_repositories(settings, ["own/one"])) == {"own/one": "unchanged"}
        assert all("upload-pack" in path for path in served.requests)
        asked_unchanged = len(served.requests)

        add_commits(base / "own" / "one.git", 2, label="Bob")
        assert statuses(git_history.land_repositories(settings, ["own/one"])) == {"own/one": "fetched"}
        assert len(served.requests) > asked_unchanged
        assert commits(settings) == {"own/one": 5}

        git_history.land_repositories(settings, ["own/one"], with_files=True)
        assert sum(files for (files,) in rows(settings, "commits", "files")) == 5


def test_over_http_missing_private_and_failing_are_told_apart(tmp_path: Path, base: Path) -> None:
    for name in ("good", "flaky", "down", "private"):
        add_commits(base / "own" / f"{name}.git", 1)
    with serve(base) as served:
        served.faults = {"own/flaky": [503], "own/down": [500] * 20, "own/private": [401] * 20}
        url = served.url.replace("http://", "http://someone:secret-token@")
        settings = Settings(home=tmp_path / "home", git_base_url=url)
        names = [f"own/{name}" for name in ("good", "flaky", "down", "private", "none")]

        report = git_history.land_repositories(settings, names)

    assert statuses(report) == {
        "own/good": "fetched",
        "own/flaky": "fetched",
        "own/down": "failed",
        # the password is wrong: that is for the operator to mend
        "own/private": "failed",
        "own/none": "missing",
    }
    down = [path for path in served.requests if "own/down" in path]
    assert len(down) == git_runner.ATTEMPTS
    errors = dict(rows(settings, "fetches", "repository", "error"))
    assert "500" in errors["own/down"]
    assert not any("secret-token" in (error or "") for error in errors.values())
    assert not any("secret-token" in window.detail for window in report.windows)


def test_a_repository_that_asks_for_a_password_is_missing(tmp_path: Path, base: Path) -> None:
    add_commits(base / "own" / "private.git", 1)
    with serve(base) as served:
        served.faults = {"own/private": [401] * 20}
        settings = Settings(home=tmp_path / "home", git_base_url=served.url)

        report = git_history.land_repositories(settings, ["own/private"])

    assert statuses(report) == {"own/private": "missing"}


def test_a_git_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "child.pid"
    script = f"sleep 60 & echo $! > {marker}; wait"
    monkeypatch.setattr(git_runner, "command", lambda *_: ["sh", "-c", script])

    with pytest.raises(git_runner.GitError, match="took longer than"):
        git_runner.run(["fetch"], timeout_seconds=0.5)

    assert _ends_soon(int(marker.read_text()))


def _ends_soon(pid: int) -> bool:
    """Whether a process ends within seconds: a kill is sent, not waited for, to what was not our own child."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("url", ["ext::sh -c touch% x", "fd::17"])
def test_dangerous_transports_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(git_runner.GitError, match="not allowed"):
        git_runner.run(["ls-remote", "--", url], timeout_seconds=10)


def test_hooks_and_configuration_of_the_user_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".gitconfig").write_text("[alias]\n\tlist = !echo from-user\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nowhere")

    with pytest.raises(git_runner.GitError):
        git_runner.run(["list"], timeout_seconds=10)
    assert "GIT_DIR" not in git_runner.environment()
    assert os.environ["GIT_DIR"] == "/nowhere"
