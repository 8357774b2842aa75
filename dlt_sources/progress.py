"""How far a landing has come, for progress bars and logs."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`done` of `total` `unit` (hours, repositories, blocks); `detail` says what is at hand."""

    done: int
    total: int
    unit: str
    detail: str = ""


OnProgress = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """For callers that do not watch."""
