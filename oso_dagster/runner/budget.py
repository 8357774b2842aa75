"""What a run may spend, and what it has spent: a run stops before the model that would go beyond it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from pydantic import ByteSize, TypeAdapter, ValidationError

from oso_dagster.runner.costs import Expected
from oso_dagster.runner.usage import SECONDS_OF_HOUR, Usage, size_told
from oso_lake.settings import Settings

_BYTES = TypeAdapter(ByteSize)


class BudgetExceededError(RuntimeError):
    """The run's budget does not reach for a model; it was not started, or the engine ended its query."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The most that one run may use of each; None is no limit. `price` is in the currency of OSO_NODE_HOUR_PRICE."""

    node_seconds: float | None = None
    scanned_bytes: int | None = None
    price: float | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Budget":
        """OSO_RUN_BUDGET_*."""
        return cls(
            node_seconds=settings.run_budget_node_seconds,
            scanned_bytes=settings.run_budget_scanned_bytes,
            price=settings.run_budget_price,
        )

    def but(self, limits: Iterable[str]) -> "Budget":
        """With `limits` like `node_seconds=3600`, `scanned_bytes=2TB` or `price=20` in place of its own.

        Raises ValueError for what is none.
        """
        found: dict[str, float] = {}
        for text in limits:
            name, _, amount = text.partition("=")
            if name not in (field.name for field in fields(self)):
                raise ValueError(f"{text!r}: give node_seconds=N, scanned_bytes=N (also 500GB, 2TB) or price=N")
            try:
                found[name] = int(_BYTES.validate_python(amount)) if name == "scanned_bytes" else float(amount)
            except (ValidationError, ValueError):
                raise ValueError(f"{text!r}: {amount!r} is not an amount of {name}") from None
            if not found[name] > 0:
                raise ValueError(f"{text!r}: a budget is more than nothing")
        return replace(self, **found)


class Allowance:
    """The budget of one run while it lasts. Once it has refused a model it refuses all that come after."""

    def __init__(self, budget: Budget, node_hour_price: float | None = None) -> None:
        """Raises ValueError for a budget of money where no price is set."""
        if budget.price is not None and node_hour_price is None:
            raise ValueError("a budget in money needs the price of a node-hour: set OSO_NODE_HOUR_PRICE")
        self.budget = budget
        self.spent = Usage()
        self.refusal = ""
        self._node_hour_price = node_hour_price

    @classmethod
    def of(cls, settings: Settings) -> "Allowance":
        """That of the settings, for a run of its own."""
        return cls(Budget.of(settings), settings.node_hour_price)

    @property
    def scan_left(self) -> int | None:
        """Bytes that may still be read; None without a limit."""
        limit = self.budget.scanned_bytes
        return None if limit is None else max(0, limit - (self.spent.scanned_bytes or 0))

    def spend(self, usage: Usage) -> None:
        """Something was used, whatever came of it."""
        self.spent += replace(usage, query_ids=())

    def check(self, model: str, expected: Expected) -> None:
        """Raise BudgetExceededError unless `model` can be afforded."""
        if not self.refusal:
            for spent, more, limit, unit in self._limits(expected):
                if spent >= limit or spent + more > limit:
                    self.refusal = (
                        f"the run's budget of {_told(limit, unit)} does not reach for {model}: {_told(spent, unit)} "
                        f"spent, {_told(more, unit)} expected; what is done stays. Run the rest with a larger --budget "
                        "(or OSO_RUN_BUDGET_*)"
                    )
                    break
        if self.refusal:
            raise BudgetExceededError(self.refusal)

    def _limits(self, expected: Expected) -> Iterator[tuple[float, float, float, str]]:
        """Spent, expected, limit and unit of each limit that is set."""
        budget, spent = self.budget, self.spent
        if budget.node_seconds is not None:
            yield spent.node_seconds, expected.node_seconds, budget.node_seconds, "node-seconds"
        if budget.scanned_bytes is not None:
            yield spent.scanned_bytes or 0, expected.scanned_bytes or 0, budget.scanned_bytes, "bytes"
        if budget.price is not None:
            each = (self._node_hour_price or 0.0) / SECONDS_OF_HOUR
            yield spent.node_seconds * each, expected.node_seconds * each, budget.price, "in money"


def _told(amount: float, unit: str) -> str:
    if unit == "bytes":
        return size_told(round(amount))
    return f"{amount:,.2f} {unit}"
