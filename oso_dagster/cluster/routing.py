"""Which engine computes a run: small work stays on DuckDB, so that it does not wake a cluster that sleeps."""

from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """Where a run computes."""

    DUCKDB = "duckdb"
    TRINO = "trino"


@dataclass(frozen=True, kw_only=True)
class Small:
    """What counts as small: at most so many seconds and bytes, by estimate."""

    seconds: float = 60.0
    scanned_bytes: int = 2 * 1024**3


@dataclass(frozen=True, kw_only=True)
class Job:
    """The estimate of a run: `is_guessed` where some model never ran; `reason` says why DuckDB may not do it, if so."""

    seconds: float
    scanned_bytes: int
    is_guessed: bool
    reason: str = ""

    @property
    def duckdb_allowed(self) -> bool:
        """Whether nothing speaks against DuckDB but size."""
        return not self.reason


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The engine, and why, in one line."""

    engine: Engine
    reason: str

    def explain(self) -> str:
        """One line for the run's log."""
        return f"computed on {'DuckDB' if self.engine is Engine.DUCKDB else 'Trino'}: {self.reason}"


def choose_engine(job: Job, small: Small) -> Choice:
    """DuckDB for what is small and known, also while the cluster is awake: others have need of it.

    A guess goes to the cluster: what turns out large would fail on one machine only after it was tried.
    """
    if not job.duckdb_allowed:
        return Choice(engine=Engine.TRINO, reason=job.reason)
    if job.is_guessed:
        return Choice(engine=Engine.TRINO, reason="nothing is known of its cost")
    if job.seconds > small.seconds:
        return Choice(
            engine=Engine.TRINO, reason=f"about {job.seconds:.0f} s, more than the {small.seconds:.0f} s of small work"
        )
    if job.scanned_bytes > small.scanned_bytes:
        return Choice(
            engine=Engine.TRINO,
            reason=f"reads about {job.scanned_bytes / 1e9:.1f} GB, more than the {small.scanned_bytes / 1e9:.1f} GB of "
            "small work",
        )
    return Choice(engine=Engine.DUCKDB, reason=f"about {job.seconds:.0f} s: too small to wake a cluster for")
