"""Which repositories a crawl is for: the directory's, under their latest names, and all of its owners."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from dlt_sources import git_history, oss_directory
from dlt_sources.filters import is_in
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope, replace
from oso_lake.contracts import TIMESTAMP, TableContract, column
from oso_lake.settings import Settings

START = datetime(2025, 9, 1, tzinfo=UTC)
EVENTS = TableContract(
    name="github_archive.events",
    description="Names that repositories bore.",
    schema=pa.schema(
        [
            column("repo_id", pa.int64(), "Repository."),
            column("repo_name", pa.string(), "Its name."),
            column("created_at", TIMESTAMP, "When."),
        ]
    ),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", oss_directory_url=str(tmp_path / "directory"))


def land_directory(settings: Settings, *urls: str, at: datetime = START) -> None:
    folder = Path(settings.oss_directory_url) / "data" / "projects"
    folder.mkdir(parents=True, exist_ok=True)
    entries = "".join(f"- url: {url}\n" for url in urls)
    (folder / "p.yaml").write_text(f"version: 7\nname: p\ndisplay_name: P\ngithub:\n{entries}")
    oss_directory.land_directory(settings, now=at)


def land_events(settings: Settings, *events: tuple[int, str]) -> None:
    """Events of (repository id, name it bore), an hour apart."""
    rows = [
        {"repo_id": repo_id, "repo_name": name, "created_at": START + timedelta(hours=hour)}
        for hour, (repo_id, name) in enumerate(events)
    ]
    replace(open_catalog(settings), EVENTS, EVENTS.rows(rows), Scope(is_in("repo_id", ()), ()), {})


def test_before_a_directory_landed_there_are_none(settings: Settings) -> None:
    assert git_history.directory_repositories(settings) == ()


def test_repositories_of_the_latest_version_only(settings: Settings) -> None:
    land_directory(settings, "https://github.com/a/gone", "https://www.npmjs.com/package/x")
    land_directory(settings, "https://github.com/B/Two", "https://github.com/a/one", at=START + timedelta(days=1))

    assert git_history.directory_repositories(settings) == ("a/one", "b/two")


def test_owners_stand_for_what_their_repositories_are_called_last(settings: Settings) -> None:
    land_directory(settings, "https://github.com/Own")
    land_events(
        settings, (1, "Own/One"), (2, "own/moved"), (3, "other/came"), (2, "new/moved"), (3, "OWN/came"), (4, "ownx/y")
    )

    assert git_history.directory_repositories(settings) == ("own/came", "own/one")


def test_renamed_repositories_are_crawled_under_their_latest_name(settings: Settings) -> None:
    land_directory(settings, "https://github.com/a/old", "https://github.com/a/again", "https://github.com/a/unseen")
    land_events(settings, (1, "a/old"), (1, "a/new"), (2, "a/again"), (3, "a/again"), (3, "a/Again"))

    assert git_history.directory_repositories(settings) == ("a/again", "a/new", "a/unseen")


def test_a_name_taken_over_means_who_bears_it_now(settings: Settings) -> None:
    land_directory(settings, "https://github.com/a/name")
    land_events(settings, (1, "a/name"), (1, "b/name"), (2, "a/name"))

    assert git_history.directory_repositories(settings) == ("a/name",)
