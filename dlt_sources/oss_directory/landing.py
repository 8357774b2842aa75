"""Lands the versions of the directory that have not landed yet, several in one snapshot, each its own window."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError

from dlt_sources import iceberg
from dlt_sources.filters import is_in
from dlt_sources.iceberg import LandingReport, Rows, WindowStatus
from dlt_sources.locks import exclusive
from dlt_sources.oss_directory.contract import TABLES, VERSIONS
from dlt_sources.oss_directory.snapshots import Reader, Snapshot
from dlt_sources.oss_directory.trees import Version, open_tree
from dlt_sources.progress import OnProgress, Progress, ignore_progress
from dlt_sources.reports import merged
from oso_lake.catalog import open_catalog
from oso_lake.commits import Commit, Scope
from oso_lake.contracts import TableContract
from oso_lake.settings import Settings

PIPELINE = "oss_directory"
# rows landed together, which bounds memory; one version of the real directory has some 70,000
CHUNK_ROWS = 250_000
CHUNK_VERSIONS = 100


def land_directory(
    settings: Settings,
    on_progress: OnProgress | None = None,
    *,
    now: datetime | None = None,
    force: bool = False,
) -> LandingReport:
    """Land every version of the directory that has not landed yet, or all of them anew when `force`.

    Commits of a git repository's default branch are versions; a plain folder is one, which holds from `now` on. Bad
    files and entries go to the quarantine table and count in the report. Raises DirectoryError, GitError, or
    LandingError.
    """
    started = time.monotonic()
    progress = on_progress or ignore_progress
    with (
        exclusive(settings.git_dir / "directory.lock", settings.lock_timeout_seconds),
        open_tree(settings.oss_directory_url, settings.git_dir, now or datetime.now(UTC)) as tree,
    ):
        landed = read_versions(open_catalog(settings))
        names = {version.name for version in landed}
        pending = [version for version in tree.versions(landed) if force or version.name not in names]
        windows: list[WindowStatus] = []
        tables: dict[str, Commit] = {}
        load_id = None
        for chunk in _chunks(Reader(tree), pending, progress):
            report = _land_chunk(settings, chunk)
            load_id = report.load_id
            tables = merged(tables, report.tables)
            windows.extend(_status(snapshot) for snapshot in chunk)
        if not pending:
            windows.extend(WindowStatus(window=version.name, status="unchanged") for version in landed[-1:])
    return LandingReport(
        source=PIPELINE, load_id=load_id, tables=tables, windows=tuple(windows), seconds=time.monotonic() - started
    )


def read_versions(catalog: Catalog) -> list[Version]:
    """The versions that have landed, oldest first."""
    try:
        table = catalog.load_table(VERSIONS.name)
    except NoSuchTableError:
        return []
    rows = table.scan(selected_fields=("version", "version_at")).to_arrow().to_pylist()
    return sorted((Version(row["version"], row["version_at"]) for row in rows), key=lambda version: version.at)


def _status(snapshot: Snapshot) -> WindowStatus:
    return WindowStatus(window=snapshot.version.name, status="landed", rows=snapshot.rows, quarantined=snapshot.refused)


def _chunks(reader: Reader, versions: Sequence[Version], progress: OnProgress) -> Iterator[list[Snapshot]]:
    chunk: list[Snapshot] = []
    rows = 0
    for done, version in enumerate(versions, start=1):
        snapshot = reader.snapshot(version)
        chunk.append(snapshot)
        rows += snapshot.rows
        progress(Progress(done=done, total=len(versions), unit="versions", detail=f"{version.at:%Y-%m-%d}"))
        if rows >= CHUNK_ROWS or len(chunk) >= CHUNK_VERSIONS:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk


def _land_chunk(settings: Settings, chunk: Sequence[Snapshot]) -> LandingReport:
    """Replace the versions of `chunk` in all tables, the receipts last."""
    names = tuple(snapshot.version.name for snapshot in chunk)
    scope = Scope(is_in("version", names), names)
    return iceberg.land(
        [iceberg.contract_resource(contract, _rows_of(contract, chunk)) for contract in TABLES],
        pipeline_name=PIPELINE,
        settings=settings,
        contracts=TABLES,
        scopes={contract.name: scope for contract in TABLES},
        source_version=names[-1],
    )


def _rows_of(contract: TableContract, chunk: Sequence[Snapshot]) -> Callable[[], Iterator[Rows]]:
    def receipts() -> Iterator[Rows]:
        load_id = iceberg.current_load_id()
        yield [
            {"version": snapshot.version.name, "version_at": snapshot.version.at, "load_id": load_id}
            for snapshot in chunk
        ]

    def rows() -> Iterator[Rows]:
        for snapshot in chunk:
            yield snapshot.tables[contract.name]

    return receipts if contract is VERSIONS else rows
