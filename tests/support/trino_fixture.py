"""A real Trino for tests, with PostgreSQL: one stack a session, ended with it."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trino

from oso_dagster.stack import local
from oso_lake.settings import Settings


@dataclass(frozen=True)
class TrinoStack:
    """A running stack: the settings that use it."""

    settings: Settings

    def connect(self, catalog: str = "metrics") -> trino.dbapi.Connection:
        """A connection of a reader beside the pipeline."""
        return trino.dbapi.connect(
            host=self.settings.trino_host, port=self.settings.trino_port, user="reader", catalog=catalog, timezone="UTC"
        )

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        cursor = self.connect().cursor()
        return [tuple(row) for row in cursor.execute(sql).fetchall()]


def start_stack(home: Path, choice: local.Choice) -> TrinoStack:
    """Bring a stack up below `home`; its settings."""
    settings = Settings(home=home)
    variables = local.up(settings, choice, lambda step, done=0, total=0: None)
    fields = {name.removeprefix("OSO_").lower(): value for name, value in variables.items()}
    return TrinoStack(Settings.model_validate(settings.model_dump() | fields))


@pytest.fixture(scope="session")
def trino_stack() -> Iterator[TrinoStack]:
    """PostgreSQL and Trino over local files."""
    # PostgreSQL must be able to enter the folder whoever it runs as
    folder = Path(tempfile.mkdtemp(prefix="oso_trino_"))
    folder.chmod(0o711)
    home = folder / "home"
    try:
        yield start_stack(home, local.Choice(is_small=True))
    finally:
        local.down(Settings(home=home))
        shutil.rmtree(folder)
