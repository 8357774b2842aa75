"""Reads the ground truth of a sample world into plain rows; everything the oracle knows comes through here."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CHAINS = ("optimism", "base")


class Event(NamedTuple):
    """One line of an hour file; `created_at` and `file_hour` are seconds since 1970."""

    event_id: str
    type: str
    kind: str | None
    created_at: int
    file_hour: int
    line_number: int
    actor_id: int
    actor_login: str
    repo_id: int
    repo_name: str
    push_head: str | None = None
    listed_shas: tuple[str, ...] = ()
    number: int | None = None
    is_pull_request: bool = False
    # what the payload tells of the issue or pull request
    opened_at: int | None = None
    opened_by: int | None = None


class Commit(NamedTuple):
    """One commit of a git history that can be fetched as `repository` (owner/name, lower case)."""

    repository: str
    sha: str
    author_name: str
    author_email: str
    committed_at: int


class Member(NamedTuple):
    """One artifact of a project in the latest version of the directory."""

    project: str
    kind: str
    value: str
    network: str | None = None


class Transaction(NamedTuple):
    """One transaction of a chain that is not the system's."""

    chain: str
    block_at: int
    sender: str
    to: str | None
    log_addresses: tuple[str, ...]
    fee_wei: int


class Transfer(NamedTuple):
    """One transfer of an ERC-20 token; `value` is in its smallest unit."""

    chain: str
    block_at: int
    token: str
    sender: str
    receiver: str
    value: int
    decimals: int


class Grant(NamedTuple):
    """One grant of `amount` USD to a project, or to nobody who is named."""

    day: date
    funder: str
    project: str | None
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What there is to know: `begin` and `end` (exclusive) bound the days that count."""

    begin: date
    end: date
    events: tuple[Event, ...] = ()
    commits: tuple[Commit, ...] = ()
    projects: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    collections: tuple[tuple[str, str], ...] = ()
    transactions: tuple[Transaction, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    grants: tuple[Grant, ...] = ()


def load_truth(world: Path) -> Truth:
    """The truth of the world written to `world`."""
    about = json.loads((world / "world.json").read_text())
    folder = world / "truth"
    return Truth(
        begin=date.fromisoformat(about["begin"]),
        end=date.fromisoformat(about["end"]),
        events=_events(folder),
        commits=_commits(folder),
        projects=_projects(folder),
        members=_members(folder),
        collections=_collections(folder),
        transactions=_transactions(folder),
        transfers=_transfers(folder),
        grants=_grants(folder),
    )


def day_of(second: int) -> date:
    """The UTC day of a second since 1970."""
    return datetime.fromtimestamp(second, UTC).date()


def _rows(folder: Path, name: str) -> list[dict]:
    table = pq.read_table(folder / f"{name}.parquet")
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            seconds = pc.cast(pc.cast(table[field.name], pa.timestamp("s", "UTC")), pa.int64())
            table = table.set_column(index, field.name, seconds)
    return table.to_pylist()


def _events(folder: Path) -> tuple[Event, ...]:
    """Only what a file holds: what a gap swallowed cannot be known."""
    return tuple(
        Event(
            event_id=row["event_id"],
            type=row["type"],
            kind=row["kind"],
            created_at=row["created_at"],
            file_hour=row["file_hour"],
            line_number=row["line_number"],
            actor_id=row["actor_id"],
            actor_login=row["actor_login"],
            repo_id=row["repo_id"],
            repo_name=row["repo_name"],
            push_head=row["push_head"],
            listed_shas=tuple(row["listed_shas"] or ()),
            number=row["number"],
            is_pull_request=bool(row["is_pull_request"]),
            opened_at=row["opened_at"],
            opened_by=row["opened_by"],
        )
        for row in _rows(folder, "events")
        if row["file_hour"] is not None
    )


def _commits(folder: Path) -> tuple[Commit, ...]:
    return tuple(
        Commit(row["repository"], row["sha"], row["author_name"], row["author_email"], row["committed_at"])
        for row in _rows(folder, "commits")
        if row["is_fetchable"]
    )


def _projects(folder: Path) -> tuple[str, ...]:
    latest = _latest_version(folder)
    return tuple(row["project_slug"] for row in _rows(folder, "projects") if row["version"] == latest)


def _members(folder: Path) -> tuple[Member, ...]:
    latest = _latest_version(folder)
    return tuple(
        Member(row["project_slug"], row["kind"], row["value"], row["network"])
        for row in _rows(folder, "memberships")
        if row["version"] == latest
    )


def _collections(folder: Path) -> tuple[tuple[str, str], ...]:
    latest = _latest_version(folder)
    return tuple(
        (row["collection_slug"], row["project_slug"])
        for row in _rows(folder, "collections")
        if row["version"] == latest
    )


def _latest_version(folder: Path) -> str:
    return max((row["version_at"], row["version"]) for row in _rows(folder, "projects"))[1]


def _transactions(folder: Path) -> tuple[Transaction, ...]:
    return tuple(
        Transaction(
            chain=row["chain"],
            block_at=row["block_at"],
            sender=row["from_address"],
            to=row["to_address"],
            log_addresses=tuple(row["log_addresses"]),
            fee_wei=int(row["fee_wei"]),
        )
        for row in _rows(folder, "transactions")
        if not row["is_system"]
    )


def _transfers(folder: Path) -> tuple[Transfer, ...]:
    return tuple(
        Transfer(
            chain=row["chain"],
            block_at=row["block_at"],
            token=row["token"],
            sender=row["from_address"],
            receiver=row["to_address"],
            value=int(row["value"]),
            decimals=row["decimals"],
        )
        for row in _rows(folder, "token_transfers")
        if row["kind"] == "erc20"
    )


def _grants(folder: Path) -> tuple[Grant, ...]:
    return tuple(
        Grant(row["funding_date"], row["from_funder_name"], row["to_project_name"], Decimal(row["amount"]))
        for row in _rows(folder, "grants")
        if row["fault"] is None
    )
