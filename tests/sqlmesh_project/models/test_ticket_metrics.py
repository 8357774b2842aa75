"""Values of the metrics of issues and pull requests on data that can be checked by hand."""

from collections.abc import Iterator
from datetime import date

import pytest
from code_metrics import CodeMetrics, Place, code_metrics
from model_runs import window
from raw_lake import Archive
from tickets import Ticket

from oso_lake.calendar import ONE_DAY

SPAN = window("2025-01-01", "2026-01-01")
ALICE, BOB, CAROL, DAVE, BOT = 1, 2, 3, 4, 9
BOT_LOGIN = {"login": "updater[bot]"}
PLACE = Place(2)


def issues(events: Archive) -> None:
    """Two of the first repository; two of the second, of which one is older than the data, one a bot's."""
    one = Ticket(archive=events, repo=PLACE.first, number=1, opened_at="2025-03-01 00:00", opened_by=ALICE)
    one.act("2025-03-01 00:00", "opened", ALICE)
    one.act("2025-03-11 00:00", "closed", ALICE)
    one.act("2025-04-05 00:00", "reopened", ALICE)
    two = Ticket(archive=events, repo=PLACE.first, number=2, opened_at="2025-03-05 12:00", opened_by=ALICE)
    two.act("2025-03-05 12:00", "opened", ALICE)
    two.comment("2025-03-05 13:00", BOT, **BOT_LOGIN)
    two.comment("2025-03-05 14:00", ALICE)
    two.comment("2025-03-06 12:00", BOB)
    two.act("2025-03-20 12:00", "closed", BOB)
    two.act("2025-04-20 00:00", "reopened", BOB)
    two.act("2025-04-30 12:00", "closed", BOB)
    old = Ticket(archive=events, repo=PLACE.second, number=1, opened_at="2024-12-22 00:00", opened_by=BOB)
    old.comment("2025-03-02 00:00", CAROL)
    of_bot = Ticket(archive=events, repo=PLACE.second, number=2, opened_at="2025-03-10 00:00", opened_by=BOT)
    of_bot.act("2025-03-10 00:00", "opened", BOT, **BOT_LOGIN)
    of_bot.comment("2025-03-11 00:00", ALICE)


def pull_requests(events: Archive) -> None:
    """One merged by its opener alone, one after a bot's review, one reviewed, one whose opening is told too late."""

    def opened(repo: int, number: int, at: str, by: int) -> Ticket:
        return Ticket(archive=events, repo=repo, number=number, opened_at=at, opened_by=by, is_pull_request=True)

    alone = opened(PLACE.first, 11, "2025-03-01 00:00", ALICE)
    alone.act("2025-03-01 00:00", "opened", ALICE)
    alone.act("2025-03-01 10:00", "merged", ALICE)
    checked = opened(PLACE.first, 12, "2025-03-02 00:00", ALICE)
    checked.act("2025-03-02 00:00", "opened", ALICE)
    checked.review("2025-03-02 01:00", BOT, **BOT_LOGIN)
    checked.act("2025-03-03 06:00", "merged", ALICE)
    reviewed = opened(PLACE.second, 13, "2025-02-01 00:00", BOB)
    reviewed.act("2025-02-01 00:00", "opened", BOB)
    reviewed.review("2025-02-03 00:00", ALICE)
    reviewed.act("2025-03-05 00:00", "merged", ALICE)
    late = opened(PLACE.second, 14, "2025-10-01 00:00", BOB)
    late.review("2025-10-10 00:00", CAROL)
    late.act("2025-10-20 00:00", "merged", CAROL)
    late.comment("2025-11-02 00:00", DAVE)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeMetrics]:
    """Issues and pull requests of a year."""
    events = Archive()
    issues(events)
    pull_requests(events)
    with code_metrics(tmp_path_factory.mktemp("ticket_metrics"), SPAN, events, [PLACE]) as found:
        yield found


def aged(count: int, *ages: float) -> dict[str, float]:
    """Open issues; and their mean, lowest, highest and median age."""
    names = ("open_issues", "issue_age_avg", "issue_age_min", "issue_age_max", "issue_age_median")
    return dict(zip(names, (count, *ages), strict=True))


OCTOBER_19 = aged(3, 253, 224, 302, 233)
# model, suffix, sample date, metrics of the first repository, of the project with both
VALUES = [
    # nothing told of the old issue before March; one pull request is open
    ("open_tickets", "monthly", "2025-02-01", {}, {"open_pull_requests": 1}),
    ("open_tickets", "weekly", "2025-03-03", aged(2, 6.75, 4.5, 9, 6.75), aged(3, 30.5, 4.5, 78, 9)),
    ("open_tickets", "daily", "2025-03-10", aged(2, 7.75, 5.5, 10, 7.75), aged(4, 95.5 / 4, 1, 79, 7.75)),
    ("open_tickets", "monthly", "2025-03-01", {}, aged(2, 61, 22, 100, 61)),
    ("open_tickets", "monthly", "2025-04-01", aged(1, 61, 61, 61, 61), aged(3, 81, 52, 130, 61)),
    # merged in the first second of the next week
    ("open_tickets", "weekly", "2025-10-13", aged(1, 233, 233, 233, 233), {"open_pull_requests": 1, **OCTOBER_19}),
    ("open_tickets", "yearly", "2025-01-01", aged(1, 306, 306, 306, 306), aged(3, 326, 297, 375, 306)),
    ("open_tickets", "over_all_time", "2025-12-31", aged(1, 306, 306, 306, 306), aged(3, 326, 297, 375, 306)),
    ("avg_time_to_close", "daily", "2025-03-11", {"avg_time_to_close": 240}, {"avg_time_to_close": 240}),
    # closing again in April counts for nothing
    ("avg_time_to_close", "quarterly", "2025-04-01", {}, {}),
    ("avg_time_to_close", "over_all_time", "2025-12-31", {"avg_time_to_close": 300}, {"avg_time_to_close": 300}),
    ("time_to_merge", "monthly", "2025-03-01", (20, 20), (808 / 3, 30)),
    # not told in October when it was opened, but before the quarter ended
    ("time_to_merge", "monthly", "2025-10-01", {}, {}),
    ("time_to_merge", "quarterly", "2025-10-01", {}, (456, 456)),
    ("time_to_first_response", "monthly", "2025-02-01", {}, (48, 48)),
    ("time_to_first_response", "monthly", "2025-03-01", (24, 24), (852, 852)),
    ("time_to_first_response", "biannually", "2025-01-01", (24, 24), (584, 48)),
    ("time_to_first_response", "monthly", "2025-10-01", {}, {}),
    # the answer of November is the second one
    ("time_to_first_response", "monthly", "2025-11-01", {}, {}),
    ("time_to_first_response", "quarterly", "2025-10-01", {}, (216, 216)),
    ("time_to_first_response", "over_all_time", "2025-12-31", (24, 24), ((24 + 1680 + 48 + 216) / 4, 132)),
    ("self_merge_rates", "monthly", "2025-03-01", {"self_merge_rates": 1 / 2}, {"self_merge_rates": 1 / 3}),
    ("self_merge_rates", "monthly", "2025-10-01", {}, {}),
    ("self_merge_rates", "quarterly", "2025-10-01", {}, {"self_merge_rates": 0}),
    ("self_merge_rates", "over_all_time", "2025-12-31", {"self_merge_rates": 1 / 2}, {"self_merge_rates": 1 / 4}),
]
NAMES = {
    "time_to_merge": ("avg_time_to_merge", "median_time_to_merge"),
    "time_to_first_response": ("avg_time_to_first_response", "median_time_to_first_response"),
}


@pytest.mark.parametrize(("metric", "suffix", "day", "of_first", "of_both"), VALUES)
@pytest.mark.parametrize("entity_type", ["artifact", "project", "collection"])
def test_issues_and_pull_requests(
    metrics: CodeMetrics, entity_type: str, metric: str, suffix: str, day: str, of_first: object, of_both: object
) -> None:
    wanted = of_first if entity_type == "artifact" else of_both
    expected = dict(zip(NAMES[metric], wanted, strict=True)) if isinstance(wanted, tuple) else wanted
    found = metrics.amounts(metric, suffix, PLACE, entity_type)
    assert {name: by_day[day] for name, by_day in found.items() if day in by_day} == pytest.approx(expected)


def test_a_day_at_a_time_gives_the_ages_of_a_whole_year(metrics: CodeMetrics) -> None:
    whole = metrics.amounts("open_tickets", "daily", PLACE)["issue_age_median"]
    model = "oso.open_tickets_to_project_daily"
    for day in (date(2025, 3, 10), date(2025, 4, 20), date(2025, 4, 30), date(2025, 12, 31)):
        alone = metrics.run.rows(
            f"SELECT amount FROM ({metrics.metrics.render(model, window=(day, day + ONE_DAY))}) "
            f"WHERE metric = 'issue_age_median_daily' AND to_project_id = '{PLACE.entity_id('project')}'"
        )
        assert alone == [(whole[str(day)],)]
