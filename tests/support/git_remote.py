"""Bare repositories for tests, and a server that serves them over HTTP with git's own backend, faults included."""

import os
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENT = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
SERVED = ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "http.receivepack")


def git(path: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in `path`, and return what it said."""
    done = subprocess.run(
        ["git", *arguments], cwd=path, input=stdin, env=ENVIRONMENT, check=True, capture_output=True, timeout=60
    )
    return done.stdout.decode().strip()


def add_commits(repository: Path, count: int, *, branch: str = "main", label: str = "", anew: bool = False) -> None:
    """Append `count` commits to a branch of a bare repository, which is made when it is not there.

    `anew` starts the branch over, as a forced push does. `label` makes the commits differ from others.
    """
    if not repository.exists():
        repository.mkdir(parents=True)
        git(repository, "init", "--quiet", "--bare", "--initial-branch=main")
        for setting in SERVED[:2]:
            git(repository, "config", setting, "true")
    known = git(repository, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
    stream = [f"reset refs/heads/{branch}\n"] if anew else []
    for index in range(count):
        person = f"{label or 'Ann'} <ann@x.org> {1_700_000_000 + index * 60} +0000"
        parent = f"from {known}\n" if known and not anew and index == 0 else ""
        content = f"{label or 'a'}\nb\n"
        stream.append(
            f"commit refs/heads/{branch}\nauthor {person}\ncommitter {person}\ndata 2\nm\n{parent}"
            f"M 100644 inline file{index}.txt\ndata {len(content.encode())}\n{content}\n"
        )
    git(repository, "fast-import", "--quiet", "--force", stdin="".join(stream).encode())


@dataclass
class Served:
    """A running server: its URL, the paths asked for, and by path how many requests will fail with which status."""

    url: str
    requests: list[str] = field(default_factory=list)
    faults: dict[str, list[int]] = field(default_factory=dict)


@contextmanager
def serve(root: Path) -> Generator[Served]:
    """Serve the repositories below `root` on a free local port."""
    served = Served(url="")

    class Handler(_Handler):
        state = served
        folder = root

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    state: Served
    folder: Path

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        self.state.requests.append(self.path)
        for part, statuses in self.state.faults.items():
            if part in url.path and statuses:
                self.send_error(statuses.pop(0))
                return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = ENVIRONMENT | {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, timeout=60, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self.send_response(status)
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
