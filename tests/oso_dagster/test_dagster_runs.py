"""Through Dagster itself: events of a run, its own command line, failures, and processes that are killed."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord

from oso_dagster import api
from oso_dagster.assemble import build_definitions
from oso_dagster.instance import ensure_instance, open_instance
from oso_dagster.project import Project, environment_of
from oso_dagster.runner.logs import ledger_of
from oso_lake import Lake

MONTH = "stars_to_artifact_monthly"
KEY = dg.AssetKey(["oso", MONTH])
# a code location over the small project, as a stranger's `dagster` command loads it
LOCATION = """
from pathlib import Path
import dagster as dg
from oso_dagster.assemble import build_definitions
from oso_dagster.project import Project
from oso_lake.settings import Settings
defs = build_definitions(Project(settings=Settings(), path=Path({path!r})))
"""
MATERIALIZE = """
import os, sys
from pathlib import Path
from oso_dagster import api
from oso_dagster.project import Project
from oso_dagster.runner import compute as compute_module
from oso_lake.settings import Settings
station = sys.argv[2]
def die(*args, **kwargs):
    print("dying", flush=True)
    os.kill(os.getpid(), 9)
if station == "evaluate":
    compute_module.evaluate = die
if station == "publish":
    compute_module.publish_batch = die
if station == "record":
    compute_module.Ledger.record = die
    compute_module.Session.record = die
settings = Settings()
api.materialize(settings, "+stars_to_artifact_monthly", project=Project(settings=settings, path=Path(sys.argv[1])))
"""


def _run(project: Project, tags: dict[str, str], *names: str) -> dg.ExecuteInProcessResult:
    with open_instance(project.settings) as instance:
        job = build_definitions(project).resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(["oso", name]) for name in names],
            tags=tags,
            raise_on_error=False,
        )


def _range(first: str, last: str) -> dict[str, str]:
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def _green(project: Project, name: str) -> set[str]:
    with open_instance(project.settings) as instance:
        return instance.get_materialized_partitions(dg.AssetKey(["oso", name]))


def test_a_range_is_one_evaluation_and_one_green_partition_a_window(project: Project) -> None:
    result = _run(project, _range("2024-01-01", "2024-01-31"), "stg_events", "stars_to_artifact_daily")
    assert result.success
    materializations = result.asset_materializations_for_node("daily")
    assert len(materializations) == 2 * 31
    last = materializations[-1]
    assert last.metadata["dagster/row_count"].value == 93
    assert last.metadata["window"].value == "[2024-01-01, 2024-02-01)"
    assert last.metadata["published"].value == "published.timeseries_metrics_by_artifact_v0"
    assert last.metadata["source_snapshots"].value.keys() == {"github_archive.events"}  # ty: ignore[missing-union-attribute]
    checks = [check for check in result.get_asset_check_evaluations() if check.check_name == "audits"]
    assert {check.asset_key.path[-1] for check in checks} == {"stg_events", "stars_to_artifact_daily"}
    assert all(check.passed for check in checks)
    # the range is audited at once, and each of its partitions is told of
    key = dg.AssetCheckKey(dg.AssetKey(["oso", "stars_to_artifact_daily"]), "audits")
    with open_instance(project.settings) as instance:
        records = instance.event_log_storage.get_asset_check_execution_history(key, limit=100)
        stored = instance.event_log_storage.get_latest_storage_id_by_partition(
            key.asset_key, dg.DagsterEventType.ASSET_MATERIALIZATION
        )
    told = {record.partition: record for record in records if record.partition}
    assert {record.status.value for record in told.values()} == {"SUCCEEDED"}
    assert {partition: _target(record) for partition, record in told.items()} == stored
    assert len(told) == 31
    assert len(_green(project, "stars_to_artifact_daily")) == 31


def _target(record: AssetCheckExecutionRecord) -> int | None:
    """Storage id of the materialization that a check speaks of."""
    event = record.event.dagster_event if record.event else None
    target = event.asset_check_evaluation_data.target_materialization_data if event else None
    return target.storage_id if target else None


def test_audits_of_one_partition_are_a_check_of_that_partition(project: Project) -> None:
    one = _run(project, {"dagster/partition": "2024-01-05"}, "stg_events")
    (told,) = [check for check in one.get_asset_check_evaluations() if check.check_name == "audits"]
    assert (told.partition, told.passed) == ("2024-01-05", True)

    by_command = api.materialize(project.settings, "stg_events", partition="2024-01-06", project=project)
    key = dg.AssetCheckKey(dg.AssetKey(["oso", "stg_events"]), "audits")
    with open_instance(project.settings) as instance:
        records = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    told_by_run = {record.run_id: record.partition for record in records}
    assert told_by_run == {one.run_id: "2024-01-05", by_command.runs[0]: "2024-01-06"}
    assert {record.status.value for record in records} == {"SUCCEEDED"}


def test_a_failed_computation_leaves_no_green_partition(project: Project) -> None:
    """T7: the inputs of February are not there."""
    result = _run(project, _range("2024-02-01", "2024-02-01"), MONTH)
    assert not result.success
    failure = (
        result.all_events[-2]
        if result.all_events[-2].is_step_failure
        else next(event for event in result.all_events if event.is_step_failure)
    )
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    assert "upstream incomplete: oso.stg_events" in str(data.description)
    assert _green(project, MONTH) == set()


def test_dagsters_own_command_line_materializes_one_partition(project: Project, tmp_path: Path) -> None:
    api.materialize(project.settings, "stg_events", project=project)
    location = tmp_path / "location.py"
    location.write_text(LOCATION.format(path=str(project.path)))
    environment = os.environ | environment_of(project.settings)
    environment["DAGSTER_HOME"] = str(ensure_instance(project.settings))
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dagster")),
            *("asset", "materialize", "-f", str(location), "--select", f"key:oso/{MONTH}", "--partition", "2024-03-01"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert _green(project, MONTH) == {"2024-03-01"}
    rows = Lake(project.settings).arrow("select distinct sample_date from timeseries_metrics_by_artifact_v0")
    assert rows.column(0).to_pylist() == [date(2024, 3, 1)]


@pytest.mark.parametrize("station", ["evaluate", "publish", "record"])
def test_a_process_killed_between_stations_loses_nothing_and_doubles_nothing(project: Project, station: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MATERIALIZE, str(project.path), station],
        env=os.environ | environment_of(project.settings),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert killed.stdout.strip() == "dying"
    assert ledger_of(project).entries() == {}
    began = time.monotonic()
    report = api.materialize(project.settings, "+stars_to_artifact_monthly", project=project)
    assert time.monotonic() - began < 120
    assert report.failed == {}
    amounts = Lake(project.settings).arrow(
        "select sample_date, artifact_id, amount from timeseries_metrics_by_artifact_v0 order by all"
    )
    assert amounts.num_rows == 9
    assert set(amounts.column("amount").to_pylist()) == {31.0, 29.0}


def test_the_plan_job_runs(project: Project) -> None:
    with open_instance(project.settings) as instance:
        result = build_definitions(project).resolve_job_def("plan").execute_in_process(instance=instance)
    assert result.success


def test_storage_writes_a_batch_in_two_transactions_and_dagsters_own_can_read_it(project: Project) -> None:
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    _run(project, _range("2024-01-01", "2024-01-31"), "stg_events")
    with open_instance(project.settings) as instance:
        plain = SqliteEventLogStorage(str(project.settings.dagster_home / "storage" / "history" / "runs"))
        plain.register_instance(instance)
        key = dg.AssetKey(["oso", "stg_events"])
        assert plain.get_materialized_partitions(key) == instance.get_materialized_partitions(key)
        record = next(iter(plain.get_asset_records([key])))
        assert record.asset_entry.last_materialization is not None
        event = record.asset_entry.last_materialization.asset_materialization
        assert event is not None
        assert event.partition == "2024-01-31"
