"""The runner on a real Trino: the same rows as on DuckDB, windows replaced in one snapshot, changes told exactly."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from small_lake import events_of, land_events
from trino_fixture import TrinoStack

from oso_dagster import api
from oso_dagster.cli.checkup_engine import engine
from oso_dagster.project import Project
from oso_dagster.stack.postgres import free_port
from oso_lake.catalog import open_catalog
from oso_lake.published import contracts
from oso_lake.settings import Settings

START, END = date(2024, 1, 1), date(2024, 4, 1)
PROJECT = Path(__file__).parents[1] / "oso_dagster" / "project"
# what tells of runs and not of data
OF_RUNS = {"published.metric_errors", "published.metric_coverage"}


@dataclass(frozen=True)
class Pipeline:
    """A project that was landed, planned and computed once."""

    project: Project
    report: api.MaterializeReport

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every published table, in order."""
        return published_rows(self.project.settings)


def published_rows(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """The rows of every published table that exists, in order."""
    catalog = open_catalog(settings)
    names = [c.name for c in contracts() if c.name not in OF_RUNS and catalog.table_exists(c.name)]
    found = {name: catalog.load_table(name).scan().to_arrow().to_pylist() for name in names}
    return {name: sorted(rows, key=str) for name, rows in found.items()}


def run_pipeline(settings: Settings) -> Pipeline:
    """Land, plan and compute everything."""
    project = Project(settings=settings, path=PROJECT)
    land_events(settings, START, END)
    api.plan(settings, project=project)
    return Pipeline(project=project, report=api.materialize(settings, project=project))


@pytest.fixture(scope="module")
def on_trino(trino_stack: TrinoStack) -> Pipeline:
    return run_pipeline(trino_stack.settings.model_copy(update={"start": START}))


def test_published_tables_hold_the_same_rows_as_on_duckdb(on_trino: Pipeline, tmp_path: Path) -> None:
    on_duckdb = run_pipeline(Settings(home=tmp_path / "home", start=START))
    assert on_trino.report.failed == {}
    assert set(on_trino.report.done) == set(on_duckdb.report.done)
    wanted = on_duckdb.published()
    assert all(wanted.values())
    assert on_trino.published() == wanted


def test_a_window_computed_again_replaces_its_rows_in_one_snapshot(on_trino: Pipeline) -> None:
    table = open_catalog(on_trino.project.settings).load_table("published.timeseries_metrics_by_artifact_v0")
    before, rows = len(table.snapshots()), on_trino.published()
    report = api.materialize(
        on_trino.project.settings,
        "stars_to_artifact_monthly",
        partition="2024-02-01",
        project=on_trino.project,
        force=True,
    )
    assert report.done == ("oso.stars_to_artifact_monthly",)
    after = table.refresh()
    assert len(after.snapshots()) == before + 1
    snapshot = after.current_snapshot()
    assert snapshot is not None
    assert snapshot.summary is not None
    assert "stars_to_artifact_monthly" in (snapshot.summary["oso.models"] or "")
    assert on_trino.published() == rows


def test_new_events_change_their_day_alone(on_trino: Pipeline) -> None:
    settings, day = on_trino.project.settings, date(2024, 2, 10)
    land_events(
        settings,
        day,
        date(2024, 2, 11),
        events=lambda one: [*events_of(one), ("WatchEvent", 99, 1)],
        again=True,
    )
    before = on_trino.published()["published.timeseries_metrics_by_artifact_v0"]
    report = api.materialize(settings, "stg_events stars_to_artifact_daily", project=on_trino.project)
    assert report.failed == {}
    after = on_trino.published()["published.timeseries_metrics_by_artifact_v0"]
    changed = [row for row in after if row not in before]
    assert {(row["sample_date"], row["model"]) for row in changed} == {(day, "oso.stars_to_artifact_daily")}
    assert len(after) == len(before)


def test_the_doctor_finds_trino_and_says_what_is_missing(on_trino: Pipeline) -> None:
    settings = on_trino.project.settings
    [found] = engine(settings)
    assert found.state == "ok"
    assert "476" in found.detail
    [lost] = engine(settings.model_copy(update={"trino_port": free_port()}))
    assert lost.state == "wrong"
    assert "does not answer" in lost.detail
    assert "oso stack up" in lost.remedy
