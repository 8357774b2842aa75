"""Housekeeping of what the runner keeps: the compute store and SQLMesh's state (under the compute lock), the ledger."""

from collections import Counter
from collections.abc import Callable

from oso_dagster.computing import freshness_of
from oso_dagster.environments import forget_expired
from oso_dagster.maintenance.reporting import Found, Limits
from oso_dagster.maintenance.settling import settled
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.claims import EVERYTHING, alone, claimed
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.records import forget_models, forget_versions, recorded_models
from oso_dagster.runner.session import Store, open_store, plain_name
from oso_lake.catalog import COMPUTE_CATALOG


def vacuum_store(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Tables of model versions that no environment uses are dropped, intervals merged, free blocks written back.

    SQLMesh's own janitor does it, a week after the last plan that used a version (the way back is free until then), or
    at once when `older_than` is nothing. `limit` does not apply: the janitor takes all or none.
    """
    settings = project.settings
    is_file = settings.engine == "duckdb"
    if is_file and not settings.compute_db.exists():
        return []
    at_once = limits.older_than is not None and not limits.older_than
    with (
        open_store(project, holder="task vacuum", on_wait=log) as store,
        # merging intervals while others record theirs would bring back what they took back
        claimed(settings, EVERYTHING, holder="task vacuum", on_wait=log),
    ):
        expired = _expired(store, at_once=at_once)
        before = settings.compute_db.stat().st_size if is_file else 0
        forgotten = forget_expired(project, store.context, is_applied=is_applied)
        if is_applied:
            # first: a crash in between makes more stale, never less
            forget_versions(settings.ledger_url, expired)
            store.context.run_janitor(ignore_ttl=at_once)
            if is_file:
                store.context.engine_adapter.execute(f"CHECKPOINT {COMPUTE_CATALOG}")
    counts = Counter(model for model, _ in expired)
    found = [Found(subject=name, kind="versions", count=count) for name, count in sorted(counts.items())]
    found += [Found(subject=name, kind="environments", count=1) for name in forgotten]
    freed = before - settings.compute_db.stat().st_size if is_file else 0
    if is_applied and freed > 0:
        found.append(Found(subject=settings.compute_db.name, kind="free space", count=1, bytes=freed))
    return found


def _expired(store: Store, *, at_once: bool) -> set[tuple[str, str]]:
    """Model and version of each table that the janitor would drop."""
    from sqlmesh.core.state_sync.common import ExpiredBatchRange
    from sqlmesh.utils.date import now_timestamp

    batch = store.context.state_sync.get_expired_snapshots(
        batch_range=ExpiredBatchRange.all_batch_range(), current_ts=now_timestamp(), ignore_ttl=at_once
    )
    tables = [task.snapshot for task in batch.cleanup_tasks if not task.dev_table_only] if batch else []
    return {(plain_name(table.name), table.version) for table in tables}


def prune_ledger(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Rows of models that are neither planned nor in the project, and of which SQLMesh keeps no version either.

    As long as it keeps one, the model may come back with what was computed of it.
    """
    ledger = project.settings.ledger_url
    recorded = recorded_models(ledger)
    made = {model.name for model in load_manifest(project).models} | set(ledger_of(project).planned())
    candidates = sorted(recorded.keys() - made)
    gone = [name for name in candidates if name not in _kept(project, candidates, log)] if candidates else []
    gone = gone[: limits.limit]
    if is_applied and gone:
        forget_models(ledger, gone)
    return [Found(subject=name, kind="records", count=recorded[name], rows=recorded[name]) for name in gone]


def settle_ledger(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Records of adjacent windows become one where nothing that may become stale tells them apart; see settling.py.

    `limit` is how many models; a model with something stale waits for the next time.
    """
    settings = project.settings
    with alone(settings, holder="task settle", on_wait=log):
        ledger = ledger_of(project)
        freshness = freshness_of(project, load_manifest(project), limits.now)
        found = settled(freshness, ledger.oldest_kept())
        entries = dict(sorted(found.entries.items())[: limits.limit])
        if is_applied:
            ledger.settle(entries, found.seen)
    gone = {name: len(freshness.entries[name]) - len(kept) for name, kept in entries.items()}
    return [Found(subject=name, kind="records", count=count, rows=count) for name, count in gone.items() if count]


def _kept(project: Project, names: list[str], log: Callable[[str], None]) -> set[str]:
    """Those of `names` of which SQLMesh's state holds a version."""
    with open_store(project, holder="task prune", on_wait=log) as store:
        by_fqn = {_fqn(name): name for name in names}
        return {by_fqn[fqn] for fqn in store.context.state_sync.nodes_exist(by_fqn)}


def _fqn(name: str) -> str:
    return ".".join(f'"{part}"' for part in (COMPUTE_CATALOG, *name.split(".")))
