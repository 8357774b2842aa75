"""What computing cost so far, and what computing again will: of each model's last runs. Money is in usage.py.

What a run cost is published, once and for all, by query_costs.py; here are the few runs that estimates are made of.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from math import ceil
from statistics import median

from sqlalchemy import and_, bindparam, delete, insert, select

from oso_dagster.runner.ledger_store import LedgerStore, costs
from oso_dagster.runner.usage import SECONDS_OF_HOUR

KEPT_RUNS = 5
# splits that one worker has under way at once, by Trino's own default for small ones (task.max-worker-threads is twice
# its processors): more workers than that have nothing to do
SPLITS_OF_WORKER = 16


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one computation of `windows` partitions of a model took: rows written, seconds to evaluate and audit.

    `node_seconds`, `scanned_bytes` and `splits` are those of Usage; None where the engine does not tell, or an earlier
    release recorded it.
    """

    model: str
    windows: int
    rows: int
    seconds: float
    engine: str = ""
    node_seconds: float | None = None
    scanned_bytes: int | None = None
    splits: int | None = None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What computing one model is expected to take; `is_guessed` where it never ran."""

    rows: float = 0.0
    seconds: float = 0.0
    node_seconds: float = 0.0
    scanned_bytes: int | None = None
    splits: int | None = None
    is_guessed: bool = True


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is to be expected: `windows` partitions, rows, seconds; `guessed` models were never computed before.

    `scanned_bytes` is None where no run told any. `slots` is how many workers it can keep busy, None as well.
    """

    models: int = 0
    windows: int = 0
    rows: int = 0
    seconds: float = 0.0
    guessed: int = 0
    node_seconds: float = 0.0
    scanned_bytes: int | None = None
    slots: int | None = None

    @property
    def is_blind(self) -> bool:
        """Whether nothing is known of any of its models."""
        return self.guessed == self.models

    def price(self, node_hour_price: float | None) -> float | None:
        """What it will cost; None where no price is set."""
        return None if node_hour_price is None else self.node_seconds / SECONDS_OF_HOUR * node_hour_price


class History:
    """The last runs of each model on one engine, the newest first; another engine's count where it never ran on it."""

    def __init__(self, runs: Iterable[Cost], engine: str = "") -> None:
        every: dict[str, list[Cost]] = {}
        for run in runs:
            every.setdefault(run.model, []).append(run)
        self._runs = {name: [r for r in of if r.engine == engine] or of for name, of in every.items()}
        self._guess = cache(self._median)

    def expected(self, model: str, windows: int) -> Expected:
        """What computing `windows` partitions of `model` will take.

        A range of many partitions is one evaluation: it is that of the run nearest in size, scaled up when it was
        smaller. A model that never ran counts as the median of the others.
        """
        runs = self._runs.get(model)
        return _scaled(runs, windows) if runs else self._guess(windows)

    def knows(self, model: str) -> bool:
        """Whether `model` ever ran."""
        return model in self._runs

    def estimate(self, wanted: Mapping[str, int]) -> Estimate:
        """What computing that many partitions of each model will take, one model after the other."""
        found = [self.expected(model, windows) for model, windows in wanted.items()]
        scanned = [one.scanned_bytes for one in found if one.scanned_bytes is not None]
        splits = [one.splits for one in found if one.splits is not None]
        return Estimate(
            models=len(wanted),
            windows=sum(wanted.values()),
            rows=round(sum(one.rows for one in found)),
            seconds=sum(one.seconds for one in found),
            guessed=sum(one.is_guessed for one in found),
            node_seconds=sum(one.node_seconds for one in found),
            scanned_bytes=sum(scanned) if scanned else None,
            slots=max(1, ceil(max(splits) / SPLITS_OF_WORKER)) if splits else None,
        )

    def _median(self, windows: int) -> Expected:
        others = [_scaled(runs, windows) for runs in self._runs.values()]

        def of(value: Callable[[Expected], float | None]) -> float | None:
            known = [number for one in others if (number := value(one)) is not None]
            return median(known) if known else None

        scanned, splits = of(lambda one: one.scanned_bytes), of(lambda one: one.splits)
        return Expected(
            rows=of(lambda one: one.rows) or 0.0,
            seconds=of(lambda one: one.seconds) or 0.0,
            node_seconds=of(lambda one: one.node_seconds) or 0.0,
            scanned_bytes=None if scanned is None else round(scanned),
            splits=None if splits is None else round(splits),
        )


def _scaled(runs: Iterable[Cost], windows: int) -> Expected:
    """The run nearest in size, as it would have been of `windows` partitions."""
    nearest = min(runs, key=lambda run: abs(run.windows - windows))
    factor = max(1.0, windows / nearest.windows)
    seconds = nearest.seconds if nearest.node_seconds is None else nearest.node_seconds
    return Expected(
        rows=windows * nearest.rows / nearest.windows,
        seconds=nearest.seconds * factor,
        node_seconds=seconds * factor,
        scanned_bytes=None if nearest.scanned_bytes is None else round(nearest.scanned_bytes * factor),
        splits=None if nearest.splits is None else round(nearest.splits * factor),
        is_guessed=False,
    )


class CostLog:
    """The costs of one installation, beside its ledger: the last runs of each model."""

    def __init__(self, url: str) -> None:
        self._store = LedgerStore(url)

    def record(self, spent: Iterable[Cost]) -> None:
        """Add costs, and forget those that are older than the last few of a model on its engine."""
        rows = [asdict(cost) for cost in spent]
        if not rows:
            return
        of = and_(costs.c.model == bindparam("of"), costs.c.engine == bindparam("by"))
        kept = select(costs.c.number).where(of).order_by(costs.c.number.desc()).limit(KEPT_RUNS)
        with self._store.writing() as connection:
            connection.execute(insert(costs), rows)
            connection.execute(
                delete(costs).where(of, costs.c.number.not_in(kept)),
                [{"of": row["model"], "by": row["engine"]} for row in rows],
            )

    def history(self, engine: str = "") -> History:
        """The runs that estimates for `engine` are made of."""
        if not self._store.exists:
            return History((), engine)
        with self._store.reading() as connection:
            # the newest first: of runs that are as near in size it is the one that counts
            rows = connection.execute(select(costs).order_by(costs.c.number.desc())).mappings().all()
        names = Cost.__dataclass_fields__
        return History((Cost(**{name: row[name] for name in names}) for row in rows), engine)

    def estimate(self, wanted: Mapping[str, int], engine: str = "") -> Estimate:
        """What computing that many partitions of each model will cost."""
        return self.history(engine).estimate(wanted)
