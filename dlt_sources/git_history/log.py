"""Reads `git log` into Arrow: NUL-separated fields, bounded batches, broken bytes replaced, nothing trimmed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from dlt_sources import git
from dlt_sources.git_history.contract import COMMITS

LOG_TIMEOUT_SECONDS = 3600.0
CHUNK_BYTES = 4 * 1024 * 1024
# from 1970 up to the year 9999, the last that Python and Parquet readers know
LAST_SECOND = 253_402_300_799
MICROSECONDS = 1_000_000

# each commit: a NUL, eight fields ended by a NUL each, then its numstat lines up to the next NUL
_FIELDS = ("%H", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct")
_FORMAT = "--format=%x00" + "".join(f"{field}%x00" for field in _FIELDS)
_WIDTH = len(_FIELDS) + 1
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class BadCommit:
    """A commit that breaks the contract."""

    sha: str
    reason: str
    value: str


@dataclass(frozen=True)
class LogBatch:
    """Rows of `git_history.commits` of one repository, and the commits that were refused."""

    rows: pa.RecordBatch
    refused: tuple[BadCommit, ...]


def write_log(git_dir: Path, target: Path, *, with_files: bool) -> None:
    """Write the log of all branches to the file `target`; raises GitError."""
    arguments = ["log", "--branches", _FORMAT, "--encoding=UTF-8", "--no-show-signature", "--no-color"]
    # rename detection would read the blobs that a blobless clone has not
    arguments += ["--numstat", "--no-renames", "--no-ext-diff", "--no-textconv"] if with_files else ["--no-patch"]
    with target.open("wb") as output:
        git.run([*arguments, "--"], git_dir=git_dir, timeout_seconds=LOG_TIMEOUT_SECONDS, output=output)


def read_log(source: Path, repository: str, *, with_files: bool) -> Iterator[LogBatch]:
    """Batches of what `write_log` wrote, about CHUNK_BYTES of it in memory at once."""
    with source.open("rb") as stream:
        for text in _whole_commits(stream):
            yield _batch(text.split("\0"), repository, with_files=with_files)


def _whole_commits(stream: IO[bytes]) -> Iterator[str]:
    """Pieces of the log that end with a commit's end; the leading NUL of the first commit is left out of each."""
    rest = b""
    # the piece before the first NUL is empty
    stream.read(1)
    while chunk := stream.read(CHUNK_BYTES):
        rest += chunk
        count = rest.count(b"\0")
        # the statistics of a commit end where the next one begins: its last NUL proves it complete
        whole = count // _WIDTH * _WIDTH
        if not whole:
            continue
        cut = _position(rest, count - whole)
        yield rest[:cut].decode("utf-8", "replace")
        rest = rest[cut + 1 :]
    if rest:
        yield rest.decode("utf-8", "replace")


def _position(text: bytes, later: int) -> int:
    """Where the NUL is that has `later` NULs after it."""
    cut = len(text)
    for _ in range(later + 1):
        cut = text.rindex(b"\0", 0, cut)
    return cut


def _batch(fields: list[str], repository: str, *, with_files: bool) -> LogBatch:
    if len(fields) % _WIDTH:
        raise git.GitError(f"the log of {repository} is cut short: {len(fields)} fields are not whole commits")
    columns = [fields[index::_WIDTH] for index in range(_WIDTH)]
    refused = _refused(columns)
    if refused:
        bad = {commit.sha for commit in refused}
        keep = [index for index, sha in enumerate(columns[0]) if sha not in bad]
        columns = [[values[index] for index in keep] for values in columns]
    return LogBatch(_rows(columns, repository, with_files=with_files), tuple(refused))


def _refused(columns: list[list[str]]) -> list[BadCommit]:
    """Commits whose times cannot be read, or lie outside of 1970..9999."""
    bad = []
    for sha, authored, committed in zip(columns[0], columns[4], columns[7], strict=True):
        for name, value in (("author", authored), ("committer", committed)):
            if not _SECONDS.fullmatch(value) or int(value) > LAST_SECOND:
                bad.append(BadCommit(sha, f"{name} time is not within 1970 and 9999", value))
                break
    return bad


def _rows(columns: list[list[str]], repository: str, *, with_files: bool) -> pa.RecordBatch:
    sha, parents, author, author_email, authored, committer, committer_email, committed, statistics = columns
    lineage = [value.split() for value in parents]
    counted = [_count(value) if with_files else (None, None, None) for value in statistics]
    values = [
        [repository] * len(sha),
        sha,
        author,
        author_email,
        [int(value) * MICROSECONDS for value in authored],
        committer,
        committer_email,
        [int(value) * MICROSECONDS for value in committed],
        lineage,
        [len(value) > 1 for value in lineage],
        *([row[index] for row in counted] for index in range(3)),
    ]
    arrays = [
        pa.array(data, pa.int64()).cast(field.type) if pa.types.is_timestamp(field.type) else pa.array(data, field.type)
        for data, field in zip(values, COMMITS.schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=COMMITS.schema)


def _count(numstat: str) -> tuple[int, int, int]:
    """Files, insertions and deletions in lines of `insertions<TAB>deletions<TAB>path`; `-` stands for a binary file."""
    lines = [line.split("\t", 2) for line in numstat.split("\n") if "\t" in line]
    added = sum(int(line[0]) for line in lines if line[0] != "-")
    removed = sum(int(line[1]) for line in lines if line[1] != "-")
    return len(lines), added, removed
