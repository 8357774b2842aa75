"""One HTTP exchange with a chain's node: what its statuses mean, and an answer without secrets.

Batches and patience are in rpc.py.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from dlt_sources.evm_chain.errors import RpcError
from dlt_sources.evm_chain.transport import PLACEHOLDER_URL, open_transport, secret_parts
from oso_lake.settings import EvmChain

RETRY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_MESSAGE = 500


@dataclass(frozen=True, kw_only=True)
class RpcLimits:
    """How hard to ask a node.

    `batch_size` calls in a request at most, fewer when answers pass `answer_bytes`; `attempts` of everything, with
    waits of at most `longest_wait_seconds`; each request may take `timeout_seconds`.
    """

    batch_size: int = 100
    answer_bytes: int = 4 * 2**20
    attempts: int = 8
    longest_wait_seconds: float = 60.0
    timeout_seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.batch_size < 1 or self.attempts < 1:
            raise ValueError(f"batch_size and attempts must be at least 1, got {self.batch_size} and {self.attempts}")


class RefusedError(RpcError):
    """Not now: worth another attempt after `wait_seconds`, if the node asked for any."""

    def __init__(self, message: str, wait_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class TooLargeError(RpcError):
    """The batch is too large for the node."""


class Wire:
    """Posts JSON to the node of one chain."""

    def __init__(self, chain: EvmChain, limits: RpcLimits, transport: httpx.BaseTransport | None) -> None:
        self.node = f"the RPC node of chain {chain.name}"
        self.requests = 0
        self._chain = chain
        self._limits = limits
        self._secrets = secret_parts(chain.rpc_url)
        self._http = httpx.Client(
            transport=transport or open_transport(chain.rpc_url),
            timeout=limits.timeout_seconds,
            headers={"Content-Type": "application/json"},
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, body: bytes) -> tuple[Any, int]:
        """POST `body`; the parsed answer and its bytes. Raises TooLargeError, RefusedError, or a final RpcError."""
        self.requests += 1
        response = self._post(body)
        self._check_status(response)
        size = len(response.content)
        try:
            return orjson.loads(response.content), size
        except orjson.JSONDecodeError as error:
            raise RefusedError(f"{self.node} answers with {size} bytes that are not JSON: {error.msg}") from None

    def scrub(self, text: str) -> str:
        """`text` from the node, cut, and without the parts of the RPC URL it may repeat."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text[:LONGEST_MESSAGE]

    def _post(self, body: bytes) -> httpx.Response:
        try:
            return self._http.post(PLACEHOLDER_URL, content=body)
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__}: {self.scrub(str(error))}"
        # raised out here, because httpx's exception would stay attached as context, with all it holds
        raise RefusedError(f"{self.node} cannot be reached: {problem}")

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        text = f"{self.node} answers HTTP {status}"
        if status == 413:
            raise TooLargeError(f"{text}: the batch is too large")
        if status in RETRY_STATUS:
            wait = retry_after_seconds(response.headers.get("Retry-After"))
            if wait > self._limits.longest_wait_seconds:
                raise RpcError(f"{text} and asks to wait {wait:.0f} s: try again after that")
            raise RefusedError(text, wait)
        if status in {401, 403}:
            raise RpcError(f"{text}: check the key in rpc_url of {self._chain.name}")
        # some nodes send JSON-RPC errors with status 400: then the body tells
        if status >= 300 and not response.content.lstrip().startswith((b"{", b"[")):
            raise RpcError(f"{text}: check rpc_url of {self._chain.name}")


def retry_after_seconds(value: str | None) -> float:
    """Seconds that a Retry-After header asks for, as a number or as a date; 0 without one."""
    if not value:
        return 0.0
    try:
        return max(0.0, float(value))
    except ValueError:
        at = _http_date(value)
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at else 0.0


def _http_date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
