"""One small demo for all end-to-end tests of a run: the newcomer's command, at a smaller size."""

import fcntl
import os
from pathlib import Path

import pytest
from demo_command import DAYS, PROJECTS, oso

from oso_lake.settings import Settings


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of a finished `oso demo`; made once, whichever test process comes first."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
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
