"""Puts the definitions together for one project; `definitions.py` does so for the installation of the environment."""

import logging
from collections.abc import Callable
from typing import Any

import dagster as dg

from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.defs.broken_assets import broken_asset_specs, broken_checks
from oso_dagster.defs.capacity import build_cluster_sensors
from oso_dagster.defs.coverage_checks import build_coverage_checks
from oso_dagster.defs.coverage_reports import coverage_sensor, report_job
from oso_dagster.defs.jobs import JOBS
from oso_dagster.defs.maintenance import MAINTENANCE_ASSETS
from oso_dagster.defs.metric_assets import build_metric_assets
from oso_dagster.defs.raw_assets import build_raw_assets
from oso_dagster.defs.resources import Pipeline, build_resources, ignore
from oso_dagster.defs.schedules import SCHEDULES
from oso_dagster.defs.sensors import SENSORS
from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_dagster.runner.budget import Allowance
from oso_dagster.runner.ledger import Ledger
from oso_dagster.runner.session import Store
from oso_dagster.serving import notice, served_manifest

_log = logging.getLogger(__name__)


def build_definitions(
    project: Project,
    *,
    manifest: Manifest | None = None,
    listener: Callable[[Any], None] = ignore,
    store: Store | None = None,
    allowance: Allowance | None = None,
) -> dg.Definitions:
    """Assets, checks, jobs, schedules and resources of `project`; `listener` hears of outcomes and progress.

    Whoever runs several runs in this process holds a `store` open for them, and gives them one `allowance`.
    """
    is_served = manifest is None
    manifest = manifest or served_manifest(project)
    told = notice(project, manifest) if is_served else None
    if told:
        _log.warning(told)
    start = project.settings.start
    pipeline = Pipeline(project=project, manifest=manifest, listener=listener, store=store, allowance=allowance)
    planned = Ledger(project.settings.ledger_url).planned()
    return dg.Definitions(
        assets=[
            *build_raw_assets(manifest, start),
            *build_metric_assets(manifest, start, planned, project.settings.engine),
            *broken_asset_specs(manifest, start),
            *MAINTENANCE_ASSETS,
        ],
        asset_checks=[*build_coverage_checks(manifest, start), *broken_checks(manifest)],
        jobs=[*JOBS, report_job],
        schedules=SCHEDULES,
        sensors=[*SENSORS, coverage_sensor, *build_cluster_sensors(ClusterSettings())],
        resources=build_resources(pipeline),
        executor=dg.in_process_executor,
        metadata={"plan": told} if told else None,
    )
