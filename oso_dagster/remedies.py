"""What to do about errors whose own words do not say it: a disk that is full, a database or catalog that went away."""

import errno
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from oso_lake.settings import Settings

# with so little left, whatever failed to write failed for lack of it
LEAST_FREE_BYTES = 1024 * 1024
NO_SPACE = os.strerror(errno.ENOSPC)
# packages whose errors may be those of a file that could not be written
WRITERS = frozenset({"duckdb", "psycopg2", "sqlalchemy", "sqlite3", "trino"})
# PyIceberg's names for a REST catalog that does not let in
SHUT_OUT = frozenset({"ForbiddenError", "OAuthError", "UnauthorizedError", "AuthorizationExpiredError"})
SAFE = "what was published before stays, and windows that are not told as done are not done: the next run computes them"


class InstallationError(RuntimeError):
    """What the installation stands on failed, not a model; the message says what to do."""


@contextmanager
def remedied(settings: Settings) -> Generator[None]:
    """Raise InstallationError in the place of an error of the block that says too little, see `remedy`."""
    try:
        yield
    except Exception as error:
        if told := remedy(error, settings):
            raise InstallationError(told) from error
        raise


def remedy(error: BaseException, settings: Settings) -> str:
    """What is wrong and what to do about it, where `error` says too little; empty where it is no such error."""
    causes = list(_causes(error))
    if any(isinstance(one, InstallationError) for one in causes):
        return ""
    if (folder := _full_disk(causes, settings)) is not None:
        return f"the disk of {folder} is full: make room there and run it again; {SAFE}"
    if (address := _database(settings)) and any(_is_connection_lost(one) for one in causes):
        return (
            f"PostgreSQL at {address} ended the connection or does not answer: see `oso doctor` and its log, and run "
            f"it again when it is back; {SAFE}"
        )
    return _of_catalog(causes, settings) if settings.catalog_url else ""


def _of_catalog(causes: list[BaseException], settings: Settings) -> str:
    """What to do where the REST catalog is the trouble; empty where it is not."""
    url = settings.catalog_url
    if any(type(one).__module__ == "pyiceberg.exceptions" and type(one).__name__ in SHUT_OUT for one in causes):
        return (
            f"the REST catalog {url} does not let the pipeline in: see `oso doctor`, and run it again with other "
            f"credentials or rights; {SAFE}"
        )
    # requests' errors say which address did not answer: Trino's client makes its requests with it too
    if any(str(getattr(getattr(one, "request", None), "url", "")).startswith(url) for one in causes):
        return (
            f"the REST catalog {url} ended the connection or does not answer: see `oso doctor` and its log, and run it "
            f"again when it is back; {SAFE}"
        )
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _full_disk(causes: list[BaseException], settings: Settings) -> Path | None:
    """The folder of the installation, or of temporary files, on a disk that has no room left.

    SQLite speaks of an I/O error only: so the disk is looked at. What was written in vain may be gone by then; DuckDB's
    and the system's own errors say that it was for lack of room.
    """
    import tempfile

    if not any(isinstance(one, OSError) or type(one).__module__.split(".")[0].strip("_") in WRITERS for one in causes):
        return None
    for folder in (settings.home, Path(tempfile.gettempdir())):
        if folder.exists() and shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
            return folder
    return settings.home if any(NO_SPACE in str(one) for one in causes) else None


def _database(settings: Settings) -> str:
    from sqlalchemy import make_url

    if settings.database_url is None:
        return ""
    url = make_url(settings.database_url.get_secret_value())
    return f"{url.host}:{url.port or 5432}"


def _is_connection_lost(error: BaseException) -> bool:
    from psycopg2 import InterfaceError
    from psycopg2 import OperationalError as DriverError
    from sqlalchemy.exc import DBAPIError, OperationalError

    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, OperationalError)
    return isinstance(error, DriverError | InterfaceError)
