"""From JSON blocks and receipts to the rows of the contracts; what breaks a contract becomes a quarantine row.

Quantities are read into Python integers and become decimals: no value passes through a float or a 64-bit number that
cannot hold it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
import pyarrow as pa

from dlt_sources.evm_chain.contract import BLOCKS, LOGS, QUARANTINE, TRANSACTIONS
from dlt_sources.evm_chain.node import FullBlock, Json
from oso_lake.contracts import TableContract

INT32 = 2**31
INT64 = 2**63
WEI_LIMIT = 10**38
MICROSECONDS = 1_000_000
# Arbitrum's internal transactions and the deposits of the OP stack: made by the chain, not by people
SYSTEM_TYPES = frozenset({0x6A, 0x7E})
SELECTOR_LENGTH = len("0x") + 8
LONGEST_PAYLOAD = 4000
MOST_TOPICS = 4

Row = tuple[Any, ...]


class MalformedError(ValueError):
    """A record that breaks its table's contract."""


@dataclass
class ParsedRows:
    """Rows of some blocks of one day of one chain, without the two leading columns that all share."""

    chain: str
    day: date
    blocks: list[Row] = field(default_factory=list)
    transactions: list[Row] = field(default_factory=list)
    logs: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)

    def add(self, block: FullBlock) -> None:
        """Parse one block with all that is in it."""
        at = block.header.timestamp * MICROSECONDS
        place = (block.header.number, at)
        try:
            self.blocks.append(_block_row(block, at))
        except MalformedError as error:
            self._quarantine(f"block {block.header.number}: {error}", _without(block.block, "transactions"))
        for transaction, receipt in zip(block.block["transactions"], block.receipts, strict=True):
            try:
                self.transactions.append(place + _transaction_row(transaction, receipt))
            except MalformedError as error:
                payload = {"transaction": transaction, "receipt": _without(receipt, "logs")}
                self._quarantine(f"transaction {transaction['hash']}: {error}", payload)
            self._add_logs(place, transaction["hash"], receipt.get("logs"))

    def tables(self) -> Iterator[tuple[TableContract, pa.RecordBatch]]:
        """One record batch a table, as its contract says."""
        for contract, rows in (
            (BLOCKS, self.blocks),
            (TRANSACTIONS, self.transactions),
            (LOGS, self.logs),
            (QUARANTINE, self.quarantine),
        ):
            yield contract, self._batch(contract.schema, rows)

    def _add_logs(self, place: Row, transaction_hash: str, logs: Any) -> None:
        if not isinstance(logs, list):
            self._quarantine(f"receipt of {transaction_hash}: logs is not a list", {"logs": logs})
            return
        for log in logs:
            try:
                self.logs.append((*place, transaction_hash, *_log_row(log)))
            except MalformedError as error:
                self._quarantine(f"log of transaction {transaction_hash}: {error}", log)

    def _quarantine(self, reason: str, payload: Any) -> None:
        self.quarantine.append((reason, orjson.dumps(payload).decode()[:LONGEST_PAYLOAD]))

    def _batch(self, schema: pa.Schema, rows: Sequence[Row]) -> pa.RecordBatch:
        columns = zip(*rows, strict=True) if rows else [()] * (len(schema) - 2)
        shared = [
            pa.repeat(pa.scalar(value, schema[i].type), len(rows)) for i, value in ((0, self.chain), (1, self.day))
        ]
        own = [pa.array(list(values), schema[i].type) for i, values in enumerate(columns, start=2)]
        return pa.RecordBatch.from_arrays(shared + own, schema=schema)


def _block_row(block: FullBlock, at: int) -> Row:
    answer, header = block.block, block.header
    return (
        header.number,
        header.hash,
        header.parent_hash,
        at,
        len(block.receipts),
        _quantity(answer, "gasUsed", INT64),
        _quantity(answer, "gasLimit", INT64),
        _optional_quantity(answer, "baseFeePerGas", WEI_LIMIT),
        _text(answer, "miner"),
    )


def _transaction_row(transaction: Json, receipt: Json) -> Row:
    kind = _optional_quantity(transaction, "type", INT32) or 0
    is_system = kind in SYSTEM_TYPES
    to_address = _optional_text(transaction, "to")
    return (
        _quantity(transaction, "transactionIndex", INT32),
        _text(transaction, "hash"),
        kind,
        is_system,
        _text(transaction, "from"),
        to_address,
        _optional_text(receipt, "contractAddress"),
        _quantity(transaction, "value", WEI_LIMIT),
        _quantity(receipt, "gasUsed", INT64),
        _gas_price(transaction, receipt, is_system),
        _optional_quantity(receipt, "l1Fee", WEI_LIMIT),
        _status(receipt),
        _selector(transaction) if to_address else None,
    )


def _gas_price(transaction: Json, receipt: Json, is_system: bool) -> int:
    """What was paid for one gas: receipts before London lack it, and system transactions may pay nothing."""
    price = _optional_quantity(receipt, "effectiveGasPrice", WEI_LIMIT)
    if price is None:
        price = _optional_quantity(transaction, "gasPrice", WEI_LIMIT)
    if price is None and not is_system:
        raise MalformedError("neither effectiveGasPrice nor gasPrice is given")
    return price or 0


def _status(receipt: Json) -> int | None:
    """1 or 0; None for receipts of before Byzantium, which carry a state root instead."""
    status = _optional_quantity(receipt, "status", 2)
    if status is None and "root" not in receipt:
        raise MalformedError("the receipt has neither status nor root")
    return status


def _selector(transaction: Json) -> str | None:
    data = _text(transaction, "input" if "input" in transaction else "data")
    return data[:SELECTOR_LENGTH] if len(data) >= SELECTOR_LENGTH else None


def _log_row(log: Any) -> Row:
    if not isinstance(log, dict):
        raise MalformedError("it is not an object")
    topics = log.get("topics")
    if not isinstance(topics, list) or len(topics) > MOST_TOPICS or not all(isinstance(t, str) for t in topics):
        raise MalformedError(f"topics is not a list of at most {MOST_TOPICS} texts")
    padding = (None,) * (MOST_TOPICS - len(topics))
    return (
        _quantity(log, "logIndex", INT32),
        _text(log, "address"),
        *(topic.lower() for topic in topics),
        *padding,
        _text(log, "data"),
    )


def _quantity(record: Json, name: str, limit: int) -> int:
    """The quantity `0x...` below `limit` that `record` must have."""
    value = record.get(name)
    try:
        number = int(value, 16) if isinstance(value, str) and value[:2] == "0x" else -1
    except ValueError:
        number = -1
    if 0 <= number < limit:
        return number
    if number >= limit:
        raise MalformedError(f"{name} is {value}, more than the column holds (less than {limit:.3g})")
    raise MalformedError(f"{name} is {value!r}, not a hexadecimal quantity")


def _optional_quantity(record: Json, name: str, limit: int) -> int | None:
    return None if record.get(name) is None else _quantity(record, name, limit)


def _text(record: Json, name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise MalformedError(f"{name} is {value!r}, not a text")
    return value.lower()


def _optional_text(record: Json, name: str) -> str | None:
    return None if record.get(name) is None else _text(record, name)


def _without(record: Json, name: str) -> Json:
    return {key: value for key, value in record.items() if key != name}
