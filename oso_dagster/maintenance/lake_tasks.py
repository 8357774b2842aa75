"""Housekeeping of the lake's tables: expire, compact, orphans. None of them needs the compute lock.

They commit like landings and publishing do: readers see the table before or after, and whoever loses a race for the
metadata begins anew.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from oso_dagster.maintenance.reporting import Found, Limits
from oso_dagster.project import Project
from oso_dagster.runner.engines.staging import NAMESPACE as STAGING
from oso_dagster.runner.engines.staging import abandoned, forget
from oso_lake.catalog import open_catalog
from oso_lake.compaction import compact, small_files
from oso_lake.expiry import Retention, expirable, expire
from oso_lake.orphans import Orphan, files_at, orphans
from oso_lake.settings import Settings

# publishing a window takes minutes
STAGING_GRACE = timedelta(days=3)

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog


def expire_snapshots(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Old snapshots of every table leave its metadata; the files that only they need become orphans."""
    retention = Retention() if limits.older_than is None else Retention(age=limits.older_than, least=1)
    return expire_of(open_catalog(project.settings), retention, limits, is_applied=is_applied)


def expire_of(
    catalog: "Catalog", retention: Retention, limits: Limits, *, is_applied: bool, prefix: str = ""
) -> list[Found]:
    """Expire what `retention` lets go of every table of `catalog`; `prefix` is said before their names."""
    found: list[Found] = []
    left = limits.limit
    for name in table_names(catalog):
        going = len(expirable(catalog.load_table(name), retention, limits.now))
        count = going if left is None else min(going, left)
        if count and is_applied:
            count = expire(catalog, name, retention, limits.now, count)
        if count:
            found.append(Found(subject=f"{prefix}{name}", kind="snapshots", count=count))
        left = None if left is None else left - count
    return found


def compact_tables(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Many small files of a partition become one; their rows and windows stay as they are."""
    catalog = open_catalog(project.settings)
    found: list[Found] = []
    left = limits.limit
    for name in table_names(catalog):
        if left == 0:
            break
        groups, is_done = (
            compact(catalog, name, left) if is_applied else (small_files(catalog.load_table(name))[:left], True)
        )
        if groups:
            found.append(
                Found(
                    subject=name,
                    kind="groups of small files",
                    count=len(groups),
                    rows=sum(group.rows for group in groups),
                    files=sum(len(group.tasks) for group in groups),
                    bytes=sum(group.bytes for group in groups),
                    note="" if is_done else "left for the next time: somebody else committed first",
                )
            )
        left = None if left is None else left - len(groups)
    return found


def remove_orphans(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Files that no table refers to are deleted, and staging tables of publishing that ended before its commit."""
    settings = project.settings
    catalog = open_catalog(settings)
    staged = abandoned(catalog, limits.now - STAGING_GRACE)[: limits.limit]
    if is_applied:
        for name in staged:
            forget(catalog, name)
    left = None if limits.limit is None else limits.limit - len(staged)
    tables = [Found(subject=f"{STAGING}.{name}", kind="tables", count=1) for name in staged]
    rest = replace(limits, limit=left)
    return tables + remove_unreferred(settings, catalog, settings.warehouse_uri, rest, is_applied=is_applied)


def remove_unreferred(
    settings: Settings, catalog: "Catalog", place: str, limits: Limits, *, is_applied: bool
) -> list[Found]:
    """Delete the files below `place` that no table of `catalog` refers to; counted by folder."""
    files = files_at(settings, place)
    by_folder: dict[Path, list[Orphan]] = defaultdict(list)
    for one in orphans(settings, catalog, limits.now, place=place)[: limits.limit]:
        parts = one.path.relative_to(files.root).parts
        by_folder[Path(*parts[: min(2, len(parts) - 1)])].append(one)
        if is_applied:
            files.remove(one)
    return [
        Found(
            subject=str(folder),
            kind="files",
            count=len(found),
            files=len(found),
            bytes=sum(file.bytes for file in found),
        )
        for folder, found in sorted(by_folder.items())
    ]


def table_names(catalog: "Catalog") -> Iterator[str]:
    """Every table of the catalog that is there to stay."""
    for namespace in sorted(catalog.list_namespaces()):
        if namespace == (STAGING,):
            continue
        for identifier in sorted(catalog.list_tables(namespace)):
            yield ".".join(identifier)
