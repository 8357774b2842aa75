"""The sensors `capacity`, which keeps as many Trino workers as work needs, and `reaper`, which ends what nobody leases.

Both exist only where OSO_CLUSTER_DRIVER names a driver. They request no runs; what they decide is in cluster/.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg

from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.defs.resources import PipelineParam

INTERVAL_SECONDS = 30


@dg.sensor(
    name="capacity",
    minimum_interval_seconds=INTERVAL_SECONDS,
    description="Keeps as many Trino workers as queued and running work needs, and none when there is none.",
)
def capacity_sensor(context: dg.SensorEvaluationContext, pipeline: PipelineParam) -> dg.SensorResult:
    """Decide and scale; the tick says in one line what and why."""
    from oso_dagster.cluster.capacity import adjust
    from oso_dagster.cluster.opening import open_cluster, work_at_hand

    options = ClusterSettings()
    with open_cluster(pipeline.project.settings, options) as cluster:
        decision = adjust(cluster, work_at_hand(context.instance, options), now=datetime.now(UTC))
    return dg.SensorResult(skip_reason=decision.reason)


@dg.sensor(
    name="reaper",
    minimum_interval_seconds=60,
    description="Ends the queries of runs that died, and forgets their leases.",
)
def reaper_sensor(context: dg.SensorEvaluationContext, pipeline: PipelineParam) -> dg.SensorResult:
    """End what nobody leases."""
    from oso_dagster.cluster.capacity import reap
    from oso_dagster.cluster.opening import open_cluster

    with open_cluster(pipeline.project.settings, ClusterSettings()) as cluster:
        reaped = reap(cluster, now=datetime.now(UTC))
    if reaped.queries:
        context.log.warning(reaped.explain())
    return dg.SensorResult(skip_reason=reaped.explain())


def build_cluster_sensors(options: ClusterSettings) -> Sequence[dg.SensorDefinition]:
    """Both sensors where there is a cluster, none elsewhere."""
    return () if options.driver == "none" else (capacity_sensor, reaper_sensor)
