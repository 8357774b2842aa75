"""Windows of published and of the models' own tables are replaced by Trino, on an object store, among readers."""

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pyiceberg.catalog import Catalog
from pyiceberg.expressions import BooleanExpression, Not
from sqlglot import exp, parse_one
from trino_fixture import TrinoStack, start_stack

from oso_dagster.runner.engines.staging import StagedFiles
from oso_dagster.stack import local
from oso_dagster.stack.processes import ServerError
from oso_lake import Lake
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.commits import Data
from oso_lake.expiry import Retention, expire
from oso_lake.filters import equal
from oso_lake.orphans import files_at, orphans
from oso_lake.published import PublishedModel, publish_amounts, timeseries_contract
from oso_lake.settings import Settings
from sqlmesh_project.trino_connection import LakeTrinoConnectionConfig, replacing

DAY, DAY_AFTER, ROWS, TIMES = date(2024, 1, 2), date(2024, 1, 3), 100, 6
CONTRACT = timeseries_contract("project")
MODEL = PublishedModel(model="oso.m", version="1", window=Window(DAY, DAY_AFTER))
SCOPE = parse_one("model = 'oso.m' and sample_date >= date '2024-01-02' and sample_date < date '2024-01-03'")


@pytest.fixture(scope="module")
def stack() -> Iterator[TrinoStack]:
    """Trino and PyIceberg over a warehouse in an S3-compatible store."""
    folder = Path(tempfile.mkdtemp(prefix="oso_trino_s3_"))
    folder.chmod(0o711)
    home = folder / "home"
    try:
        yield start_stack(home, local.Choice(object_store=True, is_small=True))
    finally:
        local.down(Settings(home=home))
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def catalog(stack: TrinoStack) -> Catalog:
    return open_catalog(stack.settings)


def of_trino(stack: TrinoStack, catalog: Catalog, amount: int, first: str = "2024-01-02", days: int = 1) -> Data:
    """`ROWS` rows a day of one amount, which Trino writes."""
    adapter = LakeTrinoConnectionConfig.of(stack.settings).create_engine_adapter()
    query = parse_one(
        f"""
        select 'metric' as metric_id, cast(number as varchar) as project_id,
          date_add('day', day, date '{first}') as sample_date, cast({amount} as double) as amount,
          cast(null as varchar) as unit, 'oso.m' as model
        from unnest(sequence(1, {ROWS})) as n(number) cross join unnest(sequence(0, {days - 1})) as d(day)
        """,
        dialect="trino",
    )
    assert isinstance(query, exp.Query)
    return StagedFiles(adapter, catalog, CONTRACT, query, SCOPE)


def of_pyiceberg(amount: int) -> Data:
    """The same rows of an Arrow table."""
    row = {"metric_id": "metric", "sample_date": DAY, "amount": float(amount), "unit": None, "model": "oso.m"}
    return CONTRACT.rows({**row, "project_id": str(number + 1)} for number in range(ROWS))


def amounts(catalog: Catalog) -> Counter[float]:
    """How many rows of the day there are of each amount."""
    rows = catalog.load_table(CONTRACT.name).scan(equal("sample_date", DAY.isoformat())).to_arrow()
    return Counter(rows.column("amount").to_pylist())


def not_of_day() -> BooleanExpression:
    """Rows of other days."""
    return Not(equal("sample_date", DAY.isoformat()))


@contextmanager
def watching(*reads: Callable[[], Counter[float]]) -> Generator[list[Counter[float]]]:
    """What readers see again and again, each in a thread of its own, while the block runs."""
    seen: list[Counter[float]] = []
    done = threading.Event()

    def watch(read: Callable[[], Counter[float]]) -> None:
        while not done.is_set():
            seen.append(read())

    threads = [threading.Thread(target=watch, args=(read,)) for read in reads]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        done.set()
        for thread in threads:
            thread.join(timeout=60)


def test_readers_see_the_old_window_or_the_new_one(stack: TrinoStack, catalog: Catalog) -> None:
    days = PublishedModel(model="oso.m", version="1", window=Window(date(2024, 1, 1), date(2024, 1, 4)))
    publish_amounts(catalog, CONTRACT, of_trino(stack, catalog, 0, "2024-01-01", 3), [days], "run")

    def by_trino() -> Counter[float]:
        rows = stack.fetch(
            "select amount, count(*) from lake.published.timeseries_metrics_by_project_v0 "
            "where sample_date = date '2024-01-02' group by 1"
        )
        return Counter(dict(rows))

    with watching(lambda: amounts(catalog), by_trino) as seen:
        for amount in range(1, TIMES):
            publish_amounts(catalog, CONTRACT, of_trino(stack, catalog, amount), [MODEL], "run")
    assert len(seen) > TIMES
    assert all(len(one) == 1 and one.total() == ROWS for one in seen)
    table = catalog.load_table(CONTRACT.name)
    assert table.location().startswith("s3://oso/")
    # one snapshot a window, none of them with rows to be left out while reading; the days beside it are as they were
    assert len(table.snapshots()) == TIMES
    assert table.inspect.delete_files().num_rows == 0
    kept = table.scan(not_of_day()).to_arrow()
    assert kept.num_rows == 2 * ROWS
    assert set(kept.column("amount").to_pylist()) == {0.0}
    # staging tables are gone
    assert catalog.list_tables("staging") == []


def test_readers_without_trino_read_the_bucket(stack: TrinoStack, catalog: Catalog) -> None:
    publish_amounts(catalog, CONTRACT, of_trino(stack, catalog, 7), [MODEL], "run")
    lake = Lake(stack.settings)
    rows = lake.query("SELECT amount, COUNT(*) AS n FROM timeseries_metrics_by_project_v0 GROUP BY 1", DAY, DAY_AFTER)
    assert rows.to_dict("list") == {"amount": [7.0], "n": [ROWS]}


def test_a_stack_that_runs_is_not_brought_up_with_another_warehouse(stack: TrinoStack) -> None:
    with pytest.raises(ServerError, match=r"in the object store: end it with `oso stack down` first"):
        local.up(Settings(home=stack.settings.home), local.Choice(), lambda step, done=0, total=0: None)
    assert all(part.is_running for part in local.status(stack.settings))


def test_objects_that_no_table_refers_to_are_found_and_deleted(stack: TrinoStack, catalog: Catalog) -> None:
    table = catalog.load_table(CONTRACT.name)
    rows, later = amounts(catalog), datetime.now(UTC) + timedelta(days=4)
    files = files_at(stack.settings, stack.settings.warehouse_uri)
    # the data of the windows that were replaced is that of earlier snapshots still
    for one in orphans(stack.settings, catalog, later):
        files.remove(one)
    gone = expire(catalog, CONTRACT.name, Retention(age=timedelta(0), least=1), later)
    assert gone > 0
    assert orphans(stack.settings, catalog, datetime.now(UTC)) == []
    found = orphans(stack.settings, catalog, later)
    assert sum(one.path.suffix == ".parquet" for one in found) >= gone
    for one in found:
        files.remove(one)
    assert orphans(stack.settings, catalog, later) == []
    assert amounts(catalog) == rows
    assert len(table.refresh().snapshots()) == 1


def test_trino_and_pyiceberg_replace_one_window_at_once(stack: TrinoStack, catalog: Catalog) -> None:
    publish_amounts(catalog, CONTRACT, of_pyiceberg(0), [MODEL], "run")
    failed: list[Exception] = []

    def replace_often(make: Callable[[int], Data], amounts_of_mine: range) -> None:
        try:
            for amount in amounts_of_mine:
                publish_amounts(catalog, CONTRACT, make(amount), [MODEL], "run")
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    rivals = [
        threading.Thread(target=replace_often, args=(lambda n: of_trino(stack, catalog, n), range(10, 13))),
        threading.Thread(target=replace_often, args=(of_pyiceberg, range(20, 26))),
    ]
    with watching(lambda: amounts(catalog)) as seen:
        for rival in rivals:
            rival.start()
        for rival in rivals:
            rival.join(timeout=120)
    assert failed == []
    assert all(len(one) == 1 and one.total() == ROWS for one in seen)
    assert set(amounts(catalog)) <= {12.0, 25.0}


def test_windows_of_models_tables_are_replaced_in_one_snapshot(stack: TrinoStack) -> None:
    adapter = LakeTrinoConnectionConfig.of(stack.settings).create_engine_adapter()
    adapter.execute("create schema if not exists metrics.own")
    rows_of = "select date '2024-01-02' as day, x + {} as x from unnest(sequence(1, 100)) as s(x)"
    adapter.execute(f"create table metrics.own.t as {rows_of.format(0)}")
    table = exp.to_table("metrics.own.t")
    day = parse_one("day between cast('2024-01-02' as date) and cast('2024-01-02' as date)", dialect="trino")

    def read() -> Counter[float]:
        return Counter({0.0: stack.fetch("select count(*) from metrics.own.t")[0][0]})

    with watching(read) as seen:
        for number in range(3):
            rows = parse_one(rows_of.format(number), dialect="trino")
            assert isinstance(rows, exp.Query)
            adapter.execute(replacing(table, rows, ["day", "x"], day))
    assert seen
    assert {one.total() for one in seen} == {100}
    assert stack.fetch("select count(*), min(x), max(x) from metrics.own.t") == [(100, 3, 102)]
