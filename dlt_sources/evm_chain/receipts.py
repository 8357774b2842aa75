"""The receipts of landed days, and whether the days they are for still fit the chain."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from dlt_sources.evm_chain.contract import DAYS
from dlt_sources.evm_chain.node import Node
from oso_lake.calendar import ONE_DAY
from oso_lake.catalog import open_catalog
from oso_lake.filters import equal
from oso_lake.settings import Settings

FINAL = "final"
HOLE = "hole"
REORGANISED = "reorganised"


@dataclass(frozen=True, kw_only=True)
class DayReceipt:
    """What is known of one day; the blocks and hashes are None when it has no blocks or was never landed."""

    day: date
    status: str
    first_block: int | None = None
    last_block: int | None = None
    first_parent_hash: str | None = None
    last_hash: str | None = None
    blocks: int = 0

    @property
    def is_final(self) -> bool:
        """Whether the day was landed whole, and nothing is known against it."""
        return self.status == FINAL

    def as_row(self, chain: str) -> dict[str, Any]:
        """Its row in the table, without load id and time."""
        return {
            "chain": chain,
            "block_day": self.day,
            "status": self.status,
            "first_block": self.first_block,
            "last_block": self.last_block,
            "first_parent_hash": self.first_parent_hash,
            "last_hash": self.last_hash,
            "blocks": self.blocks,
        }


Receipts = Mapping[date, DayReceipt]


def read_receipts(settings: Settings, chain: str) -> dict[date, DayReceipt]:
    """All receipts of one chain by day; empty before its first landing."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        table = open_catalog(settings).load_table(DAYS.name)
    except NoSuchTableError:
        return {}
    names = ("status", "first_block", "last_block", "first_parent_hash", "last_hash", "blocks")
    rows: pa.Table = table.scan(row_filter=equal("chain", chain), selected_fields=("block_day", *names)).to_arrow()
    return {
        row["block_day"]: DayReceipt(day=row["block_day"], **{name: row[name] for name in names})
        for row in rows.to_pylist()
    }


def off_chain(node: Node, receipts: Iterable[DayReceipt]) -> list[DayReceipt]:
    """Those of `receipts` whose last block is another one at the node now, by day; holes are not held against them."""
    landed = sorted((receipt for receipt in receipts if receipt.last_hash), key=lambda receipt: receipt.day)
    headers = node.headers([receipt.last_block or 0 for receipt in landed])
    return [
        receipt
        for receipt, header in zip(landed, headers, strict=True)
        if header is not None and header.hash != receipt.last_hash
    ]


def gap_before(receipt: DayReceipt, landed: Receipts) -> str | None:
    """How `receipt` does not follow the nearest landed day before it; None when it does, or when there is none."""
    day = receipt.day - ONE_DAY
    while (before := landed.get(day)) is not None and before.is_final:
        if before.last_hash is not None:
            return _gap(before, receipt)
        day -= ONE_DAY
    return None


def gap_after(receipt: DayReceipt, landed: Receipts) -> str | None:
    """How the nearest landed day after `receipt` does not follow it; None when it does, or when there is none."""
    day = receipt.day + ONE_DAY
    while (after := landed.get(day)) is not None and after.is_final:
        if after.last_hash is not None:
            return _gap(receipt, after)
        day += ONE_DAY
    return None


def _gap(before: DayReceipt, after: DayReceipt) -> str | None:
    if before.last_hash is None or after.first_block is None:
        return None
    if (before.last_block or 0) + 1 == after.first_block and before.last_hash == after.first_parent_hash:
        return None
    return (
        f"block {after.first_block}, the first of {after.day}, has parent {after.first_parent_hash}, but the last "
        f"block of {before.day} is {before.last_block} {before.last_hash}"
    )
