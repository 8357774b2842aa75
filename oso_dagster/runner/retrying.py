"""Begins anew what died with a machine of the engine: a few times a window, and only for errors that say so.

A window is replaced whole, so that evaluating it again gives the same rows, also where the engine had committed what it
then failed to tell. What the engine does again by itself (the tasks of a lost worker) is told with the window's cost.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from oso_dagster.runner.engines import Engine
    from oso_dagster.runner.session import Session

T = TypeVar("T")
POLL_SECONDS = 1.0
# a machine lost once is bad luck; three times in one window is no longer that
MOST_RETRIES = 2


class EngineLostError(RuntimeError):
    """The engine is away, or lost machines again and again; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often a window was begun anew after its first attempt."""

    times: int = 0
    # what the first error said
    reason: str = ""

    def with_one(self, error: Exception) -> "Retries":
        """One more, for `error`."""
        return replace(self, times=self.times + 1, reason=self.reason or " ".join(str(error).split()))


class Retrying:
    """Of one run: waits `wait_seconds` in all for an engine that does not answer, and then no longer."""

    def __init__(self, session: "Session", engine: "Engine", wait_seconds: float) -> None:
        self._session = session
        self._engine = engine
        self._seconds_left = wait_seconds
        self._is_away = False

    def check(self) -> None:
        """Raise EngineLostError once the engine was waited for in vain: what a run has left to do cannot be done."""
        if self._is_away:
            raise EngineLostError(f"{self._engine.address(self._session)} went away in this run; {REMEDY}")

    def told(self, error: Exception) -> Exception:
        """`error`, or what to do about it where it says that a machine was lost and `call` did not try again."""
        if not self._engine.is_loss(error):
            return error
        said = " ".join(str(error).split())
        return EngineLostError(f"{self._engine.address(self._session)} lost a machine ({said}); {REMEDY}")

    def call(self, work: Callable[[Retries], T]) -> tuple[T, Retries]:
        """What `work` gives, called anew when it dies with a machine; it is told how often it was called before."""
        retries = Retries()
        while True:
            try:
                return work(retries), retries
            except Exception as error:  # noqa: BLE001 - `recover` raises what it does not know
                retries = self.recover(error, retries)

    def recover(self, error: Exception, before: Retries) -> Retries:
        """Return when what failed with `error` may be begun anew, with nothing of it under way any more.

        Raises `error` where it does not say that a machine was lost, else EngineLostError where that was too often or
        the engine does not come back.
        """
        if not self._engine.is_loss(error):
            raise error
        after = before.with_one(error)
        if after.times > MOST_RETRIES:
            raise EngineLostError(
                f"{self._engine.address(self._session)} lost machines {after.times} times in this window "
                f"({after.reason}); {REMEDY}"
            ) from error
        self._wait(error, self._engine.statement(self._session))
        return after

    def _wait(self, error: Exception, statement: str | None) -> None:
        began = time.monotonic()
        while True:
            try:
                self._engine.settle(self._session, statement)
            except Exception as again:
                if not self._engine.is_loss(again):
                    raise
                seconds = time.monotonic() - began
                if seconds >= self._seconds_left:
                    self._is_away = True
                    raise EngineLostError(
                        f"{self._engine.address(self._session)} does not answer since {seconds:.0f} s "
                        f"({' '.join(str(error).split())}); {REMEDY}"
                    ) from error
            else:
                self._seconds_left -= time.monotonic() - began
                return
            time.sleep(POLL_SECONDS)


REMEDY = (
    "the window is not done and nothing of it was published: see `oso doctor` and the servers' logs, and run it again "
    "when they are back"
)
