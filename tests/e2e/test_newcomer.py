"""What a newcomer does after the demo: runs it again, materializes one partition, asks in SQL while a run computes."""

import csv
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from demo_command import DAYS, PROJECTS, oso

from oso_lake import Lake
from oso_lake.settings import Settings

SERIES = "SELECT sample_date, project_id, amount FROM timeseries_metrics_by_project_v0 ORDER BY ALL"


def test_the_demo_shows_tables_and_writes_both_charts(demo_home: Path) -> None:
    shown = (demo_home / "demo.out").read_text()
    assert "Active developers by project" in shown
    assert "make dev" in shown
    assert "oso query" in shown
    charts = demo_home / "cache" / "charts"
    assert (charts / "developers.png").read_bytes().startswith(b"\x89PNG")
    page = (charts / "developers.html").read_text()
    assert "<script" in page
    assert 'src="http' not in page


def test_the_catalogue_is_written_with_charts_of_what_is_published(demo_home: Path, tmp_path: Path) -> None:
    done = oso(demo_home, "metrics", "docs", str(tmp_path), "--charts")
    assert done.returncode == 0, done.stderr
    assert "![Stars in this installation](charts/stars.svg)" in (tmp_path / "stars.md").read_text()
    drawn = (tmp_path / "charts" / "stars.svg").read_text()
    assert drawn.startswith("<svg")
    assert "Stars, daily" in drawn
    assert len(list((tmp_path / "charts").iterdir())) > 10


def test_a_second_demo_finds_everything_fresh(demo_home: Path, demo_settings: Settings) -> None:
    before = Lake(demo_settings).arrow(SERIES)
    again = oso(demo_home, "demo", "--days", str(DAYS), "--projects", str(PROJECTS))
    assert again.returncode == 0, again.stderr
    assert "fresh" in again.stdout + again.stderr
    assert Lake(demo_settings).arrow(SERIES).equals(before)


def test_dagsters_own_command_line_materializes_one_partition(demo_home: Path) -> None:
    environment = {**os.environ, "OSO_HOME": str(demo_home), "DAGSTER_HOME": str(demo_home / "dagster")}
    command = [str(Path(sys.executable).parent / "dagster"), "asset", "materialize", "-m", "oso_dagster.definitions"]
    command += ["--select", "oso/stars_to_project_monthly", "--partition", "2025-09-01"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "RUN_SUCCESS" in done.stderr
    assert "ASSET_MATERIALIZATION" in done.stderr


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("2025-09-02", "2025-09-01"),
        ("2025-01-01", "its first whole monthly window, which begins on 2025-09-01"),
        ("2025-08-01", "its first whole monthly window, which begins on 2025-09-01"),
        ("2025-10-01", "2025-11-01"),
        ("soon", "YYYY-MM-DD"),
    ],
)
def test_a_partition_that_cannot_be_is_refused_with_what_to_do(demo_home: Path, key: str, said: str) -> None:
    done = oso(demo_home, "materialize", "stars_to_project_monthly", "--partition", key)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_line_answers_in_every_format(demo_home: Path, tmp_path: Path) -> None:
    sql = "SELECT project_name FROM projects_v1 ORDER BY 1 LIMIT 3"
    rows = json.loads(oso(demo_home, "query", sql, "--format", "json").stdout)
    assert len(rows) == 3
    table = list(csv.reader(oso(demo_home, "query", sql, "--format", "csv").stdout.splitlines()))
    assert table == [["project_name"], *([row["project_name"]] for row in rows)]
    target = tmp_path / "projects.parquet"
    assert oso(demo_home, "query", sql, "--format", "parquet", "--output", str(target)).returncode == 0
    assert pq.read_table(target).num_rows == 3


def test_bounds_are_half_open(demo_settings: Settings) -> None:
    days = Lake(demo_settings).query(
        "SELECT DISTINCT sample_date FROM timeseries_metrics_by_project_v0 WHERE model LIKE '%_daily'",
        date(2025, 9, 1),
        date(2025, 9, 8),
    )["sample_date"]
    assert {day.day for day in days} == set(range(1, 8))


def test_readers_see_whole_windows_while_a_backfill_runs(demo_home: Path, demo_settings: Settings) -> None:
    sql = "SELECT count(*) AS n, sum(amount) AS total FROM timeseries_metrics_by_project_v0 WHERE model LIKE '%stars%'"
    expected = Lake(demo_settings).arrow(sql).to_pylist()
    command = [str(Path(sys.executable).parent / "oso"), "materialize", "metric:stars", "--force"]
    environment = {**os.environ, "OSO_HOME": str(demo_home)}
    backfill = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    reads = 0
    try:
        while backfill.poll() is None:
            assert Lake(demo_settings).arrow(sql).to_pylist() == expected
            reads += 1
    finally:
        backfill.kill() if backfill.poll() is None else None
        _, errors = backfill.communicate(timeout=60)
    assert backfill.returncode == 0, errors
    assert reads > 3
    assert Lake(demo_settings).arrow(sql).to_pylist() == expected
