"""A recording of a real anvil gives the rows that the node itself gives."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from anvil import CHAIN_ID
from evm_history import FIRST_DAY, NOT_FINAL, History, at, running_history
from pydantic import SecretStr

from dlt_sources.evm_chain import (
    BLOCKS,
    LOGS,
    QUARANTINE,
    TRANSACTIONS,
    DayNotFinal,
    MethodNotSupported,
    RecordedTransport,
    RpcClient,
    RpcLimits,
    land_days,
    record,
)
from oso_lake.catalog import open_catalog
from oso_lake.settings import EvmChain, Settings

# the fifth of October holds blocks 156 to 225, of which the last 64 are not final
HEAD, FINALIZED = 225, 161


@pytest.fixture(scope="module")
def history() -> Iterator[History]:
    with running_history() as made:
        yield made


@pytest.fixture(scope="module")
def recording(history: History, tmp_path_factory: pytest.TempPathFactory) -> EvmChain:
    """Settings of a recording of the whole history."""
    directory = tmp_path_factory.mktemp("recording") / "a chain"
    with RpcClient(history.anvil.chain(FIRST_DAY)) as client:
        record(client, directory, 0, history.anvil.head())
    return replayed(directory)


def replayed(directory: Path) -> EvmChain:
    return EvmChain(name="devnet", chain_id=CHAIN_ID, rpc_url=SecretStr(directory.as_uri()), start=FIRST_DAY)


def folder_of(recording: EvmChain) -> Path:
    return Path(unquote(urlsplit(recording.rpc_url.get_secret_value()).path))


def test_a_recording_lands_the_rows_of_its_node(history: History, recording: EvmChain, tmp_path: Path) -> None:
    live, replay = Settings(home=tmp_path / "live"), Settings(home=tmp_path / "replay")
    first = land_days(live, history.anvil.chain(FIRST_DAY), FIRST_DAY, NOT_FINAL)
    second = land_days(replay, recording, FIRST_DAY, NOT_FINAL)
    assert second.windows == first.windows
    for contract in (BLOCKS, TRANSACTIONS, LOGS, QUARANTINE):
        found = [open_catalog(settings).load_table(contract.name).scan().to_arrow() for settings in (live, replay)]
        assert found[0].equals(found[1]), contract.name


def test_a_recording_ends_where_its_node_was_final(recording: EvmChain, tmp_path: Path) -> None:
    with pytest.raises(DayNotFinal, match=f"last final block {FINALIZED}"):
        land_days(Settings(home=tmp_path / "home"), recording, FIRST_DAY, date(2025, 10, 6))


def test_tags_blocks_and_batches_are_answered_as_a_node_does(history: History, recording: EvmChain) -> None:
    asked = ["earliest", "0x5", "latest", "finalized", "safe", hex(HEAD + 1)]
    calls = [
        {"jsonrpc": "2.0", "id": key, "method": "eth_getBlockByNumber", "params": [tag, False]}
        for key, tag in enumerate(asked)
    ]
    with httpx.Client(transport=RecordedTransport(folder_of(recording))) as client:
        answers = client.post("https://rpc.invalid/", json=calls).json()
    assert [answer["id"] for answer in answers] == list(range(len(asked)))
    numbers = [answer["result"] and int(answer["result"]["number"], 16) for answer in answers]
    # a recording knows no safe block: it takes the final one
    assert numbers == [0, 5, HEAD, FINALIZED, FINALIZED, None]
    assert answers[1]["result"] == history.anvil.block(5)


def test_a_recording_says_what_it_does_not_hold(recording: EvmChain) -> None:
    with RpcClient(recording, RpcLimits(attempts=1)) as client:
        assert client.call("eth_chainId") == hex(CHAIN_ID)
        assert client.call("eth_blockNumber") == hex(HEAD)
        assert client.call("eth_getBlockReceipts", hex(HEAD + 1)) is None
        with pytest.raises(MethodNotSupported, match="eth_getLogs does not exist in a recording"):
            client.call("eth_getLogs", {})


def test_a_recording_has_the_agreed_format(history: History, recording: EvmChain) -> None:
    directory = folder_of(recording)
    index = json.loads((directory / "index.json").read_text())
    assert (index["chain_id"], index["latest"], index["finalized"]) == (CHAIN_ID, HEAD, FINALIZED)
    assert index["blocks"][5] == [5, int(at(2).timestamp())]
    lines = gzip.decompress((directory / "blocks" / "0.jsonl.gz").read_bytes()).splitlines()
    line = json.loads(lines[5])
    assert (len(lines), list(line)) == (HEAD + 1, ["number", "block", "receipts"])
    assert line["block"] == history.anvil.call("eth_getBlockByNumber", "0x5", True)
    assert line["receipts"] == history.anvil.call("eth_getBlockReceipts", "0x5")


def test_the_same_blocks_recorded_again_are_the_same_bytes(history: History, tmp_path: Path) -> None:
    with RpcClient(history.anvil.chain(FIRST_DAY), RpcLimits(batch_size=7)) as client:
        for name in ("one", "two"):
            record(client, tmp_path / name, 3, 40)
        with pytest.raises(FileExistsError, match="choose another directory"):
            record(client, tmp_path / "two", 3, 40)
    for name in ("index.json", "blocks/0.jsonl.gz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_part_of_a_chain_says_where_its_history_begins(history: History, tmp_path: Path) -> None:
    with RpcClient(history.anvil.chain(FIRST_DAY)) as client:
        record(client, tmp_path / "part", 5, HEAD)
    report = land_days(Settings(home=tmp_path / "home"), replayed(tmp_path / "part"), FIRST_DAY, NOT_FINAL)
    assert [window.status for window in report.windows] == ["hole", "final", "final", "final"]
    assert "history begins with block 5 of 2025-10-02 00:00 UTC" in report.windows[0].detail


def test_a_directory_without_a_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds no recorded chain: index\.json is missing"):
        RpcClient(replayed(tmp_path))
