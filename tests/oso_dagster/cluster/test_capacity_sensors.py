"""The sensors `capacity` and `reaper`: there only where a cluster is, and what they read of Dagster's runs."""

from datetime import timedelta

import dagster as dg
import pytest
from pydantic import SecretStr

from oso_dagster.assemble import build_definitions
from oso_dagster.cluster.database import cluster_url
from oso_dagster.cluster.keeping import utc_now
from oso_dagster.cluster.opening import open_cluster, work_at_hand
from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.defs.capacity import build_cluster_sensors
from oso_dagster.project import Project

TRINO = {"oso/engine": "trino"}


@dg.job
def _job() -> None:
    pass


def _add(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, tags: dict[str, str]) -> str:
    run = instance.create_run_for_job(_job, status=status, tags=tags)
    return run.run_id


def test_an_installation_without_a_cluster_has_neither_sensor(project: Project) -> None:
    names = {sensor.name for sensor in build_definitions(project).sensors or ()}
    assert names.isdisjoint({"capacity", "reaper"})
    with pytest.raises(ValueError, match="set OSO_CLUSTER_DRIVER"), open_cluster(project.settings, ClusterSettings()):
        pytest.fail("there is no cluster")


def test_one_that_names_a_driver_has_both(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "kubernetes")
    names = {sensor.name for sensor in build_definitions(project).sensors or ()}
    assert names >= {"arrivals", "capacity", "reaper"}
    assert [sensor.name for sensor in build_cluster_sensors(ClusterSettings())] == ["capacity", "reaper"]


def test_runs_that_say_they_compute_on_trino_are_work_and_others_are_not() -> None:
    options = ClusterSettings(run_node_seconds=300, run_slots=5)
    with dg.DagsterInstance.ephemeral() as instance:
        queued = _add(
            instance, dg.DagsterRunStatus.NOT_STARTED, {**TRINO, "oso/node_seconds": "7200", "oso/slots": "12"}
        )
        started = _add(instance, dg.DagsterRunStatus.STARTED, TRINO)
        _add(instance, dg.DagsterRunStatus.NOT_STARTED, {"oso/engine": "duckdb"})
        _add(instance, dg.DagsterRunStatus.STARTED, {})
        _add(instance, dg.DagsterRunStatus.SUCCESS, TRINO)
        work = {one.owner: one for one in work_at_hand(instance, options)}
    assert set(work) == {queued, started}
    assert (work[queued].node_seconds, work[queued].slots, work[queued].is_running) == (7200.0, 12, False)
    assert (work[started].node_seconds, work[started].slots, work[started].is_running) == (300.0, 5, True)
    assert all(abs(one.since - utc_now()) < timedelta(minutes=5) for one in work.values())


def test_leases_are_kept_in_the_database_where_there_is_one(project: Project) -> None:
    assert cluster_url(project.settings) == f"sqlite:///{project.settings.home / 'leases.db'}"
    shared = project.settings.model_copy(update={"database_url": SecretStr("postgresql+psycopg2://db/oso")})
    assert cluster_url(shared) == shared.ledger_url


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_CLUSTER_MAX_WORKERS", "7")
    monkeypatch.setenv("OSO_CLUSTER_TARGET_SECONDS", "60")
    policy = ClusterSettings().policy
    assert (policy.max_workers, policy.target, policy.reader_workers) == (7, timedelta(minutes=1), 1)
    monkeypatch.setenv("OSO_CLUSTER_MAX_WORKERS", "0")
    assert ClusterSettings().policy.reader_workers == 0
