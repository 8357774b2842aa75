"""Rewrites the many small data files that landings and publishing leave into few: the same rows in one new snapshot.

Readers see the old files or the new ones. The snapshot says that its rows are the same (probes.SAME_ROWS), so that no
window counts as changed. A writer that commits meanwhile wins: what was rewritten for nothing is thrown away.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from oso_lake.commits import SLAB_BYTES, SLAB_ROWS, WINDOWS, discard_files, write_files
from oso_lake.probes import SAME_ROWS
from oso_lake.window_names import encode_windows

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import FileScanTask, Table

# a file below this is small: a scan spends more on opening it than on reading it
SMALL_BYTES = 8 * 1024 * 1024
# so many small files of one partition are worth a rewrite
FEWEST_FILES = 8


@dataclass(frozen=True, kw_only=True)
class Group:
    """Small files of one partition that become one: at most SLAB_ROWS rows and SLAB_BYTES bytes."""

    tasks: "tuple[FileScanTask, ...]"

    @property
    def rows(self) -> int:
        """Rows in the files."""
        return sum(task.file.record_count for task in self.tasks)

    @property
    def bytes(self) -> int:
        """Bytes of the files."""
        return sum(task.file.file_size_in_bytes for task in self.tasks)


def small_files(table: "Table", fewest: int = FEWEST_FILES) -> list[Group]:
    """What compacting would rewrite: nothing of a partition with fewer than `fewest` small files."""
    by_partition: dict[tuple[int, str], list[FileScanTask]] = defaultdict(list)
    for task in table.scan().plan_files():
        if task.file.file_size_in_bytes < SMALL_BYTES and not task.delete_files:
            by_partition[task.file.spec_id, repr(task.file.partition)].append(task)
    groups = [group for tasks in by_partition.values() if len(tasks) >= fewest for group in _packed(tasks)]
    return sorted((group for group in groups if len(group.tasks) > 1), key=lambda group: -len(group.tasks))


def compact(
    catalog: "Catalog", name: str, limit: int | None = None, fewest: int = FEWEST_FILES
) -> tuple[Sequence[Group], bool]:
    """Rewrite the small files of at most `limit` groups in one commit; the groups, and whether it was done.

    False when there is nothing to do, or when another writer committed first: the next time does it. Raises ValueError
    when the rows read are not those that the metadata counts; the table stays as it was then.
    """
    from pyiceberg.exceptions import CommitFailedException

    table = catalog.load_table(name)
    groups = list(islice(small_files(table, fewest), limit))
    if not groups:
        return groups, False
    written: list[DataFile] = []
    try:
        for group in groups:
            written.extend(_rewritten(table, group))
        _commit(table, [task.file for group in groups for task in group.tasks], written)
    except CommitFailedException:
        discard_files(table, written)
        return groups, False
    except ValueError:
        discard_files(table, written)
        raise
    return groups, True


def _packed(tasks: "Sequence[FileScanTask]") -> Iterator[Group]:
    """Files in the order of their names, as many together as one data file may hold."""
    held: list[FileScanTask] = []
    rows = size = 0
    for task in sorted(tasks, key=lambda task: task.file.file_path):
        if held and (rows + task.file.record_count > SLAB_ROWS or size + task.file.file_size_in_bytes > SLAB_BYTES):
            yield Group(tasks=tuple(held))
            held, rows, size = [], 0, 0
        held.append(task)
        rows += task.file.record_count
        size += task.file.file_size_in_bytes
    if held:
        yield Group(tasks=tuple(held))


def _rewritten(table: "Table", group: Group) -> "list[DataFile]":
    from pyiceberg.expressions import AlwaysTrue
    from pyiceberg.io.pyarrow import ArrowScan

    rows = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue()).to_table(list(group.tasks))
    if rows.num_rows != group.rows:
        raise ValueError(
            f"{table.name()}: read {rows.num_rows} rows of files that hold {group.rows}; nothing is rewritten"
        )
    return list(write_files(table, rows))


def _commit(table: "Table", dropped: "Sequence[DataFile]", added: "Sequence[DataFile]") -> None:
    summary = {SAME_ROWS: "true", WINDOWS: encode_windows(())}
    with (
        table.transaction() as transaction,
        transaction.update_snapshot(snapshot_properties=summary).overwrite() as new,
    ):
        for file in dropped:
            new.delete_data_file(file)
        for file in added:
            new.append_data_file(file)
