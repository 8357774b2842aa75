"""Issues and pull requests of the oracle, each a few events written by hand."""

from datetime import UTC, date, datetime

import pytest
from oracle_given import Given
from oracle_ticket_metrics import (
    issue_ages,
    open_issues,
    open_pull_requests,
    self_merge_rates,
    time_to_close,
    times_to_first_response,
    times_to_merge,
)
from oracle_tickets import TicketEvent
from oracle_windows import Asked

ANN, BEN, BOT = "ann", "ben", "bot"
WEEK = Asked(date(2025, 8, 4), date(2025, 8, 4), date(2025, 8, 11), 7)
NEXT_WEEK = Asked(date(2025, 8, 11), date(2025, 8, 11), date(2025, 8, 18), 7)


def second(text: str) -> int:
    """Seconds since 1970 of `08-05 12:00` in 2025, UTC."""
    return int(datetime.fromisoformat(f"2025-{text}").replace(tzinfo=UTC).timestamp())


def event(text: str, kind: str, actor: str, number: int = 1, told: tuple[str, str] | None = None) -> TicketEvent:
    """An event at a time; about a pull request when its kind says so; `told` is when and by whom it was opened."""
    return TicketEvent(
        at=second(text),
        kind=kind,
        actor=actor,
        repository="repo",
        number=number,
        is_pull_request=kind.startswith("PULL"),
        opened_at=None if told is None else second(told[0]),
        opened_by=None if told is None else told[1],
    )


def given(*events: TicketEvent) -> Given:
    """What is known when these events are."""
    found = Given({BOT}, date(2025, 8, 1))
    found.ticket_events = list(events)
    return found


def test_an_issue_ages_from_the_opening_that_any_event_tells_until_it_is_closed() -> None:
    known = given(
        event("08-06 00:00", "ISSUE_COMMENT", BEN, told=("07-01 00:00", ANN)),
        event("08-10 00:00", "ISSUE_OPENED", ANN, number=2),
        event("08-12 00:00", "ISSUE_CLOSED", BEN, number=2),
        event("08-13 00:00", "ISSUE_OPENED", ANN, number=3),
    )
    assert issue_ages(known, WEEK) == {
        ("issue_age_avg", ""): 21.0,
        ("issue_age_min", ""): 1.0,
        ("issue_age_max", ""): 41.0,
        ("issue_age_median", ""): 21.0,
    }
    assert issue_ages(known, NEXT_WEEK)["issue_age_max", ""] == 48.0
    assert issue_ages(known, NEXT_WEEK)["issue_age_min", ""] == 5.0
    assert issue_ages(known, WEEK._replace(end=date(2025, 8, 6))) == {}


def test_an_issue_that_is_reopened_is_open_and_a_pull_request_may_be_open_though_nothing_told_its_opening() -> None:
    known = given(
        event("08-05 00:00", "ISSUE_OPENED", ANN),
        event("08-06 00:00", "ISSUE_CLOSED", BEN),
        event("08-12 00:00", "ISSUE_REOPENED", ANN),
        event("08-07 00:00", "PULL_REQUEST_REVIEW", BEN, number=2),
        event("08-12 00:00", "PULL_REQUEST_MERGED", BEN, number=2),
    )
    assert open_issues(known, WEEK) == {}
    assert open_issues(known, NEXT_WEEK) == {("open_issues", ""): 1.0}
    assert open_pull_requests(known, WEEK) == {("open_pull_requests", ""): 1.0}
    assert open_pull_requests(known, NEXT_WEEK) == {}


def test_neither_the_opener_nor_a_bot_answers_first_and_bots_are_not_answered() -> None:
    known = given(
        event("08-05 00:00", "PULL_REQUEST_OPENED", ANN),
        event("08-05 01:00", "PULL_REQUEST_REVIEW", ANN),
        event("08-05 02:00", "PULL_REQUEST_REVIEW_COMMENT", BOT),
        event("08-05 06:00", "PULL_REQUEST_REVIEW", BEN),
        event("08-05 00:00", "ISSUE_OPENED", ANN, number=2),
        event("08-05 02:00", "ISSUE_COMMENT", BEN, number=2, told=("08-05 00:00", ANN)),
        event("08-05 00:00", "ISSUE_OPENED", BOT, number=3),
        event("08-05 09:00", "ISSUE_COMMENT", BEN, number=3, told=("08-05 00:00", BOT)),
        event("08-12 00:00", "PULL_REQUEST_REVIEW", BEN),
    )
    assert times_to_first_response(known, WEEK) == {
        ("avg_time_to_first_response", ""): 4.0,
        ("median_time_to_first_response", ""): 4.0,
    }
    assert times_to_first_response(known, NEXT_WEEK) == {}


def test_a_merge_counts_once_and_only_when_its_opening_was_told_before_the_window_ends() -> None:
    known = given(
        event("08-05 00:00", "PULL_REQUEST_OPENED", ANN),
        event("08-06 00:00", "PULL_REQUEST_MERGED", BEN),
        event("08-12 00:00", "PULL_REQUEST_MERGED", BEN),
        event("08-07 00:00", "PULL_REQUEST_MERGED", BEN, number=2),
        event("08-12 00:00", "PULL_REQUEST_REVIEW", BEN, number=2, told=("08-01 00:00", ANN)),
    )
    assert times_to_merge(known, WEEK) == {("avg_time_to_merge", ""): 24.0, ("median_time_to_merge", ""): 24.0}
    assert times_to_merge(known, NEXT_WEEK) == {}
    both = WEEK._replace(end=NEXT_WEEK.end)
    assert times_to_merge(known, both)["avg_time_to_merge", ""] == (24 + 144) / 2


def test_only_the_first_closing_of_an_issue_counts() -> None:
    known = given(
        event("08-05 00:00", "ISSUE_OPENED", ANN),
        event("08-05 12:00", "ISSUE_CLOSED", BEN),
        event("08-06 00:00", "ISSUE_REOPENED", ANN),
        event("08-12 00:00", "ISSUE_CLOSED", BEN),
    )
    assert time_to_close(known, WEEK) == {("avg_time_to_close", ""): 12.0}
    assert time_to_close(known, NEXT_WEEK) == {}


@pytest.mark.parametrize(
    ("merger", "word", "share"),
    [
        (ANN, None, 1.0),
        (BEN, None, 0.0),
        (ANN, ("08-05 01:00", "PULL_REQUEST_REVIEW", ANN), 1.0),
        (ANN, ("08-05 01:00", "PULL_REQUEST_REVIEW", BOT), 0.0),
        (ANN, ("08-05 01:00", "PULL_REQUEST_REVIEW_COMMENT", BEN), 0.0),
        (ANN, ("08-09 00:00", "PULL_REQUEST_REVIEW", BEN), 1.0),
    ],
)
def test_a_self_merge_comes_before_anybody_else_says_a_word(
    merger: str, word: tuple[str, str, str] | None, share: float
) -> None:
    events = [event("08-05 00:00", "PULL_REQUEST_OPENED", ANN), event("08-06 00:00", "PULL_REQUEST_MERGED", merger)]
    known = given(*events, *([event(*word)] if word else []))
    assert self_merge_rates(known, WEEK) == {("self_merge_rates", ""): share}


def test_merges_whose_opener_is_not_known_are_left_out_of_the_share() -> None:
    known = given(event("08-06 00:00", "PULL_REQUEST_MERGED", ANN))
    assert self_merge_rates(known, WEEK) == {}
    assert times_to_merge(known, WEEK) == {}
