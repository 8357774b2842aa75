"""A real PostgreSQL for tests: one server a session on a free port, and an empty database for each test that asks."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from oso_dagster.stack import postgres as local_postgres

# what a test writes need not survive the machine
UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[local_postgres.Server]:
    """A running server, ended with the session."""
    # pytest's own temporary folders are closed to the account that PostgreSQL runs as under root
    folder = Path(tempfile.mkdtemp(prefix="oso_postgres_"))
    folder.chmod(0o711)
    try:
        yield local_postgres.start(folder / "data", options=UNSAFE_AND_FAST)
    finally:
        local_postgres.stop(folder / "data")
        shutil.rmtree(folder)


@pytest.fixture
def database(postgres: local_postgres.Server) -> Iterator[str]:
    """SQLAlchemy URL of an empty database of the test's own."""
    name = f"test_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)
