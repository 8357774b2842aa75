"""One small demo for all end-to-end tests of a run: the newcomer's command, at a smaller size."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_command import DAYS, PROJECTS, oso

from oso_lake.settings import Settings


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all test processes of this run see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One test at a time works on the shared demo, so that the newest run is the test's own."""
    with (shared_folder(tmp_path_factory) / "demo.turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of a finished `oso demo`; made once, whichever test process comes first."""
    shared = shared_folder(tmp_path_factory)
    home = shared / "demo-home"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "demo.done").exists():
            done = oso(home, "demo", "--days", str(DAYS), "--projects", str(PROJECTS))
            assert done.returncode == 0, f"oso demo failed\n{done.stdout[-4000:]}\n{done.stderr[-8000:]}"
            (home / "demo.out").write_text(done.stdout)
            (home / "demo.done").touch()
    return home


@pytest.fixture(scope="session")
def demo_settings(demo_home: Path) -> Settings:
    """Settings of the finished demo, read from the profile it wrote."""
    return Settings(home=demo_home)
