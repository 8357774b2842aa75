"""The sample world's git repositories, directory, chains and truth: what is in them, and that they fit together."""

import gzip
import json
import subprocess
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from dlt_sources.sample_world import World, WorldConfig, write_world

SMALL = WorldConfig(days=20, projects=20, seed=5)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Twenty days, in both eras."""
    return write_world(tmp_path_factory.mktemp("sample") / "world", SMALL)


@pytest.fixture(scope="module")
def notes(world: World) -> dict[str, str]:
    """Which special case is where."""
    return json.loads((world.directory / "world.json").read_text())["notes"]


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def rows(world: World, name: str) -> list[dict]:
    """A table of the truth."""
    return pq.read_table(world.truth_dir / f"{name}.parquet").to_pylist()


def bare_repositories(world: World) -> list[Path]:
    """Folders, without the links that stand for former names."""
    return [path for path in world.git_dir.glob("*/*.git") if not path.is_symlink()]


def test_every_repository_is_sound_and_serves_partial_clones(world: World, tmp_path: Path) -> None:
    found = bare_repositories(world)
    assert len(found) == world.counts["git_histories"] >= 20
    for path in found:
        git(path, "fsck", "--strict", "--no-dangling")
        assert git(path, "config", "uploadpack.allowFilter").strip() == "true"
    url = found[0].as_uri()
    git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", url, "blobless.git")
    missing = git(tmp_path / "blobless.git", "rev-list", "--objects", "--missing=print", "--all")
    assert any(line.startswith("?") for line in missing.splitlines())


def test_the_truth_names_the_commits_that_git_has(world: World) -> None:
    told: dict[str, set[str]] = {}
    for commit in rows(world, "commits"):
        if commit["is_fetchable"]:
            told.setdefault(commit["repository"], set()).add(commit["sha"])
    found = {
        str(path.relative_to(world.git_dir)).removesuffix(".git"): set(git(path, "log", "--format=%H").split())
        for path in bare_repositories(world)
    }
    assert found == told


def test_histories_hold_merges_old_work_and_what_was_pushed_later(world: World) -> None:
    commits = [commit for commit in rows(world, "commits") if commit["is_fetchable"]]
    begin = datetime(world.begin.year, world.begin.month, world.begin.day, tzinfo=UTC)
    assert sum(commit["is_merge"] for commit in commits) > 20
    assert sum(commit["committed_at"] < begin for commit in commits) > 20
    assert any(commit["authored_at"] < begin <= commit["committed_at"] for commit in commits)
    committed = {(commit["repo_id"], commit["sha"]): commit["committed_at"] for commit in commits}
    delays = [
        (push["created_at"] - committed[push["repo_id"], sha]).total_seconds()
        for push in rows(world, "events")
        for sha in push["listed_shas"] or ()
        if (push["repo_id"], sha) in committed
    ]
    assert max(delays) > 86400


def test_a_commit_is_pushed_several_times_and_some_are_known_from_pushes_only(world: World) -> None:
    listed = Counter((push["repo_id"], sha) for push in rows(world, "events") for sha in set(push["listed_shas"] or ()))
    kept = {(commit["repo_id"], commit["sha"]) for commit in rows(world, "commits") if commit["is_fetchable"]}
    assert max(listed.values()) > 1
    assert len(listed.keys() - kept) > 20
    assert len(kept - listed.keys()) > 20


def test_some_authors_can_be_matched_with_no_account(world: World) -> None:
    commits = [commit for commit in rows(world, "commits") if commit["is_fetchable"]]
    shown = set()
    for push in rows(world, "events"):
        if push["type"] == "PushEvent" and push["file_hour"] is not None:
            shown |= {(push["repo_id"], sha) for sha in [push["push_head"], *(push["listed_shas"] or ())]}
    by_email: dict[str, list[bool]] = {}
    for commit in commits:
        by_email.setdefault(commit["author_email"], []).append((commit["repo_id"], commit["sha"]) in shown)
    unmatched = {email for email, seen in by_email.items() if not any(seen) and "users.noreply" not in email}
    assert {"sam@stranger.example", "release-train@ci.example"} <= unmatched
    noreply = sum(len(seen) for email, seen in by_email.items() if "+" in email and "users.noreply" in email)
    assert noreply > len(commits) / 2


def test_a_renamed_repository_is_found_under_both_names_and_one_history_is_missing(
    world: World, notes: dict[str, str]
) -> None:
    before, after = notes["renamed repository"].split(" -> ")
    heads = {git(world.git_dir / f"{name}.git", "rev-parse", "main") for name in (before, after, after.lower())}
    assert len(heads) == 1
    assert not (world.git_dir / f"{notes['history missing']}.git").exists()
    listed = {member["value"] for member in rows(world, "memberships")}
    assert {before.lower(), notes["history missing"].lower()} <= listed


def test_the_directory_has_four_versions_within_the_world_and_a_commit_that_is_none(world: World) -> None:
    path = world.oss_directory
    assert len(git(path, "log", "--format=%H").split()) == 5
    times = [int(line) for line in git(path, "log", "--format=%ct", "--", "data").split()]
    assert len(times) == 4
    begin = int(datetime(world.begin.year, world.begin.month, world.begin.day, tzinfo=UTC).timestamp())
    assert begin < min(times) < max(times) < begin + SMALL.days * 86400
    assert git(path, "status", "--porcelain") == ""


def test_the_directory_holds_the_dirt_of_the_real_one(world: World, notes: dict[str, str]) -> None:
    projects, collections = documents(world, "projects"), documents(world, "collections")
    assert projects["0x3327"]["name"] == "0x3327"
    assert any(not document["display_name"].isascii() for document in projects.values())
    urls = [entry["url"] for document in projects.values() for entry in document.get("github", ())]
    for sign in ("http://", "www.", ".git"):
        assert any(sign in url for url in urls), sign
    assert any(url.endswith("/") for url in urls)
    addresses = [entry["address"] for document in projects.values() for entry in document.get("blockchain", ())]
    assert notes["address of 39 digits"] in addresses
    assert f" {notes['address with blanks']} " in addresses
    assert any(address != address.lower() for address in addresses)
    networks = [entry["networks"] for document in projects.values() for entry in document.get("blockchain", ())]
    assert ["any_evm"] in networks
    assert not projects[notes["project without artifacts"]].keys() & {"github", "npm", "crates", "blockchain"}
    slug, collection = notes["listed twice in a collection"].split(" in ")
    assert collections[collection]["projects"].count(slug) == 2
    assert len(collections) >= 6
    both = Counter(slug for document in collections.values() for slug in set(document["projects"]))
    assert max(both.values()) >= 2


def documents(world: World, kind: str) -> dict[str, dict]:
    """The YAML files of the last version by slug."""
    found = (world.oss_directory / "data" / kind).rglob("*.yaml")
    return {path.stem: yaml.safe_load(path.read_text()) for path in found}


def test_memberships_change_between_versions(world: World, notes: dict[str, str]) -> None:
    by_version: dict[datetime, set[tuple[str, str]]] = {}
    for member in rows(world, "memberships"):
        by_version.setdefault(member["version_at"], set()).add((member["project_slug"], member["value"]))
    versions = [by_version[at] for at in sorted(by_version)]
    moved = [
        {project for project, value in version if value == notes["moved between projects"].lower()}
        for version in versions
    ]
    assert moved[0] == moved[1] != moved[2] == moved[3]
    assert all(len(projects) == 1 for projects in moved)
    shared = {project for project, value in versions[-1] if value == notes["repository of three projects"].lower()}
    assert len(shared) == 3
    left = notes["left the directory"].lower()
    assert [left in {value for _, value in version} for version in versions] == [True, True, False, False]


@pytest.fixture(scope="module", params=["optimism", "base"])
def recording(request: pytest.FixtureRequest, world: World) -> tuple[dict, list[dict]]:
    """Index and lines of one chain."""
    folder = world.evm_dir / request.param
    lines = []
    for path in sorted((folder / "blocks").iterdir(), key=lambda path: int(path.name.split(".")[0])):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            lines.append(json.loads(line))
            assert lines[-1]["number"] // 1000 == int(path.name.split(".")[0])
    return json.loads((folder / "index.json").read_text()), lines


def test_blocks_are_linked_and_cover_the_world_and_a_day_after_it(
    world: World, recording: tuple[dict, list[dict]]
) -> None:
    index, lines = recording
    blocks = [line["block"] for line in lines]
    times = [int(block["timestamp"], 16) for block in blocks]
    assert index["blocks"] == [[line["number"], at] for line, at in zip(lines, times, strict=True)]
    assert [line["number"] for line in lines] == list(range(index["latest"] + 1))
    assert all(after["parentHash"] == before["hash"] for before, after in pairwise(blocks))
    assert times == sorted(times)
    assert len(set(times)) < len(times)
    end = int(datetime(world.end.year, world.end.month, world.end.day, tzinfo=UTC).timestamp())
    assert {at // 86400 for at in times} >= set(range(end // 86400 - SMALL.days, end // 86400 + 1))
    assert end < times[index["finalized"]] < times[index["latest"]]
    assert blocks[0]["transactions"] == []


def test_transactions_hold_what_chains_are_known_for(recording: tuple[dict, list[dict]]) -> None:
    _, lines = recording
    transactions = [transaction for line in lines for transaction in line["block"]["transactions"]]
    receipts = [receipt for line in lines for receipt in line["receipts"]]
    assert [each["hash"] for each in transactions] == [each["transactionHash"] for each in receipts]
    assert {each["type"] for each in transactions} == {"0x0", "0x2", "0x7e"}
    assert max(int(each["value"], 16) for each in transactions) > 2**64
    assert {each["status"] for each in receipts} == {"0x0", "0x1"}
    for transaction, receipt in zip(transactions, receipts, strict=True):
        assert (transaction["to"] is None) is (receipt["contractAddress"] is not None)
        assert ("l1Fee" in receipt) is (transaction["type"] != "0x7e")
        assert not (receipt["logs"] and receipt["status"] == "0x0")
    topics = {len(log["topics"]) for receipt in receipts for log in receipt["logs"]}
    assert topics == {1, 3, 4}
    for line in lines:
        indexes = [int(log["logIndex"], 16) for receipt in line["receipts"] for log in receipt["logs"]]
        assert indexes == list(range(len(indexes)))


def test_the_truth_of_events_is_what_the_files_hold(world: World) -> None:
    told = {
        (event["file_hour"], event["line_number"]): (
            event["type"],
            event["event_id"],
            event["actor_id"],
            event["repo_id"],
        )
        for event in rows(world, "events")
        if event["file_hour"] is not None
    }
    found = {}
    for path in world.archive_dir.iterdir():
        day, _, hour = path.name.removesuffix(".json.gz").rpartition("-")
        file_hour = datetime.fromisoformat(day).replace(tzinfo=UTC, hour=int(hour))
        for number, line in enumerate(gzip.decompress(path.read_bytes()).splitlines()):
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue
            if event["public"]:
                identity = (event["type"], event["id"], event["actor"]["id"], event["repo"]["id"])
                found[file_hour, number] = identity
    assert found == told


def test_what_a_gap_swallowed_is_told_as_lost(world: World) -> None:
    lost = [event for event in rows(world, "events") if event["delivery"] == "lost"]
    assert len(lost) > 5
    assert {event["file_hour"] for event in lost} == {None}
