"""Lands the files of grants whose content is not what was landed before, and withdraws those that are gone.

All files are read before anything is landed: one that is no file of grants stops the landing, and all stays as it was.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError

from dlt_sources import iceberg
from dlt_sources.filters import is_in
from dlt_sources.iceberg import LandingReport, WindowStatus, contract_resource
from dlt_sources.locks import exclusive
from dlt_sources.oss_funding.contract import FILES, GRANTS, QUARANTINE, TABLES
from dlt_sources.oss_funding.files import FundingFile, read_files
from dlt_sources.oss_funding.parse import ParsedFile, parse_file
from dlt_sources.progress import OnProgress, Progress, ignore_progress
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope
from oso_lake.settings import Settings

PIPELINE = "oss_funding"


def land_funding(settings: Settings, on_progress: OnProgress | None = None, *, force: bool = False) -> LandingReport:
    """Land the files at `funding_url` that are new or have changed, or all of them anew when `force`.

    The report has a status a file: `landed`, `unchanged`, or `withdrawn` when it is there no more. Lines that cannot be
    counted go to the quarantine and count in the report. Raises FundingError, or LandingError.
    """
    started = time.monotonic()
    progress = on_progress or ignore_progress
    with exclusive(settings.dlt_dir / f"{PIPELINE}.files.lock", settings.lock_timeout_seconds):
        found = {file.name: file for file in read_files(settings.funding_url)}
        landed = read_digests(open_catalog(settings))
        pending = [file for file in found.values() if force or landed.get(file.name) != file.digest]
        gone = [name for name in landed if name not in found]
        parsed: list[ParsedFile] = []
        for done, file in enumerate(pending, start=1):
            parsed.append(parse_file(file.name, file.content))
            progress(Progress(done=done, total=len(pending), unit="files", detail=file.name))
        report = _replace(settings, pending, parsed, gone) if pending or gone else None
    windows = [
        WindowStatus(window=one.file, status="landed", rows=len(one.grants), quarantined=len(one.quarantine))
        for one in parsed
    ]
    windows += [WindowStatus(window=name, status="withdrawn") for name in gone]
    unchanged = found.keys() - {file.name for file in pending}
    windows += [WindowStatus(window=name, status="unchanged") for name in unchanged]
    return LandingReport(
        source=PIPELINE,
        load_id=report.load_id if report else None,
        tables=report.tables if report else {},
        windows=tuple(sorted(windows, key=lambda status: status.window)),
        seconds=time.monotonic() - started,
    )


def read_digests(catalog: Catalog) -> dict[str, str]:
    """Digest of the content of each file that has landed, by its name."""
    try:
        table = catalog.load_table(FILES.name)
    except NoSuchTableError:
        return {}
    rows = table.scan(selected_fields=("file", "digest")).to_arrow().to_pylist()
    return {row["file"]: row["digest"] for row in rows}


def _replace(
    settings: Settings, files: Sequence[FundingFile], parsed: Sequence[ParsedFile], gone: Sequence[str]
) -> LandingReport:
    """Replace the files in all tables, the receipts last; of those that are gone nothing stays."""
    names = (*(file.name for file in files), *gone)
    scope = Scope(is_in("file", names), names)

    def receipts() -> list[list[dict[str, Any]]]:
        load = {"load_id": iceberg.current_load_id(), "landed_at": datetime.now(UTC)}
        return [
            [
                {"file": file.name, "digest": file.digest}
                | {"rows": len(one.grants), "quarantined": len(one.quarantine)}
                | load
                for file, one in zip(files, parsed, strict=True)
            ]
        ]

    return iceberg.land(
        [
            contract_resource(GRANTS, lambda: [one.grants for one in parsed]),
            contract_resource(QUARANTINE, lambda: [one.quarantine for one in parsed]),
            contract_resource(FILES, receipts),
        ],
        pipeline_name=PIPELINE,
        settings=settings,
        contracts=TABLES,
        scopes={contract.name: scope for contract in TABLES},
        source_version=files[0].digest if len(files) == 1 else "",
    )
