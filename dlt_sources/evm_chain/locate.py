"""Finds the blocks of a day, by searching block timestamps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from dlt_sources.evm_chain.errors import Hole
from dlt_sources.evm_chain.node import Header, Node
from oso_lake.calendar import ONE_DAY, midnight

# probes of one round, sent as one batch: a round trip costs more than a header
PROBES = 7


@dataclass(frozen=True)
class BlockRange:
    """Blocks `[first, stop)` of a day; none when they are equal."""

    first: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.first


class DayLocator:
    """Finds days' blocks up to `final`; remembers boundaries, so that days in a row cost one search each."""

    def __init__(self, node: Node, earliest: Header, final: Header) -> None:
        self._node = node
        self._earliest = earliest
        self._final = final
        self._boundaries: dict[int, int] = {}

    def blocks_of(self, day: date) -> BlockRange:
        """The blocks of a day that is final; raises Hole where the node lacks blocks to tell."""
        start, end = (int(midnight(at).timestamp()) for at in (day, day + ONE_DAY))
        if self._earliest.number > 0 and end <= self._earliest.timestamp:
            raise Hole(
                f"the node's history begins with block {self._earliest.number} of {self._earliest.at:%Y-%m-%d %H:%M} "
                "UTC; use an archive node for earlier days",
                block=self._earliest.number,
            )
        first = self._boundary(start, self._lower_bound(start))
        return BlockRange(first, self._boundary(end, first))

    def _lower_bound(self, instant: int) -> int:
        before = [number for at, number in self._boundaries.items() if at <= instant]
        return max(before, default=self._earliest.number)

    def _boundary(self, instant: int, low: int) -> int:
        """Number of the first block at or after `instant`, which `final` is as well."""
        if instant not in self._boundaries:
            self._boundaries[instant] = self._search(instant, low, self._final.number)
        return self._boundaries[instant]

    def _search(self, instant: int, low: int, high: int) -> int:
        reach = self._reach()
        while low < high:
            probes = _probes(low, min(high, low + reach) if reach else high)
            found = self._timestamps(probes)
            if not found:
                raise Hole(f"the node lacks block {probes[0]}, which tells where a day begins", block=probes[0])
            for number, timestamp in found.items():
                if timestamp >= instant:
                    high = number
                    break
                low = number + 1
            reach *= PROBES
        return low

    def _reach(self) -> int:
        """How far the next boundary may be, from the longest day seen; 0 when nothing is known."""
        numbers = sorted(self._boundaries.values())
        return 2 * max((after - before for before, after in pairwise(numbers)), default=0)

    def _timestamps(self, numbers: list[int]) -> Mapping[int, int]:
        """Timestamps of those of `numbers` that the node has, ascending; a hole does not stop the search."""
        headers = self._node.headers(numbers)
        return {header.number: header.timestamp for header in headers if header is not None}


def _probes(low: int, high: int) -> list[int]:
    """Up to PROBES numbers in `[low, high)`, evenly spaced, ascending."""
    if high - low <= PROBES:
        return list(range(low, high))
    return [low + (high - low) * step // (PROBES + 1) for step in range(1, PROBES + 1)]
