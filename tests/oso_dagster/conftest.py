"""A small installation: the project beside this file over a few events, planned once and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from small_lake import land_events

from oso_dagster import api
from oso_dagster.instance import open_instance
from oso_dagster.project import Project
from oso_lake.settings import Settings

START = date(2024, 1, 1)
LANDED_UNTIL = date(2024, 4, 10)
PROJECT = Path(__file__).parent / "project"


@pytest.fixture(scope="session")
def planned_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with 100 days landed, planned, and nothing computed. Copied, never used."""
    # the paths inside Iceberg's metadata are absolute: copies must lie where the original lay
    home = tmp_path_factory.mktemp("planned") / "home"
    settings = Settings(home=home, start=START)
    land_events(settings, START, LANDED_UNTIL)
    api.plan(settings, project=Project(settings=settings, path=PROJECT))
    # Dagster makes its tables at first use, which takes as long as a test
    open_instance(settings).dispose()
    shutil.copytree(home, home.with_name("original"))
    return home


@pytest.fixture
def project(planned_home: Path) -> Iterator[Project]:
    """The small project, landed and planned, as if nothing had been computed yet."""
    shutil.rmtree(planned_home, ignore_errors=True)
    shutil.copytree(planned_home.with_name("original"), planned_home)
    yield Project(settings=Settings(home=planned_home, start=START), path=PROJECT)
    shutil.rmtree(planned_home, ignore_errors=True)


@pytest.fixture
def own_project(tmp_path: Path) -> Callable[[], Project]:
    """A project of one's own, whose model files may be changed: not landed, not planned."""

    def make() -> Project:
        shutil.copytree(PROJECT, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__", ".cache"))
        return Project(settings=Settings(home=tmp_path / "home", start=START), path=tmp_path / "project")

    return make
