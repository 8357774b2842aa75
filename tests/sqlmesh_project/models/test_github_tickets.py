"""Issues and pull requests: what is known of them at each time, their first closing, the first to respond."""

from collections.abc import Iterator

import pytest
from model_runs import ModelRun, planned_models, window
from raw_lake import Archive, write_raw
from tickets import Ticket

from oso_lake import ids
from oso_lake.settings import Settings

SPAN = window("2025-10-05", "2025-10-11")
REPO, OTHER = 10, 20
ALICE, BOB, CAROL, BOT = 1, 2, 3, 9
BOT_LOGIN = {"login": "updater[bot]"}
ISSUE, OLD_ISSUE, FLAPPING = 1, 2, 3
OLD_PULL, SILENT_PULL, NEW_PULL, SELF_MERGED, TWICE = 11, 12, 13, 14, 15


def archive() -> Archive:
    """Six days around the change of payloads on 2025-10-07."""
    events = Archive()
    _issues(events)
    _pull_requests(events)
    return events


def _issues(events: Archive) -> None:
    issue = Ticket(archive=events, repo=REPO, number=ISSUE, opened_at="2025-10-05 09:00", opened_by=ALICE)
    # the event may come a second after what the payload says
    issue.act("2025-10-05 09:00:01", "opened", ALICE)
    issue.comment("2025-10-05 10:00", ALICE)
    issue.comment("2025-10-05 11:00", BOT, **BOT_LOGIN)
    issue.comment("2025-10-06 09:00", BOB)
    issue.comment("2025-10-06 10:00", BOB)
    issue.act("2025-10-06 12:00", "closed", BOB)
    issue.act("2025-10-08 12:00", "reopened", ALICE)
    issue.act("2025-10-09 12:00", "closed", CAROL)
    # told of for the first time by its closing
    old = Ticket(archive=events, repo=REPO, number=OLD_ISSUE, opened_at="2025-01-01 00:00", opened_by=BOB)
    old.act("2025-10-07 12:00", "closed", BOB)
    # closed twice in a row, and opened and closed in one second
    flapping = Ticket(archive=events, repo=REPO, number=FLAPPING, opened_at="2025-10-08 08:00", opened_by=BOT)
    flapping.act("2025-10-08 08:00", "closed", BOT, **BOT_LOGIN)
    flapping.act("2025-10-08 08:00", "opened", BOT, **BOT_LOGIN)
    flapping.act("2025-10-09 08:00", "closed", ALICE)
    flapping.act("2025-10-09 09:00", "reopened", ALICE)
    # first seen by a comment; the same number elsewhere is another issue
    discussed = Ticket(archive=events, repo=OTHER, number=ISSUE, opened_at="2025-09-01 00:00", opened_by=CAROL)
    discussed.comment("2025-10-05 12:00", ALICE)


def _pull_requests(events: Archive) -> None:
    # opened before the data begins; the old payload tells when
    old = Ticket(
        archive=events, repo=REPO, number=OLD_PULL, opened_at="2025-09-30 00:00", opened_by=ALICE, is_pull_request=True
    )
    old.review("2025-10-06 08:00", BOB)
    old.act("2025-10-08 10:00", "merged", BOB)
    # the new payload does not, until somebody comments
    silent = Ticket(
        archive=events, repo=REPO, number=SILENT_PULL, opened_at="2025-09-29 00:00", opened_by=BOB, is_pull_request=True
    )
    silent.review("2025-10-08 08:00", BOB)
    silent.review("2025-10-08 09:00", ALICE)
    silent.remark("2025-10-09 09:00", CAROL)
    silent.comment("2025-10-10 09:00", CAROL)
    new = Ticket(
        archive=events, repo=REPO, number=NEW_PULL, opened_at="2025-10-08 07:00", opened_by=CAROL, is_pull_request=True
    )
    new.act("2025-10-08 07:00", "opened", CAROL)
    new.act("2025-10-08 09:00", "closed", CAROL)
    new.act("2025-10-09 07:00", "reopened", CAROL)
    new.comment("2025-10-10 07:00", BOT, **BOT_LOGIN)
    new.act("2025-10-10 08:00", "merged", CAROL)
    alone = Ticket(
        archive=events, repo=REPO, number=SELF_MERGED, opened_at="2025-10-06 07:00", opened_by=BOB, is_pull_request=True
    )
    alone.act("2025-10-06 07:00", "opened", BOB)
    alone.comment("2025-10-06 07:30", BOB)
    alone.act("2025-10-06 08:00", "merged", BOB)
    alone.comment("2025-10-06 08:00", ALICE)
    # told of twice, under two ids
    twice = Ticket(
        archive=events, repo=REPO, number=TWICE, opened_at="2025-10-09 07:00", opened_by=BOB, is_pull_request=True
    )
    twice.act("2025-10-09 07:00", "opened", BOB)
    twice.act("2025-10-09 07:00", "opened", BOB)
    twice.act("2025-10-09 08:00", "merged", ALICE)
    twice.act("2025-10-10 08:00", "merged", BOB)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelRun]:
    """The models, evaluated over the days in one range."""
    settings = Settings(home=tmp_path_factory.mktemp("tickets"), start=SPAN.start)
    write_raw(settings, archive().tables(SPAN.start, SPAN.end))
    with planned_models(settings) as run:
        run.evaluate(SPAN)
        yield run


def states(models: ModelRun, ticket: str) -> list[tuple[str, bool, str | None, str | None]]:
    """(from when on, open, opened at, by whom), in order."""
    return models.rows(
        "SELECT STRFTIME(time, '%m-%d %H:%M'), is_open, STRFTIME(opened_at, '%Y-%m-%d %H:%M:%S'), opened_by_id "
        f"FROM oso.int_ticket_states__github WHERE ticket_id = '{ticket}' ORDER BY time"
    )


def pull(number: int) -> str:
    return f"{REPO}/pull/{number}"


def test_an_issue_is_open_until_it_is_closed_and_again_after_it_is_reopened(models: ModelRun) -> None:
    opened = ("2025-10-05 09:00:00", ids.user_id(ALICE))
    assert states(models, f"{REPO}/issues/{ISSUE}") == [
        ("10-05 09:00", True, *opened),
        ("10-06 12:00", False, *opened),
        ("10-08 12:00", True, *opened),
        ("10-09 12:00", False, *opened),
    ]


def test_an_issue_that_its_closing_tells_of_is_known_as_closed(models: ModelRun) -> None:
    assert states(models, f"{REPO}/issues/{OLD_ISSUE}") == [
        ("10-07 12:00", False, "2025-01-01 00:00:00", ids.user_id(BOB))
    ]


def test_of_an_opening_and_a_closing_in_one_second_the_closing_holds(models: ModelRun) -> None:
    found = states(models, f"{REPO}/issues/{FLAPPING}")
    assert [(when, is_open) for when, is_open, _, _ in found] == [("10-08 08:00", False), ("10-09 09:00", True)]


def test_an_issue_that_only_a_comment_tells_of_is_open_and_another_than_that_number_elsewhere(models: ModelRun) -> None:
    assert states(models, f"{OTHER}/issues/{ISSUE}") == [
        ("10-05 12:00", True, "2025-09-01 00:00:00", ids.user_id(CAROL))
    ]


def test_a_pull_request_keeps_the_opening_that_the_old_payload_told(models: ModelRun) -> None:
    opened = ("2025-09-30 00:00:00", ids.user_id(ALICE))
    assert states(models, pull(OLD_PULL)) == [("10-06 08:00", True, *opened), ("10-08 10:00", False, *opened)]


def test_the_opening_of_a_pull_request_is_unknown_until_a_comment_tells(models: ModelRun) -> None:
    assert states(models, pull(SILENT_PULL)) == [
        ("10-08 08:00", True, None, None),
        ("10-10 09:00", True, "2025-09-29 00:00:00", ids.user_id(BOB)),
    ]


def test_a_pull_request_opened_under_the_new_payload_is_opened_by_that_event(models: ModelRun) -> None:
    opened = ("2025-10-08 07:00:00", ids.user_id(CAROL))
    assert states(models, pull(NEW_PULL)) == [
        ("10-08 07:00", True, *opened),
        ("10-08 09:00", False, *opened),
        ("10-09 07:00", True, *opened),
        ("10-10 08:00", False, *opened),
    ]


def test_the_first_closing_or_merge_counts_and_says_whether_anybody_else_had_answered(models: ModelRun) -> None:
    rows = models.rows(
        "SELECT ticket_id, event_type, STRFTIME(time, '%m-%d %H:%M'), from_artifact_id, is_answered "
        "FROM oso.int_ticket_closings__github ORDER BY ticket_id"
    )
    closed, merged = "ISSUE_CLOSED", "PULL_REQUEST_MERGED"
    assert rows == [
        (f"{REPO}/issues/{ISSUE}", closed, "10-06 12:00", ids.user_id(BOB), True),
        (f"{REPO}/issues/{OLD_ISSUE}", closed, "10-07 12:00", ids.user_id(BOB), False),
        (f"{REPO}/issues/{FLAPPING}", closed, "10-08 08:00", ids.user_id(BOT), False),
        # the review was the merger's own
        (pull(OLD_PULL), merged, "10-08 10:00", ids.user_id(BOB), False),
        # a bot is another account
        (pull(NEW_PULL), merged, "10-10 08:00", ids.user_id(CAROL), True),
        # the answer came in the second of the merge
        (pull(SELF_MERGED), merged, "10-06 08:00", ids.user_id(BOB), False),
        (pull(TWICE), merged, "10-09 08:00", ids.user_id(ALICE), False),
    ]


def test_the_first_two_people_to_respond_are_kept(models: ModelRun) -> None:
    rows = models.rows(
        "SELECT ticket_id, position, STRFTIME(time, '%m-%d %H:%M'), from_artifact_id, first_responder_id "
        "FROM oso.int_ticket_responses__github ORDER BY ALL"
    )
    alice, bob = ids.user_id(ALICE), ids.user_id(BOB)
    assert rows == [
        (f"{REPO}/issues/{ISSUE}", 1, "10-05 10:00", alice, alice),
        (f"{REPO}/issues/{ISSUE}", 2, "10-06 09:00", bob, alice),
        (pull(OLD_PULL), 1, "10-06 08:00", bob, bob),
        (pull(SILENT_PULL), 1, "10-08 08:00", bob, bob),
        (pull(SILENT_PULL), 2, "10-08 09:00", alice, bob),
        (pull(SELF_MERGED), 1, "10-06 07:30", bob, bob),
        (pull(SELF_MERGED), 2, "10-06 08:00", alice, bob),
        (f"{OTHER}/issues/{ISSUE}", 1, "10-05 12:00", alice, alice),
    ]


TICKET_MODELS = ("int_ticket_events", "int_ticket_states", "int_ticket_closings", "int_ticket_responses")


def test_a_range_of_ticket_days_gives_what_its_days_give(models: ModelRun) -> None:
    queries = [f"SELECT * FROM oso.{table}__github ORDER BY ALL" for table in TICKET_MODELS]
    of_range = [models.rows(query) for query in queries]
    assert all(of_range)
    models.evaluate(SPAN, days_at_once=1)
    assert [models.rows(query) for query in queries] == of_range


def test_the_days_before_are_the_same_without_the_days_after(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing that becomes known later changes an earlier row."""
    settings = Settings(home=tmp_path_factory.mktemp("earlier"), start=SPAN.start)
    write_raw(settings, archive().tables(SPAN.start, SPAN.end))
    early = window("2025-10-05", "2025-10-08")
    with planned_models(settings) as run:
        run.evaluate(early)
        queries = [f"SELECT * FROM oso.{t}__github WHERE time < DATE '2025-10-08' ORDER BY ALL" for t in TICKET_MODELS]
        before = [run.rows(query) for query in queries]
        run.evaluate(window("2025-10-08", "2025-10-11"))
        assert all(before)
        assert [run.rows(query) for query in queries] == before
