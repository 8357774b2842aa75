"""Assets of metrics that mistakes keep from being made: shown with file, line and error, and not to be materialized.

They are external to Dagster, so that no run, schedule or backfill can choose them; a check on each fails with the error
when it is run.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from oso_dagster.broken_metrics import BrokenMetric, BrokenModel
from oso_dagster.defs.partitions import partitions_of
from oso_dagster.manifest import Manifest

GROUP = "broken"
DEFINITION = "definition"
REMEDY = "Correct the file at that line; `oso metrics lint` checks it, `oso plan --apply` brings the asset back."


def broken_asset_specs(manifest: Manifest, start: date) -> list[dg.AssetSpec]:
    """One asset for each model that cannot be made."""
    return [_spec(metric, model, start) for metric in manifest.broken for model in metric.models]


def broken_checks(manifest: Manifest) -> list[dg.AssetChecksDefinition]:
    """One step of failing checks over all of these assets; none when nothing is broken."""
    broken = {key_of(name): metric for name, metric in manifest.broken_models.items()}
    if not broken:
        return []

    @dg.multi_asset_check(
        name="broken_definitions",
        specs=[
            dg.AssetCheckSpec(DEFINITION, asset=key, description="The metric's definition can be made into models")
            for key in broken
        ],
        can_subset=True,
    )
    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        for key, metric in broken.items():
            if dg.AssetCheckKey(key, DEFINITION) not in context.selected_asset_check_keys:
                continue
            yield dg.AssetCheckResult(
                passed=False,
                asset_key=key,
                check_name=DEFINITION,
                severity=dg.AssetCheckSeverity.ERROR,
                description=str(metric),
                metadata=_metadata(metric),
            )

    return [check]


def key_of(name: str) -> dg.AssetKey:
    """The key of a model that is broken: the one it has when it is sound."""
    return dg.AssetKey(name.split("."))


def _spec(metric: BrokenMetric, model: BrokenModel, start: date) -> dg.AssetSpec:
    errors = "\n".join(f"- `{error}`" for error in metric.errors)
    return dg.AssetSpec(
        key=key_of(model.name),
        description=f"**Broken**: the metric {metric.metric} cannot be made.\n\n{errors}\n\n{REMEDY}",
        group_name=GROUP,
        kinds={"sqlmesh", "broken"},
        tags={"metric": metric.metric, "broken": "true"},
        metadata=_metadata(metric),
        partitions_def=partitions_of(model.grain, start),
    )


def _metadata(metric: BrokenMetric) -> dict[str, str | int]:
    metadata: dict[str, str | int] = {"error": str(metric)}
    if metric.path:
        metadata["file"] = metric.path
    if metric.line:
        metadata["line"] = metric.line
    return metadata
