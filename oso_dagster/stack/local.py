"""The local stack of one installation: PostgreSQL, Trino and, where asked for, an object store and a REST catalog.

What runs is found by the servers' own state files below `$OSO_HOME/stack`; how to reach it is in `environment` there,
readable by the owner only, since it holds passwords.
"""

import os
import secrets
import shlex
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from oso_dagster.stack import object_store, postgres, processes, rest_catalog, trino_server
from oso_dagster.stack.processes import ServerError, Started
from oso_dagster.stack.trino_server import Node
from oso_lake.settings import Settings

DATABASE = "oso"
# of a warehouse in the object store, which keeps objects in memory: it begins anew with them
BUCKET_DATABASE = "oso_bucket"
BUCKET = "oso"
ACCESS_KEY = "oso"
CLIENT = "oso"
ENVIRONMENT = "environment"


class OnStep(Protocol):
    """Told which server is worked on, and of a download the bytes so far and in all."""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Part:
    """A server of the stack: whether it runs, where it listens, and its log."""

    name: str
    is_running: bool
    address: str = ""
    log: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What to bring up: the warehouse in an object store instead of local files; workers beside the coordinator; an
    Iceberg REST catalog before the database.

    `is_small` is for small data: half the processor time, and three times as much for millions of rows.
    """

    object_store: bool = False
    rest_catalog: bool = False
    workers: int = 0
    heap_megabytes: int = 2048
    is_small: bool = False


def folder_of(settings: Settings) -> Path:
    """Where the stack of an installation keeps its data, logs and state."""
    return settings.home / "stack"


def environment_file(settings: Settings) -> Path:
    """File of the variables by which every `oso` command uses the running stack."""
    return folder_of(settings) / ENVIRONMENT


def settings_of_stack(settings: Settings) -> Settings:
    """`settings` with the variables of the stack that runs below its home. Raises FileNotFoundError without one."""
    words = shlex.split(environment_file(settings).read_text())
    return Settings.model_validate(settings.model_dump() | _fields(dict(word.split("=", 1) for word in words)))


def up(settings: Settings, choice: Choice, on_step: OnStep) -> dict[str, str]:
    """Bring the stack up, or what of it does not run; returns its variables, which are in `environment_file` too.

    What was started stays when a later server fails; `down` ends it. Raises PostgresError, DownloadError, ServerError,
    the last also where a stack runs that keeps its warehouse elsewhere.
    """
    folder = folder_of(settings)
    _require_same_catalogs(settings, choice)
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL, started by root, runs as another account, which must find its folder
    folder.chmod(0o711)
    on_step("PostgreSQL")
    server = postgres.start(folder / "postgres")
    variables = {"OSO_ENGINE": "trino"}
    if choice.object_store:
        on_step("object store")
        if not object_store.runs(folder):
            server.drop_database(BUCKET_DATABASE)
        variables |= _object_store(folder)
    variables["OSO_DATABASE_URL"] = server.create_database(BUCKET_DATABASE if choice.object_store else DATABASE)
    if choice.rest_catalog:
        on_step("REST catalog")
        variables |= _rest_catalog(settings, variables, on_step)
    installed = trino_server.install(settings.cache, settings.maven_url, on_step)
    on_step("Trino")
    configured = Settings.model_validate(settings.model_dump() | _fields(variables))
    started = start_trino(configured, installed, choice)
    variables["OSO_TRINO_PORT"] = str(started.port)
    _write(environment_file(settings), variables)
    return variables


def _require_same_catalogs(settings: Settings, choice: Choice) -> None:
    """A Trino that runs has the catalogs of one warehouse, and asks one server for them."""
    file = environment_file(settings)
    if not file.exists() or processes.load(folder_of(settings) / "trino" / "trino.json") is None:
        return
    if settings_of_stack(settings).is_in_bucket != choice.object_store:
        here = "local files" if choice.object_store else "the object store"
        raise ServerError(f"a stack runs whose warehouse is in {here}: end it with `oso stack down` first")
    if rest_catalog.runs(folder_of(settings)) != choice.rest_catalog:
        here = "no REST catalog" if choice.rest_catalog else "a REST catalog"
        raise ServerError(f"a stack runs with {here}: end it with `oso stack down` first")


def start_trino(settings: Settings, installed: Path, choice: Choice) -> Started:
    """Start coordinator and workers for `settings`, whose database holds the catalogs."""
    from oso_lake.catalog import open_catalog
    from sqlmesh_project.trino_catalogs import CATALOGS, catalog_properties, secret_variables

    open_catalog(settings)
    folder = folder_of(settings)
    catalogs = {name: catalog_properties(settings, name) for name in CATALOGS}
    hidden = secret_variables(settings)
    # without workers there is none to lose, and an exchange would only cost time
    exchange = folder / "exchange" if choice.workers else None
    coordinator = Node(
        folder=folder / "trino",
        heap_megabytes=choice.heap_megabytes,
        computes=choice.workers == 0,
        is_small=choice.is_small,
        exchange=exchange,
    )
    started = trino_server.start(installed, coordinator, catalogs, hidden)
    workers = [
        Node(
            folder=folder / f"trino-worker-{number}",
            heap_megabytes=choice.heap_megabytes,
            coordinator_port=started.port,
            is_small=choice.is_small,
            exchange=exchange,
        )
        for number in range(1, choice.workers + 1)
    ]
    with ThreadPoolExecutor(max(len(workers), 1)) as pool:
        list(pool.map(lambda worker: trino_server.start(installed, worker, catalogs, hidden), workers))
    return started


def down(settings: Settings) -> list[str]:
    """End what runs of the stack, workers first; returns the names of what was ended. Data and logs stay."""
    folder = folder_of(settings)
    ended = []
    for state in sorted(folder.glob("trino*/trino.json"), reverse=True):
        if trino_server.stop(Node(folder=state.parent)):
            ended.append(state.parent.name)
    if rest_catalog.stop(folder):
        ended.append("REST catalog")
    if object_store.stop(folder):
        ended.append("object store")
    if (folder / "postgres").exists() and postgres.stop(folder / "postgres"):
        ended.append("PostgreSQL")
    environment_file(settings).unlink(missing_ok=True)
    return ended


def status(settings: Settings) -> list[Part]:
    """Each server of the stack that was ever started."""
    folder = folder_of(settings)
    parts = []
    if (folder / "postgres").exists():
        server = postgres.find(folder / "postgres")
        where = f"{postgres.HOST}:{server.port}" if server else ""
        log = str(folder / "postgres" / postgres.LOG)
        parts.append(Part(name="PostgreSQL", is_running=server is not None, address=where, log=log))
    apart = {folder / object_store.STATE: "object store", folder / rest_catalog.STATE: "REST catalog"}
    for state in [*apart, *sorted(folder.glob("trino*/trino.json"))]:
        if not state.exists():
            continue
        name = apart.get(state, state.parent.name)
        started = processes.load(state)
        where = f"http://{trino_server.HOST}:{started.port}" if started else ""
        parts.append(Part(name=name, is_running=started is not None, address=where, log=started.log if started else ""))
    return parts


def _object_store(folder: Path) -> dict[str, str]:
    key = _kept_secret(folder / "object_store.key")
    started = object_store.start(folder, bucket=BUCKET, access_key=ACCESS_KEY, secret_key=key)
    return {
        "OSO_WAREHOUSE_URL": f"s3://{BUCKET}/warehouse",
        "OSO_S3_ENDPOINT": object_store.endpoint(started),
        "OSO_S3_REGION": object_store.REGION,
        "OSO_S3_ACCESS_KEY": ACCESS_KEY,
        "OSO_S3_SECRET_KEY": key,
    }


def _rest_catalog(settings: Settings, variables: Mapping[str, str], on_step: OnStep) -> dict[str, str]:
    """Before the database of `variables`: the tables are those that are there without it."""
    from oso_lake.catalog import CATALOG_NAME, COMPUTE_CATALOG

    folder = folder_of(settings)
    configured = Settings.model_validate(settings.model_dump() | _fields(variables))
    served = rest_catalog.Warehouses(
        places={CATALOG_NAME: configured.warehouse_uri, COMPUTE_CATALOG: configured.compute_uri},
        database=rest_catalog.postgresql(variables["OSO_DATABASE_URL"]),
        credential=f"{CLIENT}:{_kept_secret(folder / 'rest_catalog.key')}",
        files=rest_catalog.bucket_files(configured) if configured.is_in_bucket else {},
    )
    class_path = rest_catalog.install(settings.cache, settings.maven_url, on_step)
    started = rest_catalog.start(folder, class_path, served)
    return {
        "OSO_CATALOG_URL": rest_catalog.url(started),
        "OSO_CATALOG_WAREHOUSE": CATALOG_NAME,
        "OSO_CATALOG_COMPUTE_WAREHOUSE": COMPUTE_CATALOG,
        "OSO_CATALOG_CREDENTIAL": served.credential,
    }


def _kept_secret(path: Path) -> str:
    """A secret of the stack, made once."""
    if not path.exists():
        _write_secret(path, secrets.token_urlsafe(24))
    return path.read_text()


def _fields(variables: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("OSO_").lower(): value for name, value in variables.items()}


def _write(path: Path, variables: Mapping[str, str]) -> None:
    _write_secret(path, "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items()))


def _write_secret(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)
