"""Which SQLMesh project belongs to which settings, and how the one is told about the other.

SQLMesh's `config.py` and Python models read `Settings()` from the environment: whoever opens a context does it inside
`applied(settings)`, so that a test's or a second installation's settings reach them whole.
"""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

import sqlmesh_project
from oso_lake.settings import Settings

DEFAULT_PROJECT = Path(sqlmesh_project.__file__).resolve().parent
ENVIRONMENT = "prod"
MODEL_SCHEMA = "oso"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A SQLMesh project (a folder with config.py), the installation it computes into, and the environment of it."""

    settings: Settings
    path: Path = DEFAULT_PROJECT
    environment: str = ENVIRONMENT

    @property
    def is_production(self) -> bool:
        """Whether it is what readers see; other environments have tables of their own for what differs."""
        return self.environment == ENVIRONMENT


def environment_of(settings: Settings) -> dict[str, str]:
    """The OSO_* variables from which `Settings()` builds what equals `settings`; holds its secrets."""
    chains = [
        {
            "name": chain.name,
            "chain_id": chain.chain_id,
            "rpc_url": chain.rpc_url.get_secret_value(),
            "start": chain.start.isoformat(),
        }
        for chain in settings.evm_chains
    ]
    values = {name: getattr(settings, name) for name in Settings.model_fields if name != "evm_chains"}
    return {f"OSO_{name.upper()}": _text(value) for name, value in values.items()} | {
        "OSO_EVM_CHAINS": json.dumps(chains)
    }


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    # a variable that is empty wins over one that the shell has set
    return "" if value is None else str(value)


@contextmanager
def applied(settings: Settings) -> Generator[None]:
    """The process environment describes `settings` while the block runs."""
    wanted = environment_of(settings)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
