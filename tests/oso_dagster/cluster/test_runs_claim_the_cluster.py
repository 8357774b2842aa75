"""A run on Trino holds a lease while its engine is open; on DuckDB, or where nothing is scaled, it asks nobody."""

import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from pydantic import SecretStr
from trino_stand_in import trino_of

from oso_dagster.cluster.claiming import claimed_cluster
from oso_dagster.cluster.database import cluster_url
from oso_dagster.cluster.decide import decide
from oso_dagster.cluster.demand import Capacity, Memory, Policy, Work
from oso_dagster.cluster.keeping import utc_now
from oso_dagster.cluster.leases import LeaseStore
from oso_dagster.cluster.processes import COORDINATOR, free_port
from oso_dagster.project import Project
from oso_dagster.runner.claims import EVERYTHING, alone_on_engine
from oso_dagster.runner.costs import Estimate
from oso_dagster.runner.plan import plan
from oso_dagster.runner.window_locks import window_locks
from oso_lake.settings import Settings
from sqlmesh_project.trino_connection import LakeTrinoConnectionConfig


@pytest.fixture
def trino_port(tmp_path: Path) -> Generator[int]:
    """A coordinator with one worker."""
    port = free_port()
    launch = trino_of(tmp_path, port)
    nodes = []
    for name, own in ((COORDINATOR, port), ("worker", free_port())):
        one = launch(name, own)
        one.folder.mkdir()
        nodes.append(subprocess.Popen(one.argv, cwd=one.folder))
    yield port
    for node in nodes:
        node.terminate()
        node.wait(timeout=30)


def test_a_run_s_lease_names_it_and_counts_in_place_of_its_tags(
    trino_port: int, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    monkeypatch.setenv("OSO_CLUSTER_RUN_NODE_SECONDS", "3600")
    settings = Settings(home=tmp_path, engine="trino", trino_port=trino_port, database_url=SecretStr(database))
    leases = LeaseStore(cluster_url(settings))
    with claimed_cluster(settings, holder="run 0a1b, 3 models", on_wait=print):
        (lease,) = leases.all()
        assert lease.owner.startswith("run 0a1b with 3 models on ")
        assert (lease.workers, lease.node_seconds) == (1, 3600.0)
        connection = LakeTrinoConnectionConfig.of(settings)
        assert connection.http_headers == {"X-Trino-Client-Tags": f"oso-lease={lease.owner}"}
        tagged = Work(owner="0a1b", node_seconds=1e6, slots=50, since=utc_now(), is_running=True)
        asleep = Capacity(workers=0, has_coordinator=False)
        decision = decide([tagged], [lease], None, asleep, now=utc_now(), policy=Policy(), memory=Memory())
        assert decision.workers == 4
    assert leases.all() == ()
    assert LakeTrinoConnectionConfig.of(settings).http_headers is None


@pytest.mark.parametrize(("engine", "driver"), [("duckdb", "kubernetes"), ("trino", "none")])
def test_nothing_is_asked_where_no_cluster_is_scaled(
    engine: str, driver: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", driver)
    monkeypatch.setenv("OSO_ENGINE", engine)
    settings = Settings(home=tmp_path, database_url=SecretStr(database))
    with claimed_cluster(settings, holder="run 0a1b", on_wait=print):
        assert LeaseStore(cluster_url(settings)).all() == ()


def test_a_run_claims_what_its_models_took_before_and_less_as_they_are_done(
    trino_port: int, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    # renewed three times within it
    monkeypatch.setenv("OSO_CLUSTER_LEASE_TTL_SECONDS", "3")
    settings = Settings(home=tmp_path, engine="trino", trino_port=trino_port, database_url=SecretStr(database))
    leases = LeaseStore(cluster_url(settings))
    expected = Estimate(models=3, windows=3, guessed=1, node_seconds=900.0, slots=7)
    with claimed_cluster(settings, holder="run 0a1b", on_wait=print, expected=expected) as need:
        assert need is not None
        (lease,) = leases.all()
        assert (lease.node_seconds, lease.slots) == (900.0, 7)
        need.done(expected=300, spent=300)
        for _ in range(100):
            (lease,) = leases.all()
            if lease.node_seconds == 600.0:
                break
            time.sleep(0.1)
        assert lease.node_seconds == 600.0
    nothing = Estimate(models=3, windows=3, guessed=3)
    with claimed_cluster(settings, holder="run 0a1c", on_wait=print, expected=nothing):
        (lease,) = leases.all()
        assert lease.node_seconds == 600.0, "that of the settings, where none of the models ever ran"
        assert lease.slots == 4


class WaitsError(Exception):
    """Somebody waits: nothing more is to be seen."""


def stop(message: str) -> None:
    raise WaitsError(message)


def test_a_plan_claims_the_cluster_before_anybody_must_wait_for_it(
    trino_port: int, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    settings = Settings(home=tmp_path, engine="trino", trino_port=trino_port, database_url=SecretStr(database))
    leases = LeaseStore(cluster_url(settings))
    with alone_on_engine(settings, holder="plan", on_wait=print):
        (lease,) = leases.all()
        assert lease.owner.startswith("plan on ")
        assert (lease.node_seconds, lease.slots) == (60.0, 1)
    assert leases.all() == ()
    asleep = settings.model_copy(update={"trino_port": free_port()})
    with pytest.raises(WaitsError, match="waiting for 1 Trino workers: its coordinator does not answer yet"):
        plan(Project(settings=asleep), log=stop)
    # whoever computes meanwhile is not kept waiting by a plan that waits itself
    with window_locks(database, EVERYTHING, timeout_seconds=1, holder="a run"):
        pass
    assert leases.all() == ()
