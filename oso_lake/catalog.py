"""Opens the Iceberg catalog that raw and published tables live in."""

from typing import TYPE_CHECKING

from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

CATALOG_NAME = "lake"


def published_namespace(environment: str) -> str:
    """Where an environment beside production publishes; production itself does so in `published`."""
    return f"published__{environment}"


def open_catalog(settings: Settings) -> "Catalog":
    """Open the catalog of `settings`, and make its folder and tables on first use."""
    # pyiceberg takes half a second to import: only who opens a catalog pays for it
    from pyiceberg.catalog.sql import SqlCatalog

    settings.warehouse.mkdir(parents=True, exist_ok=True)
    return SqlCatalog(CATALOG_NAME, uri=settings.catalog_uri, warehouse=settings.warehouse_uri)
