"""Replacing windows of a raw Iceberg table: one snapshot per call, old or new and never a half.

PyIceberg's `Table.overwrite` writes a delete snapshot and then an append snapshot, and its own retry appends again
what another writer may have landed meanwhile. Here one overwrite snapshot drops, rewrites and adds files together,
and a lost race is evaluated again from the new head. Which snapshot last changed a window is in probes.py.
"""

import random
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from oso_lake.contracts import ContractError, TableContract
from oso_lake.data_files import adopt, iceberg_schema
from oso_lake.window_names import encode_windows

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.expressions import BooleanExpression
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table

WINDOWS = "oso.windows"
LOAD_ID = "oso.load_id"
SOURCE = "oso.source"
SOURCE_VERSION = "oso.source_version"

TABLE_PROPERTIES = {
    # every commit writes the whole metadata file anew; readers that opened an older one still find it
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "100",
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "16",
    # PyIceberg's retry does not look at the scope again: `replace` retries by itself
    "commit.retry.num-retries": "0",
    "write.parquet.compression-codec": "zstd",
    "write.parquet.compression-level": "3",
}
MAX_ATTEMPTS = 12
# rows in memory at once while data files are written; also the largest data file
SLAB_ROWS = 500_000
SLAB_BYTES = 128 * 1024 * 1024
READ_BATCH_ROWS = 64 * 1024


@dataclass(frozen=True)
class Scope:
    """Windows to replace, and the filter that selects exactly the rows these windows own."""

    filter: "BooleanExpression"
    windows: tuple[str, ...]


class Staged(Protocol):
    """Rows that an engine writes as data files of a table, which are not yet part of it."""

    def added(self, table: "Table") -> "list[DataFile]":
        """Write all rows; the files, or none when there is no row."""
        ...

    def kept(self, table: "Table", files: "Sequence[DataFile]") -> "list[DataFile]":
        """Write anew the rows of `files` of the table's current snapshot that are not of the scope."""
        ...


Data = pa.Table | Iterable[Path] | Staged


@dataclass(frozen=True, kw_only=True)
class Commit:
    """What `replace` did: `rows` written; `changed` is False when there was nothing to drop and nothing to add."""

    table: str
    snapshot_id: int | None
    rows: int
    changed: bool


def ensure_table(catalog: "Catalog", contract: TableContract) -> "Table":
    """Load the table of `contract`; create it at first use, and add columns that the contract gained as nullable.

    Raises ContractError when the table differs from the contract in any other way.
    """
    from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError

    try:
        table = catalog.load_table(contract.name)
    except NoSuchTableError:
        try:
            return _create_table(catalog, contract)
        except TableAlreadyExistsError:
            table = catalog.load_table(contract.name)
    return _evolved(table, contract)


def replace(
    catalog: "Catalog",
    contract: TableContract,
    data: Data,
    scope: Scope,
    properties: Mapping[str, str],
) -> Commit:
    """Replace the rows of `scope` by `data` (a table, Parquet files or an engine's) in one snapshot; again is the same.

    `properties` go to the snapshot summary as they are, next to the windows. Raises ContractError when the data breaks
    the contract, CommitFailedException when other writers won `MAX_ATTEMPTS` times.
    """
    table = ensure_table(catalog, contract)
    staged = None if isinstance(data, pa.Table | Iterable) else data
    added = staged.added(table) if staged else _write_all(table, contract, data)
    return _replace(table, contract.name, added, scope, properties, staged)


def replace_rows(table: "Table", rows: pa.Table, scope: Scope, properties: Mapping[str, str]) -> Commit:
    """Replace the rows of `scope` in a table that has no contract here, one of Trino's for one; see `replace`.

    Columns are taken by name, as the table has them. Position deletes are applied to what stays of a file. Raises
    ArrowInvalid for a value that the table's type does not hold, and CommitFailedException as `replace` does.
    """
    schema = table.schema().as_arrow()
    added = list(write_files(table, rows.select(schema.names).cast(schema)))
    return _replace(table, ".".join(table.name()), added, scope, properties, None)


def _replace(
    table: "Table",
    name: str,
    added: list["DataFile"],
    scope: Scope,
    properties: Mapping[str, str],
    staged: Staged | None,
) -> Commit:
    from pyiceberg.exceptions import CommitFailedException, ValidationException

    for attempt in range(MAX_ATTEMPTS):
        try:
            snapshot_id, changed = _commit(table, added, scope, properties, staged)
            break
        # PyIceberg looks for the files to drop in several threads that share one evaluator, and may miss one that is
        # there: it notices before it commits, and the next look finds it
        except (CommitFailedException, ValidationException):
            if attempt + 1 == MAX_ATTEMPTS:
                discard_files(table, added)
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2 ** min(attempt, 5))  # noqa: S311
            table.refresh()
    rows = sum(file.record_count for file in added)
    return Commit(table=name, snapshot_id=snapshot_id, rows=rows, changed=changed)


def _write_all(table: "Table", contract: TableContract, data: pa.Table | Iterable[Path]) -> list["DataFile"]:
    """Make data files of all of `data` that no snapshot refers to yet; none stays when it breaks the contract."""
    written: list[DataFile] = []
    try:
        rest: pa.Table | list[Path] = data if isinstance(data, pa.Table) else []
        for path in () if isinstance(data, pa.Table) else data:
            adopted = adopt(table, path)
            if adopted is None:
                rest.append(path)
            else:
                written.append(adopted)
        for slab in _slabs(rest):
            written.extend(write_files(table, contract.conform(slab)))
    except BaseException:
        discard_files(table, written)
        raise
    return written


def _commit(
    table: "Table", added: list["DataFile"], scope: Scope, properties: Mapping[str, str], staged: Staged | None
) -> tuple[int | None, bool]:
    """Drop what the scope owns and add `added`; one snapshot, or none when both are nothing.

    Files are deleted only where the catalog says that the commit did not happen: after any other error it may have.
    """
    from pyiceberg.exceptions import CommitFailedException, ValidationException

    dropped, kept = _affected(table, scope.filter, staged)
    summary = {**properties, WINDOWS: encode_windows(scope.windows)}
    current = table.current_snapshot()
    if not added and not dropped:
        return (current.snapshot_id if current else None), False
    try:
        with table.transaction() as transaction:
            if dropped:
                producer = transaction.update_snapshot(snapshot_properties=summary).overwrite()
            else:
                producer = transaction._append_snapshot_producer(summary)
            with producer as snapshot:
                for file in dropped:
                    snapshot.delete_data_file(file)
                for file in (*kept, *added):
                    snapshot.append_data_file(file)
    except (CommitFailedException, ValidationException):
        discard_files(table, kept)
        raise
    return producer.snapshot_id, True


def _affected(
    table: "Table", scope_filter: "BooleanExpression", staged: Staged | None = None
) -> tuple[list["DataFile"], list["DataFile"]]:
    """Data files that hold rows of the scope, and new files with those of their rows that are not of the scope."""
    from pyiceberg.expressions import AlwaysTrue
    from pyiceberg.expressions.visitors import _StrictMetricsEvaluator, bind
    from pyiceberg.io.pyarrow import ArrowScan, _expression_to_complementary_pyarrow

    schema = table.schema()
    is_inside = _StrictMetricsEvaluator(schema, scope_filter).eval
    outside = _expression_to_complementary_pyarrow(bind(schema, scope_filter, case_sensitive=True), schema)
    dropped: list[DataFile] = []
    kept: list[DataFile] = []
    straddling: list[DataFile] = []
    for task in table.scan(row_filter=scope_filter).plan_files():
        if is_inside(task.file):
            dropped.append(task.file)
            continue
        if staged is not None:
            straddling.append(task.file)
            continue
        rows = ArrowScan(table.metadata, table.io, schema, AlwaysTrue()).to_table([task])
        rest = rows.filter(outside)
        if rest.num_rows == rows.num_rows:
            continue
        dropped.append(task.file)
        if rest.num_rows:
            kept.extend(write_files(table, rest))
    if staged is not None and straddling:
        kept.extend(staged.kept(table, straddling))
    return [*dropped, *straddling], kept


def write_files(table: "Table", rows: pa.Table) -> Iterator["DataFile"]:
    """Write `rows` as data files of `table`, apart by partition, that no snapshot refers to yet."""
    from pyiceberg.io.pyarrow import _dataframe_to_data_files

    if not rows.num_rows:
        return iter(())
    return iter(_dataframe_to_data_files(table.metadata, rows, table.io, write_uuid=uuid.uuid4()))


def discard_files(table: "Table", files: Iterable["DataFile"]) -> None:
    """Delete data files that no snapshot will ever refer to."""
    for file in files:
        table.io.delete(file.file_path)


def _slabs(data: pa.Table | Iterable[Path]) -> Iterator[pa.Table]:
    """`data` in tables of at most about SLAB_ROWS rows and SLAB_BYTES bytes."""
    if isinstance(data, pa.Table):
        for start in range(0, data.num_rows, SLAB_ROWS):
            yield data.slice(start, SLAB_ROWS)
        return
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in _batches(data):
        held.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= SLAB_ROWS or size >= SLAB_BYTES:
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held)


def _batches(paths: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    for path in paths:
        with pq.ParquetFile(path) as file:
            yield from (batch for batch in file.iter_batches(READ_BATCH_ROWS) if batch.num_rows)


def _create_table(catalog: "Catalog", contract: TableContract) -> "Table":
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.transforms import parse_transform

    catalog.create_namespace_if_not_exists(contract.namespace)
    schema = iceberg_schema(contract)
    fields = [
        PartitionField(
            schema.find_field(field.column).field_id, 1000 + index, parse_transform(field.transform), field.field_name
        )
        for index, field in enumerate(contract.partition)
    ]
    properties = {**TABLE_PROPERTIES, "comment": contract.description}
    return catalog.create_table(contract.name, schema, partition_spec=PartitionSpec(*fields), properties=properties)


def _evolved(table: "Table", contract: TableContract) -> "Table":
    """`table` with the nullable columns that the contract gained."""
    wanted = iceberg_schema(contract)
    have = {field.name: field for field in table.schema().fields}
    gained = [field.name for field in wanted.fields if field.name not in have]
    lost = [name for name in have if name not in contract.schema.names]
    retyped = [
        field.name
        for field in wanted.fields
        if field.name in have
        and (type(field.field_type), field.required) != (type(have[field.name].field_type), have[field.name].required)
    ]
    if lost or retyped or any(not contract.schema.field(name).nullable for name in gained):
        raise ContractError(
            f"{contract.name} does not match its contract (gone: {lost}, of another type: {retyped}, new: {gained}); "
            f"only nullable columns can be added. Land it anew: drop the table {contract.name} first"
        )
    if gained:
        with table.update_schema() as update:
            update.union_by_name(wanted)
    return table
