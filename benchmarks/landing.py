"""A GitHub Archive hour to committed Iceberg, against DuckDB's bare json.gz to Parquet with payloads as they are."""

import gzip
import json
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from benchmarks.measure import Result, best_of
from dlt_sources import github_archive
from oso_lake.settings import Settings

EVENTS = 150_000
HOUR = datetime(2026, 1, 1, 1, tzinfo=UTC)
TARGET = 2.0
KINDS = ["PushEvent"] * 17 + ["WatchEvent", "PullRequestEvent", "IssuesEvent"]


def payload_of(kind: str, index: int) -> dict[str, object]:
    """A payload of that kind, whole enough for the landing's contract; issues have the long bodies."""
    match kind:
        case "PushEvent":
            return {"push_id": index, "ref": "refs/heads/main", "head": "a" * 40, "before": "b" * 40}
        case "PullRequestEvent":
            return {"action": "opened", "number": index, "pull_request": {"id": index, "number": index}}
        case "IssuesEvent":
            return {"action": "opened", "issue": {"id": index, "number": index, "body": "x" * 3000}}
        case _:
            return {"action": "started"}


def events(count: int) -> Iterator[dict[str, object]]:
    """`count` events in the shape of 2026, mostly pushes, of which one in twenty has a long body."""
    chance = random.Random(1)
    for index in range(count):
        kind = chance.choice(KINDS)
        yield {
            "id": str(10_000_000_000 + index),
            "type": kind,
            "actor": {"id": chance.randrange(50_000), "login": f"user{index % 50_000}"},
            "repo": {"id": chance.randrange(20_000), "name": f"owner/repository{index % 20_000}"},
            "payload": payload_of(kind, index),
            "public": True,
            "created_at": f"2026-01-01T01:{index // 2500 % 60:02d}:{index % 60:02d}Z",
        }


def write_hour(folder: Path, count: int) -> Path:
    """One archive file of `count` events."""
    file = folder / f"{HOUR:%Y-%m-%d}-{HOUR.hour}.json.gz"
    with gzip.open(file, "wt", compresslevel=3) as lines:
        lines.writelines(json.dumps(event) + "\n" for event in events(count))
    return file


def bare(file: Path, target: Path) -> None:
    """The floor: what DuckDB alone needs to turn the file into Parquet."""
    columns = (
        "{id: 'VARCHAR', type: 'VARCHAR', actor: 'STRUCT(id BIGINT, login VARCHAR)', "
        "repo: 'STRUCT(id BIGINT, name VARCHAR)', payload: 'JSON', created_at: 'TIMESTAMP'}"
    )
    with duckdb.connect(config={"threads": 2}) as connection:
        relation = f"read_json('{file}', format = 'newline_delimited', columns = {columns})"
        connection.execute(f"COPY (SELECT * FROM {relation}) TO '{target}' (COMPRESSION zstd)")  # noqa: S608


def run_benchmark() -> list[Result]:
    """One result: an hour of 150,000 events."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file = write_hour(folder, EVENTS)
        rounds = iter(range(100))

        def ours() -> None:
            settings = Settings(home=folder / f"home{next(rounds)}", github_archive_url=str(folder))
            report = github_archive.land_days(settings, date(2026, 1, 1), date(2026, 1, 2), hours=[HOUR])
            assert report.tables["github_archive.events"].rows == EVENTS, report.windows

        ours_seconds = best_of(ours)
        floor = best_of(lambda: bare(file, folder / "bare.parquet"))
        size = file.stat().st_size / 1e6
    return [
        Result(
            name="GitHub Archive hour to committed Iceberg",
            ours_seconds=ours_seconds,
            rival="DuckDB json.gz to Parquet",
            rival_seconds=floor,
            target="at least 50 % of its speed (ratio 2)",
            met=ours_seconds / floor <= TARGET,
            note=f"{EVENTS:,} events, {size:.0f} MB compressed, with receipts and quarantine committed",
        )
    ]
