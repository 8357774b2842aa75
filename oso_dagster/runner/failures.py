"""What failed and has not succeeded since: one record a model and window, counted up by each attempt.

Published as the table metric_errors; the arrivals sensor waits longer after each attempt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, insert, select

from oso_dagster.runner.ledger_store import LedgerStore, failures
from oso_lake.calendar import Window

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

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
    """The failures of one installation, beside its ledger."""

    def __init__(self, url: str) -> None:
        self._store = LedgerStore(url)

    def all(self) -> list[Failure]:
        """Every failure that stands, by model and window."""
        if not self._store.exists:
            return []
        with self._store.reading() as connection:
            return [_failure(row) for row in connection.execute(select(failures).order_by("model", "first_day"))]

    def record(self, found: Iterable[Failure]) -> None:
        """Add failures; one that overlaps earlier ones of its model takes their place and counts on from them."""
        table = failures.c
        with self._store.writing() as connection:
            for one in found:
                window = one.window or _WHOLE
                overlapping = _overlapping(one.model, window)
                before = select(func.max(table.attempts), func.min(table.first_failed_at)).where(overlapping)
                attempts, since = connection.execute(before).one()
                connection.execute(delete(failures).where(overlapping))
                at = one.failed_at.isoformat()
                connection.execute(
                    insert(failures).values(
                        model=one.model,
                        first_day=window.start.isoformat(),
                        end_day=window.end.isoformat(),
                        version=one.version,
                        error_class=one.error_class,
                        message=one.message,
                        run_id=one.run_id,
                        attempts=(attempts or 0) + 1,
                        first_failed_at=since or at,
                        last_failed_at=at,
                    )
                )

    def clear(self, done: Iterable[tuple[str, Window | None]]) -> bool:
        """Forget the failures of windows that are done now; whether there were any."""
        if not self._store.exists:
            return False
        with self._store.writing() as connection:
            failing = set(connection.execute(select(failures.c.model).distinct()).scalars())
            removed = sum(
                connection.execute(delete(failures).where(_overlapping(model, window or _WHOLE))).rowcount
                for model, window in done
                if model in failing
            )
        return removed > 0

    def forget_models_but(self, models: Iterable[str]) -> None:
        """Forget the failures of models that are no more."""
        with self._store.writing() as connection:
            known = set(connection.execute(select(failures.c.model).distinct()).scalars())
            if gone := known.difference(models):
                connection.execute(delete(failures).where(failures.c.model.in_(gone)))


def _overlapping(model: str, window: Window) -> "ColumnElement[bool]":
    table = failures.c
    first, end = window.start.isoformat(), window.end.isoformat()
    return and_(table.model == model, table.first_day < end, table.end_day > first)


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
