"""Processes that come and go with leases: up before the first query, drained, and gone after their owner was killed."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from trino_stand_in import trino_of

from oso_dagster.cluster.capacity import Cluster, adjust, reap
from oso_dagster.cluster.demand import Capacity, Memory, Policy, TrinoState
from oso_dagster.cluster.keeping import Need, utc_now
from oso_dagster.cluster.leases import Claim, LeaseStore
from oso_dagster.cluster.processes import ProcessDriver, free_port
from oso_dagster.cluster.record import KedaDriver, Record
from oso_dagster.cluster.trino_http import TrinoAnswerError, TrinoHttp, active_workers
from oso_dagster.cluster.waking import ClusterNotReadyError, claimed

POLICY = Policy(
    max_workers=3,
    coordinator_to_zero=True,
    target=timedelta(minutes=1),
    tail=timedelta(seconds=30),
    hold=timedelta(seconds=0.3),
    coordinator_hold=timedelta(seconds=0.5),
    silence=timedelta(seconds=1),
)
CLAIM = Claim(workers=2, node_seconds=0.0, slots=4)
HOLDER = """
import sys, time
from datetime import timedelta
from oso_dagster.cluster.keeping import Need, holding
from oso_dagster.cluster.leases import LeaseStore

with holding(LeaseStore(sys.argv[1]), "run-a", Need(workers=2, node_seconds=60.0, slots=4), ttl=timedelta(seconds=2)):
    print("held", flush=True)
    time.sleep(600)
"""


@dataclass
class Machine:
    """A cluster on this machine, and the sensor's part: it looks as often as it is asked to."""

    url: str
    port: int
    folder: Path
    seen: list[Capacity] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trino = TrinoHttp(f"http://127.0.0.1:{self.port}", user="test")
        self.leases = LeaseStore(self.url)
        launch = trino_of(self.folder, self.port)
        self.driver = ProcessDriver(self.folder / "servers", coordinator_port=self.port, launch=launch, user="test")
        self.cluster = Cluster(
            driver=self.driver, trino=self.trino, leases=self.leases, record=Record(self.url), policy=POLICY
        )

    def look(self) -> Capacity:
        adjust(self.cluster, (), now=utc_now())
        capacity = self.driver.capacity()
        self.seen.append(capacity)
        return capacity

    def look_until(self, condition: Callable[[Capacity, TrinoState | None], bool], seconds: float = 30.0) -> None:
        ends = time.monotonic() + seconds
        while not condition(self.look(), self.trino.state()):
            assert time.monotonic() < ends, f"it did not happen in time: {self.seen[-1]}, {self.trino.state()}"
            time.sleep(0.05)

    def set_queries(self, *queries: dict[str, object]) -> None:
        url = f"http://127.0.0.1:{self.port}/test/queries"
        urllib.request.urlopen(url, data=json.dumps(queries).encode(), timeout=5).close()

    def processes(self) -> list[psutil.Process]:
        records = [json.loads(path.read_text()) for path in (self.folder / "servers").glob("*.json")]
        return [psutil.Process(record["pid"]) for record in records if psutil.pid_exists(record["pid"])]


@pytest.fixture
def machine(tmp_path: Path) -> Generator[Machine]:
    machine = Machine(url=f"sqlite:///{tmp_path / 'leases.db'}", port=free_port(), folder=tmp_path)
    yield machine
    for process in machine.processes():
        process.kill()
    machine.trino.close()


def _is_gone(capacity: Capacity, state: TrinoState | None) -> bool:
    return capacity == Capacity(workers=0, has_coordinator=False, remaining=0) and state is None


def test_t14_workers_go_to_zero_after_the_owner_of_a_lease_is_killed(machine: Machine) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, machine.url], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        machine.look_until(lambda capacity, state: state is not None and state.active_workers == 2)
        (lease,) = machine.leases.all()
        machine.look_until(lambda capacity, state: utc_now() > lease.expires_at)
        assert machine.look().workers == 2, "a lease whose owner lives outlives its first expiry"
        owner.kill()
        killed = utc_now()
        owner.wait(timeout=30)
    machine.look_until(_is_gone)
    (lease,) = machine.leases.all()
    assert lease.expires_at <= killed + timedelta(seconds=2)
    assert {capacity.workers for capacity in machine.seen} == {0, 2}
    assert machine.processes() == []


def test_a_run_begins_when_its_first_worker_is_there_and_the_cluster_ends_after_it(machine: Machine) -> None:
    need = Need(workers=2, node_seconds=60.0, slots=4)
    ttl = timedelta(seconds=30)
    with (
        pytest.raises(ClusterNotReadyError, match="for 2 Trino workers, but its coordinator does not answer"),
        claimed(machine.leases, machine.trino, "run-a", need, ttl=ttl, patience=timedelta(0)),
    ):
        pytest.fail("the run began without a worker")
    assert machine.leases.all() == ()
    heard: list[str] = []

    def look_meanwhile(message: str) -> None:
        heard.append(message)
        machine.look_until(lambda capacity, state: state is not None and state.active_workers > 0)

    with claimed(machine.leases, machine.trino, "run-a", need, ttl=ttl, on_wait=look_meanwhile):
        assert heard == ["waiting for 2 Trino workers: its coordinator does not answer yet"]
        assert machine.look().workers == 2
    machine.look_until(_is_gone)


def test_a_query_that_still_runs_keeps_a_worker_until_its_owner_expired(machine: Machine) -> None:
    machine.leases.acquire("run-a", CLAIM, ttl=timedelta(seconds=30), now=utc_now())
    machine.look_until(lambda capacity, state: state is not None and state.active_workers == 2)
    session = {"clientTags": ["oso-lease=run-a"]}
    machine.set_queries(
        {"queryId": "q1", "state": "RUNNING", "session": session},
        {"queryId": "q2", "state": "WAITING_FOR_RESOURCES", "session": {"clientTags": []}},
        {"queryId": "q3", "state": "FINISHED", "session": session},
    )
    assert reap(machine.cluster, now=utc_now()).explain() == "every lease lives"
    later = utc_now() + timedelta(minutes=1)
    reaped = reap(machine.cluster, now=later)
    assert (reaped.owners, reaped.queries) == (("run-a",), ("q1",))
    assert machine.trino.state() == TrinoState(active_workers=2, waiting_queries=1)
    machine.leases.renew("run-a", CLAIM, ttl=timedelta(seconds=-1), now=utc_now())
    machine.look_until(lambda capacity, state: capacity.workers == 1)
    machine.set_queries()
    machine.look_until(_is_gone)


def test_a_worker_that_dies_is_replaced(machine: Machine) -> None:
    machine.leases.acquire("run-a", CLAIM, ttl=timedelta(minutes=5), now=utc_now())
    machine.look_until(lambda capacity, state: state is not None and state.active_workers == 2)
    victim = next(path for path in (machine.folder / "servers").glob("worker-*.json"))
    process = psutil.Process(json.loads(victim.read_text())["pid"])
    process.kill()
    process.wait(timeout=30)
    machine.look_until(lambda capacity, state: capacity.workers == 2 and not victim.exists())


def test_a_coordinator_that_refuses_the_user_is_an_error_and_one_that_is_away_is_not(machine: Machine) -> None:
    assert machine.trino.state() is None
    machine.driver.scale(workers=0, coordinator=True)
    machine.look_until(lambda capacity, state: state is not None)
    with TrinoHttp(f"http://127.0.0.1:{machine.port}", user="test") as nobody:
        del nobody._client.headers["X-Trino-User"]
        with pytest.raises(TrinoAnswerError, match="/v1/query answered HTTP 401"):
            nobody.state()
    with pytest.raises(ValueError, match="https only"):
        TrinoHttp("http://127.0.0.1:1", user="test", password="secret")  # noqa: S106 - none


def test_keda_reads_what_was_decided(machine: Machine) -> None:
    record = Record(machine.url)
    cluster = replace(machine.cluster, driver=KedaDriver(record), policy=replace(POLICY, hold=timedelta(0)))
    assert (record.memory(), record.capacity().workers) == (Memory(), 0)
    machine.leases.acquire("run-a", CLAIM, ttl=timedelta(minutes=5), now=utc_now())
    adjust(cluster, (), now=utc_now())
    query = "SELECT workers FROM capacity_wanted WHERE name = 'trino-worker'"
    engine = sa.create_engine(machine.url)
    with engine.connect() as connection:
        assert connection.execute(sa.text(query)).scalar_one() == 2
    assert record.capacity() == Capacity(workers=2, has_coordinator=True, remaining=2)
    machine.leases.release("run-a")
    adjust(cluster, (), now=utc_now() + POLICY.silence)
    adjust(cluster, (), now=utc_now() + 2 * POLICY.silence)
    with engine.connect() as connection:
        assert connection.execute(sa.text(query)).scalar_one() == 0
    engine.dispose()
    with pytest.raises(RuntimeError, match="KEDA reads 0 workers, not 7"):
        KedaDriver(record).scale(workers=7, coordinator=True)


def test_workers_are_counted_from_either_metric_and_from_no_other_page() -> None:
    assert active_workers("# HELP\ntrino_node_name_CoordinatorNodeManager_ActiveWorkerCount 4.0\n") == 4
    assert active_workers("trino_metadata_name_DiscoveryNodeManager_ActiveNodeCount 1.0 1730000000\n") == 0
    with pytest.raises(TrinoAnswerError, match="has neither"):
        active_workers("jvm_memory_used 12\n")
