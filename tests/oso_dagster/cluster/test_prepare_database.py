"""A pod's first step: the database answers, and has its schemas."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from oso_dagster.cluster.prepare import limit_pools, main, prepare
from oso_dagster.cluster.processes import free_port
from oso_dagster.postgres_storage import KeptPostgresStorage
from oso_lake.settings import Settings


def test_schemas_are_there_afterwards_however_often_it_runs(database: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database)
    prepare(settings)
    prepare(settings)
    engine = sa.create_engine(database)
    assert {"oso", "dagster"} <= set(sa.inspect(engine).get_schema_names())
    engine.dispose()


def test_pools_of_large_models_are_limited_until_an_operator_says_otherwise(database: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=database)
    prepare(settings)
    limit_pools(settings)
    events = KeptPostgresStorage(database).event_log_storage
    assert {one.name: one.limit for one in events.get_pool_limits()} == {"compute_large": 2}
    events.set_concurrency_slots("compute_large", 5)
    limit_pools(settings)
    assert {one.name: one.limit for one in events.get_pool_limits()} == {"compute_large": 5}
    events.dispose()


def test_a_database_that_is_away_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"postgresql://oso:hush@127.0.0.1:{free_port()}/oso"
    monkeypatch.setenv("OSO_DATABASE_URL", url)
    monkeypatch.setenv("OSO_HOME", str(tmp_path))
    with pytest.raises(TimeoutError, match="did not answer in 0 s") as refused:
        prepare(Settings(), patience_seconds=0)
    assert "hush" not in str(refused.value)
    monkeypatch.delenv("OSO_DATABASE_URL")
    assert main() == 1
    assert "set OSO_DATABASE_URL" in capsys.readouterr().err
