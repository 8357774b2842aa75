"""Values of the code metrics on data that can be checked by hand, for a repository, a project and a collection."""

from collections.abc import Iterator

import pytest
from code_metrics import CodeMetrics, Place, code_metrics
from model_runs import window
from raw_lake import Archive

SPAN = window("2025-01-01", "2026-01-01")
LAST_DAY = "2025-12-31"
ALICE, BOB, CAROL, BOT = 1, 2, 3, 9
ENTITIES = ("artifact", "project", "collection")
ACTIVITY = Place(1)


def activity(events: Archive) -> None:
    """July: everything in the first repository; August: the second; October: the new payloads."""
    first, second = ACTIVITY.first, ACTIVITY.second
    bot = {"login": "updater[bot]"}
    events.add("WatchEvent", "2025-07-01 00:00", ALICE, first, action="started")
    events.add("PullRequestEvent", "2025-07-02 10:00", ALICE, first, action="opened", number=1)
    events.add("PullRequestEvent", "2025-07-02 11:00", ALICE, first, action="closed", number=1, is_merged=False)
    events.add("PullRequestReviewEvent", "2025-07-03 10:00", BOB, first, action="created", number=1)
    events.add("PullRequestReviewCommentEvent", "2025-07-03 10:01", ALICE, first, action="created", number=1)
    events.add("PullRequestReviewCommentEvent", "2025-07-31 23:59", BOT, first, action="created", number=1, **bot)
    events.add("IssuesEvent", "2025-07-04 10:00", BOB, first, action="opened", number=2)
    events.add("IssuesEvent", "2025-07-04 11:00", BOB, first, action="reopened", number=2)
    events.add("IssueCommentEvent", "2025-07-05 10:00", CAROL, first, action="created", number=2)
    events.push("2025-08-01 09:00", ALICE, second, ["s1", "s2"])
    events.push("2025-08-02 09:00", BOT, second, ["s3"], **bot)
    events.add("IssuesEvent", "2025-08-03 10:00", BOT, second, action="opened", number=1, **bot)
    events.add("PullRequestEvent", "2025-10-08 10:00", BOB, second, action="closed", number=3)
    events.add("PullRequestReviewCommentEvent", "2025-10-08 11:00", BOB, second, action="created", number=3)
    events.add("IssueCommentEvent", "2025-10-08 12:00", BOB, second, action="created", number=3)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeMetrics]:
    """All scenes of this file in one lake."""
    events = Archive()
    activity(events)
    with code_metrics(tmp_path_factory.mktemp("code_metrics"), SPAN, events, [ACTIVITY]) as found:
        yield found


# metric, suffix, of the first repository, of the project with both
SUMS_AND_PEOPLE = [
    ("closed_pull_requests", "monthly", {"2025-07-01": 1}, {"2025-07-01": 1, "2025-10-01": 1}),
    ("closed_pull_requests", "over_all_time", {LAST_DAY: 1}, {LAST_DAY: 2}),
    ("reopened_issues", "yearly", {"2025-01-01": 1}, {"2025-01-01": 1}),
    ("reopened_issues", "quarterly", {"2025-07-01": 1}, {"2025-07-01": 1}),
    ("prs_comments", "daily", {"2025-07-03": 1, "2025-07-31": 1}, {"2025-07-03": 1, "2025-07-31": 1, "2025-10-08": 1}),
    ("prs_comments", "quarterly", {"2025-07-01": 2}, {"2025-07-01": 2, "2025-10-01": 1}),
    ("comments", "quarterly", {"2025-07-01": 3}, {"2025-07-01": 3, "2025-10-01": 2}),
    ("bot_activity", "monthly", {"2025-07-01": 1}, {"2025-07-01": 1, "2025-08-01": 2}),
    ("bot_activity", "biannually", {"2025-07-01": 1}, {"2025-07-01": 3}),
    ("repositories", "monthly", {"2025-07-01": 1}, {"2025-07-01": 1, "2025-08-01": 1, "2025-10-01": 1}),
    ("repositories", "over_all_time", {LAST_DAY: 1}, {LAST_DAY: 2}),
    ("active_reviewers", "quarterly", {"2025-07-01": 2}, {"2025-07-01": 2, "2025-10-01": 1}),
    ("commenters", "quarterly", {"2025-07-01": 2}, {"2025-07-01": 2, "2025-10-01": 1}),
    ("commenters", "over_all_time", {LAST_DAY: 2}, {LAST_DAY: 3}),
    ("issue_openers", "quarterly", {"2025-07-01": 1}, {"2025-07-01": 1}),
    ("contributors", "quarterly", {"2025-07-01": 2}, {"2025-07-01": 2}),
    ("contributors", "over_all_time", {LAST_DAY: 2}, {LAST_DAY: 2}),
    ("new_contributors", "monthly", {"2025-07-01": 2}, {"2025-07-01": 2}),
    ("new_contributors", "over_all_time", {LAST_DAY: 2}, {LAST_DAY: 2}),
    ("active_developers", "quarterly", {}, {"2025-07-01": 1}),
]


@pytest.mark.parametrize(("metric", "suffix", "of_first", "of_both"), SUMS_AND_PEOPLE)
@pytest.mark.parametrize("entity_type", ENTITIES)
def test_sums_and_people(
    metrics: CodeMetrics, entity_type: str, metric: str, suffix: str, of_first: dict, of_both: dict
) -> None:
    expected = of_first if entity_type == "artifact" else of_both
    assert metrics.amounts(metric, suffix, ACTIVITY, entity_type) == ({metric: expected} if expected else {})


def test_a_new_contributor_stays_new_while_the_window_holds_the_first_contribution(metrics: CodeMetrics) -> None:
    new = metrics.amounts("new_contributors", "over_30_day_window", ACTIVITY)["new_contributors"]
    # ALICE came on July 2, BOB on July 4: each is new for 30 days
    assert (new["2025-07-02"], new["2025-07-04"], new["2025-08-01"]) == (1, 2, 1)
    assert min(new) == "2025-07-02"
    assert max(new) == "2025-08-02"
