"""Issues and pull requests as they were known at a time: only what was told before it is known then."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from typing import NamedTuple

ANSWERS = frozenset({"ISSUE_COMMENT", "PULL_REQUEST_REVIEW", "PULL_REQUEST_REVIEW_COMMENT"})
OPENINGS = frozenset({"ISSUE_OPENED", "PULL_REQUEST_OPENED"})
CLOSINGS = frozenset({"ISSUE_CLOSED", "PULL_REQUEST_CLOSED", "PULL_REQUEST_MERGED"})
STATES = OPENINGS | CLOSINGS | {"ISSUE_REOPENED", "PULL_REQUEST_REOPENED"}


class TicketEvent(NamedTuple):
    """A counted event about an issue or pull request; `opened_*` are what its payload tells, or None.

    `at` and `opened_at` are seconds since 1970, `actor` and `opened_by` artifacts of accounts.
    """

    at: int
    kind: str
    actor: str
    repository: str
    number: int
    is_pull_request: bool
    opened_at: int | None = None
    opened_by: str | None = None


class Known:
    """An issue or pull request from a first part of its events, by time."""

    def __init__(self, events: list[TicketEvent]) -> None:
        self.events = events

    @cached_property
    def opened_at(self) -> int | None:
        """The earliest creation that was told, else the time of the opening; None when neither is known."""
        told = [event.opened_at for event in self.events if event.opened_at is not None]
        return min(told or (event.at for event in self.events if event.kind in OPENINGS), default=None)

    @cached_property
    def opened_by(self) -> str | None:
        """Who opened it."""
        told = [event.opened_by for event in self.events if event.opened_by is not None]
        return next(iter(told or [event.actor for event in self.events if event.kind in OPENINGS]), None)

    @cached_property
    def is_open(self) -> bool:
        """Whether its last change of state was not a closing; one that was never told is none."""
        states = [event.kind for event in self.events if event.kind in STATES]
        return not states or states[-1] not in CLOSINGS

    def first(self, *kinds: str) -> TicketEvent | None:
        """The first event of `kinds`."""
        return next((event for event in self.events if event.kind in kinds), None)

    def first_answer(self, bots: set[str]) -> TicketEvent | None:
        """The first comment or review by a person who did not open it."""
        for event in self.events:
            if event.kind in ANSWERS and event.actor != self.opened_by and event.actor not in bots:
                return event
        return None

    def is_answered_by_another(self, before: int) -> bool:
        """Whether any account but the opener's, bots included, commented or reviewed before a second."""
        return any(
            event.kind in ANSWERS and event.actor != self.opened_by and event.at < before for event in self.events
        )


class Ticket:
    """An issue or pull request with all its events."""

    def __init__(self, events: Iterable[TicketEvent]) -> None:
        self.events = sorted(events, key=lambda event: event.at)
        self.is_pull_request = self.events[0].is_pull_request
        self._times = [event.at for event in self.events]
        self._known: dict[int, Known] = {}

    def as_of(self, end: date) -> Known | None:
        """What was known of it when `end` began; None when nothing had told of it."""
        told = bisect_left(self._times, second_of(end))
        if told == 0:
            return None
        if told not in self._known:
            self._known[told] = Known(self.events[:told])
        return self._known[told]


def group_tickets(events: Iterable[TicketEvent]) -> list[Ticket]:
    """One ticket a repository, number and kind of ticket."""
    found: dict[tuple[str, int, bool], list[TicketEvent]] = {}
    for event in events:
        found.setdefault((event.repository, event.number, event.is_pull_request), []).append(event)
    return [Ticket(each) for each in found.values()]


@cache
def second_of(day: date) -> int:
    """The first second of a day, UTC, since 1970."""
    return int(datetime.combine(day, time(), tzinfo=UTC).timestamp())
