"""Adopting Parquet files: only when ids, types and partition are the table's; read by both readers like any other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from duckdb_extensions import import_extension
from pyiceberg.catalog import Catalog

from oso_lake import filters
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope, ensure_table, replace
from oso_lake.contracts import TIMESTAMP, PartitionBy, TableContract, column
from oso_lake.data_files import adopt, file_schema
from oso_lake.settings import Settings

START = datetime(2025, 8, 19, tzinfo=UTC)
CONTRACT = TableContract(
    name="test.files",
    description="",
    partition=(PartitionBy("at", "day"),),
    schema=pa.schema(
        [
            column("at", TIMESTAMP, "When."),
            column("name", pa.string(), "Name.", nullable=True),
            column("parts", pa.list_(pa.struct([pa.field("sha", pa.string())])), "Nested.", nullable=True),
        ]
    ),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_catalog(Settings(home=tmp_path / "home"))


def row(hour: int, name: str = "x") -> dict[str, Any]:
    return {"at": START + timedelta(hours=hour), "name": name, "parts": [{"sha": name}]}


def write(path: Path, rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> Path:
    pq.write_table(CONTRACT.rows(rows).cast(schema or file_schema(CONTRACT)), path)
    return path


def test_a_file_of_one_partition_is_adopted_with_its_bytes(catalog: Catalog, tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [row(0), row(23)])
    file = adopt(ensure_table(catalog, CONTRACT), path)
    assert file is not None
    assert file.record_count == 2
    assert Path(file.file_path.removeprefix("file://")).read_bytes() == path.read_bytes()


def test_a_file_of_two_partitions_is_not_and_leaves_nothing(catalog: Catalog, tmp_path: Path) -> None:
    table = ensure_table(catalog, CONTRACT)
    assert adopt(table, write(tmp_path / "a.parquet", [row(0), row(24)])) is None
    assert list((tmp_path / "home" / "warehouse").rglob("*.parquet")) == []


def test_a_file_without_ids_or_without_rows_is_not(catalog: Catalog, tmp_path: Path) -> None:
    table = ensure_table(catalog, CONTRACT)
    assert adopt(table, write(tmp_path / "a.parquet", [row(0)], CONTRACT.schema)) is None
    assert adopt(table, write(tmp_path / "b.parquet", [])) is None


def test_a_file_with_the_ids_of_another_schema_is_not(catalog: Catalog, tmp_path: Path) -> None:
    table = ensure_table(catalog, CONTRACT)
    swapped = file_schema(CONTRACT)
    name, at = swapped.field("name"), swapped.field("at")
    swapped = pa.schema([at.with_metadata(name.metadata), name.with_metadata(at.metadata), swapped.field("parts")])
    assert adopt(table, write(tmp_path / "a.parquet", [row(0)], swapped)) is None


def test_adopted_and_written_files_are_read_alike(catalog: Catalog, tmp_path: Path) -> None:
    files = [
        write(tmp_path / "one_day.parquet", [row(0, "a"), row(1, "b")]),
        write(tmp_path / "two_days.parquet", [row(23, "c"), row(25, "d")]),
        write(tmp_path / "no_ids.parquet", [row(50, "e")], CONTRACT.schema),
    ]
    scope = Scope(filters.between("at", START, START + timedelta(days=3)), ("all",))
    assert replace(catalog, CONTRACT, files, scope, {}).rows == 5
    table = catalog.load_table(CONTRACT.name)
    by_iceberg = sorted(table.scan().to_arrow().column("name").to_pylist())
    with duckdb.connect() as connection:
        for extension in ("avro", "iceberg"):
            import_extension(extension, con=connection)
        rows = connection.execute(
            "select name, parts[1].sha from iceberg_scan(?) order by name", [table.metadata_location]
        ).fetchall()
    assert by_iceberg == ["a", "b", "c", "d", "e"]
    assert rows == [(name, name) for name in by_iceberg]


def test_a_scope_cuts_through_an_adopted_file(catalog: Catalog, tmp_path: Path) -> None:
    files = [write(tmp_path / "a.parquet", [row(hour, f"{hour:02}") for hour in range(24)])]
    replace(catalog, CONTRACT, files, Scope(filters.everything(), ("day",)), {})
    inside = filters.between("at", START + timedelta(hours=4), START + timedelta(hours=20))
    replace(catalog, CONTRACT, CONTRACT.rows([row(5, "new")]), Scope(inside, ("some",)), {})
    names = sorted(catalog.load_table(CONTRACT.name).scan().to_arrow().column("name").to_pylist())
    assert names == ["00", "01", "02", "03", "20", "21", "22", "23", "new"]


def test_column_descriptions_reach_the_table(catalog: Catalog) -> None:
    assert ensure_table(catalog, CONTRACT).schema().find_field("at").doc == "When."
