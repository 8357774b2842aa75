"""Stories of an installation from end to end: what arrives, breaks, dies and is deployed, as its operator lives it."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from scenario import Scenario, day
from small_directory import RARE_DAYS, add_directory, land_members, rare_events
from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.instance import open_instance
from oso_dagster.project import Project
from oso_dagster.retire import retire
from oso_lake import Lake
from oso_lake.settings import Settings

START, END = date(2024, 1, 1), date(2024, 2, 1)
PROJECT = Path(__file__).parent / "project"
# the five that share a source, and what they read
KEPT = ("stg_events", "int_first", "artifacts_v1", "newcomers_to_artifact_daily")
FIVE = tuple(
    f"{kind}_to_artifact_{grain}"
    for kind, grain in (
        ("stars", "daily"),
        ("stars", "weekly"),
        ("stars", "monthly"),
        ("forks", "daily"),
        ("forks", "weekly"),
    )
)
STARS, FORKS = "GITHUB_stars_daily", "GITHUB_forks_daily"


@pytest.fixture(scope="module")
def told_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month, landed, planned and computed, with a directory of one project; copied for each story."""
    place = tmp_path_factory.mktemp("told") / "place"
    shutil.copytree(PROJECT, place / "project", ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    for file in (place / "project" / "models").glob("*.sql"):
        if file.stem not in KEPT + FIVE:
            file.unlink()
    project = _project(place)
    add_directory(project)
    land_events(project.settings, START, END, events=rare_events)
    land_members(project, {"1": "a", "2": "a"})
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, project=project).failed == {}
    open_instance(project.settings).dispose()
    shutil.copytree(place, place.with_name("original"))
    return place


@pytest.fixture
def story(told_place: Path) -> Scenario:
    """The month, with nothing to do."""
    shutil.rmtree(told_place, ignore_errors=True)
    shutil.copytree(told_place.with_name("original"), told_place)
    scenario = Scenario(_project(told_place))
    scenario.tick()
    assert scenario.asked == []
    scenario.mark()
    return scenario


def _project(place: Path) -> Project:
    return Project(settings=Settings(home=place / "home", start=START), path=place / "project")


def test_a_late_event_and_a_corrected_hour_reach_every_metric_in_one_tick(story: Scenario) -> None:
    """T20: the hours corrected on the 20th hold as many rows as before."""
    before = story.read(STARS)
    story.land(day("01-07"), events=lambda one: [*rare_events(one), ("WatchEvent", 9, 1)], again=True)
    story.land(day("01-20"), events=lambda one: [("WatchEvent", 9, 2) for _ in rare_events(one)], again=True)
    assert story.tick() == "computing 11 stale models"
    assert story.run()
    # the first hours of a day hold late events of the day before
    days = {"[2024-01-06, 2024-01-08)", "[2024-01-19, 2024-01-21)"}
    assert story.computed() == {
        "stg_events": days,
        "int_first": {"[2024-01-01, 2024-02-01)"},
        "artifacts_v1": {"[2024-01-01, 2024-02-01)"},
        "newcomers_to_artifact_daily": {"[2024-01-01, 2024-02-01)"},
        "stars_to_artifact_daily": days,
        "stars_to_artifact_weekly": {"[2024-01-01, 2024-01-08)", "[2024-01-15, 2024-01-22)"},
        "stars_to_artifact_monthly": {"[2024-01-01, 2024-02-01)"},
        "forks_to_artifact_daily": days,
        "forks_to_artifact_weekly": {"[2024-01-01, 2024-01-08)", "[2024-01-15, 2024-01-22)"},
        "stars_to_project_daily": days,
        "stars_to_project_monthly": {"[2024-01-01, 2024-02-01)"},
    }
    after = story.read(STARS)
    assert after["1", day("01-07")] == before["1", day("01-07")] + 1
    assert ("1", day("01-20")) not in after
    assert {key for key in before if before[key] != after.get(key)} == {
        ("1", day("01-07")),
        ("1", day("01-20")),
        ("2", day("01-20")),
    }
    story.tick()
    assert story.asked == []


def test_a_directory_change_of_one_project_recomputes_its_history_alone(story: Scenario) -> None:
    """T10."""
    land_members(story.project, {"1": "a", "2": "a", "3": "b"})
    rare = RARE_DAYS[0]
    assert story.settle() == {
        "members": {"[2024-01-01, 2024-02-01)"},
        "stars_to_project_daily": {f"[{rare}, {date.fromordinal(rare.toordinal() + 1)})"},
        "stars_to_project_monthly": {"[2024-01-01, 2024-02-01)"},
    }


@pytest.mark.parametrize("station", ["evaluate", "publish", "record"])
def test_a_run_killed_on_its_way_leaves_no_green_window_without_data_and_the_next_continues(
    story: Scenario, station: str
) -> None:
    green, before = story.green("stars_to_artifact_daily"), story.read(STARS)
    story.land(day("02-01"))
    story.tick()
    story.kill(station)
    assert story.green("stars_to_artifact_daily") == green
    assert "stars_to_artifact_daily" not in story.computed()
    assert "is under way" in story.tick(), "it may be one that is just about to begin"
    story.wait(minutes=10)
    story.tick()
    assert story.statuses() == ["FAILURE"]
    assert story.run()
    after = story.read(STARS)
    assert {key[1] for key in after.keys() - before.keys()} == {day("02-01")}
    assert sum(after.values()) == sum(before.values()) + 3
    assert story.green("stars_to_artifact_daily") - green == {"2024-01-31", "2024-02-01"} - green
    story.tick()
    assert story.asked == []


def test_one_of_five_fails_its_siblings_go_on_and_it_is_computed_once_it_is_repaired(story: Scenario) -> None:
    """T19."""
    before = story.read(FORKS)
    story.edit("forks_to_artifact_daily", "SUM(amount)", "SUM(IF(amount > 0, ERROR('no such fork')::INT, 1))")
    story.deploy()
    story.land(day("02-01"))
    story.tick()
    assert not story.run()
    assert "no such fork" in story.errors()["forks_to_artifact_daily"]
    assert set(story.errors()) == {"forks_to_artifact_daily"}
    assert ("1", day("02-01")) in story.read(STARS)
    assert story.read(FORKS) == before, "what was published of it is served on"
    story.tick()
    assert story.asked == [], "it waits before it is tried again"
    story.wait(minutes=10)
    story.tick()
    assert not story.run()

    story.edit("forks_to_artifact_daily", "SUM(IF(amount > 0, ERROR('no such fork')::INT, 1))", "SUM(amount)")
    story.deploy()
    assert set(story.settle()) == {"forks_to_artifact_daily"}, "a new definition is tried at once"
    assert story.errors() == {}
    assert story.read(FORKS).items() >= before.items()


def test_one_of_five_is_run_again_and_nothing_follows_from_it(story: Scenario) -> None:
    """T18."""
    before = {metric: story.read(metric) for metric in (STARS, FORKS)}
    report = api.materialize(
        story.project.settings, "stars_to_artifact_daily", partition="2024-01-10", project=story.project, force=True
    )
    assert report.done == ("oso.stars_to_artifact_daily",)
    assert story.computed() == {"stars_to_artifact_daily": {"[2024-01-10, 2024-01-11)"}}
    assert {metric: story.read(metric) for metric in (STARS, FORKS)} == before
    story.tick()
    assert story.asked == []


def test_a_metric_is_deployed_computed_by_one_tick_removed_and_retired(story: Scenario) -> None:
    text = story.file("forks_to_artifact_daily").read_text()
    story.file("forkings_to_artifact_daily").write_text(text.replace("forks", "forkings"))
    assert story.deploy().added == ("oso.forkings_to_artifact_daily",)
    assert story.settle() == {"forkings_to_artifact_daily": {"[2024-01-01, 2024-02-01)"}}
    forkings = story.read("GITHUB_forkings_daily")
    assert forkings == story.read(FORKS)

    story.file("forkings_to_artifact_daily").unlink()
    assert story.deploy().removed == ("oso.forkings_to_artifact_daily",)
    assert story.settle() == {}
    assert story.read("GITHUB_forkings_daily") == forkings
    (gone,) = retire(story.project, is_applied=True)
    assert (gone.model, gone.rows) == ("oso.forkings_to_artifact_daily", len(forkings))
    assert "GITHUB_forkings_daily" not in Lake(story.project.settings).metrics()["metric_name"].tolist()
    assert story.settle() == {}


def test_windows_wait_for_a_day_that_is_missing_and_are_computed_once_it_lands(story: Scenario) -> None:
    """T21 by way of the sensor: no week or day that needs it goes green before."""
    gap = day("02-02")
    story.land(day("02-01"), day("02-05"), skip=frozenset({gap}))
    story.tick()
    while story.asked:
        story.run()
        story.tick()
    assert gap not in {key[1] for key in story.read(STARS)}
    assert "2024-02-02" not in story.green("stars_to_artifact_daily")
    assert "2024-01-29" not in story.green("stars_to_artifact_weekly")
    story.land(gap, events=events_of)
    story.wait(minutes=10)
    story.settle()
    assert {day("02-01"), gap, day("02-04")} <= {key[1] for key in story.read(STARS)}
    assert "2024-01-29" in story.green("stars_to_artifact_weekly")
