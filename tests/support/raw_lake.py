"""Small raw lakes for tests of the models: a few rows of each source, in Iceberg tables of the sources' contracts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dlt_sources.evm_chain import contract as evm_chain
from dlt_sources.git_history import contract as git_history
from dlt_sources.github_archive import contract as github_archive
from dlt_sources.oss_directory import contract as oss_directory
from dlt_sources.oss_funding import contract as oss_funding
from oso_lake.catalog import open_catalog
from oso_lake.commits import ensure_table
from oso_lake.contracts import TableContract
from oso_lake.settings import Settings

Row = dict[str, Any]

CONTRACTS: Mapping[str, TableContract] = {
    contract.name: contract
    for source in (github_archive, git_history, oss_directory, oss_funding, evm_chain)
    for contract in source.TABLES
}
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
LANDED_AT = datetime(2025, 10, 20, tzinfo=UTC)


def write_raw(settings: Settings, tables: Mapping[str, Iterable[Row]]) -> None:
    """Append rows to raw tables, by name; the tables are made where they do not exist."""
    catalog = open_catalog(settings)
    for name, rows in tables.items():
        contract = CONTRACTS[name]
        ensure_table(catalog, contract).append(contract.rows(rows))


def at(text: str) -> datetime:
    """`2025-10-06 12:00` as an instant, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Archive:
    """Events of GitHub Archive as written, one line each; `hours` are the receipts of the hours they stand in."""

    def __init__(self) -> None:
        self.events: list[Row] = []

    def add(self, kind: str, when: str, actor: int, repo: int, **fields: Any) -> str:
        """Add an event and return its id; `file_hour` and `id` may be given, all columns of the contract too."""
        created_at = at(when)
        number = len(self.events) + 1
        event_id = fields.pop("id", str(1000 + number))
        file_hour = fields.pop("file_hour", None)
        self.events.append(
            {
                "file_hour": at(file_hour) if file_hour else created_at.replace(minute=0, second=0),
                "line_number": number,
                "id": event_id,
                "type": kind,
                "created_at": created_at,
                "actor_id": actor,
                "actor_login": fields.pop("login", f"user{actor}"),
                "repo_id": repo,
                "repo_name": fields.pop("name", f"Acme/Repo{repo}"),
                **fields,
            }
        )
        return event_id

    def push(self, when: str, actor: int, repo: int, shas: Iterable[str] | None, **fields: Any) -> str:
        """Add a push of `shas`, the last of them its head; None is a push of the new payload, with `push_head` only."""
        listed = None if shas is None else [{"sha": sha} for sha in shas]
        head = fields.pop("push_head", None) or (listed[-1]["sha"] if listed else "0" * 40)
        push_id = len(self.events) + 1
        return self.add("PushEvent", when, actor, repo, push_id=push_id, push_head=head, commits=listed, **fields)

    def tables(self, begin: date, end: date, missing: Iterable[str] = ()) -> dict[str, list[Row]]:
        """Events, and receipts of all hours of the days `[begin, end)` and two more; `missing` ones are not there."""
        gone = {at(hour) for hour in missing}
        first = datetime.combine(begin, datetime.min.time(), tzinfo=UTC)
        hours = [first + timedelta(hours=n) for n in range((end - begin).days * 24 + 2)]
        receipts = [_receipt(hour, "missing" if hour in gone else "landed") for hour in hours]
        return {"github_archive.events": self.events, "github_archive.hours": receipts}


def _receipt(hour: datetime, status: str) -> Row:
    return {
        "file_hour": hour,
        "status": status,
        "rows": 0,
        "quarantined": 0,
        "compressed_bytes": 0,
        "source_version": "1",
        "load_id": "1",
        "landed_at": LANDED_AT,
    }


def commit(repository: str, sha: str, when: str, email: str, name: str = "Somebody") -> Row:
    """A row of git_history.commits."""
    return {
        "repository": repository,
        "sha": sha,
        "author_name": name,
        "author_email": email,
        "authored_at": at(when),
        "committer_name": name,
        "committer_email": email,
        "committed_at": at(when),
        "parents": [],
        "is_merge": False,
    }


def transaction(chain: str, day: str, index: int, sender: str, receiver: str | None, **fields: Any) -> Row:
    """A row of evm_chain.transactions that used 21,000 gas at 2 wei; its hash is `0x{chain}{index}`."""
    return {
        "chain": chain,
        "block_day": date.fromisoformat(day),
        "block_number": index,
        "block_at": at(f"{day} 12:00"),
        "transaction_index": 0,
        "hash": f"0x{chain}{index}",
        "type": 2,
        "is_system": False,
        "from_address": sender,
        "to_address": receiver,
        "value": 0,
        "gas_used": 21_000,
        "effective_gas_price": 2,
        "status": 1,
        **fields,
    }


def log(chain: str, day: str, index: int, log_index: int, address: str, **fields: Any) -> Row:
    """A row of evm_chain.logs, emitted by the transaction of `index`."""
    return {
        "chain": chain,
        "block_day": date.fromisoformat(day),
        "block_number": index,
        "block_at": at(f"{day} 12:00"),
        "transaction_hash": f"0x{chain}{index}",
        "log_index": log_index,
        "address": address,
        "data": "0x",
        **fields,
    }


def transfer(chain: str, day: str, index: int, token: str, parties: tuple[str, str], value: int, **fields: Any) -> Row:
    """A row of evm_chain.logs: an ERC-20 token's event Transfer, as many of them as transactions."""
    sender, receiver = (f"0x{party.removeprefix('0x'):0>64}" for party in parties)
    words = {"topic0": TRANSFER, "topic1": sender, "topic2": receiver, "data": f"0x{value:064x}"}
    return log(chain, day, index, 0, token, **(words | fields))


def grant(line: int, day: str, funder: str, project: str | None, dollars: str, file: str = "grants.csv") -> Row:
    """A row of oss_funding.grants."""
    return {
        "file": file,
        "line": line,
        "to_project_name": project,
        "from_funder_name": funder,
        "amount": Decimal(dollars),
        "funding_date": date.fromisoformat(day),
    }


def chain_day(chain: str, day: str) -> Row:
    """A receipt of evm_chain.days: final, without saying which blocks."""
    return {
        "chain": chain,
        "block_day": date.fromisoformat(day),
        "status": "final",
        "blocks": 1,
        "load_id": "1",
        "landed_at": LANDED_AT,
    }


class Directory:
    """Versions of OSS Directory, each a mapping of project to artifacts and of collection to projects."""

    def __init__(self) -> None:
        self._tables: dict[str, list[Row]] = {
            f"oss_directory.{table}": []
            for table in ("versions", "projects", "collections", "projects_by_collection", "artifacts_by_project")
        }

    def add(
        self,
        version: str,
        when: str,
        projects: Mapping[str, Iterable[tuple[str, str, str, str]]],
        collections: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Add a version; an artifact is (source, type, namespace, name)."""
        stamp = {"version": version, "version_at": at(when)}
        self._add("versions", stamp | {"load_id": "1"})
        for project, artifacts in projects.items():
            named = stamp | {"slug": project, "display_name": project.title(), "path": f"{project}.yaml"}
            self._add("projects", named)
            for source, kind, namespace, name in artifacts:
                place = {"artifact_source": source, "artifact_type": kind, "namespace": namespace, "name": name}
                self._add(
                    "artifacts_by_project", stamp | place | {"project_slug": project, "url": f"{namespace}/{name}"}
                )
        for collection, members in (collections or {}).items():
            self._add("collections", stamp | {"slug": collection, "display_name": collection.title()})
            for project in members:
                self._add("projects_by_collection", stamp | {"collection_slug": collection, "project_slug": project})

    def tables(self) -> dict[str, list[Row]]:
        """Rows by table name."""
        return self._tables

    def _add(self, table: str, row: Row) -> None:
        self._tables[f"oss_directory.{table}"].append(row)
