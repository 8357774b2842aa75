"""Servers as processes of their own: started apart from this one, found again by a file, ended and nothing else ended.

A process is known by its number and the moment it began: a number alone may have been given to another one since.
"""

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

POLL_SECONDS = 0.2
STOP_SECONDS = 20.0
# a process's beginning is told in hundredths of a second
SAME_BEGINNING_SECONDS = 0.05
LAST_LINES = 12


class ServerError(RuntimeError):
    """A server did not start; the message ends with its log."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """A server that was started: process, when it began (seconds since the epoch), port on 127.0.0.1, log."""

    process: int
    began: float
    port: int
    log: str

    def save(self, path: Path) -> None:
        """Write it where `load` finds it, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        partial.write_text(json.dumps(asdict(self)))
        partial.replace(path)


def load(path: Path) -> Started | None:
    """The server that `path` tells of, if it still runs; None otherwise."""
    if not path.exists():
        return None
    started = Started(**json.loads(path.read_text()))
    return started if find(started) else None


def last_port(path: Path) -> int | None:
    """The port of the server that `path` tells of and that has ended, unless another one listens on it by now."""
    if not path.exists():
        return None
    port = Started(**json.loads(path.read_text())).port
    with closing(socket.socket()) as probe:
        return None if probe.connect_ex(("127.0.0.1", port)) == 0 else port


def spawn(command: Sequence[str], *, port: int, log: Path, cwd: Path, variables: Mapping[str, str]) -> Started:
    """Start `command` in a session of its own with `variables` beside PATH and HOME; its output goes to `log`."""
    import psutil

    log.parent.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    with log.open("ab") as sink:
        child = subprocess.Popen(  # noqa: S603 - a list of arguments, of the stack's own servers
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**kept, **variables},
            start_new_session=True,
        )
    return Started(process=child.pid, began=psutil.Process(child.pid).create_time(), port=port, log=str(log))


def find(started: Started) -> "psutil.Process | None":
    """The process if it is the one that was started and has not ended."""
    import psutil

    try:
        process = psutil.Process(started.process)
        if abs(process.create_time() - started.began) > SAME_BEGINNING_SECONDS:
            return None
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def wait_until(started: Started, is_ready: Callable[[], bool], *, name: str, seconds: float) -> None:
    """Wait until `is_ready`; raises ServerError with the end of the log when it ended before, or takes longer."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if find(started) is None:
            raise ServerError(f"{name} ended while it started:\n{last_words(Path(started.log))}")
        if time.monotonic() > deadline:
            raise ServerError(f"{name} was not ready within {seconds:.0f} s:\n{last_words(Path(started.log))}")
        time.sleep(POLL_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server to start: `state` is the file by which it is found again, `is_ready` whether it answers by now."""

    name: str
    command: Sequence[str]
    port: int
    state: Path
    log: Path
    is_ready: Callable[[], bool]
    seconds: float
    variables: Mapping[str, str] = field(default_factory=dict)

    def start(self) -> Started:
        """Start it in the folder of its state, and wait until it answers. Raises ServerError, and leaves none then."""
        folder = self.state.parent
        folder.mkdir(parents=True, exist_ok=True)
        started = spawn(self.command, port=self.port, log=self.log, cwd=folder, variables=self.variables)
        started.save(self.state)
        try:
            wait_until(started, self.is_ready, name=self.name, seconds=self.seconds)
        except ServerError:
            stop(started)
            raise
        return started


def stop(started: Started, *, seconds: float = STOP_SECONDS) -> bool:
    """End the process, by force when it does not end in time; False when it had ended already."""
    import psutil

    process = find(started)
    if process is None:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(seconds)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(seconds)
    return True


def last_words(log: Path) -> str:
    """What a log complains of, and its last lines; Java writes a page of calls below what was wrong."""
    if not log.exists():
        return "it left no log"
    lines = log.read_text(errors="replace").splitlines()
    complaints = [line for line in lines if "ERROR" in line or "Error:" in line][-LAST_LINES:]
    last = [line for line in lines[-LAST_LINES:] if line not in complaints and not line.startswith("\tat ")]
    return "\n".join([*complaints, *last])
