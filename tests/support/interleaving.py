"""A scheduler that decides at every step which of several actors goes on: the same seed is the same interleaving.

Actors are plain functions in threads of their own; only one runs at a time, and hands over where it calls `pause`.
"""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from queue import SimpleQueue
from typing import Any

import pytest

HANG_SECONDS = 60
# more steps than any interleaving takes: two that wait for each other would go on for ever
MOST_STEPS = 20_000


class Crash(BaseException):
    """The actor ends at this step, as if its process had been killed."""


@dataclass
class _Actor:
    name: str
    # the step at which it crashes; None is never
    crash_at: int | None
    steps: int = 0
    go: SimpleQueue[bool] = field(default_factory=SimpleQueue)
    error: BaseException | None = None


class Scheduler:
    """Runs actors step by step; its threads are kept, since stores keep a connection for each thread."""

    def __init__(self, most_actors: int) -> None:
        self._back: SimpleQueue[_Actor | None] = SimpleQueue()
        self._current: _Actor | None = None
        self._jobs: list[SimpleQueue[tuple[_Actor, Callable[[], None]] | None]] = []
        for _ in range(most_actors):
            jobs: SimpleQueue[tuple[_Actor, Callable[[], None]] | None] = SimpleQueue()
            threading.Thread(target=self._work, args=(jobs,), daemon=True).start()
            self._jobs.append(jobs)
        self.trace: list[str] = []

    def run(self, seed: int, actors: Sequence[tuple[str, Callable[[], None], int | None]]) -> dict[str, BaseException]:
        """Let (name, function, step at which it crashes) run to their ends, in an order that follows from `seed`.

        Returns what each raised; a `Crash` is among them.
        """
        order = random.Random(seed)
        self.trace = []
        waiting = [_Actor(name, crash_at) for name, _, crash_at in actors]
        every = list(waiting)
        for jobs, actor, (_, function, _) in zip(self._jobs, waiting, actors, strict=False):
            jobs.put((actor, function))
        for _ in range(MOST_STEPS):
            if not waiting:
                return {actor.name: actor.error for actor in every if actor.error is not None}
            actor = order.choice(waiting)
            self._current = actor
            actor.go.put(True)
            if self._back.get(timeout=HANG_SECONDS) is None:
                waiting.remove(actor)
        raise AssertionError(f"seed {seed} does not end: {self.trace[-40:]}")

    def pause(self, what: str) -> None:
        """Let another go on; where the caller is no actor nothing happens."""
        actor = self._current
        if actor is None or threading.current_thread().name != f"actor {id(actor)}":
            return
        actor.steps += 1
        self.trace.append(f"{actor.name}: {what}")
        if actor.steps == actor.crash_at:
            self.trace.append(f"{actor.name} crashes")
            raise Crash(what)
        self._back.put(actor)
        actor.go.get(timeout=HANG_SECONDS)

    def close(self) -> None:
        """End the threads."""
        for jobs in self._jobs:
            jobs.put(None)

    def _work(self, jobs: "SimpleQueue[tuple[_Actor, Callable[[], None]] | None]") -> None:
        while (job := jobs.get()) is not None:
            actor, function = job
            threading.current_thread().name = f"actor {id(actor)}"
            actor.go.get(timeout=HANG_SECONDS)
            try:
                function()
            except BaseException as error:  # noqa: BLE001 - told to whoever runs the actors
                actor.error = error
            threading.current_thread().name = "idle"
            self._back.put(None)


def step_around(
    patch: pytest.MonkeyPatch, scheduler: Scheduler, owner: Any, name: str, after: Callable[[Any], Any] | None = None
) -> None:
    """Make a step of what comes before `owner.name` is called, and of what comes after; `after` changes the result."""
    original = getattr(owner, name)

    @wraps(original)
    def stepped(*args: Any, **kwargs: Any) -> Any:
        scheduler.pause(f"before {name}")
        result = original(*args, **kwargs)
        scheduler.pause(f"after {name}")
        return after(result) if after else result

    patch.setattr(owner, name, stepped)
