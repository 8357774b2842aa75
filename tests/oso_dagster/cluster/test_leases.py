"""Leases in a database: taken, renewed, given back, and ended by themselves when their owner dies."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from oso_dagster.cluster.database import cluster_url
from oso_dagster.cluster.keeping import Need, holding, utc_now
from oso_dagster.cluster.leases import Claim, LeaseStore
from oso_lake.settings import Settings

NOW = datetime(2026, 11, 2, 3, 30, tzinfo=UTC)
TTL = timedelta(minutes=2)
CLAIM = Claim(workers=3, node_seconds=1_800.0, slots=8)


@pytest.fixture(params=["file", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A file, or the ledger's schema of an empty database."""
    settings = Settings(home=tmp_path / "new")
    if request.param == "postgresql":
        settings = Settings(home=tmp_path, database_url=request.getfixturevalue("database"))
    return cluster_url(settings)


@pytest.fixture
def leases(url: str) -> LeaseStore:
    return LeaseStore(url)


def _acquire(leases: LeaseStore, owner: str, now: datetime = NOW, ttl: timedelta = TTL) -> None:
    leases.acquire(owner, CLAIM, ttl=ttl, now=now)


def _until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


def test_a_lease_lives_until_its_expiry_and_longer_when_it_is_renewed(leases: LeaseStore) -> None:
    _acquire(leases, "run-a")
    (lease,) = leases.all()
    assert (lease.workers, lease.node_seconds, lease.slots) == (3, 1_800.0, 8)
    assert lease.acquired_at == NOW
    assert lease.is_living(NOW + TTL - timedelta(seconds=1))
    assert not lease.is_living(NOW + TTL)
    assert leases.renew("run-a", replace(CLAIM, node_seconds=600.0), ttl=TTL, now=NOW + TTL)
    (renewed,) = leases.all()
    assert (renewed.expires_at, renewed.node_seconds) == (NOW + 2 * TTL, 600.0)


def test_a_lease_is_taken_over_given_back_and_reaped_once(leases: LeaseStore) -> None:
    _acquire(leases, "run-a")
    _acquire(leases, "run-a", now=NOW + TTL)
    _acquire(leases, "run-b")
    assert [lease.owner for lease in leases.all()] == ["run-a", "run-b"]
    assert leases.reap(now=NOW + TTL, kept=timedelta(seconds=1)) == []
    assert leases.reap(now=NOW + TTL) == ["run-b"]
    assert leases.release("run-a")
    assert not leases.release("run-a")
    assert not leases.renew("run-a", CLAIM, ttl=TTL, now=NOW)
    assert leases.all() == ()


def test_moments_without_a_time_zone_and_lives_of_no_length_are_refused(leases: LeaseStore) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        _acquire(leases, "run-a", now=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="longer than nothing"):
        _acquire(leases, "run-a", ttl=timedelta(0))


def test_a_held_lease_is_renewed_with_what_is_left_and_given_back_at_the_end(leases: LeaseStore) -> None:
    ttl = timedelta(seconds=0.3)
    with holding(leases, "run-a", Need(workers=2, node_seconds=100.0, slots=4), ttl=ttl) as need:
        (first,) = leases.all()
        need.done(expected=40.0, spent=80.0)
        _until(lambda: leases.all()[0].node_seconds == 120.0)
        _until(lambda: leases.all()[0].expires_at > first.expires_at + 2 * ttl)
        assert leases.all()[0].acquired_at == first.acquired_at
    assert leases.all() == ()


def test_what_is_left_is_estimated_from_what_is_done() -> None:
    need = Need(workers=2, node_seconds=1_000.0, slots=4)
    assert need.claim() == Claim(workers=2, node_seconds=1_000.0, slots=4)
    need.done(expected=500.0, spent=250.0)
    assert need.claim().node_seconds == 250.0
    need.done(expected=400.0, spent=90_000.0)
    assert need.claim().node_seconds == 500.0, "five times the estimate at most"
    need.done(expected=500.0, spent=1.0)
    assert need.claim().node_seconds == 0.0


def test_a_lease_that_lapsed_while_its_process_slept_is_taken_again(
    leases: LeaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING),
        holding(leases, "run-a", Need(workers=2, node_seconds=1.0, slots=4), ttl=timedelta(seconds=0.3)),
    ):
        leases.release("run-a")
        _until(lambda: len(leases.all()) == 1)
    assert "run-a had lapsed" in caplog.text


def test_a_database_that_is_away_for_a_while_does_not_fail_the_run(
    url: str, leases: LeaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    engine = sa.create_engine(url)
    with (
        caplog.at_level(logging.WARNING),
        holding(leases, "run-a", Need(workers=2, node_seconds=1.0, slots=4), ttl=timedelta(seconds=0.3)),
    ):
        with engine.begin() as connection:
            connection.execute(sa.text("alter table capacity_leases rename to away"))
        _until(lambda: "was not renewed" in caplog.text)
        with engine.begin() as connection:
            connection.execute(sa.text("alter table away rename to capacity_leases"))
        before = leases.all()[0].expires_at
        _until(lambda: leases.all()[0].expires_at > before)
    engine.dispose()


def _hold_in_a_process(url: str, owner: str, begun: "threading.Barrier") -> None:
    begun.wait(timeout=30)
    _acquire(LeaseStore(url), owner, now=utc_now())


def test_processes_that_begin_at_once_all_get_their_leases(url: str) -> None:
    """Each makes the table, if it is the first."""
    context = multiprocessing.get_context("spawn")
    begun = context.Barrier(3)
    processes = [context.Process(target=_hold_in_a_process, args=(url, f"run-{n}", begun)) for n in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert [lease.owner for lease in LeaseStore(url).all()] == ["run-0", "run-1", "run-2"]
