"""`oso query`: the same question in every format, to the screen, a pipe and a file."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from published_lake import FIRST_DAY, amount_of

SQL = """
SELECT p.project_name, s.sample_date, s.amount
FROM timeseries_metrics_by_project_v0 AS s
JOIN metrics_v0 AS m USING (metric_id)
JOIN projects_v1 AS p USING (project_id)
WHERE m.metric_name = 'GITHUB_stars_daily' AND p.project_name = 'atlas'
ORDER BY s.sample_date
"""
DAYS = ["--begin", "2025-09-01", "--end", "2025-09-03"]
AMOUNT = amount_of("GITHUB_stars_daily", "atlas", FIRST_DAY)


def test_a_table_is_read_by_people(oso: Callable, published_home: Path) -> None:
    done = oso("query", SQL, *DAYS, home=published_home)
    assert done.code == 0
    lines = [line.split() for line in done.out.strip().splitlines()]
    assert lines == [
        ["project_name", "sample_date", "amount"],
        ["atlas", "2025-09-01", "0"],
        ["atlas", "2025-09-02", "1"],
    ]
    assert done.err == "2 rows\n"


def test_csv_and_json_are_read_by_programs(oso: Callable, published_home: Path) -> None:
    text = oso("query", SQL, *DAYS, "--format", "csv", home=published_home).out
    assert text.splitlines()[1:] == ['"atlas",2025-09-01,0', '"atlas",2025-09-02,1']
    rows = json.loads(oso("query", SQL, *DAYS, "--format", "json", home=published_home).out)
    assert rows[0] == {"project_name": "atlas", "sample_date": "2025-09-01", "amount": AMOUNT}


@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
def test_the_name_of_a_file_says_its_format(oso: Callable, published_home: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"stars.{kind}"
    done = oso("query", SQL, *DAYS, "--output", str(path), home=published_home)
    assert (done.code, done.out) == (0, "")
    assert "2 rows written to" in done.err
    content = path.read_bytes()
    if kind == "parquet":
        assert pq.read_table(io.BytesIO(content)).column("amount").to_pylist() == [AMOUNT, AMOUNT + 1]
    else:
        assert b"2025-09-02" in content


def test_a_query_comes_from_standard_input(
    oso: Callable, published_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 1 AS one"))
    assert json.loads(oso("query", "-", "--format", "json", home=published_home).out) == [{"one": 1}]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM metrics_v1", "unknown table 'metrics_v1'; did you mean 'metrics_v0'"),
        ("DROP TABLE metrics_v0", "DROP is refused"),
        ("SELECT nam FROM metrics_v0", "unknown column 'nam'"),
    ],
)
def test_a_wrong_query_is_one_line(oso: Callable, published_home: Path, sql: str, message: str) -> None:
    done = oso("query", sql, home=published_home)
    assert (done.code, done.out) == (1, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_table_is_not_a_file_format(oso: Callable, published_home: Path, tmp_path: Path) -> None:
    assert oso("query", SQL, "--output", str(tmp_path / "x.txt"), home=published_home).code == 2
    assert oso("query", SQL, "--output", str(tmp_path / "no" / "x.csv"), home=published_home).code == 2
    assert list(tmp_path.glob("x*")) == []
