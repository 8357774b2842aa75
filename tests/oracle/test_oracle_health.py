"""Burstiness, absence factor, velocity and bots of the oracle, on numbers that can be checked in the head."""

from datetime import date, timedelta

import pytest
from oracle_facts import Fact
from oracle_given import Given
from oracle_health import bot_activity, burstiness, contributor_absence_factor, project_velocity
from oracle_windows import Asked

BEGIN = date(2025, 8, 4)
WEEK = Asked(BEGIN, BEGIN, date(2025, 8, 11), 7)


def given(*facts: tuple[int, str, str]) -> Given:
    """Facts as (day of the week from 0, kind, person)."""
    found = Given({"bot"}, BEGIN)
    for number, kind, person in facts:
        day = BEGIN + timedelta(days=number)
        found.by_day.setdefault(day, []).append(Fact(day, "GITHUB", kind, person, "repo"))
    return found


def commits(**numbers: int) -> Given:
    """So many commits a person, all on the first day."""
    return given(*((0, "COMMIT_CODE", person) for person, number in numbers.items() for _ in range(number)))


@pytest.mark.parametrize(
    ("numbers", "factor"),
    [({"a": 5, "b": 5}, 1), ({"a": 3, "b": 3, "c": 3}, 2), ({"a": 1, "bot": 9}, 1), ({"a": 4, "b": 3, "c": 3}, 2)],
)
def test_the_absence_factor_is_the_fewest_people_with_half_of_the_contributions(
    numbers: dict[str, int], factor: int
) -> None:
    assert contributor_absence_factor(commits(**numbers), WEEK) == {("contributor_absence_factor", ""): factor}


def test_a_project_of_bots_has_no_absence_factor() -> None:
    assert contributor_absence_factor(commits(bot=3), WEEK) == {}


def test_burstiness_counts_quiet_days_from_the_first_event_on() -> None:
    # numbers a day from Thursday on: 4, 0, 0, 0: mean 1, variance 3
    known = given(*((3, "STARRED", "a") for _ in range(4)))
    assert burstiness(known, WEEK) == {("burstiness", ""): 3.0}
    # of the same number each day nothing is left
    assert burstiness(given((5, "STARRED", "bot"), (6, "FORKED", "a")), WEEK) == {("burstiness", ""): 0.0}
    assert burstiness(known, WEEK._replace(end=date(2025, 8, 6))) == {}
    assert burstiness(known, Asked(date(2025, 8, 11), date(2025, 8, 11), date(2025, 8, 18), 7)) == {}


def test_velocity_adds_work_of_anybody_to_twice_the_people() -> None:
    known = given(
        (0, "COMMIT_CODE", "a"), (0, "COMMIT_CODE", "bot"), (1, "ISSUE_CLOSED", "b"), (2, "ISSUE_OPENED", "c")
    )
    assert project_velocity(known, WEEK) == {("project_velocity", ""): 3 + 2 * 2}
    assert project_velocity(given((0, "PULL_REQUEST_OPENED", "bot")), WEEK) == {("project_velocity", ""): 0.0}
    assert project_velocity(given((0, "STARRED", "a")), WEEK) == {}


def test_bots_are_active_whatever_they_do() -> None:
    assert bot_activity(given((0, "STARRED", "bot"), (6, "FORKED", "bot"), (6, "FORKED", "a")), WEEK) == {
        ("bot_activity", ""): 2.0
    }
