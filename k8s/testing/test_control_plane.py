"""The production overlay on a real API server: admitted, scaled by the sensor under its own account, kept in bounds.

`make test-k8s` runs it. Pods do not really run (kwok stands for the nodes); the rest is Kubernetes' own.
"""

import json
import logging
import subprocess
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster_k8s.client import DagsterKubernetesClient
from kubernetes import client
from kubernetes.client.exceptions import ApiException
from kubernetes_control_plane import MODULE, ControlPlane, control_plane
from manifests import ROOT, overlay
from run_launcher import job_of, launcher_of
from trino_stand_in import trino_of

from oso_dagster.cluster.database import cluster_url
from oso_dagster.cluster.keeping import utc_now
from oso_dagster.cluster.kubernetes import KubernetesDriver, connect
from oso_dagster.cluster.leases import Claim, LeaseStore
from oso_dagster.cluster.processes import COORDINATOR, free_port
from oso_dagster.defs.capacity import capacity_sensor
from oso_dagster.defs.resources import Pipeline
from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_lake.settings import Settings

PRODUCTION = ROOT / "k8s" / "overlays" / "production"
NAMESPACE = "oso"
WORKER = {"label_selector": "app.kubernetes.io/name=trino-worker"}


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Generator[ControlPlane]:
    """A control plane with six nodes and the production overlay."""
    with control_plane(tmp_path_factory.mktemp("plane")) as plane:
        plane.kubectl("apply", "--server-side", "-f", MODULE / "nodes.yaml")
        plane.kubectl("apply", "--server-side", "--validate=strict", "-k", PRODUCTION)
        yield plane


@pytest.fixture(scope="module")
def admin(plane: ControlPlane) -> Generator[client.ApiClient]:
    with connect(kubeconfig=str(plane.kubeconfig)) as api:
        yield api


@pytest.fixture(scope="module")
def account(plane: ControlPlane, admin: client.ApiClient) -> Callable[[str], Path]:
    """A kubeconfig of a service account, with a token as its pods get."""

    def kubeconfig(name: str) -> Path:
        request = {"spec": {"expirationSeconds": 3_600}}
        made = client.CoreV1Api(admin).create_namespaced_service_account_token(name, NAMESPACE, request)
        return plane.kubeconfig_for(name, made.status.token)

    return kubeconfig


def _until(condition: Callable[[], bool], what: Callable[[], object], seconds: float = 90.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"it did not happen in time: {what()}"
        time.sleep(0.1)


def _workers(admin: client.ApiClient) -> dict[str, str | None]:
    """The node of each worker pod that runs."""
    pods = client.CoreV1Api(admin).list_namespaced_pod(NAMESPACE, **WORKER).items
    running = [pod for pod in pods if pod.status.phase == "Running" and pod.metadata.deletion_timestamp is None]
    return {pod.metadata.name: pod.spec.node_name for pod in running}


def _replicas(admin: client.ApiClient, name: str) -> int:
    # the API leaves out a zero
    return client.AppsV1Api(admin).read_namespaced_deployment_scale(name, NAMESPACE).spec.replicas or 0


@pytest.fixture(scope="module")
def coordinator(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The address of a coordinator that answers, without a worker or a query."""
    port = free_port()
    launch = trino_of(tmp_path_factory.mktemp("trino"), port)(COORDINATOR, port)
    launch.folder.mkdir(parents=True)
    with subprocess.Popen(launch.argv, cwd=launch.folder) as process:
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@dataclass(frozen=True)
class Installation:
    """Leases, and the sensor's ticks as the code location's account."""

    leases: LeaseStore
    tick: Callable[[], str]


@pytest.fixture
def installation(
    account: Callable[[str], Path], coordinator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    settings = Settings(home=tmp_path)
    options = {"DRIVER": "kubernetes", "KUBECONFIG": str(account("code-location")), "TRINO_URL": coordinator}
    patience = {"HOLD_SECONDS": "0", "COORDINATOR_TO_ZERO": "true", "COORDINATOR_HOLD_SECONDS": "0"}
    for name, value in {**options, **patience}.items():
        monkeypatch.setenv(f"OSO_CLUSTER_{name}", value)
    monkeypatch.delenv("OSO_DATABASE_URL", raising=False)
    pipeline = Pipeline(project=Project(settings=settings), manifest=Manifest(fingerprint="none"))

    def tick() -> str:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, resources={"pipeline": pipeline})
            return str(capacity_sensor.evaluate_tick(context).skip_message)

    return Installation(LeaseStore(cluster_url(settings)), tick)


def test_every_pod_of_the_overlay_is_admitted_and_finds_a_node(plane: ControlPlane, admin: client.ApiClient) -> None:
    """The namespace enforces the restricted pod security standard: the API server itself judges each pod."""
    names = [one["metadata"]["name"] for one in overlay("production") if one["kind"] == "Deployment"]
    assert len(names) == 6

    def lacking() -> list[str]:
        deployments = client.AppsV1Api(admin).list_namespaced_deployment(NAMESPACE).items
        ready = {one.metadata.name for one in deployments if one.status.available_replicas}
        return sorted(set(names) - ready)

    _until(lambda: not lacking(), lacking)
    events = client.CoreV1Api(admin).list_namespaced_event(NAMESPACE, field_selector="reason=FailedCreate").items
    assert [event.message for event in events] == []


def test_the_sensor_scales_with_the_leases_and_applying_again_undoes_nothing(
    plane: ControlPlane, admin: client.ApiClient, installation: Installation
) -> None:
    claim = Claim(workers=4, node_seconds=0.0, slots=8)
    installation.leases.acquire("run-a", claim, ttl=timedelta(hours=1), now=utc_now())
    assert "→ 4 workers: 1 lease (at least 4)" in installation.tick()
    _until(lambda: len(_workers(admin)) == 4, lambda: _workers(admin))
    nodes = list(_workers(admin).values())
    assert all(node is not None and node.startswith("spot-") for node in nodes), nodes
    assert len(set(nodes)) == 4, "a node takes one worker"
    plane.kubectl("apply", "--server-side", "--force-conflicts", "-k", PRODUCTION)
    assert _replicas(admin, "trino-worker") == 4

    installation.leases.release("run-a")
    assert "4 → 0 workers: nothing is queued, leased or queried" in installation.tick()
    _until(lambda: not _workers(admin), lambda: _workers(admin))
    _until(lambda: "the coordinator goes" in installation.tick(), installation.tick)
    assert _replicas(admin, "trino-coordinator") == 0


def test_a_lost_spot_node_costs_one_worker_for_a_moment(admin: client.ApiClient, installation: Installation) -> None:
    claim = Claim(workers=4, node_seconds=0.0, slots=8)
    installation.leases.acquire("run-b", claim, ttl=timedelta(hours=1), now=utc_now())
    installation.tick()
    _until(lambda: len(_workers(admin)) == 4, lambda: _workers(admin))
    before = _workers(admin)
    victim, lost = next(iter(before.items()))
    core = client.CoreV1Api(admin)
    spot = {"key": "oso/spot", "value": "true", "effect": "NoSchedule"}
    core.patch_node(lost, {"spec": {"taints": [spot, {"key": "oso/lost", "effect": "NoExecute"}]}})

    def is_replaced() -> bool:
        now = _workers(admin)
        return victim not in now and len(now) == 4 and lost not in now.values()

    _until(is_replaced, lambda: _workers(admin))
    assert set(before) - {victim} <= set(_workers(admin)), "the others stay where they are"
    assert "4 → 4 workers" in installation.tick()
    core.patch_node(lost, {"spec": {"taints": [spot]}})


def _cordon(core: client.CoreV1Api, *, is_closed: bool) -> None:
    """Close the spot nodes to new pods, so that nothing replaces what goes."""
    for node in core.list_node(label_selector="oso/nodes=spot").items:
        core.patch_node(node.metadata.name, {"spec": {"unschedulable": is_closed}})


def test_evictions_take_a_quarter_of_the_workers_at_a_time(admin: client.ApiClient, installation: Installation) -> None:
    claim = Claim(workers=4, node_seconds=0.0, slots=8)
    installation.leases.acquire("run-c", claim, ttl=timedelta(hours=1), now=utc_now())
    installation.tick()
    _until(lambda: len(_workers(admin)) == 4, lambda: _workers(admin))
    policy = client.PolicyV1Api(admin)

    def allowed() -> int:
        return policy.read_namespaced_pod_disruption_budget("trino-worker", NAMESPACE).status.disruptions_allowed

    _until(lambda: allowed() == 1, allowed)
    first, second, *_ = _workers(admin)
    core = client.CoreV1Api(admin)
    _cordon(core, is_closed=True)
    core.create_namespaced_pod_eviction(first, NAMESPACE, {"metadata": {"name": first}})
    with pytest.raises(ApiException, match="disruption budget") as refused:
        core.create_namespaced_pod_eviction(second, NAMESPACE, {"metadata": {"name": second}})
    assert refused.value.status == 429
    _cordon(core, is_closed=False)


def _assert_refused(ask: Callable[[], object]) -> None:
    with pytest.raises(ApiException) as refused:
        ask()
    assert refused.value.status == 403, refused.value


def test_the_code_location_may_do_nothing_but_scale_trino(account: Callable[[str], Path]) -> None:
    replicas = {"spec": {"replicas": 1}}
    with connect(kubeconfig=str(account("code-location"))) as api:
        apps, core, batch = client.AppsV1Api(api), client.CoreV1Api(api), client.BatchV1Api(api)
        assert KubernetesDriver(api=api, namespace=NAMESPACE).capacity().workers >= 0
        for ask in (
            lambda: apps.patch_namespaced_deployment_scale("daemon", NAMESPACE, replicas),
            lambda: apps.patch_namespaced_deployment("trino-worker", NAMESPACE, replicas),
            lambda: apps.replace_namespaced_deployment_scale("trino-worker", NAMESPACE, replicas),
            lambda: apps.patch_namespaced_deployment_scale("trino-worker", "default", replicas),
            lambda: apps.delete_namespaced_deployment("trino-worker", NAMESPACE),
            lambda: apps.read_namespaced_deployment("trino-worker", NAMESPACE),
            lambda: core.list_namespaced_secret(NAMESPACE),
            lambda: core.read_namespaced_secret("oso-database", NAMESPACE),
            lambda: core.list_namespaced_pod(NAMESPACE),
            core.list_node,
            lambda: batch.list_namespaced_job(NAMESPACE),
        ):
            _assert_refused(ask)


def test_runs_and_readers_may_do_nothing_at_all(account: Callable[[str], Path]) -> None:
    for name in ("oso-run", "nobody"):
        with connect(kubeconfig=str(account(name))) as api:
            apps, core, batch = client.AppsV1Api(api), client.CoreV1Api(api), client.BatchV1Api(api)
            for ask in (
                lambda apps=apps: apps.read_namespaced_deployment_scale("trino-worker", NAMESPACE),
                lambda core=core: core.list_namespaced_secret(NAMESPACE),
                lambda core=core: core.list_namespaced_pod(NAMESPACE),
                lambda batch=batch: batch.list_namespaced_job(NAMESPACE),
            ):
                _assert_refused(ask)


@dg.job
def _job() -> None:
    pass


def test_a_run_is_launched_and_ended_by_dagster_s_account_and_admitted(
    account: Callable[[str], Path], admin: client.ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POD_NAMESPACE", NAMESPACE)
    kubeconfig = account("dagster")
    launcher = launcher_of(overlay("production"), kubeconfig)
    with dg.DagsterInstance.ephemeral() as instance:
        job = job_of(launcher, instance.create_run_for_job(_job), "oso-pipeline:0.1.0")
    name = job["metadata"]["name"]
    with connect(kubeconfig=str(kubeconfig)) as api:
        batch, core = client.BatchV1Api(api), client.CoreV1Api(api)
        batch.create_namespaced_job(NAMESPACE, job)

        def phases() -> list[str]:
            pods = core.list_namespaced_pod(NAMESPACE, label_selector=f"job-name={name}").items
            return [pod.status.phase for pod in pods]

        _until(lambda: phases() == ["Running"], phases)
        dagster = DagsterKubernetesClient(batch, core, logging.info, time.sleep, time.time)
        status = dagster.get_job_status(name, NAMESPACE)
        assert status is not None
        assert status.active == 1
        dagster.delete_job(name, NAMESPACE)
        _until(lambda: phases() == [], phases)
        for ask in (
            lambda: client.AppsV1Api(api).read_namespaced_deployment_scale("trino-worker", NAMESPACE),
            lambda: core.list_namespaced_secret(NAMESPACE),
            lambda: core.list_namespaced_config_map(NAMESPACE),
        ):
            _assert_refused(ask)


def test_a_pod_that_is_root_is_not_admitted(plane: ControlPlane) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "root", "namespace": NAMESPACE},
        "spec": {"containers": [{"name": "root", "image": "oso-pipeline:0.1.0"}]},
    }
    with pytest.raises(subprocess.CalledProcessError) as refused:
        plane.kubectl("apply", "-f", "-", stdin=json.dumps(pod))
    assert "violates PodSecurity" in refused.value.stderr


def test_the_server_accepts_the_local_overlay_too(plane: ControlPlane) -> None:
    """Into a namespace of its own, beside production's."""
    own = "oso-local"
    rendered = []
    for one in overlay("local"):
        renamed = json.loads(json.dumps(one).replace(f'"namespace": "{NAMESPACE}"', f'"namespace": "{own}"'))
        if one["kind"] == "Namespace":
            renamed["metadata"]["name"] = own
            plane.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(renamed))
        rendered.append(renamed)
    objects = json.dumps({"apiVersion": "v1", "kind": "List", "items": rendered})
    said = plane.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", stdin=objects)
    assert said.count("serverside-applied (server dry run)") == len(rendered)
