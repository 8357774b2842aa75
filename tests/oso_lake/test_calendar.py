"""Buckets and windows: each rule by example, and its laws on generated days."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_lake.calendar import Grain, Window, add_months, rolling_window, shift

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
grains = st.sampled_from(list(Grain))


@pytest.mark.parametrize(
    ("grain", "day", "start", "end"),
    [
        (Grain.QUARTERLY, date(2024, 2, 15), date(2024, 1, 1), date(2024, 4, 1)),
        (Grain.BIANNUALLY, date(2024, 5, 31), date(2024, 1, 1), date(2024, 7, 1)),
        (Grain.BIANNUALLY, date(2024, 7, 1), date(2024, 7, 1), date(2025, 1, 1)),
        (Grain.WEEKLY, date(2024, 6, 23), date(2024, 6, 17), date(2024, 6, 24)),
        (Grain.WEEKLY, date(2025, 1, 1), date(2024, 12, 30), date(2025, 1, 6)),
        (Grain.MONTHLY, date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1)),
        (Grain.YEARLY, date(2024, 12, 31), date(2024, 1, 1), date(2025, 1, 1)),
        (Grain.DAILY, date(2024, 12, 31), date(2024, 12, 31), date(2025, 1, 1)),
    ],
)
def test_a_day_is_in_the_bucket_the_calendar_says(grain: Grain, day: date, start: date, end: date) -> None:
    assert grain.window_of(day) == Window(start, end)


@given(grains, days)
def test_every_day_is_in_exactly_one_bucket(grain: Grain, day: date) -> None:
    window = grain.window_of(day)
    assert window.start <= day < window.end
    assert all(grain.window_of(inner) == window for inner in (window.start, window.end - timedelta(days=1)))
    assert grain.floor(window.end) == window.end


@given(grains, days, st.integers(min_value=1, max_value=900))
def test_windows_of_a_span_tile_it_without_gaps(grain: Grain, start: date, length: int) -> None:
    span = Window(start, start + timedelta(days=length))
    windows = list(grain.windows(span))
    assert all(span.contains(window) and grain.is_aligned(window) for window in windows)
    assert all(a.end == b.start for a, b in itertools.pairwise(windows))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 1, 1), -1, date(2023, 12, 1)),
    ],
)
def test_months_clamp_at_their_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_a_rolling_window_ends_with_its_sample_date() -> None:
    assert rolling_window(date(2024, 3, 30), 30, "day") == Window(date(2024, 3, 1), date(2024, 3, 31))
    assert rolling_window(date(2024, 3, 30), 1, "month") == Window(date(2024, 2, 29), date(2024, 3, 31))


def test_a_rolling_window_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        rolling_window(date(2024, 3, 30), 0, "day")


def test_an_unknown_unit_names_those_that_exist() -> None:
    with pytest.raises(ValueError, match="day, week, month, quarter, year"):
        shift(date(2024, 1, 1), 1, "fortnight")


def test_a_key_inside_a_bucket_names_the_partition_that_holds_it() -> None:
    with pytest.raises(ValueError, match="the one that holds it is 2024-01-01"):
        Grain.QUARTERLY.parse_key("2024-02-15")
    with pytest.raises(ValueError, match="not a date"):
        Grain.DAILY.parse_key("yesterday")


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="empty window"):
        Window(date(2024, 1, 1), date(2024, 1, 1))
