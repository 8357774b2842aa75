"""Opens the Iceberg catalog that raw and published tables live in, and says where each table is at one moment."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.table import Table

CATALOG_NAME = "lake"
# where Trino keeps the models' own tables, which only the pipeline reads
COMPUTE_CATALOG = "metrics"


def published_namespace(environment: str) -> str:
    """Where an environment beside production publishes; production itself does so in `published`."""
    return f"published__{environment}"


def open_catalog(settings: Settings) -> "Catalog":
    """Open the catalog of `settings`, and make its folder and tables on first use."""
    # pyiceberg takes half a second to import: only who opens a catalog pays for it
    from pyiceberg.catalog.sql import SqlCatalog

    settings.home.mkdir(parents=True, exist_ok=True)
    place = (settings.catalog_uri, settings.warehouse_uri)
    if settings.database_url is None:
        return SqlCatalog(CATALOG_NAME, uri=place[0], warehouse=place[1], **settings.file_options)
    # each catalog keeps connections to the server: one is enough for a process
    with _guard:
        if place not in _on_server:
            # the connections are kept while the server may be restarted
            options = {**settings.file_options, "pool_pre_ping": "true"}
            _on_server[place] = SqlCatalog(CATALOG_NAME, uri=place[0], warehouse=place[1], **options)
        return _on_server[place]


def open_compute_catalog(settings: Settings) -> "SqlCatalog":
    """The catalog that Trino keeps the models' own tables in; whoever opens it disposes of its connections."""
    from pyiceberg.catalog.sql import SqlCatalog

    return SqlCatalog(
        COMPUTE_CATALOG, uri=settings.catalog_uri, warehouse=settings.compute_uri, **settings.file_options
    )


def close_catalogs() -> None:
    """Close the connections that are kept to servers; catalogs opened before work on and open new ones."""
    with _guard:
        for catalog in _on_server.values():
            catalog.engine.dispose()
        _on_server.clear()


_on_server: "dict[tuple[str, str], SqlCatalog]" = {}
_guard = threading.Lock()


def current_metadata(settings: Settings, catalog: str = CATALOG_NAME) -> dict[str, str]:
    """Metadata file of each table of `catalog` by `namespace.table`, read in one query; empty without a catalog.

    Reads the tables that every SQL catalog of Iceberg has (also Trino's and Java's JDBC catalog) instead of asking
    PyIceberg table by table: one state of all tables, and half a second of imports less.
    """
    # SQLAlchemy takes a tenth of a second to import: only who opens the lake pays for it
    from sqlalchemy import create_engine, inspect, make_url, text
    from sqlalchemy.pool import NullPool

    url = make_url(settings.catalog_uri)
    is_file = url.get_backend_name() == "sqlite"
    if is_file and not Path(url.database or "").exists():
        return {}
    query = text(
        "SELECT table_namespace, table_name, metadata_location FROM iceberg_tables "
        "WHERE catalog_name = :catalog AND metadata_location IS NOT NULL"
    )
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if not is_file and not inspect(connection).has_table("iceberg_tables"):
            return {}
        rows = connection.execute(query, {"catalog": catalog})
        return {f"{namespace}.{table}": str(location) for namespace, table, location in rows}


class Tables(Protocol):
    """What tables can be read from: a catalog, or a catalog at one moment."""

    def load_table(self, identifier: str, /) -> "Table":
        """The table; raises NoSuchTableError."""
        ...


class PinnedTables:
    """The tables whose metadata lies at `locations`, as they are there whatever is committed since; for reading."""

    def __init__(self, locations: Mapping[str, str], file_options: Mapping[str, str]) -> None:
        self._locations = locations
        self._file_options = dict(file_options)
        self._loaded: dict[str, Table] = {}

    def load_table(self, identifier: str, /) -> "Table":
        """The table as of its location; raises NoSuchTableError for one that was not there."""
        from pyiceberg.exceptions import NoSuchTableError
        from pyiceberg.table import StaticTable

        if identifier not in self._locations:
            raise NoSuchTableError(f"Table does not exist: {identifier}")
        if identifier not in self._loaded:
            self._loaded[identifier] = StaticTable.from_metadata(self._locations[identifier], self._file_options)
        return self._loaded[identifier]
