"""The tables behind the ledger, and transactions on them: in one SQLite file, or in a schema of PostgreSQL.

Days are text in ISO format, which sorts as days do. What the rows mean is in ledger.py, failures.py and costs.py.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.pool import NullPool

from oso_lake import database

BUSY_SECONDS = 60
# any constant that nobody else locks: writers of the ledger come one after the other
WRITERS_LOCK = 0x6F736F_01
_WRITES = "oso_writes"

metadata = MetaData()


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


computed_windows = Table(
    "computed_windows",
    metadata,
    *(_text("model", key=True), _text("first_day", key=True), _text("end_day"), _text("version")),
    *(_text("sources"), _text("run_id"), _number("computed"), _number("changed")),
)
Index("computed_in_order", computed_windows.c.computed)
# of versions that are computed and not planned: see kept.py
kept_windows = Table(
    "kept_windows",
    metadata,
    *(_text("model", key=True), _text("first_day", key=True), _text("end_day"), _text("version", key=True)),
    *(_text("sources"), _text("run_id"), _number("computed"), _number("changed")),
)
changed_days = Table(
    "changed_days", metadata, _text("model"), _number("number"), _text("first_day"), _text("end_day"), _text("via")
)
Index("changed_in_order", changed_days.c.model, changed_days.c.number)
partial_windows = Table(
    "partial_windows", metadata, _text("model", key=True), _text("first_day", key=True), _text("end_day", key=True)
)
planned = Table("planned", metadata, _text("model", key=True), _text("version"))
plans = Table("plans", metadata, _text("fingerprint"))
plan_history = Table(
    "plan_history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *(_text("environment"), _text("planned_at"), _text("planned_by")),
    Column("restores", Integer),
    *(_text("fingerprint"), _text("added"), _text("changed"), _text("removed"), _text("snapshots")),
)
environment_versions = Table(
    "environment_versions", metadata, _text("environment", key=True), _text("model", key=True), _text("version")
)
environments = Table("environments", metadata, _text("environment", key=True), _text("fingerprint"))
failures = Table(
    "failures",
    metadata,
    *(_text("model", key=True), _text("first_day", key=True), _text("end_day", key=True), _text("version")),
    *(_text("error_class"), _text("message"), _text("run_id"), _number("attempts")),
    *(_text("first_failed_at"), _text("last_failed_at")),
)
costs = Table(
    "costs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    *(_text("model"), _number("windows"), _number("rows"), Column("seconds", Float, nullable=False)),
    # since 2026-11: earlier rows hold nothing in them
    Column("engine", Text),
    *(Column("node_seconds", Float), Column("scanned_bytes", BigInteger), Column("splits", BigInteger)),
    sqlite_autoincrement=True,
)
Index("costs_by_model", costs.c.model, costs.c.number)
# `planned` is the last plan's, whole: it holds no model that is gone
OF_MODELS = (computed_windows, kept_windows, changed_days, partial_windows, failures, costs)


class LedgerStore:
    """The tables at one URL; `url` may hold a password and is not printed."""

    def __init__(self, url: str) -> None:
        self._url = url
        parsed = make_url(url)
        self._file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None

    @property
    def exists(self) -> bool:
        """Whether anything was ever recorded; asking makes nothing."""
        if self._file is not None:
            return self._file.exists()
        if self._url in _made:
            return True
        with _engine(self._url).connect() as connection:
            return inspect(connection).has_table(computed_windows.name, schema=database.LEDGER_SCHEMA)

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that sees one state and waits for nobody; makes the tables that are missing."""
        self._ensure_tables()
        with _engine(self._url).begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that waits for the one that is under way; makes the tables that are missing."""
        self._ensure_tables()
        with _engine(self._url).execution_options(**{_WRITES: True}).begin() as connection:
            if self._file is None:
                connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": WRITERS_LOCK})
            yield connection

    def _ensure_tables(self) -> None:
        if self._file is None:
            if self._url not in _made:
                with _engine(self._url).begin() as connection:
                    database.make_schema(connection, database.LEDGER_SCHEMA)
                    _make_tables(connection)
                _made.add(self._url)
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # a file that was taken away and put back is another one
        place = f"{self._file}:{self._file.stat().st_ino}" if self._file.exists() else ""
        if place not in _made:
            with _engine(self._url).execution_options(**{_WRITES: True}).begin() as connection:
                _make_tables(connection)
            _made.add(f"{self._file}:{self._file.stat().st_ino}")


def _make_tables(connection: Connection) -> None:
    """The tables that are missing, and the columns that those of an earlier release lack: nulls in each row."""
    metadata.create_all(connection)
    found = inspect(connection).get_multi_columns(filter_names=list(metadata.tables))
    for (_, name), columns in found.items():
        known = {column["name"] for column in columns}
        for column in metadata.tables[name].columns:
            if column.name not in known:
                kind = column.type.compile(connection.dialect)
                connection.execute(text(f'alter table "{name}" add column "{column.name}" {kind}'))


# where the tables are known to be
_made: set[str] = set()


_engines: dict[str, Engine] = {}


def _engine(url: str) -> Engine:
    """One engine a URL, made at first use."""
    if url not in _engines:
        _engines[url] = _new_engine(url)
    return _engines[url]


def _new_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        # one statement after the other would be one way to the server and back each
        return database.engine_of(url, pool_pre_ping=True, pool_size=2, executemany_mode="values_plus_batch")
    # each transaction opens the file anew, so that nobody holds one that was replaced
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def close_engines() -> None:
    """Close every connection that is kept: a database to which one is open can be neither copied nor dropped."""
    for engine in _engines.values():
        engine.dispose()
    _engines.clear()


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # the driver begins transactions where it likes; SQLAlchemy says where
    connection.isolation_level = None
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=normal")


def _begin(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("begin immediate" if is_writing else "begin")
