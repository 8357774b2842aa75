"""The compute lock between processes."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from oso_dagster.runner.locks import LockTimeoutError, compute_lock

HOLD = """
import sys, time
from pathlib import Path
from oso_dagster.runner.locks import compute_lock
with compute_lock(Path(sys.argv[1]), timeout_seconds=5, holder="the other run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def held(tmp_path: Path):
    """A lock that another process holds, and that process."""
    path = tmp_path / "compute.lock"
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    yield path, process
    process.kill()
    process.wait()


def test_who_waits_too_long_is_told_who_holds_it(held: tuple[Path, subprocess.Popen]) -> None:
    path, process = held
    said: list[str] = []
    with (
        pytest.raises(LockTimeoutError, match=f"the other run \\(process {process.pid}\\)"),
        compute_lock(path, timeout_seconds=0.3, holder="me", on_wait=said.append),
    ):
        pass
    assert said == [f"waiting for the compute lock, held by the other run (process {process.pid})"]


def test_a_killed_holder_blocks_nobody(held: tuple[Path, subprocess.Popen]) -> None:
    path, process = held
    process.kill()
    process.wait()
    began = time.monotonic()
    with compute_lock(path, timeout_seconds=5, holder="me") as waited:
        assert waited < 1
    assert time.monotonic() - began < 2
