"""Holds a kernel lock on a file: it ends with the process, however that ends."""

import fcntl
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.1


class LockTimeoutError(TimeoutError):
    """Another process held the lock all the time."""


@contextmanager
def exclusive(path: Path, timeout_seconds: float) -> Generator[None]:
    """Hold the lock on `path`; raises LockTimeoutError when another process does not let go in time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout_seconds
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LockTimeoutError(
                        f"another process has held {path} for {timeout_seconds:.0f} s; wait for its landing to end"
                    ) from None
                time.sleep(POLL_SECONDS)
        yield
