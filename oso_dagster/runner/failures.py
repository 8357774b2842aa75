"""What failed and has not succeeded since: one record a model and window, counted up by each attempt.

Published as the table metric_errors; the arrivals sensor waits longer after each attempt.
"""

import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from oso_dagster.runner.ledger_file import transaction
from oso_lake.calendar import Window

SCHEMA = """
create table if not exists failures (
  model text not null, first_day text not null, end_day text not null, version text not null,
  error_class text not null, message text not null, run_id text not null, attempts integer not null,
  first_failed_at text not null, last_failed_at text not null, primary key (model, first_day, end_day));
"""
_COLUMNS = "model, first_day, end_day, version, error_class, message, run_id, attempts, first_failed_at, last_failed_at"
# an unpartitioned model has no window: the days stand for all of it
_WHOLE = Window(date(1, 1, 1), date(9999, 12, 31))


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A model (and window; None is all of it) that failed `attempts` times in a row, as of `version`."""

    model: str
    window: Window | None
    version: str
    error_class: str
    message: str
    run_id: str
    failed_at: datetime
    attempts: int = 1
    first_failed_at: datetime | None = None


class FailureLog:
    """The failures of one installation, in the file of its ledger."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with transaction(self._path, SCHEMA) as connection:
            yield connection

    def all(self) -> list[Failure]:
        """Every failure that stands, by model and window."""
        if not self._path.exists():
            return []
        with self._open() as connection:
            rows = connection.execute(f"select {_COLUMNS} from failures order by 1, 2").fetchall()  # noqa: S608 - constant names
        return [_failure(row) for row in rows]

    def record(self, failures: Iterable[Failure]) -> None:
        """Add failures; one that overlaps earlier ones of its model takes their place and counts on from them."""
        with self._open() as connection:
            for one in failures:
                window = one.window or _WHOLE
                first, end, at = window.start.isoformat(), window.end.isoformat(), one.failed_at.isoformat()
                overlapping = "model = ? and first_day < ? and end_day > ?"
                attempts, since = connection.execute(
                    f"select coalesce(max(attempts), 0), min(first_failed_at) from failures where {overlapping}",  # noqa: S608 - constant names
                    (one.model, end, first),
                ).fetchone()
                connection.execute(f"delete from failures where {overlapping}", (one.model, end, first))  # noqa: S608 - constant names
                connection.execute(
                    f"insert into failures ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant names
                    (
                        *(one.model, first, end, one.version, one.error_class, one.message, one.run_id),
                        *(attempts + 1, since or at, at),
                    ),
                )

    def clear(self, done: Iterable[tuple[str, Window | None]]) -> bool:
        """Forget the failures of windows that are done now; whether there were any."""
        if not self._path.exists():
            return False
        with self._open() as connection:
            removed = 0
            for model, window in done:
                span = window or _WHOLE
                removed += connection.execute(
                    "delete from failures where model = ? and first_day < ? and end_day > ?",
                    (model, span.end.isoformat(), span.start.isoformat()),
                ).rowcount
        return removed > 0

    def forget_models_but(self, models: Iterable[str]) -> None:
        """Forget the failures of models that are no more."""
        with self._open() as connection:
            known = {name for (name,) in connection.execute("select distinct model from failures")}
            connection.executemany(
                "delete from failures where model = ?", [(name,) for name in known.difference(models)]
            )


def _failure(row: Sequence) -> Failure:
    model, first, end, version, error_class, message, run_id, attempts, first_at, last_at = row
    window = Window(date.fromisoformat(first), date.fromisoformat(end))
    return Failure(
        model=model,
        window=None if window == _WHOLE else window,
        version=version,
        error_class=error_class,
        message=message,
        run_id=run_id,
        attempts=attempts,
        failed_at=datetime.fromisoformat(last_at).astimezone(UTC),
        first_failed_at=datetime.fromisoformat(first_at).astimezone(UTC),
    )
