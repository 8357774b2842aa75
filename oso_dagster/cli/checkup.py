"""The checks of `oso doctor`: each looks at one thing, changes nothing, and says what to do when it is not right."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from oso_lake.settings import Settings

DISTRIBUTION = "oso-pipeline"
PYTHONS = ((3, 11), (3, 12))
LEAST_FREE_BYTES = 2 * 1024**3
GIT_TIMEOUT_SECONDS = 10
# blobless clones (--filter) came with it
LEAST_GIT = (2, 19)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check saw; `remedy` is there when something is to be done."""

    subject: str
    state: Literal["ok", "note", "warning", "wrong"]
    detail: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def examine() -> list[Finding]:
    """Every check, in order; one that itself fails is a finding, and the others still run."""
    findings = [finding for check in (python, packages, git, metrics) for finding in _run(check.__name__, check)]
    try:
        settings = _settings()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the settings is the finding
        remedy = "correct the OSO_* variable or the profile that it names; docs/reference/settings.md lists them"
        return [*findings, Finding(subject="settings", state="wrong", detail=line_of(error), remedy=remedy)]
    from oso_dagster.cli.checkup_catalog import catalog
    from oso_dagster.cli.checkup_engine import engine

    checks = (extensions, home, sources, disk, database, catalog, engine, compute_lock, dagster_home)
    return findings + [
        finding for check in checks for finding in _run(check.__name__, lambda check=check: check(settings))
    ]


def python() -> Iterator[Finding]:
    """The interpreter is one that the packages support, and may write bytecode."""
    detail = f"{sys.version.split()[0]} at {sys.executable}"
    if sys.version_info[:2] in PYTHONS:
        yield Finding(subject="python", state="ok", detail=detail)
    else:
        remedy = "use Python 3.11 or 3.12: dagster-sqlmesh supports no newer one"
        yield Finding(subject="python", state="wrong", detail=detail, remedy=remedy)
    if sys.dont_write_bytecode:
        detail = "PYTHONDONTWRITEBYTECODE is set: each start compiles dagster and sqlmesh anew, seconds each time"
        yield Finding(subject="bytecode", state="warning", detail=detail, remedy="unset PYTHONDONTWRITEBYTECODE")


def packages() -> Iterator[Finding]:
    """What the project requires is installed, in the versions it asks for."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    wrong, count = [], 0
    for text in requires(DISTRIBUTION) or []:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        count += 1
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
        else:
            if not requirement.specifier.contains(installed, prereleases=True):
                wrong.append(f"{requirement.name} is {installed}, wanted {requirement.specifier}")
    if wrong:
        remedy = "run `uv sync` in the project's folder"
        yield Finding(subject="packages", state="wrong", detail="; ".join(wrong), remedy=remedy)
    else:
        yield Finding(subject="packages", state="ok", detail=f"{count} required packages, all as asked for")


def extensions(settings: "Settings") -> Iterator[Finding]:
    """DuckDB loads what reading the warehouse takes from its packages, without a network."""
    import duckdb

    from oso_lake.duckdb_files import extensions_for, open_files

    with duckdb.connect() as connection:
        open_files(connection, settings)
    detail = f"{' and '.join(extensions_for(settings))} load into DuckDB {duckdb.__version__}"
    yield Finding(subject="extensions", state="ok", detail=detail)


def git() -> Iterator[Finding]:
    """git is there and can make blobless clones."""
    path = shutil.which("git")
    if path is None:
        remedy = "install git: git histories and the directory are read with it"
        yield Finding(subject="git", state="wrong", detail="not found on PATH", remedy=remedy)
        return
    done = subprocess.run(  # noqa: S603 - the path that `which` gave, constant arguments
        [path, "--version"], capture_output=True, text=True, timeout=GIT_TIMEOUT_SECONDS, check=True
    )
    text = done.stdout.strip()
    number = tuple(int(part) for part in text.split()[2].split(".")[:2])
    if number >= LEAST_GIT:
        yield Finding(subject="git", state="ok", detail=text)
    else:
        yield Finding(subject="git", state="wrong", detail=text, remedy="install git 2.19 or newer")


def metrics() -> Iterator[Finding]:
    """Every metric of the registry loads; a broken one is left out of the plan and shown as broken in the UI."""
    from sqlmesh_project.metrics_factory import registry

    loaded = registry(strict=False)
    if loaded.problems:
        detail = "; ".join(" ".join(str(problem).split()) for problem in loaded.problems)
        remedy = "correct the file at that line, then run `oso plan --apply`"
        yield Finding(subject="metrics", state="wrong", detail=detail, remedy=remedy)
    else:
        detail = f"{len(loaded.metrics)} metrics make {len(loaded.models)} models"
        yield Finding(subject="metrics", state="ok", detail=detail)


def home(settings: "Settings") -> Iterator[Finding]:
    """The home can be written to."""
    place = _existing(settings.home)
    detail = str(settings.home) if place == settings.home else f"{settings.home} (not made yet)"
    if os.access(place, os.W_OK | os.X_OK):
        yield Finding(subject="home", state="ok", detail=detail)
    else:
        remedy = "choose another folder with --home or OSO_HOME, or make this one writable"
        yield Finding(subject="home", state="wrong", detail=f"{place} is not writable", remedy=remedy)


def sources(settings: "Settings") -> Iterator[Finding]:
    """Sources that are folders exist; those behind a network are not asked."""
    places = {
        "github_archive_url": settings.github_archive_url,
        "oss_directory_url": settings.oss_directory_url,
        "git_base_url": settings.git_base_url,
        "funding_url": settings.funding_url,
    }
    chains = {f"evm_chains.{chain.name}": chain.rpc_url.get_secret_value() for chain in settings.evm_chains}
    missing = [name for name, url in (places | chains).items() if (path := local_path(url)) and not path.exists()]
    if missing:
        remedy = f"correct {settings.profile}, or write the sample world again with `oso world`"
        detail = f"{', '.join(missing)}: no such file or folder"
        yield Finding(subject="sources", state="wrong", detail=detail, remedy=remedy)
        return
    where = f"profile {settings.profile}" if settings.profile.exists() else "no profile, environment and defaults"
    detail = f"{where}; from {settings.start}; chains: {', '.join(settings.chain_names) or 'none'}"
    yield Finding(subject="sources", state="ok", detail=detail)


def disk(settings: "Settings") -> Iterator[Finding]:
    """There is room to compute."""
    free = shutil.disk_usage(_existing(settings.home)).free
    detail = f"{free / 1024**3:,.1f} GB free at {_existing(settings.home)}"
    if free >= LEAST_FREE_BYTES:
        yield Finding(subject="disk", state="ok", detail=detail)
    else:
        yield Finding(subject="disk", state="warning", detail=detail, remedy="free some space, or move OSO_HOME")


def database(settings: "Settings") -> Iterator[Finding]:
    """The database answers, and its user may make what is kept there."""
    if settings.database_url is None:
        yield Finding(subject="database", state="ok", detail="none: state, ledger and catalog are files of the home")
        return
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from oso_lake.database import engine_of, parts

    url = settings.database_url.get_secret_value()
    place = f"{parts(url).database} at {parts(url).host}:{parts(url).port or 5432}"
    try:
        with engine_of(url).connect() as connection:
            query = "select current_setting('server_version'), has_database_privilege(current_database(), 'CREATE')"
            version, may_create = connection.execute(text(query)).one()
    except SQLAlchemyError as error:
        # the message of the driver names user and host, never the password
        detail = f"{place}: {line_of(getattr(error, 'orig', None) or error)}"
        remedy = "start the server, or correct OSO_DATABASE_URL"
        yield Finding(subject="database", state="wrong", detail=detail, remedy=remedy)
        return
    if not may_create:
        remedy = f"as the database's owner: grant create on database {parts(url).database} to {parts(url).username}"
        detail = f"{place}: the user may not make schemas"
        yield Finding(subject="database", state="wrong", detail=detail, remedy=remedy)
        return
    yield Finding(subject="database", state="ok", detail=f"PostgreSQL {version}, {place}")


def compute_lock(settings: "Settings") -> Iterator[Finding]:
    """Who computes just now, if anybody; the kernel drops the lock of a process that died."""
    import fcntl

    if not settings.compute_lock.exists():
        yield Finding(subject="compute lock", state="ok", detail="free")
        return
    with settings.compute_lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = settings.compute_lock.read_text().strip() or "another process"
            detail = f"held by {holder}; other computations wait for it, reading does not"
            yield Finding(subject="compute lock", state="note", detail=detail)
        else:
            fcntl.flock(file, fcntl.LOCK_UN)
            yield Finding(subject="compute lock", state="ok", detail="free")


def dagster_home(settings: "Settings") -> Iterator[Finding]:
    """Dagster's own folder, and a DAGSTER_HOME that points elsewhere."""
    given = os.environ.get("DAGSTER_HOME")
    if given and Path(given).resolve() != settings.dagster_home:
        detail = f"DAGSTER_HOME is {given}, but this installation's runs are in {settings.dagster_home}"
        remedy = "unset DAGSTER_HOME, or start the UI with `oso dev`, which sets it"
        yield Finding(subject="dagster", state="warning", detail=detail, remedy=remedy)
    else:
        state = "there" if settings.dagster_home.is_dir() else "made by the first run"
        yield Finding(subject="dagster", state="ok", detail=f"{settings.dagster_home} ({state})")


def _run(name: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(check())
    except Exception as error:  # noqa: BLE001 - a check that breaks is itself a finding
        remedy = "run `uv sync` in the project's folder; if it stays, report this line"
        return [Finding(subject=name.replace("_", " "), state="wrong", detail=line_of(error), remedy=remedy)]


def _settings() -> "Settings":
    from oso_lake.settings import Settings

    return Settings()


def _existing(path: Path) -> Path:
    """The nearest folder that exists, at or above `path`."""
    return next(place for place in (path, *path.parents) if place.exists())


def local_path(url: str) -> Path | None:
    """The path of a file URL or plain path; None for what is behind a network."""
    from urllib.parse import unquote, urlsplit

    if url.startswith("file:"):
        return Path(unquote(urlsplit(url).path))
    return None if "://" in url or url.startswith("git@") else Path(url).expanduser()


def line_of(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
