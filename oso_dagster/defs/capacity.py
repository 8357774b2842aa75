"""The sensors `capacity`, which keeps as many Trino workers as work needs, and `reaper`, which ends what nobody leases.

Both exist only where OSO_CLUSTER_DRIVER names a driver. They request no runs; what they decide is in cluster/.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg

from oso_dagster.cluster.capacity import Cluster, Expected, adjust, reap, work_of
from oso_dagster.cluster.demand import Memory, Work
from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.defs.resources import PipelineParam
from oso_lake.settings import Settings

INTERVAL_SECONDS = 30
_QUEUED = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED)
_RUNNING = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED)


@contextmanager
def open_cluster(settings: Settings, options: ClusterSettings) -> Generator[Cluster]:
    """The cluster that the environment names; raises ValueError where it names none."""
    from oso_dagster.cluster.kubernetes import KubernetesDriver, connect
    from oso_dagster.cluster.leases import LeaseStore
    from oso_dagster.cluster.settings import lease_url
    from oso_dagster.cluster.trino_http import TrinoHttp

    if options.driver == "none":
        raise ValueError("no cluster is configured: set OSO_CLUSTER_DRIVER, see docs/deployment.md")
    password = options.trino_password.get_secret_value() if options.trino_password else None
    with (
        TrinoHttp(options.trino_url, user=options.trino_user, password=password) as trino,
        connect(kubeconfig=options.kubeconfig) as api,
    ):
        yield Cluster(
            driver=KubernetesDriver(
                api=api,
                namespace=options.namespace,
                worker=options.worker_deployment,
                coordinator=options.coordinator_deployment,
            ),
            trino=trino,
            leases=LeaseStore(lease_url(settings, os.environ.get("OSO_DATABASE_URL"))),
            policy=options.policy,
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


@dg.sensor(
    name="capacity",
    minimum_interval_seconds=INTERVAL_SECONDS,
    description="Keeps as many Trino workers as queued and running work needs, and none when there is none.",
)
def capacity_sensor(context: dg.SensorEvaluationContext, pipeline: PipelineParam) -> dg.SensorResult:
    """Decide and scale; the tick says in one line what and why."""
    options = ClusterSettings()
    with open_cluster(pipeline.project.settings, options) as cluster:
        work = work_at_hand(context.instance, options)
        decision = adjust(cluster, work, now=datetime.now(UTC), memory=Memory.parse(context.cursor))
    return dg.SensorResult(skip_reason=decision.reason, cursor=decision.memory.dump())


@dg.sensor(
    name="reaper",
    minimum_interval_seconds=60,
    description="Ends the queries of runs that died, and forgets their leases.",
)
def reaper_sensor(context: dg.SensorEvaluationContext, pipeline: PipelineParam) -> dg.SensorResult:
    """End what nobody leases."""
    with open_cluster(pipeline.project.settings, ClusterSettings()) as cluster:
        reaped = reap(cluster, now=datetime.now(UTC))
    if reaped.queries:
        context.log.warning(reaped.explain())
    return dg.SensorResult(skip_reason=reaped.explain())


def build_cluster_sensors(options: ClusterSettings) -> Sequence[dg.SensorDefinition]:
    """Both sensors where there is a cluster, none elsewhere."""
    return () if options.driver == "none" else (capacity_sensor, reaper_sensor)
