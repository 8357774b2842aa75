"""Compares rows with what the oracle expects, and says in a few lines what differs."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
# doubles of two engines may differ in their last digits
TOLERANCE = 1e-9
_SHOWN = 3


def differences(got: Mapping[Key, float], want: Mapping[Key, float]) -> list[str]:
    """One line a kind of difference, with examples; empty when all rows are equal to a relative 1e-9."""
    missing = [key for key in want if key not in got]
    extra = [key for key in got if key not in want]
    off = [key for key in want if key in got and not _is_close(got[key], want[key])]
    found = []
    if missing:
        found.append(
            f"{len(missing)} of {len(want)} rows are missing: {[(key, want[key]) for key in missing[:_SHOWN]]}"
        )
    if extra:
        found.append(f"{len(extra)} of {len(got)} rows should not be: {[(key, got[key]) for key in extra[:_SHOWN]]}")
    if off:
        shown = [(key, f"{got[key]} instead of {want[key]}") for key in off[:_SHOWN]]
        found.append(f"{len(off)} of {len(want)} amounts are wrong: {shown}")
    return found


def _is_close(got: float, want: float) -> bool:
    return abs(got - want) <= TOLERANCE * abs(want)
