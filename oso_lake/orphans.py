"""Finds files that no table refers to: of expired snapshots, lost races, killed landings, old tables.

In a folder or below a prefix of an object store. A landing under way has files that no snapshot names yet: what is
younger than the grace period is left alone.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

# a landing commits within hours of writing its first file
LEAST_GRACE = timedelta(days=1)
S3 = "s3://"


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A file that nothing refers to, and its size; in an object store the path is `bucket/key`."""

    path: Path
    bytes: int


class Files(Protocol):
    """Where tables keep their files; `root` is a path like those of its orphans."""

    root: Path

    def older(self, cutoff: float) -> Iterator[Orphan]:
        """Files that were written before `cutoff`, in seconds since the epoch."""
        ...

    def paths(self, uri: str) -> set[str]:
        """Every path that `uri` may mean, with and without percent-encoding: what one of them names is no orphan."""
        ...

    def remove(self, orphan: Orphan) -> None:
        """Delete it; one that is gone already is fine."""
        ...


def files_at(settings: Settings, uri: str) -> Files:
    """The files below `uri`, `file://...` or `s3://bucket/prefix`."""
    return _Objects(settings, uri) if uri.startswith(S3) else _Folder(uri)


def orphans(
    settings: Settings,
    catalog: "Catalog",
    now: datetime,
    grace: timedelta = timedelta(days=3),
    place: str | None = None,
) -> list[Orphan]:
    """Files below `place` (the warehouse) that no table of `catalog` refers to, older than `grace` (a day at least).

    Files are listed before references are read: what is committed in between is referred to by then. Any error while
    references are read is raised, and nothing counts as an orphan. Raises ValueError when a table lies elsewhere, as in
    an installation that was moved: its files here might be what another catalog refers to.
    """
    files = files_at(settings, place or settings.warehouse_uri)
    found = list(files.older((now - max(grace, LEAST_GRACE)).timestamp()))
    referred: set[str] = set()
    for table in _tables(catalog):
        if not any(Path(path).is_relative_to(files.root) for path in files.paths(table.location())):
            raise ValueError(
                f"{'.'.join(table.name())} lies in {table.location()}, outside {files.root}: nothing is removed"
            )
        referred.update(path for uri in _references(table) for path in files.paths(uri))
    referred.update(path for uri in _named(catalog) for path in files.paths(uri))
    kept = [Path(path) for uri in _view_folders(catalog) for path in files.paths(uri)]
    return [
        one
        for one in found
        if str(one.path) not in referred and not any(one.path.is_relative_to(folder) for folder in kept)
    ]


class _Folder:
    """See Files."""

    def __init__(self, uri: str) -> None:
        self.root = Path(os.path.realpath(uri.removeprefix("file://")))

    def older(self, cutoff: float) -> Iterator[Orphan]:
        for directory, _, names in os.walk(self.root):
            for name in names:
                path = Path(directory) / name
                try:
                    status = path.stat()
                except FileNotFoundError:
                    continue
                # a file that was linked into a table was written earlier: linking sets its ctime
                if max(status.st_mtime, status.st_ctime) < cutoff:
                    yield Orphan(path=path, bytes=status.st_size)

    def paths(self, uri: str) -> set[str]:
        plain = uri.removeprefix("file://")
        return {
            os.path.realpath(path) for path in (plain, unquote(plain), urlsplit(uri).path, unquote(urlsplit(uri).path))
        }

    def remove(self, orphan: Orphan) -> None:
        orphan.path.unlink(missing_ok=True)


class _Objects:
    """See Files."""

    def __init__(self, settings: Settings, uri: str) -> None:
        from pyarrow import fs

        keys = {"access_key": settings.s3_access_key, "secret_key": settings.s3_secret_key}
        self._store = fs.S3FileSystem(
            region=settings.s3_region,
            endpoint_override=settings.s3_endpoint or None,
            **{name: secret.get_secret_value() for name, secret in keys.items() if secret},
        )
        self.root = Path(uri.removeprefix(S3).rstrip("/"))

    def older(self, cutoff: float) -> Iterator[Orphan]:
        from pyarrow import fs

        chosen = fs.FileSelector(str(self.root), recursive=True, allow_not_found=True)
        for info in self._store.get_file_info(chosen):
            if info.is_file and info.mtime is not None and info.mtime.timestamp() < cutoff:
                yield Orphan(path=Path(info.path), bytes=info.size)

    def paths(self, uri: str) -> set[str]:
        # Java's clients write s3a: too
        _, _, plain = uri.partition("://")
        return {plain, unquote(plain)}

    def remove(self, orphan: Orphan) -> None:
        self._store.delete_file(str(orphan.path))


def _named(catalog: "Catalog") -> list[str]:
    """Every metadata file that a SQL catalog itself names: of views too, which PyIceberg does not list there."""
    from pyiceberg.catalog.sql import IcebergTables, SqlCatalog
    from sqlalchemy import select

    if not isinstance(catalog, SqlCatalog):
        return []
    columns = (IcebergTables.metadata_location, IcebergTables.previous_metadata_location)
    with catalog.engine.connect() as connection:
        rows = connection.execute(select(*columns).where(IcebergTables.catalog_name == catalog.name))
        return [uri for row in rows for uri in row if uri]


def _view_folders(catalog: "Catalog") -> list[str]:
    """Where the views of a REST catalog lie, which does not say which files there it still needs."""
    from pyiceberg.catalog.sql import SqlCatalog

    if isinstance(catalog, SqlCatalog):
        return []
    views = (view for namespace in catalog.list_namespaces() for view in catalog.list_views(namespace))
    return [catalog.load_view(view).location() for view in views]


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
