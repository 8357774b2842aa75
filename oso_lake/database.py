"""One PostgreSQL database for all that an installation keeps beside its data: which schema holds what, and its URLs.

The catalog lies in `public`, where Trino and every other reader of an Iceberg JDBC catalog look without being told; the
others have a schema each, so that one database, one backup and one secret are enough.
"""

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Generator

    from pyiceberg.catalog import Catalog
    from sqlalchemy import URL, Engine

DRIVER = "postgresql+psycopg2"
LEDGER_SCHEMA = "oso"
DAGSTER_SCHEMA = "dagster"
# SQLMesh's own name for it
STATE_SCHEMA = "sqlmesh"
CONNECT_SECONDS = 10
SHORT_WAIT_SECONDS = 120


class DatabaseURLError(ValueError):
    """The URL is not one of a PostgreSQL database; the message never holds it."""


def normalized(text: str) -> str:
    """`text` as SQLAlchemy wants it; raises DatabaseURLError for what names no PostgreSQL database."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    form = "expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
    try:
        url = make_url(text)
    except ArgumentError:
        # its message holds the URL
        raise DatabaseURLError(form) from None
    if url.get_backend_name() not in ("postgresql", "postgres") or not url.database or not url.host:
        raise DatabaseURLError(form)
    return url.set(drivername=DRIVER).render_as_string(hide_password=False)


def in_schema(url: str, schema: str) -> str:
    """`url` with `schema` as the place of tables that are named without one."""
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}options={quote(f'-csearch_path={schema}', safe='')}"


def ensure_schemas(url: str) -> None:
    """Make the schemas that are not there yet; two at once do not disturb each other."""
    engine = engine_of(url)
    try:
        with engine.begin() as connection:
            for schema in (LEDGER_SCHEMA, DAGSTER_SCHEMA):
                make_schema(connection, schema)
    finally:
        engine.dispose()


def make_schema(connection, schema: str) -> None:
    """Make `schema`, a constant of this module, in the transaction of `connection`."""
    from sqlalchemy import text

    # "if not exists" alone fails for the second of two transactions that make it at once
    connection.execute(text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": f"schema {schema}"})
    connection.execute(text(f"create schema if not exists {schema}"))


def engine_of(url: str, **options: object) -> "Engine":
    """An engine of `url` that gives up on a server that does not answer."""
    from sqlalchemy import create_engine

    return create_engine(url, connect_args={"connect_timeout": CONNECT_SECONDS}, **options)


@contextmanager
def one_at_a_time(catalog: "Catalog", name: str) -> "Generator[None]":
    """Only one at a time, of all processes on the catalog's database, is in this block for `name`; short work only.

    Without PostgreSQL there is one writer anyway. Whoever is inside asks for no other lock.
    """
    from sqlalchemy import text

    engine = getattr(catalog, "engine", None)
    if engine is None or engine.dialect.name != "postgresql":
        yield
        return
    with engine.begin() as connection:
        connection.execute(text(f"set local lock_timeout = '{SHORT_WAIT_SECONDS}s'"))
        connection.execute(text("select pg_advisory_xact_lock(hashtext(:name))"), {"name": name})
        yield


def parts(url: str) -> "URL":
    """Host, port, user, password and database of `url`."""
    from sqlalchemy import make_url

    return make_url(url)
