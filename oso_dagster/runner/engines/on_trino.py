"""The runner on Trino: rows stay in the warehouse's files, and what was is read from the tables' earlier snapshots."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from oso_dagster.runner.engines import Publishable, Reads, ScanLimitError, trino_losses
from oso_dagster.runner.engines.examining import examined
from oso_dagster.runner.engines.staging import StagedFiles
from oso_dagster.runner.engines.trino_statistics import explained, usage_of
from oso_dagster.runner.usage import Meter, total
from oso_lake.ids import METRIC_PARTS, SEPARATOR

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from sqlmesh.core.model.definition import AuditResult

    from oso_dagster.runner.session import Session
    from oso_dagster.runner.window_locks import Held
    from oso_lake.calendar import Window
    from oso_lake.contracts import TableContract
    from oso_lake.settings import Settings

CHANGED = "changed"


class TrinoEngine:
    """See Engine."""

    dialect = "trino"
    # a batch takes four queries and a commit, some seconds in all
    batch_seconds = 60.0

    def __init__(self) -> None:
        self._kept: dict[str, int] = {}

    def show_lake(self, session: "Session", settings: "Settings") -> None:
        """Trino asks the catalog for each query: there is nothing to do."""

    @contextmanager
    def metered(self, session: "Session") -> Generator[Meter]:
        """By the statistics that come with each answer."""
        meter, seen = Meter(), dict[str, Mapping[str, Any]]()
        connection = session.context.engine_adapter.connection

        def hear(statistics: Mapping[str, Any]) -> None:
            seen[statistics["queryId"]] = statistics

        connection.on_statistics = hear
        try:
            yield meter
        finally:
            connection.on_statistics = None
            meter.usage = total(map(usage_of, seen.values()))

    @contextmanager
    def scan_limited(self, session: "Session", most_bytes: int) -> Generator[None]:
        """A property of the session, which every query carries. Trino looks every second: a short query gets by."""
        from trino.exceptions import TrinoQueryError

        connection = session.context.engine_adapter.connection
        connection.limit_scan(most_bytes)
        try:
            yield
        except TrinoQueryError as error:
            if error.error_name == "EXCEEDED_SCAN_LIMIT":
                raise ScanLimitError(error.message) from error
            raise
        finally:
            connection.limit_scan(None)

    def reads_of(self, session: "Session", query: exp.Query) -> Reads | None:
        """EXPLAIN of type IO."""
        return explained(session.context.engine_adapter, query)

    def digest(self, columns: Sequence[str]) -> exp.Expr:
        """A sum of the rows' hashes."""
        row = exp.Anonymous(this="ROW", expressions=[exp.column(name, quoted=True) for name in columns])
        checksum = exp.Anonymous(this="CHECKSUM", expressions=[row])
        return exp.func("COALESCE", exp.Anonymous(this="TO_HEX", expressions=[checksum]), exp.Literal.string("0"))

    def has_no_row(self, session: "Session", name: str) -> bool:
        """By the table's metadata."""
        adapter: Any = session.context.engine_adapter
        return adapter.has_no_row(exp.to_table(session.snapshots[name].table_name()))

    @contextmanager
    def writing(self, session: "Session", name: str, window: "Window") -> Generator[Callable[[], None]]:
        """The model's table is written by the evaluation itself."""
        yield lambda: None

    @contextmanager
    def replacing(self, session: "Session", name: str, rows_before: int) -> Generator[None]:
        """An empty window is filled by an INSERT, which leaves no position deletes."""
        from sqlmesh_project.trino_connection import EVALUATED, Evaluated

        snapshot = session.snapshots[name]
        evaluated = Evaluated(
            table=exp.to_table(snapshot.table_name()),
            columns=snapshot.model.columns_to_types_or_raise,
            is_window_empty=rows_before == 0,
        )
        token = EVALUATED.set(evaluated)
        try:
            yield
        finally:
            EVALUATED.reset(token)

    def examined(
        self, session: "Session", name: str, measuring: exp.Select, arguments: Mapping[str, Any]
    ) -> "tuple[tuple[Any, ...], Sequence[AuditResult]]":
        """All in one query: each takes Trino a tenth of a second to plan and to start."""
        return examined(session.context.engine_adapter, session.snapshots[name], measuring, arguments)

    @contextmanager
    def locked(self, session: "Session", locks: "Held") -> Generator[None]:
        """Statements say the name of their locks; an INSERT that goes on would give its rows a second time."""
        from sqlmesh_project.trino_connection import TICKET

        trino_losses.end_abandoned(session.context.engine_adapter, locks.is_of_database, locks.living)
        TICKET.set(locks.name)
        try:
            yield
        finally:
            # the block is that of a generator, which may end in another context than it began in
            TICKET.set(None)

    def address(self, session: "Session") -> str:
        """The coordinator's address."""
        connection = session.context.engine_adapter.connection
        return f"Trino at {connection.host}:{connection.port}"

    def is_loss(self, error: Exception) -> bool:
        """By Trino's error codes."""
        return trino_losses.is_loss(error)

    def statement(self, session: "Session") -> str | None:
        """The query's id."""
        return session.context.engine_adapter.cursor.query_id

    def settle(self, session: "Session", statement: str | None) -> None:
        """A query that goes on is killed."""
        trino_losses.settle(session.context.engine_adapter, statement)

    @contextmanager
    def kept_rows(self, session: "Session", name: str) -> Generator[None]:
        """Iceberg keeps them: their snapshot is remembered."""
        table = exp.to_table(session.snapshots[name].table_name())
        refs = exp.table_(f"{table.name}$refs", db=table.db, catalog=table.catalog, quoted=True)
        query = exp.select("snapshot_id").from_(refs).where("name = 'main'")
        found = session.context.engine_adapter.fetchone(query, quote_identifiers=True)
        if found:
            self._kept[name] = int(found[0])
        try:
            yield
        finally:
            self._kept.pop(name, None)

    def changed(self, session: "Session", name: str, footprint: str) -> Sequence[tuple[Any, ...]]:
        """Compared with the snapshot of before."""
        from sqlglot import parse_one

        table = session.physical_table(name)
        if name not in self._kept:
            raise ValueError(f"{name}: there is no snapshot to compare with")
        before = f"{table} for version as of {self._kept[name]}"
        differing = (
            f"(select * from {before} except all select * from {table}) "  # noqa: S608 - names are SQLMesh's
            f"union all (select * from {table} except all select * from {before})"
        )
        query = parse_one(footprint, dialect="duckdb")
        if not isinstance(query, exp.Query):
            raise TypeError(f"the footprint of {name} is not a query")
        return session.context.engine_adapter.fetchall(with_first(query, CHANGED, differing))

    @contextmanager
    def publishable(
        self, session: "Session", catalog: "Catalog", contract: "TableContract", query: exp.Query, scope: exp.Expr
    ) -> Generator[Publishable]:
        """Files that Trino writes where the published table's lie; only their names come here."""
        adapter = session.context.engine_adapter
        names: list[tuple[str, str]] = []
        if "metric_name" in query.named_selects:
            pairs = exp.select("model", "metric_name").distinct().from_(query.subquery("rows_"))
            names = [(model, name) for model, name in adapter.fetchall(pairs)]
            query = with_metric_ids(query, contract.schema.names)
        yield Publishable(data=StagedFiles(adapter, catalog, contract, query, scope), names=names)


def with_first(query: exp.Query, name: str, text: str) -> str:
    """Trino's text of `query` with the CTE `name`, written as `text`, before its own."""
    body = query.copy()
    own = body.args.pop("with_", None)
    listed = [f"{name} as ({text})", *(one.sql("trino") for one in (own.expressions if own else ()))]
    return f"with {', '.join(listed)} {body.sql('trino')}"


def with_metric_ids(query: exp.Query, columns: Sequence[str]) -> exp.Query:
    """`query` with metric_name replaced by metric_id, which is `oso_lake.ids.metric_id` in SQL."""
    parts = [exp.Literal.string(part) for part in METRIC_PARTS]
    separator = exp.Anonymous(this="CHR", expressions=[exp.Literal.number(ord(SEPARATOR))])
    joined: exp.Expr = parts[0]
    for part in (*parts[1:], exp.column("metric_name")):
        joined = exp.DPipe(this=exp.DPipe(this=joined, expression=separator.copy()), expression=part)
    encoded = exp.Anonymous(this="TO_UTF8", expressions=[joined])
    digest = exp.Anonymous(this="SHA256", expressions=[encoded])
    metric_id = exp.alias_(exp.Lower(this=exp.Anonymous(this="TO_HEX", expressions=[digest])), "metric_id")
    others = [exp.column(name) for name in columns if name != "metric_id"]
    return exp.select(metric_id, *others).from_(query.subquery("named_"))
