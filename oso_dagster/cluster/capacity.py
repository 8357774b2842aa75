"""One look at the cluster: read, decide, act. The sensor does so every half minute, `oso capacity --apply` by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from oso_dagster.cluster.decide import Decision, decide
from oso_dagster.cluster.demand import Policy, Work
from oso_dagster.cluster.drivers import Driver
from oso_dagster.cluster.leases import LeaseStore
from oso_dagster.cluster.record import Record
from oso_dagster.cluster.routing import Engine
from oso_dagster.cluster.trino_http import TrinoHttp

# tags of a run: what it expects of the cluster, and where it computes
NODE_SECONDS_TAG = "oso/node_seconds"
SLOTS_TAG = "oso/slots"
ENGINE_TAG = "oso/engine"
# until then an expired lease says that a run which Dagster still believes in is dead
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Of a run whose tags say only that it computes on Trino."""

    node_seconds: float
    slots: int


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The parts of one cluster."""

    driver: Driver
    trino: TrinoHttp
    leases: LeaseStore
    record: Record
    policy: Policy


def look(cluster: Cluster, work: Iterable[Work], *, now: datetime) -> Decision:
    """Decide, and change nothing."""
    return decide(
        tuple(work),
        cluster.leases.all(),
        cluster.trino.state(),
        cluster.driver.capacity(),
        now=now,
        policy=cluster.policy,
        memory=cluster.record.memory(),
    )


def adjust(cluster: Cluster, work: Iterable[Work], *, now: datetime) -> Decision:
    """Decide, remember, and have the driver follow."""
    decision = look(cluster, work, now=now)
    cluster.record.write(decision, now=now)
    cluster.driver.scale(workers=decision.workers, coordinator=decision.coordinator)
    return decision


@dataclass(frozen=True, kw_only=True)
class Reaped:
    """Owners whose leases expired, and queries that were theirs."""

    owners: tuple[str, ...]
    queries: tuple[str, ...]

    def explain(self) -> str:
        """One line for the tick."""
        if not self.owners and not self.queries:
            return "every lease lives"
        return f"expired: {', '.join(self.owners) or 'no lease'}; queries ended: {', '.join(self.queries) or 'none'}"


def reap(cluster: Cluster, *, now: datetime) -> Reaped:
    """End the queries of owners whose leases expired, then forget leases that expired long ago."""
    expired = {lease.owner for lease in cluster.leases.all() if not lease.is_living(now)}
    ended = []
    if expired and cluster.trino.state() is not None:
        for query in cluster.trino.queries():
            if query.owner in expired:
                cluster.trino.end_query(query.query_id)
                ended.append(query.query_id)
    cluster.leases.reap(now=now, kept=REMEMBERED)
    return Reaped(owners=tuple(sorted(expired)), queries=tuple(ended))


def work_of(
    owner: str, tags: Mapping[str, str], since: datetime, *, is_running: bool, default: Expected
) -> Work | None:
    """What a run with these tags will ask of the cluster; None for one that does not say that it computes on Trino.

    Such a run may still come by a lease of its own when it starts.
    """
    if tags.get(ENGINE_TAG) != Engine.TRINO:
        return None
    return Work(
        owner=owner,
        node_seconds=float(tags.get(NODE_SECONDS_TAG, default.node_seconds)),
        slots=int(tags.get(SLOTS_TAG, default.slots)),
        since=since,
        is_running=is_running,
    )
