"""The ground truth of a world as Parquet: who did what when, as it was meant, for the oracle of the tests.

It is written from the happenings, not from the files of the archive, and nothing but tests reads it.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_SECOND = pa.timestamp("s", tz="UTC")
SCHEMAS = {
    # one row a line that was, or would have been, in a file; file_hour is null when no file holds it
    "events": pa.schema(
        [
            ("event_id", pa.string()),
            ("type", pa.string()),
            ("kind", pa.string()),
            ("created_at", _SECOND),
            ("file_hour", _SECOND),
            ("line_number", pa.int64()),
            ("delivery", pa.string()),
            ("actor_id", pa.int64()),
            ("actor_login", pa.string()),
            ("actor_is_bot", pa.bool_()),
            ("repo_id", pa.int64()),
            ("repo_name", pa.string()),
            ("push_head", pa.string()),
            ("listed_shas", pa.list_(pa.string())),
            # of the issue or pull request it is about: null where there is none
            ("number", pa.int64()),
            ("is_pull_request", pa.bool_()),
            # when and by whom that was opened: null where the payload does not tell
            ("opened_at", _SECOND),
            ("opened_by", pa.int64()),
        ]
    ),
    # one row a commit of any repository; is_fetchable says whether its git history can be had and holds it
    "commits": pa.schema(
        [
            ("repo_id", pa.int64()),
            ("repository", pa.string()),
            ("sha", pa.string()),
            ("author_name", pa.string()),
            ("author_email", pa.string()),
            ("person_id", pa.int64()),
            ("authored_at", _SECOND),
            ("committed_at", _SECOND),
            ("is_merge", pa.bool_()),
            ("is_fetchable", pa.bool_()),
        ]
    ),
    "projects": pa.schema(
        [
            ("version", pa.string()),
            ("version_at", _SECOND),
            ("project_slug", pa.string()),
            ("display_name", pa.string()),
        ]
    ),
    # kind is repository, owner, npm, crates or address; value is owner/name, owner, package or address, lower case
    "memberships": pa.schema(
        [
            ("version", pa.string()),
            ("version_at", _SECOND),
            ("project_slug", pa.string()),
            ("kind", pa.string()),
            ("value", pa.string()),
            ("network", pa.string()),
        ]
    ),
    "collections": pa.schema(
        [
            ("version", pa.string()),
            ("version_at", _SECOND),
            ("collection_slug", pa.string()),
            ("project_slug", pa.string()),
        ]
    ),
    # fee_wei is a decimal string: gas used by effective price, and the fee of layer one
    "transactions": pa.schema(
        [
            ("chain", pa.string()),
            ("block_at", _SECOND),
            ("hash", pa.string()),
            ("from_address", pa.string()),
            ("to_address", pa.string()),
            ("created_address", pa.string()),
            ("log_addresses", pa.list_(pa.string())),
            ("is_system", pa.bool_()),
            ("succeeded", pa.bool_()),
            ("fee_wei", pa.string()),
        ]
    ),
    # one row a log that looks like a transfer; kind is erc20, erc721 (one item, no value) or odd (neither, whatever its
    # emitter meant by it). value is a decimal string of the token's smallest unit, of which 10^decimals are one token
    "token_transfers": pa.schema(
        [
            ("chain", pa.string()),
            ("block_at", _SECOND),
            ("hash", pa.string()),
            ("log_index", pa.int64()),
            ("token", pa.string()),
            ("kind", pa.string()),
            ("from_address", pa.string()),
            ("to_address", pa.string()),
            ("value", pa.string()),
            ("decimals", pa.int64()),
        ]
    ),
    # one row a line of a funding file that is meant as a grant; amount is a decimal string in USD. to_project_name is
    # null where the file names nobody. fault says why a line cannot be read: then amount and date may be null
    "grants": pa.schema(
        [
            ("file", pa.string()),
            ("line", pa.int64()),
            ("to_project_name", pa.string()),
            ("from_funder_name", pa.string()),
            ("amount", pa.string()),
            ("funding_date", pa.date32()),
            ("grant_pool_name", pa.string()),
            ("fault", pa.string()),
        ]
    ),
}
_BATCH = 100_000


class TruthTable:
    """Collects rows of one table and writes them in batches; use as a context manager."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.schema = SCHEMAS[name]
        self.rows = 0
        self._columns: list[list] = [[] for _ in self.schema]
        self._writer = pq.ParquetWriter(folder / f"{name}.parquet", self.schema, compression="zstd")

    def add(self, row: Sequence[object]) -> None:
        """Add a row, its values in the order of the schema; times are seconds since 1970."""
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)
        self.rows += 1
        if len(self._columns[0]) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        arrays = [pa.array(column, field.type) for column, field in zip(self._columns, self.schema, strict=True)]
        self._writer.write_table(pa.table(arrays, schema=self.schema))
        self._columns = [[] for _ in self.schema]

    def __enter__(self) -> "TruthTable":
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._writer.close()
