"""Chains that change and nodes that lack blocks: what is refused, what is withdrawn, and how it heals.

Reorganisations are real ones of anvil; holes and broken answers come from a fault injector in front of it.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from anvil import Anvil, running_anvil
from evm_history import at
from rpc_faults import FaultProxy, fault_proxy

from dlt_sources.evm_chain import BLOCKS, DAYS, LOGS, TRANSACTIONS, RpcError, RpcLimits, land_days
from dlt_sources.iceberg import LandingReport
from oso_lake.catalog import open_catalog
from oso_lake.settings import EvmChain, Settings

FIRST_DAY, LAST_DAY, END = date(2025, 10, 1), date(2025, 10, 3), date(2025, 10, 4)
SECOND_DAY = date(2025, 10, 2)
IMPATIENT = RpcLimits(attempts=2, longest_wait_seconds=0.1)
# the first block of each day, of three a day after the genesis
FIRST_OF_SECOND, FIRST_OF_THIRD, LAST_OF_THIRD = 4, 7, 9


@pytest.fixture
def anvil() -> Iterator[Anvil]:
    """Three days of three blocks with a transfer each, all final."""
    with running_anvil(at(1)) as node:
        sender, receiver = node.call("eth_accounts")[:2]
        for day in (1, 2, 3):
            for hour in (3, 9, 15):
                node.mine(at(day, hour), [{"from": sender, "to": receiver, "value": "0x1"}])
        node.mine_many(70, at(4), 60)
        yield node


@pytest.fixture
def proxy(anvil: Anvil) -> Iterator[FaultProxy]:
    with fault_proxy(anvil.url) as injector:
        yield injector


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def statuses(report: LandingReport) -> dict[str, str]:
    return {window.window.removeprefix("devnet/2025-10-"): window.status for window in report.windows}


def detail(report: LandingReport, day: date) -> str:
    return next(window.detail for window in report.windows if window.window == f"devnet/{day}")


def landed_hashes(settings: Settings) -> list[tuple[int, str]]:
    table = open_catalog(settings).load_table(BLOCKS.name).scan().to_arrow()
    return sorted(zip(table["number"].to_pylist(), table["hash"].to_pylist(), strict=True))


def node_hashes(anvil: Anvil, first: int, last: int) -> list[tuple[int, str]]:
    return [(number, anvil.block(number)["hash"]) for number in range(first, last + 1)]


def receipts(settings: Settings) -> dict[int, str]:
    table = open_catalog(settings).load_table(DAYS.name).scan().to_arrow()
    return {row["block_day"].day: row["status"] for row in table.to_pylist()}


def reorganise(anvil: Anvil, common: int) -> int:
    """Replace all blocks after `common`, and mine on; returns the last block of the second day now."""
    anvil.call("anvil_reorg", anvil.head() - common, [])
    last_of_second = anvil.head()
    anvil.mine(at(3, 20))
    anvil.mine_many(70, at(4), 60)
    return last_of_second


def through(proxy: FaultProxy, anvil: Anvil) -> EvmChain:
    return anvil.chain(FIRST_DAY, proxy.url)


def test_a_day_that_does_not_follow_the_landed_one_is_refused(anvil: Anvil, settings: Settings) -> None:
    chain = anvil.chain(FIRST_DAY)
    land_days(settings, chain, FIRST_DAY, LAST_DAY)
    old = landed_hashes(settings)
    last_of_second = reorganise(anvil, FIRST_OF_SECOND)

    report = land_days(settings, chain, LAST_DAY, END)

    assert statuses(report) == {"02": "reorganised", "03": "reorganised"}
    assert f"block {last_of_second + 1}, the first of 2025-10-03" in detail(report, LAST_DAY)
    assert "2025-10-02 must be landed again, and then 2025-10-03" in detail(report, LAST_DAY)
    assert receipts(settings) == {1: "final", 2: "reorganised", 3: "reorganised"}
    assert landed_hashes(settings) == old


def test_landing_the_range_again_heals_a_reorganisation(anvil: Anvil, settings: Settings) -> None:
    chain = anvil.chain(FIRST_DAY)
    land_days(settings, chain, FIRST_DAY, LAST_DAY)
    last_of_second = reorganise(anvil, FIRST_OF_SECOND)
    land_days(settings, chain, LAST_DAY, END)

    report = land_days(settings, chain, FIRST_DAY, END)

    assert statuses(report) == {"01": "unchanged", "02": "final", "03": "final"}
    assert receipts(settings) == {1: "final", 2: "final", 3: "final"}
    assert landed_hashes(settings) == node_hashes(anvil, 0, last_of_second + 1)


def test_a_landed_day_that_changed_is_landed_again_and_the_next_withdrawn(anvil: Anvil, settings: Settings) -> None:
    chain = anvil.chain(FIRST_DAY)
    land_days(settings, chain, FIRST_DAY, END)
    reorganise(anvil, FIRST_OF_SECOND)

    report = land_days(settings, chain, FIRST_DAY, LAST_DAY)

    assert statuses(report) == {"01": "unchanged", "02": "final", "03": "reorganised"}
    assert f"block {LAST_OF_THIRD}" in detail(report, LAST_DAY)
    assert receipts(settings) == {1: "final", 2: "final", 3: "reorganised"}


def test_blocks_that_do_not_fit_within_a_day_are_refused(anvil: Anvil, settings: Settings, proxy: FaultProxy) -> None:
    wrong = "0x" + "9" * 64
    proxy.alter("eth_getBlockByNumber", hex(5), lambda block: {**block, "parentHash": wrong})
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "reorganised", "03": "final"}
    assert f"block 5 says its parent is {wrong}, but block 4 is " in detail(report, SECOND_DAY)
    assert [number for number, _ in landed_hashes(settings)] == [0, 1, 2, 3, 7, 8, 9]


def test_receipts_of_another_block_are_refused(anvil: Anvil, settings: Settings, proxy: FaultProxy) -> None:
    wrong = "0x" + "9" * 64
    proxy.alter("eth_getBlockReceipts", hex(5), lambda found: [{**one, "blockHash": wrong} for one in found])
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "reorganised", "03": "final"}
    assert f"its receipts are of block {wrong}" in detail(report, SECOND_DAY)


def test_a_block_replaced_while_days_are_read_is_noticed(anvil: Anvil, settings: Settings, proxy: FaultProxy) -> None:
    # the full block is read first; what is asked again before the commit is another one
    wrong = "0x" + "9" * 64
    proxy.alter(
        "eth_getBlockByNumber",
        hex(LAST_OF_THIRD),
        lambda block: block if isinstance(block["transactions"][0], dict) else {**block, "hash": wrong},
    )
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "final", "03": "reorganised"}
    assert f"block {LAST_OF_THIRD} was replaced while days were read" in detail(report, LAST_DAY)


@pytest.mark.parametrize(
    ("method", "answer", "says"),
    [
        ("eth_getBlockByNumber", lambda _: None, "block 5: the node has no block"),
        ("eth_getBlockReceipts", lambda _: None, "block 5: the node has no receipts"),
        ("eth_getBlockReceipts", lambda _: [], "block 5: the node lacks 1 of 1 receipts"),
    ],
)
def test_a_hole_costs_its_day_only(
    anvil: Anvil, settings: Settings, proxy: FaultProxy, method: str, answer: Any, says: str
) -> None:
    proxy.alter(method, hex(5), answer)
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "hole", "03": "final"}
    assert says in detail(report, SECOND_DAY)
    assert "land the day again" in detail(report, SECOND_DAY)
    assert [number for number, _ in landed_hashes(settings)] == [0, 1, 2, 3, 7, 8, 9]
    assert receipts(settings) == {1: "final", 2: "hole", 3: "final"}

    proxy.heal()
    again = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(again) == {"01": "unchanged", "02": "final", "03": "unchanged"}
    assert landed_hashes(settings) == node_hashes(anvil, 0, LAST_OF_THIRD)


def test_a_hole_where_a_day_begins_costs_both_days(anvil: Anvil, settings: Settings, proxy: FaultProxy) -> None:
    proxy.alter("eth_getBlockByNumber", hex(FIRST_OF_THIRD), lambda _: None)
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "hole", "03": "hole"}
    assert f"block {FIRST_OF_THIRD}" in detail(report, SECOND_DAY)


def test_a_hole_never_takes_a_landed_day(anvil: Anvil, settings: Settings, proxy: FaultProxy) -> None:
    land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    before = landed_hashes(settings)
    proxy.alter("eth_getBlockReceipts", hex(5), lambda _: None)
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END, force=True)
    assert statuses(report) == {"01": "final", "02": "hole", "03": "final"}
    assert receipts(settings) == {1: "final", 2: "final", 3: "final"}
    assert landed_hashes(settings) == before


def test_an_unreadable_block_fails_its_day_only(anvil: Anvil, settings: Settings, proxy: FaultProxy) -> None:
    proxy.alter("eth_getBlockByNumber", hex(5), lambda block: {**block, "timestamp": "soon"})
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "failed", "03": "final"}
    assert "block 5: its header is not readable" in detail(report, SECOND_DAY)
    assert receipts(settings)[2] == "failed"


def test_a_node_that_goes_away_keeps_the_days_before(anvil: Anvil, settings: Settings, proxy: FaultProxy) -> None:
    def away(calls: list[dict[str, Any]]) -> Any:
        gone = any(call["method"] == "eth_getBlockReceipts" and call["params"] == [hex(5)] for call in calls)
        return (503, {}, "") if gone else None

    proxy.request_faults.append(away)
    with pytest.raises(RpcError, match=r"devnet answers HTTP 503; gave up after 2 attempts"):
        land_days(settings, through(proxy, anvil), FIRST_DAY, END, limits=IMPATIENT)
    assert receipts(settings) == {1: "final"}

    proxy.heal()
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END, limits=IMPATIENT)
    assert statuses(report) == {"01": "unchanged", "02": "final", "03": "final"}
    assert landed_hashes(settings) == node_hashes(anvil, 0, LAST_OF_THIRD)


def test_a_node_without_the_finalized_tag_needs_confirmations(
    anvil: Anvil, settings: Settings, proxy: FaultProxy
) -> None:
    proxy.alter("eth_getBlockByNumber", "finalized", lambda _: None)
    chain = through(proxy, anvil).model_copy(update={"confirmations": 71})
    # 70 blocks of the fourth day: less 71 confirmations, the last final block is of the third
    with pytest.raises(Exception, match=f"last final block {LAST_OF_THIRD - 1}"):
        land_days(settings, chain, FIRST_DAY, END)
    report = land_days(settings, chain.model_copy(update={"confirmations": 69}), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "final", "03": "final"}


def test_receipts_are_read_one_by_one_where_the_node_knows_no_other_way(
    anvil: Anvil, settings: Settings, proxy: FaultProxy
) -> None:
    proxy.without_method("eth_getBlockReceipts")
    report = land_days(settings, through(proxy, anvil), FIRST_DAY, END)
    assert statuses(report) == {"01": "final", "02": "final", "03": "final"}
    assert proxy.methods().count("eth_getTransactionReceipt") == 9
    # asked in the batch of the first day, and not again
    assert proxy.methods().count("eth_getBlockReceipts") == 4
    table = open_catalog(settings).load_table(TRANSACTIONS.name).scan().to_arrow()
    assert (table.num_rows, set(table["status"].to_pylist())) == (9, {1})
    assert open_catalog(settings).load_table(LOGS.name).scan().to_arrow().num_rows == 0
