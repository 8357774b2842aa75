"""Opens the Iceberg catalog that raw and published tables live in, and says where each table is at one moment."""

import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

    from oso_lake.rest_catalog import LakeRestCatalog

CATALOG_NAME = "lake"
# where Trino keeps the models' own tables, which only the pipeline reads
COMPUTE_CATALOG = "metrics"


def published_namespace(environment: str) -> str:
    """Where an environment beside production publishes; production itself does so in `published`."""
    return f"published__{environment}"


def open_catalog(settings: Settings) -> "Catalog":
    """Open the catalog of `settings`, and make its folder and tables on first use; a REST catalog is there already."""
    settings.home.mkdir(parents=True, exist_ok=True)
    if settings.catalog_url:
        return _rest(settings, CATALOG_NAME)
    # pyiceberg takes half a second to import: only who opens a catalog pays for it
    from pyiceberg.catalog.sql import SqlCatalog

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


def open_compute_catalog(settings: Settings) -> "Catalog":
    """The catalog that Trino keeps the models' own tables in; whoever opens it closes it."""
    if settings.catalog_url:
        from oso_lake.rest_catalog import open_rest

        return open_rest(settings, COMPUTE_CATALOG, settings.catalog_compute_warehouse)
    from pyiceberg.catalog.sql import SqlCatalog

    return SqlCatalog(
        COMPUTE_CATALOG, uri=settings.catalog_uri, warehouse=settings.compute_uri, **settings.file_options
    )


def _rest(settings: Settings, name: str) -> "LakeRestCatalog":
    """A warehouse of the REST catalog, asked for its configuration and a token once in a process."""
    from oso_lake.rest_catalog import open_rest, properties

    warehouse = settings.catalog_warehouse if name == CATALOG_NAME else settings.catalog_compute_warehouse
    place = (name, settings.catalog_uri, *sorted(properties(settings, warehouse).items()))
    with _guard:
        if place not in _on_server:
            _on_server[place] = open_rest(settings, name, warehouse)
        return _on_server[place]


def close_catalogs() -> None:
    """Close the connections that are kept to servers; catalogs opened before work on and open new ones."""
    with _guard:
        for catalog in _on_server.values():
            catalog.close()
        _on_server.clear()


# by what was given for them, secrets included
_on_server: "dict[tuple[object, ...], Any]" = {}
_guard = threading.Lock()


def current_metadata(
    settings: Settings, catalog: str = CATALOG_NAME, only: Collection[str] | None = None
) -> dict[str, str]:
    """Metadata file of each table of `catalog` by `namespace.table`; empty without a catalog.

    `only` names tables (`namespace.table`), or namespaces for all of theirs; those that are not there are left out.
    Read in one query of the tables that every SQL catalog of Iceberg has (also Trino's and Java's JDBC catalog) instead
    of asking PyIceberg table by table: one state of all tables, and half a second of imports less. A REST catalog is
    asked for each table, some at once: docs/operations.md says what it costs.
    """
    if settings.catalog_url:
        from oso_lake.rest_catalog import locations

        return locations(_rest(settings, catalog), only)
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
        return {
            f"{namespace}.{table}": str(location)
            for namespace, table, location in rows
            if only is None or namespace in only or f"{namespace}.{table}" in only
        }


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
