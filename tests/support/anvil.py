"""A real EVM node for tests: anvil, started on a free port without mining, and driven by the test.

`scripts/install_anvil.sh` installs it into .tools; the variable ANVIL names another binary.
"""

import os
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from oso_lake.settings import EvmChain

CHAIN_ID = 31337
BINARY = Path(os.environ.get("ANVIL") or Path(__file__).parents[2] / ".tools" / "anvil" / "anvil")
# what anvil calls finalized: two epochs of 32 slots behind its head
BLOCKS_TO_FINAL = 64
START_SECONDS = 30.0
DEFAULT_GAS = 200_000

# without calldata it reverts; with calldata it logs the first word twice over, with two topics and with four
EMITTER_RUNTIME = (
    "36600857600080fd"  # if calldatasize > 0 goto 8; revert(0, 0)
    "5b600035600052"  # 8: memory[0] = calldata[0]
    "3363deadbeef60206000a2"  # log2(memory[0:32], 0xdeadbeef, caller)
    "600460036002600160006000a400"  # log4(memory[0:0], 1, 2, 3, 4); stop
)
_SIZE = f"{len(EMITTER_RUNTIME) // 2:02x}"
# returns the runtime, which follows these twelve bytes
EMITTER_INIT = f"0x60{_SIZE}600c60003960{_SIZE}6000f3{EMITTER_RUNTIME}"

Transaction = dict[str, Any]


@dataclass(kw_only=True)
class Anvil:
    """A running anvil."""

    url: str
    http: httpx.Client

    def call(self, method: str, *params: Any) -> Any:
        """The result of one JSON-RPC call; an error of the node fails the test."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = self.http.post(self.url, json=body).json()
        assert "error" not in answer, f"anvil refuses {method}: {answer['error']}"
        return answer["result"]

    def mine(self, at: datetime, transactions: Sequence[Transaction] = ()) -> list[str]:
        """Mine one block at `at` (UTC) that holds `transactions`; returns their hashes."""
        hashes = [self.call("eth_sendTransaction", {"gas": hex(DEFAULT_GAS), **one}) for one in transactions]
        self.call("evm_mine", {"timestamp": int(at.timestamp())})
        block = self.block("latest")
        assert sorted(block["transactions"]) == sorted(hashes), f"not all transactions are in block {block['number']}"
        return hashes

    def mine_many(self, count: int, at: datetime, seconds_apart: int) -> None:
        """Mine `count` empty blocks, the first at `at`."""
        self.mine(at)
        if count > 1:
            self.call("anvil_mine", hex(count - 1), hex(seconds_apart))

    def block(self, number: int | str) -> dict[str, Any]:
        """A block with the hashes of its transactions."""
        return self.call("eth_getBlockByNumber", number if isinstance(number, str) else hex(number), False)

    def head(self) -> int:
        """Number of the newest block."""
        return int(self.call("eth_blockNumber"), 16)

    def chain(self, start: date, url: str | None = None) -> EvmChain:
        """Settings of this chain; `url` when something stands in front of it."""
        return EvmChain(name="devnet", chain_id=CHAIN_ID, rpc_url=SecretStr(url or self.url), start=start)


@contextmanager
def running_anvil(genesis_at: datetime) -> Generator[Anvil]:
    """Run anvil with its genesis at `genesis_at` until the block ends."""
    assert BINARY.is_file(), f"{BINARY} is missing: run scripts/install_anvil.sh"
    port = _free_port()
    stamp = int(genesis_at.timestamp())
    arguments = ["--port", str(port), "--no-mining", "--timestamp", str(stamp), "--silent", "--threads", "1"]
    process = subprocess.Popen([BINARY, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(timeout=60) as http:
            anvil = Anvil(url=f"http://127.0.0.1:{port}", http=http)
            _wait_until_up(anvil, process)
            yield anvil
    finally:
        process.kill()
        process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(anvil: Anvil, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, f"anvil ended with status {process.returncode}"
        try:
            anvil.call("eth_chainId")
        except httpx.TransportError:
            assert time.monotonic() < deadline, f"anvil did not answer within {START_SECONDS:.0f} s"
            time.sleep(0.05)
        else:
            return
