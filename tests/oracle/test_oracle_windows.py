"""The windows that the oracle asks for, against a calendar on the wall."""

from datetime import date

import pytest
from oracle_windows import windows

BEGIN, END = date(2023, 12, 20), date(2025, 1, 8)


@pytest.mark.parametrize(
    ("grain", "first", "last", "lengths"),
    [
        ("daily", date(2023, 12, 20), date(2025, 1, 7), {1}),
        ("weekly", date(2023, 12, 25), date(2024, 12, 30), {7}),
        ("monthly", date(2024, 1, 1), date(2024, 12, 1), {29, 30, 31}),
        ("quarterly", date(2024, 1, 1), date(2024, 10, 1), {91, 92}),
        ("biannually", date(2024, 1, 1), date(2024, 7, 1), {182, 184}),
        ("yearly", date(2024, 1, 1), date(2024, 1, 1), {366}),
    ],
)
def test_buckets_are_whole_and_each_knows_the_one_before(
    grain: str, first: date, last: date, lengths: set[int]
) -> None:
    found = windows(grain, BEGIN, END)
    assert (found[0].sample_date, found[-1].sample_date) == (first, last)
    assert {asked.length for asked in found} == lengths
    assert found[0].before is None
    assert [asked.before.start for asked in found[1:] if asked.before] == [asked.start for asked in found[:-1]]


def test_rolling_windows_begin_with_the_world_and_so_do_those_before_them() -> None:
    found = {asked.sample_date: asked for asked in windows("over_30_day_window", BEGIN, END)}
    assert len(found) == (END - BEGIN).days
    first, later, late = found[BEGIN], found[date(2024, 1, 25)], found[date(2024, 3, 1)]
    assert (first.start, first.end, first.before) == (BEGIN, date(2023, 12, 21), None)
    assert later.start == date(2023, 12, 27)
    assert later.before is not None
    assert (later.before.start, later.before.end) == (BEGIN, date(2023, 12, 27))
    assert late.before is not None
    assert (late.start, late.before.start) == (date(2024, 2, 1), date(2024, 1, 2))


def test_all_of_time_is_one_window_dated_its_last_day() -> None:
    (found,) = windows("over_all_time", BEGIN, END)
    assert (found.sample_date, found.start, found.end, found.length) == (date(2025, 1, 7), BEGIN, END, 385)


def test_unknown_grains_are_refused() -> None:
    with pytest.raises(ValueError, match="no grain 'hourly'"):
        windows("hourly", BEGIN, END)
