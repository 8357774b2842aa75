"""The runner on DuckDB: rows are hashed and compared in the process, and travel to Iceberg as Arrow."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from oso_dagster.runner.engines import Publishable, Reads
from oso_dagster.runner.usage import Meter, Usage
from oso_lake import published

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from sqlglot import exp
    from sqlmesh.core.model.definition import AuditResult

    from oso_dagster.runner.session import Session
    from oso_dagster.runner.window_locks import Held
    from oso_lake.calendar import Window
    from oso_lake.contracts import TableContract
    from oso_lake.settings import Settings

CHANGED = "changed"
BEFORE = "metrics_rows_before"


class DuckDBEngine:
    """See Engine."""

    dialect = "duckdb"
    batch_seconds = 8.0

    def show_lake(self, session: "Session", settings: "Settings") -> None:
        """The views point at the tables' metadata of now."""
        from sqlmesh_project.lake_connection import refresh_raw

        refresh_raw(session.context.engine_adapter.cursor, settings)

    @contextmanager
    def metered(self, session: "Session") -> Generator[Meter]:
        """One node, this process: its processor time is that of all of its threads.

        What DuckDB reads is told only by profiling each query, which is not done.
        """
        meter, began, used = Meter(), time.perf_counter(), time.process_time()
        try:
            yield meter
        finally:
            seconds = time.perf_counter() - began
            meter.usage = Usage(cpu_seconds=time.process_time() - used, wall_seconds=seconds, node_seconds=seconds)

    @contextmanager
    def scan_limited(self, session: "Session", most_bytes: int) -> Generator[None]:
        """DuckDB has no such limit, and tells of no bytes that could reach it."""
        yield

    def reads_of(self, session: "Session", query: "exp.Query") -> Reads | None:
        """DuckDB estimates no bytes."""
        return None

    def digest(self, columns: Sequence[str]) -> "exp.Expr":
        """The digest is a sum: DuckDB joins the hashes of a row's columns by XOR.

        So under BIT_XOR the last column of two rows of one amount cancels out, and both may change unseen.
        """
        from sqlglot import exp

        return exp.maybe_parse("coalesce(sum(hash(rows_)), 0)", dialect="duckdb")

    def has_no_row(self, session: "Session", name: str) -> bool:
        """A query is as quick."""
        return False

    @contextmanager
    def writing(self, session: "Session", name: str, window: "Window") -> Generator[Callable[[], None]]:
        """The model's table is written by the evaluation itself."""
        yield lambda: None

    @contextmanager
    def replacing(self, session: "Session", name: str, rows_before: int) -> Generator[None]:
        """Nothing is done: a transaction deletes and inserts."""
        yield

    @contextmanager
    def locked(self, session: "Session", locks: "Held") -> Generator[None]:
        """A process takes its statements with it when it dies."""
        yield

    def address(self, session: "Session") -> str:
        """It is this process."""
        return "DuckDB"

    def is_loss(self, error: Exception) -> bool:
        """No other machine takes part."""
        return False

    def statement(self, session: "Session") -> str | None:
        """Statements have no names."""
        return None

    def settle(self, session: "Session", statement: str | None) -> None:
        """A statement that failed is over."""

    def examined(
        self, session: "Session", name: str, measuring: "exp.Select", arguments: Mapping[str, Any]
    ) -> "tuple[tuple[Any, ...], Sequence[AuditResult]]":
        """A query each."""
        row = session.context.engine_adapter.fetchone(measuring, quote_identifiers=True)
        return row or (), session.context.snapshot_evaluator.audit(session.snapshots[name], **arguments)

    @contextmanager
    def kept_rows(self, session: "Session", name: str) -> Generator[None]:
        """A temporary table beside the model's."""
        execute = session.context.engine_adapter.cursor.execute
        execute(f"create or replace temp table {BEFORE} as select * from {session.physical_table(name)}")  # noqa: S608 - names are the manifest's
        try:
            yield
        finally:
            execute(f"drop table if exists temp.{BEFORE}")
            execute(f"drop table if exists temp.{CHANGED}")

    def changed(self, session: "Session", name: str, footprint: str) -> Sequence[tuple[Any, ...]]:
        """Compared with the temporary table."""
        execute = session.context.engine_adapter.cursor.execute
        table = session.physical_table(name)
        execute(
            f"create or replace temp table {CHANGED} as "
            f"(from {BEFORE} except all from {table}) union all (from {table} except all from {BEFORE})"
        )
        return session.context.engine_adapter.fetchall(footprint)

    @contextmanager
    def publishable(
        self, session: "Session", catalog: "Catalog", contract: "TableContract", query: "exp.Query", scope: "exp.Expr"
    ) -> Generator[Publishable]:
        """An Arrow table."""
        cursor = session.context.engine_adapter.cursor
        cursor.execute(query.sql("duckdb"))
        rows = cursor.to_arrow_table()
        if "metric_name" not in rows.column_names:
            yield Publishable(data=rows)
            return
        pairs = rows.group_by(["model", "metric_name"]).aggregate([]).to_pylist()
        names = [(pair["model"], pair["metric_name"]) for pair in pairs]
        yield Publishable(data=published.with_metric_ids(rows, contract), names=names)
