"""Leases: who needs the cluster until when, in a SQL database that the runs and the sensor share.

A lease ends by itself: a run that is killed costs at most the time to live that it had left. Renewing is in keeping.py.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from oso_dagster.cluster.database import Tables
from oso_dagster.cluster.demand import Lease

_metadata = sa.MetaData()
# moments are seconds since 1970: the same text and the same order on SQLite and PostgreSQL
_leases = sa.Table(
    "capacity_leases",
    _metadata,
    sa.Column("owner", sa.String(200), primary_key=True),
    sa.Column("workers", sa.Integer, nullable=False),
    sa.Column("node_seconds", sa.Float, nullable=False),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("acquired_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)


def seconds_of(moment: datetime) -> float:
    """Seconds since 1970 of a moment that has a time zone; raises ValueError for one that has none."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.timestamp()


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What an owner says it needs: `workers` at least, `node_seconds` ahead, on at most `slots` workers at once."""

    workers: int
    node_seconds: float
    slots: int


class LeaseStore:
    """The leases of one installation. Every call is a transaction; the table is made at first use."""

    def __init__(self, url: str | sa.URL) -> None:
        self._tables = Tables(url, _metadata)

    def acquire(self, owner: str, claim: Claim, *, ttl: timedelta, now: datetime) -> Lease:
        """Take, or take over, the lease of `owner` until `now + ttl`."""
        if ttl <= timedelta(0):
            raise ValueError(f"the time to live {ttl} of {owner}'s lease must be longer than nothing")
        lease = Lease(owner=owner, **asdict(claim), acquired_at=now, expires_at=now + ttl)
        moments = {"acquired_at": seconds_of(now), "expires_at": seconds_of(lease.expires_at)}
        with self._tables.engine.begin() as connection:
            connection.execute(_leases.delete().where(_leases.c.owner == owner))
            connection.execute(_leases.insert().values(owner=owner, **asdict(claim), **moments))
        return lease

    def renew(self, owner: str, claim: Claim, *, ttl: timedelta, now: datetime) -> bool:
        """Let it live until `now + ttl`, with what its owner needs by now; False where it is gone."""
        values = {**asdict(claim), "expires_at": seconds_of(now + ttl)}
        with self._tables.engine.begin() as connection:
            done = connection.execute(_leases.update().where(_leases.c.owner == owner).values(**values))
            return done.rowcount == 1

    def release(self, owner: str) -> bool:
        """Give it back; False where it was gone."""
        with self._tables.engine.begin() as connection:
            return connection.execute(_leases.delete().where(_leases.c.owner == owner)).rowcount == 1

    def all(self) -> tuple[Lease, ...]:
        """Every lease, also those that expired and were not reaped, in the order of their owners."""
        with self._tables.engine.connect() as connection:
            rows = connection.execute(_leases.select().order_by(_leases.c.owner)).all()
        return tuple(
            Lease(
                owner=row.owner,
                workers=row.workers,
                node_seconds=row.node_seconds,
                slots=row.slots,
                acquired_at=_moment(row.acquired_at),
                expires_at=_moment(row.expires_at),
            )
            for row in rows
        )

    def reap(self, *, now: datetime, kept: timedelta = timedelta(0)) -> Sequence[str]:
        """Take out what expired at least `kept` ago; returns the owners."""
        expired = _leases.c.expires_at <= seconds_of(now - kept)
        with self._tables.engine.begin() as connection:
            owners = connection.scalars(sa.select(_leases.c.owner).where(expired).order_by(_leases.c.owner)).all()
            connection.execute(_leases.delete().where(_leases.c.owner.in_(owners), expired))
        return owners


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
