"""Holding a lease while a run lives: taken before the first query, renewed in the background, given back at the end.

The thread ends with its process, however that ends; nothing else has to notice.
"""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from oso_dagster.cluster.leases import Claim, LeaseStore

_log = logging.getLogger(__name__)
# a lease is renewed so many times within its time to live: two renewals may fail before it lapses
RENEWALS = 3
# an estimate is corrected by what was done so far, at most by this factor: a first odd partition says little
MOST_OFF = 5.0


def utc_now() -> datetime:
    """The clock of this machine; hosts that share leases need theirs within seconds of each other."""
    return datetime.now(UTC)


class Need:
    """What a run needs of the cluster: `workers` at least, `node_seconds` by estimate, on at most `slots` at once.

    It says what it has `done`: the rest is estimated anew, and workers go before the run ends.
    """

    def __init__(self, *, workers: int, node_seconds: float, slots: int) -> None:
        self.workers = workers
        self._total = node_seconds
        self._slots = slots
        self._expected = 0.0
        self._spent = 0.0
        self._lock = threading.Lock()

    def more(self, *, node_seconds: float, slots: int) -> None:
        """There is more to do than was said."""
        with self._lock:
            self._total += node_seconds
            self._slots = max(self._slots, slots)

    def done(self, *, expected: float, spent: float) -> None:
        """Work is done of which `expected` node-seconds were estimated, and `spent` were used."""
        with self._lock:
            self._expected += expected
            self._spent += spent

    def dropped(self, *, expected: float) -> None:
        """Work for which `expected` node-seconds were estimated will not be done: it says nothing of the rest."""
        with self._lock:
            self._total -= expected

    def ahead(self, *, node_seconds: float) -> None:
        """What is left was looked at again: so much it is by estimate, whatever was said before."""
        with self._lock:
            self._total = self._expected + node_seconds

    def claim(self) -> Claim:
        """What is still needed. If what is done took twice the estimate, so will the rest, within reason."""
        with self._lock:
            left = max(0.0, self._total - self._expected)
            was_off = self._spent / self._expected if self._expected > 0 else 1.0
            slots = self._slots
        return Claim(workers=self.workers, node_seconds=left * min(max(was_off, 1 / MOST_OFF), MOST_OFF), slots=slots)


@contextmanager
def holding(
    store: LeaseStore,
    owner: str,
    need: Need,
    *,
    ttl: timedelta,
    clock: Callable[[], datetime] = utc_now,
) -> Generator[Need]:
    """Hold `owner`'s lease while the block runs. A database that is away for a while costs capacity, not the run."""
    acquire = _Acquire(store, owner, need, ttl, clock)
    acquire()
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(acquire, ended), name=f"lease of {owner}", daemon=True)
    keeper.start()
    try:
        yield need
    finally:
        ended.set()
        keeper.join(timeout=ttl.total_seconds())
        store.release(owner)


@dataclass(frozen=True)
class _Acquire:
    store: LeaseStore
    owner: str
    need: Need
    ttl: timedelta
    clock: Callable[[], datetime]

    def __call__(self) -> None:
        self.store.acquire(self.owner, self.need.claim(), ttl=self.ttl, now=self.clock())

    def renew(self) -> None:
        """A lease that lapsed meanwhile (a suspended process) is taken again: the run lives."""
        if not self.store.renew(self.owner, self.need.claim(), ttl=self.ttl, now=self.clock()):
            _log.warning("the lease of %s had lapsed; it is taken again", self.owner)
            self()


def _keep(acquire: _Acquire, ended: threading.Event) -> None:
    while not ended.wait(acquire.ttl.total_seconds() / RENEWALS):
        try:
            acquire.renew()
        except SQLAlchemyError as error:
            # the next renewal tries again; until the lease expires nothing is lost
            _log.warning("the lease of %s was not renewed: %s", acquire.owner, error.__class__.__name__)
