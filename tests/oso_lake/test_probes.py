"""Probes: which snapshot last changed a window, told by summaries alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyiceberg.catalog import Catalog

from oso_lake import filters
from oso_lake.catalog import open_catalog
from oso_lake.commits import Commit, Scope, replace
from oso_lake.contracts import TIMESTAMP, TableContract, column
from oso_lake.probes import content_snapshot, last_change, window_snapshots
from oso_lake.settings import Settings
from oso_lake.window_names import decode_windows, encode_windows, hour_name, matching_windows, parse_hour

START = datetime(2025, 8, 19, tzinfo=UTC)
CONTRACT = TableContract(
    name="test.hours",
    description="",
    schema=pa.schema([column("at", TIMESTAMP, "When."), column("n", pa.int64(), "Number.")]),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_catalog(Settings(home=tmp_path / "home"))


def put(catalog: Catalog, first: int, last: int, value: int) -> Commit:
    hours = [START + timedelta(hours=number) for number in range(first, last + 1)]
    scope = Scope(
        filter=filters.between("at", hours[0], hours[-1] + timedelta(hours=1)),
        windows=tuple(hour_name(hour) for hour in hours),
    )
    return replace(catalog, CONTRACT, CONTRACT.rows({"at": hour, "n": value} for hour in hours), scope, {})


def name(number: int) -> str:
    return hour_name(START + timedelta(hours=number))


def test_t20_an_overwrite_with_as_many_rows_but_other_values_is_a_change(catalog: Catalog) -> None:
    first = put(catalog, 0, 23, value=1)
    assert last_change(catalog, "test.hours", name(5)) == first.snapshot_id
    second = put(catalog, 5, 5, value=2)
    assert (first.rows, second.rows) == (24, 1)
    assert last_change(catalog, "test.hours", name(5)) == second.snapshot_id
    assert last_change(catalog, "test.hours", name(4)) == first.snapshot_id
    assert last_change(catalog, "test.hours", name(6)) == first.snapshot_id


def test_a_range_over_days_covers_its_hours_and_no_others(catalog: Catalog) -> None:
    done = put(catalog, 10, 60, value=1)
    assert last_change(catalog, "test.hours", name(10)) == done.snapshot_id
    assert last_change(catalog, "test.hours", name(60)) == done.snapshot_id
    assert last_change(catalog, "test.hours", name(9)) is None
    assert last_change(catalog, "test.hours", name(61)) is None


def test_many_windows_at_once_give_the_same_as_one_by_one(catalog: Catalog) -> None:
    put(catalog, 0, 30, value=1)
    put(catalog, 7, 8, value=2)
    put(catalog, 20, 40, value=3)
    wanted = [name(number) for number in range(45)]
    one_by_one = {window: last_change(catalog, "test.hours", window) for window in wanted}
    found = {window: snapshot for window, snapshot in one_by_one.items() if snapshot is not None}
    assert window_snapshots(catalog, "test.hours", wanted) == found
    assert window_snapshots(catalog, "test.hours") == found
    assert len(found) == 41
    assert len(set(found.values())) == 3


def test_a_table_that_does_not_exist_was_never_changed(catalog: Catalog) -> None:
    assert last_change(catalog, "test.nothing", name(0)) is None
    assert content_snapshot(catalog, "test.nothing") is None


def test_a_rewrite_by_another_tool_changes_every_older_window(catalog: Catalog) -> None:
    put(catalog, 0, 1, value=1)
    table = catalog.load_table("test.hours")
    table.append(CONTRACT.rows([{"at": START + timedelta(hours=1), "n": 9}]))
    foreign = content_snapshot(catalog, "test.hours")
    newer = put(catalog, 1, 1, value=2)
    assert last_change(catalog, "test.hours", name(0)) == foreign
    assert last_change(catalog, "test.hours", name(1)) == newer.snapshot_id


hours = st.integers(0, 5_000).map(lambda number: hour_name(START + timedelta(hours=number)))
days = st.integers(0, 400).map(lambda number: f"optimism/{(START + timedelta(days=number)).date()}")
others = st.sampled_from(["owner/name", "9f8e", "owner/2025-13-45", "a/b/2025-01-01x", ""])


@given(st.lists(st.one_of(hours, days, others)))
def test_window_names_survive_encoding(names: list[str]) -> None:
    encoded = encode_windows(names)
    assert sorted(decode_windows(encoded)) == sorted(set(names))
    assert matching_windows(encoded, set(names)) == set(names)


def test_a_long_range_is_short() -> None:
    names = [hour_name(START + timedelta(hours=number)) for number in range(24 * 31)]
    assert encode_windows(names) == '[["2025-08-19T00","2025-09-18T23"]]'
    assert parse_hour(names[-1]) == START + timedelta(hours=24 * 31 - 1)


def test_days_of_two_chains_are_two_ranges() -> None:
    names = ["base/2025-10-07", "optimism/2025-10-07", "optimism/2025-10-08", "base/2025-10-09"]
    assert (
        encode_windows(names) == '["base/2025-10-07","base/2025-10-09",["optimism/2025-10-07","optimism/2025-10-08"]]'
    )


@pytest.mark.parametrize("at", [datetime(2025, 1, 1, 5), datetime(2025, 1, 1, 5, 30, tzinfo=UTC)])  # noqa: DTZ001
def test_only_whole_hours_with_a_zone_have_names(at: datetime) -> None:
    with pytest.raises(ValueError, match="not a whole hour"):
        hour_name(at)
