"""The JSON-RPC client against a real anvil behind a fault injector: limits, batches, patience, and the secret URL."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from anvil import CHAIN_ID, Anvil, running_anvil
from evm_history import at
from pydantic import SecretStr
from rpc_faults import FaultProxy, fault_proxy

from dlt_sources.evm_chain import MethodNotSupported, RpcClient, RpcError, RpcLimits, land_days
from dlt_sources.evm_chain.rpc import Call
from dlt_sources.evm_chain.wire import retry_after_seconds
from oso_lake.settings import EvmChain, Settings

KEY = "k3y-0123456789abcdef"
HEAD = 200
QUICK = RpcLimits(attempts=5, longest_wait_seconds=0.05)


@pytest.fixture(scope="module")
def anvil() -> Iterator[Anvil]:
    with running_anvil(at(1)) as node:
        node.mine_many(HEAD, at(1, 1), 60)
        yield node


@pytest.fixture
def proxy(anvil: Anvil) -> Iterator[FaultProxy]:
    with fault_proxy(anvil.url, path=f"/v2/{KEY}?token={KEY}") as injector:
        yield injector


@pytest.fixture
def client(anvil: Anvil, proxy: FaultProxy) -> Iterator[RpcClient]:
    with RpcClient(anvil.chain(date(2025, 10, 1), proxy.url), QUICK) as opened:
        yield opened


def headers(count: int) -> list[Call]:
    return [Call("eth_getBlockByNumber", (hex(number), False)) for number in range(count)]


def numbers(answers: list[Any]) -> list[int]:
    return [int(answer["number"], 16) for answer in answers]


def sizes(proxy: FaultProxy) -> list[int]:
    return [len(calls) for calls in proxy.requests]


def test_calls_are_sent_in_batches_and_answered_in_order(client: RpcClient, proxy: FaultProxy) -> None:
    assert numbers(client.batch(headers(150))) == list(range(150))
    assert sizes(proxy) == [100, 50]


def test_an_unknown_block_is_null_and_not_an_error(client: RpcClient) -> None:
    assert client.call("eth_getBlockByNumber", hex(HEAD + 5), False) is None


def test_http_429_is_waited_out_with_smaller_batches(client: RpcClient, proxy: FaultProxy) -> None:
    proxy.refuse_first(2, 429)
    assert numbers(client.batch(headers(100))) == list(range(100))
    # halved twice; then it grows by an eighth with each answer
    assert sizes(proxy)[:4] == [100, 50, 25, 28]
    assert client.retries == 2


def test_retry_after_is_respected(client: RpcClient, proxy: FaultProxy) -> None:
    proxy.refuse_first(1, 429, {"Retry-After": "0.04"})
    started = time.monotonic()
    client.call("eth_chainId")
    assert time.monotonic() - started >= 0.04


def test_a_longer_wait_than_allowed_is_an_error_at_once(client: RpcClient, proxy: FaultProxy) -> None:
    proxy.refuse_first(1, 429, {"Retry-After": "3600"})
    with pytest.raises(RpcError, match="asks to wait 3600 s: try again after that"):
        client.call("eth_chainId")
    assert len(proxy.requests) == 1


def test_retry_after_may_be_a_date() -> None:
    in_a_minute = datetime.now(UTC) + timedelta(seconds=60)
    assert 57 < retry_after_seconds(format_datetime(in_a_minute, usegmt=True)) <= 60
    assert [retry_after_seconds(value) for value in (None, "", "7", "-3", "soon")] == [0, 0, 7, 0, 0]


def test_only_limited_calls_are_asked_again(client: RpcClient, proxy: FaultProxy) -> None:
    proxy.limit_first_entries(30)
    assert numbers(client.batch(headers(80))) == list(range(80))
    assert sizes(proxy)[0] == 80
    assert sum(sizes(proxy)) == 110


@pytest.mark.parametrize(
    "reply",
    [
        (413, {}, ""),
        (200, {}, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}}),
        (400, {}, {"error": {"code": -32014, "message": "at most 20 calls in a batch"}}),
        (200, {}, {"jsonrpc": "2.0", "id": None, "error": {"code": -32005, "message": "limit exceeded"}}),
    ],
)
def test_a_batch_too_large_is_halved_until_it_fits(client: RpcClient, proxy: FaultProxy, reply: Any) -> None:
    proxy.refuse_batches_over(20, reply)
    assert numbers(client.batch(headers(100))) == list(range(100))
    assert [size for size in sizes(proxy) if size <= 20]
    shrinking = [size for size in sizes(proxy) if size > 20][:3]
    assert shrinking == [100, 50, 25]


def test_large_answers_shrink_the_batches(anvil: Anvil, proxy: FaultProxy) -> None:
    limits = RpcLimits(batch_size=100, answer_bytes=20_000)
    with RpcClient(anvil.chain(date(2025, 10, 1), proxy.url), limits) as client:
        assert numbers(client.batch(headers(200))) == list(range(200))
    assert sizes(proxy)[0] == 100
    assert max(sizes(proxy)[1:]) <= 20


def test_answers_left_out_of_a_batch_are_asked_again(client: RpcClient, proxy: FaultProxy) -> None:
    dropped = iter([7])
    proxy.entry_faults.append(
        lambda call, entry: {"id": None} if call["id"] == 7 and next(dropped, None) is not None else entry
    )
    assert numbers(client.batch(headers(10))) == list(range(10))
    assert sizes(proxy) == [10, 1]


def test_answers_that_are_not_json_are_retried(client: RpcClient, proxy: FaultProxy) -> None:
    garbage = iter([(200, {}, "<html>busy</html>"), (200, {}, "7")])
    proxy.request_faults.append(lambda _: next(garbage, None))
    assert client.call("eth_chainId") == hex(CHAIN_ID)
    assert len(proxy.requests) == 3


def test_patience_ends(client: RpcClient, proxy: FaultProxy) -> None:
    proxy.refuse_first(100, 503)
    with pytest.raises(RpcError, match="HTTP 503; gave up after 5 attempts, try again later"):
        client.call("eth_chainId")
    assert len(proxy.requests) == 5


def test_waits_have_jitter_and_a_bound(client: RpcClient, proxy: FaultProxy) -> None:
    stamps: list[float] = []

    def refuse(_: Any) -> Any:
        stamps.append(time.monotonic())
        return 503, {}, ""

    proxy.request_faults.append(refuse)
    with pytest.raises(RpcError):
        client.call("eth_chainId")
    waits = [after - before for before, after in pairwise(stamps)]
    assert len({round(wait, 5) for wait in waits}) == 4
    # the bound of 0.05 s, and a busy machine
    assert max(waits) < 1.0


def test_an_unknown_method_is_named_at_once(client: RpcClient, proxy: FaultProxy) -> None:
    with pytest.raises(MethodNotSupported, match="devnet answers eth_noSuchThing with error -32601"):
        client.call("eth_noSuchThing")
    assert len(proxy.requests) == 1


def test_a_refused_key_is_named_at_once(client: RpcClient, proxy: FaultProxy) -> None:
    proxy.refuse_first(1, 401)
    with pytest.raises(RpcError, match="HTTP 401: check the key in rpc_url of devnet"):
        client.call("eth_chainId")
    assert len(proxy.requests) == 1


def test_limits_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="batch_size and attempts must be at least 1, got 0 and 8"):
        RpcLimits(batch_size=0)


def everything_about(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error!s} {error!r} {error.args} {vars(error)}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("fault", ["echo", "status", "gone"])
def test_the_key_is_in_no_error_and_no_log(
    anvil: Anvil, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(home=tmp_path / "home")
    with fault_proxy(anvil.url, path=f"/v2/{KEY}?token={KEY}") as proxy:
        if fault == "echo":
            error = {"code": -32000, "message": f"upstream {proxy.url} failed, key {KEY}"}
            proxy.entry_faults.append(lambda call, _: {"id": call["id"], "error": error})
        if fault == "status":
            proxy.refuse_first(100, 404)
        url = proxy.url if fault != "gone" else f"http://127.0.0.1:1/v2/{KEY}"
        with pytest.raises(RpcError) as caught:
            land_days(settings, anvil.chain(date(2025, 10, 1), url), date(2025, 10, 1), date(2025, 10, 2), limits=QUICK)
    assert not [text for text in everything_about(caught.value) if KEY in text]
    logged = [record.getMessage() for record in caplog.records]
    assert any("rpc.invalid" in line for line in logged) or fault == "gone"
    assert not [line for line in logged if KEY in line]


def test_the_key_is_in_nothing_that_a_landing_writes(
    anvil: Anvil, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(home=tmp_path / "home")
    with fault_proxy(anvil.url, path=f"/v2/{KEY}") as proxy:
        chain = anvil.chain(date(2025, 10, 1), proxy.url)
        # the history ends on its first day: less no confirmations, that is final
        proxy.alter("eth_getBlockByNumber", "finalized", lambda _: anvil.block("latest"))
        anvil.mine(at(2))
        report = land_days(settings, chain, date(2025, 10, 1), date(2025, 10, 2))
    assert [window.status for window in report.windows] == ["final"]
    assert KEY not in f"{report} {chain!r} {caplog.text}"
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


@pytest.mark.parametrize("url", ["ftp://node/key12345678", "localhost:8545/key12345678", "http:///key12345678"])
def test_a_url_of_another_kind_is_refused_without_being_shown(url: str) -> None:
    chain = EvmChain(name="devnet", chain_id=CHAIN_ID, rpc_url=SecretStr(url), start=date(2025, 10, 1))
    with pytest.raises(ValueError, match=r"rpc_url must be an http://, https:// or file:// URL") as caught:
        RpcClient(chain)
    assert "key12345678" not in str(caught.value)
