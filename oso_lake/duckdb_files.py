"""What DuckDB needs to read the warehouse's files: the Iceberg reader and, for a bucket, HTTP and the store's keys.

All from installed packages, loaded by path: nothing is downloaded, and nothing is written to the user's home. Keys are
a secret of one connection, limited to the bucket's folder, and DuckDB shows them to nobody.
"""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from oso_lake.errors import LakeError
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ICEBERG_EXTENSIONS = ("avro", "iceberg")
BUCKET_EXTENSION = "httpfs"
# keys from where the machine has them: a profile, the environment, a role of the pod or the machine
IDENTITY_EXTENSION = "aws"
_SECRET = "oso_warehouse"  # noqa: S105 - the name of DuckDB's object


class StoreAccessError(LakeError):
    """There are no keys for the warehouse's bucket."""


def extensions_for(settings: Settings) -> tuple[str, ...]:
    """Names of the extensions that reading the warehouse of `settings` takes."""
    if not settings.is_in_bucket:
        return ICEBERG_EXTENSIONS
    own = () if settings.s3_access_key else (IDENTITY_EXTENSION,)
    return (BUCKET_EXTENSION, *own, *ICEBERG_EXTENSIONS)


def open_files(connection: "DuckDBPyConnection", settings: Settings) -> None:
    """Let `connection` read the warehouse of `settings`; again is the same.

    Raises StoreAccessError, FileNotFoundError for an extension that is not installed.
    """
    for name in extensions_for(settings):
        connection.execute(f"LOAD {literal(str(extension_file(name)))}")
    if settings.is_in_bucket:
        _give_keys(connection, settings)


def readable_folder(settings: Settings) -> str:
    """The folder that holds every file of the warehouse, as DuckDB calls it."""
    return settings.warehouse_uri.removeprefix("file://")


def extension_file(name: str) -> Path:
    """The file of a DuckDB extension inside its package; loading it by path needs no installation and no network."""
    import duckdb

    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"DuckDB extension {name} for DuckDB {duckdb.__version__} is not installed: run `uv sync`, "
        f"which installs duckdb-extension-{name}=={duckdb.__version__}"
    )


def literal(text: str) -> str:
    """`text` as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _give_keys(connection: "DuckDBPyConnection", settings: Settings) -> None:
    import duckdb

    options = {"REGION": settings.s3_region, "SCOPE": settings.warehouse_uri}
    if settings.s3_endpoint:
        place = urlsplit(settings.s3_endpoint)
        # a store of one's own has no name for each bucket
        options |= {"ENDPOINT": place.netloc, "URL_STYLE": "path", "USE_SSL": str(place.scheme == "https").lower()}
    if settings.s3_access_key is not None:
        key = settings.s3_secret_key.get_secret_value() if settings.s3_secret_key else ""
        options |= {"KEY_ID": settings.s3_access_key.get_secret_value(), "SECRET": key}
    provider = "config" if settings.s3_access_key else "credential_chain"
    # parameters are in no error message
    given = ", ".join(f"{name} ${name}" for name in options)
    statement = f"CREATE OR REPLACE SECRET {_SECRET} (TYPE s3, PROVIDER {provider}, {given})"
    try:
        connection.execute(statement, options)
    except duckdb.Error as error:
        raise StoreAccessError(
            f"no keys for {settings.warehouse_uri}: set OSO_S3_ACCESS_KEY and OSO_S3_SECRET_KEY, or your "
            f"cloud's own ({str(error).splitlines()[0]})"
        ) from error
