"""Rows that an engine writes straight into a published table's folder, for a commit that only names the files.

A staging table has the published table's columns, ids and partitions, and its data folder. Trino inserts into it; its
data files are then committed to the published table by `oso_lake.commits`, and the staging table is forgotten. Readers
see one snapshot, no position deletes, and no row travels through this process.
"""

import uuid
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from oso_lake.catalog import CATALOG_NAME

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table

    from oso_lake.contracts import TableContract

NAMESPACE = "staging"


class StagedFiles:
    """The rows of `query` for the table of `contract`, whose rows of `scope` they replace; see `commits.Staged`."""

    def __init__(
        self, adapter: Any, catalog: "Catalog", contract: "TableContract", query: exp.Query, scope: exp.Expr
    ) -> None:
        self._adapter = adapter
        self._catalog = catalog
        self._contract = contract
        self._query = query
        self._scope = scope

    def added(self, table: "Table") -> "list[DataFile]":
        """Write the rows of the query."""
        columns = [exp.column(name, quoted=True) for name in self._contract.schema.names]
        return self._written(table, exp.select(*columns).from_(self._query.subquery("rows_")))

    def kept(self, table: "Table", files: "Sequence[DataFile]") -> "list[DataFile]":
        """Write the rows of `files` that are not of the scope."""
        columns = [exp.column(name, quoted=True) for name in self._contract.schema.names]
        snapshot = table.current_snapshot()
        if snapshot is None:
            return []
        version = exp.Version(this="VERSION", kind="AS OF", expression=exp.Literal.number(snapshot.snapshot_id))
        source = self._name(self._contract.namespace, self._contract.table)
        source.set("version", version)
        paths = [exp.Literal.string(file.file_path) for file in files]
        within = exp.In(this=exp.column("$path", quoted=True), expressions=paths)
        return self._written(table, exp.select(*columns).from_(source).where(within, exp.not_(exp.paren(self._scope))))

    def _written(self, table: "Table", query: exp.Query) -> "list[DataFile]":
        with self._staging(table) as name:
            columns = [exp.column(one, quoted=True) for one in self._contract.schema.names]
            target = exp.Schema(this=self._name(NAMESPACE, name), expressions=columns)
            self._adapter.execute(exp.Insert(this=target, expression=query))
            staged = self._catalog.load_table((NAMESPACE, name))
            return [task.file for task in staged.scan().plan_files()]

    @contextmanager
    def _staging(self, table: "Table") -> Generator[str]:
        name = f"{self._contract.table}_{uuid.uuid4().hex}"
        self._catalog.create_namespace_if_not_exists(NAMESPACE)
        location = table.location().rstrip("/")
        self._catalog.create_table(
            (NAMESPACE, name),
            table.schema(),
            partition_spec=table.spec(),
            properties={"write.data.path": f"{location}/data", "write.parquet.compression-codec": "zstd"},
        )
        try:
            yield name
        finally:
            forget(self._catalog, name)

    @staticmethod
    def _name(namespace: str, table: str) -> exp.Table:
        return exp.table_(table, db=namespace, catalog=CATALOG_NAME, quoted=True)


def forget(catalog: "Catalog", name: str) -> None:
    """Drop a staging table and its metadata; its data files stay where they are."""
    table = catalog.load_table((NAMESPACE, name))
    files = list(_metadata_files(table))
    catalog.drop_table((NAMESPACE, name))
    for file in files:
        table.io.delete(file)


def abandoned(catalog: "Catalog", before: datetime) -> list[str]:
    """Staging tables that nothing wrote to since `before`: of processes that died between writing and committing."""
    last = int(before.timestamp() * 1000)
    names = [name for (*_, name) in catalog.list_tables(NAMESPACE)] if catalog.namespace_exists(NAMESPACE) else []
    return [name for name in sorted(names) if catalog.load_table((NAMESPACE, name)).metadata.last_updated_ms < last]


def _metadata_files(table: "Table") -> Iterable[str]:
    for snapshot in table.metadata.snapshots:
        for manifest in snapshot.manifests(table.io):
            yield manifest.manifest_path
        yield snapshot.manifest_list
    for entry in table.metadata.metadata_log:
        yield entry.metadata_file
    yield table.metadata_location
