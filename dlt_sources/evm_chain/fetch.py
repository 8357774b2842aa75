"""Fetches one day of a chain into the spool, and says what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from dlt_sources.evm_chain.contract import QUARANTINE
from dlt_sources.evm_chain.errors import DayBroken
from dlt_sources.evm_chain.locate import BlockRange, DayLocator
from dlt_sources.evm_chain.node import FullBlock, Header, Node, check_links
from dlt_sources.evm_chain.parse import ParsedRows
from dlt_sources.evm_chain.receipts import FINAL, DayReceipt
from dlt_sources.evm_chain.spool import Spool


@dataclass(frozen=True, kw_only=True)
class FetchedDay:
    """A day that was tried: its receipt, what went wrong, rows and quarantined rows in the spool, its last header."""

    receipt: DayReceipt
    detail: str = ""
    rows: int = 0
    quarantined: int = 0
    last: Header | None = None


@dataclass
class DayFetcher:
    """Fetches days of one chain; remembers the last block, which the next day's first block must follow."""

    node: Node
    locator: DayLocator
    spool: Spool
    _last: Header | None = field(default=None, init=False)

    def fetch(self, day: date) -> FetchedDay:
        """Fetch `day`; a hole, a broken chain or an unreadable answer is a result, an unreachable node an RpcError."""
        try:
            blocks = self.locator.blocks_of(day)
            return self._fetch(day, blocks)
        except DayBroken as error:
            self._last = None
            return FetchedDay(receipt=DayReceipt(day=day, status=error.status), detail=f"{day}: {error}")

    def _fetch(self, day: date, blocks: BlockRange) -> FetchedDay:
        chain = self.node.client.chain.name
        follows = self._last if self._last and self._last.number == blocks.first - 1 else None
        ends: list[Header] = []

        def parts() -> Iterator[ParsedRows]:
            previous = follows
            for some in self.node.stream(blocks.first, blocks.stop - 1):
                previous = check_links(previous, some)
                ends[1:] = [some[-1].header] if ends else [some[0].header, some[-1].header]
                yield _parsed(chain, day, some)

        counts = self.spool.write(day, parts())
        quarantined = counts.pop(QUARANTINE.name)
        first, last = ends if ends else (None, None)
        self._last = last or self._last
        receipt = DayReceipt(
            day=day,
            status=FINAL,
            first_block=first.number if first else None,
            last_block=last.number if last else None,
            first_parent_hash=first.parent_hash if first else None,
            last_hash=last.hash if last else None,
            blocks=len(blocks),
        )
        return FetchedDay(receipt=receipt, rows=sum(counts.values()), quarantined=quarantined, last=last)


def _parsed(chain: str, day: date, blocks: list[FullBlock]) -> ParsedRows:
    rows = ParsedRows(chain, day)
    for block in blocks:
        rows.add(block)
    return rows
