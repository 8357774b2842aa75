"""Opens the cluster that the environment describes, and reads what work Dagster has for it."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import dagster as dg

from oso_dagster.cluster.capacity import Cluster, Expected, work_of
from oso_dagster.cluster.database import cluster_url
from oso_dagster.cluster.demand import Work
from oso_dagster.cluster.drivers import Driver
from oso_dagster.cluster.leases import LeaseStore
from oso_dagster.cluster.record import KedaDriver, Record
from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.cluster.trino_http import TrinoHttp
from oso_lake.settings import Settings

# a worker process that has not finished its tasks by then is ended
DRAIN_SECONDS = 600.0
_QUEUED = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)
_RUNNING = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED)


@contextmanager
def open_cluster(settings: Settings, options: ClusterSettings) -> Generator[Cluster]:
    """The cluster that the environment names; raises ValueError where it names none."""
    if options.driver == "none":
        raise ValueError("no cluster is configured: set OSO_CLUSTER_DRIVER, see docs/deployment.md")
    url = cluster_url(settings)
    record = Record(url)
    with ExitStack() as stack:
        http = TrinoHttp(options.url_of(settings), user=options.trino_user, password=options.password)
        trino = stack.enter_context(http)
        driver = _driver(settings, options, record, stack)
        yield Cluster(driver=driver, trino=trino, leases=LeaseStore(url), record=record, policy=options.policy)


def _driver(settings: Settings, options: ClusterSettings, record: Record, stack: ExitStack) -> Driver:
    if options.driver == "keda":
        return KedaDriver(record)
    if options.driver == "processes":
        return _on_this_machine(settings, options)
    return _on_kubernetes(options, stack)


def _on_this_machine(settings: Settings, options: ClusterSettings) -> Driver:
    """A coordinator on OSO_TRINO_PORT and workers, below the home; the database holds their catalogs."""
    from oso_dagster.cluster.local_trino import LocalTrino
    from oso_dagster.cluster.processes import ProcessDriver
    from oso_dagster.stack.trino_server import install
    from sqlmesh_project.trino_catalogs import CATALOGS, catalog_properties, secret_variables

    local = LocalTrino(
        installed=install(settings.cache, settings.maven_url),
        folder=settings.home / "cluster",
        coordinator_port=settings.trino_port,
        heap_megabytes=options.heap_megabytes,
        catalogs={name: catalog_properties(settings, name) for name in CATALOGS},
        variables=secret_variables(settings),
    )
    return ProcessDriver(
        local.folder / "servers",
        coordinator_port=settings.trino_port,
        launch=local.launch,
        user=options.trino_user,
        drain_seconds=DRAIN_SECONDS,
    )


def _on_kubernetes(options: ClusterSettings, stack: ExitStack) -> Driver:
    from oso_dagster.cluster.kubernetes import KubernetesDriver, connect

    return KubernetesDriver(
        api=stack.enter_context(connect(kubeconfig=options.kubeconfig)),
        namespace=options.namespace,
        worker=options.worker_deployment,
        coordinator=options.coordinator_deployment,
    )


def work_at_hand(instance: dg.DagsterInstance, options: ClusterSettings) -> list[Work]:
    """The runs that are queued or under way and compute on Trino, with what they expect to use."""
    expected = Expected(node_seconds=options.run_node_seconds, slots=options.run_slots)
    found = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=[*_QUEUED, *_RUNNING])):
        run = record.dagster_run
        is_running = run.status in _RUNNING
        since = _since(record, is_running=is_running)
        work = work_of(run.run_id, run.tags, since, is_running=is_running, default=expected)
        if work is not None:
            found.append(work)
    return found


def _since(record: dg.RunRecord, *, is_running: bool) -> datetime:
    if is_running and record.start_time is not None:
        return datetime.fromtimestamp(record.start_time, UTC)
    return record.create_timestamp.astimezone(UTC)
