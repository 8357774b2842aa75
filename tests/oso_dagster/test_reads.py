"""What a model reads of its parents, from the `reads` tag."""

from datetime import date

import pytest

from oso_dagster.reads import Reads
from oso_lake.calendar import Grain, Window

EARLIEST = date(2024, 1, 1)
DAY = Window(date(2024, 5, 10), date(2024, 5, 11))


@pytest.mark.parametrize(
    ("tag", "parent", "start"),
    [
        ("window", None, date(2024, 5, 10)),
        ("history", None, EARLIEST),
        ("lookback:3", None, date(2024, 5, 7)),
        ("lookback:2:week", None, date(2024, 4, 26)),
        ("lookback:3:month", None, date(2024, 2, 10)),
        ("rolling:30:day", None, date(2024, 4, 11)),
        ("rolling:30:day:1", None, date(2024, 3, 12)),
        ("rolling:30:day", "rolling:30:day", date(2024, 5, 10)),
        ("rolling:30:day:1", "rolling:30:day", date(2024, 4, 10)),
        ("rolling:30:day:1", "rolling:7:day", date(2024, 3, 12)),
        ("rolling:1:month", None, date(2024, 4, 11)),
        ("rolling:200:day", None, EARLIEST),
    ],
)
def test_the_window_read_of_a_parent(tag: str, parent: str | None, start: date) -> None:
    reads = Reads.parse(tag)
    assert reads.window(DAY, EARLIEST, Reads.parse(parent) if parent else None) == Window(start, DAY.end)
    assert reads.tag() == tag


def test_a_range_is_read_from_the_first_sample_date() -> None:
    reads = Reads.parse("rolling:7:day")
    span = Window(date(2024, 5, 1), date(2024, 6, 1))
    assert reads.window(span, EARLIEST) == Window(date(2024, 4, 25), date(2024, 6, 1))


@pytest.mark.parametrize(
    ("tag", "grain", "parent", "partitions"),
    [
        ("window", Grain.MONTHLY, None, 0),
        ("history", Grain.MONTHLY, None, None),
        ("lookback:3", Grain.DAILY, None, 3),
        ("lookback:1:week", Grain.WEEKLY, None, 1),
        ("lookback:6:month", Grain.MONTHLY, None, 6),
        ("lookback:6:month", Grain.BIANNUALLY, None, 1),
        ("lookback:40", Grain.MONTHLY, None, 2),
        ("rolling:30:day", Grain.WEEKLY, None, 5),
        ("rolling:4:week:1", Grain.WEEKLY, "rolling:4:week", 4),
    ],
)
def test_the_partitions_before_are_counted_in_those_of_the_reader(
    tag: str, grain: Grain, parent: str | None, partitions: int | None
) -> None:
    assert Reads.parse(tag).partitions_before(grain, Reads.parse(parent) if parent else None) == partitions


@pytest.mark.parametrize(
    "tag", ["widow", "lookback", "lookback:0", "rolling:30", "rolling:30:fortnight", "rolling:x:day"]
)
def test_a_tag_that_means_nothing_says_what_is_allowed(tag: str) -> None:
    with pytest.raises(ValueError, match="expected window, history, lookback:DAYS"):
        Reads.parse(tag)
