"""Who came, stayed and left, and on how few people work rests: values that can be checked by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from code_metrics import Amounts, CodeMetrics, Place, code_metrics
from model_runs import window
from raw_lake import Archive

from sqlmesh_project.metrics_factory import MetricQueryDef, factory_options, load
from sqlmesh_project.oso_metrics.lifecycle import LIFECYCLE

FAMILIES_PAGE = Path(__file__).resolve().parents[3] / "docs" / "metric-families.md"
SPAN = window("2025-01-01", "2026-01-01")
ALICE, BOB, CAROL, DAVE, BOT = 1, 2, 3, 4, 9
BOT_LOGIN = {"login": "updater[bot]"}
PEOPLE, HEALTH = Place(3), Place(4)
ENTITIES = ("artifact", "project", "collection")


def people(events: Archive) -> None:
    """January: Alice at work, Bob for a day. February: Carol comes, Dave opens an issue. March: a bot. Then visits."""
    for day in range(1, 13):
        events.push(f"2025-01-{day:02} 09:00", ALICE, PEOPLE.first, [f"a{day}"])
    events.push("2025-01-05 09:00", BOB, PEOPLE.second, ["b1"])
    events.push("2025-02-03 09:00", ALICE, PEOPLE.second, ["a13"])
    for day in range(10, 20):
        events.push(f"2025-02-{day} 09:00", CAROL, PEOPLE.first, [f"c{day}"])
    events.add("IssuesEvent", "2025-02-05 09:00", DAVE, PEOPLE.second, action="opened", number=1)
    events.push("2025-03-01 09:00", BOT, PEOPLE.first, ["bot"], **BOT_LOGIN)
    events.push("2025-04-02 09:00", ALICE, PEOPLE.first, ["a14"])
    events.add("IssuesEvent", "2025-06-10 09:00", DAVE, PEOPLE.second, action="opened", number=2)


def health(events: Archive) -> None:
    """January: two days of stars. February: one star a day. March: work of four people and a bot."""
    star = {"action": "started"}
    events.add("WatchEvent", "2025-01-01 12:00", BOT, HEALTH.second, **star, **BOT_LOGIN)
    events.add("WatchEvent", "2025-01-11 12:00", ALICE, HEALTH.first, **star)
    for person in (BOB, CAROL, DAVE):
        events.add("WatchEvent", "2025-01-12 12:00", person, HEALTH.first, **star)
    for day in range(1, 29):
        events.add("WatchEvent", f"2025-02-{day:02} 12:00", 100 + day, HEALTH.first, **star)
    for person, repo, count in (
        (ALICE, HEALTH.first, 5),
        (BOB, HEALTH.first, 3),
        (CAROL, HEALTH.first, 2),
        (BOB, HEALTH.second, 3),
        (CAROL, HEALTH.second, 2),
        (DAVE, HEALTH.second, 2),
    ):
        events.push("2025-03-03 09:00", person, repo, [f"h{person}-{repo}-{n}" for n in range(count)])
    events.push("2025-03-03 09:00", BOT, HEALTH.second, [f"bot{n}" for n in range(100)], **BOT_LOGIN)
    events.add("IssuesEvent", "2025-03-04 09:00", BOT, HEALTH.first, action="closed", number=1, **BOT_LOGIN)
    for day in ("2025-03-05", "2025-03-06", "2025-04-01"):
        remark = {"action": "created", "number": 2, **BOT_LOGIN}
        events.add("PullRequestReviewCommentEvent", f"{day} 09:00", BOT, HEALTH.first, **remark)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CodeMetrics]:
    """A year of comings and goings."""
    events = Archive()
    people(events)
    health(events)
    with code_metrics(tmp_path_factory.mktemp("people_metrics"), SPAN, events, [PEOPLE, HEALTH]) as found:
        yield found


def rows(found: Amounts, names: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    """Values in the order of `names` by day; every name must be there on every day."""
    days = sorted({day for by_day in found.values() for day in by_day})
    assert set(found) == set(names)
    return {day: tuple(found[name][day] for name in names) for day in days}


DEVELOPERS = (
    "new_developers",
    "returning_developers",
    "retained_developers",
    "churned_developers",
    "change_in_active_developers",
    "change_in_full_time_developers",
    "change_in_part_time_developers",
)
CONTRIBUTORS = (
    "churned_contributors",
    "retained_contributors",
    "change_in_active_contributors",
    "change_in_new_contributors",
    "change_in_full_time_contributors",
    "change_in_part_time_contributors",
)
DEVELOPERS_BY_MONTH = {
    "artifact": {
        "2025-01-01": (1, 0, 0, 0, 1, 1, 0),
        # Alice works in the other repository: lost to this one
        "2025-02-01": (1, 0, 0, 1, 0, 0, 0),
        "2025-03-01": (0, 0, 0, 1, -1, -1, 0),
        "2025-04-01": (0, 1, 0, 0, 1, 0, 1),
        "2025-05-01": (0, 0, 0, 1, -1, 0, -1),
    },
    "project": {
        "2025-01-01": (2, 0, 0, 0, 2, 1, 1),
        "2025-02-01": (1, 0, 1, 1, 0, 0, 0),
        "2025-03-01": (0, 0, 0, 2, -2, -1, -1),
        "2025-04-01": (0, 1, 0, 0, 1, 0, 1),
        "2025-05-01": (0, 0, 0, 1, -1, 0, -1),
    },
}


@pytest.mark.parametrize("entity_type", ENTITIES)
def test_developers_of_a_month_against_those_of_the_month_before(metrics: CodeMetrics, entity_type: str) -> None:
    found = metrics.amounts("developers_lifecycle", "monthly", PEOPLE, entity_type)
    expected = DEVELOPERS_BY_MONTH["artifact" if entity_type == "artifact" else "project"]
    assert rows(found, DEVELOPERS) == expected


def test_t17_growth_is_positive_and_the_month_in_which_everyone_left_is_there(metrics: CodeMetrics) -> None:
    found = rows(metrics.amounts("developers_lifecycle", "monthly", PEOPLE), DEVELOPERS)
    change = {day: values[DEVELOPERS.index("change_in_active_developers")] for day, values in found.items()}
    assert (change["2025-01-01"], change["2025-03-01"], change["2025-04-01"]) == (2, -2, 1)
    assert metrics.amounts("active_developers", "monthly", PEOPLE)["active_developers"].get("2025-03-01") is None
    # nobody in May, nobody in June: no more than absence
    assert "2025-06-01" not in found


def test_developers_by_quarter(metrics: CodeMetrics) -> None:
    assert rows(metrics.amounts("developers_lifecycle", "quarterly", PEOPLE), DEVELOPERS) == {
        # 13 days of 90 are part-time
        "2025-01-01": (3, 0, 0, 0, 3, 0, 3),
        "2025-04-01": (0, 0, 1, 2, -2, 0, -2),
        "2025-07-01": (0, 0, 0, 1, -1, 0, -1),
    }


def test_developers_of_a_rolling_window_against_those_of_the_window_before(metrics: CodeMetrics) -> None:
    found = rows(metrics.amounts("developers_lifecycle", "over_30_day_window", PEOPLE), DEVELOPERS)
    assert {day: found[day] for day in ("2025-01-01", "2025-02-09", "2025-03-05", "2025-04-02", "2025-05-31")} == {
        "2025-01-01": (1, 0, 0, 0, 1, 0, 1),
        # Alice in both, Bob only in the first; Alice had 10 days, and has 3
        "2025-02-09": (0, 0, 1, 1, -1, -1, 0),
        # Carol's 10 days against Alice's 9 and Bob's one
        "2025-03-05": (1, 0, 0, 2, -1, 1, -2),
        # Carol, with 10 days, has left
        "2025-04-02": (0, 0, 1, 1, -1, -1, 0),
        "2025-05-31": (0, 0, 0, 1, -1, 0, -1),
    }
    assert max(found) == "2025-05-31"


def test_developers_over_half_a_year(metrics: CodeMetrics) -> None:
    found = rows(metrics.amounts("developers_lifecycle", "over_180_day_window", PEOPLE), DEVELOPERS)
    assert found["2025-06-29"] == (3, 0, 0, 0, 3, 0, 3)
    # the windows meet between July 3 and 4: all three before, nobody since
    assert found["2025-12-30"] == (0, 0, 0, 3, -3, 0, -3)


@pytest.mark.parametrize("entity_type", ["project", "collection"])
def test_contributors_of_a_month_against_those_of_the_month_before(metrics: CodeMetrics, entity_type: str) -> None:
    assert rows(metrics.amounts("contributors_lifecycle", "monthly", PEOPLE, entity_type), CONTRIBUTORS) == {
        "2025-01-01": (0, 0, 2, 2, 1, 1),
        "2025-02-01": (1, 1, 1, 0, 0, 1),
        "2025-03-01": (3, 0, -3, -2, -1, -2),
        "2025-04-01": (0, 0, 1, 0, 0, 1),
        "2025-05-01": (1, 0, -1, 0, 0, -1),
        "2025-06-01": (0, 0, 1, 0, 0, 1),
        "2025-07-01": (1, 0, -1, 0, 0, -1),
    }


def test_contributors_of_a_rolling_window_against_those_of_the_window_before(metrics: CodeMetrics) -> None:
    found = rows(metrics.amounts("contributors_lifecycle", "over_30_day_window", PEOPLE), CONTRIBUTORS)
    # February 4 to March 5: Carol and Dave, both new; January 5 to February 3: Alice and Bob, who was new
    assert found["2025-03-05"] == (2, 0, 0, 1, 1, -1)
    assert max(found) == "2025-08-08"


@pytest.mark.parametrize("entity_type", ["project", "collection"])
def test_contributors_are_classified_by_how_often_and_since_when_they_come(
    metrics: CodeMetrics, entity_type: str
) -> None:
    found = metrics.amounts("contributor_classifications", "monthly", PEOPLE, entity_type)
    assert found == {
        "active_contributors": {"2025-01-01": 2, "2025-02-01": 3, "2025-04-01": 1, "2025-06-01": 1},
        "full_time_contributors": {"2025-01-01": 1, "2025-02-01": 1},
        "part_time_contributors": {"2025-01-01": 1, "2025-02-01": 2, "2025-04-01": 1, "2025-06-01": 1},
        "resurrected_contributors": {"2025-04-01": 1, "2025-06-01": 1},
    }


def test_a_contributor_is_resurrected_after_a_whole_window_of_absence(metrics: CodeMetrics) -> None:
    found = metrics.amounts("contributor_classifications", "over_30_day_window", PEOPLE)
    # Alice came on February 3 and again on April 2: from April 4 on the window before holds nothing of her
    days = sorted(found["resurrected_contributors"])
    assert (days[0], days[-1]) == ("2025-04-04", "2025-07-09")
    assert "2025-04-03" not in days
    assert all(amount == 1 for amount in found["resurrected_contributors"].values())


def test_full_time_developers_by_week_and_year(metrics: CodeMetrics) -> None:
    # 7 days of 7, then 5: at least 10 in 30 are 3 of 7
    weekly = metrics.amounts("developer_classifications", "weekly", PEOPLE)
    assert (weekly["full_time_developers"]["2025-01-06"], weekly["part_time_developers"]["2025-02-03"]) == (1, 1)
    assert metrics.amounts("developer_classifications", "yearly", PEOPLE) == {"part_time_developers": {"2025-01-01": 3}}


@pytest.mark.parametrize(
    ("suffix", "day", "of_first", "of_both"),
    [
        # 1 and 3 events in the 21 days from the first one on; with the star of January 1 in 31 days
        ("monthly", "2025-01-01", 10 / 4 - 4 / 21, 11 / 5 - 5 / 31),
        ("monthly", "2025-02-01", 0, 0),
        ("weekly", "2025-01-06", 10 / 4 - 4 / 2, 10 / 4 - 4 / 7),
    ],
)
@pytest.mark.parametrize("entity_type", ENTITIES)
def test_burstiness(
    metrics: CodeMetrics, entity_type: str, suffix: str, day: str, of_first: float, of_both: float
) -> None:
    found = metrics.amounts("burstiness", suffix, HEALTH, entity_type)["burstiness"]
    assert found[day] == pytest.approx(of_first if entity_type == "artifact" else of_both, abs=1e-12)


@pytest.mark.parametrize("entity_type", ENTITIES)
@pytest.mark.parametrize(("suffix", "day"), [("monthly", "2025-03-01"), ("over_all_time", "2025-12-31")])
def test_t4_the_absence_factor_comes_from_pooled_contributions_of_people(
    metrics: CodeMetrics, entity_type: str, suffix: str, day: str
) -> None:
    found = metrics.amounts("contributor_absence_factor", suffix, HEALTH, entity_type)
    # Alice has 5 of 10; Bob's 6 and Alice's 5 are more than half of 17
    assert found == {"contributor_absence_factor": {day: 1 if entity_type == "artifact" else 2}}


@pytest.mark.parametrize("entity_type", ENTITIES)
def test_velocity_counts_work_by_anyone_and_people_twice(metrics: CodeMetrics, entity_type: str) -> None:
    found = metrics.amounts("project_velocity", "monthly", HEALTH, entity_type)["project_velocity"]
    march = 10 + 1 + 2 + 2 * 3 if entity_type == "artifact" else 117 + 1 + 2 + 2 * 4
    assert found == {"2025-03-01": march, "2025-04-01": 1}


def test_the_documented_query_answers_for_months_that_are_not_neighbours(metrics: CodeMetrics, tmp_path: Path) -> None:
    documented = re.findall(r"```sql\n(.*?)```", FAMILIES_PAGE.read_text(), re.DOTALL)[1]
    active_days = LIFECYCLE["developer_active_days"]
    options = metrics.metrics.options
    found = {}
    for months in (12, 2):
        path = tmp_path / f"lost_in_{months}_months.sql"
        path.write_text(documented.replace("-12", f"-{months}"))
        lost = MetricQueryDef(ref=str(path), time_aggregations=("monthly",))
        found[months] = load(
            factory_options(
                start=options.start,
                metric_queries={"developer_active_days": active_days, "lost": lost},
                timeseries_sources=sorted(options.timeseries_sources),
                relations=sorted(options.relations),
            )
        )
    assert found[12].models["oso.lost_to_project_monthly"].reads == "lookback:12:month"
    # of January Alice and Bob are lost in March; of February Carol, not Alice, in April; of April Alice in June
    assert CodeMetrics(metrics.run, found[2], SPAN).amounts("lost", "monthly", PEOPLE) == {
        "lost": {"2025-03-01": 2, "2025-04-01": 1, "2025-06-01": 1}
    }
