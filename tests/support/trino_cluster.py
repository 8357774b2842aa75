"""A Trino with two workers for tests that kill its servers: who runs what, who is killed, and what is started again."""

import json
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from trino_fixture import TrinoStack, start_stack

from oso_dagster.stack import local, postgres, trino_server
from oso_lake.settings import Settings

CHOICE = local.Choice(workers=2, heap_megabytes=768, is_small=True)
COORDINATOR = "trino"
DEADLINE_SECONDS = 180.0


@dataclass(frozen=True)
class Task:
    """A task of a query, on which node, and how it is."""

    node: str
    state: str


class TrinoCluster(TrinoStack):
    """A coordinator, two workers and PostgreSQL, each a process that may be killed."""

    @property
    def folder(self) -> Path:
        """Where the servers keep their files."""
        return local.folder_of(self.settings)

    def kill(self, node: str) -> None:
        """End a node of Trino at once, as a machine that is taken away does."""
        os.kill(json.loads((self.folder / node / "trino.json").read_text())["process"], signal.SIGKILL)

    def kill_postgres(self) -> None:
        """End PostgreSQL with all of its processes at once."""
        pid = int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)

    def start_coordinator(self) -> None:
        """Start it again where it was: its settings are in its folder still."""
        installed = trino_server.install(self.settings.cache, self.settings.maven_url)
        assert local.start_trino(self.settings, installed, CHOICE).port == self.settings.trino_port

    def start_postgres(self) -> None:
        """Start it again where it was."""
        assert self.settings.database_url is not None
        server = postgres.start(self.folder / "postgres")
        assert f":{server.port}/" in self.settings.database_url.get_secret_value()

    def queries(self) -> list[dict[str, Any]]:
        """The queries that the coordinator knows, as its HTTP interface tells them."""
        return self._get("/v1/query")

    def tasks(self, query_id: str) -> list[Task]:
        """The tasks of a query so far."""
        found: list[Task] = []

        def walk(stage: dict[str, Any] | None) -> None:
            for task in (stage or {}).get("tasks", ()):
                found.append(Task(node=task["taskStatus"]["nodeId"], state=task["taskStatus"]["state"]))
            for inner in (stage or {}).get("subStages", ()):
                walk(inner)

        walk(self._get(f"/v1/query/{query_id}").get("outputStage"))
        return found

    def _get(self, path: str) -> Any:
        url = f"http://{self.settings.trino_host}:{self.settings.trino_port}{path}"
        return httpx.get(url, headers={"X-Trino-User": self.settings.trino_user}, timeout=30).json()

    def wait_for(self, word: str) -> None:
        """Wait until a query with `word` in its text is under way."""
        ends = time.monotonic() + DEADLINE_SECONDS
        while not any(word in one["query"] and one["state"] == "RUNNING" for one in self.queries()):
            assert time.monotonic() < ends, f"no query with {word} began"
            time.sleep(0.1)

    def end(self, query_id: str) -> None:
        """Cancel a query."""
        url = f"http://{self.settings.trino_host}:{self.settings.trino_port}/v1/query/{query_id}"
        httpx.delete(url, headers={"X-Trino-User": self.settings.trino_user}, timeout=30)

    def running_on(self, word: str) -> str | None:
        """The worker that runs a task of a query with `word` in its text; None while there is none."""
        for query in self.queries():
            if word in query["query"] and query["state"] in {"RUNNING", "STARTING"}:
                for task in self.tasks(query["queryId"]):
                    if task.state == "RUNNING" and task.node != COORDINATOR:
                        return task.node
        return None

    @contextmanager
    def when_running(self, word: str, act: Callable[[str], None]) -> Generator[list[str]]:
        """While the block runs, wait for a worker that runs a task of a query with `word` in it, and `act` on it, once.

        Gives the list that the worker is put into.
        """
        acted: list[str] = []
        ended = threading.Event()

        def watch() -> None:
            ends = time.monotonic() + DEADLINE_SECONDS
            while not ended.is_set() and time.monotonic() < ends:
                if (worker := self.running_on(word)) is not None:
                    act(worker)
                    acted.append(worker)
                    return

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield acted
        finally:
            ended.set()
            watcher.join(timeout=DEADLINE_SECONDS)


@contextmanager
def running_cluster() -> Generator[TrinoCluster]:
    """A cluster of one's own, ended with the block."""
    folder = Path(tempfile.mkdtemp(prefix="oso_cluster_"))
    folder.chmod(0o711)
    home = folder / "home"
    try:
        yield TrinoCluster(start_stack(home, CHOICE).settings)
    finally:
        local.down(Settings(home=home))
        shutil.rmtree(folder)
