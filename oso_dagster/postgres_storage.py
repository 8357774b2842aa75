"""Dagster's PostgreSQL storage, which keeps its connections: Dagster's own makes one for each event.

Registered in dagster.yaml by instance.py; without a database see storage.py.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dagster import StringSource
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine

from oso_dagster.storage import BATCH_EVENTS, BATCH_VARIABLE
from oso_lake import database

if TYPE_CHECKING:
    from dagster._config.config_schema import UserConfigSchema

# of one process and one of the three storages; idle ones beyond the first are closed
KEPT_CONNECTIONS = 1
MOST_CONNECTIONS = 10


class KeptPostgresStorage(DagsterPostgresStorage, ConfigurableClass):
    """The tables of Dagster in the schema `dagster` of the database at `url`, which is never printed."""

    def __init__(self, url: str, inst_data: ConfigurableClassData | None = None) -> None:
        os.environ.setdefault(BATCH_VARIABLE, str(BATCH_EVENTS))
        place = database.in_schema(database.normalized(url), database.DAGSTER_SCHEMA)
        super().__init__(place, inst_data=inst_data)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage._engine.dispose()
            storage._engine = create_pg_engine(
                place,
                isolation_level="AUTOCOMMIT",
                pool_size=KEPT_CONNECTIONS,
                max_overflow=MOST_CONNECTIONS - KEPT_CONNECTIONS,
                pool_pre_ping=True,
            )

    @classmethod
    def config_type(cls) -> "UserConfigSchema":
        """`url`: the database's URL, read from the environment."""
        return {"url": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "KeptPostgresStorage":
        """Make the storage from its block in dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)
