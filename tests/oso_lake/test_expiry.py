"""Expired snapshots: what they changed is still known, and readers keep what they have open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyiceberg.catalog import Catalog

from oso_lake import filters
from oso_lake.catalog import open_catalog
from oso_lake.commits import Commit, Scope, replace
from oso_lake.contracts import TIMESTAMP, TableContract, column
from oso_lake.expiry import Retention, expirable, expire
from oso_lake.probes import content_snapshot, last_change, window_snapshots
from oso_lake.settings import Settings
from oso_lake.window_names import hour_name

START = datetime(2025, 8, 19, tzinfo=UTC)
TABLE = "test.expiring"
CONTRACT = TableContract(
    name=TABLE,
    description="",
    schema=pa.schema([column("at", TIMESTAMP, "When."), column("n", pa.int64(), "Number.")]),
)
LATER = timedelta(days=30)
ALL_BUT_HEAD = Retention(age=timedelta(0), least=1)


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


def later() -> datetime:
    return datetime.now(UTC) + LATER


def snapshot_count(catalog: Catalog) -> int:
    return len(catalog.load_table(TABLE).snapshots())


def test_every_window_keeps_its_last_change_when_snapshots_expire(catalog: Catalog) -> None:
    for number in range(6):
        put(catalog, number, number + 2, value=number)
    before = window_snapshots(catalog, TABLE)
    head = content_snapshot(catalog, TABLE)
    assert expire(catalog, TABLE, ALL_BUT_HEAD, later()) == 5
    assert snapshot_count(catalog) == 1
    assert window_snapshots(catalog, TABLE) == before
    assert window_snapshots(catalog, TABLE, before.keys() | {"other"}) == before
    assert content_snapshot(catalog, TABLE) == head
    assert expire(catalog, TABLE, ALL_BUT_HEAD, later()) == 0


def test_changes_after_an_expiry_are_seen_and_expire_in_turn(catalog: Catalog) -> None:
    put(catalog, 0, 5, value=1)
    put(catalog, 3, 3, value=2)
    expire(catalog, TABLE, ALL_BUT_HEAD, later())
    newer = put(catalog, 4, 9, value=3)
    put(catalog, 9, 9, value=4)
    before = window_snapshots(catalog, TABLE)
    assert before[hour_name(START + timedelta(hours=4))] == newer.snapshot_id
    assert expire(catalog, TABLE, ALL_BUT_HEAD, later()) == 2
    assert window_snapshots(catalog, TABLE) == before


@settings(max_examples=12, deadline=None)
@given(st.lists(st.one_of(st.tuples(st.integers(0, 8), st.integers(0, 3)), st.just("foreign"), st.just("expire"))))
def test_any_mix_of_landings_foreign_writes_and_expiries_probes_as_without_expiry(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int] | str]
) -> None:
    catalog = open_catalog(Settings(home=tmp_path_factory.mktemp("mix")))
    put(catalog, 0, 4, value=0)
    for number, step in enumerate(steps):
        known, head = window_snapshots(catalog, TABLE), content_snapshot(catalog, TABLE)
        if isinstance(step, tuple):
            commit = put(catalog, step[0], sum(step), value=number)
            changed = {hour_name(START + timedelta(hours=hour)) for hour in range(step[0], sum(step) + 1)}
            assert window_snapshots(catalog, TABLE) == known | dict.fromkeys(changed, commit.snapshot_id)
        elif step == "foreign":
            catalog.load_table(TABLE).append(CONTRACT.rows([{"at": START - timedelta(hours=1), "n": number}]))
            assert set(window_snapshots(catalog, TABLE).values()) == {content_snapshot(catalog, TABLE)}
        else:
            expire(catalog, TABLE, ALL_BUT_HEAD, later(), limit=2)
            assert (window_snapshots(catalog, TABLE), content_snapshot(catalog, TABLE)) == (known, head)


def test_age_counts_from_when_the_next_snapshot_took_its_place(catalog: Catalog) -> None:
    commits = [put(catalog, 0, 0, value=number) for number in range(4)]
    table = catalog.load_table(TABLE)
    replaced_at = datetime.fromtimestamp(table.snapshots()[2].timestamp_ms / 1000, UTC)
    week = Retention(age=timedelta(days=7), least=1)
    going = expirable(table, week, replaced_at + week.age)
    assert commits[1].snapshot_id not in [one.snapshot_id for one in going]
    going = expirable(table, week, replaced_at + week.age + timedelta(milliseconds=1))
    assert commits[1].snapshot_id in [one.snapshot_id for one in going]


def test_a_least_number_stays_whatever_its_age(catalog: Catalog) -> None:
    for number in range(6):
        put(catalog, 0, 0, value=number)
    assert expire(catalog, TABLE, Retention(age=timedelta(0), least=4), later()) == 2
    assert expire(catalog, TABLE, Retention(age=timedelta(0), least=0), later()) == 3
    assert snapshot_count(catalog) == 1


def test_a_tagged_snapshot_stays_and_its_windows_are_known(catalog: Catalog) -> None:
    first = put(catalog, 0, 0, value=1)
    tagged = put(catalog, 1, 1, value=1)
    for number in range(3):
        put(catalog, 2, 2, value=number)
    assert tagged.snapshot_id is not None
    catalog.load_table(TABLE).manage_snapshots().create_tag(tagged.snapshot_id, "audit").commit()
    assert expire(catalog, TABLE, ALL_BUT_HEAD, later()) == 3
    kept = catalog.load_table(TABLE).snapshot_by_id(tagged.snapshot_id)
    assert kept is not None
    for number, commit in enumerate((first, tagged)):
        assert last_change(catalog, TABLE, hour_name(START + timedelta(hours=number))) == commit.snapshot_id


def test_a_landing_that_began_before_an_expiry_commits_after_it(catalog: Catalog) -> None:
    for number in range(3):
        put(catalog, 0, 0, value=number)
    opened = catalog.load_table(TABLE)
    expire(catalog, TABLE, ALL_BUT_HEAD, later())
    opened.append(CONTRACT.rows([{"at": START + timedelta(days=1), "n": 7}]))
    assert sorted(catalog.load_table(TABLE).scan().to_arrow()["n"].to_pylist()) == [2, 7]
