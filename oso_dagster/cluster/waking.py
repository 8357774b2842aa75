"""A run's way to the cluster: claim it before the first query, and wait for its workers."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from oso_dagster.cluster.keeping import Need, holding, utc_now
from oso_dagster.cluster.leases import LeaseStore
from oso_dagster.cluster.trino_http import TrinoHttp

POLL_SECONDS = 2.0


class ClusterNotReadyError(TimeoutError):
    """No worker came in time; the message says how many were asked for and what Trino says."""


@contextmanager
def claimed(
    leases: LeaseStore,
    trino: TrinoHttp,
    owner: str,
    need: Need,
    *,
    ttl: timedelta,
    patience: timedelta = timedelta(minutes=10),
    on_wait: Callable[[str], None] = lambda message: None,
    clock: Callable[[], datetime] = utc_now,
) -> Generator[Need]:
    """Hold a lease while the block runs, which begins when the first worker is active: the others join under way.

    The sensor wakes the cluster at its next tick: a run's pod has no right to. Raises ClusterNotReadyError after
    `patience`; the lease is then given back.
    """
    with holding(leases, owner, need, ttl=ttl, clock=clock):
        _wait(trino, owner, need, patience, on_wait)
        yield need


def _wait(trino: TrinoHttp, owner: str, need: Need, patience: timedelta, on_wait: Callable[[str], None]) -> None:
    ends = time.monotonic() + patience.total_seconds()
    said = ""
    while (state := trino.state()) is None or state.active_workers == 0:
        found = "its coordinator does not answer yet" if state is None else "it has no active worker yet"
        if time.monotonic() > ends:
            raise ClusterNotReadyError(
                f"{owner} waited {patience.total_seconds():.0f} s for {need.workers} Trino workers, but {found}: does "
                "the sensor `capacity` tick, and are there nodes for the pods of the worker Deployment?"
            )
        if found != said:
            on_wait(f"waiting for {need.workers} Trino workers: {found}")
            said = found
        time.sleep(POLL_SECONDS)
