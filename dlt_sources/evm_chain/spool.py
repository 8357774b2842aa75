"""Parks the rows of days under way on disk, so that a day is landed whole or not at all, in bounded memory.

One Arrow file a table and day: a hole found in the last block of a day costs its files, and no other day's.
"""

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from dlt_sources.evm_chain.contract import BLOCKS, LOGS, QUARANTINE, TRANSACTIONS
from dlt_sources.evm_chain.parse import ParsedRows
from oso_lake.contracts import TableContract

SPOOLED = (BLOCKS, TRANSACTIONS, LOGS, QUARANTINE)
# a landing that was killed leaves its folder behind
STALE_SECONDS = 86_400
# dlt spends 16 ms on an item whatever its rows
READ_ROWS = 50_000
_PREFIX = "evm_chain-"
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


class Spool(AbstractContextManager["Spool"]):
    """A temporary folder of days."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob(f"{_PREFIX}*"):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def write(self, day: date, parts: Iterable[ParsedRows]) -> dict[str, int]:
        """Write a day's rows; returns rows by table name. Nothing stays of a day that raises."""
        folder = self._day(day)
        folder.mkdir()
        counts = dict.fromkeys((contract.name for contract in SPOOLED), 0)
        try:
            with ExitStack() as stack:
                writers = {
                    contract.name: stack.enter_context(
                        pa.ipc.new_stream(self._file(day, contract), contract.schema, options=_COMPRESSED)
                    )
                    for contract in SPOOLED
                }
                for part in parts:
                    for contract, batch in part.tables():
                        writers[contract.name].write_batch(batch)
                        counts[contract.name] += batch.num_rows
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return counts

    def read(self, contract: TableContract, days: Iterable[date]) -> Iterator[pa.Table]:
        """The rows of one table of some days, in their order, about READ_ROWS at a time."""
        held: list[pa.RecordBatch] = []
        rows = 0
        for batch in self._batches(contract, days):
            held.append(batch)
            rows += batch.num_rows
            if rows >= READ_ROWS:
                yield pa.Table.from_batches(held)
                held, rows = [], 0
        if held:
            yield pa.Table.from_batches(held)

    def drop(self, day: date) -> None:
        """Forget a day."""
        shutil.rmtree(self._day(day), ignore_errors=True)

    def _batches(self, contract: TableContract, days: Iterable[date]) -> Iterator[pa.RecordBatch]:
        for day in days:
            with pa.memory_map(self._file(day, contract)) as file, pa.ipc.open_stream(file) as reader:
                yield from (batch for batch in reader if batch.num_rows)

    def _day(self, day: date) -> Path:
        return Path(self._folder.name) / day.isoformat()

    def _file(self, day: date, contract: TableContract) -> str:
        return str(self._day(day) / f"{contract.table}.arrow")
