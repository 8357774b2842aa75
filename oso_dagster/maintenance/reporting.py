"""What tasks are given and what they say: limits, and one line for each thing that went or would go."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`older_than`: how long snapshots stay, the task's own default when None; `limit`: most things that go."""

    now: datetime
    older_than: timedelta | None = None
    limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """Of `subject` (a table, a model, a folder): `count` things of `kind` with so many rows, files and bytes.

    None is unknown or without meaning. `note` says why something was left for the next time.
    """

    subject: str
    kind: str
    count: int
    rows: int | None = None
    files: int | None = None
    bytes: int | None = None
    note: str = ""
