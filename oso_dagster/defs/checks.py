"""Asset checks: one a model, which holds all its audits, and what is told about landed windows.

One check a model and not one an audit: an event costs 20 to 50 ms on SQLite, and a model has three to eight audits.
"""

import time
import warnings
from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData
from dagster._core.definitions.metadata import normalize_metadata
from dagster._core.events import DagsterEventBatchMetadata, generate_event_batch_id

from oso_dagster.manifest import ModelEntry
from oso_dagster.runner.evaluate import AuditOutcome
from oso_lake.calendar import Window

AUDITS = "audits"
WINDOWS = "windows"
QUARANTINE = "quarantine"


def audit_check_spec(model: ModelEntry, partitions: dg.PartitionsDefinition | None) -> dg.AssetCheckSpec | None:
    """The check of a model, of each of its `partitions`; None when it has no audits.

    A run of one partition tells of that partition. A range is audited at once: passed, it is told of each partition;
    failed, it is told once, since which of them failed is not known.
    """
    if not model.audits:
        return None
    listed = "\n".join(f"- {audit.name}{'' if audit.blocking else ' (warns only)'}" for audit in model.audits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            AUDITS,
            asset=dg.AssetKey(model.key),
            description=f"SQLMesh audits of the computed window; a failed one holds the window back:\n{listed}",
            metadata={"audits": [audit.name for audit in model.audits]},
            partitions_def=partitions,
        )


def audit_check_result(model: ModelEntry, audits: Sequence[AuditOutcome]) -> dg.AssetCheckResult:
    """One result for all audits of a window: passed when no audit found a row."""
    failed = [audit for audit in audits if not audit.is_passed]
    is_error = any(audit.blocking or audit.is_error for audit in failed)
    details = {audit.name: audit.detail for audit in failed if audit.detail}
    return dg.AssetCheckResult(
        passed=not failed,
        asset_key=dg.AssetKey(model.key),
        check_name=AUDITS,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata={
            "audits": len(audits),
            "failed": {audit.name: audit.count for audit in failed},
            "counts": [[audit.name, audit.count] for audit in audits],
            **({"details": details} if details else {}),
        },
    )


def tell_each_partition(
    context: dg.AssetExecutionContext, result: dg.AssetCheckResult, windows: Sequence[Window]
) -> None:
    """Say of each of `windows` what the passed `result` says of their range; Dagster knows them as materialized.

    One batch of events, where the storage takes one: alone, an event takes as long as computing a small window.
    """
    # Dagster's storages take half a second to import, which the code location does not need to load
    from oso_dagster.storage import BatchingEventLog

    keys = [window.start.isoformat() for window in windows]
    asset = dg.AssetKey.from_coercible(result.asset_key or context.asset_key)
    step = context.get_step_execution_context()
    # an evaluation that names no materialization counts as outdated
    targets = context.instance.event_log_storage.get_latest_storage_id_by_partition(
        asset, dg.DagsterEventType.ASSET_MATERIALIZATION, set(keys)
    )
    # Dagster's own storages take only materializations in batches
    batch = generate_event_batch_id() if isinstance(context.instance.event_log_storage, BatchingEventLog) else None
    for number, key in enumerate(keys, 1):
        evaluation = dg.AssetCheckEvaluation(
            asset_key=asset,
            check_name=result.check_name or AUDITS,
            passed=result.passed,
            severity=result.severity,
            metadata=normalize_metadata(result.metadata or {}),
            partition=key,
            target_materialization_data=target_of(targets[key]) if key in targets else None,
        )
        dg.DagsterEvent.from_step(
            dg.DagsterEventType.ASSET_CHECK_EVALUATION,
            step,
            evaluation,
            message=f"Asset check '{evaluation.check_name}' on '{asset.to_user_string()}' passed for {key}.",
            batch_metadata=DagsterEventBatchMetadata(batch, number == len(keys)) if batch else None,
        )


def target_of(storage_id: int) -> AssetCheckEvaluationTargetMaterializationData:
    """The materialization that a check speaks of; its run and time, which are not compared, would cost a query each."""
    return AssetCheckEvaluationTargetMaterializationData(storage_id=storage_id, run_id="", timestamp=time.time())


def landing_check_specs(key: dg.AssetKey, *, quarantines: bool) -> list[dg.AssetCheckSpec]:
    """Checks of a source's main table: are its windows whole, and was anything quarantined?"""
    specs = [
        dg.AssetCheckSpec(
            WINDOWS, asset=key, description="No window is missing, empty, truncated or corrupt at the source"
        )
    ]
    if quarantines:
        specs.append(dg.AssetCheckSpec(QUARANTINE, asset=key, description="No record broke the contract"))
    return specs
