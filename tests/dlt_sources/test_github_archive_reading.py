"""Reading hour files: whole or not, which columns, and what goes to quarantine why."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from archive_lines import (
    OTHER_SHA,
    SHA,
    event,
    hour,
    issue_comment,
    new_merge,
    new_push,
    old_merge,
    old_push,
    other_kinds,
    star,
    write_hour,
)

from dlt_sources.github_archive import spool as spooling
from dlt_sources.github_archive.reader import HourContent, UnsupportedEraError, parse, parse_file
from dlt_sources.github_archive.spool import CorruptError, Spool, TruncatedError
from oso_lake.settings import Settings

HOUR = hour(19, 5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def read(settings: Settings, folder: Path, lines: list[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events and quarantine of one hour that holds `lines`."""
    spool = Spool(folder / "lines.jsonl")
    spool.add(HOUR, write_hour(folder / "archive", HOUR, lines))
    with parse(spool, settings, folder) as parsed:
        events = [row for table in parsed.events([HOUR]) for row in table.to_pylist()]
        quarantine = [row for table in parsed.quarantine([HOUR]) for row in table.to_pylist()]
    return events, quarantine


def test_pushes_of_both_eras_are_typed(settings: Settings, tmp_path: Path) -> None:
    (old, new), _ = read(settings, tmp_path, [old_push(1), new_push(2)])
    assert (old["push_id"], old["push_size"], old["push_head"], old["push_before"]) == (99, 30, OTHER_SHA, SHA)
    assert old["commits"] == [
        {"sha": SHA, "author_email": "0a1b@example.org", "author_name": "Ada", "is_distinct": True},
        {"sha": OTHER_SHA, "author_email": "0a1b@example.org", "author_name": "", "is_distinct": False},
    ]
    assert (old["org_id"], old["org_login"]) == (5, "Acme")
    assert (new["push_id"], new["push_size"], new["commits"], new["push_head"]) == (100, None, None, OTHER_SHA)


def test_merges_of_both_eras_are_typed(settings: Settings, tmp_path: Path) -> None:
    (old, new), _ = read(settings, tmp_path, [old_merge(1), new_merge(2)])
    assert (old["action"], old["is_merged"], old["number"], old["pull_request_user_login"]) == (
        "closed",
        True,
        12,
        "ada",
    )
    assert old["merged_at"].isoformat() == "2025-08-19T04:59:58+00:00"
    assert (new["action"], new["is_merged"], new["number"], new["pull_request_id"]) == ("merged", None, 13, 78)
    assert new["pull_request_user_id"] is None


def test_comments_tell_issues_from_pull_requests(settings: Settings, tmp_path: Path) -> None:
    lines = [issue_comment(1), issue_comment(2, on_pull_request=True), star(3)]
    events, _ = read(settings, tmp_path, lines)
    assert [row["is_pull_request_issue"] for row in events] == [False, True, None]
    assert (events[0]["issue_id"], events[0]["comment_id"], events[0]["issue_user_id"]) == (31, 500, 9)


def test_other_types_are_kept_with_what_they_have(settings: Settings, tmp_path: Path) -> None:
    events, quarantine = read(settings, tmp_path, other_kinds())
    by_type = {row["type"]: row for row in events}
    assert quarantine == []
    assert len(by_type) == 8
    assert (by_type["ForkEvent"]["forkee_id"], by_type["ForkEvent"]["forkee_name"]) == (43, "ada/Widget")
    assert (by_type["ReleaseEvent"]["release_id"], by_type["ReleaseEvent"]["release_tag"]) == (61, "v1")
    assert (by_type["PullRequestReviewEvent"]["review_id"], by_type["PullRequestReviewEvent"]["review_state"]) == (
        71,
        "approved",
    )
    assert (by_type["CreateEvent"]["ref"], by_type["CreateEvent"]["ref_type"]) == (None, "repository")


def test_the_bots_login_is_kept_as_the_key(settings: Settings, tmp_path: Path) -> None:
    (row,), _ = read(settings, tmp_path, [star()])
    assert (row["actor_id"], row["actor_login"]) == (7, "renovate[bot]")


def test_duplicate_ids_are_kept_with_their_lines(settings: Settings, tmp_path: Path) -> None:
    events, _ = read(settings, tmp_path, [star(1), star(2), star(1)])
    assert [(row["line_number"], row["id"]) for row in events] == [
        (1, "10000000001"),
        (2, "10000000002"),
        (3, "10000000001"),
    ]


FAULTS = [
    ("{broken", "not JSON"),
    ("[1, 2]", "not an object"),
    ("{}", "no field of an event"),
    (star(5, id=None), "no id"),
    (star(5, type=None), "no type"),
    (star(5, repo={}), "no repo.id"),
    (star(5, public=False, repo={}), "not public"),
    (star(5, actor=None), "no actor.id"),
    (star(5, actor={"id": 5}), "no actor.login"),
    (star(5, created_at=None), "no created_at"),
    (star(5, created_at="2012/03/11 12:00:00 -0700 (PDT)"), "created_at is not a time"),
    (event("PushEvent", {"head": SHA}), "PushEvent without push_id"),
    (event("PullRequestEvent", {"action": "opened", "number": 1}), "PullRequestEvent without pull_request_id"),
    (event("IssuesEvent", {"issue": {"id": 1, "number": 2}}), "IssuesEvent without action"),
    (event("ForkEvent", {"forkee": {}}), "ForkEvent without forkee_id"),
    (b'{"id": "1", "type": "Watch\xff"}', "not JSON"),
]


@pytest.mark.parametrize(("line", "reason"), FAULTS, ids=[reason for _, reason in FAULTS])
def test_a_line_that_breaks_the_contract_goes_to_quarantine(
    settings: Settings, tmp_path: Path, line: Any, reason: str
) -> None:
    events, quarantine = read(settings, tmp_path, [star(1), line, star(3)])
    assert [row["line_number"] for row in events] == [1, 3]
    (row,) = quarantine
    assert row["line_number"] == 2
    assert row["reason"].startswith(reason)
    assert row["file_hour"] == HOUR
    if isinstance(line, dict):
        assert json.loads(row["line"]) == line


@pytest.mark.parametrize("unfinished", ['{"id": "5", "created_at":', '{"id": "5", "repo": {"id": 1,', '{"id": "5'])
def test_a_sound_line_behind_an_unfinished_one_is_read(settings: Settings, tmp_path: Path, unfinished: str) -> None:
    events, quarantine = read(settings, tmp_path, [star(1), unfinished, star(2), unfinished, unfinished, star(3)])
    assert [row["line_number"] for row in events] == [1, 3, 6]
    assert [row["line"] for row in quarantine] == [unfinished] * 3
    assert all(row["reason"].startswith("not JSON") for row in quarantine)


def test_blank_lines_and_carriage_returns_are_no_lines(settings: Settings, tmp_path: Path) -> None:
    text = json.dumps(star(1)) + "\r\n\r\n  \n" + json.dumps(star(2)) + "\n\n"
    events, quarantine = read(settings, tmp_path, [text])
    assert [row["line_number"] for row in events] == [1, 2]
    assert quarantine == []


def test_a_last_line_without_newline_is_read(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress((json.dumps(star(1)) + "\n" + json.dumps(star(2))).encode()))
    assert Spool(tmp_path / "lines.jsonl").add(HOUR, path) == 2


def test_lines_longer_than_a_chunk_and_than_duckdbs_default_are_read(settings: Settings, tmp_path: Path) -> None:
    long = star(2, comment="x" * 20_000_000)
    events, quarantine = read(settings, tmp_path, [star(1), long, star(3, comment="y" * 245_761), star(4)])
    assert [row["line_number"] for row in events] == [1, 2, 3, 4]
    assert quarantine == []


def test_a_quarantined_line_is_cut(settings: Settings, tmp_path: Path) -> None:
    _, (row,) = read(settings, tmp_path, [star(1), star(2), star(3, id=None, comment="x" * 9_000)])
    assert len(row["line"]) == 4_000


def test_a_line_beyond_all_measure_makes_the_file_corrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "MAX_LINE_BYTES", 100_000)
    path = write_hour(tmp_path, HOUR, [star(1, comment="x" * 9_000_000)])
    with pytest.raises(CorruptError, match="a line is longer than 100,000 bytes"):
        Spool(tmp_path / "lines.jsonl").add(HOUR, path)


def test_hours_of_one_spool_keep_their_own_line_numbers(settings: Settings, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "lines.jsonl")
    for number, count in ((0, 3), (1, 0), (2, 2)):
        spool.add(hour(19, number), write_hour(tmp_path, hour(19, number), [star(n) for n in range(count)]))
    with parse(spool, settings, tmp_path) as parsed:
        rows = [row for table in parsed.events([hour(19, 0), hour(19, 2)]) for row in table.to_pylist()]
        only_last = [row for table in parsed.events([hour(19, 2)]) for row in table.to_pylist()]
    assert [(row["file_hour"], row["line_number"]) for row in rows] == [
        (hour(19, 0), 1),
        (hour(19, 0), 2),
        (hour(19, 0), 3),
        (hour(19, 2), 1),
        (hour(19, 2), 2),
    ]
    assert [row["line_number"] for row in only_last] == [1, 2]


def test_quarantine_finds_the_lines_of_each_hour(settings: Settings, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "lines.jsonl")
    for number in range(3):
        lines = [star(1), star(2), f"broken {number}", star(3)]
        spool.add(hour(19, number), write_hour(tmp_path, hour(19, number), lines))
    with parse(spool, settings, tmp_path) as parsed:
        rows = [row for table in parsed.quarantine([hour(19, 0), hour(19, 2)]) for row in table.to_pylist()]
    assert [(row["file_hour"], row["line_number"], row["line"]) for row in rows] == [
        (hour(19, 0), 3, "broken 0"),
        (hour(19, 2), 3, "broken 2"),
    ]


@pytest.mark.parametrize("kept", [0, 1, 9, 10, 50, -9, -8, -4, -1])
def test_every_cut_of_a_gzip_is_truncated(tmp_path: Path, kept: int) -> None:
    path = write_hour(tmp_path, HOUR, [star(number) for number in range(50)])
    path.write_bytes(path.read_bytes()[:kept])
    spool = Spool(tmp_path / "lines.jsonl")
    with pytest.raises(TruncatedError, match="ends before its gzip trailer"):
        spool.add(HOUR, path)
    assert spool.path.read_bytes() == b""


def test_a_flipped_bit_is_corrupt(tmp_path: Path) -> None:
    path = write_hour(tmp_path, HOUR, [star(number) for number in range(50)])
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptError, match="is not whole"):
        Spool(tmp_path / "lines.jsonl").add(HOUR, path)


def test_a_file_that_is_not_gzip_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(b"<html>503 Service Unavailable</html>")
    with pytest.raises(CorruptError, match="is not whole"):
        Spool(tmp_path / "lines.jsonl").add(HOUR, path)


def test_a_failed_hour_leaves_the_spool_as_it_was(settings: Settings, tmp_path: Path) -> None:
    good = write_hour(tmp_path, hour(19, 0), [star(1)])
    bad = write_hour(tmp_path, hour(19, 1), [star(number) for number in range(500)])
    bad.write_bytes(bad.read_bytes()[:-4])
    spool = Spool(tmp_path / "lines.jsonl")
    spool.add(hour(19, 0), good)
    with pytest.raises(TruncatedError):
        spool.add(hour(19, 1), bad)
    spool.add(hour(19, 2), good)
    with parse(spool, settings, tmp_path) as parsed:
        assert parsed.hours == {hour(19, 0): HourContent(1), hour(19, 2): HourContent(1)}


def test_gzip_members_and_zero_padding_are_one_file(tmp_path: Path) -> None:
    member = gzip.compress((json.dumps(star(1)) + "\n").encode())
    path = tmp_path / "x.json.gz"
    path.write_bytes(member + member + b"\0" * 512)
    assert Spool(tmp_path / "lines.jsonl").add(HOUR, path) == 2


def test_the_empty_gzip_of_20_bytes_is_whole_and_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress(b"", mtime=0))
    assert path.stat().st_size == 20
    assert Spool(tmp_path / "lines.jsonl").add(HOUR, path) == 0


def test_the_shape_of_2012_is_refused_by_content(settings: Settings, tmp_path: Path) -> None:
    line = {
        "actor": "ada",
        "actor_attributes": {"login": "ada"},
        "created_at": "2012-06-14T15:01:02-07:00",
        "payload": {"shas": [["a", "e", "m", "n"]], "size": 1, "ref": "refs/heads/master", "head": "a"},
        "public": True,
        "repository": {"name": "widget", "owner": "acme", "url": "https://github.com/acme/widget"},
        "type": "PushEvent",
        "url": "u",
    }
    with pytest.raises(UnsupportedEraError, match=r"2025-08-19T05 holds events in GitHub Archive's shape before 2015"):
        read(settings, tmp_path, [line, line])


@pytest.mark.parametrize(
    ("lines", "faulty", "broken"),
    [(1000, 51, True), (1000, 50, False), (100, 10, False), (100, 11, True), (3, 2, True)],
)
def test_an_hour_is_broken_when_much_of_it_is(lines: int, faulty: int, broken: bool) -> None:
    assert HourContent(lines, {"no actor.id": faulty}).is_broken is broken


def read_packed(settings: Settings, folder: Path, path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events and quarantine of a file that is parsed straight from gzip."""
    folder.mkdir(exist_ok=True)
    with parse_file(HOUR, path, settings, folder) as parsed:
        events = [row for table in parsed.events([HOUR]) for row in table.to_pylist()]
        quarantine = [row for table in parsed.quarantine([HOUR]) for row in table.to_pylist()]
    assert list(folder.iterdir()) == []
    return events, quarantine


PACKED: dict[str, list[Any]] = {
    "sound lines of all kinds": [old_push(1), new_push(2), old_merge(3), new_merge(4), *other_kinds(), star(5)],
    "faulty lines": [star(1), star(2, repo={}), star(3), star(4, id=None)],
    "broken lines": [star(1), '{"id":"1","type":"Watch', star(3), "[1]"],
    "blank lines": [star(1), "", star(2), "  ", star(3)],
    "a very long line": [star(1), star(2, comment="x" * 20_000_000), star(3)],
    "no line": [],
}


@pytest.mark.parametrize("lines", PACKED.values(), ids=PACKED)
def test_a_large_file_is_read_like_a_small_one(settings: Settings, tmp_path: Path, lines: list[Any]) -> None:
    (tmp_path / "small").mkdir()
    expected = read(settings, tmp_path / "small", lines)
    path = write_hour(tmp_path / "archive", HOUR, lines)
    assert read_packed(settings, tmp_path / "packed", path) == expected


@pytest.mark.parametrize("kept", [10, 50, -9, -8, -1])
def test_a_large_file_that_is_cut_is_truncated(settings: Settings, tmp_path: Path, kept: int) -> None:
    path = write_hour(tmp_path, HOUR, [star(number) for number in range(50)])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(TruncatedError, match="ends before its gzip trailer"):
        read_packed(settings, tmp_path / "packed", path)


def test_a_large_file_with_a_flipped_bit_is_corrupt(settings: Settings, tmp_path: Path) -> None:
    path = write_hour(tmp_path, HOUR, [star(number) for number in range(50)])
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptError, match="is not whole"):
        read_packed(settings, tmp_path / "packed", path)
