"""Dagster's UI of an installation, started by `oso dev` on a free port, and a headless browser to look at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from oso_dagster.instance import ensure_instance
from oso_dagster.project import Project, environment_of

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
LOCATION = """
from pathlib import Path
from oso_dagster.assemble import build_definitions
from oso_dagster.project import Project
from oso_lake.settings import Settings
defs = build_definitions(Project(settings=Settings(), path=Path({path!r})))
"""
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def dagster_ui(home: Path, log: Path, checkout: Path = ROOT) -> Generator[str]:
    """The address of the UI over `home`, as `oso dev` starts it; ends the processes it started, and only those.

    The packages are those of `checkout`.
    """
    command = [str(Path(sys.executable).parent / "oso"), "dev"]
    environment = {**os.environ, "OSO_HOME": str(home), "PYTHONPATH": str(checkout)}
    with _served(command, environment, log, folder=checkout) as address:
        yield address


@contextmanager
def dagster_ui_of(project: Project, log: Path) -> Generator[str]:
    """The address of the UI over `project`, from a code location beside its files."""
    location = project.path.with_name("location.py")
    location.write_text(LOCATION.format(path=str(project.path)))
    environment = {**os.environ, **environment_of(project.settings)}
    environment["DAGSTER_HOME"] = str(ensure_instance(project.settings))
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-f", str(location)]
    with _served(command, environment, log) as address:
        yield address


@contextmanager
def _served(command: list[str], environment: dict[str, str], log: Path, folder: Path = ROOT) -> Generator[str]:
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            env=environment,
            # the folder where it is started comes before installed packages
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, log)
            yield address
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen[Any], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/server_info", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise AssertionError(f"the UI did not answer within {START_SECONDS} s:\n{log.read_text()[-4000:]}")


def graphql(address: str, query: str, **variables: Any) -> dict[str, Any]:
    """The data of a GraphQL query; raises AssertionError when the server reports errors."""
    answer = httpx.post(f"{address}/graphql", json={"query": query, "variables": variables}, timeout=60).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


@contextmanager
def browser_page() -> Generator[Page]:
    """A page of headless Chromium, of the size that screenshots are read at."""
    executable = shutil.which("chromium")
    assert executable, "chromium is not on PATH: run scripts/ensure_tools.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        try:
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            page.set_default_timeout(60_000)
            yield page
        finally:
            browser.close()
