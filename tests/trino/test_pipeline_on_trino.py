"""The runner on a real Trino: the same rows as on DuckDB, windows replaced in one snapshot, changes told exactly."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pyiceberg.catalog import Catalog
from small_lake import events_of, land_events
from trino_fixture import TrinoStack
from trino_pipeline import PROJECT, START, Pipeline, run_pipeline

from oso_dagster import api
from oso_dagster.cli.checkup_engine import engine
from oso_dagster.maintenance.lake_tasks import table_names
from oso_dagster.maintenance.model_tables import Wear, model_of, wear_of
from oso_dagster.maintenance.reporting import Found
from oso_dagster.maintenance.tasks import maintain
from oso_dagster.project import Project
from oso_dagster.stack.postgres import free_port
from oso_lake.catalog import open_catalog, open_compute_catalog
from oso_lake.comparing import compare
from oso_lake.settings import Settings


def own_table(stack: TrinoStack, model: str) -> str:
    """The model's own table, as Trino calls it, without its closing quote."""
    names = stack.fetch("select table_name from metrics.information_schema.tables where table_schema = 'sqlmesh__oso'")
    [name] = [name for (name,) in names if name.startswith(f"oso__{model}__")]
    return f'metrics.sqlmesh__oso."{name}'


def test_a_first_computation_inserts_into_months_and_asks_two_queries_a_model(
    trino_stack: TrinoStack, on_trino: Pipeline
) -> None:
    assert on_trino.report.failed == {}
    table = own_table(trino_stack, "stars_to_artifact_daily")
    assert len(trino_stack.fetch(f'select * from {table}$partitions"')) == 3
    assert trino_stack.fetch(f'select count(*) from {table}$files" where content != 0') == [(0,)]
    asked = trino_stack.fetch("select query from system.runtime.queries where source = 'oso-pipeline'")
    queries = [sql for (sql,) in asked if "stars_to_artifact_daily" in sql and "SQLMESH_PLAN" not in sql]
    assert len([sql for sql in queries if sql.startswith('INSERT INTO "metrics"')]) == 1
    assert len([sql for sql in queries if sql.startswith('SELECT "measured"')]) == 1
    # the others are those of its batch
    assert not [sql for sql in queries if sql.startswith(("DESCRIBE", "MERGE", "SELECT COUNT"))]


def test_published_tables_hold_the_same_rows_as_on_duckdb(on_trino: Pipeline, tmp_path: Path) -> None:
    on_duckdb = run_pipeline(Settings(home=tmp_path / "home", start=START))
    assert on_trino.report.failed == {}
    assert set(on_trino.report.done) == set(on_duckdb.report.done)
    wanted = on_duckdb.published()
    assert all(wanted.values())
    assert on_trino.published() == wanted
    tables = list(compare(on_trino.settings, on_duckdb.settings))
    assert sum(table.rows_of_one for table in tables) == sum(map(len, wanted.values()))
    assert not any(table.differences for table in tables)


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


def test_position_deletes_and_small_files_of_the_models_tables_are_rewritten(on_trino: Pipeline) -> None:
    project = on_trino.project
    catalog = open_compute_catalog(project.settings)
    before, published = wear(catalog), on_trino.published()
    # windows were computed again in the tests above
    deletes = sum(one.deletes for one in before.values())
    assert deletes > 0
    foreseen = maintain(project, "compact", is_applied=False)
    assert wear(catalog) == before
    done = maintain(project, "compact", is_applied=True)
    assert {one.subject for one in done} == {one.subject for one in foreseen}
    after = wear(catalog)
    print(
        f"files {sum(one.files for one in before.values())} -> {sum(one.files for one in after.values())}, "
        f"of position deletes {deletes} -> {sum(one.deletes for one in after.values())}"
    )
    assert [one.deletes for one in after.values()] == [0] * len(before)
    assert sum(one.files for one in after.values()) <= sum(one.files for one in before.values())
    assert maintain(project, "compact", is_applied=True) == []
    # nothing counts as changed by it
    assert api.materialize(project.settings, "stg_events stars_to_artifact_daily", project=project).done == ()
    assert on_trino.published() == published


def test_old_snapshots_and_files_of_the_models_tables_go_and_what_a_run_compares_with_stays(
    trino_stack: TrinoStack, on_trino: Pipeline
) -> None:
    project, zero = on_trino.project, timedelta(0)
    catalog = open_compute_catalog(project.settings)
    folder, now = project.settings.home / "compute", datetime.now(UTC)
    before, held = snapshots(catalog), files_below(folder)
    assert [one for one in maintain(project, "expire", is_applied=True, older_than=zero) if is_model(one)] == []
    assert snapshots(catalog) == before
    found = maintain(project, "expire", is_applied=True, older_than=zero, now=now + timedelta(days=2))
    assert sum(one.count for one in found if is_model(one)) == sum(before.values()) - len(before) > 0
    assert set(snapshots(catalog).values()) == {1}
    # readers may be at it still: nothing is deleted yet
    assert files_below(folder) >= held
    assert [one for one in maintain(project, "orphans", is_applied=True) if is_model(one)] == []
    maintain(project, "orphans", is_applied=True, now=now + timedelta(days=5))
    assert len(files_below(folder)) < len(held)
    # the catalog holds views beside the tables
    views = trino_stack.fetch("select table_name from metrics.information_schema.views where table_schema = 'oso'")
    assert ("stars_to_artifact_daily",) in views
    for (name,) in views:
        trino_stack.fetch(f"select * from metrics.oso.{name} limit 1")
    rows = on_trino.published()
    report = api.materialize(project.settings, "stars_to_artifact_daily", project=project, force=True)
    assert report.failed == {}
    assert on_trino.published() == rows


def test_tables_of_versions_that_are_gone_are_dropped(on_trino: Pipeline, tmp_path: Path) -> None:
    settings = on_trino.project.settings
    catalog = open_compute_catalog(settings)
    before = set(table_names(catalog))
    path = tmp_path / "project"
    shutil.copytree(PROJECT, path, ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    (path / "models" / "stars_to_artifact_over_all_time.sql").unlink()
    project = Project(settings=settings, path=path)
    api.plan(settings, project=project)
    found = maintain(project, "vacuum", is_applied=True, older_than=timedelta(0))
    assert [(one.subject, one.kind) for one in found] == [("oso.stars_to_artifact_over_all_time", "versions")]
    assert {model_of(name) for name in before - set(table_names(catalog))} == {"oso.stars_to_artifact_over_all_time"}
    # other tests go on with the whole project
    api.plan(settings, project=on_trino.project)
    assert api.materialize(settings, project=on_trino.project).failed == {}


def wear(catalog: Catalog) -> dict[str, Wear]:
    """What each of the models' tables is made of."""
    return {name: wear_of(catalog.load_table(name)) for name in table_names(catalog)}


def snapshots(catalog: Catalog) -> dict[str, int]:
    """How many snapshots each of the models' tables has."""
    return {name: len(catalog.load_table(name).snapshots()) for name in table_names(catalog)}


def files_below(folder: Path) -> set[Path]:
    """Every file there."""
    return {path for path in folder.rglob("*") if path.is_file()}


def is_model(found: Found) -> bool:
    """Whether it is of a model's table."""
    return found.subject.startswith("metrics")


def test_the_doctor_finds_trino_and_says_what_is_missing(on_trino: Pipeline) -> None:
    settings = on_trino.project.settings
    [found] = engine(settings)
    assert found.state == "ok"
    assert "476" in found.detail
    [lost] = engine(settings.model_copy(update={"trino_port": free_port()}))
    assert lost.state == "wrong"
    assert "does not answer" in lost.detail
    assert "oso stack up" in lost.remedy
