"""Maintenance assets: one for each task of oso_dagster/maintenance, none of which waits for another, and their job.

An asset's last materialization says when the task ran and what went; one that only looked says so in its metadata.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from oso_dagster.defs.resources import PipelineParam

if TYPE_CHECKING:
    from oso_dagster.maintenance.reporting import Found

GROUP = "maintenance"
# the names are listed here since the tasks themselves import what a definition should not wait for; a test compares
DESCRIPTIONS = {
    "vacuum": "Drops tables of model versions that no environment uses, merges interval records.",
    "prune": "Forgets what was computed, failed and cost of models that are gone.",
    "settle": "Joins the records of adjacent windows that nothing tells apart any more.",
    "compact": "Rewrites many small data files of a partition into one.",
    "expire": "Takes old snapshots out of the tables' metadata.",
    "orphans": "Deletes files that no table refers to.",
    "runs": "Forgets Dagster's runs that ended long ago and computed nothing that is still shown.",
}


class Housekeeping(dg.Config):
    """`is_applied` false only says what would go; `older_than_days` and `limit` as in `oso maintain`."""

    is_applied: bool = True
    older_than_days: float | None = Field(default=None, ge=0)
    limit: int | None = Field(default=None, ge=1)


def _asset(name: str, description: str) -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        [GROUP, name], description=f"{description} `oso maintain {name}` does the same.", group_name=GROUP
    )

    # the step is called as the task is: that is what a run's configuration names
    @dg.multi_asset(name=name, specs=[spec])
    def run_task(
        context: dg.AssetExecutionContext, config: Housekeeping, pipeline: PipelineParam
    ) -> dg.MaterializeResult:
        from oso_dagster.maintenance.tasks import maintain

        found = maintain(
            pipeline.project,
            name,
            is_applied=config.is_applied,
            older_than=None if config.older_than_days is None else timedelta(days=config.older_than_days),
            limit=config.limit,
            log=context.log.info,
        )
        metadata = {"applied": config.is_applied, "found": len(found), **_totals(found), "table": _table(found)}
        return dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return run_task


def _totals(found: "Sequence[Found]") -> dict[str, int]:
    return {name: sum(getattr(one, name) or 0 for one in found) for name in ("count", "rows", "files", "bytes")}


def _table(found: "Sequence[Found]") -> dg.MetadataValue:
    lines = [f"| {one.subject} | {one.count} {one.kind} | {one.note} |" for one in found]
    return dg.MetadataValue.md("\n".join(["| subject | what | note |", "|---|---|---|", *lines]))


MAINTENANCE_ASSETS = [_asset(name, description) for name, description in DESCRIPTIONS.items()]
maintenance_job = dg.define_asset_job(
    "maintenance",
    selection=dg.AssetSelection.groups(GROUP),
    description="Weekly housekeeping; safe at any time, while others read, land and compute.",
)
