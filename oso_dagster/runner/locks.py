"""The compute lock: a kernel lock on one file, held from before the DuckDB files open until they are closed.

DuckDB lets one process at a time open a file for writing; a second gets an IOException at once, also to read. The
kernel drops the lock when its holder dies, so a killed run blocks nobody. On Trino there is no such file: runs go side
by side, and who plans is alone by the claims of claims.py.
"""

import fcntl
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from oso_lake.settings import Settings

POLL_SECONDS = 0.1
SAY_EVERY_SECONDS = 10.0
# file, below the home, of another lock of the same kind: one maintenance or backup at a time; taken before this one
MAINTENANCE_LOCK = "maintenance.lock"


class LockTimeoutError(TimeoutError):
    """Another process held the compute lock for longer than was allowed; the message names it."""


@contextmanager
def compute_lock(
    path: Path, *, timeout_seconds: float, holder: str, on_wait: Callable[[str], None] = lambda message: None
) -> Generator[float]:
    """Hold the lock while the block runs; yields how many seconds it waited.

    `holder` says in words who holds it, for those who wait; `on_wait` is told of the waiting. Raises LockTimeoutError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with path.open("a+") as file:
        _acquire(file, path, began + timeout_seconds, on_wait)
        waited = time.monotonic() - began
        file.seek(0)
        file.truncate()
        file.write(f"{holder} (process {os.getpid()})")
        file.flush()
        try:
            yield waited
        finally:
            file.seek(0)
            file.truncate()
            file.flush()
            fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def store_lock(
    settings: Settings, *, holder: str, on_wait: Callable[[str], None] = lambda message: None
) -> Generator[float]:
    """Hold what the compute store needs while it is open: the compute lock on DuckDB, nothing on Trino.

    Yields the seconds waited. Raises LockTimeoutError.
    """
    if settings.engine != "duckdb":
        yield 0.0
        return
    wait = settings.lock_timeout_seconds
    with compute_lock(settings.compute_lock, timeout_seconds=wait, holder=holder, on_wait=on_wait) as waited:
        yield waited


def _acquire(file, path: Path, deadline: float, on_wait: Callable[[str], None]) -> None:
    say_at = time.monotonic()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return
        now = time.monotonic()
        holder = path.read_text() or "another process"
        if now >= deadline:
            raise LockTimeoutError(
                f"the compute lock {path} is still held by {holder}; wait for it to end, or raise "
                "OSO_LOCK_TIMEOUT_SECONDS"
            )
        if now >= say_at:
            on_wait(f"waiting for the compute lock, held by {holder}")
            say_at = now + SAY_EVERY_SECONDS
        time.sleep(POLL_SECONDS)
