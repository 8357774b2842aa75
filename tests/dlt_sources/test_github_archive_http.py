"""Hour files from a web server: missing by 404, retried on failure, and no second download of what has not changed."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from archive_lines import hour, star, write_hour

from dlt_sources.github_archive import archive as archives
from dlt_sources.github_archive import land_days
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

BEGIN, END = date(2025, 8, 19), date(2025, 8, 20)


@dataclass
class Site:
    """A server over a directory; `failures` answers 500 so many times per method and path, `cut` ends bodies early."""

    directory: Path
    url: str = ""
    failures: dict[tuple[str, str], int] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    directory = tmp_path / "archive"
    for number in range(3):
        write_hour(directory, hour(19, number), [star(number), star(number + 100)])
    served = Site(directory)

    class Handler(BaseHTTPRequestHandler):
        def answer(self, method: str) -> None:
            name = self.path.lstrip("/")
            served.requests.append((method, name))
            if served.failures.get((method, name), 0):
                served.failures[method, name] -= 1
                self.send_error(500)
                return
            path = directory / name
            if not path.is_file():
                self.send_error(404)
                return
            body = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hash(body)}"')
            self.end_headers()
            if method == "GET":
                self.wfile.write(body[: len(body) // 2] if name in served.cut else body)
                served.cut.discard(name)

        def do_GET(self) -> None:
            self.answer("GET")

        def do_HEAD(self) -> None:
            self.answer("HEAD")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(archives, "PAUSE_SECONDS", 0.01)
    return Settings(home=tmp_path / "home", github_archive_url=site.url)


def land(settings: Settings, count: int = 4) -> list[str]:
    """Statuses of the first hours of the day."""
    report = land_days(settings, BEGIN, END, hours=[hour(19, number) for number in range(count)])
    return [window.status for window in report.windows]


def events(settings: Settings) -> int:
    return open_catalog(settings).load_table("github_archive.events").scan().count()


def test_hours_land_from_a_server_and_404_is_missing(settings: Settings) -> None:
    assert land(settings) == ["landed", "landed", "landed", "missing"]
    assert events(settings) == 6


def test_unchanged_files_are_not_downloaded_again(settings: Settings, site: Site) -> None:
    land(settings)
    site.requests.clear()
    assert land(settings) == ["unchanged", "unchanged", "unchanged", "missing"]
    assert {method for method, _ in site.requests} == {"HEAD"}


def test_failures_of_the_server_are_retried(settings: Settings, site: Site) -> None:
    site.failures = {("HEAD", "2025-08-19-0.json.gz"): 2, ("GET", "2025-08-19-1.json.gz"): 3}
    assert land(settings) == ["landed", "landed", "landed", "missing"]
    assert site.requests.count(("GET", "2025-08-19-1.json.gz")) == 4


def test_a_connection_that_breaks_in_the_middle_is_retried(settings: Settings, site: Site) -> None:
    site.cut = {"2025-08-19-2.json.gz"}
    assert land(settings) == ["landed", "landed", "landed", "missing"]
    assert events(settings) == 6


def test_a_server_that_never_recovers_is_an_error_and_no_gap(settings: Settings, site: Site) -> None:
    site.failures = {("HEAD", "2025-08-19-0.json.gz"): 1000}
    with pytest.raises(httpx.HTTPStatusError, match="500"):
        land(settings)
    assert not open_catalog(settings).table_exists("github_archive.hours")
