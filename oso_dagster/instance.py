"""The Dagster instance of an installation: writes its dagster.yaml, and opens it."""

from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import SecretStr

from oso_dagster.project import applied
from oso_lake.database import ensure_schemas
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

_CONFIG = "dagster.yaml"
DATABASE_VARIABLE = "OSO_DATABASE_URL"


def instance_config(settings: Settings) -> dict[str, object]:
    """What dagster.yaml says: fast storage, nothing sent anywhere, no welcome page; no secret."""
    return {
        "storage": {"custom": _storage(settings)},
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


def _storage(settings: Settings) -> dict[str, object]:
    if settings.database_url is not None:
        # the URL stays in the environment, from where whoever opens the instance reads it
        module, kind, config = (
            "oso_dagster.postgres_storage",
            "KeptPostgresStorage",
            {"url": {"env": DATABASE_VARIABLE}},
        )
        return {"module": module, "class": kind, "config": config}
    config = {"base_dir": str(settings.dagster_home / "storage")}
    return {"module": "oso_dagster.storage", "class": "BatchingSqliteStorage", "config": config}


def ensure_instance(settings: Settings) -> Path:
    """Write dagster.yaml unless there is one (an operator's own stays); returns DAGSTER_HOME.

    One that this function wrote follows the settings, when a database comes or goes.
    """
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    path = home / _CONFIG
    wanted = yaml.safe_dump(instance_config(settings), sort_keys=False)
    others = settings.model_copy(update={"database_url": None if settings.database_url else SecretStr("any")})
    if not path.exists() or path.read_text() == yaml.safe_dump(instance_config(others), sort_keys=False):
        path.write_text(wanted)
    if settings.database_url is not None:
        ensure_schemas(settings.database_url.get_secret_value())
    return home


def open_instance(settings: Settings) -> "DagsterInstance":
    """The instance whose runs and events `make dev` shows; close it with `with` or `dispose()`."""
    from dagster import DagsterInstance

    home = ensure_instance(settings)
    with applied(settings):
        return DagsterInstance.from_config(str(home))
