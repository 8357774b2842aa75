"""GitHub Archive: hourly files of public events, from 2015-01-01 on. An hour is a window.

`land_days` lands; `plan_days` gives the chunks to callers that run the pipelines themselves (dagster-dlt).
"""

import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from dlt_sources.github_archive.archive import ArchiveError, FileVersion, open_archive
from dlt_sources.github_archive.contract import EVENTS, HOURS, QUARANTINE, TABLES
from dlt_sources.github_archive.landing import PIPELINE, Chunk, HourFile, hours_between, skipped, split
from dlt_sources.github_archive.reader import UnsupportedEraError
from dlt_sources.iceberg import LandingReport, WindowStatus
from dlt_sources.progress import OnProgress, ignore_progress
from oso_lake.catalog import open_catalog
from oso_lake.commits import Commit
from oso_lake.settings import Settings
from oso_lake.sources import hour_receipts

__all__ = [
    "EVENTS",
    "HOURS",
    "QUARANTINE",
    "TABLES",
    "ArchiveError",
    "Chunk",
    "DaysPlan",
    "UnsupportedEraError",
    "land_days",
    "plan_days",
]

CHUNK_BYTES = 256 * 1024 * 1024
CHUNK_DAYS = 31
PROBES_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class DaysPlan:
    """What landing some days would do: chunks to run in order, and hours that need nothing."""

    chunks: tuple[Chunk, ...]
    skipped: tuple[WindowStatus, ...]


def plan_days(
    settings: Settings,
    begin: date,
    end: date,
    hours: Collection[datetime] | None = None,
    *,
    force: bool = False,
    on_progress: OnProgress = ignore_progress,
    now: datetime | None = None,
) -> DaysPlan:
    """Ask the source about each hour of [begin, end), or of these only `hours`, and divide what is new into chunks.

    `force` lands hours whose file has not changed too. Raises UnsupportedEraError before 2015, ArchiveError.
    """
    wanted = hours_between(begin, end, hours)
    archive = open_archive(settings.github_archive_url)
    receipts = hour_receipts(open_catalog(settings), begin, end)
    with ThreadPoolExecutor(PROBES_AT_ONCE) as pool:
        versions: list[FileVersion | None] = list(pool.map(archive.probe, wanted))
    files = [
        HourFile(hour=hour, version=version, earlier=receipts.get(hour))
        for hour, version in zip(wanted, versions, strict=True)
    ]
    at = now or datetime.now(UTC)
    statuses = [skipped(file, at, force=force) for file in files]
    todo = [file for file, status in zip(files, statuses, strict=True) if status is None]
    chunks: list[Chunk] = []
    done = 0
    for part in split(todo, CHUNK_BYTES, CHUNK_DAYS):
        chunks.append(
            Chunk(
                settings=settings,
                archive=archive,
                files=part,
                on_progress=on_progress,
                done_before=done,
                total=len(todo),
            )
        )
        done += len(part)
    return DaysPlan(chunks=tuple(chunks), skipped=tuple(status for status in statuses if status is not None))


def land_days(
    settings: Settings,
    begin: date,
    end: date,
    hours: Collection[datetime] | None = None,
    *,
    force: bool = False,
    on_progress: OnProgress | None = None,
    now: datetime | None = None,
) -> LandingReport:
    """Land the hours of the days [begin, end), or of these only `hours`; one snapshot per table and chunk.

    The report has a status per hour: landed, empty, missing, truncated, corrupt, unchanged, or pending (not published
    yet). Raises LandingError, UnsupportedEraError, ArchiveError.
    """
    started = time.monotonic()
    plan = plan_days(settings, begin, end, hours, force=force, on_progress=on_progress or ignore_progress, now=now)
    windows = list(plan.skipped)
    tables: dict[str, Commit] = {}
    load_id = None
    for chunk in plan.chunks:
        with chunk.landing() as current:
            current.run(chunk.resources())
            report = current.report(chunk.windows)
        windows.extend(report.windows)
        load_id = report.load_id
        for name, commit in report.tables.items():
            before = tables.get(name)
            tables[name] = commit if before is None else _joined(before, commit)
    return LandingReport(
        source=PIPELINE,
        load_id=load_id,
        tables=tables,
        windows=tuple(sorted(windows, key=lambda status: status.window)),
        seconds=time.monotonic() - started,
    )


def _joined(first: Commit, second: Commit) -> Commit:
    return replace(second, rows=first.rows + second.rows, changed=first.changed or second.changed)
