"""A process that answers as Trino's HTTP interface does, as far as capacity is concerned: no SQL, 100 ms to start.

`python trino_stand_in.py PORT [COORDINATOR_PORT]`: a coordinator, or a worker that announces itself to one. Answers
have the shape of Trino 476's; a worker that is told to shut down finishes for a moment, and ends.
"""

import json
import os
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from oso_dagster.cluster.processes import Launch

DRAIN_SECONDS = 0.2
ANNOUNCED_SECONDS = 0.5


class Coordinator(BaseHTTPRequestHandler):
    """State, queries (set by POST /test/queries), metrics, and the workers that announced themselves lately."""

    queries: ClassVar[list[dict[str, object]]] = []
    announced: ClassVar[dict[str, float]] = {}

    def do_GET(self) -> None:
        """What capacity reads; nothing without a user, as Trino."""
        if self.path == "/v1/info":
            self._answer({"nodeVersion": {"version": "476"}, "coordinator": True, "starting": False})
        elif "X-Trino-User" not in self.headers:
            self._answer({}, status=401)
        elif self.path == "/v1/query":
            self._answer(self.queries)
        else:
            alive = sum(time.monotonic() - at < ANNOUNCED_SECONDS for at in self.announced.values())
            name = "trino_metadata_name_DiscoveryNodeManager_ActiveNodeCount"
            self._answer(f"# TYPE {name} gauge\n{name} {alive + 1}.0\n# EOF\n")

    def do_PUT(self) -> None:
        """A worker's announcement."""
        self.announced[self.path] = time.monotonic()
        self._answer({})

    def do_POST(self) -> None:
        """The test says which queries there are."""
        type(self).queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer({})

    def do_DELETE(self) -> None:
        """End a query."""
        ended = self.path.rpartition("/")[2]
        type(self).queries = [query for query in self.queries if query["queryId"] != ended]
        self._answer({}, status=204)

    def _answer(self, content: object, status: int = 200) -> None:
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


class Worker(Coordinator):
    """Only its end is of interest."""

    def do_PUT(self) -> None:
        """`SHUTTING_DOWN` ends it after a moment."""
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer({})
        if told == "SHUTTING_DOWN":
            threading.Timer(DRAIN_SECONDS, os._exit, (0,)).start()


def _announce(port: int, coordinator: int) -> None:
    while True:
        url = f"http://127.0.0.1:{coordinator}/v1/announcement/{port}"
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=2).close()
        except OSError:
            time.sleep(0.05)
        time.sleep(ANNOUNCED_SECONDS / 5)


def trino_of(folder: Path, coordinator_port: int) -> "Callable[[str, int], Launch]":
    """The commands of a cluster of stand-ins, for a ProcessDriver."""
    from oso_dagster.cluster.processes import COORDINATOR, Launch

    def launch(name: str, port: int) -> Launch:
        arguments = [str(port)] if name == COORDINATOR else [str(port), str(coordinator_port)]
        return Launch(argv=[sys.executable, __file__, *arguments], environment=dict(os.environ), folder=folder / name)

    return launch


def main() -> None:
    """Serve until told to end."""
    port, *coordinator = [int(argument) for argument in sys.argv[1:]]
    if coordinator:
        threading.Thread(target=_announce, args=(port, coordinator[0]), daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", port), Worker if coordinator else Coordinator).serve_forever()


if __name__ == "__main__":
    main()
