"""Processes that are killed where one step of the pipeline ends and the next begins.

They come from a server process that has imported everything once, so that a death costs no start of Python.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

from oso_dagster import api
from oso_dagster.project import Project

SECONDS = 240
_KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Point:
    """Before or after the call number `call` of a function: `module:name` or `module:Class.name`."""

    function: str
    is_after: bool = False
    call: int = 1

    def __str__(self) -> str:
        return f"{'after' if self.is_after else 'before'} {self.function.rsplit(':', 1)[-1]}"


def die_at(point: Point, work: Callable[..., Any], project: Project) -> None:
    """Run `work(project)` in another process, and fail unless it is killed at `point`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dying", "oso_dagster.runner.plan", "oso_dagster.assemble"])
    process = context.Process(target=_run, args=(point, work, project))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        raise AssertionError(f"the process did not come to {point}")
    assert process.exitcode == _KILLED, f"the process ended before it came to {point}: {process.exitcode}"


def materialize(project: Project) -> None:
    """Compute whatever of the monthly stars is stale."""
    api.materialize(project.settings, "+stars_to_artifact_monthly", project=project)


def plan(project: Project) -> None:
    """Plan the project as it is."""
    api.plan(project.settings, project=project)


def _run(point: Point, work: Callable[[Project], None], project: Project) -> None:
    module, path = point.function.split(":")
    owner: Any = import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original = getattr(owner, name)
    calls = 0

    @wraps(original)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == point.call and not point.is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == point.call and point.is_after:
            # what it gives may be made while it is read
            result = list(result) if hasattr(result, "__next__") else result
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
    work(project)
