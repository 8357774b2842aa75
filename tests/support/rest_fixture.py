"""A real Iceberg REST catalog for tests, Apache Iceberg's own over SQLite files: one server a session."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from oso_dagster.stack import rest_catalog
from oso_lake.catalog import close_catalogs, open_catalog, open_compute_catalog
from oso_lake.settings import Settings

CREDENTIAL = "pipeline:a secret with : in it"


@dataclass(frozen=True)
class RestServer:
    """A running server, and the folder of its warehouses `lake` and `metrics`."""

    url: str
    folder: Path

    def settings(self, home: Path, **more: object) -> Settings:
        """An installation in `home` whose catalog the server is; it begins empty."""
        given = {
            "home": home,
            "warehouse_url": f"file://{self.folder}/warehouse",
            "catalog_url": self.url,
            "catalog_warehouse": "lake",
            "catalog_compute_warehouse": "metrics",
            "catalog_credential": SecretStr(CREDENTIAL),
        }
        return Settings.model_validate(given | more)

    def empty(self) -> None:
        """Drop everything that is in the warehouses."""
        settings = self.settings(self.folder)
        for catalog in (open_catalog(settings), open_compute_catalog(settings)):
            for namespace in catalog.list_namespaces():
                for table in catalog.list_tables(namespace):
                    catalog.drop_table(table)
                for view in catalog.list_views(namespace):
                    catalog.drop_view(view)
                catalog.drop_namespace(namespace)
        for place in ("warehouse", "warehouse-compute"):
            shutil.rmtree(self.folder / place, ignore_errors=True)


@pytest.fixture(scope="session")
def started_rest_server() -> Iterator[RestServer]:
    """The server of this session."""
    folder = Path(tempfile.mkdtemp(prefix="oso_rest_"))
    defaults = Settings(home=folder)
    served = rest_catalog.Warehouses(
        places={"lake": f"file://{folder}/warehouse", "metrics": f"file://{folder}/warehouse-compute"},
        database=rest_catalog.sqlite(folder),
        credential=CREDENTIAL,
    )
    try:
        started = rest_catalog.start(folder, rest_catalog.install(defaults.cache, defaults.maven_url), served)
        yield RestServer(rest_catalog.url(started), folder)
    finally:
        rest_catalog.stop(folder)
        close_catalogs()
        shutil.rmtree(folder)


@pytest.fixture
def rest_server(started_rest_server: RestServer) -> RestServer:
    """The server, with nothing in it."""
    started_rest_server.empty()
    return started_rest_server


@pytest.fixture(params=["SQL catalog", "REST catalog"])
def on_each_catalog(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """An installation with a catalog in a file, and one whose catalog is the server."""
    home = tmp_path / "a home"
    if request.param == "SQL catalog":
        return Settings(home=home)
    server: RestServer = request.getfixturevalue("rest_server")
    return server.settings(home)
