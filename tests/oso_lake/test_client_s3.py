"""Reading published series from a bucket of a real S3-compatible server, with DuckDB and nothing else."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from pydantic import SecretStr

from oso_dagster.stack import object_store
from oso_lake import Lake
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.duckdb_files import StoreAccessError, open_files
from oso_lake.errors import QueryFailedError
from oso_lake.ids import metric_id
from oso_lake.published import METRICS, PublishedModel, publish_amounts, publish_whole, timeseries_contract
from oso_lake.sandbox import open_sandbox
from oso_lake.settings import Settings
from sqlmesh_project.lake_connection import attach_raw

KEY = "a key with ' in it"
SERIES = timeseries_contract("project")
DAYS = Window(date(2024, 1, 1), date(2024, 1, 11))
METRIC = "GITHUB_stars_daily"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation without a server but the store, in which ten days of one metric are published."""
    folder = tmp_path_factory.mktemp("store")
    started = object_store.start(folder, bucket="oso", access_key="oso", secret_key=KEY)
    try:
        settings = Settings(
            home=folder / "home",
            warehouse_url="s3://oso/the lake/warehouse",
            s3_endpoint=object_store.endpoint(started),
            s3_access_key=SecretStr("oso"),
            s3_secret_key=SecretStr(KEY),
        )
        _publish(settings)
        yield settings
    finally:
        object_store.stop(folder)


def _publish(settings: Settings) -> None:
    catalog = open_catalog(settings)
    row = {"metric_id": metric_id(METRIC), "unit": "events", "model": "oso.stars_to_project_daily"}
    rows = [
        {**row, "project_id": str(project), "sample_date": DAYS.start + timedelta(days=day), "amount": float(day)}
        for project in range(3)
        for day in range(DAYS.days)
    ]
    stars = PublishedModel(model="oso.stars_to_project_daily", version="1", window=DAYS)
    publish_amounts(catalog, SERIES, SERIES.rows(rows), [stars], "run")
    known = {"metric_id": metric_id(METRIC), "metric_name": METRIC, "metric": "stars", "time_aggregation": "daily"}
    entry = dict.fromkeys(METRICS.schema.names) | known | {"entity_types": ["project"], "models": [stars.model]}
    publish_whole(catalog, METRICS, METRICS.rows([entry]), PublishedModel(model="m", version="", window=None), "run")


def test_a_query_reads_the_bucket(bucket: Settings) -> None:
    lake = Lake(bucket)
    rows = lake.query(
        "SELECT project_id, SUM(amount) AS stars FROM timeseries_metrics_by_project_v0 "
        f"JOIN metrics_v0 USING (metric_id) WHERE metric_name = '{METRIC}' GROUP BY 1 ORDER BY 1",
        "2024-01-03",
        "2024-01-05",
    )
    assert rows.to_dict("list") == {"project_id": ["0", "1", "2"], "stars": [5.0, 5.0, 5.0]}
    assert lake.metrics()["metric_name"].tolist() == [METRIC]
    assert not bucket.warehouse.exists()


def test_readers_reach_no_other_folder_and_see_no_key(bucket: Settings) -> None:
    connection = open_sandbox(bucket)
    for path in ("s3://oso/elsewhere/file", "s3://oso/the lake/warehouse2/file", "/etc/hostname", "http://127.0.0.1/"):
        with pytest.raises(duckdb.PermissionException, match="disabled by configuration"):
            connection.execute("SELECT * FROM read_text(?)", [path])
    [(shown,)] = connection.execute("SELECT secret_string FROM duckdb_secrets()").fetchall()
    assert "secret=redacted" in shown
    with pytest.raises(duckdb.InvalidInputException, match="unredacted secrets is disabled"):
        connection.execute("SELECT * FROM duckdb_secrets(redact=false)")
    assert KEY not in repr(bucket)


def test_wrong_keys_and_a_store_that_does_not_answer_are_told_without_the_key(bucket: Settings) -> None:
    closed = bucket.model_copy(update={"s3_endpoint": "http://127.0.0.1:1"})
    with pytest.raises(QueryFailedError) as failed:
        Lake(closed).metrics()
    assert "127.0.0.1:1" in str(failed.value)
    assert KEY not in str(failed.value)


def test_without_keys_those_of_the_machine_are_used(bucket: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    keyless = bucket.model_copy(update={"s3_access_key": None, "s3_secret_key": None})
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(bucket.home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StoreAccessError, match="no keys for s3://oso/the lake/warehouse: set OSO_S3_ACCESS_KEY"):
        Lake(keyless).metrics()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "oso")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    assert Lake(keyless).metrics()["metric_name"].tolist() == [METRIC]


def test_models_computed_by_duckdb_read_raw_tables_of_the_bucket(bucket: Settings, tmp_path: Path) -> None:
    from oso_dagster.raw_sources import SOURCES
    from oso_lake.commits import ensure_table

    contract = SOURCES[0].contracts()[0]
    table = ensure_table(open_catalog(bucket), contract)
    assert table.location().startswith("s3://oso/the lake/warehouse")
    with duckdb.connect() as connection:
        attach_raw(connection, bucket)
        assert connection.execute(f"SELECT count(*) FROM raw.{contract.name}").fetchone() == (0,)
        open_files(connection, bucket)
