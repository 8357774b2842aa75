"""Properties of Trino's three Iceberg catalogs, for a SQL catalog in PostgreSQL and for a REST catalog.

`metrics` holds the models; `raw` and `lake` are two names of the catalog that PyIceberg writes. Secrets are references
to the environment that Trino starts in, whose variables are in `secret_variables`.
"""

from collections.abc import Mapping

from oso_lake.catalog import CATALOG_NAME, COMPUTE_CATALOG
from oso_lake.settings import Settings
from sqlmesh_project.lake_connection import RAW_CATALOG

# names of Trino's catalogs, and of the catalogs in the database that they read
CATALOGS: Mapping[str, str] = {RAW_CATALOG: CATALOG_NAME, CATALOG_NAME: CATALOG_NAME, COMPUTE_CATALOG: COMPUTE_CATALOG}
# a backfill writes all months of its range at once
MOST_PARTITIONS = 1_000


def catalog_properties(settings: Settings, name: str) -> dict[str, str]:
    """Properties of Trino's catalog `name`; `${ENV:...}` is read by Trino when it starts."""
    return {
        "connector.name": "iceberg",
        **(_rest(settings, name) if settings.catalog_url else _jdbc(settings, name)),
        # a file of statistics beside every commit costs more than it tells of tables this size
        "iceberg.extended-statistics.collect-on-write": "false",
        "iceberg.max-partitions-per-writer": str(MOST_PARTITIONS),
        **_file_system(settings),
    }


def _jdbc(settings: Settings, name: str) -> dict[str, str]:
    return {
        "iceberg.catalog.type": "jdbc",
        "iceberg.jdbc-catalog.driver-class": "org.postgresql.Driver",
        "iceberg.jdbc-catalog.connection-url": "${ENV:OSO_TRINO_JDBC_URL}",
        "iceberg.jdbc-catalog.connection-user": "${ENV:OSO_TRINO_JDBC_USER}",
        "iceberg.jdbc-catalog.connection-password": "${ENV:OSO_TRINO_JDBC_PASSWORD}",
        # a database that was restarted: what it says on connections of before, which are then opened anew
        "iceberg.jdbc-catalog.retryable-status-codes": "57P01,57P02,57P03",
        "iceberg.jdbc-catalog.catalog-name": CATALOGS[name],
        "iceberg.jdbc-catalog.default-warehouse-dir": (
            settings.compute_uri if name == COMPUTE_CATALOG else settings.warehouse_uri
        ),
    }


def _rest(settings: Settings, name: str) -> dict[str, str]:
    is_models = name == COMPUTE_CATALOG
    properties = {
        "iceberg.catalog.type": "rest",
        "iceberg.rest-catalog.uri": settings.catalog_url,
        "iceberg.rest-catalog.warehouse": (
            settings.catalog_compute_warehouse if is_models else settings.catalog_warehouse
        ),
    }
    if settings.catalog_credential is None and settings.catalog_token is None:
        return {**properties, "iceberg.rest-catalog.security": "NONE"}
    properties["iceberg.rest-catalog.security"] = "OAUTH2"
    if settings.catalog_token is not None:
        return {**properties, "iceberg.rest-catalog.oauth2.token": "${ENV:OSO_CATALOG_TOKEN}"}
    given = {
        "credential": "${ENV:OSO_CATALOG_CREDENTIAL}",
        "server-uri": settings.catalog_oauth2_url,
        "scope": settings.catalog_oauth2_scope,
    }
    return properties | {f"iceberg.rest-catalog.oauth2.{option}": value for option, value in given.items() if value}


def _file_system(settings: Settings) -> dict[str, str]:
    if not settings.is_in_bucket:
        return {"fs.native-local.enabled": "true", "local.location": "/"}
    endpoint = {"s3.endpoint": settings.s3_endpoint, "s3.path-style-access": "true"} if settings.s3_endpoint else {}
    keys = {"s3.aws-access-key": "${ENV:OSO_S3_ACCESS_KEY}", "s3.aws-secret-key": "${ENV:OSO_S3_SECRET_KEY}"}
    return {
        "fs.native-s3.enabled": "true",
        "s3.region": settings.s3_region,
        **endpoint,
        **(keys if settings.s3_access_key else {}),
    }


def secret_variables(settings: Settings) -> dict[str, str]:
    """The environment in which Trino starts, for the references of `catalog_properties`: secrets, never to be shown."""
    given = {
        "OSO_CATALOG_CREDENTIAL": settings.catalog_credential,
        "OSO_CATALOG_TOKEN": settings.catalog_token,
        "OSO_S3_ACCESS_KEY": settings.s3_access_key,
        "OSO_S3_SECRET_KEY": settings.s3_secret_key,
    }
    secrets = {name: secret.get_secret_value() for name, secret in given.items() if secret is not None}
    return secrets if settings.catalog_url else {**_database(settings), **secrets}


def _database(settings: Settings) -> dict[str, str]:
    from sqlalchemy import make_url

    url = make_url(settings.catalog_uri)
    return {
        "OSO_TRINO_JDBC_URL": f"jdbc:postgresql://{url.host}:{url.port or 5432}/{url.database}",
        "OSO_TRINO_JDBC_USER": url.username or "",
        "OSO_TRINO_JDBC_PASSWORD": url.password or "",
    }
