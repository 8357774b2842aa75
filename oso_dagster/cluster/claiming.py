"""A run claims the cluster for as long as it computes: what the runner enters before it opens its engine."""

import os
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.runner.costs import Estimate
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from oso_dagster.cluster.keeping import Need


@contextmanager
def claimed_cluster(
    settings: Settings, *, holder: str, on_wait: Callable[[str], None], expected: Estimate | None = None
) -> "Generator[Need | None]":
    """Hold a lease while the block runs, from the first active worker on; None where no cluster is scaled.

    It is over what is `expected`, or what the settings say of a run of which nothing is known. `on_wait` is told of the
    waiting. Raises ClusterNotReadyError when no worker comes.
    """
    options = ClusterSettings() if settings.engine == "trino" else None
    if options is None or options.driver == "none":
        yield None
        return
    from oso_dagster.cluster.database import cluster_url
    from oso_dagster.cluster.keeping import Need
    from oso_dagster.cluster.leases import LeaseStore
    from oso_dagster.cluster.trino_http import TrinoHttp
    from oso_dagster.cluster.waking import claimed

    owner = owner_of(holder)
    node_seconds, slots = options.needed(expected)
    need = Need(workers=1, node_seconds=node_seconds, slots=slots)
    leases = LeaseStore(cluster_url(settings))
    with (
        TrinoHttp(options.url_of(settings), user=options.trino_user, password=options.password) as trino,
        claimed(leases, trino, owner, need, ttl=options.lease_ttl, on_wait=on_wait),
        _tagged(owner),
    ):
        yield need


@contextmanager
def _tagged(owner: str) -> Generator[None]:
    """Queries of connections that this process makes meanwhile say whose they are: the reaper ends a dead owner's."""
    from oso_dagster.cluster.trino_http import OWNER_TAG
    from sqlmesh_project.trino_connection import TAGS_VARIABLE

    os.environ[TAGS_VARIABLE] = f"{OWNER_TAG}{owner}"
    try:
        yield
    finally:
        del os.environ[TAGS_VARIABLE]


def owner_of(holder: str) -> str:
    """Who holds the lease, for people. No commas: they part Trino's client tags."""
    return f"{holder} on {socket.gethostname()} process {os.getpid()}".replace(",", " with")
