"""A copy of the checkout, for tests that write metrics as an author does, and the command line run in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 300
TWO_METRICS = """
from sqlmesh_project.active import active_settings
from sqlmesh_project.metrics_factory import timeseries_metrics
from sqlmesh_project.oso_metrics.activity import ACTIVITY

timeseries_metrics(
    start=active_settings().start,
    models_dir="models",
    timeseries_sources={"int_events_daily__github": "bucket_day"},
    relations=["int_bots"],
    metric_queries={name: ACTIVITY[name] for name in ("stars", "forks")},
)
"""
PACKAGES = ("oso_lake", "dlt_sources", "sqlmesh_project", "oso_dagster")


@dataclass(frozen=True)
class Checkout:
    """A folder with the project's packages, and the home that commands run in it use."""

    path: Path
    home: Path

    @property
    def metrics(self) -> Path:
        """The folder of families and SQL files."""
        return self.path / "sqlmesh_project" / "oso_metrics"

    def keep_two_metrics(self) -> None:
        """Register stars and forks alone: the whole registry takes a while to load."""
        (self.path / "sqlmesh_project" / "models" / "metrics_factories.py").write_text(TWO_METRICS)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder, as a user does; the copied packages come before those installed."""
        environment = {**os.environ, "PYTHONPATH": str(self.path), "OSO_HOME": str(self.home), "COLUMNS": "160"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.run(
            command,
            cwd=self.path,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )

    def oso(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the installed `oso` in the folder."""
        return self.run(str(Path(sys.executable).parent / "oso"), *arguments, **variables)


def make_checkout(folder: Path, home: Path) -> Checkout:
    """Copy the packages and the tools' configuration into `folder`."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".cache", "logs"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return Checkout(folder, home)
