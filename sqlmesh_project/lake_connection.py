"""The DuckDB connection of the models: the compute file, and `raw`, a catalog of views over the Iceberg tables.

Every connection reads one consistent state of the lake: the catalog is asked once, when the connection opens, for the
current metadata of all raw tables, and the views point at that metadata until the connection closes. A raw table that
was never landed stands as an empty table with the columns of external_models.yaml, so that its models give no rows.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import PrivateAttr
from sqlglot import exp
from sqlmesh.core.config.connection import ConnectionConfig, DuckDBConnectionConfig, PostgresConnectionConfig

from oso_lake import database
from oso_lake.catalog import COMPUTE_CATALOG, current_metadata
from oso_lake.duckdb_files import open_files
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RAW_CATALOG = "raw"
RAW_CONTRACTS = Path(__file__).parent / "external_models.yaml"


class LakeConnectionConfig(DuckDBConnectionConfig):
    """SQLMesh's DuckDB connection over the compute file of `settings`, with the views of the raw catalog."""

    _settings: Settings = PrivateAttr()

    @classmethod
    def of(cls, settings: Settings, *, is_in_memory: bool = False) -> "LakeConnectionConfig":
        """The connection of `settings`; touches neither file nor catalog.

        One in memory begins without any model's table: shared_tables.py shows it those that Trino keeps.
        """
        place = ":memory:" if is_in_memory else str(settings.compute_db)
        connection = cls(
            catalogs={COMPUTE_CATALOG: place, RAW_CATALOG: ":memory:"},
            connector_config={
                "TimeZone": "UTC",
                "memory_limit": settings.memory_limit,
                "threads": settings.threads,
                # rows of a model have no order, and keeping one holds whole results in memory
                "preserve_insertion_order": False,
                "temp_directory": str(settings.cache_dir / "duckdb"),
                "autoinstall_known_extensions": False,
            },
            concurrent_tasks=1,
            # two statements a model; what the columns mean is read in Dagster and in the catalogue, not in this file
            register_comments=False,
        )
        connection._settings = settings
        return connection

    @property
    def _connection_factory(self) -> Callable[..., Any]:
        settings = self._settings

        def connect(**options: Any) -> "DuckDBPyConnection":
            import duckdb  # who only reads the config does not pay for the engine

            settings.home.mkdir(parents=True, exist_ok=True)
            connection = duckdb.connect(**options)
            attach_raw(connection, settings)
            return connection

        return connect


class StateConnectionConfig(DuckDBConnectionConfig):
    """SQLMesh's state in a DuckDB file of its own, whose folder is made on first use."""

    @property
    def _connection_factory(self) -> Callable[..., Any]:
        def connect(**options: Any) -> "DuckDBPyConnection":
            import duckdb

            Path(str(self.database)).parent.mkdir(parents=True, exist_ok=True)
            return duckdb.connect(**options)

        return connect


def state_connection(settings: Settings) -> ConnectionConfig:
    """Where SQLMesh keeps its state: the database of `settings`, or a DuckDB file."""
    if settings.database_url is None:
        return StateConnectionConfig(database=str(settings.state_db))
    url = database.parts(settings.database_url.get_secret_value())
    return PostgresConnectionConfig(
        host=url.host or "",
        port=url.port or 5432,
        user=url.username or "",
        password=url.password or "",
        database=url.database or "",
        connect_timeout=database.CONNECT_SECONDS,
        sslmode=_first(url.query.get("sslmode")),
        application_name="oso sqlmesh state",
    )


def _first(value: str | tuple[str, ...] | None) -> str | None:
    return value[0] if isinstance(value, tuple) else value


def attach_raw(connection: "DuckDBPyConnection", settings: Settings) -> None:
    """Attach the catalog `raw` in memory and fill it for the lake of `settings` as it is now."""
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {RAW_CATALOG}")
    locations = current_metadata(settings, only=raw_contracts())
    if locations:
        open_files(connection, settings)
    for name, columns in raw_contracts().items():
        namespace, table = name.split(".")
        schema = exp.table_(namespace, db=RAW_CATALOG, quoted=True)
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema.sql('duckdb')}")
        relation = exp.table_(table, db=namespace, catalog=RAW_CATALOG, quoted=True)
        location = locations.get(name)
        connection.execute(create_view(relation, location) if location else _create_empty(relation, columns))


def refresh_raw(cursor: "DuckDBPyConnection", settings: Settings) -> None:
    """Let the views of an open connection show the lake as it is now; what did not change is left alone."""
    shown = dict(
        cursor.execute(
            "SELECT schema_name || '.' || view_name, sql FROM duckdb_views() WHERE database_name = ?", [RAW_CATALOG]
        ).fetchall()
    )
    contracts = raw_contracts()
    locations = current_metadata(settings, only=contracts)
    changed = {name: place for name, place in locations.items() if place not in shown.get(name, "")}
    if changed:
        open_files(cursor, settings)
    for name, location in changed.items():
        namespace, table = name.split(".")
        relation = exp.table_(table, db=namespace, catalog=RAW_CATALOG, quoted=True)
        if name not in shown:
            # it stood as an empty table
            cursor.execute(exp.Drop(this=relation, kind="TABLE", exists=True).sql("duckdb"))
        cursor.execute(create_view(relation, location, replace=True))


@cache
def raw_contracts() -> Mapping[str, Mapping[str, str]]:
    """Columns and DuckDB types of each raw table, by `namespace.table`, as external_models.yaml declares them."""
    declared = yaml.safe_load(RAW_CONTRACTS.read_text())
    return {model["name"].removeprefix(f"{RAW_CATALOG}."): model["columns"] for model in declared}


def create_view(relation: exp.Table, location: str, *, replace: bool = False) -> str:
    """DuckDB's statement for a view of the Iceberg table whose metadata file lies at `location`."""
    scan = exp.func("iceberg_scan", exp.Literal.string(location))
    query = exp.select("*").from_(exp.Table(this=scan))
    return exp.Create(this=relation, kind="VIEW", expression=query, replace=replace).sql("duckdb")


def _create_empty(relation: exp.Table, columns: Mapping[str, str]) -> str:
    fields = [
        exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=exp.DataType.build(kind, dialect="duckdb"))
        for name, kind in columns.items()
    ]
    return exp.Create(this=exp.Schema(this=relation, expressions=fields), kind="TABLE").sql("duckdb")
