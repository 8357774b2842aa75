"""Trino as processes of this machine: started, drained, and remembered in a folder that any process may act upon.

What a worker is (its command) is given by `launch`; a worker drains when its HTTP interface is told to shut down.
"""

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import httpx
import psutil

from oso_dagster.cluster.demand import Capacity

COORDINATOR = "coordinator"
SHUTTING_DOWN = '"SHUTTING_DOWN"'


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A command to run in `folder` with `environment`; its output goes to `folder`/server.log."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Server:
    """A process that was started: `created` tells it from another one that got its number later."""

    name: str
    pid: int
    created: float
    port: int
    draining_since: float | None = None

    def process(self) -> psutil.Process | None:
        """The living process, or None."""
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            if process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


class ProcessDriver:
    """Keeps a coordinator on `coordinator_port` and workers on free ports; one driver acts at a time.

    A worker that has not drained within `drain_seconds` is ended.
    """

    def __init__(
        self,
        folder: Path,
        *,
        coordinator_port: int,
        launch: Callable[[str, int], Launch],
        user: str,
        drain_seconds: float = 120.0,
    ) -> None:
        self._folder = folder
        self._port = coordinator_port
        self._launch = launch
        self._user = user
        self._drain_seconds = drain_seconds

    def capacity(self) -> Capacity:
        """Workers that live and do not drain; `remaining` counts those that drain too."""
        servers = self._living()
        workers = [server for server in servers if server.name != COORDINATOR]
        return Capacity(
            workers=sum(server.draining_since is None for server in workers),
            has_coordinator=len(workers) < len(servers),
            remaining=len(workers),
        )

    def scale(self, *, workers: int, coordinator: bool) -> None:
        """Start what lacks, drain what is too many, end what drained for too long."""
        living = self._living()
        here = [server for server in living if server.name != COORDINATOR]
        if coordinator and len(here) == len(living):
            self._start(COORDINATOR, self._port)
        kept = [server for server in here if server.draining_since is None]
        for server in kept[workers:]:
            self._drain(server)
        for _ in range(workers - len(kept)):
            port = free_port()
            self._start(f"worker-{port}", port)
        for server in here:
            if server.draining_since is not None and time.time() - server.draining_since > self._drain_seconds:
                self._end(server)
        if not coordinator and not here:
            for server in living:
                self._end(server)

    def _living(self) -> list[Server]:
        """Servers that live, oldest first; records of others are taken out."""
        servers = []
        for path in sorted(self._folder.glob("*.json")):
            server = Server(**json.loads(path.read_text()))
            if server.process() is None:
                path.unlink(missing_ok=True)
            else:
                servers.append(server)
        return sorted(servers, key=lambda server: server.created)

    def _start(self, name: str, port: int) -> None:
        launch = self._launch(name, port)
        launch.folder.mkdir(parents=True, exist_ok=True)
        with (launch.folder / "server.log").open("ab") as log:
            started = subprocess.Popen(  # noqa: S603 - an argument list, no shell
                launch.argv,
                env=dict(launch.environment),
                cwd=launch.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._write(Server(name=name, pid=started.pid, created=psutil.Process(started.pid).create_time(), port=port))

    def _drain(self, server: Server) -> None:
        """Ask for a graceful end; one that does not listen yet has nothing to finish."""
        try:
            answer = httpx.put(
                f"http://127.0.0.1:{server.port}/v1/info/state",
                content=SHUTTING_DOWN,
                headers={"Content-Type": "application/json", "X-Trino-User": self._user},
                timeout=5.0,
            )
            answer.raise_for_status()
        except httpx.TransportError:
            self._end(server)
            return
        self._write(replace(server, draining_since=time.time()))

    def _end(self, server: Server) -> None:
        process = server.process()
        if process is not None:
            process.terminate()

    def _write(self, server: Server) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{server.name}.json"
        path.with_suffix(".new").write_text(json.dumps(asdict(server)))
        path.with_suffix(".new").rename(path)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
