"""How old issues are, how many are open, and how long answers, merges and closings take."""

from collections.abc import Iterator, Sequence
from statistics import fmean, median

from oracle_given import Amounts, Given
from oracle_tickets import Known, TicketEvent, second_of
from oracle_windows import Asked

HOUR = 3600
DAY = 24 * HOUR


def known_at_end(given: Given, asked: Asked, *, pull_requests: bool) -> Iterator[Known]:
    """Issues or pull requests as they were known at the end of the window."""
    for ticket in given.tickets:
        known = ticket.as_of(asked.end)
        if known is not None and ticket.is_pull_request is pull_requests:
            yield known


def issue_ages(given: Given, asked: Asked) -> Amounts:
    """Days since the issues that are open at the end of the window were opened."""
    end = second_of(asked.end)
    ages = [
        (end - known.opened_at) / DAY
        for known in known_at_end(given, asked, pull_requests=False)
        if known.is_open and known.opened_at is not None and known.opened_at < end
    ]
    if not ages:
        return {}
    found = {"avg": fmean(ages), "min": min(ages), "max": max(ages), "median": median(ages)}
    return {(f"issue_age_{kind}", ""): age for kind, age in found.items()}


def open_issues(given: Given, asked: Asked) -> Amounts:
    """Issues open at the end of the window."""
    return _number("open_issues", sum(known.is_open for known in known_at_end(given, asked, pull_requests=False)))


def open_pull_requests(given: Given, asked: Asked) -> Amounts:
    """Pull requests open at the end of the window."""
    found = sum(known.is_open for known in known_at_end(given, asked, pull_requests=True))
    return _number("open_pull_requests", found)


def times_to_first_response(given: Given, asked: Asked) -> Amounts:
    """Hours until somebody else answers, of those answered first in the window; bots neither ask nor answer."""
    hours = []
    for pull_requests in (False, True):
        for known in known_at_end(given, asked, pull_requests=pull_requests):
            if known.opened_at is None or known.opened_by in given.bots:
                continue
            answer = known.first_answer(given.bots)
            if answer is not None and _is_within(answer, asked):
                hours.append((answer.at - known.opened_at) / HOUR)
    return _average_and_median("time_to_first_response", hours)


def times_to_merge(given: Given, asked: Asked) -> Amounts:
    """Hours from opening to merging, of pull requests merged first in the window."""
    hours = [
        (merge.at - known.opened_at) / HOUR
        for known, merge in _merged_within(given, asked)
        if known.opened_at is not None
    ]
    return _average_and_median("time_to_merge", hours)


def time_to_close(given: Given, asked: Asked) -> Amounts:
    """Hours from opening to closing, of issues closed for the first time in the window."""
    hours = []
    for known in known_at_end(given, asked, pull_requests=False):
        closing = known.first("ISSUE_CLOSED")
        if closing is not None and _is_within(closing, asked) and known.opened_at is not None:
            hours.append((closing.at - known.opened_at) / HOUR)
    return {("avg_time_to_close", ""): fmean(hours)} if hours else {}


def self_merge_rates(given: Given, asked: Asked) -> Amounts:
    """Share of the pull requests merged in the window that their opener merged before anybody else said a word."""
    own = [
        merge.actor == known.opened_by and not known.is_answered_by_another(merge.at)
        for known, merge in _merged_within(given, asked)
        if known.opened_by is not None
    ]
    return {("self_merge_rates", ""): sum(own) / len(own)} if own else {}


def _merged_within(given: Given, asked: Asked) -> Iterator[tuple[Known, TicketEvent]]:
    for known in known_at_end(given, asked, pull_requests=True):
        merge = known.first("PULL_REQUEST_MERGED")
        if merge is not None and _is_within(merge, asked):
            yield known, merge


def _is_within(event: TicketEvent, asked: Asked) -> bool:
    return second_of(asked.start) <= event.at < second_of(asked.end)


def _average_and_median(name: str, values: Sequence[float]) -> Amounts:
    return {(f"avg_{name}", ""): fmean(values), (f"median_{name}", ""): median(values)} if values else {}


def _number(metric: str, found: int) -> Amounts:
    return {(metric, ""): float(found)} if found else {}
