"""What each metric means, in sets and dictionaries over the facts of one entity; and the windows it is asked for."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from oracle_facts import Fact

ONE_DAY = timedelta(days=1)
CODE_SUMS = {
    "stars": {"STARRED"},
    "forks": {"FORKED"},
    "commits": {"COMMIT_CODE"},
    "opened_pull_requests": {"PULL_REQUEST_OPENED"},
    "merged_pull_requests": {"PULL_REQUEST_MERGED"},
    "opened_issues": {"ISSUE_OPENED"},
    "closed_issues": {"ISSUE_CLOSED"},
    "releases": {"RELEASE_PUBLISHED"},
    "comments": {"ISSUE_COMMENT", "PULL_REQUEST_REVIEW_COMMENT"},
}
CHAIN_SUMS = {
    "transactions": {"TRANSACTION"},
    "gas_fees": {"GAS_FEE"},
    "contract_invocations": {"CONTRACT_INVOCATION"},
}
SUMS = CODE_SUMS | CHAIN_SUMS
CONTRIBUTIONS = {"COMMIT_CODE", "ISSUE_OPENED", "PULL_REQUEST_OPENED", "PULL_REQUEST_MERGED"}
GRAINS = ("daily", "weekly", "monthly")
ROLLING = (30, 90)
INTERMEDIATE = "developer_active_days"


class Asked(NamedTuple):
    """One window `[start, end)` with the date it is published under; `length` is its nominal number of days."""

    sample_date: date
    start: date
    end: date
    length: int


class Given(NamedTuple):
    """The facts of one entity and source, by day, and who is a bot."""

    by_day: dict[date, list[Fact]]
    bots: set[str]
    begin: date

    def within(self, start: date, end: date) -> Iterator[Fact]:
        """Facts of the days `[start, end)`."""
        for offset in range((end - start).days):
            yield from self.by_day.get(start + timedelta(days=offset), ())

    def people(self, start: date, end: date, kinds: set[str]) -> set[str]:
        """Who, bots excepted, did one of `kinds` then."""
        return {fact.from_id for fact in self.within(start, end) if fact.kind in kinds} - self.bots


# metric and, for the intermediate one, the developer: the amount
Amounts = dict[tuple[str, str], float]


def windows(suffix: str, begin: date, end: date) -> list[Asked]:
    """The windows of a suffix within the world's days: whole buckets only; rolling ones begin with the world."""
    if suffix == "over_all_time":
        return [Asked(end - ONE_DAY, begin, end, (end - begin).days)]
    if suffix.startswith("over_"):
        length = int(suffix.split("_")[1])
        found, day = [], begin
        while day < end:
            found.append(Asked(day, max(begin, day + ONE_DAY - timedelta(days=length)), day + ONE_DAY, length))
            day += ONE_DAY
        return found
    starts = [begin + timedelta(days=offset) for offset in range((end - begin).days)]
    if suffix == "weekly":
        starts = [day for day in starts if day.weekday() == 0]
    elif suffix == "monthly":
        starts = [day for day in starts if day.day == 1]
    elif suffix != "daily":
        raise ValueError(f"the oracle knows no grain {suffix!r}")
    asked = [Asked(day, day, _next(suffix, day), (_next(suffix, day) - day).days) for day in starts]
    return [each for each in asked if each.end <= end]


def _next(grain: str, day: date) -> date:
    if grain == "monthly":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day + timedelta(days=7 if grain == "weekly" else 1)


def summed(metric: str, given: Given, asked: Asked) -> Amounts:
    """How much of its kinds there was, bots included."""
    amounts = [fact.amount for fact in given.within(asked.start, asked.end) if fact.kind in SUMS[metric]]
    return {(metric, ""): sum(amounts)} if amounts else {}


def contributors(given: Given, asked: Asked) -> Amounts:
    """People who committed, opened an issue, opened or merged a pull request."""
    return _count("contributors", given.people(asked.start, asked.end, CONTRIBUTIONS))


def new_contributors(given: Given, asked: Asked) -> Amounts:
    """Those of them who had never done so here before the window."""
    earlier = given.people(given.begin, asked.start, CONTRIBUTIONS)
    return _count("new_contributors", given.people(asked.start, asked.end, CONTRIBUTIONS) - earlier)


def active_developers(given: Given, asked: Asked) -> Amounts:
    """People who committed."""
    return _count("active_developers", given.people(asked.start, asked.end, {"COMMIT_CODE"}))


def active_addresses(given: Given, asked: Asked) -> Amounts:
    """Senders of transactions."""
    senders = {fact.from_id for fact in given.within(asked.start, asked.end) if fact.kind == "TRANSACTION"}
    return _count("active_addresses", senders)


def developer_active_days(given: Given, asked: Asked) -> Amounts:
    """For each developer, on how many days they committed."""
    days: dict[str, set[date]] = {}
    for fact in given.within(asked.start, asked.end):
        if fact.kind == "COMMIT_CODE" and fact.from_id not in given.bots:
            days.setdefault(fact.from_id, set()).add(fact.day)
    return {(INTERMEDIATE, developer): float(len(found)) for developer, found in days.items()}


def developer_classifications(given: Given, asked: Asked) -> Amounts:
    """Developers who committed on at least 10 of 30 days, in proportion to the window, and the others."""
    days = developer_active_days(given, asked)
    full = {developer for (_, developer), count in days.items() if count * 30 >= asked.length * 10}
    part = {developer for _, developer in days} - full
    return _count("full_time_developers", full) | _count("part_time_developers", part)


def developer_retention(given: Given, asked: Asked) -> Amounts:
    """Who came, stayed, left and came back between a rolling window and the one before it."""
    code = {"COMMIT_CODE"}
    current_start = asked.end - timedelta(days=asked.length)
    current = given.people(max(given.begin, current_start), asked.end, code)
    previous_start = max(given.begin, current_start - timedelta(days=asked.length))
    previous = given.people(previous_start, current_start, code) if previous_start < current_start else set()
    if not current and not previous:
        return {}
    before = given.people(given.begin, current_start, code) if given.begin < current_start else set()
    new = current - before
    return {
        ("new_developers", ""): float(len(new)),
        ("returning_developers", ""): float(len(current - previous - new)),
        ("retained_developers", ""): float(len(current & previous)),
        ("churned_developers", ""): float(len(previous - current)),
    }


def _count(metric: str, found: set[str]) -> Amounts:
    return {(metric, ""): float(len(found))} if found else {}


PEOPLE: dict[str, Callable[[Given, Asked], Amounts]] = {
    "contributors": contributors,
    "new_contributors": new_contributors,
    "active_developers": active_developers,
    "developer_active_days": developer_active_days,
    "developer_classifications": developer_classifications,
    "developer_retention": developer_retention,
    "active_addresses": active_addresses,
}
ROLLING_METRICS = ("contributors", "active_developers", "developer_active_days", "developer_retention")
CHAIN_METRICS = frozenset({*CHAIN_SUMS, "active_addresses"})


def measure(metric: str, given: Given, asked: Asked) -> Amounts:
    """The amounts of a metric for one entity, source and window; empty when it has no row."""
    return summed(metric, given, asked) if metric in SUMS else PEOPLE[metric](given, asked)


def suffixes(metric: str) -> tuple[str, ...]:
    """The grains and windows a metric is made for."""
    rolling = tuple(f"over_{length}_day_window" for length in ROLLING) if metric in ROLLING_METRICS else ()
    if metric == "developer_retention":
        return rolling
    additive = ("over_all_time",) if metric in SUMS else ()
    return GRAINS + rolling + additive
