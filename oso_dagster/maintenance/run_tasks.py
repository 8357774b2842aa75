"""Housekeeping of Dagster's own history: old runs with their events and captured output.

Deleting a run takes its materializations along, and a partition would no longer be green: a run that computed
something that nothing computed since stays, however old it is.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from oso_dagster.instance import open_instance
from oso_dagster.maintenance.reporting import Found, Limits
from oso_dagster.project import Project

if TYPE_CHECKING:
    from dagster import AssetKey, DagsterInstance, RunRecord

DEFAULT_AGE = timedelta(days=30)
PAGE = 200


def prune_runs(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Runs that ended a month ago (or `older_than`) go, the oldest first, if no partition shows what they computed."""
    before = limits.now - (DEFAULT_AGE if limits.older_than is None else limits.older_than)
    gone: Counter[str] = Counter()
    with open_instance(project.settings) as instance:
        newest = _Newest(instance)
        for record in list(_ended(instance)):
            run = record.dagster_run
            if record.update_timestamp >= before or newest.is_shown(run.run_id):
                continue
            if limits.limit is not None and gone.total() >= limits.limit:
                break
            gone[_name(run.job_name)] += 1
            if is_applied:
                instance.compute_log_manager.delete_logs(prefix=[run.run_id])
                instance.delete_run(run.run_id)
    return [Found(subject=name, kind="runs", count=count) for name, count in sorted(gone.items())]


def _name(job: str) -> str:
    return "runs of assets" if job.startswith("__") else f"job {job}"


def _ended(instance: "DagsterInstance") -> "Iterator[RunRecord]":
    """Every run that ended, the oldest first."""
    from dagster import DagsterRunStatus, RunsFilter

    ended = RunsFilter(statuses=[DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED])
    cursor: str | None = None
    while records := instance.get_run_records(ended, limit=PAGE, ascending=True, cursor=cursor):
        yield from records
        cursor = records[-1].dagster_run.run_id


class _Newest:
    """Which run computed each partition of an asset last; asked of Dagster once an asset."""

    def __init__(self, instance: "DagsterInstance") -> None:
        self._instance = instance
        self._runs: dict[AssetKey, set[str]] = {}

    def is_shown(self, run_id: str) -> bool:
        """Whether the newest materialization of some asset or partition is this run's."""
        from dagster import DagsterEventType

        events = self._instance.all_logs(run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
        keys = {entry.asset_key for entry in (event.dagster_event for event in events) if entry and entry.asset_key}
        return any(run_id in self._of(key) for key in keys)

    def _of(self, key: "AssetKey") -> set[str]:
        if key not in self._runs:
            self._runs[key] = set(self._read(key))
        return self._runs[key]

    def _read(self, key: "AssetKey") -> Iterator[str]:
        from dagster import AssetRecordsFilter, DagsterEventType

        storage = self._instance.event_log_storage
        by_partition = storage.get_latest_storage_id_by_partition(key, DagsterEventType.ASSET_MATERIALIZATION)
        ids = sorted(by_partition.values())
        for first in range(0, len(ids), PAGE):
            chosen = AssetRecordsFilter(asset_key=key, storage_ids=ids[first : first + PAGE])
            for record in self._instance.fetch_materializations(chosen, limit=PAGE).records:
                yield record.event_log_entry.run_id
        last = self._instance.get_latest_materialization_event(key)
        if last is not None:
            yield last.run_id
