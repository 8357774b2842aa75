"""Blocks, transactions and logs of every age and chain, written out by hand, and what they become."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlt_sources.evm_chain.contract import BLOCKS, LOGS, QUARANTINE, TRANSACTIONS
from dlt_sources.evm_chain.node import FullBlock, Header
from dlt_sources.evm_chain.parse import ParsedRows

Json = dict[str, Any]
DAY = date(2025, 10, 7)
AT = datetime(2025, 10, 7, 12, tzinfo=UTC)
BLOCK_HASH, PARENT, HASH = "0x" + "b" * 64, "0x" + "a" * 64, "0x" + "1" * 64
SENDER, RECEIVER = "0x" + "5" * 40, "0x" + "6" * 40


def block(transactions: list[Json], **changes: Any) -> Json:
    return {
        "number": "0x10",
        "hash": BLOCK_HASH,
        "parentHash": PARENT,
        "timestamp": hex(int(AT.timestamp())),
        "gasUsed": "0x5208",
        "gasLimit": "0x1c9c380",
        "miner": RECEIVER,
        "transactions": transactions,
        **changes,
    }


def transaction(**changes: Any) -> Json:
    made = {
        "hash": HASH,
        "transactionIndex": "0x0",
        "from": SENDER,
        "to": RECEIVER,
        "value": "0x0",
        "gasPrice": "0x7",
        "input": "0xa9059cbb00000000",
        "type": "0x2",
        **changes,
    }
    return without_marked(made)


def receipt(**changes: Any) -> Json:
    made = {
        "transactionHash": HASH,
        "blockHash": BLOCK_HASH,
        "contractAddress": None,
        "gasUsed": "0x5208",
        "effectiveGasPrice": "0x9",
        "status": "0x1",
        "logs": [],
        **changes,
    }
    return without_marked(made)


def log(**changes: Any) -> Json:
    return {"logIndex": "0x0", "address": RECEIVER, "topics": [], "data": "0x", **changes}


ABSENT = object()


def without_marked(record: Json) -> Json:
    return {name: value for name, value in record.items() if value is not ABSENT}


def parse(*pairs: tuple[Json, Json], **changes: Any) -> dict[str, list[Json]]:
    """The rows by table of one block that holds `pairs` of transactions and receipts."""
    answer = block([sent for sent, _ in pairs], **changes)
    rows = ParsedRows("optimism", DAY)
    rows.add(FullBlock(header=Header.parse(answer, 16), block=answer, receipts=[got for _, got in pairs]))
    return {contract.name: batch.to_pylist() for contract, batch in rows.tables()}


def one(sent: Json, got: Json) -> Json:
    """The only transaction row."""
    found = parse((sent, got))
    assert found[QUARANTINE.name] == []
    (row,) = found[TRANSACTIONS.name]
    return row


def reason(sent: Json, got: Json) -> str:
    """Why the only transaction was quarantined."""
    found = parse((sent, got))
    assert found[TRANSACTIONS.name] == []
    (row,) = found[QUARANTINE.name]
    return row["reason"]


def test_every_column_of_a_transaction() -> None:
    assert one(transaction(value="0x10", type="0x7e"), receipt(l1Fee="0xff", contractAddress=RECEIVER)) == {
        "chain": "optimism",
        "block_day": DAY,
        "block_number": 16,
        "block_at": AT,
        "transaction_index": 0,
        "hash": HASH,
        "type": 126,
        "is_system": True,
        "from_address": SENDER,
        "to_address": RECEIVER,
        "contract_address": RECEIVER,
        "value": Decimal(16),
        "gas_used": 21000,
        "effective_gas_price": Decimal(9),
        "l1_fee": Decimal(255),
        "status": 1,
        "input_selector": "0xa9059cbb",
    }


def test_every_column_of_a_block() -> None:
    found = parse((transaction(), receipt()), baseFeePerGas="0x3b9aca00")
    assert found[BLOCKS.name] == [
        {
            "chain": "optimism",
            "block_day": DAY,
            "number": 16,
            "hash": BLOCK_HASH,
            "parent_hash": PARENT,
            "block_at": AT,
            "transaction_count": 1,
            "gas_used": 21000,
            "gas_limit": 30_000_000,
            "base_fee_per_gas": Decimal(10**9),
            "miner": RECEIVER,
        }
    ]


@pytest.mark.parametrize(
    ("kind", "number", "is_system"),
    [
        ("0x0", 0, False),
        ("0x1", 1, False),
        ("0x2", 2, False),
        ("0x3", 3, False),
        ("0x4", 4, False),
        ("0x68", 104, False),
        ("0x6a", 106, True),
        ("0x7e", 126, True),
        (ABSENT, 0, False),
    ],
)
def test_types_say_who_made_a_transaction(kind: Any, number: int, is_system: bool) -> None:
    row = one(transaction(type=kind), receipt())
    assert (row["type"], row["is_system"]) == (number, is_system)


def test_before_byzantium_there_is_a_root_and_no_status() -> None:
    old = receipt(status=ABSENT, root="0x" + "c" * 64, effectiveGasPrice=ABSENT)
    row = one(transaction(type=ABSENT), old)
    assert (row["status"], row["effective_gas_price"]) == (None, Decimal(7))


def test_before_london_there_is_no_base_fee() -> None:
    assert parse((transaction(), receipt()))[BLOCKS.name][0]["base_fee_per_gas"] is None


def test_a_failed_transaction_is_a_row() -> None:
    assert one(transaction(), receipt(status="0x0"))["status"] == 0


def test_a_creation_has_no_receiver_and_no_selector() -> None:
    row = one(transaction(to=None, input="0x6080604052"), receipt(contractAddress=RECEIVER.upper().replace("X", "x")))
    assert (row["to_address"], row["contract_address"], row["input_selector"]) == (None, RECEIVER, None)


def test_addresses_become_lower_case() -> None:
    mixed = "0x" + "AbCdEf0123" * 4
    row = one(transaction(**{"from": mixed, "to": mixed}), receipt())
    assert row["from_address"] == row["to_address"] == mixed.lower()


def test_a_system_transaction_may_pay_nothing() -> None:
    row = one(transaction(type="0x7e", gasPrice=ABSENT), receipt(effectiveGasPrice=ABSENT))
    assert row["effective_gas_price"] == 0


@pytest.mark.parametrize(
    ("sent", "got", "says"),
    [
        ({"value": "0x" + "f" * 64}, {}, "value is 0xffff"),
        ({"value": "12"}, {}, "value is '12', not a hexadecimal quantity"),
        ({"value": ABSENT}, {}, "value is None, not a hexadecimal quantity"),
        ({"from": None}, {}, "from is None, not a text"),
        ({"to": 7}, {}, "to is 7, not a text"),
        ({"gasPrice": ABSENT}, {"effectiveGasPrice": ABSENT}, "neither effectiveGasPrice nor gasPrice is given"),
        ({}, {"status": ABSENT}, "the receipt has neither status nor root"),
        ({}, {"status": "0x2"}, "status is 0x2, more than the column holds"),
        ({}, {"gasUsed": "0x8000000000000000"}, "gasUsed is 0x8000000000000000, more than the column holds"),
        ({}, {"gasUsed": "0x"}, "gasUsed is '0x', not a hexadecimal quantity"),
    ],
)
def test_a_transaction_that_breaks_the_contract_says_how(sent: Json, got: Json, says: str) -> None:
    text = reason(transaction(**sent), receipt(**got))
    assert text.startswith(f"transaction {HASH}: ")
    assert says in text


def test_the_others_go_on_when_one_is_quarantined() -> None:
    other = "0x" + "2" * 64
    bad = receipt(gasUsed="lots", logs=[log()])
    found = parse((transaction(), bad), (transaction(hash=other), receipt(transactionHash=other)))
    assert [row["hash"] for row in found[TRANSACTIONS.name]] == [other]
    assert [row["transaction_hash"] for row in found[LOGS.name]] == [HASH]
    assert len(found[QUARANTINE.name]) == len(found[BLOCKS.name]) == 1


def test_a_block_that_breaks_the_contract_keeps_its_transactions() -> None:
    found = parse((transaction(), receipt()), gasUsed=None)
    assert found[BLOCKS.name] == []
    assert len(found[TRANSACTIONS.name]) == 1
    assert found[QUARANTINE.name][0]["reason"] == "block 16: gasUsed is None, not a hexadecimal quantity"


@pytest.mark.parametrize("count", range(5))
def test_a_log_has_up_to_four_topics(count: int) -> None:
    topics = [f"0x{number:064X}" for number in range(10, 10 + count)]
    (row,) = parse((transaction(), receipt(logs=[log(topics=topics, data="0xAB")])))[LOGS.name]
    assert [row[f"topic{n}"] for n in range(4)] == [topic.lower() for topic in topics] + [None] * (4 - count)
    assert row["data"] == "0xab"


@pytest.mark.parametrize(
    ("logs", "says"),
    [
        ([log(topics=["0x1"] * 5)], "topics is not a list of at most 4 texts"),
        ([log(topics=None)], "topics is not a list of at most 4 texts"),
        ([log(address=None)], "address is None, not a text"),
        (["0x"], "it is not an object"),
        (None, "logs is not a list"),
    ],
)
def test_a_log_that_breaks_the_contract_says_how(logs: Any, says: str) -> None:
    found = parse((transaction(), receipt(logs=logs)))
    assert (len(found[TRANSACTIONS.name]), found[LOGS.name]) == (1, [])
    assert says in found[QUARANTINE.name][0]["reason"]


def test_a_quarantined_payload_is_cut() -> None:
    found = parse((transaction(value="many", input="0x" + "ab" * 5000), receipt()))
    assert len(found[QUARANTINE.name][0]["payload"]) == 4000


def test_no_rows_make_empty_batches_of_the_contracts_columns() -> None:
    for contract, batch in ParsedRows("optimism", DAY).tables():
        assert (batch.num_rows, batch.schema.equals(contract.schema)) == (0, True)


@given(st.integers(min_value=0, max_value=2**256 - 1))
def test_a_quantity_is_exact_or_quarantined(wei: int) -> None:
    found = parse((transaction(value=hex(wei)), receipt()))
    values = [row["value"] for row in found[TRANSACTIONS.name]]
    assert values == ([Decimal(wei)] if wei < 10**38 else [])
    assert len(found[QUARANTINE.name]) == (wei >= 10**38)


def test_wei_is_never_a_float() -> None:
    for contract in (BLOCKS, TRANSACTIONS):
        assert not [field.name for field in contract.schema if pa.types.is_floating(field.type)]
