"""The runner on a real Trino: the same rows as on DuckDB, windows replaced in one snapshot, changes told exactly."""

from datetime import date
from pathlib import Path

from small_lake import events_of, land_events
from trino_fixture import TrinoStack
from trino_pipeline import START, Pipeline, run_pipeline

from oso_dagster import api
from oso_dagster.cli.checkup_engine import engine
from oso_dagster.stack.postgres import free_port
from oso_lake.catalog import open_catalog
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


def test_the_doctor_finds_trino_and_says_what_is_missing(on_trino: Pipeline) -> None:
    settings = on_trino.project.settings
    [found] = engine(settings)
    assert found.state == "ok"
    assert "476" in found.detail
    [lost] = engine(settings.model_copy(update={"trino_port": free_port()}))
    assert lost.state == "wrong"
    assert "does not answer" in lost.detail
    assert "oso stack up" in lost.remedy
