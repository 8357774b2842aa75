"""Landing hours of GitHub Archive: which ones, in which chunks, and what became of each.

A chunk is one dlt run and one snapshot per table. Only hours that were read whole are replaced; a truncated or
corrupt file leaves the earlier rows and says so in its receipt.
"""

import hashlib
import shutil
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from dlt.extract import DltResource

from dlt_sources.github_archive import contract
from dlt_sources.github_archive.archive import EARLIEST, Archive, FileVersion
from dlt_sources.github_archive.reader import Parsed, UnsupportedEraError, parse, parse_file
from dlt_sources.github_archive.spool import CorruptError, Spool, TruncatedError
from dlt_sources.iceberg import Landing, WindowStatus, contract_resource, current_load_id, landing
from dlt_sources.progress import OnProgress, Progress, ignore_progress
from oso_lake import filters
from oso_lake.commits import Scope
from oso_lake.settings import Settings
from oso_lake.sources import HourReceipt
from oso_lake.window_names import hour_name

PIPELINE = "github_archive"
HOUR = timedelta(hours=1)
SPOOL_BYTES = 128 * 1024 * 1024
# small hours are unpacked and parsed together; for large ones writing the lines to disk costs more than parsing them
PARSED_PACKED_BYTES = 4 * 1024 * 1024
# a file appears some minutes after its hour: until then its absence is no gap
SETTLED_AFTER = timedelta(hours=6)
REPLACING = ("landed", "empty", "missing")


@dataclass(frozen=True, kw_only=True)
class HourFile:
    """An hour to land: what the source has of it, and the receipt of the last landing."""

    hour: datetime
    version: FileVersion | None
    earlier: HourReceipt | None

    @property
    def size(self) -> int:
        """Compressed bytes; 0 when the source does not have it."""
        return self.version.size if self.version else 0


@dataclass(kw_only=True)
class Chunk:
    """Hours that land together; `statuses` fill while its resources are read."""

    settings: Settings
    archive: Archive
    files: Sequence[HourFile]
    on_progress: OnProgress = ignore_progress
    done_before: int = 0
    total: int = 0
    statuses: dict[datetime, WindowStatus] = field(default_factory=dict)
    _quarantine: list[pa.Table] = field(default_factory=list)
    _bytes: dict[datetime, int] = field(default_factory=dict)

    @contextmanager
    def landing(self) -> Generator[Landing]:
        """The pipeline to run with `resources`; afterwards `report(chunk.windows)`."""
        with landing(
            pipeline_name=PIPELINE,
            settings=self.settings,
            contracts=contract.TABLES,
            scopes={
                contract.EVENTS.name: self._replaced,
                contract.QUARANTINE.name: self._replaced,
                contract.HOURS.name: lambda: hours_scope(self.statuses),
            },
            source_version=self.source_version,
        ) as current:
            yield current

    @property
    def source_version(self) -> str:
        """The file's version, or a digest of the versions of several."""
        tags = [file.version.tag if file.version else "" for file in self.files]
        if len(tags) == 1:
            return tags[0]
        return hashlib.sha256("\n".join(tags).encode()).hexdigest()[:16]

    @property
    def windows(self) -> tuple[WindowStatus, ...]:
        """A status per hour, ascending."""
        return tuple(self.statuses[hour] for hour in sorted(self.statuses))

    def resources(self) -> list[DltResource]:
        """One dlt resource per table; events must be read first, since the others tell what was found meanwhile."""
        return [
            contract_resource(contract.EVENTS, self._events),
            contract_resource(contract.QUARANTINE, lambda: iter(self._quarantine)),
            contract_resource(contract.HOURS, self._receipts),
        ]

    def _replaced(self) -> Scope:
        return hours_scope([hour for hour, status in self.statuses.items() if status.status in REPLACING])

    def _events(self) -> Iterator[pa.Table]:
        self.statuses.clear()
        self._quarantine.clear()
        folder = self.settings.dlt_dir / "spool" / PIPELINE
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        spool = Spool(folder / "lines.jsonl")
        for index, file in enumerate(self.files):
            with self.archive.local(file.hour) as path:
                self._bytes[file.hour] = path.stat().st_size if path else 0
                if path is None:
                    self._settle(file.hour, "missing", detail="the source has no file for this hour")
                elif self._bytes[file.hour] >= PARSED_PACKED_BYTES:
                    yield from self._parsed_file(file.hour, path, folder)
                else:
                    self._unpack(file.hour, path, spool)
            self.on_progress(
                Progress(done=self.done_before + index + 1, total=self.total, unit="hours", detail=hour_name(file.hour))
            )
            if spool.size >= SPOOL_BYTES or index + 1 == len(self.files):
                with parse(spool, self.settings, folder) as parsed:
                    yield from self._land(parsed)
                spool.path.unlink(missing_ok=True)
                spool = Spool(folder / "lines.jsonl")
        shutil.rmtree(folder, ignore_errors=True)

    def _unpack(self, hour: datetime, path: Path, spool: Spool) -> None:
        with self._telling_what_is_wrong(hour):
            if not spool.add(hour, path):
                self._settle(hour, "empty")

    def _parsed_file(self, hour: datetime, path: Path, folder: Path) -> Iterator[pa.Table]:
        with self._telling_what_is_wrong(hour), parse_file(hour, path, self.settings, folder) as parsed:
            yield from self._land(parsed)
            if not parsed.hours:
                self._settle(hour, "empty")

    @contextmanager
    def _telling_what_is_wrong(self, hour: datetime) -> Generator[None]:
        try:
            yield
        except TruncatedError as error:
            self._settle(hour, "truncated", detail=f"{error}; earlier rows stay")
        except CorruptError as error:
            self._settle(hour, "corrupt", detail=f"{error}; earlier rows stay")

    def _land(self, parsed: Parsed) -> Iterator[pa.Table]:
        landed = set()
        for hour, content in parsed.hours.items():
            if content.is_broken:
                self._settle(hour, "corrupt", detail=f"{content.explain()}; earlier rows stay")
                continue
            landed.add(hour)
            self._settle(hour, "landed", rows=content.lines - content.faulty, quarantined=content.faulty)
        yield from parsed.events(landed)
        self._quarantine.extend(parsed.quarantine(landed))

    def _settle(self, hour: datetime, status: str, **found: Any) -> None:
        self.statuses[hour] = WindowStatus(window=hour_name(hour), status=status, **found)

    def _receipts(self) -> Iterator[list[dict[str, Any]]]:
        versions = {file.hour: file.version.tag if file.version else "" for file in self.files}
        load_id = current_load_id()
        landed_at = datetime.now(UTC)
        yield [
            {
                "file_hour": hour,
                "status": status.status,
                "rows": status.rows,
                "quarantined": status.quarantined,
                "compressed_bytes": self._bytes.get(hour, 0),
                "source_version": versions[hour],
                "load_id": load_id,
                "landed_at": landed_at,
            }
            for hour, status in self.statuses.items()
        ]


def hours_between(begin: date, end: date, hours: Collection[datetime] | None) -> list[datetime]:
    """Each hour of the days [begin, end), or of these those in `hours`; raises UnsupportedEraError before 2015."""
    if begin < EARLIEST.date():
        raise UnsupportedEraError(
            f"GitHub Archive of {begin} has the shape before 2015-01-01 (no event ids), which is not supported: "
            "begin at 2015-01-01 or later"
        )
    start = datetime(begin.year, begin.month, begin.day, tzinfo=UTC)
    every = [start + HOUR * offset for offset in range((end - begin).days * 24)]
    if hours is None:
        return every
    wanted = set(hours)
    if outside := sorted(wanted.difference(every)):
        raise ValueError(f"hours outside [{begin}, {end}), or not whole hours in UTC: {outside[0]} ...")
    return [hour for hour in every if hour in wanted]


def hours_scope(hours: Collection[datetime]) -> Scope:
    """The scope of some hours; consecutive ones become one range of file_hour."""
    ranges: list[tuple[datetime, datetime]] = []
    for hour in sorted(hours):
        if ranges and ranges[-1][1] == hour:
            ranges[-1] = (ranges[-1][0], hour + HOUR)
        else:
            ranges.append((hour, hour + HOUR))
    selected = filters.either(filters.between("file_hour", start, end) for start, end in ranges)
    return Scope(filter=selected, windows=tuple(hour_name(hour) for hour in sorted(hours)))


def skipped(file: HourFile, now: datetime, *, force: bool) -> WindowStatus | None:
    """The status of an hour that needs no landing, else None."""
    name = hour_name(file.hour)
    earlier = file.earlier
    if file.version is None:
        if earlier is not None and earlier.status in ("landed", "empty"):
            return WindowStatus(
                window=name,
                status="missing",
                rows=earlier.rows,
                detail="gone from the source; the rows landed before stay",
            )
        if now < file.hour + HOUR + SETTLED_AFTER:
            return WindowStatus(window=name, status="pending", detail="the source has not published this hour yet")
        if earlier is not None and earlier.status == "missing" and not force:
            return WindowStatus(window=name, status="missing", detail="the source has no file for this hour")
        return None
    known = earlier is not None and earlier.status in ("landed", "empty")
    if known and earlier is not None and earlier.source_version == file.version.tag and not force:
        return WindowStatus(
            window=name, status="unchanged", rows=earlier.rows, quarantined=earlier.quarantined, detail=earlier.status
        )
    return None


def split(files: Sequence[HourFile], max_bytes: int, max_days: int) -> Iterator[list[HourFile]]:
    """Chunks of whole days below both bounds; a day larger than `max_bytes` is split between hours."""
    chunk: list[HourFile] = []
    for day in _days(files):
        whole_day = sum(file.size for file in day)
        held = sum(file.size for file in chunk)
        days = len({file.hour.date() for file in chunk})
        if chunk and (held + whole_day > max_bytes or days >= max_days):
            yield chunk
            chunk = []
        for file in day:
            if chunk and whole_day > max_bytes and sum(held.size for held in chunk) + file.size > max_bytes:
                yield chunk
                chunk = []
            chunk.append(file)
    if chunk:
        yield chunk


def _days(files: Sequence[HourFile]) -> list[list[HourFile]]:
    days: dict[date, list[HourFile]] = {}
    for file in files:
        days.setdefault(file.hour.date(), []).append(file)
    return list(days.values())
