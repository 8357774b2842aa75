"""A JSON-RPC client: batches that adapt to the node, and patience that is bounded.

It knows the protocol and how nodes refuse calls (error -32005, answers left out of a batch, one error for a whole
batch). One HTTP exchange is in wire.py; what is asked, and what an answer means, is in node.py.
"""

import logging
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx
import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from dlt_sources.evm_chain.errors import METHOD_NOT_FOUND, MethodNotSupported, RpcError
from dlt_sources.evm_chain.wire import RefusedError, RpcLimits, TooLargeError, Wire
from oso_lake.settings import EvmChain

logger = logging.getLogger(__name__)

LIMIT_EXCEEDED = -32005
# errors of the request itself: asking again would be answered the same way
FINAL_CODES = frozenset({METHOD_NOT_FOUND, -32602, -32600, -32700})
_REFUSED_METHOD = ("not support", "unsupported", "does not exist", "not available", "not found", "not whitelisted")


@dataclass(frozen=True)
class Call:
    """One JSON-RPC call."""

    method: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Fault:
    """A node's lasting refusal of one call."""

    code: int
    message: str


@dataclass
class _Progress:
    """Calls, what was answered, and the last error of each call that had one of its own."""

    calls: Sequence[Call]
    answers: dict[int, Any] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)

    def pending(self) -> list[int]:
        return [index for index in range(len(self.calls)) if index not in self.answers]

    @property
    def has_only_faults(self) -> bool:
        return all(index in self.faults for index in self.pending())

    def results(self) -> list[Any]:
        return [self.answers[i] if i in self.answers else self.faults[i] for i in range(len(self.calls))]


class RpcClient(AbstractContextManager["RpcClient"]):
    """Calls one chain's node; usable from several threads. Its errors and logs never show the URL."""

    def __init__(
        self,
        chain: EvmChain,
        limits: RpcLimits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Open a client for `chain`; `transport` replaces the one its URL asks for."""
        self.chain = chain
        self.limits = limits or RpcLimits()
        self.retries = 0
        self._wire = Wire(chain, self.limits, transport)
        self._size = self.limits.batch_size
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wire.close()

    @property
    def batch_size(self) -> int:
        """How many calls it puts into one request now."""
        return self._size

    @property
    def requests(self) -> int:
        """HTTP requests made so far."""
        return self._wire.requests

    def call(self, method: str, *params: Any) -> Any:
        """The result of one call; raises MethodNotSupported or RpcError."""
        answer = self.batch([Call(method, params)])[0]
        return self.fail(method, answer) if isinstance(answer, Fault) else answer

    def fail(self, method: str, fault: Fault) -> NoReturn:
        """Raise what `fault` means."""
        kind = MethodNotSupported if fault.code == METHOD_NOT_FOUND else RpcError
        raise kind(f"{self._wire.node} answers {method} with error {fault.code}: {fault.message}", code=fault.code)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results of `calls` in their order; a Fault where the node answers a call with an error for good.

        Raises RpcError when the node cannot be reached or limits us still after all attempts.
        """
        progress = _Progress(calls)
        try:
            for attempt in self._retrying():
                with attempt:
                    self._exchange(progress)
        except RefusedError as error:
            if not progress.has_only_faults:
                raise RpcError(f"{error}; gave up after {self.limits.attempts} attempts, try again later") from None
        return progress.results()

    def _retrying(self) -> Retrying:
        backoff = wait_random_exponential(multiplier=0.25, max=self.limits.longest_wait_seconds)

        def refusal(state: RetryCallState) -> RefusedError | None:
            error = state.outcome.exception() if state.outcome else None
            return error if isinstance(error, RefusedError) else None

        def wait(state: RetryCallState) -> float:
            error = refusal(state)
            return (error.wait_seconds if error else 0.0) + backoff(state)

        def note(state: RetryCallState) -> None:
            self.retries += 1
            logger.info(
                "%s; attempt %d follows in %.1f s", refusal(state), state.attempt_number + 1, state.upcoming_sleep
            )

        return Retrying(
            stop=stop_after_attempt(self.limits.attempts),
            wait=wait,
            retry=retry_if_exception_type(RefusedError),
            before_sleep=note,
            reraise=True,
        )

    def _exchange(self, progress: _Progress) -> None:
        """Ask once for everything not answered yet; raises RefusedError when something stays unanswered."""
        pending = progress.pending()
        refusals: list[str] = []
        while pending:
            part = pending[: self._size]
            try:
                refusals += self._post(progress, part)
            except TooLargeError as error:
                if len(part) == 1:
                    raise RpcError(str(error)) from None
                self._shrink(len(part))
                continue
            except RefusedError:
                self._shrink(len(part))
                raise
            pending = pending[len(part) :]
        if refusals:
            raise RefusedError(refusals[-1])

    def _post(self, progress: _Progress, part: Sequence[int]) -> list[str]:
        """Send `part` of the calls in one request and file the answers; returns why some are to be asked again."""
        body = [
            {"jsonrpc": "2.0", "id": index, "method": call.method, "params": list(call.params)}
            for index, call in ((index, progress.calls[index]) for index in part)
        ]
        answer, size = self._wire.send(orjson.dumps(body if len(body) > 1 else body[0]))
        self._adapt(size)
        refusals = []
        asked = set(part)
        for entry in self._entries(answer, len(part)):
            index = entry.get("id") if len(part) > 1 else part[0]
            if index in asked and (refusal := self._file(entry, index, progress)):
                refusals.append(refusal)
        left_out = asked.intersection(progress.pending())
        if left_out and not refusals:
            refusals.append(f"{self._wire.node} left {len(left_out)} of {len(part)} calls of a batch unanswered")
        if left_out:
            self._shrink(len(part))
        return refusals

    def _file(self, entry: dict[str, Any], index: int, progress: _Progress) -> str | None:
        """File one entry of an answer; returns why its call is to be asked again."""
        error = entry.get("error")
        if error is None:
            if "result" in entry:
                progress.answers[index] = entry["result"]
            return None
        code, message = _error_of(error)
        fault = Fault(code, self._wire.scrub(message))
        if "method" in message.lower() and any(words in message.lower() for words in _REFUSED_METHOD):
            fault = Fault(METHOD_NOT_FOUND, fault.message)
        if fault.code in FINAL_CODES:
            progress.answers[index] = fault
            return None
        if fault.code != LIMIT_EXCEEDED:
            progress.faults[index] = fault
        return f"{self._wire.node} answers {progress.calls[index].method} with error {code}: {fault.message}"

    def _entries(self, answer: Any, asked: int) -> list[dict[str, Any]]:
        """The entries of an answer; one error in place of a batch's array is about the whole batch."""
        if isinstance(answer, list):
            return [entry for entry in answer if isinstance(entry, dict)]
        if not isinstance(answer, dict):
            raise RefusedError(f"{self._wire.node} answers with a JSON {type(answer).__name__}, not a JSON-RPC object")
        if asked == 1:
            return [answer]
        code, message = _error_of(answer.get("error"))
        text = f"{self._wire.node} refuses a batch of {asked} calls with error {code}: {self._wire.scrub(message)}"
        raise RefusedError(text) if code == LIMIT_EXCEEDED else TooLargeError(text)

    def _adapt(self, answer_bytes: int) -> None:
        """Grow slowly while answers are small, shrink in proportion when one was too large."""
        wanted = self.limits.answer_bytes
        with self._lock:
            if answer_bytes > wanted:
                self._size = max(1, self._size * wanted // answer_bytes)
            elif answer_bytes < wanted // 2:
                self._size = min(self.limits.batch_size, self._size + max(1, self._size // 8))

    def _shrink(self, asked: int) -> None:
        with self._lock:
            self._size = max(1, min(self._size, asked // 2))


def _error_of(error: Any) -> tuple[int, str]:
    """Code and message of a JSON-RPC error object, however incomplete."""
    if not isinstance(error, dict):
        return 0, str(error)
    code = error.get("code")
    return (code if isinstance(code, int) else 0), str(error.get("message", ""))
