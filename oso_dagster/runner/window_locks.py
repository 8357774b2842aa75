"""Locks on windows of models in PostgreSQL, for runs at the same time: exclusive to write, shared to read.

A run asks for all it needs at once, and takes its turn by ticket, so that no two can wait for each other. A ticket
holds as long as its connection: PostgreSQL frees what a killed process held at once, and what a dead machine held in a
minute. With DuckDB, which has one writer, the file lock of locks.py is enough, and is taken before these.
"""

import hashlib
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from oso_dagster.runner.ledger import ALWAYS
from oso_dagster.runner.locks import SAY_EVERY_SECONDS, LockTimeoutError
from oso_lake import database
from oso_lake.calendar import Window

if TYPE_CHECKING:
    from sqlalchemy import Connection

POLL_SECONDS = 0.2
# a model of this name stands for every model: who plans or sweeps
EVERY_MODEL = "*"
# first of the two numbers of the advisory lock by which a ticket lives; the second is the ticket
_NAMESPACE = 0x6F736F
_QUEUE = 0x6F736F_02
_TABLES = f"""
create sequence if not exists {database.LEDGER_SCHEMA}.tickets as integer cycle;
create table if not exists {database.LEDGER_SCHEMA}.window_locks (
  ticket integer not null, model text not null, first_day date not null, end_day date not null,
  is_exclusive boolean not null, holder text not null, since timestamptz not null default now());
create index if not exists window_locks_by_model on {database.LEDGER_SCHEMA}.window_locks (model, ticket)
"""
_ALIVE = """
select objid::bigint from pg_locks
where locktype = 'advisory' and granted and classid::bigint = :namespace and objsubid = 2
  and database = (select oid from pg_database where datname = current_database())
"""
_BEFORE = f"""
select other.holder, other.since, mine.model, mine.first_day, mine.end_day
from {database.LEDGER_SCHEMA}.window_locks mine join {database.LEDGER_SCHEMA}.window_locks other
  on (other.model = mine.model or other.model = '{EVERY_MODEL}' or mine.model = '{EVERY_MODEL}')
  and (other.is_exclusive or mine.is_exclusive)
  and other.first_day < mine.end_day and mine.first_day < other.end_day
where mine.ticket = :ticket and other.ticket < mine.ticket and other.ticket in ({_ALIVE})
order by other.ticket limit 1
"""  # noqa: S608 - constants of this module


class LockLostError(RuntimeError):
    """The connection that holds a run's locks is gone: others may compute the same windows now."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A window of a model (None: all of it) that a run writes, or only reads."""

    model: str
    window: Window | None = None
    is_exclusive: bool = True


@dataclass(frozen=True, kw_only=True)
class Held:
    """Locks that are held, and how long it took to get them."""

    connection: "Connection"
    ticket: int
    waited_seconds: float

    @property
    def name(self) -> str:
        """The database's and the ticket's: unlike every other's, also where installations share a cluster."""
        return f"{self._database}-{self.ticket}"

    def is_of_database(self, name: str) -> bool:
        """Whether `name` is that of locks in this database."""
        return name.startswith(f"{self._database}-")

    def living(self) -> set[str]:
        """The names of all that hold locks in this database, or wait for them, as of now."""
        from sqlalchemy import text

        tickets = self.connection.execute(text(_ALIVE), {"namespace": _NAMESPACE}).scalars()
        return {f"{self._database}-{ticket}" for ticket in tickets}

    @property
    def _database(self) -> str:
        url = self.connection.engine.url
        return hashlib.sha256(f"{url.host}:{url.port}/{url.database}".encode()).hexdigest()[:12]

    def check(self) -> None:
        """Raise LockLostError unless they are held still: before something is published or recorded."""
        from sqlalchemy import text
        from sqlalchemy.exc import SQLAlchemyError

        query = text(f"select :ticket in ({_ALIVE} and pid = pg_backend_pid())")
        try:
            is_held = self.connection.execute(query, {"ticket": self.ticket, "namespace": _NAMESPACE}).scalar()
        except SQLAlchemyError as error:
            raise LockLostError(f"the database ended the connection that held this run's locks: {error}") from error
        if not is_held:
            raise LockLostError("this run's locks are gone; run it again")


@contextmanager
def window_locks(
    url: str,
    claims: Sequence[Claim],
    *,
    timeout_seconds: float,
    holder: str,
    on_wait: Callable[[str], None] = lambda message: None,
) -> Generator[Held]:
    """Hold all of `claims` while the block runs, after everybody who asked before and whom they concern.

    `on_wait` is told who holds them, and since when. Raises LockTimeoutError after `timeout_seconds`.
    """
    from sqlalchemy.pool import NullPool

    engine = database.engine_of(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    began = time.monotonic()
    if url not in _made:
        _make_tables(url)
    with engine.connect() as connection:
        ticket = _take_ticket(connection, claims, holder)
        try:
            _wait(connection, ticket, began + timeout_seconds, on_wait)
            yield Held(connection=connection, ticket=ticket, waited_seconds=time.monotonic() - began)
        finally:
            _give_back(connection, ticket)


# URLs whose tables are known to be there
_made: set[str] = set()


def _make_tables(url: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.pool import NullPool

    with database.engine_of(url, poolclass=NullPool).begin() as connection:
        database.make_schema(connection, database.LEDGER_SCHEMA)
        for statement in _TABLES.split(";\n"):
            connection.execute(text(statement))
    _made.add(url)


def _take_ticket(connection: "Connection", claims: Sequence[Claim], holder: str) -> int:
    """Stand in the queue with all claims at once; returns the place."""
    from sqlalchemy import text

    # a machine that lost its network is given up after a minute, not after two hours
    connection.execute(
        text("set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3")
    )
    connection.execute(text("begin"))
    # tickets come into sight in the order of their numbers
    connection.execute(text("select pg_advisory_xact_lock(:queue)"), {"queue": _QUEUE})
    dead = f"delete from {database.LEDGER_SCHEMA}.window_locks where ticket not in ({_ALIVE})"  # noqa: S608
    connection.execute(text(dead), {"namespace": _NAMESPACE})
    ticket = connection.execute(text(f"select nextval('{database.LEDGER_SCHEMA}.tickets')")).scalar_one()
    connection.execute(
        text("select pg_advisory_lock(:namespace, :ticket)"), {"namespace": _NAMESPACE, "ticket": ticket}
    )
    rows = [
        {
            "ticket": ticket,
            "model": claim.model,
            "first": (claim.window or ALWAYS).start,
            "end": (claim.window or ALWAYS).end,
            "is_exclusive": claim.is_exclusive,
            "holder": holder,
        }
        for claim in claims
    ]
    insert = f"""
    insert into {database.LEDGER_SCHEMA}.window_locks (ticket, model, first_day, end_day, is_exclusive, holder)
    values (:ticket, :model, :first, :end, :is_exclusive, :holder)"""  # noqa: S608
    connection.execute(text(insert), rows)
    connection.execute(text("commit"))
    return ticket


def _wait(connection: "Connection", ticket: int, deadline: float, on_wait: Callable[[str], None]) -> None:
    from sqlalchemy import text

    say_at = time.monotonic()
    while True:
        row = connection.execute(text(_BEFORE), {"ticket": ticket, "namespace": _NAMESPACE}).one_or_none()
        if row is None:
            return
        other, since, model, first, end = row
        seconds = (datetime.now(UTC) - since).total_seconds()
        what = "everything" if model == EVERY_MODEL else model
        window = "" if Window(first, end) == ALWAYS else f" {Window(first, end)}"
        now = time.monotonic()
        if now >= deadline:
            raise LockTimeoutError(
                f"{what}{window} is still locked by {other}, for {seconds:.0f} s now; wait for it to end, or raise "
                "OSO_LOCK_TIMEOUT_SECONDS"
            )
        if now >= say_at:
            on_wait(f"waiting for {what}{window}, locked by {other} for {seconds:.0f} s")
            say_at = now + SAY_EVERY_SECONDS
        pause(POLL_SECONDS)


def pause(seconds: float) -> None:
    """Wait for the next look at the queue."""
    time.sleep(seconds)


def _give_back(connection: "Connection", ticket: int) -> None:
    """Leave the queue; where the connection is gone, PostgreSQL has done it."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        statement = f"delete from {database.LEDGER_SCHEMA}.window_locks where ticket = :ticket"  # noqa: S608
        connection.execute(text(statement), {"ticket": ticket})
        connection.execute(
            text("select pg_advisory_unlock(:namespace, :ticket)"), {"namespace": _NAMESPACE, "ticket": ticket}
        )
    except SQLAlchemyError:
        connection.invalidate()
