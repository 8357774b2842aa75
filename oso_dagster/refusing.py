"""Tells of what a run's budget did not reach for, without starting a run for it."""

from collections.abc import Iterable

from oso_dagster.groups import Batch
from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_dagster.runner.budget import BudgetExceededError
from oso_dagster.runner.failing import Failing
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.outcomes import Outcome, Status
from oso_lake.catalog import open_catalog


def refuse(
    project: Project, manifest: Manifest, left: Iterable[Batch], reason: str, run_id: str, *, is_kept: bool
) -> list[Outcome]:
    """An outcome for each model of `left`, which are kept as failures: the arrivals sensor waits before it asks again.

    Otherwise each run would spend a budget of its own, a minute after the other.
    """
    planned = ledger_of(project).planned()
    outcomes = [
        Outcome(
            model=model,
            status=Status.FAILED,
            window=batch.window,
            version=planned.get(model.name, ""),
            reason=reason,
            error_class=BudgetExceededError.__name__,
        )
        for batch in left
        for model in batch.models
    ]
    if outcomes and is_kept:
        failing = Failing(project, manifest, run_id)
        failing.note(outcomes)
        failing.publish(open_catalog(project.settings))
    return outcomes
