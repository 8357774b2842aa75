"""Locks on windows of models between processes, on a real PostgreSQL."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import create_engine, text

from oso_dagster.runner.locks import LockTimeoutError
from oso_dagster.runner.window_locks import EVERY_MODEL, Claim, LockLostError, window_locks
from oso_lake.calendar import Window
from oso_lake.database import ensure_schemas

JANUARY = Window(date(2024, 1, 1), date(2024, 2, 1))
FEBRUARY = Window(date(2024, 2, 1), date(2024, 3, 1))
HOLD = """
import sys, time
from datetime import date
from oso_dagster.runner.window_locks import Claim, window_locks
from oso_lake.calendar import Window
claim = Claim(model="oso.stars", window=Window(date(2024, 1, 1), date(2024, 2, 1)))
with window_locks(sys.argv[1], [claim], timeout_seconds=5, holder="the other run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def url(database: str) -> str:
    """A database with the schemas of an installation."""
    ensure_schemas(database)
    return database


@pytest.fixture
def other(url: str) -> Iterator[subprocess.Popen]:
    """Another process, which holds January of `oso.stars`."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    yield process
    process.kill()
    process.wait()


def _is_free(url: str, *claims: Claim) -> bool:
    try:
        with window_locks(url, claims, timeout_seconds=0, holder="me"):
            return True
    except LockTimeoutError:
        return False


def test_who_waits_too_long_is_told_who_holds_what_and_since_when(url: str, other: subprocess.Popen) -> None:
    said: list[str] = []
    overlapping = Claim(model="oso.stars", window=Window(date(2024, 1, 31), date(2024, 2, 2)))
    with (
        pytest.raises(
            LockTimeoutError, match=r"oso\.stars \[2024-01-31, 2024-02-02\) is still locked by the other run"
        ),
        window_locks(url, [overlapping], timeout_seconds=0.3, holder="me", on_wait=said.append),
    ):
        pass
    assert len(said) == 1
    assert said[0].startswith("waiting for oso.stars [2024-01-31, 2024-02-02), locked by the other run for ")


@pytest.mark.parametrize(
    ("claim", "is_free"),
    [
        (Claim(model="oso.stars", window=FEBRUARY), True),
        (Claim(model="oso.forks", window=JANUARY), True),
        (Claim(model="oso.stars"), False),
        (Claim(model="oso.stars", window=JANUARY, is_exclusive=False), False),
        (Claim(model=EVERY_MODEL), False),
    ],
)
def test_only_what_overlaps_waits(url: str, other: subprocess.Popen, claim: Claim, is_free: bool) -> None:
    assert _is_free(url, claim) is is_free


def test_a_killed_holder_blocks_nobody(url: str, other: subprocess.Popen) -> None:
    other.kill()
    other.wait()
    with window_locks(url, [Claim(model="oso.stars")], timeout_seconds=20, holder="me") as held:
        held.check()


def test_readers_share_and_a_writer_that_waits_goes_before_readers_that_come_later(url: str) -> None:
    read = Claim(model="oso.stars", window=JANUARY, is_exclusive=False)
    write = Claim(model="oso.stars", window=JANUARY)
    order: list[str] = []
    waiting = {name: threading.Event() for name in ("writer", "late reader")}

    def take(name: str, claim: Claim) -> Callable[[], None]:
        def run() -> None:
            with window_locks(url, [claim], timeout_seconds=30, holder=name, on_wait=lambda _: waiting[name].set()):
                order.append(name)

        return run

    with window_locks(url, [read], timeout_seconds=5, holder="reader"):
        assert _is_free(url, read)
        threads = []
        for name, claim in (("writer", write), ("late reader", read)):
            threads.append(threading.Thread(target=take(name, claim)))
            threads[-1].start()
            assert waiting[name].wait(20)
        order.append("reader")
    for thread in threads:
        thread.join(30)
    assert order == ["reader", "writer", "late reader"]


def test_two_that_want_the_same_two_models_in_another_order_do_not_wait_for_each_other(url: str) -> None:
    one, two = Claim(model="oso.one"), Claim(model="oso.two")
    done: list[str] = []

    def work(name: str, claims: list[Claim]) -> None:
        for _ in range(5):
            with window_locks(url, claims, timeout_seconds=30, holder=name):
                done.append(name)

    threads = [
        threading.Thread(target=work, args=("a", [one, two])),
        threading.Thread(target=work, args=("b", [two, one])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == ["a"] * 5 + ["b"] * 5


def test_who_lost_the_connection_is_told_before_anything_is_published(url: str) -> None:
    with window_locks(url, [Claim(model="oso.stars")], timeout_seconds=5, holder="me") as held:
        held.check()
        pid = held.connection.execute(text("select pg_backend_pid()")).scalar()
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
        engine.dispose()
        time.sleep(0.2)
        with pytest.raises(LockLostError, match="ended the connection that held this run's locks"):
            held.check()
    assert _is_free(url, Claim(model="oso.stars"))
