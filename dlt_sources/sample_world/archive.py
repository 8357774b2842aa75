"""Writes the hour files of the archive: `YYYY-MM-DD-H.json.gz`, one event a line, not sorted.

Lines that are no events, and files that are missing or empty, are part of it.
"""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from dlt_sources.sample_world.config import HOUR, TAIL_HOURS, WorldConfig, iso
from dlt_sources.sample_world.deliveries import DUPLICATE, LOST, Post
from dlt_sources.sample_world.happenings import Happening, Push
from dlt_sources.sample_world.truth import TruthTable
from dlt_sources.sample_world.wire import envelope, is_new, tells_opening

_IN_PUSH_RANGE = frozenset({"PushEvent", "CreateEvent", "DeleteEvent"})


class Archive:
    """Buffers lines by hour and writes each file once; `events` takes the truth of every line."""

    def __init__(self, folder: Path, config: WorldConfig, post: Post, events: TruthTable) -> None:
        folder.mkdir(parents=True)
        self.folder, self.config, self.post, self.events = folder, config, post, events
        self.rng = config.random("archive")
        self.lines = 0
        self._count = 0
        self._last = ("", 0)
        self._last_hour = config.end_at + TAIL_HOURS * HOUR
        self._next_hour = config.begin_at
        # by hour: (place, line, truth of it or None)
        self._hours: dict[int, list[tuple[float, str, list | None]]] = {}
        self._oddities = _oddities(config)

    def add(self, happening: Happening) -> None:
        """Put an event into the files it arrives in."""
        event_id = self._new_id(happening)
        event = envelope(happening, event_id, happening.payload)
        for delivery in self.post.deliver(happening):
            if not self.config.begin_at <= delivery.hour < self._last_hour:
                continue
            kind = happening.kind
            if delivery.way == DUPLICATE:
                kind = _read_again(happening, event)
            row = _truth(happening, str(event_id), kind)
            if delivery.way == LOST:
                row[6] = LOST
                self.events.add(row)
                continue
            row[4], row[6] = delivery.hour, delivery.way
            self._put(delivery.hour, happening.at, json.dumps(event, separators=(",", ":")), row)

    def write_until(self, hour: int) -> None:
        """Write the files of all hours before `hour`, at most to the end of the archive."""
        while self._next_hour < min(hour, self._last_hour):
            for line in self._oddities.pop(self._next_hour, ()):
                self._put(self._next_hour, self._next_hour + HOUR // 2, line, None)
            self._write(self._next_hour, self._hours.pop(self._next_hour, []))
            self._next_hour += HOUR

    def _put(self, hour: int, at: int, line: str, row: list | None) -> None:
        # lines of real files are roughly in order, not exactly
        place = at + self.rng.random() * 30
        self._hours.setdefault(hour, []).append((place, line, row))

    def _write(self, hour: int, lines: list[tuple[float, str, list | None]]) -> None:
        if hour in self.post.gaps.missing:
            return
        lines.sort(key=lambda line: line[0])
        for number, (_, _, row) in enumerate(lines):
            if row is not None:
                row[5] = number
                self.events.add(row)
        text = "".join(f"{line}\n" for _, line, _ in lines)
        (self.folder / file_name(hour)).write_bytes(gzip.compress(text.encode(), compresslevel=3, mtime=0))
        self.lines += len(lines)

    def _new_id(self, happening: Happening) -> int:
        """Rising until the change; since then two ranges, lower than before and without order."""
        self._count += 1
        if self._count % 997 == 0 and happening.type != self._last[0]:
            # types are numbered apart: two events may share a number, never a type and a number
            return self._last[1]
        self._last = (happening.type, self._fresh_id(happening))
        return self._last[1]

    def _fresh_id(self, happening: Happening) -> int:
        if not is_new(happening.at):
            return 54_000_000_000 + self._count * 53 + self.rng.randrange(53)
        start = 7_900_000_000 if happening.type in _IN_PUSH_RANGE else 5_400_000_000
        return start + (self._count ^ 0x5A) * 17 + self.rng.randrange(17)


def file_name(hour: int) -> str:
    """The name of the file of an hour given by its first second: the hour is not padded."""
    moment = datetime.fromtimestamp(hour, UTC)
    return f"{moment:%Y-%m-%d}-{moment.hour}.json.gz"


def _truth(happening: Happening, event_id: str, kind: str | None) -> list:
    push: Push | None = happening.details.get("push")
    listed = [commit.sha for commit in push.listed] if push and not is_new(happening.at) else None
    return [
        event_id,
        happening.type,
        kind,
        happening.at,
        None,
        None,
        "",
        happening.actor.id,
        happening.actor.login(happening.at),
        happening.actor.is_bot,
        happening.repository.id,
        happening.repository.full_name(happening.at),
        push.head if push else None,
        listed,
        *_truth_of_ticket(happening),
    ]


def _truth_of_ticket(happening: Happening) -> list:
    ticket = happening.ticket
    if ticket is None:
        return [None] * 4
    is_told = tells_opening(happening)
    return [
        ticket.number,
        ticket.is_pull_request,
        ticket.created_at if is_told else None,
        ticket.author.id if is_told else None,
    ]


def _read_again(happening: Happening, event: dict) -> str | None:
    """Change what a second reading of the same event shows differently; returns what it means then."""
    payload = event["payload"]
    if "pull_request" in payload and payload["pull_request"].get("merged"):
        payload["pull_request"] |= {"merged": False, "merged_at": None, "merged_by": None}
        return "PULL_REQUEST_CLOSED"
    for key in ("issue", "comment", "release"):
        if key in payload:
            payload[key]["body"] = "edited later"
    if "forkee" in payload:
        payload["forkee"]["stargazers_count"] = 1
    return happening.kind


def _oddities(config: WorldConfig) -> dict[int, list[str]]:
    """Lines that are not usable, by hour: two cut in half, one that is private and names no repository."""
    private = {
        "id": "53999999001",
        "type": "PushEvent",
        "actor": {"id": 12, "login": "somebody", "display_login": "somebody", "gravatar_id": ""},
        "repo": {},
        "payload": {"push_id": 1, "ref": "refs/heads/main", "head": "0" * 40, "before": "0" * 40},
        "public": False,
        "created_at": iso(config.moment(0.6, 9.5)),
    }
    cut = '{"id":"53999999002","type":"PushEvent","actor":{"id":12,"login":"some'
    return {
        config.moment(0.25, 10): [cut],
        config.moment(0.6, 9): [json.dumps(private, separators=(",", ":"))],
        config.moment(0.9, 17): [cut + 'body","created_at":'],
    }
