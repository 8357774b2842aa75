"""Replacing windows: one snapshot, nothing doubled, neighbours untouched, also when writers race.

On a SQL catalog and on a REST catalog.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import ValidationException
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table
from pyiceberg.table.update.snapshot import _OverwriteFiles

from oso_lake import commits, filters
from oso_lake.catalog import open_catalog
from oso_lake.commits import Commit, Scope, replace
from oso_lake.contracts import TIMESTAMP, ContractError, PartitionBy, TableContract, column
from oso_lake.settings import Settings

START = datetime(2025, 8, 19, tzinfo=UTC)
CONTRACT = TableContract(
    name="test.rows",
    description="Rows of tests.",
    partition=(PartitionBy("at", "day"),),
    identity=("at", "n"),
    schema=pa.schema(
        [
            column("at", TIMESTAMP, "When."),
            column("n", pa.int64(), "Number."),
            column("value", pa.string(), "Value.", nullable=True),
            column("parts", pa.list_(pa.struct([pa.field("sha", pa.string())])), "Nested.", nullable=True),
        ]
    ),
)


@pytest.fixture
def settings(on_each_catalog: Settings) -> Settings:
    return on_each_catalog


@pytest.fixture
def catalog(settings: Settings) -> Catalog:
    return open_catalog(settings)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def rows(hours: list[int], value: str, count: int = 2) -> pa.Table:
    return CONTRACT.rows(
        {"at": hour(h), "n": n, "value": value, "parts": [{"sha": value}]} for h in hours for n in range(count)
    )


def scope(hours: list[int]) -> Scope:
    selected = filters.either(filters.between("at", hour(h), hour(h + 1)) for h in hours)
    return Scope(filter=selected, windows=tuple(f"{hour(h):%Y-%m-%dT%H}" for h in hours))


def put(catalog: Catalog, hours: list[int], value: str, count: int = 2) -> Commit:
    return replace(catalog, CONTRACT, rows(hours, value, count), scope(hours), {commits.LOAD_ID: value})


def held(catalog: Catalog) -> list[tuple[int, int, str]]:
    """(hour, n, value) of every row, sorted."""
    table = catalog.load_table(CONTRACT.name).scan().to_arrow().to_pylist()
    return sorted((int((row["at"] - START) / timedelta(hours=1)), row["n"], row["value"]) for row in table)


def snapshots(catalog: Catalog) -> int:
    return len(catalog.load_table(CONTRACT.name).snapshots())


def test_a_window_is_replaced_in_one_snapshot_and_never_doubled(catalog: Catalog) -> None:
    put(catalog, [0, 1], "old")
    put(catalog, [0, 1], "new", count=3)
    assert held(catalog) == [(h, n, "new") for h in (0, 1) for n in range(3)]
    assert snapshots(catalog) == 2


def test_one_hour_of_a_day_is_replaced_and_the_others_keep_their_rows(catalog: Catalog) -> None:
    put(catalog, [0, 1, 2], "old")
    put(catalog, [1], "new", count=1)
    assert held(catalog) == [(0, 0, "old"), (0, 1, "old"), (1, 0, "new"), (2, 0, "old"), (2, 1, "old")]
    assert snapshots(catalog) == 2


def test_other_days_keep_their_very_files(catalog: Catalog) -> None:
    put(catalog, [0, 30], "old")
    before = {task.file.file_path for task in catalog.load_table(CONTRACT.name).scan().plan_files()}
    put(catalog, [0], "new")
    after = {task.file.file_path for task in catalog.load_table(CONTRACT.name).scan().plan_files()}
    assert len(before & after) == 1
    assert len(after) == 2


def test_a_window_may_become_empty(catalog: Catalog) -> None:
    put(catalog, [0, 1], "old")
    done = put(catalog, [0], "new", count=0)
    assert done.changed
    assert done.rows == 0
    assert held(catalog) == [(1, 0, "old"), (1, 1, "old")]


def test_replacing_nothing_by_nothing_makes_no_snapshot(catalog: Catalog) -> None:
    assert put(catalog, [0], "old", count=0) == Commit(table="test.rows", snapshot_id=None, rows=0, changed=False)
    first = put(catalog, [0], "old")
    assert put(catalog, [5], "none", count=0) == Commit(
        table="test.rows", snapshot_id=first.snapshot_id, rows=0, changed=False
    )
    assert snapshots(catalog) == 1


def test_a_filter_that_matches_a_file_but_no_row_leaves_the_file(catalog: Catalog) -> None:
    put(catalog, [0, 2], "old")
    put(catalog, [1], "new")
    summary = catalog.load_table(CONTRACT.name).snapshots()[-1].summary
    assert summary is not None
    assert summary.additional_properties.get("deleted-data-files") is None
    assert len(held(catalog)) == 6


def test_the_current_snapshot_tells_windows_load_and_source(catalog: Catalog) -> None:
    properties = {commits.LOAD_ID: "1.5", commits.SOURCE: "test", commits.SOURCE_VERSION: "v7"}
    done = replace(catalog, CONTRACT, rows(list(range(48)), "a", 1), scope(list(range(48))), properties)
    current = catalog.load_table(CONTRACT.name).current_snapshot()
    assert current is not None
    assert current.snapshot_id == done.snapshot_id
    assert current.summary is not None
    summary = current.summary.additional_properties
    assert {name: summary[name] for name in properties} == properties
    assert json.loads(summary[commits.WINDOWS]) == [["2025-08-19T00", "2025-08-20T23"]]


def test_parquet_files_are_committed_like_tables(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, [0], "old")
    files = []
    for number, hours in enumerate(([0, 1], [30])):
        files.append(tmp_path / f"{number}.parquet")
        pq.write_table(rows(hours, "new", 1), files[-1])
    done = replace(catalog, CONTRACT, files, scope([0, 1, 30]), {})
    assert done.rows == 3
    assert held(catalog) == [(0, 0, "new"), (1, 0, "new"), (30, 0, "new")]
    assert catalog.load_table(CONTRACT.name).scan().to_arrow().column("parts").to_pylist() == [[{"sha": "new"}]] * 3


def test_more_rows_than_one_slab_become_several_files(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "SLAB_ROWS", 10)
    put(catalog, [0], "many", count=25)
    assert len(held(catalog)) == 25
    assert len(list(catalog.load_table(CONTRACT.name).scan().plan_files())) == 3


def test_writers_of_other_windows_race_and_both_land(settings: Settings) -> None:
    put(open_catalog(settings), [0], "seed")

    def writer(number: int) -> None:
        for turn in range(3):
            put(open_catalog(settings), [number * 24], f"{number}-{turn}")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(writer, range(1, 4)))
    expected = [(0, n, "seed") for n in range(2)] + [(w * 24, n, f"{w}-2") for w in range(1, 4) for n in range(2)]
    assert held(open_catalog(settings)) == expected
    assert snapshots(open_catalog(settings)) == 10


def test_writers_of_one_window_race_and_one_wins_whole(settings: Settings) -> None:
    put(open_catalog(settings), [1], "neighbour")

    def writer(value: str) -> None:
        put(open_catalog(settings), [0], value, count=5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(writer, ["a", "b", "c", "d"]))
    first_hour = [row for row in held(open_catalog(settings)) if row[0] == 0]
    assert [row[1] for row in first_hour] == list(range(5))
    assert len({row[2] for row in first_hour}) == 1


def test_a_lost_race_is_evaluated_again_from_the_new_head(
    catalog: Catalog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(catalog, [5], "seed")
    affected = commits._affected
    calls = []

    def intruded(table: Table, scope_filter: BooleanExpression, staged: commits.Staged | None) -> object:
        found = affected(table, scope_filter, staged)
        if not calls:
            calls.append(1)
            monkeypatch.setattr(commits, "_affected", affected)
            put(open_catalog(settings), [0], "intruder")
            monkeypatch.setattr(commits, "_affected", intruded)
        return found

    monkeypatch.setattr(commits, "_affected", intruded)
    put(catalog, [0], "mine")
    assert held(catalog) == [(0, 0, "mine"), (0, 1, "mine"), (5, 0, "seed"), (5, 1, "seed")]


def test_files_that_pyiceberg_misses_once_are_looked_for_again(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its threads share an evaluator that keeps the manifest it looks at; found by interleavings of runs."""
    put(catalog, [0], "before")
    found = _OverwriteFiles._deleted_entries
    missed = []

    def missing(producer: _OverwriteFiles) -> list:
        if not missed:
            missed.append(1)
            raise ValidationException("Missing required files to delete")
        return found(producer)

    monkeypatch.setattr(_OverwriteFiles, "_deleted_entries", missing)
    put(catalog, [0], "after")
    assert missed
    assert held(catalog) == [(0, 0, "after"), (0, 1, "after")]


def test_data_that_breaks_the_contract_changes_nothing_and_leaves_no_file(catalog: Catalog, settings: Settings) -> None:
    put(catalog, [0], "good")
    broken = rows([0], "bad").set_column(1, "n", pa.array([1, None], pa.int64()))
    with pytest.raises(ContractError, match=r"test\.rows: null in n"):
        replace(catalog, CONTRACT, broken, scope([0]), {})
    assert held(catalog) == [(0, 0, "good"), (0, 1, "good")]
    assert len(list(Path(settings.warehouse_uri.removeprefix("file://")).rglob("*.parquet"))) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rows([0], "a").drop_columns(["value"]), "missing columns value"),
        (rows([0], "a").append_column("extra", pa.array([1, 2])), "unknown columns extra"),
    ],
)
def test_columns_must_be_the_contracts(catalog: Catalog, data: pa.Table, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        replace(catalog, CONTRACT, data, scope([0]), {})


def test_a_contract_may_gain_a_nullable_column_and_nothing_else(catalog: Catalog) -> None:
    put(catalog, [0], "old", count=1)
    wider = TableContract(
        name=CONTRACT.name,
        description="",
        partition=CONTRACT.partition,
        schema=CONTRACT.schema.append(column("note", pa.string(), "New.", nullable=True)),
    )
    replace(catalog, wider, wider.rows([{"at": hour(1), "n": 0, "note": "hi"}]), scope([1]), {})
    notes = catalog.load_table(CONTRACT.name).scan().to_arrow().select(["n", "note"]).to_pylist()
    assert sorted(str(row["note"]) for row in notes) == ["None", "hi"]
    with pytest.raises(ContractError, match="Land it anew"):
        replace(catalog, CONTRACT, rows([2], "x"), scope([2]), {})


def test_metadata_stays_small_over_many_commits(catalog: Catalog) -> None:
    for day in range(40):
        put(catalog, [day * 24], "x", count=1)
    table = catalog.load_table(CONTRACT.name)
    current = table.current_snapshot()
    assert current is not None
    assert len(current.manifests(table.io)) <= 16
    assert Path(table.metadata_location.removeprefix("file://")).stat().st_size < 60_000
