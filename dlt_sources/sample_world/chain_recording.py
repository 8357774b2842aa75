"""Writes a chain as recorded JSON-RPC answers: `index.json` and `blocks/<number // 1000>.jsonl.gz`.

One line of a file is one block: `{"number": n, "block": <eth_getBlockByNumber(n, true)>, "receipts":
<eth_getBlockReceipts(n)>}`.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from dlt_sources.sample_world.chain import UNFINAL_BLOCKS, Block, Chain, Transaction
from dlt_sources.sample_world.truth import TruthTable

_PER_FILE = 1000
_BLOOM = "0x" + "0" * 512
_EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
_NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
_SEQUENCER = "0x4200000000000000000000000000000000000011"


def write_chain(folder: Path, chain: Chain, truth: TruthTable, transfers: TruthTable) -> tuple[int, int]:
    """Write the recording of `chain` into `folder`; returns its numbers of blocks and transactions."""
    (folder / "blocks").mkdir(parents=True)
    times: list[list[int]] = []
    lines: list[str] = []
    transactions = 0
    for block in chain.blocks():
        if block.number and block.number % _PER_FILE == 0:
            _write(folder, block.number - 1, lines)
            lines = []
        times.append([block.number, block.at])
        answers = {"number": block.number, "block": _block(chain, block), "receipts": _receipts(block)}
        lines.append(json.dumps(answers, separators=(",", ":")))
        transactions += len(block.transactions)
        for transaction in block.transactions:
            truth.add(_truth(chain, block, transaction))
        for row in _transfers(chain, block):
            transfers.add(row)
    _write(folder, times[-1][0], lines)
    latest = times[-1][0]
    index = {"chain_id": chain.chain_id, "blocks": times, "latest": latest, "finalized": latest - UNFINAL_BLOCKS}
    (folder / "index.json").write_text(json.dumps(index, separators=(",", ":")))
    return len(times), transactions


def _write(folder: Path, number: int, lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    path = folder / "blocks" / f"{number // _PER_FILE}.jsonl.gz"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=3, mtime=0))


def _block(chain: Chain, block: Block) -> dict:
    return {
        "baseFeePerGas": hex(block.base_fee),
        "blobGasUsed": "0x0",
        "difficulty": "0x0",
        "excessBlobGas": "0x0",
        "extraData": "0x00000000fa00000006",
        "gasLimit": "0x2625a00",
        "gasUsed": hex(sum(transaction.gas_used for transaction in block.transactions)),
        "hash": block.hash,
        "logsBloom": _BLOOM,
        "miner": _SEQUENCER,
        "mixHash": block.hash,
        "nonce": "0x0000000000000000",
        "number": hex(block.number),
        "parentBeaconBlockRoot": block.parent_hash,
        "parentHash": block.parent_hash,
        "receiptsRoot": _EMPTY_ROOT,
        "sha3Uncles": _NO_UNCLES,
        "size": hex(700 + 200 * len(block.transactions)),
        "stateRoot": block.hash[:2] + block.hash[:1:-1],
        "timestamp": hex(block.at),
        "transactions": [
            _transaction(chain, block, index, transaction) for index, transaction in enumerate(block.transactions)
        ],
        "transactionsRoot": _EMPTY_ROOT,
        "uncles": [],
        "withdrawals": [],
        "withdrawalsRoot": _EMPTY_ROOT,
    }


def _transaction(chain: Chain, block: Block, index: int, transaction: Transaction) -> dict:
    common = {
        "blockHash": block.hash,
        "blockNumber": hex(block.number),
        "from": transaction.sender,
        "gas": hex(transaction.gas_used * 2),
        "gasPrice": hex(transaction.gas_price),
        "hash": transaction.hash,
        "input": transaction.input,
        "nonce": hex(transaction.nonce),
        "r": transaction.hash,
        "s": block.hash,
        "to": transaction.to,
        "transactionIndex": hex(index),
        "type": hex(transaction.type),
        "v": "0x1",
        "value": hex(transaction.value),
    }
    if transaction.is_system:
        return common | {"mint": "0x0", "sourceHash": transaction.hash, "depositReceiptVersion": "0x1"}
    if transaction.type == 2:
        fees = {"maxFeePerGas": hex(transaction.gas_price * 2), "maxPriorityFeePerGas": "0xf4240"}
        return common | fees | {"chainId": hex(chain.chain_id), "accessList": [], "yParity": "0x1"}
    return common | {"chainId": hex(chain.chain_id)}


def _receipts(block: Block) -> list[dict]:
    receipts = []
    gas, log_index = 0, 0
    for index, transaction in enumerate(block.transactions):
        gas += transaction.gas_used
        place = {
            "blockHash": block.hash,
            "blockNumber": hex(block.number),
            "transactionHash": transaction.hash,
            "transactionIndex": hex(index),
        }
        logs = [
            {
                "address": log.address,
                "data": log.data,
                "logIndex": hex(log_index + offset),
                "removed": False,
                "topics": list(log.topics),
                "blockTimestamp": hex(block.at),
                **place,
            }
            for offset, log in enumerate(transaction.logs)
        ]
        log_index += len(logs)
        receipts.append(_receipt(transaction, place, gas, logs))
    return receipts


def _receipt(transaction: Transaction, place: dict, gas: int, logs: list[dict]) -> dict:
    receipt = {
        **place,
        "contractAddress": transaction.created,
        "cumulativeGasUsed": hex(gas),
        "effectiveGasPrice": hex(transaction.gas_price),
        "from": transaction.sender,
        "gasUsed": hex(transaction.gas_used),
        "logs": logs,
        "logsBloom": "0x00",
        "status": hex(transaction.succeeded),
        "to": transaction.to,
        "type": hex(transaction.type),
    }
    if transaction.is_system:
        return receipt | {"depositNonce": hex(transaction.nonce), "depositReceiptVersion": "0x1"}
    return receipt | {"l1Fee": hex(transaction.l1_fee or 0), "l1GasPrice": "0x3b9aca00", "l1GasUsed": "0x640"}


def _truth(chain: Chain, block: Block, transaction: Transaction) -> tuple[object, ...]:
    return (
        chain.name,
        block.at,
        transaction.hash,
        transaction.sender,
        transaction.to,
        transaction.created,
        sorted({log.address for log in transaction.logs}),
        transaction.is_system,
        transaction.succeeded,
        str(transaction.fee),
    )


def _transfers(chain: Chain, block: Block) -> Iterator[tuple[object, ...]]:
    emitted = ((transaction.hash, log) for transaction in block.transactions for log in transaction.logs)
    for index, (hash_, log) in enumerate(emitted):
        if (moved := log.transfer) is not None:
            value = None if moved.value is None else str(moved.value)
            place = (chain.name, block.at, hash_, index, log.address, moved.kind)
            yield (*place, moved.sender, moved.receiver, value, moved.decimals)
