"""Who comes, stays, leaves and comes back between a window and the one before it."""

from typing import NamedTuple

from oracle_given import Amounts, Given, Kinds, count
from oracle_windows import Asked

COMMITS: Kinds = frozenset({"COMMIT_CODE"})
CONTRIBUTIONS: Kinds = frozenset({"COMMIT_CODE", "ISSUE_OPENED", "PULL_REQUEST_OPENED", "PULL_REQUEST_MERGED"})
TRANSACTIONS: Kinds = frozenset({"TRANSACTION"})


class Cohort(NamedTuple):
    """Who was active in one window: all of them, those who came for the first time, and by how often they came."""

    active: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()
    full_time: frozenset[str] = frozenset()

    @property
    def part_time(self) -> frozenset[str]:
        """Those who came on less than 10 in 30 days."""
        return self.active - self.full_time


def cohort(given: Given, asked: Asked | None, kinds: Kinds) -> Cohort:
    """The cohort of a window; nobody in one that is not there."""
    if asked is None:
        return Cohort()
    days = given.active_days(asked.start, asked.end, kinds)
    first = given.first_days(kinds)
    return Cohort(
        active=frozenset(days),
        new=frozenset(person for person in days if first[person] >= asked.start),
        full_time=frozenset(person for person, number in days.items() if number * 30 >= asked.length * 10),
    )


def active_days(metric: str, given: Given, asked: Asked, kinds: Kinds) -> Amounts:
    """For each person, on how many days they did one of `kinds`."""
    days = given.active_days(asked.start, asked.end, kinds)
    return {(metric, person): float(number) for person, number in days.items()}


def contributor_active_days(given: Given, asked: Asked) -> Amounts:
    """Days with a contribution."""
    return active_days("contributor_active_days", given, asked, CONTRIBUTIONS)


def developer_active_days(given: Given, asked: Asked) -> Amounts:
    """Days with a commit."""
    return active_days("developer_active_days", given, asked, COMMITS)


def user_active_days(given: Given, asked: Asked) -> Amounts:
    """Days with a transaction."""
    return active_days("user_active_days", given, asked, TRANSACTIONS)


def contributor_classifications(given: Given, asked: Asked) -> Amounts:
    """Contributors by how often they come, and those who come back after an absence of a whole window."""
    now, before = cohort(given, asked, CONTRIBUTIONS), cohort(given, asked.before, CONTRIBUTIONS)
    return (
        _by_frequency("contributors", now)
        | count("active_contributors", set(now.active))
        | count("resurrected_contributors", set(now.active - before.active - now.new))
    )


def developer_classifications(given: Given, asked: Asked) -> Amounts:
    """Developers by how often they come."""
    return _by_frequency("developers", cohort(given, asked, COMMITS))


def _by_frequency(who: str, found: Cohort) -> Amounts:
    return count(f"full_time_{who}", set(found.full_time)) | count(f"part_time_{who}", set(found.part_time))


def contributors_lifecycle(given: Given, asked: Asked) -> Amounts:
    """Contributors who stay and leave, and how their numbers change."""
    now, before = cohort(given, asked, CONTRIBUTIONS), cohort(given, asked.before, CONTRIBUTIONS)
    return _rows(
        now,
        before,
        {
            "churned_contributors": len(before.active - now.active),
            "retained_contributors": len(before.active & now.active),
            "change_in_active_contributors": len(now.active) - len(before.active),
            "change_in_new_contributors": len(now.new) - len(before.new),
            "change_in_full_time_contributors": len(now.full_time) - len(before.full_time),
            "change_in_part_time_contributors": len(now.part_time) - len(before.part_time),
        },
    )


def developers_lifecycle(given: Given, asked: Asked) -> Amounts:
    """Developers who come, stay, leave and come back, and how their numbers change."""
    now, before = cohort(given, asked, COMMITS), cohort(given, asked.before, COMMITS)
    changes = {
        "change_in_full_time_developers": len(now.full_time) - len(before.full_time),
        "change_in_part_time_developers": len(now.part_time) - len(before.part_time),
    }
    return _rows(now, before, _comings_and_goings("developers", now, before) | changes)


def users_lifecycle(given: Given, asked: Asked) -> Amounts:
    """Addresses that come, stay, leave and come back."""
    now, before = cohort(given, asked, TRANSACTIONS), cohort(given, asked.before, TRANSACTIONS)
    return _rows(now, before, _comings_and_goings("users", now, before) | {"active_users": len(now.active)})


def _comings_and_goings(who: str, now: Cohort, before: Cohort) -> dict[str, int]:
    return {
        f"new_{who}": len(now.new),
        f"returning_{who}": len(now.active - before.active - now.new),
        f"retained_{who}": len(now.active & before.active),
        f"churned_{who}": len(before.active - now.active),
        f"change_in_active_{who}": len(now.active) - len(before.active),
    }


def _rows(now: Cohort, before: Cohort, amounts: dict[str, int]) -> Amounts:
    """All of them, zeros too, where anybody was active in either window."""
    if not now.active and not before.active:
        return {}
    return {(metric, ""): float(amount) for metric, amount in amounts.items()}
