"""Joined records say what single ones said: nothing turns stale or fresh by it, now or by anything that comes later."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from small_lake import Event, events_of, land_events

from oso_dagster import api
from oso_dagster.computing import freshness_of
from oso_dagster.freshness import Freshness
from oso_dagster.maintenance.settling import settled
from oso_dagster.maintenance.tasks import maintain
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.logs import ledger_of
from oso_lake.calendar import ONE_DAY, Window

START = date(2024, 1, 1)
NOW = datetime(2024, 6, 1, tzinfo=UTC)
MODELS = ("stg_events", "int_first", "stars_to_artifact_daily", "stars_to_artifact_weekly", "artifacts_v1")
MODELS += ("actors_to_artifact_over_7_day_window", "newcomers_to_artifact_daily", "stars_to_artifact_over_all_time")
StaleWindows = dict[str, tuple[Window, ...] | None]


@pytest.fixture
def project(own_project: Callable[[], Project]) -> Project:
    """A planned installation in which nothing has landed, of fewer models: what is tested here needs no more."""
    project = own_project()
    for file in (project.path / "models").glob("*.sql"):
        if file.stem not in MODELS:
            file.unlink()
    api.plan(project.settings, project=project)
    return project


def _stale(freshness: Freshness) -> StaleWindows:
    span = Window(freshness.start, freshness.raw.lake_end)
    found = freshness.stale(freshness.manifest.models, lambda model: span)
    return {one.model.name: one.windows for one in found}


def _freshness(project: Project) -> Freshness:
    return freshness_of(project, load_manifest(project), NOW)


def _with_records_of(old: Freshness, project: Project) -> Freshness:
    """The lake as it is now, by the records there were."""
    now = _freshness(project)
    return Freshness(
        manifest=now.manifest,
        planned=now.planned,
        entries=old.entries,
        changes=old.changes,
        raw=now.raw,
        start=now.start,
    )


def _events_without(dropped: int, day: date) -> list[Event]:
    return events_of(day)[dropped:]


def _records(project: Project) -> int:
    return sum(map(len, ledger_of(project).entries().values()))


def _compute_each_day(project: Project, begin: date, end: date) -> None:
    for day in Window(begin, end).dates():
        land_events(project.settings, day, day + ONE_DAY)
        assert api.materialize(project.settings, project=project).failed == {}


def test_days_computed_one_by_one_become_one_record_a_model_and_a_late_day_is_seen_as_before(project: Project) -> None:
    _compute_each_day(project, START, START + timedelta(days=5))
    before = _freshness(project)
    assert _stale(before) == {}

    foreseen = maintain(project, "settle", is_applied=False, now=NOW)
    assert _records(project) == sum(map(len, before.entries.values())), "saying what would go changes nothing"
    done = maintain(project, "settle", is_applied=True, now=NOW)

    assert foreseen == done
    left = {name: [str(one.window) for one in entries] for name, entries in ledger_of(project).entries().items()}
    assert {name: len(windows) for name, windows in left.items()} == dict.fromkeys(before.entries, 1), left
    assert _stale(_freshness(project)) == {}
    assert maintain(project, "settle", is_applied=True, now=NOW) == [], "a second time finds nothing"
    late = START + 2 * ONE_DAY
    land_events(project.settings, late, late + ONE_DAY, events=lambda day: events_of(day)[1:], again=True)
    expected = _stale(_with_records_of(before, project))
    assert expected["oso.stars_to_artifact_daily"], "a late day is stale"
    assert _stale(_freshness(project)) == expected


def test_what_is_stale_stays_stale(project: Project) -> None:
    _compute_each_day(project, START, START + timedelta(days=4))
    land_events(project.settings, START + ONE_DAY, START + 2 * ONE_DAY, events=lambda day: [], again=True)
    # the parent is computed again and says so; what reads it is not
    api.materialize(project.settings, "stg_events", project=project)
    before = _stale(_freshness(project))
    assert before

    maintain(project, "settle", is_applied=True, now=NOW)

    assert _stale(_freshness(project)) == before


def test_records_wait_while_a_version_that_may_come_back_has_not_seen_a_change(project: Project) -> None:
    _compute_each_day(project, START, START + timedelta(days=3))
    freshness = _freshness(project)
    first = min(entry.computed for entries in freshness.entries.values() for entry in entries)

    waiting = settled(freshness, oldest_kept=first)
    free = settled(freshness, oldest_kept=None)

    assert len(free.entries["oso.stars_to_artifact_daily"]) == 1
    assert "oso.stars_to_artifact_daily" not in waiting.entries


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_settled_records_and_single_ones_agree(project: Project, seed: int) -> None:
    random_ = random.Random(seed)
    _compute_each_day(project, START, START + timedelta(days=3))
    end = START + timedelta(days=3)
    selections = ["*", "*", "stg_events", "+stars_to_artifact_daily", "+actors_to_artifact_over_7_day_window"]
    for _ in range(5):
        before = _freshness(project)
        stale = _stale(before)
        maintain(project, "settle", is_applied=True, now=NOW)
        assert _stale(_freshness(project)) == stale
        if random_.random() < 0.5:
            land_events(project.settings, end, end + ONE_DAY)
            end += ONE_DAY
        else:
            day = START + random_.randrange((end - START).days) * ONE_DAY
            events = partial(_events_without, random_.randrange(3))
            land_events(project.settings, day, day + ONE_DAY, events=events, again=True)
        assert _stale(_freshness(project)) == _stale(_with_records_of(before, project))
        assert api.materialize(project.settings, random_.choice(selections), project=project).failed == {}
