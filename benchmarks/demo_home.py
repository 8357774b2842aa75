"""A finished small demo, made once a process, for the benchmarks of what runs every day.

OSO_BENCHMARK_HOME names the home of one that is there already, which is used and stays.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks.measure import run
from oso_lake.settings import Settings

DAYS = 30
PROJECTS = 16


@dataclass(frozen=True)
class DemoHome:
    """Home of a finished `oso demo`, removed when the process ends."""

    folder: tempfile.TemporaryDirectory[str] = field(default_factory=tempfile.TemporaryDirectory)

    @property
    def path(self) -> Path:
        """The folder for OSO_HOME."""
        return Path(os.environ.get("OSO_BENCHMARK_HOME") or Path(self.folder.name) / "home")

    @property
    def settings(self) -> Settings:
        """The settings that the demo's profile gives."""
        return Settings(home=self.path)

    @property
    def environment(self) -> dict[str, str]:
        """Variables for processes that work in it."""
        return {**os.environ, "OSO_HOME": str(self.path)}

    def oso(self, *arguments: str) -> str:
        """Output of an `oso` command, which has to succeed, as a person starts it."""
        return run([*oso_command(), *arguments], env=self.environment)


def oso_command() -> Sequence[str]:
    """The installed command beside this interpreter."""
    return (str(Path(sys.executable).with_name("oso")),)


@cache
def demo_home() -> DemoHome:
    """The demo, computed and published; the first call takes as long as `oso demo` does."""
    home = DemoHome()
    if os.environ.get("OSO_BENCHMARK_HOME"):
        return home
    home.oso("demo", "--days", str(DAYS), "--projects", str(PROJECTS))
    return home
