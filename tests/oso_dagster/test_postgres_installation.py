"""An installation whose catalog, SQLMesh state, Dagster storage and ledger are in PostgreSQL."""

import multiprocessing
from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from interval_writers import MODEL, SPAN, TABLE, require_truth, write_intervals
from postgres_installation import PROJECT, START, Original
from pydantic import SecretStr, ValidationError
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from oso_dagster import api
from oso_dagster.cli.checkup import database as examine_database
from oso_dagster.instance import open_instance
from oso_dagster.project import Project, applied
from oso_dagster.runner.logs import costs_of, failures_of, ledger_of
from oso_dagster.runner.session import Store, open_context, read_session
from oso_lake import Lake
from oso_lake.settings import Settings


def _tables(project: Project) -> dict[str, set[str]]:
    """Tables of each schema of the database."""
    engine = create_engine(project.settings.catalog_uri, poolclass=NullPool)
    with engine.connect() as connection:
        rows = connection.execute(
            text("select table_schema, table_name from information_schema.tables where table_schema !~ '^(pg_|info)'")
        )
        found: dict[str, set[str]] = {}
        for schema, table in rows:
            found.setdefault(schema, set()).add(table)
    return found


def test_a_range_is_computed_published_and_recorded_and_nothing_of_it_is_a_file(
    postgres_project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = postgres_project.settings
    report = api.materialize(settings, "+stars_to_artifact_weekly", project=postgres_project)
    assert report.failed == {}
    rows = Lake(settings).arrow("select sample_date, artifact_id, amount from timeseries_metrics_by_artifact_v0")
    assert rows.num_rows == 3 * 5
    assert set(rows.column("amount").to_pylist()) == {7.0}
    assert api.materialize(settings, "+stars_to_artifact_weekly", project=postgres_project).runs == ()
    (entry,) = ledger_of(postgres_project).entries()["oso.stars_to_artifact_weekly"]
    assert entry.window.end == date(2024, 2, 5)
    assert costs_of(postgres_project).estimate({"oso.stars_to_artifact_weekly": 5}).guessed == 0
    failed = api.materialize(
        settings, "stars_to_artifact_monthly", begin=date(2024, 2, 1), end=date(2024, 3, 1), project=postgres_project
    )
    assert {one.model for one in failures_of(postgres_project).all()} == set(failed.failed)
    with open_instance(settings) as instance:
        key = dg.AssetKey(["oso", "stars_to_artifact_weekly"])
        assert len(instance.get_materialized_partitions(key)) == 5
        checks = instance.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(key, "audits"), limit=50)
    assert len({check.partition for check in checks if check.partition}) == 5
    # Dagster says there what it could not write in a batch
    assert "batch" not in capfd.readouterr().err
    tables = _tables(postgres_project)
    assert {"iceberg_tables"} <= tables["public"]
    assert {"_intervals", "_snapshots"} <= tables["sqlmesh"]
    assert {"computed_windows", "failures", "costs"} <= tables["oso"]
    assert {"event_logs", "runs"} <= tables["dagster"]
    for file in (
        settings.state_db,
        settings.ledger_db,
        settings.home / "catalog.db",
        settings.dagster_home / "storage",
    ):
        assert not list(file.rglob("*.db")) if file.is_dir() else not file.exists()


def test_no_file_of_the_installation_holds_the_password(postgres_project: Project, postgres_original: Original) -> None:
    password = postgres_original.server.password.encode()
    files = [path for path in postgres_project.settings.home.rglob("*") if path.is_file()]
    assert postgres_project.settings.dagster_home / "dagster.yaml" in files
    assert [path for path in files if password in path.read_bytes()] == []
    assert password.decode() not in repr(postgres_project)


def test_doctor_says_which_database_and_what_is_wrong_with_it(postgres_project: Project) -> None:
    (finding,) = examine_database(postgres_project.settings)
    assert finding.state == "ok"
    assert finding.detail.startswith("PostgreSQL 18")
    closed = postgres_project.settings.model_copy(
        update={"database_url": SecretStr("postgresql+psycopg2://oso:secret-word@127.0.0.1:1/nowhere")}
    )
    (finding,) = examine_database(closed)
    assert finding.state == "wrong"
    assert "nowhere at 127.0.0.1:1" in finding.detail
    assert "secret-word" not in finding.detail + finding.remedy


@pytest.mark.parametrize("url", ["mysql://oso:secret-word@host/db", "postgresql://oso:secret-word@host", "secret-word"])
def test_a_url_of_no_postgresql_database_is_refused_without_printing_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError, match="expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE") as refused:
        Settings(home=tmp_path, database_url=SecretStr(url))
    assert "secret-word" not in str(refused.value)


def test_an_installation_without_a_database_is_told_from_one_with_by_its_settings_alone(
    postgres_project: Project, tmp_path: Path
) -> None:
    plain = Project(settings=Settings(home=tmp_path / "plain", start=START), path=PROJECT)
    assert ledger_of(plain).planned() == {}
    assert not (tmp_path / "plain").exists()
    assert len(ledger_of(postgres_project).planned()) == 14


def _at_once(work: Callable[..., None], *calls: tuple) -> None:
    """Run `work` with each of `calls` in a process of its own, at the same time; all must succeed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["interval_writers", "oso_dagster.assemble"])
    processes = [context.Process(target=work, args=call) for call in calls]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
    assert [process.exitcode for process in processes] == [0] * len(calls)


def test_two_processes_that_record_and_take_back_windows_agree_on_what_is_done(postgres_project: Project) -> None:
    """The trap of SQLMesh's issue 3866: without turns, what one takes back another calls done."""
    url = postgres_project.settings.catalog_uri
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(TABLE))
    _at_once(write_intervals, (postgres_project, 1, 12), (postgres_project, 2, 12))
    with applied(postgres_project.settings), open_context(postgres_project) as context:
        require_truth(read_session(Store(context, 0.0), [MODEL]), engine, SPAN)
    engine.dispose()


def test_two_processes_over_overlapping_windows_publish_each_row_once(postgres_project: Project) -> None:
    days = [(date(2024, 1, 1), date(2024, 1, 20)), (date(2024, 1, 10), date(2024, 2, 1))]
    _at_once(_materialize, *((postgres_project, begin, end) for begin, end in days))
    rows = Lake(postgres_project.settings).arrow(
        "select sample_date, artifact_id, amount from timeseries_metrics_by_artifact_v0"
    )
    assert rows.num_rows == 3 * 31
    assert len(set(zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True))) == 3 * 31
    report = api.materialize(
        postgres_project.settings, "+stars_to_artifact_daily", end=date(2024, 2, 1), project=postgres_project
    )
    assert report.runs == (), "both are recorded"


def _materialize(project: Project, begin: date, end: date) -> None:
    report = api.materialize(
        project.settings, "+stars_to_artifact_daily", begin=begin, end=end, force=True, project=project
    )
    assert report.failed == {}
