"""What checks say of windows, and which of it becomes an event: what is new, bounded, the most urgent first."""

from datetime import date, timedelta

from oso_dagster.window_checks import (
    COVERAGE,
    FRESHNESS,
    GAP,
    MOST_WINDOWS,
    Known,
    Told,
    Verdict,
    newest,
    summary,
    verdict,
    worth_telling,
)
from oso_lake.calendar import Grain, Window
from oso_lake.window_states import State

MODEL = "oso.stars_to_project_daily"


def _known(*ranges: tuple[str, str, State], model: str = MODEL, grain: Grain = Grain.DAILY) -> Known:
    reasons = {State.FRESH: None}
    return Known(
        model=model,
        grain=grain,
        ranges=tuple(
            (Window(date.fromisoformat(a), date.fromisoformat(b)), state, reasons.get(state, f"why {state}"))
            for a, b, state in ranges
        ),
    )


def _tell(known: Known, told: dict[str, Told], most: int = 1000) -> tuple[list[tuple[str, str, bool]], dict[str, Told]]:
    """Check, window and outcome of what is told, and what is remembered."""
    verdicts, after, _ = worth_telling({known.model: known}, told, most)
    return [_short(one) for one in verdicts], after


def _short(one: Verdict) -> tuple[str, str, bool]:
    return one.check, str(one.window.start) if one.window else "", one.passed


MIXED = _known(
    ("2024-01-01", "2024-01-03", State.MISSING),
    ("2024-01-03", "2024-01-10", State.FRESH),
    ("2024-01-10", "2024-01-11", State.FAILED),
    ("2024-01-11", "2024-01-13", State.STALE),
    ("2024-01-13", "2024-01-14", State.PARTIAL),
    ("2024-01-14", "2024-01-15", State.MISSING),
    ("2024-01-15", "2024-01-20", State.FRESH),
)


def test_a_gap_is_an_error_and_what_is_stale_a_warning() -> None:
    said = {
        (check, day): (one.passed, one.is_error, one.description)
        for check in (GAP, FRESHNESS)
        for day in (5, 10, 12, 13, 14)
        for one in [verdict(MIXED, check, Window(date(2024, 1, day), date(2024, 1, day + 1)))]
    }
    assert {day for (check, day), (passed, *_) in said.items() if check == GAP and not passed} == {10, 13, 14}
    assert {day for (check, day), (passed, *_) in said.items() if check == FRESHNESS and not passed} == {10, 12, 13, 14}
    assert said[GAP, 10] == (False, True, "failed: why failed")
    assert said[FRESHNESS, 12] == (False, False, "stale: why stale")
    assert said[GAP, 5] == (True, True, "fresh")


def test_a_window_that_is_not_landed_is_a_gap_that_says_so() -> None:
    one = verdict(MIXED, GAP, Window(date(2024, 2, 1), date(2024, 2, 2)))
    assert (one.passed, one.description) == (False, "missing: not landed yet")


def test_coverage_counts_every_window_and_names_the_ranges_that_are_not_fresh() -> None:
    one = summary(MIXED)
    assert (one.passed, one.is_error, one.window) == (False, True, None)
    assert one.description == "12 of 19 daily windows are fresh"
    counts = {state: one.metadata[state] for state in ("fresh", "missing", "failed", "stale", "partial")}
    assert counts == {"fresh": 12, "missing": 3, "failed": 1, "stale": 2, "partial": 1}
    assert len(one.metadata["not_fresh"]) == 5
    only_stale = summary(_known(("2024-01-01", "2024-01-05", State.FRESH), ("2024-01-05", "2024-01-06", State.STALE)))
    assert (only_stale.passed, only_stale.is_error) == (False, False)
    assert summary(_known(("2024-01-01", "2024-01-05", State.FRESH))).passed


def test_told_are_gaps_since_the_first_computed_window_what_is_stale_and_the_count_and_then_nothing() -> None:
    said, told = _tell(MIXED, {})
    assert sorted(said) == [
        (COVERAGE, "", False),
        (FRESHNESS, "2024-01-11", False),
        (FRESHNESS, "2024-01-12", False),
        (GAP, "2024-01-10", False),
        (GAP, "2024-01-13", False),
        (GAP, "2024-01-14", False),
    ]
    assert _tell(MIXED, told)[0] == []
    assert _tell(MIXED, {name: Told.parse(one.dump()) for name, one in told.items()})[0] == []


def test_what_recovered_is_told_once_as_passed() -> None:
    _, told = _tell(MIXED, {})
    whole = _known(("2024-01-01", "2024-01-20", State.FRESH))
    said, after = _tell(whole, told)
    assert sorted(one for one in said if one[0] != COVERAGE) == [
        (FRESHNESS, "2024-01-11", True),
        (FRESHNESS, "2024-01-12", True),
        (GAP, "2024-01-10", True),
        (GAP, "2024-01-13", True),
        (GAP, "2024-01-14", True),
    ]
    assert (COVERAGE, "", True) in said
    assert _tell(whole, after)[0] == []


def test_a_stale_window_that_fails_becomes_a_gap_and_is_told_once() -> None:
    before = _known(("2024-01-01", "2024-01-05", State.FRESH), ("2024-01-05", "2024-01-06", State.STALE))
    _, told = _tell(before, {})
    after = _known(("2024-01-01", "2024-01-05", State.FRESH), ("2024-01-05", "2024-01-06", State.FAILED))
    said, told = _tell(after, told)
    assert (GAP, "2024-01-05", False) in said
    assert _tell(after, told)[0] == []


def test_of_many_windows_the_newest_are_told_and_the_others_counted() -> None:
    years = _known(("2014-01-01", "2014-01-02", State.FRESH), ("2014-01-02", "2024-01-01", State.STALE))
    said, told = _tell(years, {})
    windows = sorted(day for check, day, _ in said if check == FRESHNESS)
    assert (len(windows), windows[-1]) == (MOST_WINDOWS, "2023-12-31")
    assert summary(years).metadata["not_told_one_by_one"] == 3651 - MOST_WINDOWS
    assert _tell(years, told)[0] == []
    recovered, _ = _tell(_known(("2014-01-01", "2024-01-01", State.FRESH)), told)
    assert len(recovered) == MOST_WINDOWS + 1


def test_a_model_that_was_never_computed_is_one_event() -> None:
    assert _tell(_known(("2014-01-01", "2024-01-01", State.MISSING)), {})[0] == [(COVERAGE, "", False)]


def test_an_event_budget_takes_what_recovered_and_errors_first_and_the_rest_at_later_ticks() -> None:
    known = {f"oso.m{number}": _known(*_ranges(MIXED), model=f"oso.m{number}") for number in range(40)}
    told: dict[str, Told] = {}
    ticks = []
    while True:
        verdicts, told, left = worth_telling(known, told, 50)
        ticks.append([_short(one)[0] for one in verdicts])
        assert len(verdicts) <= 50
        if not left:
            break
    assert [len(tick) for tick in ticks] == [50, 50, 50, 50, 40]
    assert set(ticks[0]) == {COVERAGE, GAP}
    assert set(ticks[-1]) == {FRESHNESS}
    assert worth_telling(known, told, 50)[0] == []
    assert worth_telling({}, told, 50)[1] == {}


def _ranges(known: Known) -> list[tuple[str, str, State]]:
    return [(str(window.start), str(window.end), state) for window, state, _ in known.ranges]


def test_the_newest_windows_of_a_grain_end_with_the_last() -> None:
    quarters = newest(Grain.QUARTERLY, [Window(date(2020, 1, 1), date(2024, 1, 1))], 3)
    assert [window.start for window in quarters] == [date(2023, 10, 1), date(2023, 7, 1), date(2023, 4, 1)]
    assert newest(Grain.WEEKLY, [Window(date(2024, 1, 1), date(2024, 1, 1) + timedelta(days=14))], 9)[-1].days == 7
