"""The SQLite file behind the ledger and the record of failures: one transaction a call, readers never wait."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 60


@contextmanager
def transaction(path: Path, schema: str) -> Generator[sqlite3.Connection]:
    """A connection whose statements are one transaction; makes the file and the tables of `schema` at first use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=normal")
        connection.executescript(schema)
        with connection:
            yield connection
    finally:
        connection.close()
