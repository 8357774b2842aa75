"""What is asked of the runner, and what it says became of each model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from oso_dagster.manifest import ModelEntry
from oso_dagster.runner.evaluate import AuditOutcome
from oso_dagster.runner.retrying import Retries
from oso_dagster.runner.usage import Usage
from oso_lake.calendar import Window


class Status(StrEnum):
    """How a model ended."""

    DONE = "done"
    FAILED = "failed"
    # not attempted: something it reads failed
    SKIPPED = "skipped"


class AuditFailedError(RuntimeError):
    """A blocking audit found rows; the window is not published."""


class UpstreamFailedError(RuntimeError):
    """A parent failed in the same run."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to compute: models of one grain and a range of whole windows, or unpartitioned models without one.

    `partial` computes although inputs are missing; such windows are published but not recorded as done.
    """

    models: tuple[str, ...]
    window: Window | None
    run_id: str
    partial: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one model. `sources` are the current snapshots of the raw tables behind it.

    `usage` is what its statements used on `engine`, with its share of checking and publishing its batch; `price` what
    that costs, None where no price is set.
    """

    model: ModelEntry
    status: Status
    window: Window | None = None
    version: str = ""
    rows: int = 0
    evaluate_seconds: float = 0.0
    audit_seconds: float = 0.0
    audits: tuple[AuditOutcome, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""
    usage: Usage = field(default_factory=Usage)
    price: float | None = None
    published_table: str | None = None
    published_snapshot: int | None = None
    partial: bool = False
    reason: str = ""
    error_class: str = ""
    # of a query that failed in the engine
    statement: str = ""
    retries: Retries = field(default_factory=Retries)


def reason_of(error: Exception, source: str = "") -> str:
    """What a person reads: the message; of the engine's own errors also their kind, the file of the SQL, what to do."""
    text = " ".join(str(error).split()) or "no message"
    if type(error).__module__.startswith("oso_"):
        return text
    told = f"{type(error).__name__}: {text}"
    return (
        f"{told} (in {source}: correct it and run `oso plan --apply`, or the data, and materialize)" if source else told
    )
