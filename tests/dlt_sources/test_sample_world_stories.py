"""The sample world's stories about tickets and people: what metrics of time, review and loyalty need to be seen."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow.parquet as pq
import pytest

from dlt_sources.sample_world import World, WorldConfig, write_world
from dlt_sources.sample_world.config import ERA_SWITCH

DAYS = 64
ANSWERS = {"ISSUE_COMMENT", "PULL_REQUEST_REVIEW", "PULL_REQUEST_REVIEW_COMMENT"}
TicketKey = tuple[int, int]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """As long as the demo that end-to-end tests share."""
    return write_world(tmp_path_factory.mktemp("sample") / "world", WorldConfig(days=DAYS, projects=16))


@pytest.fixture(scope="module")
def events(world: World) -> list[dict]:
    """What files hold, by time; without repetitions."""
    found = pq.read_table(world.truth_dir / "events.parquet").to_pylist()
    kept = [event for event in found if event["file_hour"] is not None and event["delivery"] != "duplicate"]
    return sorted(kept, key=lambda event: event["created_at"])


@pytest.fixture(scope="module")
def tickets(events: list[dict]) -> dict[TicketKey, list[dict]]:
    """Counted events of each issue and pull request, by repository and number."""
    found: dict[TicketKey, list[dict]] = {}
    for event in events:
        if event["number"] is not None and event["kind"] is not None:
            found.setdefault((event["repo_id"], event["number"]), []).append(event)
    return found


def repository_days(world: World, events: list[dict], note: str) -> Counter[int]:
    """Pushes by day of the world, to the repository that a note names."""
    name = json.loads((world.directory / "world.json").read_text())["notes"][note]
    begin = datetime(world.begin.year, world.begin.month, world.begin.day, tzinfo=UTC)
    return Counter(
        (event["created_at"] - begin) // timedelta(days=1)
        for event in events
        if event["type"] == "PushEvent" and event["repo_name"] == name
    )


def test_issues_carry_their_opening_always_and_pull_requests_until_the_change(events: list[dict]) -> None:
    told = {
        (event["type"], event["created_at"].timestamp() >= ERA_SWITCH, event["opened_at"] is not None)
        for event in events
        if event["number"] is not None
    }
    silent = {type_ for type_, is_new, is_told in told if not is_told and is_new}
    assert silent == {"PullRequestEvent", "PullRequestReviewEvent", "PullRequestReviewCommentEvent"}
    assert not [one for one in told if not one[1] and not one[2]]


def test_openings_are_told_the_same_each_time_and_some_lie_before_the_world(
    world: World, tickets: dict[TicketKey, list[dict]]
) -> None:
    begin = datetime(world.begin.year, world.begin.month, world.begin.day, tzinfo=UTC)
    before = Counter()
    for found in tickets.values():
        told = {(event["opened_at"], event["opened_by"]) for event in found if event["opened_at"] is not None}
        assert len(told) <= 1
        before[found[0]["is_pull_request"]] += any(opened_at < begin for opened_at, _ in told)
    assert min(before[True], before[False]) > 10


def test_some_merges_are_of_pull_requests_of_which_nothing_tells_the_opening(
    tickets: dict[TicketKey, list[dict]],
) -> None:
    untold = [
        found
        for found in tickets.values()
        if all(event["opened_at"] is None for event in found)
        and not {"PULL_REQUEST_OPENED"} & {event["kind"] for event in found}
    ]
    assert sum("PULL_REQUEST_MERGED" in {event["kind"] for event in found} for found in untold) >= 3


def test_pull_requests_are_merged_by_openers_with_and_without_comments_of_others(
    tickets: dict[TicketKey, list[dict]],
) -> None:
    own = Counter()
    for found in tickets.values():
        openers = {event["actor_id"] for event in found if event["kind"] == "PULL_REQUEST_OPENED"}
        merges = [event for event in found if event["kind"] == "PULL_REQUEST_MERGED"]
        if not merges or merges[0]["actor_id"] not in openers:
            continue
        earlier = [event for event in found if event["created_at"] < merges[0]["created_at"]]
        own[any(event["kind"] in ANSWERS and event["actor_id"] not in openers for event in earlier)] += 1
    assert min(own[True], own[False]) > 5


def test_bots_merge_review_and_answer_first_and_openers_answer_themselves(
    tickets: dict[TicketKey, list[dict]],
) -> None:
    kinds = Counter(event["kind"] for found in tickets.values() for event in found if event["actor_is_bot"])
    assert min(kinds[kind] for kind in ("PULL_REQUEST_OPENED", "PULL_REQUEST_MERGED", "ISSUE_CLOSED", *ANSWERS)) > 0
    firsts = [next((event for event in found if event["kind"] in ANSWERS), None) for found in tickets.values()]
    assert sum(event["actor_is_bot"] for event in firsts if event) > 10
    assert sum(event["actor_id"] == event["opened_by"] for event in firsts if event) > 10


def test_issues_and_pull_requests_are_opened_again(tickets: dict[TicketKey, list[dict]]) -> None:
    kinds = Counter(event["kind"] for found in tickets.values() for event in found)
    assert kinds["ISSUE_REOPENED"] > 10
    assert kinds["PULL_REQUEST_REOPENED"] > 3


def test_somebody_comes_back_after_more_than_thirty_days(events: list[dict]) -> None:
    pushed: dict[int, list[datetime]] = {}
    for event in events:
        if event["type"] == "PushEvent" and not event["actor_is_bot"]:
            pushed.setdefault(event["actor_id"], []).append(event["created_at"])
    longest = [max((b - a for a, b in pairwise(at)), default=timedelta()) for at in pushed.values()]
    assert sum(gap > timedelta(days=31) for gap in longest) >= 3


def test_a_repository_is_deserted_for_good_another_for_a_while_and_one_is_busy_on_one_day_only(
    world: World, events: list[dict]
) -> None:
    deserted = repository_days(world, events, "deserted")
    assert max(deserted) < DAYS // 2
    found_again = repository_days(world, events, "deserted and found again")
    assert not set(range(2, 38)) & found_again.keys()
    assert min(found_again) < 2
    assert max(found_again) > 38
    quiet = repository_days(world, events, "quiet but for one day")
    (_, busiest), (_, second) = quiet.most_common(2)
    assert busiest > 4 * second
