"""A recording, not a node: answers that a chain's node (or sample_world) gave, replayed over JSON-RPC.

A recording is a directory with `index.json` ({"chain_id", "blocks": [[number, timestamp], ...], "latest", "finalized"})
and `blocks/<number // 1000>.jsonl.gz`, a line a block: {"number", "block": the answer to eth_getBlockByNumber(n, true),
"receipts": the answer to eth_getBlockReceipts(n)}. `RecordedTransport` serves it to the ordinary client in the wire
format of a node, batches included; nothing is executed or validated. recording.py makes a recording of a real node.
"""

import gzip
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import httpx
import orjson

from dlt_sources.evm_chain.errors import METHOD_NOT_FOUND

BLOCKS_PER_FILE = 1000
# parsed files held at once: a day may straddle two, and several days are searched in turn
CACHED_FILES = 4

Line = dict[str, Any]


class RecordedTransport(httpx.BaseTransport):
    """Serves one recording; raises FileNotFoundError when the directory holds none."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        index = directory / "index.json"
        if not index.is_file():
            raise FileNotFoundError(f"{directory} holds no recorded chain: {index.name} is missing")
        self._index: dict[str, Any] = orjson.loads(index.read_bytes())
        self._first = min((number for number, _ in self._index["blocks"]), default=0)
        self._files: OrderedDict[int, dict[int, Line]] = OrderedDict()
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a JSON-RPC call or batch as a node would."""
        body = orjson.loads(request.read())
        answer = [self._entry(call) for call in body] if isinstance(body, list) else self._entry(body)
        return httpx.Response(200, content=orjson.dumps(answer), headers={"Content-Type": "application/json"})

    def _entry(self, call: dict[str, Any]) -> dict[str, Any]:
        entry: dict[str, Any] = {"jsonrpc": "2.0", "id": call.get("id")}
        method, params = str(call.get("method")), call.get("params") or []
        if method == "eth_chainId":
            return entry | {"result": hex(self._index["chain_id"])}
        if method == "eth_blockNumber":
            return entry | {"result": hex(self._index["latest"])}
        if method == "eth_getBlockByNumber":
            return entry | {"result": self._block(str(params[0]), full=bool(params[1]))}
        if method == "eth_getBlockReceipts":
            line = self._line(str(params[0]))
            return entry | {"result": line and line["receipts"]}
        message = f"the method {method} does not exist in a recording"
        return entry | {"error": {"code": METHOD_NOT_FOUND, "message": message}}

    def _block(self, tag: str, *, full: bool) -> Any:
        line = self._line(tag)
        if line is None or line["block"] is None or full:
            return line and line["block"]
        block = line["block"]
        return block | {"transactions": [transaction["hash"] for transaction in block["transactions"]]}

    def _line(self, tag: str) -> Line | None:
        finalized = self._index["finalized"]
        tags = {"earliest": self._first, "finalized": finalized, "safe": finalized, "latest": self._index["latest"]}
        number = tags[tag] if tag in tags else int(tag, 16)
        if number > self._index["latest"]:
            return None
        with self._lock:
            return self._file(number // BLOCKS_PER_FILE).get(number)

    def _file(self, key: int) -> dict[int, Line]:
        if key in self._files:
            self._files.move_to_end(key)
            return self._files[key]
        path = self._directory / "blocks" / f"{key}.jsonl.gz"
        lines = gzip.decompress(path.read_bytes()).splitlines() if path.is_file() else []
        self._files[key] = {line["number"]: line for line in map(orjson.loads, lines)}
        if len(self._files) > CACHED_FILES:
            self._files.popitem(last=False)
        return self._files[key]
