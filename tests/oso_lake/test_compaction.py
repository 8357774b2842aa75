"""Compaction and orphans: the same rows in fewer files, nothing stale, and nothing deleted that somebody may need."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyiceberg.catalog import Catalog

from oso_lake import filters
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope, replace, write_files
from oso_lake.compaction import compact, small_files
from oso_lake.contracts import TIMESTAMP, PartitionBy, TableContract, column
from oso_lake.expiry import Retention, expire
from oso_lake.orphans import orphans
from oso_lake.probes import content_snapshot, window_snapshots
from oso_lake.settings import Settings
from oso_lake.window_names import hour_name

START = datetime(2025, 8, 19, tzinfo=UTC)
TABLE = "test.small"
CONTRACT = TableContract(
    name=TABLE,
    description="",
    schema=pa.schema(
        [
            column("at", TIMESTAMP, "When."),
            column("kind", pa.string(), "Partition."),
            column("n", pa.int64(), "N.", nullable=True),
        ]
    ),
    partition=(PartitionBy("kind"),),
)
GRACE = timedelta(days=3)


@pytest.fixture
def installation(on_each_catalog: Settings) -> Settings:
    return on_each_catalog


@pytest.fixture
def catalog(installation: Settings) -> Catalog:
    """Twelve landings of an hour, each a file for two kinds."""
    catalog = open_catalog(installation)
    for number in range(12):
        land(catalog, number)
    return catalog


def land(catalog: Catalog, number: int, value: int = 1) -> None:
    hour = START + timedelta(hours=number)
    rows = CONTRACT.rows({"at": hour, "kind": kind, "n": value} for kind in ("a b/c", "d%e#f"))
    replace(
        catalog, CONTRACT, rows, Scope(filters.between("at", hour, hour + timedelta(hours=1)), (hour_name(hour),)), {}
    )


def rows(catalog: Catalog) -> list[tuple]:
    table = catalog.load_table(TABLE).scan().to_arrow()
    return sorted(tuple(row.values()) for row in table.to_pylist())


def later() -> datetime:
    return datetime.now(UTC) + timedelta(days=30)


def test_small_files_become_one_a_partition_and_no_window_changes(catalog: Catalog) -> None:
    before = rows(catalog), window_snapshots(catalog, TABLE), content_snapshot(catalog, TABLE)
    groups, is_done = compact(catalog, TABLE)
    assert is_done
    assert [len(group.tasks) for group in groups] == [12, 12]
    assert len(list(catalog.load_table(TABLE).scan().plan_files())) == 2
    assert (rows(catalog), window_snapshots(catalog, TABLE), content_snapshot(catalog, TABLE)) == before
    assert compact(catalog, TABLE) == ([], False)


def test_the_state_of_windows_outlives_compaction_and_expiry_together(catalog: Catalog) -> None:
    before = window_snapshots(catalog, TABLE), content_snapshot(catalog, TABLE)
    compact(catalog, TABLE)
    expire(catalog, TABLE, Retention(age=timedelta(0), least=1), later())
    assert len(catalog.load_table(TABLE).snapshots()) == 1
    assert (window_snapshots(catalog, TABLE), content_snapshot(catalog, TABLE)) == before


def test_a_window_landed_after_compaction_replaces_its_rows(catalog: Catalog) -> None:
    compact(catalog, TABLE)
    land(catalog, 5, value=9)
    found = rows(catalog)
    assert len(found) == 24
    assert [row[2] for row in found].count(9) == 2


def test_few_files_are_left_alone_and_a_limit_holds(catalog: Catalog) -> None:
    assert small_files(catalog.load_table(TABLE), fewest=13) == []
    groups, _ = compact(catalog, TABLE, limit=1)
    assert len(groups) == 1
    assert len(list(catalog.load_table(TABLE).scan().plan_files())) == 13


def test_a_landing_that_commits_first_wins(
    catalog: Catalog, installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    raced = []

    def landing_meanwhile(table, rows):
        if not raced:
            raced.append(True)
            land(catalog, 3, value=7)
        return write_files(table, rows)

    monkeypatch.setattr("oso_lake.compaction.write_files", landing_meanwhile)
    _, is_done = compact(catalog, TABLE)
    assert not is_done
    assert [row[2] for row in rows(catalog)].count(7) == 2
    files = {
        Path(task.file.file_path.removeprefix("file://")).name for task in catalog.load_table(TABLE).scan().plan_files()
    }
    assert {path.name for path in Path(installation.warehouse_uri.removeprefix("file://")).rglob("*.parquet")} >= files
    assert compact(catalog, TABLE)[1]


def test_a_reader_that_opened_the_table_before_reads_on(catalog: Catalog) -> None:
    metadata = catalog.load_table(TABLE).metadata_location
    connection = duckdb.connect()
    connection.execute("load iceberg")
    relation = connection.execute('select "at" from iceberg_scan(?)', [metadata])
    first = relation.fetchmany(1)
    compact(catalog, TABLE)
    expire(catalog, TABLE, Retention(age=timedelta(days=7), least=1), datetime.now(UTC))
    assert len(first + relation.fetchall()) == 24
    assert connection.execute("select count(*) from iceberg_scan(?)", [metadata]).fetchone() == (24,)


def test_files_of_expired_snapshots_are_orphans_after_the_grace_and_no_others(
    catalog: Catalog, installation: Settings
) -> None:
    compact(catalog, TABLE)
    assert orphans(installation, catalog, later()) == []
    expire(catalog, TABLE, Retention(age=timedelta(0), least=1), later())
    assert orphans(installation, catalog, datetime.now(UTC)) == []
    before = rows(catalog)
    found = orphans(installation, catalog, later())
    assert len([one for one in found if one.path.suffix == ".parquet"]) == 24
    for one in found:
        one.path.unlink()
    assert rows(catalog) == before
    assert orphans(installation, catalog, later()) == []


def test_files_of_a_landing_under_way_are_no_orphans(catalog: Catalog, installation: Settings) -> None:
    table = catalog.load_table(TABLE)
    (file,) = write_files(table, CONTRACT.rows([{"at": START, "kind": "x", "n": 5}]))
    path = Path(file.file_path.removeprefix("file://"))
    os.utime(path, (0, 0))
    # whatever grace is asked for, it is a day at least, and a linked file's age is that of the link
    assert orphans(installation, catalog, datetime.now(UTC) + timedelta(hours=23), grace=timedelta(0)) == []
    found = orphans(installation, catalog, datetime.now(UTC) + timedelta(hours=25), grace=timedelta(0))
    assert [one.path.name for one in found] == [path.name]


def test_an_installation_that_was_moved_loses_nothing(catalog: Catalog, installation: Settings, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    installation.home.rename(moved)
    installation.home.symlink_to(moved)
    settings = Settings(home=moved)
    assert orphans(settings, open_catalog(settings), later()) == []
    other = Settings(home=tmp_path / "other")
    other.warehouse.mkdir(parents=True)
    with pytest.raises(ValueError, match="outside"):
        orphans(other, catalog, later())
