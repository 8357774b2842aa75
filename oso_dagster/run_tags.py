"""Tags of Dagster's runs: to which run one belongs, and what the capacity sensor reads of one that is queued."""

from collections.abc import Mapping

from oso_dagster.cluster.capacity import ENGINE_TAG, NODE_SECONDS_TAG, SLOTS_TAG
from oso_dagster.cluster.routing import Engine
from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_dagster.runner.costs import Estimate
from oso_dagster.runner.logs import costs_of
from oso_dagster.small_work import choice_of, is_small

PARENT_TAG = "oso/parent_run"
# of runs that expect to keep a worker busy for longer than that: an instance may let fewer of them run at once
SIZE_TAG, LARGE = "oso/size", "large"
LARGE_NODE_SECONDS = 4 * 3600.0
# who computes it where there is a choice, and why
WHY_ENGINE_TAG = "oso/why_engine"


def expected_of(project: Project, wanted: Mapping[str, int]) -> Estimate:
    """What computing that many partitions of each model will take on the engine of the installation."""
    return costs_of(project).estimate(wanted, project.settings.engine)


def capacity_tags(project: Project, manifest: Manifest, wanted: Mapping[str, int]) -> dict[str, str]:
    """What a run that computes that many partitions of each model will ask of the cluster, before it has a lease.

    Where nothing is known of its models only the engine is told: the sensor has settings for such runs. Small work asks
    for none.
    """
    if is_small(choice_of(project, manifest, wanted)):
        return {ENGINE_TAG: Engine.DUCKDB}
    tags = {ENGINE_TAG: project.settings.engine}
    expected = expected_of(project, wanted)
    if not expected.is_blind:
        tags[NODE_SECONDS_TAG] = f"{expected.node_seconds:.1f}"
        if expected.slots is not None:
            tags[SLOTS_TAG] = str(expected.slots)
        if expected.node_seconds > LARGE_NODE_SECONDS:
            tags[SIZE_TAG] = LARGE
    return tags


def holder_of(tags: Mapping[str, str]) -> str:
    """Who holds what a run in this process takes: the run that it belongs to counts by its lease, not by its tags."""
    parent = tags.get(PARENT_TAG)
    return f"run {parent} that computes what lacks" if parent else "oso materialize"
