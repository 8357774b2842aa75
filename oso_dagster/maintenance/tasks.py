"""The tasks of `oso maintain` and of the job `maintenance`: their names, what limits them, and one call that runs one.

Each is idempotent and safe while others read, land and compute; one maintenance at a time holds a lock of its own. What
touches the lake is in lake_tasks.py, the models' tables on Trino in model_tables.py, the compute store and the ledger
in store_tasks.py, Dagster in run_tasks.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from oso_dagster.maintenance.lake_tasks import compact_tables, expire_snapshots, remove_orphans
from oso_dagster.maintenance.model_tables import compact_models, expire_models, remove_model_orphans
from oso_dagster.maintenance.reporting import Found, Limits
from oso_dagster.maintenance.run_tasks import prune_runs
from oso_dagster.maintenance.store_tasks import prune_ledger, settle_ledger, vacuum_store
from oso_dagster.project import Project
from oso_dagster.runner.locks import MAINTENANCE_LOCK, compute_lock

# project, limits, whether to do it, whom to tell of waiting -> what went or would go
Run = Callable[[Project, Limits, bool, Callable[[str], None]], list[Found]]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One kind of housekeeping; `run` is in one of the three modules."""

    name: str
    description: str
    run: Run


def both(first: Run, second: Run) -> Run:
    """One task of two parts, which share its limit."""

    def run(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
        found = first(project, limits, is_applied, log)
        if limits.limit is not None:
            limits = replace(limits, limit=max(0, limits.limit - sum(one.count for one in found)))
        return found + second(project, limits, is_applied, log)

    return run


# in this order: what one leaves behind the next takes away
TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task(
            name="vacuum",
            description="Drop tables of model versions that no environment uses; give free space of the store back.",
            run=vacuum_store,
        ),
        Task(
            name="prune",
            description="Forget what was computed, failed and cost of models that are gone.",
            run=prune_ledger,
        ),
        Task(
            name="settle",
            description="Join the records of adjacent windows that nothing tells apart any more.",
            run=settle_ledger,
        ),
        Task(
            name="compact",
            description="Rewrite many small data files of a partition into one.",
            run=both(compact_tables, compact_models),
        ),
        Task(
            name="expire",
            description="Take old snapshots out of the tables' metadata.",
            run=both(expire_snapshots, expire_models),
        ),
        Task(
            name="orphans",
            description="Delete files that no table refers to, three days after they were written.",
            run=both(remove_orphans, remove_model_orphans),
        ),
        Task(
            name="runs",
            description="Forget Dagster's runs that ended a month ago and computed nothing that is still shown.",
            run=prune_runs,
        ),
    )
}


def maintain(
    project: Project,
    name: str,
    *,
    is_applied: bool,
    older_than: timedelta | None = None,
    limit: int | None = None,
    now: datetime | None = None,
    log: Callable[[str], None] = lambda message: None,
) -> list[Found]:
    """Run the task `name` (a key of TASKS); what went, or would go without `is_applied`.

    `older_than` is how long snapshots (a week) and runs (a month) stay, `limit` how many things go at most. Raises
    KeyError for another name, LockTimeoutError when another maintenance, or for `vacuum` and `prune` a run, goes on for
    too long.
    """
    task = TASKS[name]
    limits = Limits(older_than=older_than, limit=limit, now=now or datetime.now(UTC))
    settings = project.settings
    lock = settings.home / MAINTENANCE_LOCK
    with compute_lock(lock, timeout_seconds=settings.lock_timeout_seconds, holder=f"task {name}", on_wait=log):
        return task.run(project, limits, is_applied, log)
