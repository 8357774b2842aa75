"""Where an installation keeps its files: the paths below its home. Endpoints and choices are in settings.py."""

import os
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

PROFILE_NAME = "oso.toml"


def default_home() -> Path:
    """`$OSO_HOME`, else `.oso` in the working directory, as an absolute path."""
    return Path(os.environ.get("OSO_HOME", ".oso")).expanduser().resolve()


class Home(BaseSettings):
    """The folders and files below one home; none of them need exist."""

    home: Path = Field(default_factory=default_home, description="Everything this installation writes is below it.")

    @field_validator("home")
    @classmethod
    def _absolute_home(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @property
    def profile(self) -> Path:
        """The profile file; it need not exist."""
        return self.home / PROFILE_NAME

    @property
    def warehouse(self) -> Path:
        """Folder of the Iceberg tables' files."""
        return self.home / "warehouse"

    @property
    def compute_db(self) -> Path:
        """DuckDB file of the SQLMesh models; only the pipeline opens it."""
        return self.home / "compute.duckdb"

    @property
    def ledger_db(self) -> Path:
        """SQLite file of what was computed from what, what failed and what it cost, without a database."""
        return self.home / "ledger.db"

    @property
    def environments_dir(self) -> Path:
        """What failed and what computing cost in environments beside production, one SQLite file each."""
        return self.home / "environments"

    @property
    def state_db(self) -> Path:
        """DuckDB file of SQLMesh's state, without a database."""
        return self.home / "state.duckdb"

    @property
    def compute_lock(self) -> Path:
        """File whose kernel lock the one compute writer holds."""
        return self.home / "compute.lock"

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME of this installation."""
        return self.home / "dagster"

    @property
    def dlt_dir(self) -> Path:
        """dlt's working directory: pipelines, load packages, state."""
        return self.home / "dlt"

    @property
    def git_dir(self) -> Path:
        """Bare blobless clones that are kept and fetched."""
        return self.home / "git"

    @property
    def cache_dir(self) -> Path:
        """What may be deleted at any time: the manifest, rendered charts."""
        return self.home / "cache"

    @property
    def world_dir(self) -> Path:
        """The sample world."""
        return self.home / "world"
