"""What computing cost so far, and what computing again will: rows and seconds for each model, from its last runs."""

import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from oso_dagster.runner.ledger_file import transaction

KEPT_RUNS = 5
SCHEMA = """
create table if not exists costs (
  number integer primary key autoincrement, model text not null, windows integer not null, rows integer not null,
  seconds real not null);
create index if not exists costs_by_model on costs (model, number);
"""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one computation of `windows` partitions of a model took: rows written, seconds to evaluate and audit."""

    model: str
    windows: int
    rows: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is to be expected: `windows` partitions, rows, seconds; `guessed` models were never computed before."""

    models: int = 0
    windows: int = 0
    rows: int = 0
    seconds: float = 0.0
    guessed: int = 0


class CostLog:
    """The costs of one installation, in the file of its ledger: the last runs of each model."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        with transaction(self._path, SCHEMA) as connection:
            yield connection

    def record(self, costs: Iterable[Cost]) -> None:
        """Add costs, and forget those that are older than the last few of a model."""
        with self._open() as connection:
            for cost in costs:
                connection.execute(
                    "insert into costs (model, windows, rows, seconds) values (?, ?, ?, ?)",
                    (cost.model, cost.windows, cost.rows, cost.seconds),
                )
                connection.execute(
                    "delete from costs where model = ? and number not in"
                    " (select number from costs where model = ? order by number desc limit ?)",
                    (cost.model, cost.model, KEPT_RUNS),
                )

    def estimate(self, wanted: Mapping[str, int]) -> Estimate:
        """What computing that many partitions of each model will cost.

        A range of many partitions is one evaluation: seconds are those of the run nearest in size, scaled up when it
        was smaller. A model that never ran counts as the median of the others.
        """
        known: dict[str, list[Cost]] = {}
        if self._path.exists():
            with self._open() as connection:
                rows = connection.execute("select model, windows, rows, seconds from costs").fetchall()
            for model, windows, count, seconds in rows:
                known.setdefault(model, []).append(Cost(model=model, windows=windows, rows=count, seconds=seconds))
        nearest = {
            model: min(runs, key=lambda c: abs(c.windows - wanted.get(model, 0))) for model, runs in known.items()
        }
        rows_each = median([c.rows / c.windows for c in nearest.values()] or [0.0])
        seconds_each = median([c.seconds for c in nearest.values()] or [0.0])
        total_rows, total_seconds = 0.0, 0.0
        for model, windows in wanted.items():
            cost = nearest.get(model)
            total_rows += windows * (cost.rows / cost.windows if cost else rows_each)
            total_seconds += cost.seconds * max(1.0, windows / cost.windows) if cost else seconds_each
        return Estimate(
            models=len(wanted),
            windows=sum(wanted.values()),
            rows=round(total_rows),
            seconds=total_seconds,
            guessed=len(wanted.keys() - nearest.keys()),
        )
