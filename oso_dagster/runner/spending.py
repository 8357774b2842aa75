"""Spends on models what a run may: before each is asked whether the budget reaches, after each what it took is told.

Told are the allowance of the run, and the lease on the cluster, which so shrinks as work is done.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oso_dagster.manifest import ModelEntry
from oso_dagster.project import Project
from oso_dagster.runner.batches import Waiting
from oso_dagster.runner.budget import Allowance, BudgetExceededError
from oso_dagster.runner.costs import Cost, Expected, History
from oso_dagster.runner.engines import Engine, ScanLimitError, engine_of
from oso_dagster.runner.evaluate import query_of
from oso_dagster.runner.logs import costs_of
from oso_dagster.runner.outcomes import Outcome
from oso_dagster.runner.session import Session, Store
from oso_dagster.runner.usage import Meter, Usage
from oso_lake.calendar import Window

if TYPE_CHECKING:
    from oso_dagster.cluster.keeping import Need


@dataclass(kw_only=True)
class Spending:
    """What one call of `compute` spends: `planned` partitions of each model, by the `history` of their runs."""

    session: Session
    engine: Engine
    history: History
    allowance: Allowance
    need: "Need | None"
    planned: Mapping[str, int]
    node_hour_price: float | None = None
    # of each model until it is told what became of it: what the lease was taken for
    _expected: dict[str, Expected] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        project: Project,
        store: Store,
        session: Session,
        models: Sequence[ModelEntry],
        window: Window | None,
        allowance: Allowance,
    ) -> "Spending":
        """What computing `models` for `window` spends."""
        engine = engine_of(session)
        return cls(
            session=session,
            engine=engine,
            history=costs_of(project).history(engine.dialect),
            allowance=allowance,
            need=store.need,
            planned=partitions(models, window),
            node_hour_price=project.settings.node_hour_price,
        )

    def __post_init__(self) -> None:
        """What is expected of each model is as it was when the run was asked for."""
        self._expected = {name: self.history.expected(name, windows) for name, windows in self.planned.items()}

    def check(self, model: ModelEntry, window: Window) -> None:
        """Raise BudgetExceededError unless what is left of the budget reaches for `model`."""
        expected = self._expected[model.name]
        if expected.is_guessed and self.allowance.budget.scanned_bytes is not None:
            reads = self.engine.reads_of(self.session, query_of(self.session, model.name, window))
            expected = replace(expected, scanned_bytes=reads.bytes) if reads and reads.bytes is not None else expected
        self.allowance.check(model.name, expected)

    @contextmanager
    def evaluating(self, model: ModelEntry) -> Generator[Meter]:
        """Measure the evaluation of `model`; a query that reads more than the budget has left is ended."""
        meter = Meter()
        try:
            with self._limited(), self.engine.metered(self.session) as meter:
                yield meter
        finally:
            self._spent(meter.usage, model.name)

    @contextmanager
    def publishing(self) -> Generator[Meter]:
        """Measure what is done for a whole batch: it is let finish, since what it publishes is paid for."""
        meter = Meter()
        try:
            with self.engine.metered(self.session) as meter:
                yield meter
        finally:
            self.allowance.spend(meter.usage)

    def priced(self, outcome: Outcome, usage: Usage) -> Outcome:
        """`outcome` with what it used."""
        price = usage.price(self.node_hour_price)
        return replace(outcome, engine=self.engine.dialect, usage=usage, price=price)

    def shared(self, batch: Sequence[Waiting], usage: Usage) -> list[Waiting]:
        """The batch with what publishing it used, each model's share by its rows."""
        shares = usage.shared([one.outcome.rows for one in batch])
        return [
            replace(one, outcome=self.priced(one.outcome, one.outcome.usage + share))
            for one, share in zip(batch, shares, strict=True)
        ]

    def dropped(self, name: str) -> None:
        """A model is not computed after all, if it was not: no worker needs to be there for it."""
        expected = self._expected.pop(name, None)
        if expected is not None and self.need is not None:
            self.need.dropped(expected=expected.node_seconds)

    def _spent(self, usage: Usage, name: str) -> None:
        self.allowance.spend(usage)
        expected = self._expected.pop(name, None)
        if expected is not None and self.need is not None:
            self.need.done(expected=expected.node_seconds, spent=usage.node_seconds)

    @contextmanager
    def _limited(self) -> Generator[None]:
        left = self.allowance.scan_left
        if left is None:
            yield
            return
        try:
            with self.engine.scan_limited(self.session, left):
                yield
        except ScanLimitError as error:
            # the answer of a query that failed comes without statistics: it has read at least that
            self.allowance.spend(Usage(scanned_bytes=left))
            raise BudgetExceededError(
                f"a query read more than the {left:,} bytes that the run's budget had left ({error}): run it with a "
                "larger --budget (or OSO_RUN_BUDGET_SCANNED_BYTES)"
            ) from error


def partitions(models: Iterable[ModelEntry], window: Window | None) -> dict[str, int]:
    """How many partitions of each of `models` lie in `window`; one of a model without."""
    return {model.name: model.grain.count(window) if model.grain and window else 1 for model in models}


def cost_of(outcome: Outcome, window: Window) -> Cost:
    """What is kept of a model's computation for estimates."""
    grain, usage = outcome.model.grain, outcome.usage
    return Cost(
        model=outcome.model.name,
        windows=grain.count(window) if grain else 1,
        rows=outcome.rows,
        seconds=outcome.evaluate_seconds + outcome.audit_seconds,
        engine=outcome.engine,
        node_seconds=usage.node_seconds,
        scanned_bytes=usage.scanned_bytes,
        splits=usage.splits,
    )
