"""What becomes stale, to the day: scattered days, projects whose artifacts change, and rebuilt tables that differ."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from model_entries import metric_model
from small_directory import RARE_DAYS, add_directory, land_members, rare_events
from small_lake import land_events

from oso_dagster import api
from oso_dagster.freshness import Stale
from oso_dagster.groups import batches
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.footprints import FootprintError, checked
from oso_dagster.runner.logs import ledger_of
from oso_dagster.spans import merged, without
from oso_lake import Lake
from oso_lake.calendar import Window

START = date(2024, 1, 1)
END = date(2024, 3, 1)
ONE_DAY = timedelta(days=1)

FIRST_FOOTPRINT = "SELECT first_day AS day FROM changed"


@pytest.fixture
def computed(own_project: Callable[[], Project]) -> Project:
    """Two months computed: repositories 1 and 2 are of project a; 3 is of nobody's."""
    project = own_project()
    add_directory(project)
    (project.path / "footprints" / "int_first.sql").write_text(FIRST_FOOTPRINT)
    land_events(project.settings, START, END, events=rare_events)
    land_members(project, {"1": "a", "2": "a"})
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, project=project).failed == {}
    return project


def _computed_windows(report: api.MaterializeReport) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for outcome in report.outcomes:
        found.setdefault(outcome.model.table, []).append(str(outcome.window))
    return found


def _stars(project: Project) -> dict[tuple[str, date], float]:
    rows = Lake(project.settings).arrow(
        "select project_id, sample_date, amount from timeseries_metrics_by_project_v0 s join metrics_v0 m"
        " on m.metric_id = s.metric_id where m.metric_name = 'GITHUB_stars_daily'"
    )
    return {(row["project_id"], row["sample_date"]): row["amount"] for row in rows.to_pylist()}


def test_t10_a_directory_change_makes_exactly_that_projects_history_stale(computed: Project) -> None:
    before = _stars(computed)
    land_members(computed, {"1": "a", "2": "a", "3": "b"})
    report = api.materialize(computed.settings, project=computed)
    windows = _computed_windows(report)
    assert windows.pop("members") == [str(Window(START, END))]
    assert windows == {
        "stars_to_project_daily": ["[2024-01-10, 2024-01-11)", "[2024-02-20, 2024-02-21)"],
        "stars_to_project_monthly": ["[2024-01-01, 2024-03-01)"],
    }
    after = _stars(computed)
    assert {key for key in after if key not in before} == {("b", day) for day in RARE_DAYS}
    assert all(after[key] == amount for key, amount in before.items())
    assert api.fresh(computed.settings, project=computed).stale == {}


def test_a_project_that_loses_an_artifact_loses_its_numbers_on_those_days(computed: Project) -> None:
    land_members(computed, {"1": "a", "2": "a", "3": "b"})
    api.materialize(computed.settings, project=computed)
    land_members(computed, {"1": "a", "2": "a"})
    api.materialize(computed.settings, project=computed)
    assert {project for project, _ in _stars(computed)} == {"a"}


def test_a_directory_that_says_the_same_makes_nothing_stale(computed: Project) -> None:
    land_members(computed, {"1": "a", "2": "a"})
    report = api.materialize(computed.settings, project=computed)
    assert set(_computed_windows(report)) == {"members"}


def test_a_footprint_that_is_gone_makes_all_of_it_stale(computed: Project) -> None:
    (computed.path / "footprints" / "members.sql").unlink()
    land_members(computed, {"1": "a", "2": "a", "3": "b"})
    report = api.materialize(computed.settings, project=computed)
    assert _computed_windows(report)["stars_to_project_daily"] == [str(Window(START, END))]


def test_scattered_days_that_landed_anew_are_computed_and_nothing_between(computed: Project) -> None:
    for day in (date(2024, 1, 5), date(2024, 2, 10)):
        land_events(computed.settings, day, day + ONE_DAY, events=lambda day: [*rare_events(day)[:1]], again=True)
    windows = _computed_windows(api.materialize(computed.settings, project=computed))
    # the first two hours of a day hold late events of the day before
    scattered = ["[2024-01-04, 2024-01-06)", "[2024-02-09, 2024-02-11)"]
    assert windows["stg_events"] == windows["stars_to_artifact_daily"] == scattered
    assert windows["stars_to_artifact_weekly"] == ["[2024-01-01, 2024-01-08)", "[2024-02-05, 2024-02-12)"]
    assert windows["stars_to_artifact_monthly"] == ["[2024-01-01, 2024-03-01)"]


def test_rows_that_change_alike_are_a_change(computed: Project) -> None:
    day = date(2024, 1, 17)
    entries = []
    for actors in ((1,), (1, 2)):
        stars = [("WatchEvent", actor, repository) for actor in actors for repository in (1, 2)]
        land_events(computed.settings, day, day + ONE_DAY, events=lambda _, stars=stars: stars, again=True)
        assert api.materialize(computed.settings, "stars_to_artifact_daily +stg_events", project=computed).failed == {}
        found = ledger_of(computed).entries()["oso.stars_to_artifact_daily"]
        entries.append(next(entry for entry in found if entry.window.start <= day < entry.window.end))
    # two repositories had one star each, and have two each now
    assert entries[1].changed == entries[1].computed > entries[0].changed


def test_a_first_event_that_moves_concerns_the_days_it_left_and_reached(computed: Project) -> None:
    assert load_manifest(computed).by_name["oso.int_first"].footprint
    day = date(2024, 2, 25)
    newcomer = [*rare_events(day), ("WatchEvent", 77, 1)]
    land_events(computed.settings, day, day + ONE_DAY, events=lambda _: newcomer, again=True)
    windows = _computed_windows(api.materialize(computed.settings, project=computed))
    # it reads history: every day from the first that changed on
    assert windows["newcomers_to_artifact_daily"] == [str(Window(day, END))]


def test_runs_hold_models_of_the_same_range_in_ascending_order() -> None:
    one, two = metric_model("one"), metric_model("two")
    days = [Window(START + timedelta(days=n), START + timedelta(days=n + 1)) for n in range(10)]
    wide = Window(days[0].start, days[4].end)
    found = batches([Stale(model=one, windows=(days[0], days[3])), Stale(model=two, windows=(wide,))])
    assert [([m.name for m in batch.models], str(batch.window)) for batch in found] == [
        (["one", "two"], "[2024-01-01, 2024-01-02)"),
        (["two"], "[2024-01-02, 2024-01-04)"),
        (["one", "two"], "[2024-01-04, 2024-01-05)"),
        (["two"], "[2024-01-05, 2024-01-06)"),
    ]


@pytest.mark.parametrize(
    ("taken", "left"),
    [([], ["[1, 9)"]), ([(1, 9)], []), ([(0, 2), (3, 4), (4, 5)], ["[2, 3)", "[5, 9)"]), ([(8, 12)], ["[1, 8)"])],
)
def test_what_is_left_of_a_window(taken: Sequence[tuple[int, int]], left: Sequence[str]) -> None:
    def window(start: int, end: int) -> Window:
        return Window(START + timedelta(days=start), START + timedelta(days=end))

    found = without(window(1, 9), [window(*one) for one in taken])
    assert [f"[{(w.start - START).days}, {(w.end - START).days})" for w in found] == left
    assert merged([*found, *found]) == found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT 1 AS day", "must read `changed`"),
        ("SELECT x FROM changed", "must give day"),
        ("DELETE FROM changed", "expected one query"),
        ("SELECT day FROM changed; SELECT 1", "expected one query"),
    ],
)
def test_a_footprint_that_is_not_one_is_refused_with_its_file(text: str, fault: str) -> None:
    with pytest.raises(FootprintError, match=f"members.sql: .*{fault}"):
        checked(text, Path("members.sql"))
