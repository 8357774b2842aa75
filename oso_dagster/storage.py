"""Dagster's SQLite storage, made fast enough for hundreds of assets a run: see `BatchingEventLog`.

Registered in dagster.yaml by instance.py; on PostgreSQL none of this is needed.
"""

import os
import sqlite3
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as db
from dagster import DagsterEvent, StringSource
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, EVENT_TYPE_TO_PIPELINE_RUN_STATUS
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from dagster._config.config_schema import UserConfigSchema
    from dagster._core.events.log import EventLogEntry
    from sqlalchemy.engine import Connection, Engine


# one transaction holds at most this many events; Dagster's own switch for batches is this variable
BATCH_VARIABLE = "DAGSTER_EVENT_BATCH_SIZE"
BATCH_EVENTS = 2_000
KEPT_ENGINES = 8
# a row has seven parameters, and SQLite takes 32,766
_ROWS_A_STATEMENT = 2_000


class BatchingEventLog(SqliteEventLogStorage):
    """Event log that keeps its connections, and writes the events of a range of partitions in one transaction.

    Dagster's own opens a connection for each event, syncs the disk twice, and loops over what it is given as a batch:
    9 to 14 ms for each partition of a range. `synchronous=NORMAL` under WAL may lose the last events when the machine
    (not the process) dies; the runner's own record of what is done does not depend on them.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        os.environ.setdefault(BATCH_VARIABLE, str(BATCH_EVENTS))
        self._engines: dict[str, Engine] = {}
        self._engines_lock = threading.Lock()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> "Generator[Connection]":
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> "Engine":
        with self._engines_lock:
            engine = self._engines.pop(shard, None)
            if engine is None or not Path(self.path_for_shard(shard)).exists():
                engine = db.create_engine(
                    self.conn_string_for_shard(shard),
                    poolclass=StaticPool,
                    connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
                )
                event.listen(engine, "connect", _relax)
            self._engines[shard] = engine
            while len(self._engines) > KEPT_ENGINES:
                oldest = next(name for name in self._engines if name not in (INDEX_SHARD_NAME, shard))
                self._engines.pop(oldest).dispose()
            return engine

    def store_event_batch(self, events: "Sequence[EventLogEntry]") -> None:
        """Store `events` in one transaction of the run's file and one of the index; order is kept."""
        by_run: dict[str, list[EventLogEntry]] = {}
        for entry in events:
            by_run.setdefault(entry.run_id, []).append(entry)
        for run_id, group in by_run.items():
            rows = [self._event_to_row(entry) for entry in group]
            with self.run_connection(run_id) as connection:
                connection.execute(SqlEventLogStorageTable.insert(), rows)
            self._index(group, rows)

    def _index(self, events: "Sequence[EventLogEntry]", rows: Sequence[dict[str, Any]]) -> None:
        """Mirror the events that are looked up across runs, as `store_event` does, once for all."""
        mirrored = [(entry, row) for entry, row in zip(events, rows, strict=True) if _is_mirrored(entry)]
        if not mirrored:
            return
        checks = []
        with self.index_connection() as connection:
            stored = []
            for entry, row in mirrored:
                result = connection.execute(SqlEventLogStorageTable.insert(), row)
                stored.append((entry, result.lastrowid))
            assets = [(entry, number) for entry, number in stored if entry.dagster_event_type in ASSET_EVENTS]
            if assets:
                self._store_asset_event_tags(connection, [e for e, _ in assets], [n for _, n in assets])
            # the row of an asset holds its last event: those before need not be written
            last = {(_event(e).asset_key, e.dagster_event_type): (e, n) for e, n in assets}
            for entry, number in last.values():
                self._store_asset_event(connection, entry, number)
            checks = [(e, n) for e, n in stored if e.dagster_event_type in ASSET_CHECK_EVENTS]
        for entry, number in checks:
            self.store_asset_check_event(entry, number)

    def dispose(self) -> None:
        """Close every connection."""
        with self._engines_lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()
        super().dispose()


def _relax(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("pragma synchronous=normal")


def _event(entry: "EventLogEntry") -> DagsterEvent:
    return entry.get_dagster_event()


def _is_mirrored(entry: "EventLogEntry") -> bool:
    return entry.is_dagster_event and (
        entry.dagster_event_type in ASSET_EVENTS
        or entry.dagster_event_type in ASSET_CHECK_EVENTS
        or entry.dagster_event_type in EVENT_TYPE_TO_PIPELINE_RUN_STATUS
    )


class BatchingSqliteStorage(DagsterSqliteStorage, ConfigurableClass):
    """Dagster's SQLite storage with `BatchingEventLog` for its event log; the same files, readable by either."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = BatchingEventLog(str(Path(base_dir) / "history" / "runs"))

    @classmethod
    def config_type(cls) -> "UserConfigSchema":
        """`base_dir`: where the files lie."""
        return {"base_dir": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "BatchingSqliteStorage":
        """Make the storage from its block in dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)
