"""The Trino connection of the models, how their tables are made, and how windows are replaced there.

Trino's catalogs: `metrics` holds the models; `raw` and `lake` are two names of the catalog that PyIceberg writes, so
that a table has the same three-part name on both engines. Their properties are in trino_catalogs.py.
"""

import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import PrivateAttr
from sqlglot import exp
from sqlmesh.core.config.connection import TrinoAuthenticationMethod, TrinoConnectionConfig
from sqlmesh.core.engine_adapter import TrinoEngineAdapter
from sqlmesh.core.engine_adapter.shared import DataObject, DataObjectType

from oso_lake.catalog import COMPUTE_CATALOG, open_compute_catalog
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

SOURCE = "oso-pipeline"
# tags of every query of this process, while it is set: whose lease on the cluster the query runs under
TAGS_VARIABLE = "OSO_TRINO_CLIENT_TAGS"
# the locks that statements of this thread are made under, which they say at their end
TICKET: ContextVar[str | None] = ContextVar("ticket", default=None)
TICKET_MARK = "/* oso ticket {} */"
_NUMBER = "number__"
_NUMBERS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """The model's table that is evaluated: its columns as declared, and whether its window holds no row yet."""

    table: exp.Table
    columns: Mapping[str, exp.DataType]
    is_window_empty: bool

    def is_of(self, table: Any) -> bool:
        """Whether `table` is this one."""
        return exp.to_table(table).sql(identify=True) == self.table.sql(identify=True)


# what the runner evaluates in this thread: SQLMesh works with copies of the adapter, so that it cannot be told to one
EVALUATED: ContextVar[Evaluated | None] = ContextVar("evaluated", default=None)


class LakeTrinoAdapter(TrinoEngineAdapter):
    """Replaces a window in one snapshot: whoever reads the table meanwhile sees the old rows or the new ones.

    SQLMesh's own DELETE, then INSERT shows an empty window in more than half of all reads.
    """

    def _execute(self, sql: str, track_rows_processed: bool = False, **kwargs: Any) -> None:
        ticket = TICKET.get()
        marked = sql if ticket is None else f"{sql} {TICKET_MARK.format(ticket)}"
        super()._execute(marked, track_rows_processed, **kwargs)

    @cached_property
    def _catalog(self) -> "Catalog":
        """The models' tables as PyIceberg sees them."""
        return open_compute_catalog(self._extra_config["oso_settings"])

    def close(self) -> Any:
        """Close the connections, the catalog's too."""
        if (catalog := self.__dict__.pop("_catalog", None)) is not None:
            catalog.close()
        return super().close()

    def has_no_row(self, table: exp.Table) -> bool:
        """Whether the table is empty by its metadata, as all are that were never computed: 5 ms and no query."""
        snapshot = self._catalog.load_table((table.db, table.name)).current_snapshot()
        if snapshot is None:
            return True
        return snapshot.summary is not None and snapshot.summary.get("total-records") == "0"

    def columns(self, table_name: Any, include_pseudo_columns: bool = False) -> dict[str, exp.DataType]:
        """Of the table that is evaluated those that it was made with: SQLMesh asks once for each audit."""
        evaluated = EVALUATED.get()
        if evaluated is not None and evaluated.is_of(table_name):
            return self._apply_timestamp_mapping(dict(evaluated.columns))[0]
        return super().columns(table_name, include_pseudo_columns)

    def get_data_object(self, target_name: Any, safe_to_cache: bool = False) -> DataObject | None:
        """The table that is evaluated was made by a plan."""
        evaluated = EVALUATED.get()
        if evaluated is not None and evaluated.is_of(target_name):
            table = evaluated.table
            return DataObject(catalog=table.catalog, schema=table.db, name=table.name, type=DataObjectType.TABLE)
        return super().get_data_object(target_name, safe_to_cache=safe_to_cache)

    def _build_table_properties_exp(
        self,
        catalog_name: str | None = None,
        table_format: str | None = None,
        storage_format: str | None = None,
        partitioned_by: list[exp.Expr] | None = None,
        *args: Any,
        target_columns_to_types: dict[str, exp.DataType] | None = None,
        **kwargs: Any,
    ) -> exp.Properties | None:
        """A table with times is partitioned by their months.

        SQLMesh would make a partition of each time: one for each second, or for each day and model a file of a few
        rows, of which a writer opens a hundred at most.
        """
        types = target_columns_to_types or {}
        by_month = [
            exp.Anonymous(this="MONTH", expressions=[column.copy()])
            if types.get(column.name, exp.DataType.build("unknown")).is_type(*exp.DataType.TEMPORAL_TYPES)
            else column
            for column in partitioned_by or ()
        ]
        return super()._build_table_properties_exp(
            catalog_name,
            table_format,
            storage_format,
            by_month,
            *args,
            target_columns_to_types=target_columns_to_types,
            **kwargs,
        )

    def fetchone(self, *args: Any, **kwargs: Any) -> tuple[Any, ...] | None:
        """The first row. All are read: only with its last page is a query over, and are its statistics whole."""
        rows = self.fetchall(*args, **kwargs)
        return rows[0] if rows else None

    def _insert_overwrite_by_condition(
        self,
        table_name: Any,
        source_queries: Any,
        target_columns_to_types: dict[str, exp.DataType] | None = None,
        where: exp.Condition | None = None,
        insert_overwrite_strategy_override: Any = None,
        **kwargs: Any,
    ) -> None:
        columns = target_columns_to_types or self.columns(table_name)
        if len(source_queries) != 1:
            raise ValueError(f"{table_name}: a window is replaced by one query, not {len(source_queries)}")
        with source_queries[0] as query:
            rows = self._order_projections_and_filter(query, columns, where=where)
            evaluated = EVALUATED.get()
            # position deletes are left by a MERGE alone
            if evaluated is not None and evaluated.is_of(table_name) and evaluated.is_window_empty:
                self._insert_append_query(table_name, rows, target_columns_to_types=columns, order_projections=False)
            else:
                self.execute(replacing(exp.to_table(table_name), rows, list(columns), where or exp.true()))


class LakeTrinoConnectionConfig(TrinoConnectionConfig):
    """SQLMesh's connection to Trino with the adapter that replaces windows in one snapshot."""

    _settings: Settings = PrivateAttr()

    @classmethod
    def of(cls, settings: Settings) -> "LakeTrinoConnectionConfig":
        """The connection of `settings`; touches no server."""
        password = settings.trino_password.get_secret_value() if settings.trino_password else None
        connection = cls(
            host=settings.trino_host,
            port=settings.trino_port,
            user=settings.trino_user,
            password=password,
            method=TrinoAuthenticationMethod.BASIC if password else TrinoAuthenticationMethod.NO_AUTH,
            http_scheme=settings.trino_scheme,
            catalog=COMPUTE_CATALOG,
            timezone="UTC",
            source=SOURCE,
            http_headers={"X-Trino-Client-Tags": tags} if (tags := os.environ.get(TAGS_VARIABLE)) else None,
            # Iceberg keeps microseconds, Trino's plain TIMESTAMP milliseconds
            timestamp_mapping={
                exp.DataType.build("TIMESTAMP"): exp.DataType.build("TIMESTAMP(6)", dialect="trino"),
                exp.DataType.build("TIMESTAMPTZ"): exp.DataType.build("TIMESTAMP(6) WITH TIME ZONE", dialect="trino"),
            },
            register_comments=False,
        )
        connection._settings = settings
        return connection

    @property
    def _extra_engine_config(self) -> dict[str, Any]:
        return {**super()._extra_engine_config, "oso_settings": self._settings}

    @property
    def _connection_factory(self) -> Callable[..., Any]:
        from sqlmesh_project.trino_statistics import ToldConnection

        return ToldConnection

    @property
    def _engine_adapter(self) -> type[TrinoEngineAdapter]:
        return LakeTrinoAdapter


def replacing(table: exp.Table, rows: exp.Query, columns: list[str], where: exp.Expr) -> exp.Merge:
    """One MERGE that deletes the rows of `where` and inserts `rows`.

    A row that inserts matches nothing, and a last one that inserts nothing matches all that is to go: Trino has no
    WHEN NOT MATCHED BY SOURCE. They are joined by a number, 0 for what goes: without an equality every row would be
    compared with every other (a million rows took minutes). Numbers of rows that insert are many, so that workers
    share them.
    """
    drawn = exp.Add(
        this=exp.Anonymous(this="RANDOM", expressions=[exp.Literal.number(_NUMBERS)]), expression=_number(1)
    )
    inserted = exp.select(*(exp.column(name, quoted=True) for name in columns), exp.alias_(drawn, _NUMBER))
    inserted = inserted.from_(rows.subquery("rows_"))
    nothing = exp.select(*(exp.null() for _ in columns), _number(0))
    source = exp.union(inserted, nothing, distinct=False).subquery("source_")
    told = exp.column(_NUMBER, table="source_")
    going = where.transform(
        lambda node: exp.column(node.this, table="target_") if isinstance(node, exp.Column) else node
    )
    is_matched = exp.EQ(this=exp.Case(ifs=[exp.If(this=going, true=_number(0))]), expression=told)
    values = exp.Tuple(expressions=[exp.column(name, table="source_", quoted=True) for name in columns])
    insertion = exp.Insert(
        this=exp.Tuple(expressions=[exp.column(name, quoted=True) for name in columns]), expression=values
    )
    return exp.Merge(
        this=exp.alias_(table.copy(), "target_", table=True),
        using=source,
        # said once more for the table's files to be skipped that hold none of it
        on=exp.and_(is_matched, exp.paren(going.copy())),
        whens=exp.Whens(
            expressions=[
                exp.When(matched=True, then=exp.var("DELETE")),
                exp.When(matched=False, condition=exp.GT(this=told.copy(), expression=_number(0)), then=insertion),
            ]
        ),
    )


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)
