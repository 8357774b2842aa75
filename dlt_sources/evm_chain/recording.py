"""Makes a recording of a real node, in the format that recorded.py replays."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson

from dlt_sources.evm_chain.recorded import BLOCKS_PER_FILE, Line
from dlt_sources.evm_chain.rpc import Call, Fault, RpcClient


def record(client: RpcClient, directory: Path, first: int, last: int) -> None:
    """Record blocks `first` to `last` of a node, with their receipts, into `directory`, which must not exist.

    What the node does not have is recorded as null. Raises FileExistsError, or RpcError; then nothing is left behind.
    """
    if directory.exists():
        raise FileExistsError(f"{directory} exists already: choose another directory for the recording")
    partial = directory.with_name(directory.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "blocks").mkdir(parents=True)
    try:
        _write(client, partial, first, last)
        partial.rename(directory)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(client: RpcClient, directory: Path, first: int, last: int) -> None:
    stamps: list[tuple[int, int]] = []
    for key in range(first // BLOCKS_PER_FILE, last // BLOCKS_PER_FILE + 1):
        numbers = range(max(first, key * BLOCKS_PER_FILE), min(last, key * BLOCKS_PER_FILE + BLOCKS_PER_FILE - 1) + 1)
        # mtime 0: recording the same blocks again gives the same bytes
        with gzip.GzipFile(directory / "blocks" / f"{key}.jsonl.gz", "wb", mtime=0) as file:
            for line in _lines(client, numbers):
                if line["block"] is not None:
                    stamps.append((line["number"], int(line["block"]["timestamp"], 16)))
                file.write(orjson.dumps(line) + b"\n")
    final = client.call("eth_getBlockByNumber", "finalized", False)
    finalized = min(last, int(final["number"], 16)) if final else last
    index = {"chain_id": client.chain.chain_id, "blocks": stamps, "latest": last, "finalized": finalized}
    (directory / "index.json").write_bytes(orjson.dumps(index))


def _lines(client: RpcClient, numbers: range) -> Iterator[Line]:
    step = max(1, client.limits.batch_size // 2)
    for start in range(numbers.start, numbers.stop, step):
        part = range(start, min(start + step, numbers.stop))
        calls = [Call("eth_getBlockByNumber", (hex(number), True)) for number in part]
        calls += [Call("eth_getBlockReceipts", (hex(number),)) for number in part]
        answers = [None if isinstance(answer, Fault) else answer for answer in client.batch(calls)]
        for offset, number in enumerate(part):
            yield {"number": number, "block": answers[offset], "receipts": answers[len(part) + offset]}
