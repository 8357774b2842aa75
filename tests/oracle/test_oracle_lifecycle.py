"""Comings and goings of the oracle: who worked on which day, written by hand."""

from datetime import date, timedelta

from oracle_facts import Fact
from oracle_given import Amounts, Given
from oracle_lifecycle import (
    contributor_active_days,
    contributor_classifications,
    contributors_lifecycle,
    developers_lifecycle,
    users_lifecycle,
)
from oracle_windows import Asked, windows

BEGIN, END = date(2025, 8, 1), date(2025, 9, 1)


def given(days: dict[str, str], kind: str = "COMMIT_CODE") -> Given:
    """Facts by person: `x` for each day with one from BEGIN on, `.` for one without."""
    found = Given({"bot"}, BEGIN)
    for person, marks in days.items():
        for number, mark in enumerate(marks):
            day = BEGIN + timedelta(days=number)
            if mark == "x":
                found.by_day.setdefault(day, []).append(Fact(day, "GITHUB", kind, person, "repo"))
    return found


def weeks() -> list[Asked]:
    """The weeks of 4, 11, 18 and 25 August: the first one begins three days after the world."""
    return windows("weekly", BEGIN, END)


def plain(amounts: Amounts) -> dict[str, float]:
    """Amounts by metric."""
    return {metric: amount for (metric, _), amount in amounts.items()}


def test_developers_come_stay_leave_and_come_back() -> None:
    known = given(
        {
            "stays": "....x.......x......x",
            "leaves": "....xxx",
            "returns": "....x.............x",
            "bot": "xxxxxxxxxxxxxxxxxxxxx",
        }
    )
    first, second, third, fourth = (plain(developers_lifecycle(known, week)) for week in weeks())
    assert (first["new_developers"], first["change_in_active_developers"], first["churned_developers"]) == (3, 3, 0)
    assert (first["change_in_full_time_developers"], first["change_in_part_time_developers"]) == (1, 2)
    assert (second["retained_developers"], second["churned_developers"]) == (1, 2)
    assert second["change_in_active_developers"] == -2
    assert second["change_in_full_time_developers"] == -1
    assert (third["returning_developers"], third["retained_developers"], third["new_developers"]) == (1, 1, 0)
    assert (fourth["churned_developers"], fourth["change_in_part_time_developers"]) == (2, -2)


def test_who_worked_before_the_first_whole_week_is_neither_new_in_it_nor_retained() -> None:
    known = given({"early": "xxxx"})
    first = plain(developers_lifecycle(known, weeks()[0]))
    assert (first["new_developers"], first["retained_developers"], first["returning_developers"]) == (0, 0, 1)
    assert plain(contributor_classifications(known, weeks()[0]))["resurrected_contributors"] == 1


def test_there_are_rows_for_the_week_in_which_everyone_left_and_none_after() -> None:
    known = given({"ann": "....x"})
    rows = [contributors_lifecycle(known, week) for week in weeks()]
    assert [len(row) for row in rows] == [6, 6, 0, 0]
    assert plain(rows[1]) == {
        "churned_contributors": 1.0,
        "retained_contributors": 0.0,
        "change_in_active_contributors": -1.0,
        "change_in_new_contributors": -1.0,
        "change_in_full_time_contributors": 0.0,
        "change_in_part_time_contributors": -1.0,
    }


def test_contributors_are_classified_by_their_days_and_counts_of_nobody_have_no_row() -> None:
    known = given({"often": "....xxx", "once": "......x"}, kind="ISSUE_OPENED")
    week = weeks()[0]
    assert contributor_active_days(known, week) == {
        ("contributor_active_days", "often"): 3.0,
        ("contributor_active_days", "once"): 1.0,
    }
    assert plain(contributor_classifications(known, week)) == {
        "full_time_contributors": 1.0,
        "part_time_contributors": 1.0,
        "active_contributors": 2.0,
    }
    assert developers_lifecycle(known, week) == {}


def test_the_window_before_a_rolling_one_is_of_the_same_length() -> None:
    known = given({"ann": "x...........x"}, kind="TRANSACTION")
    rolling = {asked.sample_date: asked for asked in windows("over_5_day_window", BEGIN, END)}

    def on(day: int) -> dict[str, float]:
        return plain(users_lifecycle(known, rolling[date(2025, 8, day)]))

    assert (on(1)["new_users"], on(5)["active_users"]) == (1.0, 1.0)
    assert (on(6)["churned_users"], on(10)["churned_users"], on(6)["active_users"]) == (1.0, 1.0, 0.0)
    assert on(11) == {}
    assert (on(13)["returning_users"], on(13)["new_users"], on(13)["retained_users"]) == (1.0, 0.0, 0.0)
