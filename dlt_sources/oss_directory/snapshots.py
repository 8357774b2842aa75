"""From the files of one version to rows of the directory's tables, and what of it was refused.

Versions differ by few files, so what a file says is remembered by its content until another version needs it no more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dlt_sources.oss_directory import files
from dlt_sources.oss_directory.contract import (
    ARTIFACTS_BY_PROJECT,
    COLLECTIONS,
    PROJECTS,
    PROJECTS_BY_COLLECTION,
    QUARANTINE,
)
from dlt_sources.oss_directory.documents import LAYOUT, MAX_FILE_BYTES, Refusal
from dlt_sources.oss_directory.files import CollectionFile, ProjectFile, RefusedFile
from dlt_sources.oss_directory.trees import PROJECTS as PROJECTS_FOLDER
from dlt_sources.oss_directory.trees import File, Tree, Version
from oso_lake.contracts import TableContract

ReadFile = ProjectFile | CollectionFile | RefusedFile

_NOT_REGULAR = RefusedFile(refusals=(Refusal(f"not a regular file of at most {MAX_FILE_BYTES} bytes", ""),))


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The rows of one version, by full name of the table."""

    version: Version
    tables: dict[str, pa.Table]

    @property
    def rows(self) -> int:
        """Rows of all tables but the quarantine."""
        return sum(table.num_rows for name, table in self.tables.items() if name != QUARANTINE.name)

    @property
    def refused(self) -> int:
        """Rows of the quarantine."""
        return self.tables[QUARANTINE.name].num_rows


@dataclass
class Reader:
    """Reads version after version of one tree."""

    tree: Tree
    _known: dict[File, ReadFile] = field(default_factory=dict)

    def snapshot(self, version: Version) -> Snapshot:
        """The rows of `version`."""
        listed = list(self.tree.files(version))
        # only what the version before held can be known: memory stays that of one version
        self._known = {file: self._known.get(file) or self._read(file) for file in listed}
        return _snapshot(version, self._known)

    def _read(self, file: File) -> ReadFile:
        if file.digest is None:
            return _NOT_REGULAR
        content = self.tree.read(file)
        is_project = file.path.startswith(f"{PROJECTS_FOLDER}/")
        return files.read_project(content) if is_project else files.read_collection(content)


@dataclass
class _Rows:
    """Rows under way, as tuples in the order of the contracts' columns after version and time."""

    projects: list[tuple[Any, ...]] = field(default_factory=list)
    collections: list[tuple[Any, ...]] = field(default_factory=list)
    members: list[tuple[Any, ...]] = field(default_factory=list)
    artifacts: list[tuple[Any, ...]] = field(default_factory=list)
    refused: list[tuple[Any, ...]] = field(default_factory=list)
    project_paths: dict[str, str] = field(default_factory=dict)
    collection_paths: dict[str, str] = field(default_factory=dict)

    def add_project(self, path: str, project: ProjectFile) -> None:
        if (first := self.project_paths.setdefault(project.slug, path)) != path:
            self.refuse(path, [Refusal(f"duplicate slug: {first} has it already", project.slug)])
            return
        self.projects.append((project.slug, project.display_name, project.description, path))
        self.artifacts.extend(
            (project.slug, item.source, item.type, item.namespace, item.name, item.url) for item in project.artifacts
        )
        self.refuse(path, project.refusals)

    def add_collection(self, path: str, collection: CollectionFile) -> None:
        if (first := self.collection_paths.setdefault(collection.slug, path)) != path:
            self.refuse(path, [Refusal(f"duplicate slug: {first} has it already", collection.slug)])
            return
        self.collections.append((collection.slug, collection.display_name, collection.description))
        self.members.extend((collection.slug, slug) for slug in collection.projects)
        self.refuse(path, collection.refusals)

    def refuse(self, path: str, refusals: Iterable[Refusal]) -> None:
        self.refused.extend((path, refusal.reason, refusal.value) for refusal in refusals)


def _snapshot(version: Version, listed: dict[File, ReadFile]) -> Snapshot:
    rows = _Rows()
    other_layout = [item for item in listed.values() if isinstance(item, RefusedFile) and item.is_other_layout]
    is_old = len(other_layout) == len(listed)
    if is_old:
        # a directory from before the layout: one line says it, not thousands
        reason = f"all {len(listed)} files are of another layout version; only version {LAYOUT} is read"
        rows.refused.append(("data", reason, str(len(listed))))
    for file, item in sorted(listed.items(), key=lambda pair: pair[0].path):
        if isinstance(item, ProjectFile):
            rows.add_project(file.path, item)
        elif isinstance(item, CollectionFile):
            rows.add_collection(file.path, item)
        elif not is_old:
            rows.refuse(file.path, item.refusals)
    by_contract: tuple[tuple[TableContract, list[tuple[Any, ...]]], ...] = (
        (PROJECTS, rows.projects),
        (COLLECTIONS, rows.collections),
        (PROJECTS_BY_COLLECTION, rows.members),
        (ARTIFACTS_BY_PROJECT, rows.artifacts),
        (QUARANTINE, rows.refused),
    )
    tables = {contract.name: _table(contract, version, values) for contract, values in by_contract}
    return Snapshot(version=version, tables=tables)


def _table(contract: TableContract, version: Version, rows: list[tuple[Any, ...]]) -> pa.Table:
    same: dict[str, Any] = {"version": version.name, "version_at": version.at}
    given = [name for name in contract.schema.names if name not in same]
    columns = dict(zip(given, zip(*rows, strict=True), strict=True)) if rows else {}
    arrays = [
        pa.repeat(pa.scalar(same[column.name], column.type), len(rows))
        if column.name in same
        else pa.array(columns.get(column.name, ()), column.type)
        for column in contract.schema
    ]
    return pa.table(arrays, schema=contract.schema)
