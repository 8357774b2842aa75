"""A day's blocks are found by timestamps: the search agrees with bisection, in few rounds, and steps over holes."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlt_sources.evm_chain import Hole
from dlt_sources.evm_chain.locate import PROBES, DayLocator
from dlt_sources.evm_chain.node import Header, Node

FIRST = date(2025, 10, 1)
START = int(datetime(2025, 10, 1, tzinfo=UTC).timestamp())
DAY = 86_400


class Timestamps:
    """The part of a node that the search asks: headers of blocks whose timestamps are given."""

    def __init__(self, timestamps: Sequence[int], first: int = 0, holes: Sequence[int] = ()) -> None:
        self.timestamps = timestamps
        self.first = first
        self.holes = frozenset(holes)
        self.rounds = 0

    def header(self, number: int) -> Header:
        """The header of one block."""
        return Header(number=number, hash="", parent_hash="", timestamp=self.timestamps[number - self.first])

    def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """As Node.headers."""
        self.rounds += 1
        return [None if number in self.holes else self.header(number) for number in numbers]

    def locator(self) -> DayLocator:
        """A search over all of its blocks, of which the last is final."""
        last = self.first + len(self.timestamps) - 1
        return DayLocator(cast("Any", self), self.header(self.first), self.header(last))


@given(
    gaps=st.lists(st.integers(min_value=0, max_value=30_000), max_size=60),
    first=st.sampled_from([0, 17, 120_000_000]),
)
def test_days_hold_the_blocks_that_bisection_gives_them(gaps: list[int], first: int) -> None:
    stamps = [START]
    for gap in gaps:
        stamps.append(stamps[-1] + gap)
    locator = Timestamps(stamps, first).locator()
    for offset in range((stamps[-1] - START) // DAY):
        found = locator.blocks_of(FIRST + timedelta(days=offset))
        begin, end = (first + bisect_left(stamps, START + (offset + n) * DAY) for n in (0, 1))
        assert (found.first, found.stop, len(found)) == (begin, end, end - begin)


def test_a_day_among_millions_of_blocks_takes_few_rounds() -> None:
    node = Timestamps(range(START, START + 2 * 10_000_000, 2))
    locator = node.locator()
    assert locator.blocks_of(date(2025, 12, 1)).first == 61 * DAY // 2
    # two boundaries, an eighth of the range left after each round of probes
    assert node.rounds <= 2 * math.ceil(math.log(10_000_000, PROBES + 1) + 1)
    node.rounds = 0
    locator.blocks_of(date(2025, 12, 2))
    assert node.rounds <= 7


def test_a_hole_elsewhere_does_not_stop_the_search() -> None:
    stamps = range(START, START + 3 * DAY, 600)
    whole = Timestamps(stamps).locator().blocks_of(date(2025, 10, 2))
    inside = [number for number in range(len(stamps)) if number not in {143, 144, 287, 288}]
    for hole in inside[::7]:
        assert Timestamps(stamps, holes=[hole]).locator().blocks_of(date(2025, 10, 2)) == whole


def test_a_hole_where_a_day_begins_is_named() -> None:
    stamps = range(START, START + 3 * DAY, 600)
    with pytest.raises(Hole, match="the node lacks block 144, which tells where a day begins"):
        Timestamps(stamps, holes=[144]).locator().blocks_of(date(2025, 10, 2))


def test_a_chain_that_began_later_has_no_blocks_before() -> None:
    genesis = Timestamps(range(START + DAY, START + 3 * DAY, 600))
    assert len(genesis.locator().blocks_of(FIRST)) == 0


def test_a_node_whose_history_begins_later_says_so() -> None:
    pruned = Timestamps(range(START + DAY, START + 3 * DAY, 600), first=5_000)
    with pytest.raises(Hole, match="history begins with block 5000 of 2025-10-02 00:00 UTC; use an archive node"):
        pruned.locator().blocks_of(FIRST)


def test_the_stand_in_answers_as_a_node_does() -> None:
    assert Timestamps.headers.__annotations__ == Node.headers.__annotations__
