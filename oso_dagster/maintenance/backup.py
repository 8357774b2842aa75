"""Copies an installation whole, as it is at one moment, and puts a copy back.

While nobody plans or computes, and under maintenance's lock nothing is deleted, the models' tables, SQLMesh's state and
the ledger agree. Iceberg's files never change once written: with the catalog copied first, all that it refers to is
still there when the files are copied. Landings may go on; what they commit meanwhile is not in it. Where catalog and
state are in PostgreSQL, a dump of it is what is copied first.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from oso_dagster.maintenance import database_dump
from oso_dagster.runner.claims import alone
from oso_dagster.runner.locks import MAINTENANCE_LOCK, compute_lock
from oso_dagster.stack.local import folder_of
from oso_lake.catalog import CATALOG_NAME, current_metadata
from oso_lake.settings import Settings

NOTE = "backup.json"
CONTENT = "home"
DUMP = "database.dump"
_SQLITE = b"SQLite format 3\x00"
_SQLITE_SIDE_FILES = ("-wal", "-shm", "-journal")


class BackupError(ValueError):
    """A backup cannot be made or put back there; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """Files and bytes of a backup; `home` is the only place where it can be put back."""

    home: Path
    files: int
    bytes: int


def backup(settings: Settings, folder: Path, *, log: Callable[[str], None] = lambda message: None) -> Copied:
    """Copy the installation into `folder`, which must not exist yet; it appears there once it is whole.

    The cache, and the servers of a stack on this machine, are left out. Raises BackupError, and LockTimeoutError when a
    run goes on for too long.
    """
    home, target = settings.home, folder.expanduser().resolve()
    if settings.catalog_url:
        raise BackupError(
            f"the REST catalog {settings.catalog_url} keeps which tables there are: stop the runs, back the server up "
            f"by its own means, then copy {home}, {settings.warehouse_uri} and, where there is one, the database, and "
            f"keep them together"
        )
    if settings.is_in_bucket:
        raise BackupError(
            f"the warehouse is in {settings.warehouse_uri}: copy the bucket by its own means and the database with "
            "pg_dump, and keep the two together (docs/deployment.md)"
        )
    if not _is_installation(settings):
        raise BackupError(f"{home} is no installation: there is nothing to back up")
    if target.exists() or target.is_relative_to(home):
        raise BackupError(f"{target} exists already or lies in the installation; name a new folder elsewhere")
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    wait = settings.lock_timeout_seconds
    with (
        compute_lock(home / MAINTENANCE_LOCK, timeout_seconds=wait, holder="backup", on_wait=log),
        alone(settings, holder="backup", on_wait=log),
    ):
        _dump(settings, partial)
        copied = _copy(settings, partial / CONTENT)
    _check(partial, home)
    note = {
        "home": str(home),
        "made_at": datetime.now(UTC).isoformat(),
        "version": version("oso-pipeline"),
        "files": copied.files,
        "bytes": copied.bytes,
        "has_database": settings.database_url is not None,
    }
    (partial / NOTE).write_text(json.dumps(note, indent=2) + "\n")
    partial.rename(target)
    return copied


def _is_installation(settings: Settings) -> bool:
    if settings.database_url is None:
        return (settings.home / "catalog.db").exists()
    return bool(current_metadata(settings))


def _dump(settings: Settings, partial: Path) -> None:
    if settings.database_url is None:
        return
    partial.mkdir(parents=True)
    try:
        database_dump.dump(settings.database_url.get_secret_value(), partial / DUMP)
    except database_dump.DumpError as error:
        raise BackupError(f"the database is not copied: {error}") from error


def restore(settings: Settings, folder: Path) -> Copied:
    """Put the backup in `folder` back as the installation of `settings`, whose home must not exist or be empty.

    So must its database, where it has one; a stack on this machine, which may be it, stays. Raises BackupError, also
    for another home than that of the backup: Iceberg's metadata names files by absolute paths.
    """
    source = folder.expanduser().resolve()
    if not (source / NOTE).is_file():
        raise BackupError(f"{source} is no backup: it has no {NOTE}")
    note = json.loads((source / NOTE).read_text())
    home = settings.home
    if str(home) != note["home"]:
        raise BackupError(
            f"the backup is of {note['home']}, and its tables name their files by that path: put it back there "
            f"(oso --home {note['home']} restore {source}), on another machine too, or mount {home} there"
        )
    has_database = note.get("has_database", False)
    if has_database != (settings.database_url is not None):
        raise BackupError(
            "the backup holds a database: OSO_DATABASE_URL must name an empty one (`oso stack up` makes one)"
            if has_database
            else "the backup is of an installation without PostgreSQL: unset OSO_DATABASE_URL"
        )
    kept = {folder_of(settings), settings.cache_dir} if has_database else set()
    if home.exists() and any(path not in kept for path in home.iterdir()):
        raise BackupError(f"{home} is not empty: move it away first")
    partial = home.with_name(f"{home.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source / CONTENT, partial, symlinks=True)
    if settings.database_url is not None:
        try:
            database_dump.put_back(settings.database_url.get_secret_value(), source / DUMP)
        except database_dump.DumpError as error:
            raise BackupError(f"nothing is put back: {error}") from error
    if home.exists() and any(home.iterdir()):
        for path in list(partial.iterdir()):
            path.rename(home / path.name)
        partial.rmdir()
    else:
        home.mkdir(parents=True, exist_ok=True)
        partial.replace(home)
    return Copied(home=home, files=note["files"], bytes=note["bytes"])


def _copy(settings: Settings, target: Path) -> Copied:
    files = size = 0
    for path in _files(settings):
        place = target / path.relative_to(settings.home)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy_file(path, place)
        except FileNotFoundError:
            # a landing under way tidied up
            continue
        files += 1
        size += place.lstat().st_size
    return Copied(home=settings.home, files=files, bytes=size)


def _files(settings: Settings) -> Iterator[Path]:
    """The catalog first, the warehouse later: then every file that this catalog refers to is found."""
    catalog = settings.home / "catalog.db"
    if settings.database_url is None:
        yield catalog
    locks = (settings.compute_lock, settings.home / MAINTENANCE_LOCK)
    left_out = (settings.cache_dir, folder_of(settings))
    for directory, folders, names in os.walk(settings.home):
        place = Path(directory)
        folders[:] = [name for name in folders if place / name not in left_out]
        for path in (place / name for name in names):
            if path not in (catalog, *locks) and not path.name.endswith(_SQLITE_SIDE_FILES):
                yield path


def _copy_file(path: Path, place: Path) -> None:
    if path.is_symlink() or not path.is_file() or not _is_sqlite(path):
        shutil.copy2(path, place, follow_symlinks=False)
        return
    # what others write meanwhile is in the copy whole or not at all
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as live, closing(sqlite3.connect(place)) as copy:
        live.backup(copy)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _check(partial: Path, home: Path) -> None:
    """Every table of the copied catalog has its metadata in the copy; raises BackupError for one that has not."""
    content, dumped = partial / CONTENT, partial / DUMP
    try:
        rows = list(database_dump.metadata_files(dumped)) if dumped.exists() else _of_file(content / "catalog.db")
    except database_dump.DumpError as error:
        raise BackupError(f"the copy of the database cannot be read: {error}") from error
    for table, location in rows:
        path = Path(urlsplit(location).path)
        if not path.is_relative_to(home) or not (content / path.relative_to(home)).is_file():
            raise BackupError(f"the metadata of {table} is not in the backup: {location}; try again")


def _of_file(catalog: Path) -> list[tuple[str, str]]:
    """Name and metadata file of each Iceberg table."""
    with closing(sqlite3.connect(catalog)) as connection:
        rows = connection.execute(
            "select table_namespace, table_name, metadata_location from iceberg_tables where catalog_name = ?",
            (CATALOG_NAME,),
        ).fetchall()
    return [(f"{namespace}.{table}", location) for namespace, table, location in rows]
