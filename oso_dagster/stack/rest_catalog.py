"""An Iceberg REST catalog on 127.0.0.1 for trying out and testing one: Apache Iceberg's own, from a Maven repository.

Iceberg publishes the server of its compatibility tests as one archive. `RestCatalog.java` beside this file starts it
with several warehouses and a credential; it is compiled once, by a compiler from the same repository, since the JDK of
the stack has none. Tables are those of a SQL catalog behind it: PostgreSQL's, as without the server, or SQLite files.
"""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oso_dagster.stack import processes
from oso_dagster.stack.downloads import Artifact, OnProgress, fetch
from oso_dagster.stack.postgres import free_port
from oso_dagster.stack.processes import ServerError, Started
from oso_dagster.stack.trino_server import java
from oso_lake import database
from oso_lake.settings import Settings

HOST = "127.0.0.1"
STATE = "rest_catalog.json"
START_SECONDS = 60.0
COMPILE_SECONDS = 120.0
HEAP_MEGABYTES = 256
# stands for the warehouse's name in a database's URL
WAREHOUSE = "{warehouse}"
SOURCE = Path(__file__).with_name("RestCatalog.java")
# the whole of Iceberg's server and what it needs
SERVER = Artifact(
    path="org/apache/iceberg/iceberg-open-api/1.10.1/iceberg-open-api-1.10.1.jar",
    size=211_884_914,
    sha256="09e6aef58984eaa58bf1e1bc5193ad023e929c6bfd38c82db7b83ffe825af724",
)
DRIVER = Artifact(
    path="org/postgresql/postgresql/42.7.6/postgresql-42.7.6.jar",
    size=1_098_494,
    sha256="f2a1cc0352dd5e5c6f65dbadff27bee00c32e432c6ad030d07447f8a5983c42a",
)
COMPILER = Artifact(
    path="org/eclipse/jdt/ecj/3.43.0/ecj-3.43.0.jar",
    size=3_329_190,
    sha256="c786468c65e906498e7e36ece4e0d04c6d3dd34c9a61b34a3a5b512801911a82",
)


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where the server keeps which tables there are: a JDBC URL, and who it is there."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Warehouses:
    """What the server serves: the folder or prefix of each warehouse by its name, and the credential that it asks for.

    `files` are Iceberg's properties for files of an object store; without any they are this machine's.
    """

    places: Mapping[str, str]
    database: Database
    credential: str = field(repr=False)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    def properties(self) -> dict[str, dict[str, str]]:
        """Properties of Iceberg's JDBC catalog behind each warehouse."""
        io = "org.apache.iceberg.aws.s3.S3FileIO" if self.files else "RestCatalog$LocalFiles"
        is_file = self.database.url.startswith("jdbc:sqlite:")
        common = (
            {"clients": "1"} if is_file else {"jdbc.user": self.database.user, "jdbc.password": self.database.password}
        )
        return {
            name: {
                "catalog-impl": "org.apache.iceberg.jdbc.JdbcCatalog",
                "uri": self.database.url.replace(WAREHOUSE, name),
                "jdbc.schema-version": "V1",
                "warehouse": place,
                "io-impl": io,
                **common,
                **self.files,
            }
            for name, place in self.places.items()
        }


def sqlite(folder: Path) -> Database:
    """A SQLite file in `folder` for each warehouse, made on first use: one file has one writer at a time."""
    return Database(url=f"jdbc:sqlite:{folder}/{WAREHOUSE}.db")


def postgresql(url: str) -> Database:
    """The database of a SQLAlchemy URL, where PyIceberg's SQL catalog and Trino's JDBC catalog keep theirs too."""
    parts = database.parts(url)
    place = f"jdbc:postgresql://{parts.host}:{parts.port or 5432}/{parts.database}"
    return Database(url=place, user=parts.username or "", password=parts.password or "")


def bucket_files(settings: Settings) -> dict[str, str]:
    """Iceberg's properties for the files of a warehouse in a bucket; they hold the store's keys."""
    return {
        **settings.file_options,
        "client.region": settings.s3_region,
        "s3.path-style-access": "true",
    }


def install(cache: Path, repository: str, on_progress: OnProgress | None = None) -> list[Path]:
    """The server's class path below `cache`, made at first use: 220 MB to fetch, and kept."""
    downloads = cache / "downloads"
    archives = [fetch(one, repository, downloads, on_progress) for one in (SERVER, DRIVER)]
    classes = cache / f"rest-catalog-{_source_key()}"
    with (cache / "rest-catalog.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not classes.exists():
            partial = cache / f"{classes.name}.{os.getpid()}"
            shutil.rmtree(partial, ignore_errors=True)
            _compile(fetch(COMPILER, repository, downloads, on_progress), archives, partial)
            partial.rename(classes)
    return [classes, *archives]


def start(folder: Path, class_path: list[Path], served: Warehouses) -> Started:
    """Start the server of `folder` and wait until it answers; a running one is given. Raises ServerError."""
    if (running := processes.load(folder / STATE)) is not None:
        return running
    port = processes.last_port(folder / STATE) or free_port()
    config = {"port": port, "credential": served.credential, "warehouses": served.properties()}
    command = [
        str(java()),
        f"-Xmx{HEAP_MEGABYTES}M",
        *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"),
        # secrets are among what it logs at the level below
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        *("-cp", os.pathsep.join(map(str, class_path))),
        "RestCatalog",
    ]
    # arguments of a process are seen by everybody, its environment is not
    variables = {"REST_CATALOG": json.dumps(config)}
    return processes.Server(
        name="the REST catalog",
        command=command,
        port=port,
        state=folder / STATE,
        log=folder / "rest_catalog.log",
        is_ready=lambda: _answers(port),
        seconds=START_SECONDS,
        variables=variables,
    ).start()


def runs(folder: Path) -> bool:
    """Whether the server of `folder` runs."""
    return processes.load(folder / STATE) is not None


def stop(folder: Path) -> bool:
    """End the server of `folder`; False when it did not run."""
    started = processes.load(folder / STATE)
    return processes.stop(started) if started else False


def url(started: Started) -> str:
    """Its address, for `OSO_CATALOG_URL`."""
    return f"http://{HOST}:{started.port}"


def _answers(port: int) -> bool:
    import httpx

    try:
        # that nobody may ask without a token is an answer
        return httpx.get(f"http://{HOST}:{port}/v1/config", timeout=5).status_code == httpx.codes.UNAUTHORIZED
    except httpx.HTTPError:
        return False


def _source_key() -> str:
    from hashlib import sha256

    return sha256(SOURCE.read_bytes()).hexdigest()[:12]


def _compile(compiler: Path, archives: list[Path], target: Path) -> None:
    command = [
        str(java()),
        *("-jar", str(compiler), "-21", "-nowarn", "-proc:none"),
        *("-cp", os.pathsep.join(map(str, archives)), "-d", str(target), str(SOURCE)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False)  # noqa: S603 - constant arguments
    if done.returncode != 0:
        raise ServerError(f"the REST catalog cannot be compiled:\n{done.stderr}")
