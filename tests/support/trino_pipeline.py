"""The small project landed, planned and computed on a real Trino, once a session, and what it left."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from small_lake import land_events
from trino_fixture import TrinoStack

from oso_dagster import api
from oso_dagster.project import Project
from oso_lake.catalog import open_catalog
from oso_lake.published import contracts
from oso_lake.settings import Settings

START, END = date(2024, 1, 1), date(2024, 4, 1)
PROJECT = Path(__file__).parents[1] / "oso_dagster" / "project"
# what tells of runs and not of data
OF_RUNS = {"published.metric_errors", "published.metric_coverage", "published.query_costs"}


@dataclass(frozen=True)
class Pipeline:
    """A project that was landed, planned and computed once."""

    project: Project
    report: api.MaterializeReport

    @property
    def settings(self) -> Settings:
        """Of the installation."""
        return self.project.settings

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every published table, in order."""
        return published_rows(self.project.settings)


def published_rows(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """The rows of every published table that exists, in order."""
    catalog = open_catalog(settings)
    names = [c.name for c in contracts() if c.name not in OF_RUNS and catalog.table_exists(c.name)]
    found = {name: catalog.load_table(name).scan().to_arrow().to_pylist() for name in names}
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def run_pipeline(settings: Settings, selection: str = "*") -> Pipeline:
    """Land and plan everything, and compute what is selected."""
    project = Project(settings=settings, path=PROJECT)
    land_events(settings, START, END)
    api.plan(settings, project=project)
    return Pipeline(project=project, report=api.materialize(settings, selection, project=project))


@pytest.fixture(scope="session")
def on_trino(trino_stack: TrinoStack) -> Pipeline:
    """Everything computed once; tests change it, and leave it fresh."""
    return run_pipeline(trino_stack.settings.model_copy(update={"start": START}))
