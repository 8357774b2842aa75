"""A fault injector: a local HTTP proxy in front of a real node that refuses, withholds or alters what a test says.

It invents no chain data: what it does not refuse or override comes from the node behind it.
"""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

RpcCall = dict[str, Any]
Reply = tuple[int, dict[str, str], Any]
# looks at the calls of a request; a reply in place of the node's, or None
RequestFault = Callable[[list[RpcCall]], Reply | None]
# looks at one call and the node's entry for it; the entry to give instead
EntryFault = Callable[[RpcCall, dict[str, Any]], dict[str, Any]]


@dataclass
class FaultProxy:
    """What to do wrong, and what was asked."""

    url: str
    requests: list[list[RpcCall]] = field(default_factory=list)
    request_faults: list[RequestFault] = field(default_factory=list)
    entry_faults: list[EntryFault] = field(default_factory=list)

    def refuse_first(self, count: int, status: int, headers: dict[str, str] | None = None) -> None:
        """Answer the next `count` requests with an HTTP status and no answers."""
        left = iter(range(count))
        self.request_faults.append(lambda _: (status, headers or {}, "") if next(left, None) is not None else None)

    def refuse_batches_over(self, calls: int, reply: Reply) -> None:
        """Answer larger batches with `reply`."""
        self.request_faults.append(lambda asked: reply if len(asked) > calls else None)

    def limit_first_entries(self, count: int) -> None:
        """Answer the next `count` calls with error -32005, the rest of their batches normally."""
        left = iter(range(count))
        error = {"code": -32005, "message": "daily request count exceeded, request rate limited"}
        self.entry_faults.append(
            lambda call, entry: (
                {"jsonrpc": "2.0", "id": call["id"], "error": error} if next(left, None) is not None else entry
            )
        )

    def without_method(self, method: str) -> None:
        """Say that the node does not know `method`."""
        error = {"code": -32601, "message": f"the method {method} does not exist/is not available"}
        self.entry_faults.append(
            lambda call, entry: (
                {"jsonrpc": "2.0", "id": call["id"], "error": error} if call["method"] == method else entry
            )
        )

    def alter(self, method: str, parameter: str, result: Callable[[Any], Any]) -> None:
        """Pass the node's result of `method` for its first parameter through `result`."""
        self.entry_faults.append(
            lambda call, entry: (
                {**entry, "result": result(entry["result"])}
                if call["method"] == method and call["params"][0] == parameter
                else entry
            )
        )

    def heal(self) -> None:
        """Do nothing wrong from now on."""
        self.request_faults.clear()
        self.entry_faults.clear()

    def methods(self) -> list[str]:
        """The methods asked for, in order."""
        return [call["method"] for calls in self.requests for call in calls]

    def reply(self, upstream: Callable[[Any], Any], body: Any) -> Reply:
        """The reply to one request body."""
        calls = body if isinstance(body, list) else [body]
        self.requests.append(calls)
        for fault in self.request_faults:
            if (reply := fault(calls)) is not None:
                return reply
        answer = upstream(body)
        entries = [self._entry(call, entry) for call, entry in zip(calls, _listed(answer), strict=True)]
        return 200, {}, entries if isinstance(body, list) else entries[0]

    def _entry(self, call: RpcCall, entry: dict[str, Any]) -> dict[str, Any]:
        for fault in self.entry_faults:
            entry = fault(call, entry)
        return entry


def _listed(answer: Any) -> list[dict[str, Any]]:
    return answer if isinstance(answer, list) else [answer]


@contextmanager
def fault_proxy(node_url: str, path: str = "/") -> Generator[FaultProxy]:
    """Run a proxy in front of `node_url` until the block ends; its own URL has `path`."""
    node = httpx.Client(timeout=60)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "fault-injector"
        # headers and body are two writes, of which the second would wait 40 ms for the first's acknowledgement
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                status, headers, answer = proxy.reply(lambda sent: node.post(node_url, json=sent).json(), body)
            payload = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(payload))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy = FaultProxy(url=f"http://127.0.0.1:{server.server_port}{path}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        node.close()
