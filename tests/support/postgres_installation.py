"""An installation of the small project whose catalog, state, ledger and Dagster storage are in PostgreSQL.

Landed and planned once a session; each test gets a copy of its folder and of its database.
"""

import gc
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr
from small_lake import land_events

from oso_dagster import api
from oso_dagster.instance import open_instance
from oso_dagster.project import Project
from oso_dagster.runner.ledger_store import close_engines
from oso_dagster.stack.postgres import Server
from oso_lake.catalog import close_catalogs
from oso_lake.settings import Settings

START = date(2024, 1, 1)
LANDED_UNTIL = date(2024, 2, 10)
PROJECT = Path(__file__).parents[1] / "oso_dagster" / "project"
TEMPLATE = "planned"
_numbers = count(1)


def _let_go() -> None:
    """Close what this process keeps open: a database to which one is connected can be neither copied nor dropped."""
    close_engines()
    close_catalogs()
    gc.collect()


@dataclass(frozen=True)
class Original:
    """The landed and planned installation; its paths are absolute, so that copies lie where it lay."""

    server: Server
    home: Path

    def copy(self) -> Project:
        """A fresh copy, whose database has a name of its own."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.home.with_name("original"), self.home)
        name = f"copy_{next(_numbers)}"
        self.server.copy_database(TEMPLATE, name)
        settings = Settings(home=self.home, start=START, database_url=SecretStr(self.server.url(name)))
        return Project(settings=settings, path=PROJECT)

    def drop(self, project: Project) -> None:
        """Remove a copy's database."""
        url = project.settings.database_url
        assert url is not None
        _let_go()
        self.server.drop_database(url.get_secret_value().rsplit("/", 1)[-1])


@pytest.fixture(scope="session")
def postgres_original(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Original:
    """40 days landed and planned, nothing computed."""
    home = tmp_path_factory.mktemp("on_postgres") / "home"
    url = SecretStr(postgres.create_database(TEMPLATE))
    settings = Settings(home=home, start=START, database_url=url)
    land_events(settings, START, LANDED_UNTIL)
    api.plan(settings, project=Project(settings=settings, path=PROJECT))
    open_instance(settings).dispose()
    _let_go()
    shutil.copytree(home, home.with_name("original"))
    return Original(postgres, home)


@pytest.fixture
def postgres_project(postgres_original: Original) -> Iterator[Project]:
    """The small project on PostgreSQL, landed and planned, as if nothing had been computed yet."""
    project = postgres_original.copy()
    yield project
    postgres_original.drop(project)
