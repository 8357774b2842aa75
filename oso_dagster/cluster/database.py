"""The database that runs, sensors and KEDA share: how it is opened, and how its tables come to be.

With PostgreSQL they are in the ledger's schema (`Settings.ledger_url`), else in a file of their own below the home.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from oso_lake.database import CONNECT_SECONDS, LEDGER_SCHEMA, make_schema
from oso_lake.settings import Settings

BUSY_SECONDS = 30


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine without a pool: looks and renewals come minutes apart, a connection need not wait for them."""
    parsed = sa.make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    arguments = {"timeout": BUSY_SECONDS} if is_file else {"connect_timeout": CONNECT_SECONDS}
    return sa.create_engine(parsed, poolclass=sa.NullPool, connect_args=arguments)


def cluster_url(settings: Settings) -> str:
    """Where leases and decisions are kept; may hold the database's password."""
    return settings.ledger_url if settings.database_url else f"sqlite:///{settings.home / 'leases.db'}"


class Tables:
    """Makes the tables of `metadata` at first use; another process may do so at the same moment."""

    def __init__(self, url: str | sa.URL, metadata: sa.MetaData) -> None:
        self._engine = open_engine(url)
        self._metadata = metadata
        self._is_made = False

    @property
    def engine(self) -> sa.Engine:
        """The engine, over tables that exist."""
        if not self._is_made:
            self._make()
            self._is_made = True
        return self._engine

    def _make(self) -> None:
        if self._engine.dialect.name == "postgresql":
            with self._engine.begin() as connection:
                # its lock keeps others out until the tables are there too
                make_schema(connection, LEDGER_SCHEMA)
                self._metadata.create_all(connection)
            return
        if self._engine.url.database:
            Path(self._engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._metadata.create_all(self._engine)
        except OperationalError:
            found = sa.inspect(self._engine)
            if not all(found.has_table(name) for name in self._metadata.tables):
                raise
