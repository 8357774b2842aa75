"""Real Trino processes that follow the leases: 0 → 2 → 0, under a query, and after the owner of a lease was killed."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import psutil
import pytest
import trino
from pydantic import SecretStr

from oso_dagster.cluster.database import cluster_url
from oso_dagster.cluster.demand import Capacity, TrinoState
from oso_dagster.cluster.opening import open_cluster
from oso_dagster.cluster.processes import free_port
from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.defs.capacity import capacity_sensor
from oso_dagster.defs.resources import Pipeline
from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

# more than Trino's buffers hold: it runs for as long as its reader has not read on. A worker that ends before its
# tasks do would lose rows
NUMBERS = 200
QUERY = f"""
SELECT a * b, rpad('', 5000, 'x')
FROM unnest(sequence(1, {NUMBERS})) AS one(a) CROSS JOIN unnest(sequence(1, {NUMBERS})) AS other(b)
"""
OWNER = """
import sys, time
from datetime import timedelta
from oso_dagster.cluster.keeping import Need, holding
from oso_dagster.cluster.leases import LeaseStore

with holding(LeaseStore(sys.argv[1]), "run-a", Need(workers=2, node_seconds=60.0, slots=4), ttl=timedelta(seconds=10)):
    print("held", flush=True)
    time.sleep(600)
"""


@dataclass
class Installation:
    """An installation whose cluster is processes of this machine; `tick` is the sensor's."""

    settings: Settings
    tick: Callable[[], str]
    seen: set[int] = field(default_factory=set)

    def look_until(self, condition: Callable[[Capacity, TrinoState | None], bool], seconds: float = 240.0) -> None:
        ends = time.monotonic() + seconds
        with open_cluster(self.settings, ClusterSettings()) as cluster:
            while True:
                said = self.tick()
                capacity, state = cluster.driver.capacity(), cluster.trino.state()
                self.seen.add(capacity.workers)
                if condition(capacity, state):
                    return
                assert time.monotonic() < ends, f"it did not happen in time: {said}; {capacity}, {state}"
                time.sleep(0.5)

    def connect(self) -> trino.dbapi.Connection:
        address = {"host": "127.0.0.1", "port": self.settings.trino_port, "user": "reader"}
        return trino.dbapi.connect(**address, http_headers={"X-Trino-Client-Tags": "oso-lease=a reader"})

    def records(self) -> list[Path]:
        return list((self.settings.home / "cluster" / "servers").glob("*.json"))


@pytest.fixture
def installation(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Generator[Installation]:
    options = {
        "DRIVER": "processes",
        "HEAP_MEGABYTES": "768",
        "MAX_WORKERS": "2",
        "HOLD_SECONDS": "1",
        "COORDINATOR_TO_ZERO": "true",
        "COORDINATOR_HOLD_SECONDS": "1",
    }
    for name, value in options.items():
        monkeypatch.setenv(f"OSO_CLUSTER_{name}", value)
    settings = Settings(home=tmp_path, engine="trino", trino_port=free_port(), database_url=SecretStr(database))
    # Trino does not make the catalog's tables
    open_catalog(settings)
    pipeline = Pipeline(project=Project(settings=settings), manifest=Manifest(fingerprint="none"))

    def tick() -> str:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, resources={"pipeline": pipeline})
            return str(capacity_sensor.evaluate_tick(context).skip_message)

    installation = Installation(settings, tick)
    yield installation
    for record in installation.records():
        psutil.Process(json.loads(record.read_text())["pid"]).kill()


def test_t14_workers_follow_a_lease_finish_their_query_and_go_to_zero_after_its_owner_is_killed(
    installation: Installation,
) -> None:
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, cluster_url(installation.settings)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        installation.look_until(lambda capacity, state: state is not None and state.active_workers > 0)
        with installation.connect() as connection:
            assert connection.cursor().execute("SELECT 1").fetchall() == [[1]]
        print(f"from zero workers to the first row: {time.monotonic() - began:.1f} s")
        installation.look_until(lambda capacity, state: state is not None and state.active_workers == 2)
        with installation.connect() as connection:
            rows = connection.cursor().execute(QUERY)
            products = rows.fetchone()[0]
            with open_cluster(installation.settings, ClusterSettings()) as cluster:
                assert [query.owner for query in cluster.trino.queries()] == ["a reader"]
            owner.kill()
            owner.wait(timeout=30)
            # one worker drains while the query runs, the last one stays until it is over
            installation.look_until(lambda capacity, state: capacity.workers < 2)
            with open_cluster(installation.settings, ClusterSettings()) as cluster:
                state = cluster.trino.state()
                assert state is not None
                assert state.running_queries == 1
            products += sum(product for product, _ in rows)
    assert products == sum(range(1, NUMBERS + 1)) ** 2
    installation.look_until(
        lambda capacity, state: capacity == Capacity(workers=0, has_coordinator=False) and state is None
    )
    assert installation.seen == {0, 1, 2}
    assert installation.records() == []
