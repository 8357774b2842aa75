"""Whether the process of a run that Dagster believes under way is alive: it holds a kernel lock while it works.

A code server tells Dagster of a run whose process died. When the machine went down with it nobody does, and the run
stays "started" for ever; the arrivals sensor, which waits for the run before, would then ask for nothing any more.
"""

import fcntl
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

# file of the lock below the installation's home
CATCH_UP_LOCK = "catch_up.lock"
# a run that nobody works on may be one that is just about to begin
GRACE = timedelta(minutes=5)
UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@contextmanager
def alive(lock: Path) -> Generator[None]:
    """Hold the lock together with others of the same kind; the kernel drops it when the process dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_anybody_alive(lock: Path) -> bool:
    """Whether some process holds the lock."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def bury(
    instance: dg.DagsterInstance, runs: Sequence[dg.RunRecord], lock: Path, now: datetime, grace: timedelta = GRACE
) -> list[dg.RunRecord]:
    """Report the runs whose process is gone as failed; those that are left. A launcher that can tell is left to it."""
    if instance.run_launcher.supports_check_run_worker_health or is_anybody_alive(lock):
        return list(runs)
    left = []
    for record in runs:
        is_queued = record.dagster_run.status is dg.DagsterRunStatus.QUEUED
        if is_queued or now - record.update_timestamp < grace:
            left.append(record)
            continue
        message = "its process is gone without a word: the machine went down, or it was killed with its code server"
        instance.report_run_failed(record.dagster_run, message)
    return left


def under_way(instance: dg.DagsterInstance, jobs: Collection[str], lock: Path, now: datetime) -> str | None:
    """Id of a run of one of `jobs` that is queued or runs; runs whose process is gone are buried first."""
    records = instance.get_run_records(dg.RunsFilter(statuses=UNDER_WAY))
    runs = [one for one in records if one.dagster_run.job_name in jobs]
    left = bury(instance, runs, lock, now) if runs else []
    return left[0].dagster_run.run_id if left else None
