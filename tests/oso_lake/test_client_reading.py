"""Reading published series: bounds, results, names, and reading next to a writer."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from published_lake import COLLECTIONS, DAYS, METRICS, PROJECTS, amount_of, publish, republish_day

from oso_lake import Lake
from oso_lake.client import Day
from oso_lake.errors import LakeError, NothingPublishedError, UnknownNameError
from oso_lake.published import contracts
from oso_lake.settings import Settings

SERIES = "timeseries_metrics_by_project_v0"
PER_DAY = (len(METRICS) - 1) * len(PROJECTS)
BEGIN, END = date(2025, 10, 1), date(2025, 10, 3)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    settings = Settings(home=tmp_path_factory.mktemp("published"))
    publish(settings)
    return Lake(settings)


def count(lake: Lake, sql: str, begin: Day | None = BEGIN, end: Day | None = END) -> int:
    """The one number `sql` gives within the bounds."""
    return lake.arrow(sql, begin, end).column(0)[0].as_py()


def test_the_result_is_a_frame_of_the_kind_asked_for(lake: Lake) -> None:
    sql = f"SELECT sample_date, amount FROM {SERIES} ORDER BY ALL"
    assert isinstance(lake.query(sql), pd.DataFrame)
    assert isinstance(lake.polars(sql), pl.DataFrame)
    table = lake.arrow(sql)
    assert isinstance(table, pa.Table)
    assert table.schema.field("sample_date").type == pa.date32()
    assert len(lake.query(sql)) == len(lake.polars(sql)) == table.num_rows == PER_DAY * DAYS


def test_bounds_include_begin_and_exclude_end(lake: Lake) -> None:
    dates = lake.arrow(f"SELECT DISTINCT sample_date FROM {SERIES} ORDER BY 1", BEGIN, END)
    assert dates.column(0).to_pylist() == [date(2025, 10, 1), date(2025, 10, 2)]


@pytest.mark.parametrize("begin", [date(2025, 10, 16), "2025-10-16", datetime(2025, 10, 16)])  # noqa: DTZ001 - a user's
def test_one_bound_may_be_left_out_and_a_day_given_in_any_form(lake: Lake, begin: Day) -> None:
    assert count(lake, f"SELECT COUNT(*) FROM {SERIES}", begin, None) == 2 * PER_DAY
    assert count(lake, f"SELECT COUNT(*) FROM {SERIES}", None, begin) == (DAYS - 2) * PER_DAY


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"SELECT COUNT(*) FROM {SERIES}", 2 * PER_DAY),
        (f"SELECT COUNT(*) FROM published.{SERIES} WHERE published.{SERIES}.amount >= 0", 2 * PER_DAY),
        (f"SELECT COUNT({SERIES}.amount) FROM {SERIES.upper()}", 2 * PER_DAY),
        (f"WITH s AS (SELECT * FROM {SERIES}) SELECT COUNT(*) FROM s", 2 * PER_DAY),
        (f"WITH {SERIES} AS (SELECT * FROM {SERIES}) SELECT COUNT(*) FROM {SERIES}", 2 * PER_DAY),
        (f"SELECT COUNT(*) FROM (SELECT * FROM {SERIES} AS t) AS u", 2 * PER_DAY),
        (f"SELECT (SELECT COUNT(*) FROM {SERIES}) + 0", 2 * PER_DAY),
        (f"SELECT COUNT(*) FROM (SELECT 1 FROM {SERIES} UNION ALL SELECT 2 FROM {SERIES})", 4 * PER_DAY),
        (f"SELECT COUNT(*) FROM (SELECT metric_id FROM {SERIES} EXCEPT SELECT metric_id FROM {SERIES})", 0),
        (f"SELECT COUNT(*) FROM {SERIES} AS a JOIN {SERIES} AS b USING (metric_id, project_id, sample_date)",
         2 * PER_DAY),
        (f"SELECT COUNT(*) FROM projects_v1 p, LATERAL (SELECT 1 FROM {SERIES} s WHERE s.project_id = p.project_id)",
         2 * PER_DAY),
        (f"SELECT COUNT(*) FROM projects_v1 WHERE EXISTS (SELECT 1 FROM {SERIES} WHERE sample_date = '2025-10-03')", 0),
        (f"SELECT COUNT(*) FROM {SERIES} AS s(m, p, d, x, u, o) WHERE s.d < '2025-10-02'", PER_DAY),
        ("SELECT COUNT(*) FROM timeseries_metrics_by_collection_v0", 2 * (len(METRICS) - 1) * len(COLLECTIONS)),
        ("SELECT COUNT(*) FROM key_metrics_by_project_v0", len(PROJECTS)),
        (f"FROM {SERIES} SELECT COUNT(*)", 2 * PER_DAY),
        (f"SELECT COUNT(*) FROM {SERIES} TABLESAMPLE RESERVOIR (5)", 5),
    ],
)  # fmt: skip
def test_bounds_reach_every_time_series_in_the_query(lake: Lake, sql: str, expected: int) -> None:
    assert count(lake, sql) == expected


@pytest.mark.parametrize(
    ("begin", "end", "message"),
    [
        ("2025-10-03", "2025-10-03", "not before end"),
        ("2025-10-03", "2025-10-01", "not before end"),
        ("October", None, "begin 'October' is not a date YYYY-MM-DD"),
        (None, "2025-10-03T04:00", "end 2025-10-03T04:00 is inside a day"),
    ],
)
def test_bounds_that_mean_nothing_are_refused(lake: Lake, begin: str | None, end: str | None, message: str) -> None:
    with pytest.raises(LakeError, match=message):
        lake.query("SELECT 1", begin, end)


def test_series_of_one_project(lake: Lake) -> None:
    frame = lake.series("GITHUB_stars_daily", "borealis", BEGIN, END)
    expected = [amount_of("GITHUB_stars_daily", "borealis", day) for day in (date(2025, 10, 1), date(2025, 10, 2))]
    assert list(frame.columns) == ["sample_date", "project_name", "amount"]
    assert frame["amount"].tolist() == expected


def test_series_of_all_collections_and_of_an_artifact(lake: Lake) -> None:
    collections = lake.series("GITHUB_stars_daily", begin=BEGIN, end=END, entity_type="collection")
    assert sorted(set(collections["collection_name"])) == sorted(COLLECTIONS)
    artifact = lake.series("GITHUB_stars_daily", ["acme/atlas"], BEGIN, END, entity_type="artifact")
    assert artifact["artifact_name"].tolist() == ["acme/atlas"] * 2


@pytest.mark.parametrize(
    ("sql", "kind", "nearest"),
    [
        ("SELECT * FROM projects_v0", "table", "projects_v1"),
        ("SELECT * FROM timeseries_by_project", "table", SERIES),
        (f"SELECT amout FROM {SERIES}", "column", "amount"),
        (f"SELECT s.sampledate FROM {SERIES} AS s", "column", "sample_date"),
        ("SELECT * FROM metrics_v0 WHERE metric_name = 'GITHUB_strs_daily'", "metric", "GITHUB_stars_daily"),
        ("SELECT * FROM metrics_v0 AS m WHERE m.metric_name IN ('GITHUB_stars_daily', 'transactions')", "metric",
         "OPTIMISM_transactions_daily"),
        ("WITH m AS (SELECT * FROM metrics_v0 WHERE 'github_stars_daily' = metric_name) SELECT * FROM m", "metric",
         "GITHUB_stars_daily"),
    ],
)  # fmt: skip
def test_an_unknown_name_suggests_the_nearest(lake: Lake, sql: str, kind: str, nearest: str) -> None:
    with pytest.raises(UnknownNameError, match=f"unknown {kind} .*did you mean '{nearest}'") as raised:
        lake.query(sql)
    assert raised.value.nearest[0] == nearest


def test_an_unknown_metric_id_is_an_error_and_a_name_the_query_made_is_not(lake: Lake) -> None:
    with pytest.raises(UnknownNameError, match="unknown metric 'nonsense'"):
        lake.query(f"SELECT * FROM {SERIES} WHERE metric_id = 'nonsense'")
    made = lake.query("SELECT * FROM (SELECT 'x' AS metric_name FROM metrics_v0) WHERE metric_name = 'x'")
    assert len(made) == len(METRICS)


def test_series_names_what_is_unknown(lake: Lake) -> None:
    with pytest.raises(UnknownNameError, match="unknown metric 'GITHUB_star_daily'; did you mean 'GITHUB_stars_daily'"):
        lake.series("GITHUB_star_daily", "atlas")
    with pytest.raises(UnknownNameError, match="unknown project 'atlass'; did you mean 'atlas'"):
        lake.series("GITHUB_stars_daily", ["cinder", "atlass"])
    with pytest.raises(UnknownNameError, match="unknown entity type 'person'"):
        lake.series("GITHUB_stars_daily", entity_type="person")


def test_the_catalogue_has_one_row_a_metric(lake: Lake) -> None:
    assert lake.metrics()["metric_name"].tolist() == sorted(METRICS)


def test_tables_and_their_columns_are_listed(lake: Lake) -> None:
    tables = lake.tables().set_index("table")
    assert tables.loc[SERIES, "rows"] == PER_DAY * DAYS
    assert len(tables) == 12
    columns = lake.describe(f"published.{SERIES}").set_index("column")
    assert columns.loc["sample_date", "type"] == "date"
    assert "rolling window" in columns.loc["sample_date", "description"]
    with pytest.raises(UnknownNameError, match="did you mean 'metrics_v0'"):
        lake.describe("metrics")


@pytest.mark.parametrize("made", [(), ("warehouse",)])
def test_before_anything_is_published_the_error_says_what_to_run(tmp_path: Path, made: tuple[str, ...]) -> None:
    for name in made:
        (tmp_path / "home" / name).mkdir(parents=True)
    with pytest.raises(NothingPublishedError, match=r"nothing is published in .* yet: run `oso demo`"):
        Lake(Settings(home=tmp_path / "home")).metrics()


def test_reading_an_empty_home_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError):
        Lake(Settings(home=tmp_path / "home")).tables()
    assert not (tmp_path / "home").exists()


def test_an_open_lake_sees_a_window_that_is_replaced(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    publish(settings)
    lake, day = Lake(settings), date(2025, 10, 5)
    assert lake.series("GITHUB_stars_daily", "atlas", day, "2025-10-06")["amount"].tolist() == [34.0]
    republish_day(settings, "GITHUB_stars_daily", day, 7.0)
    assert lake.series("GITHUB_stars_daily", "atlas", "2025-10-04", "2025-10-07")["amount"].tolist() == [
        33.0,
        7.0,
        35.0,
    ]
    lake.close()
    assert lake.series("GITHUB_stars_daily", "atlas", day, "2025-10-06")["amount"].tolist() == [7.0]


def test_reading_opens_no_compute_store_and_takes_no_lock(lake: Lake) -> None:
    settings = lake.settings
    settings.compute_db.write_bytes(b"a writer has this open")
    assert count(lake, f"SELECT COUNT(*) FROM {SERIES}") == 2 * PER_DAY
    assert settings.compute_db.read_bytes() == b"a writer has this open"
    assert not settings.compute_lock.exists()


def test_the_fixture_has_the_layout_that_is_published(lake: Lake) -> None:
    # what the pipeline says of itself is made by the pipeline alone
    of_runs = ("metric_errors", "metric_coverage", "query_costs")
    for contract in (one for one in contracts() if one.table not in of_runs):
        made = lake.arrow(f"SELECT * FROM {contract.table} LIMIT 0").schema
        assert {f.name: f.type for f in made}.items() <= {f.name: f.type for f in contract.schema}.items()
