"""SQLMesh's configuration: engine, state, defaults and lint rules, all from the project's settings.

`config` is what SQLMesh's own command line finds; the runner and tests call `make_config` with their settings.
The connection is in lake_connection.py, the lint rules in linter/.
"""

from pathlib import Path

from sqlmesh.core.config import Config, GatewayConfig, LinterConfig, ModelDefaultsConfig
from sqlmesh.core.config.connection import ConnectionConfig
from sqlmesh.core.config.format import FormatConfig

from oso_lake.database import STATE_SCHEMA
from oso_lake.settings import Settings
from sqlmesh_project.active import use
from sqlmesh_project.lake_connection import LakeConnectionConfig, state_connection

PROJECT_DIR = Path(__file__).parent
LINT_RULES = frozenset({"requiredescription", "requireowner", "forbidforwardonly", "requirecolumndescriptions"})


def make_config(settings: Settings, *, is_small: bool = False) -> Config:
    """SQLMesh's configuration for `settings`, which model files are loaded for from now on; touches no file.

    For small work the engine is a DuckDB in memory, and the state is that of the installation.
    """
    use(settings)
    gateway = "small" if is_small else settings.engine
    return Config(
        gateways={
            gateway: GatewayConfig(
                connection=LakeConnectionConfig.of(settings, is_in_memory=True) if is_small else _connection(settings),
                state_connection=state_connection(settings),
                state_schema=STATE_SCHEMA,
            )
        },
        default_gateway=gateway,
        model_defaults=ModelDefaultsConfig(dialect="duckdb", start=settings.start.isoformat(), cron="@daily"),
        linter=LinterConfig(enabled=True, rules=set(LINT_RULES)),
        format=FormatConfig(append_newline=True, no_rewrite_casts=True),
        cache_dir=str(settings.cache_dir / "sqlmesh"),
        disable_anonymized_analytics=True,
    )


def _connection(settings: Settings) -> ConnectionConfig:
    if settings.engine == "duckdb":
        return LakeConnectionConfig.of(settings)
    # Trino's client takes a quarter of a second to import: only who computes there pays for it
    from sqlmesh_project.trino_connection import LakeTrinoConnectionConfig

    return LakeTrinoConnectionConfig.of(settings)


config = make_config(Settings())
