"""What computing cost so far, and what computing again will: rows and seconds for each model, from its last runs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import median

from sqlalchemy import bindparam, delete, insert, select

from oso_dagster.runner.ledger_store import LedgerStore, costs

KEPT_RUNS = 5


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
    """The costs of one installation, beside its ledger: the last runs of each model."""

    def __init__(self, url: str) -> None:
        self._store = LedgerStore(url)

    def record(self, spent: Iterable[Cost]) -> None:
        """Add costs, and forget those that are older than the last few of a model."""
        rows = [asdict(cost) for cost in spent]
        if not rows:
            return
        of = costs.c.model == bindparam("of")
        kept = select(costs.c.number).where(of).order_by(costs.c.number.desc()).limit(KEPT_RUNS)
        with self._store.writing() as connection:
            connection.execute(insert(costs), rows)
            connection.execute(
                delete(costs).where(of, costs.c.number.not_in(kept)), [{"of": row["model"]} for row in rows]
            )

    def estimate(self, wanted: Mapping[str, int]) -> Estimate:
        """What computing that many partitions of each model will cost.

        A range of many partitions is one evaluation: seconds are those of the run nearest in size, scaled up when it
        was smaller. A model that never ran counts as the median of the others.
        """
        known: dict[str, list[Cost]] = {}
        if self._store.exists:
            query = select(costs.c.model, costs.c.windows, costs.c.rows, costs.c.seconds)
            with self._store.reading() as connection:
                rows = connection.execute(query).all()
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
