"""What an engine used for a piece of work: time, processor, bytes, splits. Added up, shared out among models, priced.

How it is measured is the engines' part; published rows of it are made in query_costs.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from itertools import accumulate, pairwise
from typing import Any, TypeVar

from pydantic import ByteSize

SECONDS_OF_HOUR = 3600.0
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What was used; None is what the engine does not tell.

    `wall_seconds` lie between asking and the answer, `queued_seconds` of them before the query began. `node_seconds`
    are its nodes times the time it ran: what is paid for. `scanned_bytes` and `scanned_rows` were read from storage.
    `peak_memory_bytes` is of the largest query. `failed_tasks` were done again elsewhere, or the query failed.
    """

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    node_seconds: float = 0.0
    queued_seconds: float | None = None
    scanned_bytes: int | None = None
    scanned_rows: int | None = None
    splits: int | None = None
    queries: int | None = None
    failed_tasks: int | None = None
    peak_memory_bytes: int | None = None
    query_ids: tuple[str, ...] = ()

    def __add__(self, other: "Usage") -> "Usage":
        """Both, one after the other."""
        sums: dict[str, Any] = {name: _sum(getattr(self, name), getattr(other, name)) for name in _ADDED}
        return Usage(
            **sums,
            peak_memory_bytes=_largest(self.peak_memory_bytes, other.peak_memory_bytes),
            query_ids=(*self.query_ids, *other.query_ids),
        )

    def shared(self, weights: Sequence[int]) -> list["Usage"]:
        """A part for each of `weights`, in proportion to them; the parts add up to the whole.

        Each keeps the queries' ids and the peak. With no weight at all the parts are equal.
        """
        shares = list(weights) if sum(weights) > 0 else [1] * len(weights)
        columns = {name: _parts(getattr(self, name), shares) for name in _ADDED}
        return [
            replace(self, **{name: column[place] for name, column in columns.items()}) for place in range(len(shares))
        ]

    def price(self, node_hour_price: float | None) -> float | None:
        """What the node-seconds cost; None where no price is set."""
        return None if node_hour_price is None else self.node_seconds / SECONDS_OF_HOUR * node_hour_price


_ADDED = tuple(one.name for one in fields(Usage) if one.name not in ("peak_memory_bytes", "query_ids"))


@dataclass
class Meter:
    """`usage` is what a block of work used; it is there when the block has ended, also by an error."""

    usage: Usage = Usage()


def total(parts: Iterable[Usage]) -> Usage:
    """All of `parts`."""
    return reduce(Usage.__add__, parts, Usage())


def size_told(count: int) -> str:
    """So many bytes in words: `1.5 GB`."""
    return ByteSize(count).human_readable(decimal=True, separator=" ")


def _sum(one: Number | None, other: Number | None) -> Number | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other


def _largest(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _parts(whole: float | None, weights: Sequence[int]) -> "list[Any]":
    """Whole numbers stay whole, and still add up."""
    if whole is None:
        return [None] * len(weights)
    everything = sum(weights)
    if isinstance(whole, float):
        return [whole * weight / everything for weight in weights]
    edges = [whole * until // everything for until in accumulate(weights, initial=0)]
    return [high - low for low, high in pairwise(edges)]
