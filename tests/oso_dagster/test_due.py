"""What is due, with a given clock: the nights of landing, and each grain's turn when its window completes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from model_entries import metric_model

from oso_dagster.due import State, compute_due, explain_none, land_due
from oso_dagster.manifest import Manifest, ModelEntry
from oso_lake.calendar import Grain, Window

START = date(2022, 1, 1)
GITHUB, CHAIN = "github_archive", "evm_chain"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _model(grain: Grain, source: str = GITHUB) -> ModelEntry:
    return metric_model(f"oso.{source}_{grain.value}", grain, raw_inputs=(f"{source}.events",))


MANIFEST = Manifest(
    fingerprint="", models=tuple(_model(grain, source) for grain in Grain for source in (GITHUB, CHAIN))
)


def _state(landed: str, chain: str | None = None, computed_until: str | None = None) -> State:
    """Landed to a day; every model computed from the start to the last whole window before a day."""
    github, chain_end = date.fromisoformat(landed), date.fromisoformat(chain or landed)
    until = date.fromisoformat(computed_until or landed)
    computed = {}
    for model in MANIFEST.models:
        whole = (model.grain or Grain.DAILY).whole(Window(START, until))
        computed[model.name] = [whole] if whole else []
    return State(start=START, landed_end={GITHUB: github, CHAIN: chain_end}, computed=computed)


def _due(grain: Grain, now: str, state: State) -> dict[str, list[str]]:
    found = compute_due(grain, _at(now), MANIFEST, state)
    return {name: [str(window) for window in windows] for name, windows in found.windows.items()} if found else {}


def _both(grain: Grain, window: str) -> dict[str, list[str]]:
    return {f"oso.{source}_{grain.value}": [window] for source in (GITHUB, CHAIN)}


TURNS = [
    (Grain.DAILY, "2024-02-29", "[2024-02-28, 2024-02-29)"),
    (Grain.WEEKLY, "2024-03-04", "[2024-02-26, 2024-03-04)"),
    (Grain.MONTHLY, "2024-03-01", "[2024-02-01, 2024-03-01)"),
    (Grain.QUARTERLY, "2024-04-01", "[2024-01-01, 2024-04-01)"),
    (Grain.BIANNUALLY, "2024-07-01", "[2024-01-01, 2024-07-01)"),
    (Grain.YEARLY, "2024-01-01", "[2023-01-01, 2024-01-01)"),
]


@pytest.mark.parametrize(("grain", "end", "window"), TURNS)
def test_a_window_is_due_when_it_is_over_and_not_a_minute_before(grain: Grain, end: str, window: str) -> None:
    day_before = str(date.fromisoformat(end) - timedelta(days=1))
    state = _state(end, computed_until=day_before)
    assert _due(grain, f"{end} 00:00", state) == _both(grain, window)
    assert _due(grain, f"{day_before} 23:59:59", state) == {}


@pytest.mark.parametrize(("grain", "end", "window"), TURNS)
def test_what_is_computed_is_not_due_again(grain: Grain, end: str, window: str) -> None:
    assert _due(grain, f"{end} 12:00", _state(end)) == {}
    assert f"this one is over on {grain.next(date.fromisoformat(end))}" in explain_none(grain, _at(end), _state(end))


@pytest.mark.parametrize(("grain", "end", "window"), TURNS[1:])
def test_three_days_late_it_is_the_same_window(grain: Grain, end: str, window: str) -> None:
    later = str(date.fromisoformat(end) + timedelta(days=3))
    state = _state(later, computed_until=str(date.fromisoformat(end) - timedelta(days=1)))
    assert _due(grain, f"{later} 09:00", state) == _both(grain, window)


def test_three_days_late_all_three_days_are_due() -> None:
    state = _state("2024-05-10", computed_until="2024-05-07")
    assert _due(Grain.DAILY, "2024-05-10 09:00", state) == _both(Grain.DAILY, "[2024-05-07, 2024-05-10)")


def test_a_year_that_was_missed_by_months_is_still_due_and_days_of_months_ago_are_not() -> None:
    state = _state("2024-05-10", computed_until="2023-12-31")
    assert _due(Grain.YEARLY, "2024-05-10 09:00", state) == _both(Grain.YEARLY, "[2023-01-01, 2024-01-01)")
    assert _due(Grain.DAILY, "2024-05-10 09:00", state) == _both(Grain.DAILY, "[2024-05-03, 2024-05-10)")


def test_a_source_that_is_late_holds_back_what_reads_it_and_nothing_else() -> None:
    state = _state("2024-03-04", chain="2024-03-02", computed_until="2024-03-02")
    assert _due(Grain.WEEKLY, "2024-03-04 06:00", state) == {
        "oso.github_archive_weekly": ["[2024-02-26, 2024-03-04)"],
    }
    assert "evm_chain is landed until 2024-03-02" in explain_none(Grain.WEEKLY, _at("2024-03-04 06:00"), state)
    landed = replace(state, landed_end={GITHUB: date(2024, 3, 5), CHAIN: date(2024, 3, 5)})
    assert _due(Grain.WEEKLY, "2024-03-05 06:00", landed) == _both(Grain.WEEKLY, "[2024-02-26, 2024-03-04)")


def test_a_hole_in_the_last_week_is_due_and_what_lies_around_it_is_not() -> None:
    state = _state("2024-05-10")
    name = "oso.github_archive_daily"
    holes = [Window(START, date(2024, 5, 5)), Window(date(2024, 5, 6), date(2024, 5, 10))]
    state = replace(state, computed={**state.computed, name: holes})
    assert _due(Grain.DAILY, "2024-05-10 04:00", state) == {name: ["[2024-05-05, 2024-05-06)"]}


@pytest.mark.parametrize(
    ("clock", "is_due"),
    [
        # half past midnight in Berlin is still the last day of March in UTC; clocks there went forward that night
        ("2024-04-01T00:30:00+02:00", False),
        ("2024-04-01T01:59:59+02:00", False),
        ("2024-04-01T02:00:00+02:00", True),
        # and in New York the evening before is April in UTC
        ("2024-03-31T20:00:00-04:00", True),
    ],
)
def test_windows_end_at_midnight_utc_whatever_the_zone_of_the_clock(clock: str, is_due: bool) -> None:
    state = _state("2024-04-01", computed_until="2024-03-31")
    for grain in (Grain.DAILY, Grain.WEEKLY, Grain.MONTHLY, Grain.QUARTERLY):
        found = compute_due(grain, datetime.fromisoformat(clock), MANIFEST, state)
        assert (found is not None) is is_due


def test_a_week_that_began_before_the_start_is_never_due() -> None:
    state = State(start=date(2024, 1, 31), landed_end={GITHUB: date(2024, 2, 5), CHAIN: date(2024, 2, 5)}, computed={})
    assert _due(Grain.WEEKLY, "2024-02-05 03:30", state) == {}
    assert _due(Grain.DAILY, "2024-02-05 03:30", state) == _both(Grain.DAILY, "[2024-01-31, 2024-02-05)")


def test_the_same_work_has_one_key_a_day_and_other_work_another() -> None:
    state = _state("2024-03-04", computed_until="2024-03-03")
    due = compute_due(Grain.WEEKLY, _at("2024-03-04 04:15"), MANIFEST, state)
    again = compute_due(Grain.WEEKLY, _at("2024-03-04 05:15"), MANIFEST, state)
    assert due is not None
    assert again is not None
    key = due.run_key(_at("2024-03-04 04:15"))
    assert again.run_key(_at("2024-03-04 05:15")) == key
    assert again.run_key(_at("2024-03-05 04:15")) != key
    chain_only = replace(state, landed_end={GITHUB: date(2024, 3, 2), CHAIN: date(2024, 3, 4)})
    other = compute_due(Grain.WEEKLY, _at("2024-03-04 05:15"), MANIFEST, chain_only)
    assert other is not None
    assert other.run_key(_at("2024-03-04 05:15")) != key


def test_an_ordinary_night_lands_yesterday() -> None:
    assert land_due(_at("2024-05-10 03:30"), START, date(2024, 5, 9)) == Window(date(2024, 5, 9), date(2024, 5, 10))


def test_before_the_lateness_is_over_the_day_is_not_to_be_landed() -> None:
    assert land_due(_at("2024-05-10 02:59"), START, date(2024, 5, 8)) == Window(date(2024, 5, 8), date(2024, 5, 9))


def test_a_machine_that_was_off_lands_a_week_at_most() -> None:
    assert land_due(_at("2024-05-10 03:30"), START, date(2024, 4, 1)) == Window(date(2024, 5, 3), date(2024, 5, 10))


def test_what_is_landed_already_is_asked_for_again_for_one_day() -> None:
    assert land_due(_at("2024-05-10 03:30"), START, date(2024, 5, 10)) == Window(date(2024, 5, 9), date(2024, 5, 10))


def test_on_the_first_day_there_is_nothing_to_land() -> None:
    assert land_due(_at("2022-01-01 23:00"), START, START) is None
