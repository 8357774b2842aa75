"""Nothing but one SELECT over published tables runs: the parser refuses first, the connection a second time."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from published_lake import publish

from oso_lake import Lake
from oso_lake.errors import QueryFailedError, RefusedQueryError
from oso_lake.sandbox import open_sandbox
from oso_lake.settings import Settings


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    settings = Settings(home=tmp_path_factory.mktemp("published"))
    publish(settings)
    return Lake(settings)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM read_csv('/etc/passwd')", r"read_csv\(\) is refused"),
        ("SELECT * FROM READ_PARQUET('x')", r"read_parquet\(\) is refused"),
        ("SELECT read_text('/etc/passwd')", r"read_text\(\) is refused"),
        ("SELECT * FROM glob('/etc/*')", r"glob\(\) is refused"),
        ("SELECT * FROM iceberg_scan('x')", r"iceberg_scan\(\) is refused"),
        ("SELECT * FROM query('DROP VIEW published.metrics_v0')", r"query\(\) is refused"),
        ("SELECT * FROM query_table('metrics_v0')", r"query_table\(\) is refused"),
        ("SELECT * FROM duckdb_settings()", r"duckdb_settings\(\) is refused"),
        ("SELECT * FROM sqlite_scan('x', 'y')", "is refused: a query reads published tables only"),
        ("SELECT 1 WHERE 1 = (SELECT COUNT(*) FROM glob('*'))", r"glob\(\) is refused"),
        ("COPY (SELECT 1) TO '/tmp/x'", "COPY is refused"),
        ("ATTACH 'x'", "ATTACH is refused"),
        ("PRAGMA database_list", "PRAGMA is refused"),
        ("SET lock_configuration = false", "SET is refused"),
        ("INSTALL httpfs", "INSTALL is refused"),
        ("CALL pragma_version()", "CALL is refused"),
        ("CREATE TABLE x AS SELECT 1", "CREATE is refused"),
        ("DROP VIEW published.metrics_v0", "DROP is refused"),
        ("DELETE FROM metrics_v0", "DELETE is refused"),
        ("INSERT INTO metrics_v0 SELECT * FROM metrics_v0", "INSERT is refused"),
        ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN is refused"),
        ("SELECT * INTO x FROM metrics_v0", "INTO is refused"),
        ("WITH x AS (INSERT INTO metrics_v0 VALUES (1)) SELECT * FROM x", "is refused|is not a SELECT"),
        ("WITH x AS (DELETE FROM metrics_v0 RETURNING *) SELECT * FROM x", "is refused|is not a SELECT"),
        ("SELECT * FROM (DESCRIBE metrics_v0)", "DESCRIBE is refused"),
        ("SELECT 1; DROP VIEW published.metrics_v0", "2 statements were given"),
        ("SELECT * FROM metrics_v0 AT (VERSION => 3)", "only the current version is published"),
        ("", "the query is empty"),
        (" -- only a comment", "the query is empty"),
        ("SELCT 1", "SELCT is refused: expected one SELECT"),
        ("SELECT * FROM metrics_v0 WHERE", "cannot be parsed: something is missing, line 1, column 30"),
        ("SELECT 'open", "cannot be parsed"),
    ],
)
def test_everything_but_one_select_is_refused(lake: Lake, sql: str, message: str) -> None:
    with pytest.raises(RefusedQueryError, match=message):
        lake.query(sql)


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM 'secret.parquet'", "SELECT * FROM information_schema.tables", "SELECT * FROM main.metrics_v0"],
)
def test_only_published_tables_have_names(lake: Lake, sql: str) -> None:
    with pytest.raises(Exception, match="unknown table"):
        lake.query(sql)


def test_a_python_variable_is_no_table(lake: Lake) -> None:
    frame = lake.metrics()
    assert len(frame)
    with pytest.raises(Exception, match="unknown table 'frame'"):
        lake.query("SELECT * FROM frame")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
        "ATTACH '{outside}/x.duckdb'",
        "COPY (SELECT 1) TO '{outside}/x.csv'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_the_connection_itself_refuses_the_outside(tmp_path: Path, sql: str) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.warehouse.mkdir(parents=True)
    with pytest.raises(duckdb.Error, match=r"disabled|locked|Cannot access"):
        open_sandbox(settings).execute(sql.format(outside=tmp_path))
    assert list(tmp_path.iterdir()) == [settings.home]


@pytest.mark.parametrize("sql", ["SELECT CAST('a' AS INT)", "SELECT no_such_function(1)", "SELECT"])
def test_an_engine_error_is_one_line(lake: Lake, sql: str) -> None:
    with pytest.raises(QueryFailedError) as raised:
        lake.query(sql)
    assert "\n" not in str(raised.value)


def test_constant_tables_and_harmless_functions_are_admitted(lake: Lake) -> None:
    assert len(lake.query("SELECT * FROM range(3) AS r(n), UNNEST([1, 2]) AS u(x)")) == 6
    recursive = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT MAX(n) AS n FROM r"
    assert lake.query(recursive)["n"].tolist() == [5]


def test_importing_the_package_loads_no_client() -> None:
    code = "import sys, oso_lake, oso_lake.calendar; print('duckdb' in sys.modules or 'pyiceberg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
