"""The Dagster instance of an installation: writes its dagster.yaml, and opens it."""

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from oso_lake.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

_CONFIG = "dagster.yaml"


def instance_config(settings: Settings) -> dict[str, object]:
    """What dagster.yaml says: fast SQLite storage, nothing sent anywhere, no welcome page."""
    return {
        "storage": {
            "custom": {
                "module": "oso_dagster.storage",
                "class": "BatchingSqliteStorage",
                "config": {"base_dir": str(settings.dagster_home / "storage")},
            }
        },
        "local_artifact_storage": {
            "module": "dagster._core.storage.root",
            "class": "LocalArtifactStorage",
            "config": {"base_dir": str(settings.dagster_home)},
        },
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        # a backfill of several grains waits for the compute lock, one run at a time
        "run_queue": {"max_concurrent_runs": 2},
    }


def ensure_instance(settings: Settings) -> Path:
    """Write dagster.yaml unless there is one (an operator's own stays); returns DAGSTER_HOME."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    path = home / _CONFIG
    if not path.exists():
        path.write_text(yaml.safe_dump(instance_config(settings), sort_keys=False))
    return home


def open_instance(settings: Settings) -> "DagsterInstance":
    """The instance whose runs and events `make dev` shows; close it with `with` or `dispose()`."""
    from dagster import DagsterInstance

    return DagsterInstance.from_config(str(ensure_instance(settings)))
