"""An S3-compatible server on 127.0.0.1 for trying out and testing a warehouse in a bucket: moto's.

It is what a package index alone gives, speaks S3's protocol over HTTP to every client, and keeps objects in memory:
they are gone when it stops. Local files are the stack's default; a production warehouse is a real object store.
"""

import sys
from pathlib import Path

from oso_dagster.stack import processes
from oso_dagster.stack.postgres import free_port
from oso_dagster.stack.processes import Started

HOST = "127.0.0.1"
REGION = "us-east-1"
START_SECONDS = 60.0
STATE = "object_store.json"


def start(folder: Path, *, bucket: str, access_key: str, secret_key: str) -> Started:
    """Start the server of `folder` with an empty `bucket`; a running one is given. Raises ServerError."""
    if (running := processes.load(folder / STATE)) is not None:
        return running
    port = free_port()
    started = processes.Server(
        name="the object store",
        command=[sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)],
        port=port,
        state=folder / STATE,
        log=folder / "object_store.log",
        is_ready=lambda: _answers(port),
        seconds=START_SECONDS,
    ).start()
    _make_bucket(port, bucket, access_key, secret_key)
    return started


def runs(folder: Path) -> bool:
    """Whether the server of `folder` runs, and so has the objects that it was given."""
    return processes.load(folder / STATE) is not None


def stop(folder: Path) -> bool:
    """End the server of `folder`, and with it its objects; False when it did not run."""
    started = processes.load(folder / STATE)
    return processes.stop(started) if started else False


def endpoint(started: Started) -> str:
    """Its address, for `OSO_S3_ENDPOINT`."""
    return f"http://{HOST}:{started.port}"


def _answers(port: int) -> bool:
    import httpx

    try:
        return httpx.get(f"http://{HOST}:{port}/", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _make_bucket(port: int, bucket: str, access_key: str, secret_key: str) -> None:
    from pyarrow.fs import S3FileSystem

    files = S3FileSystem(
        access_key=access_key,
        secret_key=secret_key,
        region=REGION,
        endpoint_override=f"{HOST}:{port}",
        scheme="http",
        allow_bucket_creation=True,
    )
    files.create_dir(bucket)
