"""Where everything lives: one typed settings object, read from OSO_* variables and `$OSO_HOME/oso.toml`.

An environment variable wins over the profile file, which wins over the defaults here. Secrets (tokens, RPC keys)
come from the environment only and are `SecretStr`, so that they print as asterisks.
"""

import os
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ByteSize, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from oso_lake import database
from oso_lake.home import PROFILE_NAME, Home, default_home


class EvmChain(BaseModel):
    """One chain to land: `name` is its directory name (`optimism`), `rpc_url` an http(s) or recorded `file://` URL."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    chain_id: int = Field(gt=0)
    rpc_url: SecretStr
    start: date
    confirmations: int = Field(
        default=64, ge=0, description="Blocks behind the head that count as final on nodes without `finalized`."
    )

    @property
    def event_source(self) -> str:
        """The name under which its events are published, for example `OPTIMISM`."""
        return self.name.upper()


def default_cache() -> Path:
    """`$OSO_CACHE`, else `oso` in the user's cache folder."""
    given = os.environ.get("OSO_CACHE") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "oso"
    return Path(given).expanduser().resolve()


class Settings(Home):
    """All paths and endpoints of one installation; building it touches no file but the profile."""

    model_config = SettingsConfigDict(
        env_prefix="OSO_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        # an input may be a secret with a mistake in it
        hide_input_in_errors=True,
    )

    engine: Literal["duckdb", "trino"] = Field(
        default="duckdb", description="Who computes: DuckDB in this process, or a Trino cluster."
    )
    start: date = Field(default=date(2015, 1, 1), description="First day that metrics are computed for.")

    github_archive_url: str = Field(
        default="https://data.gharchive.org",
        description="URL or directory that holds YYYY-MM-DD-H.json.gz files.",
    )
    oss_directory_url: str = Field(
        default="https://github.com/opensource-observer/oss-directory.git",
        description="Git URL, git repository or plain directory of YAML files.",
    )
    git_base_url: str = Field(
        default="https://github.com",
        description="URL or directory below which repositories lie as owner/name[.git].",
    )
    funding_url: str = Field(
        default="https://raw.githubusercontent.com/opensource-observer/oss-funding/main/data/funding_data.csv",
        description="URL or path of a CSV file of grants, or a directory of such files; empty for none.",
    )
    evm_chains: tuple[EvmChain, ...] = Field(default=(), description="Chains to land, JSON in OSO_EVM_CHAINS.")

    database_url: SecretStr | None = Field(
        default=None,
        description="A PostgreSQL database for the catalog, SQLMesh's state, Dagster's storage, the ledger and locks; "
        "without it they are files below the home. From the environment only.",
    )
    memory_limit: str = Field(default="2GB", description="DuckDB's memory limit, for one connection.")
    threads: int = Field(default=2, ge=1, description="DuckDB's threads, for one connection.")
    lock_timeout_seconds: float = Field(default=600.0, gt=0, description="How long to wait for the compute lock.")

    node_hour_price: float | None = Field(
        default=None, ge=0, description="What an hour of one node costs, in any currency: it makes costs money."
    )
    run_budget_node_seconds: float | None = Field(
        default=None, gt=0, description="The most that one run may use of its engine's nodes: it stops before more."
    )
    run_budget_scanned_bytes: ByteSize | None = Field(
        default=None, gt=0, description="The most that one run may read from storage on Trino, for example `2TB`."
    )
    run_budget_price: float | None = Field(
        default=None, gt=0, description="The most that one run may cost, by the price of a node-hour."
    )

    trino_host: str = Field(default="127.0.0.1", description="Trino's coordinator.")
    trino_port: int = Field(default=8080, ge=1, le=65535, description="Its port.")
    trino_user: str = Field(default="oso", description="As whom Trino runs the pipeline's queries.")
    trino_password: SecretStr | None = Field(default=None, description="Its password, which needs https.")
    trino_scheme: Literal["http", "https"] = Field(default="http", description="How the coordinator is spoken to.")

    engine_wait_seconds: float = Field(
        default=120.0, ge=0, description="How long a run waits in all for a Trino that went away in it."
    )

    warehouse_url: str = Field(
        default="", description="Where the Iceberg tables' files lie, `s3://bucket/prefix`; empty is below `home`."
    )
    catalog_url: str = Field(
        default="",
        description="URL of an Iceberg REST catalog, below which its `v1` lies; empty where the database or a "
        "file of the home is the catalog.",
    )
    catalog_warehouse: str = Field(
        default="", description="What the REST catalog calls the warehouse of raw and published tables."
    )
    catalog_compute_warehouse: str = Field(
        default="", description="What it calls that of the models' own tables, which Trino alone needs: another one."
    )
    catalog_credential: SecretStr | None = Field(
        default=None, description="`CLIENT_ID:SECRET` for the REST catalog's OAuth2. From the environment only."
    )
    catalog_token: SecretStr | None = Field(
        default=None, description="A bearer token instead, which nothing renews. From the environment only."
    )
    catalog_oauth2_url: str = Field(
        default="", description="URL that gives tokens for the credential; empty for the catalog's own."
    )
    catalog_oauth2_scope: str = Field(default="", description="Scope of those tokens; empty for `catalog`.")

    s3_endpoint: str = Field(default="", description="URL of an S3-compatible store; empty for Amazon's.")
    s3_region: str = Field(default="us-east-1", description="Region of the store.")
    s3_access_key: SecretStr | None = Field(default=None, description="Access key of the store.")
    s3_secret_key: SecretStr | None = Field(default=None, description="Secret key of the store.")

    cache: Path = Field(default_factory=default_cache, description="Downloads of `oso stack`, shared by installations.")
    maven_url: str = Field(
        default="https://repo1.maven.org/maven2", description="Maven repository that `oso stack` fetches Trino from."
    )

    @field_validator("cache")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator(
        "node_hour_price", "run_budget_node_seconds", "run_budget_scanned_bytes", "run_budget_price", mode="before"
    )
    @classmethod
    def _set(cls, value: object) -> object:
        """A variable that is empty says that there is none."""
        return None if value == "" else value

    @field_validator("catalog_url", "catalog_oauth2_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        if not value:
            return value
        place = urlsplit(value)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise ValueError("expected https://HOST[:PORT][/PATH]")
        if place.username is not None or place.password is not None:
            raise ValueError("a URL with a user in it would be shown: OSO_CATALOG_CREDENTIAL is for secrets")
        return value.rstrip("/")

    @field_validator("catalog_credential")
    @classmethod
    def _client_and_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        client, separator, secret = value.get_secret_value().partition(":")
        if not (client and separator and secret):
            raise ValueError("expected CLIENT_ID:SECRET")
        return value

    @field_validator("trino_password", "s3_access_key", "s3_secret_key", "catalog_token")
    @classmethod
    def _given(cls, value: SecretStr | None) -> SecretStr | None:
        """A variable that is empty says that there is none."""
        return value if value is not None and value.get_secret_value() else None

    @model_validator(mode="after")
    def _trino_has_a_catalog(self) -> "Settings":
        if self.engine == "trino" and self.database_url is None:
            raise ValueError(
                "OSO_ENGINE=trino needs OSO_DATABASE_URL: state, locks and, without a REST catalog, the catalog that "
                "Trino reads are in PostgreSQL; `oso stack up` starts one and says how to use it"
            )
        return self

    @model_validator(mode="after")
    def _rest_catalog_is_whole(self) -> "Settings":
        if not self.catalog_url:
            return self
        if self.catalog_credential and self.catalog_token:
            raise ValueError("OSO_CATALOG_CREDENTIAL and OSO_CATALOG_TOKEN are two ways to sign in: set one of them")
        lake, models = self.catalog_warehouse, self.catalog_compute_warehouse
        if self.engine == "trino" and (not lake or not models or lake == models):
            raise ValueError(
                "with OSO_ENGINE=trino a REST catalog needs two warehouses, OSO_CATALOG_WAREHOUSE for what readers see "
                "and OSO_CATALOG_COMPUTE_WAREHOUSE for the models' own tables"
            )
        return self

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        return SecretStr(database.normalized(value.get_secret_value()))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the profile file."""
        given = init_settings()
        home = Path(str(given["home"])) if "home" in given else default_home()
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / PROFILE_NAME)

    @property
    def warehouse_uri(self) -> str:
        """Where the Iceberg tables' files lie, as a URI."""
        return self.warehouse_url.rstrip("/") or f"file://{self.warehouse}"

    @property
    def is_in_bucket(self) -> bool:
        """Whether the Iceberg tables' files lie in an S3-compatible store."""
        return self.warehouse_url.startswith("s3://")

    @property
    def has_warehouse(self) -> bool:
        """Whether something may have landed already; touches no server."""
        if self.catalog_url:
            return True
        if self.warehouse_url:
            return self.database_url is not None or (self.home / "catalog.db").exists()
        return self.warehouse.is_dir()

    @property
    def compute_uri(self) -> str:
        """Where Trino keeps the SQLMesh models' tables, apart from what readers see, as a URI."""
        return f"{self.warehouse_url.rstrip('/')}-compute" if self.warehouse_url else f"file://{self.home / 'compute'}"

    @property
    def file_options(self) -> dict[str, str]:
        """PyIceberg's properties for files of the warehouse; holds the store's keys."""
        if not self.is_in_bucket:
            return {}
        options = {"s3.endpoint": self.s3_endpoint, "s3.region": self.s3_region}
        for name, secret in (("s3.access-key-id", self.s3_access_key), ("s3.secret-access-key", self.s3_secret_key)):
            options[name] = secret.get_secret_value() if secret else ""
        return {name: value for name, value in options.items() if value}

    @property
    def catalog_uri(self) -> str:
        """SQLAlchemy URL of the Iceberg catalog that is no REST catalog; with a database it holds the password."""
        return self._database() or f"sqlite:///{self.home / 'catalog.db'}"

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of what was computed from what, what failed and what it cost; may hold the password."""
        url = self._database()
        return database.in_schema(url, database.LEDGER_SCHEMA) if url else f"sqlite:///{self.ledger_db}"

    @property
    def dagster_url(self) -> str | None:
        """SQLAlchemy URL of Dagster's storage, with the password; None while it is files."""
        url = self._database()
        return database.in_schema(url, database.DAGSTER_SCHEMA) if url else None

    def _database(self) -> str | None:
        return self.database_url.get_secret_value() if self.database_url else None

    @cached_property
    def chain_names(self) -> tuple[str, ...]:
        """Names of the chains, in the order given."""
        return tuple(chain.name for chain in self.evm_chains)
