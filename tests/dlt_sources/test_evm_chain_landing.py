"""Days of a real anvil, landed: what the tables hold, where days begin and end, and what a second landing does."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from evm_history import FIRST_DAY, HUGE_VALUE, LARGE_VALUE, NOT_FINAL, WORD, History, at, running_history

from dlt_sources.evm_chain import (
    BLOCKS,
    DAYS,
    LOGS,
    QUARANTINE,
    TABLES,
    TRANSACTIONS,
    DayNotFinal,
    RpcLimits,
    WrongChain,
    land_days,
)
from dlt_sources.iceberg import LandingReport
from dlt_sources.progress import Progress
from oso_lake.catalog import open_catalog
from oso_lake.contracts import TableContract
from oso_lake.settings import Settings

Row = dict[str, Any]


@pytest.fixture(scope="module")
def history() -> Iterator[History]:
    with running_history() as made:
        yield made


@pytest.fixture(scope="module")
def landed(history: History, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, LandingReport]:
    """All final days of the history, landed once for the tests that only read."""
    settings = Settings(home=tmp_path_factory.mktemp("landed") / "home")
    return settings, land_days(settings, history.anvil.chain(FIRST_DAY), FIRST_DAY, NOT_FINAL)


def rows(settings: Settings, contract: TableContract, *order: str) -> list[Row]:
    found = open_catalog(settings).load_table(contract.name).scan().to_arrow().to_pylist()
    return sorted(found, key=lambda row: [row[name] for name in order])


def by_hash(settings: Settings) -> dict[str, Row]:
    return {row["hash"]: row for row in rows(settings, TRANSACTIONS)}


def snapshots(settings: Settings) -> dict[str, int]:
    catalog = open_catalog(settings)
    return {contract.name: len(catalog.load_table(contract.name).snapshots()) for contract in TABLES}


def test_each_day_is_final_and_counted(landed: tuple[Settings, LandingReport]) -> None:
    _, report = landed
    assert [(window.window, window.status, window.quarantined) for window in report.windows] == [
        ("devnet/2025-10-01", "final", 0),
        ("devnet/2025-10-02", "final", 1),
        ("devnet/2025-10-03", "final", 0),
        ("devnet/2025-10-04", "final", 0),
    ]
    # blocks, transactions and logs: 5 + 5 + 2, 1 + 1, none, 150
    assert [window.rows for window in report.windows] == [12, 2, 0, 150]


def test_receipts_tie_the_days_to_the_chain(history: History, landed: tuple[Settings, LandingReport]) -> None:
    settings, report = landed
    first, second, empty, busy = rows(settings, DAYS, "block_day")
    assert (first["first_block"], first["last_block"], first["blocks"]) == (0, 4, 5)
    assert (second["first_block"], second["last_block"], second["blocks"]) == (5, 5, 1)
    assert second["first_parent_hash"] == first["last_hash"] == history.anvil.block(4)["hash"]
    assert busy["first_parent_hash"] == second["last_hash"]
    assert empty["status"] == "final"
    assert [empty[name] for name in ("first_block", "last_block", "first_parent_hash", "last_hash")] == [None] * 4
    assert {row["load_id"] for row in (first, second, empty, busy)} == {report.load_id}


def test_a_day_begins_at_midnight_and_ends_before_the_next(landed: tuple[Settings, LandingReport]) -> None:
    settings, _ = landed
    found = rows(settings, BLOCKS, "number")[:6]
    assert [row["block_at"] for row in found] == [at(1), at(1, 1), at(1, 2), at(1, 2), at(1, 23, 59, 59), at(2)]
    assert [row["block_day"].day for row in found] == [1, 1, 1, 1, 1, 2]
    assert [row["transaction_count"] for row in found] == [0, 1, 2, 2, 0, 2]


def test_a_creation_has_a_contract_and_no_receiver(history: History, landed: tuple[Settings, LandingReport]) -> None:
    row = by_hash(landed[0])[history.creation]
    assert (row["to_address"], row["contract_address"]) == (None, history.contract)
    assert row["input_selector"] is None


def test_logs_keep_their_topics_and_data(history: History, landed: tuple[Settings, LandingReport]) -> None:
    two, four = rows(landed[0], LOGS, "block_number", "log_index")
    caller = "0x" + history.accounts[1][2:].rjust(64, "0")
    assert [two[f"topic{n}"] for n in range(4)] == ["0x" + "deadbeef".rjust(64, "0"), caller, None, None]
    assert [four[f"topic{n}"] for n in range(4)] == ["0x" + str(n).rjust(64, "0") for n in (1, 2, 3, 4)]
    assert (two["data"], four["data"]) == (WORD, "0x")
    assert {row["address"] for row in (two, four)} == {history.contract}
    assert {row["transaction_hash"] for row in (two, four)} == {history.emitting}


def test_a_failed_transaction_is_kept_and_pays(history: History, landed: tuple[Settings, LandingReport]) -> None:
    found = by_hash(landed[0])
    failed, emitting = found[history.failed], found[history.emitting]
    assert (failed["status"], emitting["status"]) == (0, 1)
    assert failed["gas_used"] * failed["effective_gas_price"] > 0
    assert emitting["input_selector"] == WORD[:10]
    assert failed["input_selector"] is None


def test_the_old_transaction_types_are_read(history: History, landed: tuple[Settings, LandingReport]) -> None:
    found = by_hash(landed[0])
    types = [found[key]["type"] for key in (history.legacy, history.access_list, history.emitting)]
    assert types == [0, 1, 2]
    assert found[history.legacy]["effective_gas_price"] == Decimal(3 * 10**9)


def test_a_value_of_more_than_64_bits_is_exact(history: History, landed: tuple[Settings, LandingReport]) -> None:
    assert by_hash(landed[0])[history.large]["value"] == Decimal(LARGE_VALUE)


def test_a_value_beyond_38_digits_is_quarantined_alone(
    history: History, landed: tuple[Settings, LandingReport]
) -> None:
    settings, _ = landed
    (row,) = rows(settings, QUARANTINE)
    assert row["block_day"] == date(2025, 10, 2)
    assert history.huge in row["reason"]
    assert f"value is {hex(HUGE_VALUE)}" in row["reason"]
    assert history.huge in row["payload"]
    assert history.huge not in by_hash(settings)


def test_days_landed_together_share_one_snapshot(landed: tuple[Settings, LandingReport]) -> None:
    settings, report = landed
    assert snapshots(settings) == {contract.name: 1 for contract in TABLES}
    for contract in TABLES:
        (snapshot,) = open_catalog(settings).load_table(contract.name).snapshots()
        assert snapshot.summary is not None
        assert snapshot.summary["oso.windows"] == '[["devnet/2025-10-01","devnet/2025-10-04"]]'
        assert snapshot.summary["oso.load_id"] == report.load_id


def test_a_second_landing_changes_nothing(history: History, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    chain = history.anvil.chain(FIRST_DAY)
    land_days(settings, chain, FIRST_DAY, NOT_FINAL)
    before = snapshots(settings)
    report = land_days(settings, chain, FIRST_DAY, NOT_FINAL)
    assert {window.status for window in report.windows} == {"unchanged"}
    assert snapshots(settings) == before


def test_a_forced_landing_replaces_and_never_doubles(history: History, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    chain = history.anvil.chain(FIRST_DAY)
    land_days(settings, chain, FIRST_DAY, NOT_FINAL)
    before = [rows(settings, contract, *contract.identity) for contract in (BLOCKS, TRANSACTIONS, LOGS)]
    report = land_days(settings, chain, date(2025, 10, 2), date(2025, 10, 3), force=True)
    assert [(window.window, window.status) for window in report.windows] == [("devnet/2025-10-02", "final")]
    assert [rows(settings, contract, *contract.identity) for contract in (BLOCKS, TRANSACTIONS, LOGS)] == before
    assert len(rows(settings, QUARANTINE)) == 1
    assert len(rows(settings, DAYS)) == 4


def test_days_landed_one_by_one_are_the_days_landed_together(
    history: History, landed: tuple[Settings, LandingReport], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home")
    for day in (2, 1, 4, 3):
        land_days(settings, history.anvil.chain(FIRST_DAY), date(2025, 10, day), date(2025, 10, day + 1))
    for contract in (BLOCKS, TRANSACTIONS, LOGS, QUARANTINE):
        order = contract.identity or ("reason",)
        assert rows(settings, contract, *order) == rows(landed[0], contract, *order)


def test_an_unfinal_day_lands_nothing_and_says_when(history: History, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(DayNotFinal, match="2025-10-05 is not final") as caught:
        land_days(settings, history.anvil.chain(FIRST_DAY), FIRST_DAY, date(2025, 10, 6))
    assert caught.value.day == NOT_FINAL
    # 70 blocks, a minute apart, of which the last 64 are not final
    assert caught.value.retry_at == datetime(2025, 10, 6, 1, 4, tzinfo=UTC)
    assert open_catalog(settings).list_namespaces() == []


def test_days_before_the_chain_are_left_out(history: History, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    report = land_days(settings, history.anvil.chain(date(2025, 10, 2)), FIRST_DAY, date(2025, 10, 3))
    assert [window.window for window in report.windows] == ["devnet/2025-10-02"]
    nothing = land_days(settings, history.anvil.chain(date(2025, 10, 2)), FIRST_DAY, date(2025, 10, 2))
    assert (nothing.windows, nothing.load_id) == ((), None)


def test_another_chain_than_the_settings_say_is_refused(history: History, tmp_path: Path) -> None:
    chain = history.anvil.chain(FIRST_DAY).model_copy(update={"chain_id": 10})
    with pytest.raises(WrongChain, match="settings say chain id 10, the node says 31337"):
        land_days(Settings(home=tmp_path / "home"), chain, FIRST_DAY, NOT_FINAL)


def test_small_batches_give_the_same_rows(
    history: History, landed: tuple[Settings, LandingReport], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home")
    limits = RpcLimits(batch_size=3, answer_bytes=2_000)
    land_days(settings, history.anvil.chain(FIRST_DAY), FIRST_DAY, NOT_FINAL, limits=limits)
    for contract in (BLOCKS, TRANSACTIONS, LOGS):
        assert rows(settings, contract, *contract.identity) == rows(landed[0], contract, *contract.identity)


def test_progress_counts_each_day_once(history: History, tmp_path: Path) -> None:
    seen: list[Progress] = []
    settings = Settings(home=tmp_path / "home")
    land_days(settings, history.anvil.chain(FIRST_DAY), FIRST_DAY, NOT_FINAL, on_progress=seen.append)
    assert [(progress.done, progress.total) for progress in seen] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_no_temporary_folder_stays(history: History, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    land_days(settings, history.anvil.chain(FIRST_DAY), FIRST_DAY, NOT_FINAL)
    assert list(settings.cache_dir.iterdir()) == []
