"""Puts an earlier plan back, whatever the files say: its definitions, its versions, and the numbers it had published.

Nothing is evaluated: its tables are in the compute store until `vacuum` drops them, a week after they were last
planned. The files are not deployed again by themselves; `oso plan --apply` does that, and computes nothing either.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oso_dagster.computing import bring_coverage
from oso_dagster.manifest import load_metrics
from oso_dagster.project import Project, applied
from oso_dagster.runner.claims import alone_on_engine
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.plans import NoSuchPlanError, PlanHistory, PlanRecord, kept_manifest
from oso_dagster.runner.publish import update_catalogue
from oso_dagster.runner.reinstate import Reinstated, reinstate
from oso_lake.catalog import open_catalog

if TYPE_CHECKING:
    from sqlmesh import Context
    from sqlmesh.core.environment import Environment
    from sqlmesh.core.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class RollbackReport:
    """The plan that stands now, what was served again, and seconds."""

    record: PlanRecord
    reinstated: Reinstated
    seconds: float


def roll_back(
    project: Project, number: int | None = None, log: Callable[[str], None] = lambda message: None
) -> RollbackReport:
    """Go back to plan `number`, or to the one before what is promoted now.

    Raises NoSuchPlanError when there is none, or when `vacuum` dropped what it was made of. Killed at any point, it can
    be run again.
    """
    began = time.monotonic()
    history, settings = PlanHistory(project), project.settings
    target = history.target(number)
    manifest = kept_manifest(project, target.fingerprint)
    before = ledger_of(project).planned()
    with (
        alone_on_engine(settings, holder="rollback", on_wait=log),
        applied(settings),
    ):
        after = _promote(project, target)
    ledger_of(project).plan(after, target.fingerprint)
    record = history.add(
        fingerprint=target.fingerprint,
        snapshots=target.snapshots,
        restores=target.number,
        differences=(
            tuple(sorted(after.keys() - before.keys())),
            tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
            tuple(sorted(before.keys() - after.keys())),
        ),
    )
    update_catalogue(open_catalog(settings), load_metrics(project, manifest), {}, run_id="rollback")
    reinstated = reinstate(project, manifest, "rollback", log)
    bring_coverage(project, manifest, None, "rollback")
    return RollbackReport(record=record, reinstated=reinstated, seconds=time.monotonic() - began)


def _promote(project: Project, target: PlanRecord) -> Mapping[str, str]:
    """Make the snapshots of `target` the environment's; the version of each model then."""
    from sqlmesh.core.snapshot import SnapshotId

    from oso_dagster.runner.plan import open_plan_context, promoted

    with open_plan_context(project) as context:
        state = context.state_sync
        ids = [SnapshotId(name=name, identifier=identifier) for name, identifier in target.snapshots.items()]
        snapshots = state.get_snapshots(ids)
        if gone := sorted(one.name for one in ids if one not in snapshots):
            raise NoSuchPlanError(
                f"{len(gone)} models of plan {target.number} were vacuumed ({gone[0]}): "
                "put its files back and run `oso plan --apply`"
            )
        existing = state.get_environment(project.environment)
        if existing is None:
            raise NoSuchPlanError("nothing is planned yet: there is nothing to go back to")
        if {info.snapshot_id for info in existing.snapshots} != set(ids):
            _evaluate(context, existing, list(snapshots.values()))
        return promoted(context, project.environment).versions


def _evaluate(context: "Context", existing: "Environment", snapshots: "list[Snapshot]") -> None:
    """Let SQLMesh apply a plan that has no new snapshots and no data to fill in: tables, views and record."""
    from sqlmesh.core.environment import Environment
    from sqlmesh.core.plan import BuiltInPlanEvaluator, EvaluatablePlan
    from sqlmesh.utils import random_id
    from sqlmesh.utils.date import now

    environment = Environment(
        **existing.naming_info.dict(),
        snapshots=[snapshot.table_info for snapshot in snapshots],
        start_at=existing.start_at,
        end_at=existing.end_at,
        plan_id=random_id(),
        previous_plan_id=existing.plan_id,
        previous_finalized_snapshots=existing.finalized_or_current_snapshots,
        requirements=existing.requirements,
    )
    gone = {info.name for info in existing.snapshots} - {snapshot.name for snapshot in snapshots}
    plan = EvaluatablePlan(
        start=existing.start_at,
        end=now(),
        new_snapshots=[],
        environment=environment,
        no_gaps=False,
        skip_backfill=True,
        empty_backfill=False,
        restatements={},
        restate_all_snapshots=False,
        is_dev=False,
        allow_destructive_models=set(),
        allow_additive_models=set(),
        forward_only=False,
        end_bounded=False,
        ensure_finalized_snapshots=False,
        directly_modified_snapshots=[],
        indirectly_modified_snapshots={},
        metadata_updated_snapshots=[],
        removed_snapshots=[info.snapshot_id for info in existing.snapshots if info.name in gone],
        requires_backfill=False,
        disabled_restatement_models=set(),
    )
    BuiltInPlanEvaluator(
        state_sync=context.state_sync,
        snapshot_evaluator=context.snapshot_evaluator,
        create_scheduler=context.create_scheduler,
        default_catalog=context.default_catalog,
    ).evaluate(plan)
