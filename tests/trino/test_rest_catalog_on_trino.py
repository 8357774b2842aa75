"""The pipeline on a real Trino whose three catalogs are two warehouses of a real Iceberg REST catalog."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_lake import events_of, land_events
from trino_fixture import TrinoStack, start_stack
from trino_pipeline import PROJECT, START, Pipeline, run_pipeline

from oso_dagster import api
from oso_dagster.cli.checkup_catalog import catalog as catalog_check
from oso_dagster.cli.checkup_engine import engine as engine_check
from oso_dagster.maintenance.tasks import maintain
from oso_dagster.project import Project
from oso_dagster.stack import local
from oso_dagster.stack.postgres import free_port
from oso_dagster.stack.processes import ServerError
from oso_lake.catalog import close_catalogs, current_metadata, open_catalog, open_compute_catalog
from oso_lake.settings import Settings

DAY, LATER = date(2024, 2, 10), date(2024, 2, 20)
DAILY = "stg_events stars_to_artifact_daily"
# a daily one, one of another grain, and what both read
MODELS = f"{DAILY} stars_to_artifact_monthly"


@pytest.fixture(scope="module")
def stack() -> Iterator[TrinoStack]:
    """PostgreSQL, the REST catalog before it, and Trino, over local files."""
    folder = Path(tempfile.mkdtemp(prefix="oso_rest_trino_"))
    folder.chmod(0o711)
    try:
        yield start_stack(folder / "home", local.Choice(rest_catalog=True, is_small=True))
    finally:
        close_catalogs()
        local.down(Settings(home=folder / "home"))
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def pipeline(stack: TrinoStack) -> Pipeline:
    """Some models computed once; tests change them, and leave them fresh."""
    return run_pipeline(stack.settings.model_copy(update={"start": START}), MODELS)


def test_what_is_published_equals_what_duckdb_publishes_without_a_server(pipeline: Pipeline, tmp_path: Path) -> None:
    assert pipeline.report.failed == {}
    rows = pipeline.published()
    assert rows == run_pipeline(Settings(home=tmp_path / "home", start=START), MODELS).published()
    assert sum(map(len, rows.values())) > 100


def test_pyiceberg_and_trino_see_each_warehouse_s_tables_and_no_others(stack: TrinoStack, pipeline: Pipeline) -> None:
    lake, models = current_metadata(pipeline.settings), current_metadata(pipeline.settings, "metrics")
    assert {name.split(".")[0] for name in models} == {"sqlmesh__oso"}
    assert len(models) == 14
    assert {"github_archive.events", "published.metrics_v0"} <= lake.keys()
    assert not lake.keys() & models.keys()
    # Trino shows tables of its own beside them
    query = "select table_schema || '.' || table_name from lake.information_schema.tables"
    own = ("information_schema.", "system.")
    assert {name for (name,) in stack.fetch(query) if not name.startswith(own)} == lake.keys()
    views = {name for (name,) in stack.fetch("select table_name from metrics.information_schema.views")}
    assert "stars_to_artifact_daily" in views
    # the server stands before the tables that are in the database without it
    plain = pipeline.settings.model_copy(update={"catalog_url": ""})
    assert current_metadata(plain) == lake
    assert current_metadata(plain, "metrics").items() >= models.items()


def test_windows_that_changed_are_computed_again_beside_the_others(pipeline: Pipeline) -> None:
    before = series(pipeline)
    report = api.materialize(pipeline.settings, DAILY, project=land_a_star(pipeline, DAY))
    assert report.failed == {}
    assert {outcome.engine for outcome in report.outcomes} == {"trino"}
    after = series(pipeline)
    changed = [row for row in after if row not in before]
    assert {(row["sample_date"], row["model"]) for row in changed} == {(DAY, "oso.stars_to_artifact_daily")}
    assert len(after) == len(before)


def test_housekeeping_takes_what_nobody_needs_and_leaves_tables_and_views(
    stack: TrinoStack, pipeline: Pipeline
) -> None:
    settings, rows = pipeline.settings, pipeline.published()
    assert any(name.startswith("metrics.") for name in took(pipeline, "compact"))
    later = datetime.now(UTC) + timedelta(days=30)
    assert took(pipeline, "expire", older_than=timedelta(0), now=later)
    held = files(settings)
    assert took(pipeline, "orphans", now=later)
    assert files(settings) < held
    assert took(pipeline, "orphans", now=later) == []
    assert pipeline.published() == rows
    views = stack.fetch("select table_name from metrics.information_schema.views where table_schema = 'oso'")
    for (name,) in views:
        stack.fetch(f'select * from metrics.oso."{name}" limit 1')
    assert views
    for catalog in (open_catalog(settings), open_compute_catalog(settings)):
        for namespace in catalog.list_namespaces():
            for table in catalog.list_tables(namespace):
                catalog.load_table(table).scan().to_arrow()


def test_small_work_is_done_by_duckdb_on_the_tables_of_the_same_catalog(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = series(pipeline)
    land_a_star(pipeline, LATER)
    with monkeypatch.context() as sleeping:
        sleeping.setenv("OSO_CLUSTER_DRIVER", "keda")
        sleeping.setenv("OSO_CLUSTER_SMALL_SECONDS", "100000")
        asleep = pipeline.settings.model_copy(update={"trino_port": free_port()})
        report = api.materialize(asleep, DAILY, project=Project(settings=asleep, path=PROJECT))
    assert report.failed == {}
    assert {outcome.engine for outcome in report.outcomes} == {"duckdb"}
    changed = [row for row in series(pipeline) if row not in before]
    assert {(row["sample_date"], row["model"]) for row in changed} == {(LATER, "oso.stars_to_artifact_daily")}
    # Trino reads what DuckDB wrote, and has nothing to add to it
    assert api.materialize(pipeline.settings, DAILY, project=pipeline.project).done == ()


def test_a_table_that_trino_drops_is_gone_with_its_files(stack: TrinoStack, pipeline: Pipeline) -> None:
    stack.fetch("create table metrics.sqlmesh__oso.gone as select 1 as n")
    catalog = open_compute_catalog(pipeline.settings)
    folder = Path(catalog.load_table("sqlmesh__oso.gone").location().removeprefix("file://"))
    assert list(folder.rglob("*.parquet"))
    stack.fetch("drop table metrics.sqlmesh__oso.gone")
    assert not catalog.table_exists("sqlmesh__oso.gone")
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_the_doctor_finds_catalog_and_trino_in_order(pipeline: Pipeline) -> None:
    (catalog,) = catalog_check(pipeline.settings)
    assert (catalog.state, catalog.remedy) == ("ok", "")
    assert pipeline.settings.catalog_url in catalog.detail
    (engine,) = engine_check(pipeline.settings)
    assert engine.state == "ok"


def test_secrets_are_in_no_file_but_those_of_the_stack(stack: TrinoStack, pipeline: Pipeline) -> None:
    credential = pipeline.settings.catalog_credential
    assert credential is not None
    secret = credential.get_secret_value().partition(":")[2].encode()
    home = pipeline.settings.home
    holders = {
        str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and secret in path.read_bytes()
    }
    assert holders == {"stack/environment", "stack/rest_catalog.key"}
    assert all((home / name).stat().st_mode & 0o077 == 0 for name in holders)


def test_a_stack_that_runs_is_not_brought_up_without_its_catalog(stack: TrinoStack) -> None:
    with pytest.raises(ServerError, match="a stack runs with a REST catalog: end it with `oso stack down` first"):
        local.up(stack.settings, local.Choice(), lambda step, done=0, total=0: None)
    assert {part.name for part in local.status(stack.settings) if part.is_running} == {
        "PostgreSQL",
        "REST catalog",
        "trino",
    }


def land_a_star(pipeline: Pipeline, day: date) -> Project:
    """Land the day anew with a star more."""
    land_events(
        pipeline.settings,
        day,
        day + timedelta(days=1),
        events=lambda one: [*events_of(one), ("WatchEvent", 99, 1)],
        again=True,
    )
    return pipeline.project


def series(pipeline: Pipeline) -> list[dict[str, Any]]:
    """The published time series of artifacts."""
    return pipeline.published()["published.timeseries_metrics_by_artifact_v0"]


def took(pipeline: Pipeline, name: str, **limits: Any) -> list[str]:
    """Subjects of what the task took away."""
    return [one.subject for one in maintain(pipeline.project, name, is_applied=True, **limits)]


def files(settings: Settings) -> int:
    """How many there are in both warehouses."""
    folders = [Path(uri.removeprefix("file://")) for uri in (settings.warehouse_uri, settings.compute_uri)]
    return sum(path.is_file() for folder in folders for path in folder.rglob("*"))
