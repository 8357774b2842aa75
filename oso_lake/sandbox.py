"""A DuckDB connection that can read the published tables and nothing else.

Views over `iceberg_scan` of each table's current metadata are made first, then file access outside the warehouse,
settings and extensions are locked. It opens neither the compute store nor its lock, so reading never waits for a
backfill. Reading the catalog's version of each table takes one statement (a REST catalog: a request a table); a view
is made again only when its table has a new version.
"""

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import duckdb

from oso_lake.admission import NAMESPACE
from oso_lake.catalog import open_catalog, published_namespace
from oso_lake.duckdb_files import literal, open_files, readable_folder
from oso_lake.errors import NothingPublishedError, QueryFailedError
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

# between the two locations of a table that an environment has too
_BESIDE = "\n"
_SERIES = ("timeseries_metrics_by_", "key_metrics_by_")


class Sandbox:
    """The published tables of one installation; safe to share between threads."""

    def __init__(self, settings: Settings, environment: str | None = None) -> None:
        self._settings = settings
        self._environment = environment
        self._guard = threading.Lock()
        self._catalog: Catalog | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._versions: dict[str, str] = {}

    def versions(self) -> dict[str, str]:
        """Metadata location of each published table; raises NothingPublishedError when there is none.

        Of a table that the environment has too, both: production's (where it has one), and in a line of its own the
        environment's.
        """
        if not self._settings.has_warehouse:
            raise self._nothing_published()
        versions = metadata_locations(self.catalog(), NAMESPACE)
        if not versions:
            raise self._nothing_published()
        if self._environment is not None:
            own = metadata_locations(self.catalog(), published_namespace(self._environment))
            if not own:
                raise NothingPublishedError(
                    f"there is no environment {self._environment!r} in {self._settings.home}: `oso env list` names "
                    f"those there are, `oso plan {self._environment} --apply` makes it"
                )
            versions |= {name: f"{versions.get(name, '')}{_BESIDE}{location}" for name, location in own.items()}
        return versions

    def catalog(self) -> "Catalog":
        """The Iceberg catalog, opened once."""
        with self._guard:
            if self._catalog is None:
                self._catalog = open_catalog(self._settings)
            return self._catalog

    def cursor(self, versions: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
        """A cursor in which each table of `versions` is a view of that version."""
        with self._guard:
            if self._connection is None:
                self._connection = open_sandbox(self._settings)
            for table, location in versions.items():
                if self._versions.get(table) != location:
                    view = f"{NAMESPACE}.{_identifier(table)}"
                    try:
                        self._connection.execute(f"CREATE OR REPLACE VIEW {view} AS {_query(table, location)}")
                    except duckdb.IOException as error:
                        where, why = self._settings.warehouse_uri, str(error).splitlines()[0]
                        raise QueryFailedError(f"the files in {where} cannot be read: {why}") from error
                    self._versions[table] = location
            return self._connection.cursor()

    def close(self) -> None:
        """Close the connection; a later query opens a new one."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
            self._connection, self._versions = None, {}

    def _nothing_published(self) -> NothingPublishedError:
        return NothingPublishedError(
            f"nothing is published in {self._settings.home} yet: run `oso demo` for a sample world, "
            "or `oso land` and `oso materialize` for your own sources"
        )


def open_sandbox(settings: Settings) -> duckdb.DuckDBPyConnection:
    """An in-memory connection that reads files of the warehouse only, and whose settings are locked."""
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            # spilling would need a writable folder outside the warehouse
            "temp_directory": "",
        }
    )
    open_files(connection, settings)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET GLOBAL parquet_metadata_cache = true")
    connection.execute(f"CREATE SCHEMA {NAMESPACE}")
    connection.execute(f"SET GLOBAL allowed_directories = [{literal(readable_folder(settings))}]")
    connection.execute("SET GLOBAL enable_external_access = false")
    connection.execute("SET GLOBAL lock_configuration = true")
    return connection


def metadata_locations(catalog: "Catalog", namespace: str) -> dict[str, str]:
    """Current metadata file of each table of `namespace`, in one statement where the catalog is SQL."""
    from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
    from sqlalchemy import select

    if not isinstance(catalog, SqlCatalog):
        from oso_lake.rest_catalog import LakeRestCatalog, locations

        if not isinstance(catalog, LakeRestCatalog):
            raise TypeError(f"a catalog of another kind: {type(catalog).__name__}")
        return {name.rpartition(".")[2]: location for name, location in locations(catalog, [namespace]).items()}
    query = select(IcebergTables.table_name, IcebergTables.metadata_location).where(
        IcebergTables.catalog_name == catalog.name, IcebergTables.table_namespace == namespace
    )
    with catalog.engine.connect() as connection:
        return {name: location for name, location in connection.execute(query) if location}


def _query(table: str, location: str) -> str:
    """What is read of a table: of series, production's without the models that the environment has rows of."""
    production, _, own = location.partition(_BESIDE)
    if not own:
        return f"FROM iceberg_scan({literal(production)})"
    beside = f"iceberg_scan({literal(own)})"
    if not production or not table.startswith(_SERIES):
        return f"FROM {beside}"
    return (
        f"FROM iceberg_scan({literal(production)}) WHERE model NOT IN (SELECT model FROM {beside}) "  # noqa: S608
        f"UNION ALL BY NAME FROM {beside}"
    )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
