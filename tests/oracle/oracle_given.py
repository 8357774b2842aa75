"""What is known of one entity from one source: its facts by day, its issues and pull requests, and who is a bot."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from oracle_facts import Fact
from oracle_tickets import Ticket, TicketEvent, group_tickets

Kinds = frozenset[str]
# metric and, for an intermediate one, the person or address: the amount
Amounts = dict[tuple[str, str], float]


class Given:
    """Filled fact by fact, then asked for windows; `begin` is the world's first day."""

    def __init__(self, bots: set[str], begin: date) -> None:
        self.bots = bots
        self.begin = begin
        self.by_day: dict[date, list[Fact]] = {}
        self.ticket_events: list[TicketEvent] = []
        self._people: dict[Kinds, list[tuple[date, frozenset[str]]]] = {}
        self._first: dict[Kinds, dict[str, date]] = {}

    @cached_property
    def tickets(self) -> list[Ticket]:
        """Its issues and pull requests."""
        return group_tickets(self.ticket_events)

    @cached_property
    def days(self) -> list[date]:
        """The days on which anything happened, ascending; ask for them when all facts are in."""
        return sorted(self.by_day)

    @property
    def first_day(self) -> date | None:
        """The day of its first fact."""
        return self.days[0] if self.days else None

    def within(self, start: date, end: date) -> Iterator[Fact]:
        """Facts of the days `[start, end)`."""
        for day in self.days[bisect_left(self.days, start) : bisect_left(self.days, end)]:
            yield from self.by_day[day]

    def people_by_day(self, start: date, end: date, kinds: Kinds) -> list[tuple[date, frozenset[str]]]:
        """Who, bots excepted, did one of `kinds`, on each day of `[start, end)` on which anybody did."""
        if kinds not in self._people:
            found = ((day, self._people_of(day, kinds)) for day in self.days)
            self._people[kinds] = [(day, people) for day, people in found if people]
        known = self._people[kinds]
        return known[bisect_left(known, start, key=_day) : bisect_left(known, end, key=_day)]

    def people(self, start: date, end: date, kinds: Kinds) -> set[str]:
        """Who, bots excepted, did one of `kinds` then."""
        return set().union(*(people for _, people in self.people_by_day(start, end, kinds)))

    def active_days(self, start: date, end: date, kinds: Kinds) -> Counter[str]:
        """On how many of the days `[start, end)` each person did one of `kinds`."""
        return Counter(person for _, people in self.people_by_day(start, end, kinds) for person in people)

    def first_days(self, kinds: Kinds) -> dict[str, date]:
        """When each person did one of `kinds` for the first time."""
        if kinds not in self._first:
            first: dict[str, date] = {}
            for day, people in self.people_by_day(date.min, date.max, kinds):
                for person in people:
                    first.setdefault(person, day)
            self._first[kinds] = first
        return self._first[kinds]

    def _people_of(self, day: date, kinds: Kinds) -> frozenset[str]:
        return frozenset({fact.from_id for fact in self.by_day[day] if fact.kind in kinds} - self.bots)


def _day(found: tuple[date, frozenset[str]]) -> date:
    return found[0]


def days_of(start: date, end: date) -> Iterator[date]:
    """The days `[start, end)`."""
    for offset in range((end - start).days):
        yield start + timedelta(days=offset)


def count(metric: str, found: set[str]) -> Amounts:
    """A row when there is anybody."""
    return {(metric, ""): float(len(found))} if found else {}
