"""Lands the histories of repositories, in chunks: one snapshot per table and chunk, a receipt per repository.

A crawl that was interrupted goes on where it stopped: what its chunks landed is unchanged, and its clones are kept.
"""

import shutil
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError

from dlt_sources import iceberg
from dlt_sources.filters import is_in
from dlt_sources.git_history.clones import Clones
from dlt_sources.git_history.contract import COMMITS, CRAWLS, FETCHES, QUARANTINE, TABLES
from dlt_sources.git_history.crawl import Crawler, Outcome, Receipt, Status
from dlt_sources.git_history.origin import Origin
from dlt_sources.iceberg import LandingReport, Rows, WindowStatus
from dlt_sources.locks import exclusive
from dlt_sources.progress import OnProgress, Progress, ignore_progress
from dlt_sources.reports import merged
from oso_lake.catalog import open_catalog
from oso_lake.commits import Commit, Scope
from oso_lake.settings import Settings

PIPELINE = "git_history"
# changed repositories landed together: one dlt run and one snapshot per table
CHUNK_REPOSITORIES = 25
# a chunk also ends when it holds this many commits, so that a landing stays bounded
CHUNK_COMMITS = 1_000_000
# git waits for the network and the disk more than it computes
PARALLEL_REPOSITORIES = 4


def land_repositories(
    settings: Settings,
    repositories: Sequence[str],
    with_files: bool = False,
    on_progress: OnProgress | None = None,
    *,
    force: bool = False,
) -> LandingReport:
    """Land the commits of all branches of `repositories` (`owner/name`), each replacing what it had before.

    Files and lines are counted `with_files`. Repositories whose branches did not move are not read again unless
    `force`. A repository that fails or is missing keeps its rows; its status says so and the others go on. Raises
    GitError when there is no place to read from, LockTimeoutError when another crawl runs, LandingError when a commit
    fails.
    """
    started = time.monotonic()
    wanted = sorted({repository.lower() for repository in repositories})
    progress = on_progress or ignore_progress
    with _spool_folder(settings) as spool_dir:
        crawl_started_at = datetime.now(UTC)
        crawler = _crawler(settings, spool_dir, with_files=with_files, force=force)
        landed = _Landed()
        with ThreadPoolExecutor(PARALLEL_REPOSITORIES, thread_name_prefix="git") as pool:
            for chunk in _chunks(_crawl_in_order(pool, crawler, wanted, progress)):
                landed.add(chunk, _land_chunk(settings, chunk, crawl_started_at, landed.counts))
                for outcome in chunk.outcomes:
                    if outcome.spool is not None:
                        outcome.spool.unlink()
    return LandingReport(
        source=PIPELINE,
        load_id=landed.load_id,
        tables=landed.tables,
        windows=tuple(landed.windows),
        seconds=time.monotonic() - started,
    )


def _crawler(settings: Settings, spool_dir: Path, *, with_files: bool, force: bool) -> Crawler:
    origin = Origin(settings.git_base_url)
    clones = Clones(settings.git_dir / "history" / origin.key)
    clones.remove_leftovers()
    return Crawler(
        origin=origin,
        clones=clones,
        spool_dir=spool_dir,
        receipts=read_receipts(open_catalog(settings)),
        with_files=with_files,
        force=force,
        clock=lambda: datetime.now(UTC),
    )


def read_receipts(catalog: Catalog) -> dict[str, Receipt]:
    """The receipt of each repository that was ever crawled."""
    try:
        table = catalog.load_table(FETCHES.name)
    except NoSuchTableError:
        return {}
    rows = table.scan(selected_fields=("repository", "head_digest", "commits")).to_arrow().to_pylist()
    return {row["repository"]: Receipt(head_digest=row["head_digest"], commits=row["commits"]) for row in rows}


@dataclass
class _Landed:
    """What the chunks of a crawl have landed so far."""

    load_id: str | None = None
    tables: dict[str, Commit] = field(default_factory=dict)
    windows: list[WindowStatus] = field(default_factory=list)

    counts: Counter[Status] = field(default_factory=Counter)

    def add(self, chunk: "_Chunk", report: LandingReport) -> None:
        self.load_id = report.load_id
        self.tables = merged(self.tables, report.tables)
        self.windows.extend(_status(outcome) for outcome in chunk.outcomes)
        self.counts.update(outcome.status for outcome in chunk.outcomes)


def _status(outcome: Outcome) -> WindowStatus:
    return WindowStatus(
        window=outcome.repository,
        status=outcome.status.value,
        rows=outcome.receipt.commits,
        quarantined=len(outcome.refused),
        detail=outcome.error or "",
    )


def _crawl_in_order(
    pool: ThreadPoolExecutor, crawler: Crawler, repositories: Sequence[str], progress: OnProgress
) -> Iterator[Outcome]:
    """Outcomes in the order of `repositories`, a bounded number of them ahead of who takes them."""
    ahead = CHUNK_REPOSITORIES
    running = [pool.submit(crawler.crawl, repository) for repository in repositories[:ahead]]
    try:
        for done, repository in enumerate(repositories, start=1):
            outcome = running.pop(0).result()
            if done + ahead <= len(repositories):
                running.append(pool.submit(crawler.crawl, repositories[done + ahead - 1]))
            progress(Progress(done=done, total=len(repositories), unit="repositories", detail=repository))
            yield outcome
    finally:
        for future in running:
            future.cancel()


@dataclass(frozen=True)
class _Chunk:
    """What is landed together; the last one ends the crawl."""

    outcomes: Sequence[Outcome]
    is_last: bool

    @property
    def fetched(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status is Status.FETCHED]


def _chunks(outcomes: Iterator[Outcome]) -> Iterator[_Chunk]:
    """Chunks with at most CHUNK_REPOSITORIES fetched repositories, the others come along; the last may be empty."""
    held: list[Outcome] = []
    fetched = commits = 0
    for outcome in outcomes:
        held.append(outcome)
        if outcome.status is Status.FETCHED:
            fetched += 1
            commits += outcome.receipt.commits
        if fetched >= CHUNK_REPOSITORIES or commits >= CHUNK_COMMITS:
            yield _Chunk(held, is_last=False)
            held, fetched, commits = [], 0, 0
    yield _Chunk(held, is_last=True)


def _land_chunk(
    settings: Settings, chunk: _Chunk, crawl_started_at: datetime, before: Mapping[Status, int]
) -> LandingReport:
    """Replace commits and refusals of what was fetched, and the receipts of all; `before` counts earlier chunks."""

    def commits() -> Iterator[Rows]:
        for outcome in chunk.fetched:
            yield from outcome.batches()

    def refused() -> Iterator[Rows]:
        for outcome in chunk.fetched:
            yield [
                {"repository": outcome.repository, "sha": bad.sha, "reason": bad.reason, "value": bad.value}
                for bad in outcome.refused
            ]

    def receipts() -> Iterator[Rows]:
        load_id = iceberg.current_load_id()
        yield [_receipt_row(outcome, crawl_started_at, load_id) for outcome in chunk.outcomes]

    def crawls() -> Iterator[Rows]:
        if chunk.is_last:
            counts = Counter(before) + Counter(outcome.status for outcome in chunk.outcomes)
            yield [_crawl_row(counts, crawl_started_at, iceberg.current_load_id())]

    rows = {COMMITS.name: commits, QUARANTINE.name: refused, FETCHES.name: receipts, CRAWLS.name: crawls}
    ended = (crawl_started_at.isoformat(),) if chunk.is_last else ()
    return iceberg.land(
        [iceberg.contract_resource(contract, rows[contract.name]) for contract in TABLES],
        pipeline_name=PIPELINE,
        settings=settings,
        contracts=TABLES,
        scopes={
            COMMITS.name: _scope(chunk.fetched),
            QUARANTINE.name: _scope(chunk.fetched),
            FETCHES.name: _scope(chunk.outcomes),
            CRAWLS.name: Scope(is_in("crawl_started_at", ended), ended),
        },
        source_version=crawl_started_at.isoformat(),
    )


def _crawl_row(counts: Mapping[Status, int], crawl_started_at: datetime, load_id: str) -> dict[str, object]:
    return {
        "crawl_started_at": crawl_started_at,
        "finished_at": datetime.now(UTC),
        "repositories": sum(counts.values()),
        **{status.value: counts.get(status, 0) for status in Status},
        "load_id": load_id,
    }


def _scope(outcomes: Sequence[Outcome]) -> Scope:
    names = tuple(outcome.repository for outcome in outcomes)
    return Scope(is_in("repository", names), names)


def _receipt_row(outcome: Outcome, crawl_started_at: datetime, load_id: str) -> dict[str, object]:
    return {
        "repository": outcome.repository,
        "status": outcome.status.value,
        "head_digest": outcome.receipt.head_digest,
        "commits": outcome.receipt.commits,
        "crawl_started_at": crawl_started_at,
        "fetched_at": outcome.fetched_at,
        "error": outcome.error,
        "load_id": load_id,
    }


@contextmanager
def _spool_folder(settings: Settings) -> Generator[Path]:
    """Hold the crawl's lock, and lend a folder for spools; what a killed crawl left there is deleted."""
    with exclusive(settings.git_dir / "history.lock", settings.lock_timeout_seconds):
        spools = settings.git_dir / "spool"
        shutil.rmtree(spools, ignore_errors=True)
        spools.mkdir()
        try:
            yield spools
        finally:
            shutil.rmtree(spools, ignore_errors=True)
