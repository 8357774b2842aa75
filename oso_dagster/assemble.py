"""Puts the definitions together for one project; `definitions.py` does so for the installation of the environment."""

from collections.abc import Callable
from typing import Any

import dagster as dg

from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.defs.broken_assets import broken_asset_specs, broken_checks
from oso_dagster.defs.capacity import build_cluster_sensors
from oso_dagster.defs.jobs import JOBS
from oso_dagster.defs.metric_assets import build_metric_assets
from oso_dagster.defs.raw_assets import build_raw_assets
from oso_dagster.defs.resources import Pipeline, build_resources, ignore
from oso_dagster.defs.schedules import SCHEDULES
from oso_dagster.defs.sensors import SENSORS
from oso_dagster.manifest import Manifest, load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.ledger import Ledger
from oso_dagster.runner.session import Store


def build_definitions(
    project: Project,
    *,
    manifest: Manifest | None = None,
    listener: Callable[[Any], None] = ignore,
    store: Store | None = None,
) -> dg.Definitions:
    """Assets, checks, jobs, schedules and resources of `project`; `listener` hears of outcomes and progress."""
    manifest = manifest or load_manifest(project)
    start = project.settings.start
    pipeline = Pipeline(project=project, manifest=manifest, listener=listener, store=store)
    planned = Ledger(project.settings.ledger_db).planned()
    return dg.Definitions(
        assets=[
            *build_raw_assets(manifest, start),
            *build_metric_assets(manifest, start, planned),
            *broken_asset_specs(manifest, start),
        ],
        asset_checks=broken_checks(manifest),
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=[*SENSORS, *build_cluster_sensors(ClusterSettings())],
        resources=build_resources(pipeline),
        executor=dg.in_process_executor,
    )
