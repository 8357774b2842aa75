"""Parsing a spool of event lines: DuckDB types the columns, each line is an event or goes to quarantine with a reason.

One row comes out for each line, in order, so that a row's number says its hour and line; nothing is dropped silently.
"""

import json
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dlt_sources.github_archive.contract import EVENTS, QUARANTINE
from dlt_sources.github_archive.query import UNREADABLE, events_query
from dlt_sources.github_archive.spool import Spool, count_lines, file_lines, packed_lines
from oso_lake.contracts import TIMESTAMP
from oso_lake.settings import Settings

# an hour is corrupt when more of it breaks the contract: then GitHub changed something, and quarantine would hide it
MAX_FAULT_SHARE = 0.05
TOLERATED_FAULTS = 10
MIN_OBJECT_BYTES = 16 * 1024 * 1024
BATCH_ROWS = 64 * 1024
# lines of a file that are still being counted
UNKNOWN = 2**62
QUARANTINED_CHARACTERS = 4_000
_QUARANTINE_COLUMNS = ["row", "file_hour", "line_number", "fault", "type", "id"]


class UnsupportedEraError(ValueError):
    """A file in the shape that GitHub Archive had before 2015-01-01."""


@dataclass
class HourContent:
    """What was found in one hour: its lines, how many are faulty, and why."""

    lines: int
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def faulty(self) -> int:
        """Lines that break the contract."""
        return sum(self.faults.values())

    @property
    def is_broken(self) -> bool:
        """Whether too much of the hour breaks the contract for a quarantine to be the answer."""
        share = self.faulty / self.lines
        return share > 0.5 or (share > MAX_FAULT_SHARE and self.faulty > TOLERATED_FAULTS)

    def explain(self) -> str:
        """The commonest faults, for a message."""
        worst = sorted(self.faults.items(), key=lambda item: -item[1])[:3]
        return f"{self.faulty:,} of {self.lines:,} lines break the contract: " + ", ".join(
            f"{reason} ({count:,})" for reason, count in worst
        )


@dataclass(frozen=True)
class Parsed:
    """Parsed hours and what each holds; `events` and `quarantine` read the rows, and `lines()` the lines, again."""

    lines: Callable[[], Iterator[bytes]]
    rows: Path
    hours: dict[datetime, HourContent]

    def events(self, landed: Collection[datetime]) -> Iterator[pa.Table]:
        """The sound rows of the hours in `landed`, as the contract of events has them."""
        for table in self._tables(landed):
            faults = table.column("fault")
            sound = table if faults.null_count == len(faults) else table.filter(faults.is_null())
            if sound.num_rows:
                yield EVENTS.conform(sound.select(EVENTS.schema.names))

    def quarantine(self, landed: Collection[datetime]) -> Iterator[pa.Table]:
        """The faulty lines of the hours in `landed`, as the contract of quarantine has them."""
        if not any(self.hours[hour].faults for hour in landed if hour in self.hours):
            return
        lines = enumerate(self.lines())
        for table in self._tables(landed):
            faulty = table.filter(table.column("fault").is_valid()).select(_QUARANTINE_COLUMNS)
            if faulty.num_rows:
                yield QUARANTINE.rows(
                    _quarantined(row, next(text for number, text in lines if number == row["row"]))
                    for row in faulty.to_pylist()
                )

    def _tables(self, landed: Collection[datetime]) -> Iterator[pa.Table]:
        if self.hours.keys().isdisjoint(landed):
            return
        wanted = pc.field("file_hour").isin(pa.array(sorted(landed), type=TIMESTAMP))
        everything = self.hours.keys() <= set(landed)
        with pa.memory_map(str(self.rows)) as source, pa.ipc.open_stream(source) as batches:
            for batch in batches:
                table = pa.Table.from_batches([batch])
                yield table if everything else table.filter(wanted)


@contextmanager
def parse(spool: Spool, settings: Settings, folder: Path) -> Generator[Parsed]:
    """Parse all lines of a spool, once; the rows lie in `folder` meanwhile.

    Raises UnsupportedEraError for the shape before 2015.
    """
    rows = folder / f"{spool.path.stem}.arrows"
    try:
        hours = _write_rows(spool, settings, rows) if spool.lines else {}
        yield Parsed(lines=partial(file_lines, spool.path), rows=rows, hours=hours)
    finally:
        rows.unlink(missing_ok=True)


@contextmanager
def parse_file(hour: datetime, gzip_file: Path, settings: Settings, folder: Path) -> Generator[Parsed]:
    """Parse a large hour straight from gzip, while a thread checks that the file is whole.

    It is unpacked to disk first, as small ones are, only when a line is blank, broken or very long. Raises
    TruncatedError, CorruptError, UnsupportedEraError.
    """
    rows = folder / "packed.arrows"
    try:
        with ThreadPoolExecutor(1) as pool:
            counting = pool.submit(count_lines, gzip_file)
            try:
                found = _parse_rows([(hour, UNKNOWN)], Lines(gzip_file, "gzip", MIN_OBJECT_BYTES), settings, rows)
            except duckdb.Error:
                found = None
            lines = counting.result()
        if found is not None and found.seen == lines and not found.unreadable:
            found.hours[hour].lines = lines
            yield Parsed(lines=partial(packed_lines, gzip_file), rows=rows, hours=found.hours if lines else {})
            return
        spool = Spool(folder / "unpacked.jsonl")
        spool.add(hour, gzip_file)
        with parse(spool, settings, folder) as parsed:
            yield parsed
    finally:
        rows.unlink(missing_ok=True)
        (folder / "unpacked.jsonl").unlink(missing_ok=True)


@dataclass(frozen=True)
class Lines:
    """A file to parse: its path, DuckDB's name of its compression, and a bound of its longest line in bytes."""

    path: Path
    compression: str
    longest: int


@dataclass
class _Found:
    """What parsing found: rows seen, the content of each hour, and the rows that nothing could be read from."""

    hours: dict[datetime, HourContent]
    seen: int = 0
    unreadable: set[int] = field(default_factory=set)


def _write_rows(spool: Spool, settings: Settings, target: Path) -> dict[datetime, HourContent]:
    """Parse the spool, again without its broken lines when there are some: DuckDB reads an unfinished value on into
    the next line, so that a sound line behind a broken one would be lost."""
    source = Lines(spool.path, "uncompressed", max(MIN_OBJECT_BYTES, spool.longest_line + 1))
    found = _parse_rows(spool.hours, source, settings, target)
    if broken := _broken_lines(spool.path, found.unreadable):
        mended = target.with_suffix(".mended")
        try:
            with spool.path.open("rb") as lines, mended.open("wb") as copy:
                copy.writelines(b"{}\n" if row in broken else line for row, line in enumerate(lines))
            found = _parse_rows(spool.hours, replace(source, path=mended), settings, target)
        finally:
            mended.unlink(missing_ok=True)
    if found.seen != spool.lines:
        raise RuntimeError(f"{spool.lines:,} lines went into the parser and {found.seen:,} came out")
    return found.hours


def _parse_rows(hours: Sequence[tuple[datetime, int]], source: Lines, settings: Settings, target: Path) -> _Found:
    """Write the typed rows of `source`, which holds the lines of `hours` in order."""
    found = _Found({hour: HourContent(count) for hour, count in hours})
    numbering = _Numbering(hours)
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": settings.threads,
        "memory_limit": settings.memory_limit,
    }
    with duckdb.connect(config=config) as connection, target.open("wb") as file, ExitStack() as stack:
        connection.execute(events_query(), [str(source.path), source.compression, source.longest])
        writer = None
        for batch in connection.to_arrow_reader(BATCH_ROWS):
            numbered = numbering.number(batch)
            found.unreadable |= _count_faults(numbered, found.hours)
            if writer is None:
                writer = stack.enter_context(pa.ipc.new_stream(file, numbered.schema))
            writer.write_batch(numbered)
    found.seen = numbering.seen
    return found


def _broken_lines(lines: Path, unreadable: set[int]) -> set[int]:
    """Which of the unreadable rows are not JSON by themselves."""
    if not unreadable:
        return set()
    with lines.open("rb") as file:
        return {row for row, line in enumerate(file) if row in unreadable and not _is_json(line)}


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


class _Numbering:
    """Gives consecutive batches their row, file hour and line number."""

    def __init__(self, hours: Sequence[tuple[datetime, int]]) -> None:
        self._ends = np.cumsum([lines for _, lines in hours])
        self._starts = self._ends - np.array([lines for _, lines in hours])
        self._hours = np.array([int(hour.timestamp()) * 1_000_000 for hour, _ in hours])
        self.seen = 0

    def number(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = np.arange(self.seen, self.seen + batch.num_rows)
        self.seen += batch.num_rows
        index = np.minimum(np.searchsorted(self._ends, rows, side="right"), len(self._ends) - 1)
        return (
            batch.append_column("row", pa.array(rows))
            .append_column("line_number", pa.array(rows - self._starts[index] + 1))
            .append_column("file_hour", pa.array(self._hours[index]).cast(TIMESTAMP))
        )


def _count_faults(batch: pa.RecordBatch, hours: dict[datetime, HourContent]) -> set[int]:
    """Count the faults of a batch by hour; returns the rows that nothing could be read from."""
    faulty = batch.filter(batch.column("fault").is_valid())
    unreadable = set()
    for row in faulty.select(["row", "file_hour", "fault", "is_old"]).to_pylist():
        if row["is_old"]:
            raise UnsupportedEraError(
                f"the file of {row['file_hour']:%Y-%m-%dT%H} holds events in GitHub Archive's shape before "
                "2015-01-01 (actor as a string, no event id), which is not supported: start at 2015-01-01 or later"
            )
        faults = hours[row["file_hour"]].faults
        faults[row["fault"]] = faults.get(row["fault"], 0) + 1
        if row["fault"] == UNREADABLE:
            unreadable.add(row["row"])
    return unreadable


def _quarantined(row: dict[str, Any], line: bytes) -> dict[str, Any]:
    text = line.decode(errors="replace").rstrip("\r\n")
    return {
        "file_hour": row["file_hour"],
        "line_number": row["line_number"],
        "reason": _unreadable(line) if row["fault"] == UNREADABLE else row["fault"],
        "type": row["type"],
        "id": row["id"],
        "line": text[:QUARANTINED_CHARACTERS],
    }


def _unreadable(line: bytes) -> str:
    """Why nothing could be read from a line."""
    try:
        value = json.loads(line)
    except ValueError as error:
        return f"not JSON: {error}"
    return "not an object" if not isinstance(value, dict) else "no field of an event"
