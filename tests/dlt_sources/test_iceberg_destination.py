"""The dlt destination: contracts frozen, one commit per table and load, pipelines lent to one process at a time."""

import fcntl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
import pytest
from dagster import AssetExecutionContext, asset, materialize
from dagster_dlt import DagsterDltResource
from dlt.extract import DltResource

from dlt_sources.iceberg import (
    LandingError,
    LandingReport,
    as_source,
    contract_resource,
    current_load_id,
    land,
    landing,
)
from oso_lake import filters
from oso_lake.catalog import open_catalog
from oso_lake.commits import LOAD_ID, SOURCE, SOURCE_VERSION, WINDOWS, Scope
from oso_lake.contracts import ContractError, TableContract, column
from oso_lake.settings import Settings

ROWS = TableContract(
    name="test.rows",
    description="Rows.",
    schema=pa.schema(
        [
            column("window", pa.string(), "Window."),
            column("amount", pa.decimal128(38, 0), "Beyond 64 bits.", nullable=True),
            column("tags", pa.list_(pa.struct([pa.field("Name", pa.string())])), "Nested.", nullable=True),
        ]
    ),
)
RECEIPTS = TableContract(
    name="test.receipts",
    description="Receipts.",
    schema=pa.schema([column("window", pa.string(), "Window."), column("load_id", pa.string(), "Load.")]),
)
CONTRACTS = (ROWS, RECEIPTS)
BIG = 2**100


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", lock_timeout_seconds=0.3)


def scopes(window: str) -> dict[str, Scope]:
    scope = Scope(filters.equal("window", window), (window,))
    return {contract.name: scope for contract in CONTRACTS}


def resources(window: str, items: Callable[[], Iterable[Any]]) -> list[DltResource]:
    return [
        contract_resource(ROWS, items),
        contract_resource(RECEIPTS, lambda: [[{"window": window, "load_id": current_load_id()}]]),
    ]


def put(settings: Settings, window: str, items: Callable[[], Iterable[Any]]) -> LandingReport:
    return land(
        resources(window, items),
        pipeline_name="test",
        settings=settings,
        contracts=CONTRACTS,
        scopes=scopes(window),
        source_version="v1",
    )


def row(window: str, amount: int = BIG) -> dict[str, Any]:
    return {"window": window, "amount": amount, "tags": [{"Name": "x"}]}


def held(settings: Settings, table: str = "rows") -> list[dict[str, Any]]:
    return open_catalog(settings).load_table(f"test.{table}").scan().to_arrow().to_pylist()


def test_rows_land_exactly_as_the_contract_has_them(settings: Settings) -> None:
    report = put(settings, "a", lambda: [[row("a")], ROWS.rows([row("a", 1)]).to_batches()[0]])
    assert held(settings) == [row("a"), row("a", 1)]
    assert open_catalog(settings).load_table("test.rows").scan().to_arrow().column_names == ROWS.schema.names
    assert held(settings, "receipts") == [{"window": "a", "load_id": report.load_id}]


def test_a_window_lands_again_and_others_stay(settings: Settings) -> None:
    put(settings, "a", lambda: [[row("a"), row("a")]])
    put(settings, "b", lambda: [[row("b")]])
    put(settings, "a", lambda: [[row("a", 5)]])
    assert sorted((found["window"], found["amount"]) for found in held(settings)) == [("a", 5), ("b", BIG)]
    assert len(held(settings, "receipts")) == 2


def test_a_source_without_rows_empties_its_window(settings: Settings) -> None:
    put(settings, "a", lambda: [[row("a")]])
    report = put(settings, "a", lambda: [])
    assert held(settings) == []
    assert report.tables["test.rows"].changed


def test_each_load_is_one_snapshot_with_its_load_id(settings: Settings) -> None:
    report = put(settings, "a", lambda: ([row("a", number)] for number in range(50)))
    table = open_catalog(settings).load_table("test.rows")
    (snapshot,) = table.snapshots()
    assert snapshot.summary is not None
    summary = snapshot.summary.additional_properties
    assert summary[LOAD_ID] == report.load_id
    assert (summary[SOURCE], summary[SOURCE_VERSION], summary[WINDOWS]) == ("test", "v1", '["a"]')
    assert report.tables["test.rows"].rows == 50


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([[{**row("a"), "surprise": 1}]], r"test\.rows: unknown columns surprise"),
        ([[{"amount": 1}]], r"test\.rows: null in window"),
        ([[{**row("a"), "amount": "x"}]], r"test\.rows: .*"),
        ([ROWS.empty().drop_columns(["tags"])], r"test\.rows: missing columns tags"),
    ],
)
def test_data_that_breaks_the_contract_fails_before_anything_moves(
    settings: Settings, items: list[Any], message: str
) -> None:
    put(settings, "a", lambda: [[row("a")]])
    with pytest.raises(LandingError, match=message):
        put(settings, "a", lambda: items)
    assert held(settings) == [row("a")]
    put(settings, "a", lambda: [[row("a", 3)]])
    assert held(settings) == [row("a", 3)]


def test_a_resource_that_evades_the_contract_is_stopped_at_staging(settings: Settings) -> None:
    bare = dlt.resource(lambda: iter([pa.table({"window": ["a"]})]), name="rows")
    with pytest.raises(LandingError, match="staged columns"):
        land(
            [bare],
            pipeline_name="test",
            settings=settings,
            contracts=CONTRACTS,
            scopes=scopes("a"),
            source_version="v1",
        )
    assert not open_catalog(settings).table_exists("test.rows")


def test_an_error_of_the_source_is_told_as_it_is_and_the_next_run_is_unharmed(settings: Settings) -> None:
    def fails() -> Iterable[Any]:
        yield [row("a")]
        raise RuntimeError("the node answered with nonsense")

    with pytest.raises(LandingError, match="test, step extract: the node answered with nonsense"):
        put(settings, "a", fails)
    put(settings, "a", lambda: [[row("a", 1)]])
    assert held(settings) == [row("a", 1)]


def test_a_commit_that_fails_leaves_no_package_to_resume(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("oso_lake.commits._commit", fail)
        with pytest.raises(LandingError, match="disk full"):
            put(settings, "a", lambda: [[row("a", 1)]])
    put(settings, "b", lambda: [[row("b", 2)]])
    assert held(settings) == [row("b", 2)]


def test_a_changed_contract_is_taken_up(settings: Settings) -> None:
    put(settings, "a", lambda: [[row("a")]])
    wider = TableContract(
        name="test.rows",
        description="",
        schema=ROWS.schema.append(column("note", pa.string(), "New.", nullable=True)),
    )
    land(
        [contract_resource(wider, lambda: [[{"window": "b", "note": "n"}]])],
        pipeline_name="test",
        settings=settings,
        contracts=(wider,),
        scopes=scopes("b"),
        source_version="v2",
    )
    assert sorted((found["window"], found["note"]) for found in held(settings) if found["note"]) == [("b", "n")]


def test_a_pipeline_is_lent_to_one_process_at_a_time(settings: Settings) -> None:
    settings.dlt_dir.mkdir(parents=True)
    with (settings.dlt_dir / "test.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(LandingError, match=r"another process has held .*test\.lock for 0 s"):
            put(settings, "a", lambda: [[row("a")]])


def test_a_scope_for_each_contract_is_required(settings: Settings) -> None:
    with (
        pytest.raises(ContractError, match=r"no scope given for test\.receipts"),
        landing(
            pipeline_name="test",
            settings=settings,
            contracts=CONTRACTS,
            scopes={"test.rows": scopes("a")["test.rows"]},
            source_version="",
        ),
    ):
        pass


def test_old_load_packages_are_pruned(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlt_sources.iceberg.KEPT_PACKAGES", 2)
    for number in range(5):
        put(settings, "a", lambda number=number: [[row("a", number)]])
    packages = list((settings.dlt_dir / "pipelines" / "test" / "load" / "loaded").iterdir())
    assert len(packages) == 3


def test_dagster_dlt_runs_it_as_it_is(settings: Settings) -> None:
    reports = []

    @asset
    def rows(context: AssetExecutionContext) -> None:
        with landing(
            pipeline_name="test", settings=settings, contracts=CONTRACTS, scopes=scopes("a"), source_version="v1"
        ) as current:
            source = as_source("test", resources("a", lambda: [[row("a")]]))
            list(
                DagsterDltResource().run(context.op_execution_context, dlt_source=source, dlt_pipeline=current.pipeline)
            )
            reports.append(current.report())

    assert materialize([rows]).success
    assert held(settings) == [row("a")]
    assert reports[0].tables["test.rows"].rows == 1
