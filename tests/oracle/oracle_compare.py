"""Compares rows with what the oracle expects, and says in a few lines what differs."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

from oracle import Oracle
from oracle_catalogue import FAMILIES

Key = TypeVar("Key", bound=Hashable)
# doubles of two engines may differ in their last digits; a variance of equal numbers is a difference of large ones
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


def expected_of_names(oracle: Oracle, names: Iterable[str], entity: str, suffix: str) -> dict[Any, float]:
    """What the oracle expects of metrics by name, whatever model gives them: rows as of `expected_by_person`.

    Raises ValueError for a name or suffix that the oracle's definitions do not hold.
    """
    wanted = set(names)
    families = {
        family: wanted & set(FAMILIES[family].names) for family in FAMILIES if wanted & set(FAMILIES[family].names)
    }
    if unknown := wanted - set().union(*families.values()):
        raise ValueError(f"the oracle knows no metric {', '.join(sorted(unknown))}")
    found: dict[Any, float] = {}
    for family, some in families.items():
        if suffix not in FAMILIES[family].suffixes:
            raise ValueError(f"the oracle's definitions have no {suffix} of {', '.join(sorted(some))}")
        rows = oracle.expected_by_person(f"oso.{family}_to_{entity}_{suffix}")
        found |= {key: amount for key, amount in rows.items() if key[0].removesuffix(f"_{suffix}") in some}
    return found


def _is_close(got: float, want: float) -> bool:
    return abs(got - want) <= TOLERANCE * abs(want)
