"""Lines and files in GitHub Archive's wire format, both payload eras, for tests of landing."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SHA = "c0ffee" + "0" * 34
OTHER_SHA = "deadbeef" + "0" * 32


def event(
    kind: str, payload: dict[str, Any], *, number: int = 1, at: str = "2025-08-19T05:00:00Z", **envelope: Any
) -> dict[str, Any]:
    """One event; `envelope` replaces or (with None) removes parts of the envelope."""
    line: dict[str, Any] = {
        "id": str(10_000_000_000 + number),
        "type": kind,
        "actor": {"id": 7, "login": "renovate[bot]", "display_login": "renovate"},
        "repo": {"id": 42, "name": "Acme/Widget", "url": "https://api.github.com/repos/Acme/Widget"},
        "payload": payload,
        "public": True,
        "created_at": at,
    }
    line.update(envelope)
    return {name: value for name, value in line.items() if value is not None}


def star(number: int = 1, **envelope: Any) -> dict[str, Any]:
    """The simplest event."""
    return event("WatchEvent", {"action": "started"}, number=number, **envelope)


def old_push(number: int = 1) -> dict[str, Any]:
    """A push as it was before 2025-10-07, with its commits; it has 30 of which two are listed."""
    author = {"email": "0a1b@example.org", "name": "Ada"}
    commits = [
        {"sha": SHA, "author": author, "message": "m", "distinct": True, "url": "u"},
        {"sha": OTHER_SHA, "author": {**author, "name": ""}, "message": "", "distinct": False, "url": "u"},
    ]
    payload = {
        "push_id": 99, "size": 30, "distinct_size": 31, "ref": "refs/heads/main",
        "head": OTHER_SHA, "before": SHA, "commits": commits,
    }  # fmt: skip
    return event("PushEvent", payload, number=number, org={"id": 5, "login": "Acme"})


def new_push(number: int = 1) -> dict[str, Any]:
    """A push since 2025-10-07."""
    payload = {"repository_id": 42, "push_id": 100, "ref": "refs/heads/main", "head": OTHER_SHA, "before": SHA}
    return event("PushEvent", payload, number=number, at="2026-06-01T15:00:00Z")


def old_merge(number: int = 1) -> dict[str, Any]:
    """A merged pull request before 2025-10-07: closed, and merged is true."""
    pull = {
        "id": 77, "number": 12, "merged": True,
        "merged_at": "2025-08-19T04:59:58Z", "created_at": "2025-08-01T00:00:00Z",
        "user": {"id": 8, "login": "ada"}, "head": {"repo": None}, "mergeable": None, "body": None,
    }  # fmt: skip
    return event("PullRequestEvent", {"action": "closed", "number": 12, "pull_request": pull}, number=number)


def new_merge(number: int = 1) -> dict[str, Any]:
    """A merged pull request since 2025-10-07: an action of its own, and only ids."""
    pull = {"id": 78, "number": 13, "url": "u", "base": {"ref": "main"}, "head": {"ref": "topic"}}
    return event("PullRequestEvent", {"action": "merged", "number": 13, "pull_request": pull}, number=number)


def issue_comment(number: int = 1, *, on_pull_request: bool = False) -> dict[str, Any]:
    """A comment on an issue, or on the issue behind a pull request."""
    issue = {"id": 31, "number": 12, "created_at": "2025-08-02T00:00:00Z", "user": {"id": 9}, "body": None}
    if on_pull_request:
        issue["pull_request"] = {"url": "u"}
    payload = {"action": "created", "issue": issue, "comment": {"id": 500, "body": "x"}}
    return event("IssueCommentEvent", payload, number=number)


def other_kinds() -> list[dict[str, Any]]:
    """One event of each further type, with what makes it odd."""
    return [
        event("ForkEvent", {"forkee": {"id": 43, "full_name": "ada/Widget"}}, number=101),
        event("ReleaseEvent", {"action": "published", "release": {"id": 61, "tag_name": "v1"}}, number=102),
        event(
            "PullRequestReviewEvent",
            {"action": "created", "pull_request": {"id": 77, "number": 12}, "review": {"id": 71, "state": "approved"}},
            number=103,
        ),
        event(
            "PullRequestReviewCommentEvent",
            {"action": "created", "pull_request": {"id": 77, "number": 12}, "comment": {"id": 501}},
            number=104,
        ),
        event("CreateEvent", {"ref": None, "ref_type": "repository", "master_branch": "main"}, number=105),
        event("DeleteEvent", {"ref": "topic", "ref_type": "branch"}, number=106),
        event("GollumEvent", {"pages": [{"page_name": "Home"}]}, number=107),
        event("PublicEvent", {}, number=108),
    ]


def hour_path(directory: Path, hour: datetime) -> Path:
    """Where the file of an hour lies; the hour is not zero-padded."""
    return directory / f"{hour:%Y-%m-%d}-{hour.hour}.json.gz"


def write_hour(directory: Path, hour: datetime, lines: Sequence[dict[str, Any] | str | bytes]) -> Path:
    """Write an hour's file; lines given as text or bytes go in as they are."""
    directory.mkdir(parents=True, exist_ok=True)
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    path = hour_path(directory, hour)
    path.write_bytes(gzip.compress(b"".join(line + b"\n" for line in raw), 1, mtime=0))
    return path


def hour(day: int, number: int = 0) -> datetime:
    """An hour of August 2025."""
    return datetime(2025, 8, day, tzinfo=UTC) + timedelta(hours=number)
