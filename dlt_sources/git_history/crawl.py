"""Looks at one repository: unchanged, missing, failed, or fetched with its commits spooled to a file of Arrow batches.

Nothing is landed here, so that a repository that fails half-way has landed nothing; landing.py does it in chunks.
"""

import logging
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from dlt_sources import git
from dlt_sources.git_history import clones, log
from dlt_sources.git_history.clones import Clones
from dlt_sources.git_history.contract import COMMITS
from dlt_sources.git_history.log import BadCommit
from dlt_sources.git_history.origin import Origin
from dlt_sources.github_names import is_repository

# appended to the digest of a crawl that counted files and lines
FILES_MARK = "+files"

logger = logging.getLogger(__name__)


class Status(StrEnum):
    """What a crawl found; the values are those of `git_history.fetches.status`."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What is known of a repository that was landed: the digest that was read, and its number of commits."""

    head_digest: str = ""
    commits: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a crawl found; `spool` holds the commits of a fetched repository."""

    repository: str
    status: Status
    receipt: Receipt
    fetched_at: datetime
    error: str | None = None
    refused: tuple[BadCommit, ...] = ()
    spool: Path | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The spooled commits, from a memory map; nothing when there are none."""
        if self.spool is not None:
            with pa.memory_map(str(self.spool)) as source, pa.ipc.open_stream(source) as reader:
                yield from reader


class Clock(Protocol):
    """Tells the time, UTC."""

    def __call__(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Crawler:
    """Crawls repositories of one origin; safe to call from several threads, each with a repository of its own."""

    origin: Origin
    clones: Clones
    spool_dir: Path
    receipts: Mapping[str, Receipt]
    with_files: bool
    force: bool
    clock: Clock

    def crawl(self, repository: str) -> Outcome:
        """Crawl `repository` (lower case); git's failures become an outcome, after some attempts."""
        known = self.receipts.get(repository, Receipt())
        outcome = Outcome(
            repository=repository, status=Status.FAILED, receipt=known, fetched_at=self.clock(), error=None
        )
        if not is_repository(repository):
            return replace(outcome, error=f"{repository!r} is not a repository name of the form owner/name")
        try:
            return git.attempts()(self._crawl_once, outcome)
        except git.GitMissingError as error:
            return replace(outcome, status=Status.MISSING, error=str(error))
        except (git.GitError, OSError) as error:
            message = git.scrub(str(error))
            logger.warning("%s could not be fetched: %s", repository, message)
            return replace(outcome, error=message)

    def _crawl_once(self, outcome: Outcome) -> Outcome:
        repository = outcome.repository
        location = self.origin.locate(repository)
        digest = self.origin.digest(location)
        if not self.force and self._mark(digest) == outcome.receipt.head_digest:
            return replace(outcome, status=Status.UNCHANGED)
        clone = self.clones.path(repository)
        if not clone.is_dir() or clones.digest(clone) != digest:
            clone = self.clones.bring_up_to_date(repository, location)
        # what is read is what the clone holds, which may be newer than the probe
        digest = clones.digest(clone)
        try:
            spool, commits, refused = self._spool(clone, repository)
        except git.GitError:
            self.clones.discard(repository)
            raise
        receipt = Receipt(head_digest=self._mark(digest), commits=commits)
        return replace(outcome, status=Status.FETCHED, receipt=receipt, refused=refused, spool=spool)

    def _mark(self, digest: str) -> str:
        return digest + FILES_MARK if self.with_files else digest

    def _spool(self, clone: Path, repository: str) -> tuple[Path, int, tuple[BadCommit, ...]]:
        """Read the log of `clone` into a new file; returns it, its number of commits, and those refused."""
        spool = self.spool_dir / f"{uuid.uuid4().hex}.arrow"
        raw = spool.with_suffix(".log")
        refused: list[BadCommit] = []
        commits = 0
        if clones.has_branches(clone):
            log.write_log(clone, raw, with_files=self.with_files)
        else:
            raw.touch()
        with pa.OSFile(str(spool), "wb") as sink, pa.ipc.new_stream(sink, COMMITS.schema) as writer:
            for batch in log.read_log(raw, repository, with_files=self.with_files):
                writer.write_batch(batch.rows)
                refused.extend(batch.refused)
                commits += batch.rows.num_rows
        raw.unlink()
        return spool, commits, tuple(refused)
