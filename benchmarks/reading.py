"""One published metric read by a client that stays open, against DuckDB's bare scan of the same metadata file."""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.measure import Result, median_of
from oso_lake import Lake, ids, published
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.duckdb_files import open_files
from oso_lake.published import PublishedModel
from oso_lake.settings import Settings

MODELS = 200
PROJECTS = 40
WINDOW = Window(date(2025, 8, 19), date(2025, 10, 18))
# the runner publishes this many models in a commit
BATCH = 80
TARGET_SECONDS = 0.050
TABLE = "timeseries_metrics_by_project_v0"


def publish(settings: Settings, models: int = MODELS) -> None:
    """Put `models` daily metrics of every project into the published tables, a batch of models a commit."""
    catalog = open_catalog(settings)
    numbers = range(models)
    series = published.timeseries_contract("project")
    for first in range(0, models, BATCH):
        batch = numbers[first : first + BATCH]
        entries = [PublishedModel(model=model_name(number), version="1", window=WINDOW) for number in batch]
        rows = published.with_metric_ids(pa.concat_tables(rows_of(number) for number in batch), series)
        published.publish_amounts(catalog, series, rows, entries, "benchmark")
    for contract, rows in ((published.METRICS, _catalogue(numbers)), (published.MARTS["projects_v1"], _projects())):
        whole = PublishedModel(model=contract.table, version="1", window=None)
        published.publish_whole(catalog, contract, contract.rows(rows), whole, "benchmark")


def bare_connection(settings: Settings) -> duckdb.DuckDBPyConnection:
    """DuckDB as a person opens it, with the Iceberg reader and the client's number of threads."""
    connection = duckdb.connect(config={"threads": settings.threads})
    open_files(connection, settings)
    return connection


def model_name(number: int) -> str:
    """Name of one of the models."""
    return f"oso.metric_{number}_to_project_daily"


def rows_of(number: int) -> pa.Table:
    """A model's rows of every project and day, with the metric's name."""
    days, projects = list(WINDOW.dates()), [ids.project_id(f"project{index}") for index in range(PROJECTS)]
    count = len(days) * len(projects)
    return pa.table(
        {
            "metric_name": [f"GITHUB_metric_{number}_daily"] * count,
            "project_id": projects * len(days),
            "sample_date": pa.array(np.repeat(np.array(days, "datetime64[D]"), len(projects))),
            "amount": np.random.default_rng(number).integers(0, 1000, count).astype("float64"),
            "unit": ["events"] * count,
            "model": [model_name(number)] * count,
        }
    )


def _catalogue(numbers: range) -> list[dict[str, object]]:
    return [
        {
            "metric_id": ids.metric_id(f"GITHUB_metric_{number}_daily"),
            "metric_name": f"GITHUB_metric_{number}_daily",
            "metric": f"metric_{number}",
            "time_aggregation": "daily",
            "event_source": "GITHUB",
            "entity_types": ["project"],
            "models": [model_name(number)],
            # a rendered query of the factory has about this length
            "rendered_sql": "select " + "x" * 4000,
        }
        for number in numbers
    ]


def _projects() -> list[dict[str, object]]:
    names = [f"project{index}" for index in range(PROJECTS)]
    return [{"project_id": ids.project_id(name), "project_name": name, "display_name": name} for name in names]


def _compare(
    name: str, ours: Callable[[], pd.DataFrame], bare: Callable[[], pd.DataFrame], *, repeats: int, note: str
) -> Result:
    expected = WINDOW.days * PROJECTS
    got = ours()
    assert len(got) == expected, f"{name}: {len(got)} rows instead of {expected}"
    pd.testing.assert_frame_equal(got, bare())
    seconds, floor = median_of(ours, repeats), median_of(bare, repeats)
    return Result(
        name=name,
        ours_seconds=seconds,
        rival="DuckDB's bare iceberg_scan of the same metadata",
        rival_seconds=floor,
        target=f"p50 at most {TARGET_SECONDS * 1000:.0f} ms",
        met=seconds <= TARGET_SECONDS,
        note=f"p50 {seconds * 1000:.1f} ms against {floor * 1000:.1f} ms, {expected:,} rows; {note}",
    )


def run_benchmark(models: int = MODELS, repeats: int = 30) -> list[Result]:
    """Two results: a query in SQL, and `series` with the projects' names."""
    metric = f"GITHUB_metric_{models // 2}_daily"
    rest = f"s.metric_id = '{ids.metric_id(metric)}' ORDER BY 1, 2"
    by_id = f"SELECT s.sample_date, s.project_id, s.amount FROM {{series}} AS s WHERE {rest}"  # noqa: S608 - constants
    join = "{series} AS s JOIN {projects} AS p ON p.project_id = s.project_id"
    by_name = f"SELECT s.sample_date, p.project_name, s.amount FROM {join} WHERE {rest}"  # noqa: S608 - constants
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings(home=Path(temporary) / "home")
        publish(settings, models)
        catalog, lake = open_catalog(settings), Lake(settings)
        scans = {
            key: f"iceberg_scan('{catalog.load_table(f'published.{table}').metadata_location}')"
            for key, table in {"series": TABLE, "projects": "projects_v1"}.items()
        }
        note = f"the table holds {models * WINDOW.days * PROJECTS:,} rows of {models} models"
        with bare_connection(settings) as bare:
            results = [
                _compare(
                    "one published metric, SQL of a client",
                    lambda: lake.query(by_id.format(series=TABLE)),
                    lambda: bare.execute(by_id.format_map(scans)).df(),
                    repeats=repeats,
                    note=note,
                ),
                _compare(
                    "one published metric, `Lake.series` with names",
                    lambda: lake.series(metric),
                    lambda: bare.execute(by_name.format_map(scans)).df(),
                    repeats=repeats,
                    note=note,
                ),
            ]
        lake.close()
    return results
