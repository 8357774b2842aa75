"""What the runner asks of an engine beside SQL that is the same on all: one module an engine implements `Engine`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from oso_dagster.runner.usage import Meter

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from sqlglot import exp
    from sqlmesh.core.model.definition import AuditResult

    from oso_dagster.runner.session import Session
    from oso_dagster.runner.window_locks import Held
    from oso_lake.calendar import Window
    from oso_lake.commits import Data
    from oso_lake.contracts import TableContract
    from oso_lake.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Reads:
    """What a query would read of its tables: rows, and bytes as they are in memory, not as they are compressed.

    None is what the tables' statistics do not tell; `unknown` are the tables of which they tell nothing.
    """

    rows: int | None
    bytes: int | None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Publishable:
    """Rows on their way to a published table, and the pairs of model and metric name in them."""

    data: "Data"
    names: Sequence[tuple[str, str]] = field(default_factory=tuple)


class ScanLimitError(RuntimeError):
    """A query was ended since it read more than it was allowed to."""


class Engine(Protocol):
    """One engine. Queries are syntax trees, or text in DuckDB's words; each engine says them in its own."""

    dialect: str
    # how long models may wait to be published together
    batch_seconds: float

    def show_lake(self, session: "Session", settings: "Settings") -> None:
        """Let the models read the raw tables as they are now."""
        ...

    def metered(self, session: "Session") -> AbstractContextManager[Meter]:
        """Measure what the statements of this thread use while the block runs."""
        ...

    def scan_limited(self, session: "Session", most_bytes: int) -> AbstractContextManager[None]:
        """While the block runs no query reads more from storage, where the engine can hold it back.

        Raises ScanLimitError for one that did.
        """
        ...

    def reads_of(self, session: "Session", query: "exp.Query") -> Reads | None:
        """What `query` would read by the engine's own estimate; None where it makes none."""
        ...

    def digest(self, columns: Sequence[str]) -> "exp.Expr":
        """An aggregate over rows aliased `rows_` that is the same for the same rows in whatever order."""
        ...

    def has_no_row(self, session: "Session", name: str) -> bool:
        """Whether the table of model `name` is known to be empty without a query."""
        ...

    def writing(self, session: "Session", name: str, window: "Window") -> AbstractContextManager[Callable[[], None]]:
        """While the block runs `window` of model `name` can be evaluated and read; what it yields keeps its rows."""
        ...

    def replacing(self, session: "Session", name: str, rows_before: int) -> AbstractContextManager[None]:
        """While the block runs, a window of model `name` that holds `rows_before` rows is evaluated and looked at."""
        ...

    def examined(
        self, session: "Session", name: str, measuring: "exp.Select", arguments: Mapping[str, Any]
    ) -> "tuple[tuple[Any, ...], Sequence[AuditResult]]":
        """The row of `measuring`, and the model's audits, for which `arguments` are SQLMesh's."""
        ...

    def locked(self, session: "Session", locks: "Held") -> AbstractContextManager[None]:
        """While the block runs under `locks`; what goes on of runs whose locks are gone, since they died, is ended."""
        ...

    def address(self, session: "Session") -> str:
        """The engine and where it is, for messages."""
        ...

    def is_loss(self, error: Exception) -> bool:
        """Whether `error` says that a machine was lost, and not that the query or its data are wrong."""
        ...

    def statement(self, session: "Session") -> str | None:
        """What the engine calls the last statement of this thread."""
        ...

    def settle(self, session: "Session", statement: str | None) -> None:
        """See that nothing of `statement` goes on; fails by a loss while the engine does not answer."""
        ...

    def kept_rows(self, session: "Session", name: str) -> AbstractContextManager[None]:
        """Keep the rows of model `name` as they are now while the block runs."""
        ...

    def changed(self, session: "Session", name: str, footprint: str) -> Sequence[tuple[Any, ...]]:
        """Rows of the query `footprint` over `changed`, the rows that differ from those kept."""
        ...

    def publishable(
        self, session: "Session", catalog: "Catalog", contract: "TableContract", query: "exp.Query", scope: "exp.Expr"
    ) -> AbstractContextManager[Publishable]:
        """The rows of `query` for the table of `contract`, of which those of `scope` will be replaced.

        A time series' query gives metric_name in the place of metric_id.
        """
        ...


def engine_of(session: "Session") -> Engine:
    """The engine that the session's models are computed on."""
    if session.small_work is not None:
        from oso_dagster.runner.engines.on_shared_tables import SmallWork

        return SmallWork(session.small_work)
    dialect = session.context.engine_adapter.dialect
    if dialect == "duckdb":
        from oso_dagster.runner.engines.on_duckdb import DuckDBEngine

        return DuckDBEngine()
    if dialect == "trino":
        from oso_dagster.runner.engines.on_trino import TrinoEngine

        return TrinoEngine()
    raise ValueError(f"no engine is called {dialect!r}")


__all__ = ["Engine", "Publishable", "Reads", "ScanLimitError", "engine_of"]
