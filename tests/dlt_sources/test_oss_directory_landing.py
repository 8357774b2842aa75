"""The directory lands version by version into Iceberg, from commits or from a plain folder."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dlt_sources import oss_directory
from dlt_sources.oss_directory import landing
from dlt_sources.progress import Progress
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

DAY = timedelta(days=1)
START = datetime(2025, 9, 1, 12, tzinfo=UTC)


def project_file(slug: str, *urls: str) -> str:
    entries = "".join(f"- url: {url}\n" for url in urls)
    return f"version: 7\nname: {slug}\ndisplay_name: {slug.title()}\ngithub:\n{entries}"


def collection_file(slug: str, *projects: str) -> str:
    return f"version: 7\nname: {slug}\ndisplay_name: {slug}\nprojects: [{', '.join(projects)}]\n"


def write(root: Path, files: Mapping[str, str | None]) -> None:
    for name, content in files.items():
        path = root / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_text(content)


class Repository:
    """A directory with a history."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, at: datetime = START) -> str:
        date = at.isoformat()
        identity = {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        environment = os.environ | identity | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=environment, check=True, capture_output=True, timeout=60
        )
        return done.stdout.decode().strip()

    def commit(self, at: datetime, files: Mapping[str, str | None]) -> str:
        write(self.root, files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change", at=at)
        return self.git("rev-parse", "HEAD")


def rows(settings: Settings, table: str, *columns: str) -> list[tuple[Any, ...]]:
    scanned = open_catalog(settings).load_table(f"oss_directory.{table}").scan(selected_fields=columns).to_arrow()
    return sorted(tuple(row[column] for column in columns) for row in scanned.to_pylist())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "directory")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", oss_directory_url=str(tmp_path / "directory"))


def test_each_commit_that_touched_the_data_is_a_version_with_its_own_rows(
    repository: Repository, settings: Settings
) -> None:
    first = repository.commit(
        START,
        {
            "projects/a/alpha.yaml": project_file("alpha", "https://github.com/Alpha/One"),
            "projects/0/0x3327.yaml": project_file("0x3327"),
            "collections/all.yaml": collection_file("all", "alpha", "alpha", "0x3327"),
        },
    )
    (repository.root / "README.md").write_text("not data")
    repository.commit(START + DAY, {"logos/alpha.png": "not data either"})
    second = repository.commit(
        START + 2 * DAY,
        {"projects/a/alpha.yaml": project_file("alpha", "https://github.com/alpha"), "projects/0/0x3327.yaml": None},
    )

    report = oss_directory.land_directory(settings)

    assert [(status.window, status.status) for status in report.windows] == [(first, "landed"), (second, "landed")]
    assert sorted(rows(settings, "versions", "version_at", "version")) == [(START, first), (START + 2 * DAY, second)]
    assert rows(settings, "projects", "version_at", "slug", "path") == [
        (START, "0x3327", "data/projects/0/0x3327.yaml"),
        (START, "alpha", "data/projects/a/alpha.yaml"),
        (START + 2 * DAY, "alpha", "data/projects/a/alpha.yaml"),
    ]
    columns = ("version_at", "project_slug", "artifact_source", "artifact_type", "namespace", "name")
    assert rows(settings, "artifacts_by_project", *columns) == [
        (START, "alpha", "GITHUB", "repository", "alpha", "one"),
        (START + 2 * DAY, "alpha", "GITHUB", "owner", "alpha", ""),
    ]
    assert rows(settings, "projects_by_collection", "version", "collection_slug", "project_slug") == sorted(
        [(first, "all", "alpha"), (first, "all", "0x3327"), (second, "all", "alpha"), (second, "all", "0x3327")]
    )


def test_a_second_landing_changes_nothing_and_a_later_commit_adds_only_itself(
    repository: Repository, settings: Settings
) -> None:
    first = repository.commit(START, {"projects/a/alpha.yaml": project_file("alpha")})
    oss_directory.land_directory(settings)
    before = {name: table_snapshot(settings, name) for name in ("projects", "versions", "artifacts_by_project")}

    again = oss_directory.land_directory(settings)

    assert [(status.window, status.status) for status in again.windows] == [(first, "unchanged")]
    assert {name: table_snapshot(settings, name) for name in before} == before

    second = repository.commit(START + DAY, {"projects/b/beta.yaml": project_file("beta")})
    report = oss_directory.land_directory(settings)

    assert [(status.window, status.rows) for status in report.windows] == [(second, 2)]
    assert rows(settings, "projects", "version", "slug") == sorted(
        [(first, "alpha"), (second, "alpha"), (second, "beta")]
    )


def table_snapshot(settings: Settings, table: str) -> int | None:
    snapshot = open_catalog(settings).load_table(f"oss_directory.{table}").current_snapshot()
    return snapshot.snapshot_id if snapshot else None


def test_forced_landing_replaces_versions_without_doubling_them(repository: Repository, settings: Settings) -> None:
    repository.commit(START, {"projects/a/alpha.yaml": project_file("alpha", "https://github.com/a/b")})
    oss_directory.land_directory(settings)
    before = rows(settings, "artifacts_by_project", "version", "version_at", "name")

    oss_directory.land_directory(settings, force=True)

    assert rows(settings, "artifacts_by_project", "version", "version_at", "name") == before
    assert len(before) == 1


def test_versions_keep_the_order_of_the_branch_when_clocks_went_backwards(
    repository: Repository, settings: Settings
) -> None:
    names = [
        repository.commit(at, {"projects/a/alpha.yaml": project_file("alpha", f"https://github.com/a/r{index}")})
        for index, at in enumerate([START, START - DAY, START, START + DAY])
    ]

    oss_directory.land_directory(settings)

    landed = rows(settings, "versions", "version_at", "version")
    assert [name for _, name in landed] == names
    assert landed[1][0] == START + timedelta(microseconds=1)
    assert landed[3][0] == START + DAY


def test_a_merge_is_a_version_and_the_commits_of_its_branch_are_not(repository: Repository, settings: Settings) -> None:
    first = repository.commit(START, {"projects/a/alpha.yaml": project_file("alpha")})
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(START + DAY, {"projects/b/beta.yaml": project_file("beta")})
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "side", at=START + 2 * DAY)
    merge = repository.git("rev-parse", "HEAD")

    report = oss_directory.land_directory(settings)

    assert [status.window for status in report.windows] == [first, merge]
    assert rows(settings, "versions", "version_at") == [(START,), (START + 2 * DAY,)]


def test_bad_files_are_set_aside_with_their_reason_and_the_others_land(
    repository: Repository, settings: Settings
) -> None:
    write(
        repository.root,
        {
            "projects/a/alpha.yaml": project_file("alpha", "https://github.com/a/b", "https://nowhere"),
            "projects/a/alpha-again.yaml": project_file("alpha", "https://github.com/c/d"),
            "projects/b/broken.yaml": "a: [",
            "projects/k/key.yaml": project_file("key") + "colour: red\n",
            "projects/README.md": "not data",
            "collections/all.yaml": collection_file("all", "alpha"),
            "collections/all-again.yaml": collection_file("all", "key"),
        },
    )
    (repository.root / "data/projects/l.yaml").symlink_to("/etc/hostname")
    version = repository.commit(START, {})

    report = oss_directory.land_directory(settings)

    assert rows(settings, "projects", "slug", "path") == [("alpha", "data/projects/a/alpha-again.yaml")]
    assert rows(settings, "artifacts_by_project", "namespace", "name") == [("c", "d")]
    assert rows(settings, "projects_by_collection", "collection_slug", "project_slug") == [("all", "key")]
    refused = dict(rows(settings, "quarantine", "path", "reason"))
    assert refused.keys() == {
        "data/projects/a/alpha.yaml",
        "data/projects/b/broken.yaml",
        "data/projects/k/key.yaml",
        "data/projects/l.yaml",
        "data/collections/all.yaml",
    }
    assert refused["data/projects/a/alpha.yaml"] == ("duplicate slug: data/projects/a/alpha-again.yaml has it already")
    assert refused["data/projects/k/key.yaml"] == "line 5, colour: unknown key"
    assert refused["data/projects/l.yaml"].startswith("not a regular file")
    assert [(status.window, status.quarantined) for status in report.windows] == [(version, 5)]


def test_a_history_from_before_the_layout_is_empty_with_one_line_a_version(
    repository: Repository, settings: Settings
) -> None:
    old = project_file("alpha").replace("version: 7", "version: 3")
    repository.commit(START, {"projects/a/alpha.yaml": old, "projects/b/beta.yaml": old.replace("alpha", "beta")})
    repository.commit(START + DAY, {"projects/a/alpha.yaml": project_file("alpha")})

    oss_directory.land_directory(settings)

    assert rows(settings, "projects", "version_at", "slug") == [(START + DAY, "alpha")]
    assert rows(settings, "quarantine", "path", "reason") == [
        ("data", "all 2 files are of another layout version; only version 7 is read"),
        ("data/projects/b/beta.yaml", "version: only layout version 7 is read"),
    ]


def test_many_versions_land_in_few_snapshots(
    repository: Repository, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "CHUNK_VERSIONS", 3)
    for index in range(5):
        content = project_file("alpha", f"https://github.com/a/r{index}")
        repository.commit(START + index * DAY, {"projects/a/alpha.yaml": content})
    seen: list[Progress] = []

    report = oss_directory.land_directory(settings, seen.append)

    assert len(open_catalog(settings).load_table("oss_directory.projects").snapshots()) == 2
    assert report.tables["oss_directory.projects"].rows == 5
    assert [(progress.done, progress.total) for progress in seen] == [(done, 5) for done in range(1, 6)]
    assert len(rows(settings, "versions", "version")) == 5


def test_a_plain_folder_is_a_version_from_when_it_was_read(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "directory"
    write(folder, {"projects/a/alpha.yaml": project_file("alpha")})
    oss_directory.land_directory(settings, now=START)
    unchanged = oss_directory.land_directory(settings, now=START + DAY)
    write(folder, {"projects/a/alpha.yaml": project_file("alpha", "https://github.com/a/b")})
    oss_directory.land_directory(settings, now=START + 2 * DAY)
    # back to what it was: the first version ended, so this is a third
    write(folder, {"projects/a/alpha.yaml": project_file("alpha")})
    oss_directory.land_directory(settings, now=START + 3 * DAY)

    assert unchanged.windows[0].status == "unchanged"
    landed = rows(settings, "versions", "version_at", "version")
    assert [at for at, _ in landed] == [START, START + 2 * DAY, START + 3 * DAY]
    assert landed[2][1] == f"{landed[0][1]}.2"
    assert rows(settings, "artifacts_by_project", "version_at", "name") == [(START + 2 * DAY, "b")]


def test_no_directory_says_which_setting_to_change(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(oss_directory.DirectoryError, match="OSO_OSS_DIRECTORY_URL"):
        oss_directory.land_directory(settings)
    (tmp_path / "directory").mkdir()
    with pytest.raises(oss_directory.DirectoryError, match="no data/projects"):
        oss_directory.land_directory(settings)


def test_a_repository_without_the_data_says_so(repository: Repository, settings: Settings) -> None:
    (repository.root / "README.md").write_text("x")
    repository.commit(START, {})

    with pytest.raises(oss_directory.DirectoryError, match="data/projects"):
        oss_directory.land_directory(settings)
