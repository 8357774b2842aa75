"""How a project's activity is spread: over days, over people, and over kinds of work."""

from oracle_given import Amounts, Given, days_of
from oracle_lifecycle import CONTRIBUTIONS
from oracle_windows import Asked

_VELOCITY = frozenset({"ISSUE_CLOSED", "COMMIT_CODE", "PULL_REQUEST_REVIEW_COMMENT"})


def bot_activity(given: Given, asked: Asked) -> Amounts:
    """Whatever bots did."""
    amounts = [fact.amount for fact in given.within(asked.start, asked.end) if fact.from_id in given.bots]
    return {("bot_activity", ""): sum(amounts)} if amounts else {}


def burstiness(given: Given, asked: Asked) -> Amounts:
    """Variance over mean of the events a day, over the days of the window since the first event ever."""
    if given.first_day is None or given.first_day >= asked.end:
        return {}
    days = list(days_of(max(asked.start, given.first_day), asked.end))
    numbers = [sum(fact.amount for fact in given.by_day.get(day, ())) for day in days]
    mean = sum(numbers) / len(numbers)
    if mean == 0:
        return {}
    variance = max(0.0, sum(number**2 for number in numbers) / len(numbers) - mean**2)
    return {("burstiness", ""): variance / mean}


def contributor_absence_factor(given: Given, asked: Asked) -> Amounts:
    """How many of the busiest contributors make half of all contributions."""
    shares: dict[str, float] = {}
    for fact in given.within(asked.start, asked.end):
        if fact.kind in CONTRIBUTIONS and fact.from_id not in given.bots:
            shares[fact.from_id] = shares.get(fact.from_id, 0.0) + fact.amount
    if not shares:
        return {}
    left, number = sum(shares.values()) / 2, 0
    for share in sorted(shares.values(), reverse=True):
        if left <= 0:
            break
        left, number = left - share, number + 1
    return {("contributor_absence_factor", ""): float(number)}


def project_velocity(given: Given, asked: Asked) -> Amounts:
    """Issues closed, commits and remarks in reviews by anybody, and twice the people who contribute."""
    facts = [fact for fact in given.within(asked.start, asked.end) if fact.kind in _VELOCITY | CONTRIBUTIONS]
    if not facts:
        return {}
    work = sum(fact.amount for fact in facts if fact.kind in _VELOCITY)
    return {("project_velocity", ""): work + 2 * len(given.people(asked.start, asked.end, CONTRIBUTIONS))}
