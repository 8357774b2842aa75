"""Asset checks: one a model, which holds all its audits, and what is told about landed windows.

One check a model and not one an audit: an event costs 20 to 50 ms on SQLite, and a model has three to eight audits.
"""

import warnings
from collections.abc import Sequence

import dagster as dg

from oso_dagster.manifest import ModelEntry
from oso_dagster.runner.evaluate import AuditOutcome

AUDITS = "audits"
WINDOWS = "windows"
QUARANTINE = "quarantine"


def audit_check_spec(model: ModelEntry, partitions: dg.PartitionsDefinition | None) -> dg.AssetCheckSpec | None:
    """The check of a model, of each of its `partitions`; None when it has no audits.

    A run of one partition tells of that partition; a range, which is audited at once, tells once of all of it.
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
