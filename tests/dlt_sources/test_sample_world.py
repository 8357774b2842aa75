"""The sample world's archive and the world as a whole: what a reader of real files would meet is in it."""

import gzip
import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from dlt_sources.progress import Progress
from dlt_sources.sample_world import World, WorldConfig, read_world, write_profile, write_world
from dlt_sources.sample_world.config import ERA_SWITCH, FORMAT_VERSION
from oso_lake.settings import Settings

SMALL = WorldConfig(days=20, projects=16, seed=3)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Twenty days, in both eras."""
    return write_world(tmp_path_factory.mktemp("sample") / "world", SMALL)


@pytest.fixture(scope="module")
def lines(world: World) -> list[tuple[str, int, dict]]:
    """File name, line number and event of every line that is JSON."""
    found = []
    for path in sorted(world.archive_dir.iterdir()):
        for number, line in enumerate(gzip.decompress(path.read_bytes()).decode().splitlines()):
            try:
                found.append((path.name, number, json.loads(line)))
            except json.JSONDecodeError:
                continue
    return found


def of_era(lines: list[tuple[str, int, dict]], type_: str, *, new: bool) -> list[dict]:
    """Events of a type before or since the change of 2025-10-07."""
    return [
        event
        for _, _, event in lines
        if event["type"] == type_ and event["repo"] and (created_at(event) >= ERA_SWITCH) is new
    ]


def created_at(event: dict) -> int:
    """Seconds since 1970."""
    return int(datetime.fromisoformat(event["created_at"]).timestamp())


def hour_of(name: str) -> int:
    """The first second of an hour file, from its name."""
    day, _, hour = name.removesuffix(".json.gz").rpartition("-")
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) + 3600 * int(hour)


def digests(folder: Path) -> dict[str, str]:
    """The hash of every file but git's own bookkeeping."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and ".git/index" not in str(path) and "/.git/logs/" not in str(path)
    }


def test_the_same_configuration_gives_the_same_world(world: World, tmp_path: Path) -> None:
    again = write_world(tmp_path / "again", SMALL)
    assert digests(again.directory) == digests(world.directory)


def test_another_seed_gives_another_world(world: World, tmp_path: Path) -> None:
    other = write_world(tmp_path / "other", WorldConfig(days=20, projects=16, seed=4))
    assert digests(other.archive_dir) != digests(world.archive_dir)


def test_a_world_of_the_same_configuration_is_left_alone(world: World) -> None:
    before = {path: path.stat().st_mtime_ns for path in world.directory.rglob("*")}
    reports: list[Progress] = []
    assert write_world(world.directory, SMALL, reports.append) == world
    assert {path: path.stat().st_mtime_ns for path in world.directory.rglob("*")} == before
    assert reports == []


def test_a_world_of_another_configuration_is_replaced(tmp_path: Path) -> None:
    write_world(tmp_path / "world", WorldConfig(days=10, projects=16))
    reports: list[Progress] = []
    replaced = write_world(tmp_path / "world", WorldConfig(days=11, projects=16), reports.append)
    assert read_world(tmp_path / "world") == replaced
    assert {report.unit for report in reports} == {"days", "repositories", "chains"}
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_what_a_killed_writer_left_is_swept_away(tmp_path: Path) -> None:
    half = tmp_path / "world.writing" / "github_archive"
    half.mkdir(parents=True)
    world = write_world(tmp_path / "world", WorldConfig(days=10, projects=16))
    assert [path.name for path in tmp_path.iterdir()] == ["world"]
    assert read_world(tmp_path / "world") == world


def test_a_world_in_older_formats_is_replaced(tmp_path: Path) -> None:
    config = WorldConfig(days=10, projects=16)
    world = write_world(tmp_path / "world", config)
    about = tmp_path / "world" / "world.json"
    current = about.read_text()
    about.write_text(current.replace(f'"format_version": {FORMAT_VERSION}', '"format_version": 0'))
    assert read_world(tmp_path / "world") is None
    assert write_world(tmp_path / "world", config) == world
    assert about.read_text() == current


def test_files_that_are_no_world_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ValueError, match="choose an empty directory"):
        write_world(tmp_path, SMALL)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_worlds_too_small_for_their_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="10 days or more"):
        WorldConfig(days=3)
    with pytest.raises(ValueError, match="16 or more"):
        WorldConfig(projects=5)


def test_the_profile_points_the_settings_at_the_world(world: World, tmp_path: Path) -> None:
    write_profile(tmp_path / "home", world)
    settings = Settings(home=tmp_path / "home")
    assert settings.start == world.begin
    assert Path(settings.github_archive_url) == world.archive_dir
    assert Path(settings.git_base_url) == world.git_dir
    assert Path(settings.funding_url) == world.funding_dir
    assert settings.chain_names == ("optimism", "base")
    assert settings.evm_chains[0].rpc_url.get_secret_value() == (world.evm_dir / "optimism").as_uri()


def test_there_is_a_file_an_hour_until_three_hours_after_the_end_but_one_is_missing_and_one_empty(world: World) -> None:
    files = {hour_of(path.name): path for path in world.archive_dir.iterdir()}
    begin = int(datetime(world.begin.year, world.begin.month, world.begin.day, tzinfo=UTC).timestamp())
    hours = set(range(begin, begin + (SMALL.days * 24 + 3) * 3600, 3600))
    assert len(hours - files.keys()) == 1
    assert not files.keys() - hours
    assert files[begin + (10 * 24 + 4) * 3600].stat().st_size == 20


def test_payloads_change_on_the_day_that_github_changed_them(lines: list[tuple[str, int, dict]]) -> None:
    for push in of_era(lines, "PushEvent", new=False):
        assert push["payload"]["size"] >= len(push["payload"]["commits"]) >= 1
    for push in of_era(lines, "PushEvent", new=True):
        assert push["payload"].keys() == {"repository_id", "push_id", "ref", "head", "before"}
    old = Counter(
        (event["payload"]["action"], event["payload"]["pull_request"]["merged"])
        for event in of_era(lines, "PullRequestEvent", new=False)
    )
    assert old["closed", True] > 10
    assert old["merged", True] == old["merged", False] == 0
    for event in of_era(lines, "PullRequestEvent", new=True):
        assert event["payload"]["pull_request"].keys() == {"url", "id", "number", "head", "base"}
    new = Counter(event["payload"]["action"] for event in of_era(lines, "PullRequestEvent", new=True))
    assert new["merged"] > new["closed"] > 0
    assert {event["payload"].get("action") for event in of_era(lines, "ForkEvent", new=False)} == {None}
    assert {event["payload"]["action"] for event in of_era(lines, "ForkEvent", new=True)} == {"forked"}


def test_a_large_push_lists_twenty_commits_without_its_head(lines: list[tuple[str, int, dict]]) -> None:
    large = [push["payload"] for push in of_era(lines, "PushEvent", new=False) if push["payload"]["size"] > 20]
    assert [len(push["commits"]) for push in large] == [20]
    assert large[0]["head"] not in {commit["sha"] for commit in large[0]["commits"]}


def test_ids_of_the_new_era_come_from_two_lower_ranges_without_order(lines: list[tuple[str, int, dict]]) -> None:
    old = [int(event["id"]) for event in of_era(lines, "WatchEvent", new=False)]
    new = [int(event["id"]) for event in of_era(lines, "WatchEvent", new=True)]
    pushes = [int(event["id"]) for event in of_era(lines, "PushEvent", new=True)]
    assert min(old) > max(pushes)
    assert sorted(new) != new
    # the rare event that shares its number with one of another type lies in the other range
    assert sorted(pushes)[len(pushes) // 2] > sorted(new)[-3]


def test_events_arrive_late_early_and_too_late(lines: list[tuple[str, int, dict]]) -> None:
    delays = Counter((hour_of(name) - created_at(event) // 3600 * 3600) // 3600 for name, _, event in lines)
    assert delays[0] > 100 * delays[2]
    assert delays[-1] == 1
    assert delays[1] > 10
    other_day = [
        hour_of(name) // 3600 % 24 for name, _, event in lines if hour_of(name) // 86400 > created_at(event) // 86400
    ]
    assert {0, 1} <= set(other_day)
    assert max(other_day) >= 5


def test_the_same_event_comes_twice_with_another_payload(lines: list[tuple[str, int, dict]]) -> None:
    by_identity: dict[tuple[str, str], list[tuple[str, dict]]] = {}
    for name, _, event in lines:
        by_identity.setdefault((event["type"], event["id"]), []).append((name, event))
    twice = [found for found in by_identity.values() if len(found) > 1]
    assert len(twice) >= 10
    assert all(hour_of(found[1][0]) != hour_of(found[0][0]) for found in twice)
    assert any(found[0][1]["payload"] != found[1][1]["payload"] for found in twice)
    types_by_id: dict[str, set[str]] = {}
    for type_, id_ in by_identity:
        types_by_id.setdefault(id_, set()).add(type_)
    assert any(len(types) == 2 for types in types_by_id.values())


def test_some_lines_are_no_events(world: World, lines: list[tuple[str, int, dict]]) -> None:
    count = sum(len(gzip.decompress(path.read_bytes()).splitlines()) for path in world.archive_dir.iterdir())
    assert count - len(lines) == 2
    private = [event for _, _, event in lines if not event["public"]]
    assert [event["repo"] for event in private] == [{}]


def test_a_bot_and_a_person_share_their_display_login(lines: list[tuple[str, int, dict]]) -> None:
    shown = {
        (event["actor"]["id"], event["actor"]["login"])
        for _, _, event in lines
        if event["actor"].get("display_login") == "renovate"
    }
    assert {login for _, login in shown} == {"renovate", "renovate[bot]"}
    assert len({id_ for id_, _ in shown}) == 2


def test_repositories_and_accounts_are_renamed_and_made_again(lines: list[tuple[str, int, dict]]) -> None:
    names: dict[int, set[str]] = {}
    bearers: dict[str, set[int]] = {}
    logins: dict[int, set[str]] = {}
    for _, _, event in lines:
        if event["repo"]:
            names.setdefault(event["repo"]["id"], set()).add(event["repo"]["name"])
            bearers.setdefault(event["repo"]["name"], set()).add(event["repo"]["id"])
        logins.setdefault(event["actor"]["id"], set()).add(event["actor"]["login"])
    renamed = [found for found in names.values() if len(found) > 1]
    assert sorted(len({name.lower() for name in found}) for found in renamed) == [1, 2]
    assert [len(ids) for ids in bearers.values() if len(ids) > 1] == [2]
    assert [len(found) for found in logins.values() if len(found) > 1] == [2]


def test_somebody_stars_twice_within_two_seconds(lines: list[tuple[str, int, dict]]) -> None:
    stars: dict[tuple[int, int], list[int]] = {}
    for _, _, event in lines:
        if event["type"] == "WatchEvent" and event["public"]:
            stars.setdefault((event["actor"]["id"], event["repo"]["id"]), []).append(created_at(event))
    assert any(second - first == 2 for times in stars.values() for first, second in pairwise(times))


def test_comments_on_pull_requests_say_so(lines: list[tuple[str, int, dict]]) -> None:
    kinds = Counter(
        "pull_request" in event["payload"]["issue"] for _, _, event in lines if event["type"] == "IssueCommentEvent"
    )
    assert min(kinds[True], kinds[False]) > 10


def test_weekends_are_quieter(lines: list[tuple[str, int, dict]]) -> None:
    pushes = Counter(
        datetime.fromtimestamp(created_at(event), UTC).date() for _, _, event in lines if event["type"] == "PushEvent"
    )
    first = SMALL.begin + timedelta(days=1)
    days = [first + timedelta(days=offset) for offset in range(14)]
    weekend = sum(pushes[day] for day in days if day.weekday() >= 5) / 4
    workdays = sum(pushes[day] for day in days if day.weekday() < 5) / 10
    assert weekend < 0.7 * workdays
