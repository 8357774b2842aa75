"""Parsing a spool of event lines: DuckDB types the columns, each line is an event or goes to quarantine with a reason.

One row comes out for each line, in order, so that a row's number says its hour and line; nothing is dropped silently.
"""

import json
from collections.abc import Collection, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dlt_sources.github_archive.contract import EVENTS, QUARANTINE, REQUIRED_PAYLOAD
from dlt_sources.github_archive.spool import Spool
from oso_lake.contracts import TIMESTAMP
from oso_lake.settings import Settings

# an hour is corrupt when more of it breaks the contract: then GitHub changed something, and quarantine would hide it
MAX_FAULT_SHARE = 0.05
TOLERATED_FAULTS = 10
MIN_OBJECT_BYTES = 16 * 1024 * 1024
BATCH_ROWS = 64 * 1024
QUARANTINED_CHARACTERS = 4_000
UNREADABLE = "unreadable"
_QUARANTINE_COLUMNS = ["row", "file_hour", "line_number", "fault", "type", "id"]

_COLUMNS = {
    "id": "VARCHAR",
    "type": "VARCHAR",
    "created_at": "VARCHAR",
    "public": "BOOLEAN",
    "actor": "STRUCT(id BIGINT, login VARCHAR)",
    "repo": "STRUCT(id BIGINT, name VARCHAR)",
    "org": "STRUCT(id BIGINT, login VARCHAR)",
    # the shape before 2015
    "repository": "STRUCT(name VARCHAR, url VARCHAR)",
    "payload": """STRUCT(
        action VARCHAR, ref VARCHAR, ref_type VARCHAR, number BIGINT,
        push_id BIGINT, size INTEGER, head VARCHAR, "before" VARCHAR,
        commits STRUCT(sha VARCHAR, author STRUCT(email VARCHAR, name VARCHAR), "distinct" BOOLEAN)[],
        pull_request STRUCT(
            id BIGINT, number BIGINT, merged BOOLEAN, merged_at VARCHAR, created_at VARCHAR,
            "user" STRUCT(id BIGINT, login VARCHAR)),
        issue STRUCT(
            id BIGINT, number BIGINT, created_at VARCHAR, "user" STRUCT(id BIGINT), pull_request STRUCT(url VARCHAR)),
        comment STRUCT(id BIGINT), review STRUCT(id BIGINT, state VARCHAR),
        release STRUCT(id BIGINT, tag_name VARCHAR), forkee STRUCT(id BIGINT, full_name VARCHAR))""",
}

_TYPED = """
    select
        id, type, try_cast(created_at as timestamp) as created_at,
        actor.id as actor_id, actor.login as actor_login, repo.id as repo_id, repo.name as repo_name,
        org.id as org_id, org.login as org_login,
        payload.action as action, payload.ref as ref, payload.ref_type as ref_type,
        coalesce(payload.number, payload.issue.number, payload.pull_request.number) as number,
        payload.push_id as push_id, payload.size as push_size, payload.head as push_head,
        payload."before" as push_before,
        [{{'sha': c.sha, 'author_email': c.author.email, 'author_name': c.author.name, 'is_distinct': c."distinct"}}
            for c in payload.commits if c.sha is not null] as commits,
        payload.pull_request.id as pull_request_id, payload.pull_request.merged as is_merged,
        try_cast(payload.pull_request.merged_at as timestamp) as merged_at,
        payload.pull_request."user".id as pull_request_user_id,
        payload.pull_request."user".login as pull_request_user_login,
        try_cast(payload.pull_request.created_at as timestamp) as pull_request_created_at,
        payload.issue.id as issue_id, try_cast(payload.issue.created_at as timestamp) as issue_created_at,
        payload.issue."user".id as issue_user_id,
        case when payload.issue.id is not null then payload.issue.pull_request is not null end as is_pull_request_issue,
        payload.comment.id as comment_id, payload.review.id as review_id, payload.review.state as review_state,
        payload.release.id as release_id, payload.release.tag_name as release_tag,
        payload.forkee.id as forkee_id, payload.forkee.full_name as forkee_name,
        created_at as created_text, public, repository is not null and repo is null as is_old
    from read_json(?, format = 'newline_delimited', ignore_errors = true, compression = 'uncompressed',
        maximum_object_size = ?, columns = {{{columns}}})
"""


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
    """A parsed spool: what each hour holds; `events` and `quarantine` read the rows again from disk."""

    spool: Spool
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
        with self.spool.path.open("rb") as file:
            lines = enumerate(file)
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
        yield Parsed(spool=spool, rows=rows, hours=hours)
    finally:
        rows.unlink(missing_ok=True)


def _write_rows(spool: Spool, settings: Settings, target: Path) -> dict[datetime, HourContent]:
    """Parse the spool, again without its broken lines when there are some: DuckDB reads an unfinished value on into
    the next line, so that a sound line behind a broken one would be lost."""
    hours, unreadable = _parse_rows(spool, spool.path, settings, target)
    if not (broken := _broken_lines(spool.path, unreadable)):
        return hours
    mended = target.with_suffix(".mended")
    try:
        with spool.path.open("rb") as lines, mended.open("wb") as copy:
            copy.writelines(b"{}\n" if row in broken else line for row, line in enumerate(lines))
        return _parse_rows(spool, mended, settings, target)[0]
    finally:
        mended.unlink(missing_ok=True)


def _parse_rows(
    spool: Spool, lines: Path, settings: Settings, target: Path
) -> tuple[dict[datetime, HourContent], set[int]]:
    """Write the typed rows of `lines`; returns what each hour holds, and the rows that nothing could be read from."""
    hours = {hour: HourContent(count) for hour, count in spool.hours}
    numbering = _Numbering(spool)
    unreadable: set[int] = set()
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": settings.threads,
        "memory_limit": settings.memory_limit,
    }
    with duckdb.connect(config=config) as connection, target.open("wb") as file, ExitStack() as stack:
        connection.execute(_query(), [str(lines), max(MIN_OBJECT_BYTES, spool.longest_line + 1)])
        writer = None
        for batch in connection.to_arrow_reader(BATCH_ROWS):
            numbered = numbering.number(batch)
            unreadable |= _count_faults(numbered, hours)
            if writer is None:
                writer = stack.enter_context(pa.ipc.new_stream(file, numbered.schema))
            writer.write_batch(numbered)
    if numbering.seen != spool.lines:
        raise RuntimeError(f"{spool.lines:,} lines went into the parser and {numbering.seen:,} came out")
    return hours, unreadable


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

    def __init__(self, spool: Spool) -> None:
        self._ends = np.cumsum([lines for _, lines in spool.hours])
        self._starts = self._ends - np.array([lines for _, lines in spool.hours])
        self._hours = np.array([int(hour.timestamp()) * 1_000_000 for hour, _ in spool.hours])
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


def _query() -> str:
    columns = ", ".join(f"{name}: '{dtype}'" for name, dtype in _COLUMNS.items())
    faults = [
        ("id is null and type is null and actor_id is null and repo_id is null and created_text is null", UNREADABLE),
        ("id is null or id = ''", "no id"),
        ("type is null or type = ''", "no type"),
        ("public is false", "not public"),
        ("repo_id is null", "no repo.id"),
        ("repo_name is null", "no repo.name"),
        ("actor_id is null", "no actor.id"),
        ("actor_login is null", "no actor.login"),
        ("created_text is null", "no created_at"),
        ("created_at is null", "created_at is not a time"),
    ]
    for event_type, names in REQUIRED_PAYLOAD.items():
        faults += [(f"type = '{event_type}' and {name} is null", f"{event_type} without {name}") for name in names]
    cases = " ".join(f"when {condition} then '{reason}'" for condition, reason in faults)
    # every part is a constant of this module; values are parameters
    return f"select *, case when is_old then 'before 2015' {cases} end as fault from ({_TYPED.format(columns=columns)})"  # noqa: S608
