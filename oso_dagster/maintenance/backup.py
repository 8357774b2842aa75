"""Copies an installation whole, as it is at one moment, and puts a copy back.

Under the compute lock nothing is planned or computed, and under maintenance's nothing is deleted, so the compute store,
SQLMesh's state and the ledger agree. Iceberg's files never change once written: with the catalog copied first, all that
it refers to is still there when the warehouse is copied. Landings may go on; what they commit meanwhile is not in it.
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

from oso_dagster.runner.locks import MAINTENANCE_LOCK, compute_lock
from oso_lake.catalog import CATALOG_NAME
from oso_lake.settings import Settings

NOTE = "backup.json"
CONTENT = "home"
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

    The cache is left out. Raises BackupError, and LockTimeoutError when a run goes on for too long.
    """
    home, target = settings.home, folder.expanduser().resolve()
    if settings.database_url is not None:
        raise BackupError(
            f"the catalog and all state are in PostgreSQL: stop the runs, copy the database with pg_dump and then "
            f"{home}, and keep the two together"
        )
    if not (home / "catalog.db").exists():
        raise BackupError(f"{home} is no installation: there is nothing to back up")
    if target.exists() or target.is_relative_to(home):
        raise BackupError(f"{target} exists already or lies in the installation; name a new folder elsewhere")
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    wait = settings.lock_timeout_seconds
    with (
        compute_lock(home / MAINTENANCE_LOCK, timeout_seconds=wait, holder="backup", on_wait=log),
        compute_lock(settings.compute_lock, timeout_seconds=wait, holder="backup", on_wait=log),
    ):
        copied = _copy(settings, partial / CONTENT)
    _check(partial / CONTENT, home)
    note = {
        "home": str(home),
        "made_at": datetime.now(UTC).isoformat(),
        "version": version("oso-pipeline"),
        "files": copied.files,
        "bytes": copied.bytes,
    }
    (partial / NOTE).write_text(json.dumps(note, indent=2) + "\n")
    partial.rename(target)
    return copied


def restore(settings: Settings, folder: Path) -> Copied:
    """Put the backup in `folder` back as the installation of `settings`, whose home must not exist or be empty.

    Raises BackupError for another home than that of the backup: Iceberg's metadata names files by absolute paths.
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
    if home.exists() and any(home.iterdir()):
        raise BackupError(f"{home} is not empty: move it away first")
    partial = home.with_name(f"{home.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source / CONTENT, partial, symlinks=True)
    if home.exists():
        home.rmdir()
    partial.rename(home)
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
    yield catalog
    locks = (settings.compute_lock, settings.home / MAINTENANCE_LOCK)
    for directory, folders, names in os.walk(settings.home):
        place = Path(directory)
        folders[:] = [name for name in folders if place / name != settings.cache_dir]
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


def _check(content: Path, home: Path) -> None:
    """Every table of the copied catalog has its metadata in the copy; raises BackupError for one that has not."""
    with closing(sqlite3.connect(content / "catalog.db")) as catalog:
        rows = catalog.execute(
            "select table_namespace, table_name, metadata_location from iceberg_tables where catalog_name = ?",
            (CATALOG_NAME,),
        ).fetchall()
    for namespace, table, location in rows:
        path = Path(urlsplit(location).path)
        if not path.is_relative_to(home) or not (content / path.relative_to(home)).is_file():
            raise BackupError(f"the metadata of {namespace}.{table} is not in the backup: {location}; try again")
