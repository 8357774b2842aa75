"""A token transfer on a real EVM node: mined, landed by JSON-RPC, and read by the models."""

from datetime import UTC, date, datetime
from pathlib import Path

from anvil import BLOCKS_TO_FINAL, running_anvil
from model_runs import planned_models, window
from raw_lake import TRANSFER

from dlt_sources.evm_chain import land_days
from oso_lake import ids
from oso_lake.settings import Settings

SPAN = window("2025-10-01", "2025-10-02")
RECEIVER = "0x" + "ab" * 20
# 1,000 tokens of 18 decimals and one smallest unit
VALUE = 10**21 + 1
# a creation that logs Transfer(caller, RECEIVER, VALUE) by itself: mstore(0, VALUE); log3(0, 32, ...); stop
TOKEN = f"0x7f{VALUE:064x}60005273{RECEIVER[2:]}337f{TRANSFER[2:]}60206000a300"


def test_a_transfer_is_read_from_a_real_node(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", start=SPAN.start, funding_url="")
    with running_anvil(datetime(2025, 10, 1, tzinfo=UTC)) as anvil:
        (sender, *_) = anvil.call("eth_accounts")
        (creation,) = anvil.mine(datetime(2025, 10, 1, 12, tzinfo=UTC), [{"from": sender, "data": TOKEN}])
        token = anvil.call("eth_getTransactionReceipt", creation)["contractAddress"]
        anvil.mine_many(BLOCKS_TO_FINAL + 6, datetime(2025, 10, 2, tzinfo=UTC), 60)
        report = land_days(settings, anvil.chain(SPAN.start), SPAN.start, date(2025, 10, 2))
    assert [status.status for status in report.windows] == ["final"]
    with planned_models(settings) as run:
        run.evaluate(SPAN)
        transfers = run.rows(
            "SELECT chain, transaction_hash, token_address, from_address, to_address, value_hex, value "
            "FROM oso.stg_evm__token_transfers"
        )
        parties = (sender.lower(), RECEIVER)
        assert transfers == [("devnet", creation, token.lower(), *parties, f"{VALUE:064x}", float(VALUE))]
        events = run.rows(
            "SELECT event_type, from_artifact_id, to_artifact_id, amount FROM oso.int_events_daily__token_transfers"
        )
    contract, giver, receiver = (ids.address_id("devnet", address) for address in (token, *parties))
    assert sorted(events) == sorted(
        [
            ("TOKEN_TRANSFER", giver, contract, 1.0),
            ("TOKEN_TRANSFER_VOLUME", giver, contract, 1000.0),
            ("TOKEN_HOLDER_ACTIVITY", giver, contract, 1.0),
            ("TOKEN_HOLDER_ACTIVITY", receiver, contract, 1.0),
        ]
    )
