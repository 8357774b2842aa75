"""Finds files in the warehouse that no table refers to: of expired snapshots, lost races, killed landings, old tables.

A landing under way has files that no snapshot names yet: what is younger than the grace period is left alone.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

# a landing commits within hours of writing its first file
LEAST_GRACE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A file that nothing refers to, and its size."""

    path: Path
    bytes: int


def orphans(
    settings: Settings, catalog: "Catalog", now: datetime, grace: timedelta = timedelta(days=3)
) -> list[Orphan]:
    """Files below the warehouse that no table's metadata refers to and that are older than `grace` (a day at least).

    Files are listed before references are read: what is committed in between is referred to by then. Any error while
    references are read is raised, and nothing counts as an orphan. Raises ValueError when a table lies elsewhere, as in
    an installation that was moved: its files here might be what another catalog refers to.
    """
    cutoff = (now - max(grace, LEAST_GRACE)).timestamp()
    folder = Path(os.path.realpath(settings.warehouse))
    found = list(_old_files(folder, cutoff))
    referred: set[str] = set()
    for table in _tables(catalog):
        if not any(Path(path).is_relative_to(folder) for path in _paths(table.location())):
            raise ValueError(
                f"{'.'.join(table.name())} lies in {table.location()}, outside {folder}: nothing is removed"
            )
        referred.update(path for uri in _references(table) for path in _paths(uri))
    return [one for one in found if str(one.path) not in referred]


def _old_files(folder: Path, cutoff: float) -> Iterator[Orphan]:
    for directory, _, names in os.walk(folder):
        for name in names:
            path = Path(directory) / name
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            # a file that was linked into a table was written earlier: linking sets its ctime
            if max(status.st_mtime, status.st_ctime) < cutoff:
                yield Orphan(path=path, bytes=status.st_size)


def _tables(catalog: "Catalog") -> "Iterator[Table]":
    for namespace in catalog.list_namespaces():
        for identifier in catalog.list_tables(namespace):
            yield catalog.load_table(identifier)


def _references(table: "Table") -> Iterator[str]:
    """Every file that some snapshot of `table` needs, and its metadata files that are kept."""
    yield table.metadata_location
    yield from (entry.metadata_file for entry in table.metadata.metadata_log)
    yield from (file.statistics_path for file in table.metadata.statistics)
    yield from (file.statistics_path for file in table.metadata.partition_statistics)
    seen: set[str] = set()
    for snapshot in table.snapshots():
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path in seen:
                continue
            seen.add(manifest.manifest_path)
            yield manifest.manifest_path
            for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                yield entry.data_file.file_path


def _paths(uri: str) -> set[str]:
    """Every path that `uri` may mean, with and without percent-encoding: what one of them names is not an orphan."""
    plain = uri.removeprefix("file://")
    return {os.path.realpath(path) for path in (plain, unquote(plain), urlsplit(uri).path, unquote(urlsplit(uri).path))}
