"""What the calls of api.py give back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oso_dagster.runner.outcomes import Outcome
from oso_lake.calendar import Window


class RunFailedError(RuntimeError):
    """A run ended before it said what became of its models or windows; the message is the first error in it."""


@dataclass(frozen=True, kw_only=True)
class MaterializeReport:
    """Names of models computed, found fresh, failed and skipped since something they read failed, with the reason.

    `failed` holds the skipped ones too, which `skipped` names. Ids of the runs; seconds.
    """

    done: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    failed: Mapping[str, str]
    skipped: frozenset[str] = frozenset()
    runs: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LandReport:
    """A landing report for each source that was landed, sources that had nothing missing, failures, and seconds."""

    reports: tuple[Any, ...] = ()
    fresh: tuple[str, ...] = ()
    failed: Mapping[str, str]
    runs: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class FreshReport:
    """Models that need nothing, and those to compute with the range of their stale windows (None: as a whole)."""

    fresh: tuple[str, ...]
    stale: Mapping[str, Window | None]
