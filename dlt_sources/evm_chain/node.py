"""What is asked of a chain's node: heads, headers, and full blocks with their receipts.

Answers are checked as far as landing depends on them: that they are there, and belong together.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from dlt_sources.evm_chain.errors import METHOD_NOT_FOUND, BadAnswer, Hole, Reorganised, RpcError, WrongChain
from dlt_sources.evm_chain.rpc import Call, Fault, RpcClient

# requests under way at once: hides a remote node's latency, keeps few blocks in memory
PREFETCHED_BATCHES = 4

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Header:
    """The part of a block that ties it to the chain; `timestamp` in Unix seconds."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int

    @property
    def at(self) -> datetime:
        """Its timestamp, UTC."""
        return datetime.fromtimestamp(self.timestamp, UTC)

    @classmethod
    def parse(cls, block: Json, number: int) -> Self:
        """The header in the answer for block `number`; raises BadAnswer."""
        try:
            header = cls(
                number=int(block["number"], 16),
                hash=block["hash"].lower(),
                parent_hash=block["parentHash"].lower(),
                timestamp=int(block["timestamp"], 16),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadAnswer(f"block {number}: its header is not readable: {error!r}", block=number) from error
        if header.number != number:
            raise BadAnswer(f"block {number}: the node answers with block {header.number}", block=number)
        return header


@dataclass(frozen=True, kw_only=True)
class FullBlock:
    """A block as answered, with the receipt of each of its transactions, in their order."""

    header: Header
    block: Json
    receipts: Sequence[Json]


class Node:
    """One chain's node, seen through an RpcClient; `confirmations` stand in for a missing `finalized` tag."""

    def __init__(self, client: RpcClient, confirmations: int = 64) -> None:
        self.client = client
        self._confirmations = confirmations
        self._has_block_receipts = True

    def check_chain(self) -> None:
        """Raise WrongChain unless the node serves the chain of the settings."""
        found = int(self.client.call("eth_chainId"), 16)
        if found != self.client.chain.chain_id:
            raise WrongChain(self.client.chain.name, self.client.chain.chain_id, found)

    def final_head(self) -> Header:
        """The last final block: the node's `finalized`, else the latest less the confirmations."""
        answer = self.client.batch([Call("eth_getBlockByNumber", ("finalized", False))])[0]
        if answer is not None and not isinstance(answer, Fault):
            return _tagged(answer)
        number = max(0, self.latest_head().number - self._confirmations)
        (header,) = self.headers([number])
        if header is None:
            raise RpcError(
                f"chain {self.client.chain.name}: the node has no block {number}, its own head less "
                f"{self._confirmations} confirmations; try again later"
            )
        return header

    def latest_head(self) -> Header:
        """The newest block."""
        return self._head("latest")

    def earliest(self) -> Header:
        """The oldest block that the node has."""
        return self._head("earliest")

    def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """The headers of blocks; None where the node has none that can be read."""
        answers = self.client.batch([Call("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        return [_header_if_any(answer, number) for number, answer in zip(numbers, answers, strict=True)]

    def full_blocks(self, numbers: Sequence[int]) -> list[FullBlock]:
        """Blocks with receipts, asked for in one batch; raises Hole, Reorganised or BadAnswer."""
        calls = [Call("eth_getBlockByNumber", (hex(number), True)) for number in numbers]
        if self._has_block_receipts:
            calls += [Call("eth_getBlockReceipts", (hex(number),)) for number in numbers]
        answers = self.client.batch(calls)
        blocks = [_present(answer, number, "block") for answer, number in zip(answers, numbers, strict=False)]
        receipts = answers[len(numbers) :]
        if any(isinstance(answer, Fault) and answer.code == METHOD_NOT_FOUND for answer in receipts):
            self._has_block_receipts = False
        if not self._has_block_receipts:
            receipts = self._receipts_one_by_one(blocks, numbers)
        return [
            _join(block, _present(answer, number, "receipts"), number)
            for block, answer, number in zip(blocks, receipts, numbers, strict=True)
        ]

    def stream(self, first: int, last: int) -> Iterator[list[FullBlock]]:
        """Blocks `first` to `last` in order, some at a time, fetched ahead; raises as `full_blocks`."""
        waiting: deque[Future[list[FullBlock]]] = deque()
        position = first
        with ThreadPoolExecutor(PREFETCHED_BATCHES, thread_name_prefix="evm-chain") as pool:
            try:
                while waiting or position <= last:
                    while position <= last and len(waiting) < PREFETCHED_BATCHES:
                        count = max(1, self.client.batch_size // 2)
                        numbers = range(position, min(position + count, last + 1))
                        waiting.append(pool.submit(self.full_blocks, numbers))
                        position = numbers.stop
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _head(self, tag: str) -> Header:
        answer = self.client.call("eth_getBlockByNumber", tag, False)
        if answer is None:
            raise RpcError(f"chain {self.client.chain.name}: the node has no {tag} block; it may still be starting")
        return _tagged(answer)

    def _receipts_one_by_one(self, blocks: Sequence[Json], numbers: Sequence[int]) -> list[list[Json]]:
        """The receipts of each block by eth_getTransactionReceipt, for nodes without eth_getBlockReceipts."""
        hashes = [_hashes(block, number) for block, number in zip(blocks, numbers, strict=True)]
        calls = [Call("eth_getTransactionReceipt", (key,)) for keys in hashes for key in keys]
        answers = iter(self.client.batch(calls))
        return [
            [_present(next(answers), number, f"receipt of transaction {key}") for key in keys]
            for keys, number in zip(hashes, numbers, strict=True)
        ]


def check_links(previous: Header | None, blocks: Sequence[FullBlock]) -> Header | None:
    """Raise Reorganised unless each block's parent is the one before; returns the last header."""
    for block in blocks:
        header = block.header
        if previous is not None and header.parent_hash != previous.hash:
            raise Reorganised(
                f"block {header.number} says its parent is {header.parent_hash}, but block {previous.number} is "
                f"{previous.hash}: the chain was reorganised while it was read; try again",
                block=header.number,
            )
        previous = header
    return previous


def _header_if_any(answer: Any, number: int) -> Header | None:
    if answer is None or isinstance(answer, Fault):
        return None
    try:
        return Header.parse(answer, number)
    except BadAnswer:
        return None


def _tagged(answer: Any) -> Header:
    try:
        number = int(answer["number"], 16)
    except (KeyError, TypeError, ValueError) as error:
        raise RpcError(f"the node answers eth_getBlockByNumber with a block without number: {error!r}") from error
    return Header.parse(answer, number)


def _present(answer: Any, number: int, what: str) -> Any:
    if isinstance(answer, Fault):
        raise Hole(f"block {number}: no {what}: the node answers error {answer.code}: {answer.message}", block=number)
    if answer is None:
        raise Hole(f"block {number}: the node has no {what}", block=number)
    return answer


def _hashes(block: Json, number: int) -> list[str]:
    try:
        return [transaction["hash"] for transaction in block["transactions"]]
    except (KeyError, TypeError) as error:
        raise BadAnswer(f"block {number}: its transactions are not readable: {error!r}", block=number) from error


def _join(block: Json, receipts: Any, number: int) -> FullBlock:
    """`block` with its receipts in the order of its transactions."""
    header = Header.parse(block, number)
    hashes = _hashes(block, number)
    try:
        by_hash = {receipt["transactionHash"]: receipt for receipt in receipts}
        elsewhere = {receipt["blockHash"].lower() for receipt in receipts} - {header.hash}
    except (KeyError, TypeError, AttributeError) as error:
        raise BadAnswer(f"block {number}: its receipts are not readable: {error!r}", block=number) from error
    if elsewhere:
        raise Reorganised(
            f"block {number} is {header.hash}, but its receipts are of block {elsewhere.pop()}: the chain was "
            "reorganised while it was read; try again",
            block=number,
        )
    if missing := [key for key in hashes if key not in by_hash]:
        text = f"block {number}: the node lacks {len(missing)} of {len(hashes)} receipts, the first of {missing[0]}"
        raise Hole(text, block=number)
    return FullBlock(header=header, block=block, receipts=[by_hash[key] for key in hashes])
