"""The database that runs, sensors and KEDA share: how it is opened, and how its tables come to be."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

BUSY_SECONDS = 30


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine without a pool: looks and renewals come minutes apart, a connection need not wait for them."""
    parsed = sa.make_url(url)
    arguments = {"timeout": BUSY_SECONDS} if parsed.get_backend_name() == "sqlite" else {}
    return sa.create_engine(parsed, poolclass=sa.NullPool, connect_args=arguments)


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
        if self._engine.dialect.name == "sqlite" and self._engine.url.database:
            Path(self._engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._metadata.create_all(self._engine)
        except (OperationalError, ProgrammingError, IntegrityError):
            found = sa.inspect(self._engine)
            if not all(found.has_table(name) for name in self._metadata.tables):
                raise
