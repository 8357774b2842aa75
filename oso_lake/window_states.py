"""The states of windows that `metric_coverage` tells, and its name, for who reads neither tables nor Arrow."""

from enum import StrEnum

COVERAGE_TABLE = "published.metric_coverage"


class State(StrEnum):
    """What is known of one window, the best first."""

    FRESH = "fresh"
    # computed, and nothing happened in it
    EMPTY = "empty"
    STALE = "stale"
    PARTIAL = "partial"
    FAILED = "failed"
    MISSING = "missing"

    @property
    def is_complete(self) -> bool:
        """Whether the window's rows, or that there are none, can be relied on."""
        return self in (State.FRESH, State.EMPTY)
