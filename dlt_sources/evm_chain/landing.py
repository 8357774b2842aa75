"""Lands days of a chain: fetch, compare with what is landed, then one dlt run and one snapshot a table for many days.

A day is landed whole or not at all. What a reorganisation left behind is withdrawn: the receipts of landed days whose
last block is no longer the chain's say `reorganised` until these days are landed again.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import httpx

from dlt_sources.evm_chain.contract import DAYS, TABLES
from dlt_sources.evm_chain.errors import DayNotFinal, RpcError
from dlt_sources.evm_chain.fetch import DayFetcher, FetchedDay
from dlt_sources.evm_chain.locate import DayLocator
from dlt_sources.evm_chain.node import Header, Node
from dlt_sources.evm_chain.receipts import DayReceipt, off_chain, read_receipts
from dlt_sources.evm_chain.rpc import RpcClient
from dlt_sources.evm_chain.spool import SPOOLED, Spool
from dlt_sources.evm_chain.verdict import Verdict, judge, window_name
from dlt_sources.evm_chain.wire import RpcLimits
from dlt_sources.iceberg import LandingReport, WindowStatus, contract_resource, current_load_id, land
from dlt_sources.progress import OnProgress, Progress, ignore_progress
from oso_lake.calendar import ONE_DAY, Window, midnight
from oso_lake.commits import Scope
from oso_lake.filters import between, both, either, equal
from oso_lake.settings import EvmChain, Settings

SOURCE = "evm_chain"
# days that share a dlt run and a snapshot
DAYS_PER_LOAD = 31


def land_days(
    settings: Settings,
    chain: EvmChain,
    begin: date,
    end: date,
    *,
    force: bool = False,
    on_progress: OnProgress | None = None,
    limits: RpcLimits | None = None,
    transport: httpx.BaseTransport | None = None,
) -> LandingReport:
    """Land the days `[begin, end)` of `chain`, those before its start left out.

    The report has a status a day: `final`, `unchanged` (landed before, last block still the chain's; `force` lands it
    again), `hole`, `reorganised` or `failed`, with what to do in its detail; and `reorganised` for other landed days
    that are no longer the chain's. Raises DayNotFinal when a day may still change, WrongChain, or RpcError when the
    node cannot be reached; days fetched whole before an RpcError are landed first.
    """
    done = _Done(time.monotonic())
    wanted = Window(begin, end).clamp(chain.start)
    if wanted is None:
        return done.report()
    with RpcClient(chain, limits, transport) as client, Spool(settings.cache_dir) as spool:
        node = Node(client, chain.confirmations)
        node.check_chain()
        final = node.final_head()
        _require_final(node, wanted, final)
        landing = _ChainLanding(
            settings=settings,
            chain=chain,
            node=node,
            fetcher=DayFetcher(node, DayLocator(node, node.earliest(), final), spool),
            spool=spool,
            source_version=f"{final.number}:{final.hash}",
            landed=read_receipts(settings, chain.name),
        )
        watch = _Watch(wanted.days, chain.name, on_progress or ignore_progress)
        unchanged = [] if force else landing.unchanged(wanted)
        done.windows += [WindowStatus(window=window_name(chain.name, day), status="unchanged") for day in unchanged]
        watch.advance(len(unchanged))
        days = iter(sorted(set(wanted.dates()).difference(unchanged)))
        while chunk := list(islice(days, DAYS_PER_LOAD)):
            landing.land(chunk, done, watch)
    return done.report()


@dataclass
class _Done:
    """What the landing's loads did so far."""

    started: float
    windows: list[WindowStatus] = field(default_factory=list)
    last: LandingReport | None = None

    def report(self) -> LandingReport:
        return LandingReport(
            source=SOURCE,
            load_id=self.last.load_id if self.last else None,
            tables=self.last.tables if self.last else {},
            windows=tuple(sorted(self.windows, key=lambda status: status.window)),
            seconds=time.monotonic() - self.started,
        )


@dataclass
class _Watch:
    """Counts days for the caller."""

    total: int
    chain: str
    tell: OnProgress
    done: int = 0

    def advance(self, days: int = 1) -> None:
        self.done += days
        self.tell(Progress(done=self.done, total=self.total, unit="days", detail=self.chain))


@dataclass(kw_only=True)
class _ChainLanding:
    """One landing under way."""

    settings: Settings
    chain: EvmChain
    node: Node
    fetcher: DayFetcher
    spool: Spool
    source_version: str
    landed: dict[date, DayReceipt]

    def unchanged(self, wanted: Window) -> list[date]:
        """The wanted days that are landed and still the chain's."""
        finals = [
            receipt for day, receipt in self.landed.items() if receipt.is_final and wanted.start <= day < wanted.end
        ]
        moved = {receipt.day for receipt in off_chain(self.node, finals)}
        return [receipt.day for receipt in finals if receipt.day not in moved]

    def land(self, days: Sequence[date], done: _Done, watch: _Watch) -> None:
        """Fetch and land `days`; an RpcError in between is raised after what was fetched before is landed."""
        fetched: list[FetchedDay] = []
        interrupted: RpcError | None = None
        for day in days:
            try:
                fetched.append(self.fetcher.fetch(day))
            except RpcError as error:
                interrupted = error
                break
            watch.advance()
        if fetched:
            verdict = judge(self.chain.name, fetched, self.landed, self._off_chain)
            done.windows += verdict.windows
            done.last = self._commit(verdict) if verdict.receipts else done.last
            self.landed |= {receipt.day: receipt for receipt in verdict.receipts}
        for day in days:
            self.spool.drop(day)
        if interrupted:
            raise interrupted

    def _off_chain(self, receipts: Iterable[DayReceipt]) -> list[DayReceipt]:
        return off_chain(self.node, receipts)

    def _commit(self, verdict: Verdict) -> LandingReport:
        days = [day.receipt.day for day in verdict.land]
        data_scope = _scope(self.chain.name, days)
        receipts_scope = _scope(self.chain.name, [receipt.day for receipt in verdict.receipts])
        resources = [
            contract_resource(contract, lambda contract=contract: self.spool.read(contract, days))
            for contract in SPOOLED
        ]
        return land(
            [*resources, contract_resource(DAYS, lambda: [self._receipt_rows(verdict)])],
            pipeline_name=SOURCE,
            settings=self.settings,
            contracts=TABLES,
            scopes={contract.name: data_scope for contract in SPOOLED} | {DAYS.name: receipts_scope},
            source_version=self.source_version,
        )

    def _receipt_rows(self, verdict: Verdict) -> list[dict[str, Any]]:
        load = {"load_id": current_load_id(), "landed_at": datetime.now(UTC)}
        return [receipt.as_row(self.chain.name) | load for receipt in verdict.receipts]


def _scope(chain: str, days: Sequence[date]) -> Scope:
    """The rows of some days of one chain; of no rows without days."""
    windows = [window_name(chain, day) for day in days]
    in_days = either(between("block_day", first, last + ONE_DAY) for first, last in _runs(days))
    return Scope(both(equal("chain", chain), in_days), tuple(windows))


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """The runs of consecutive days among `days`, each as its first and last.

    As ranges, Iceberg's statistics tell which files lie wholly inside and need no reading.
    """
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and runs[-1][1] + ONE_DAY == day:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _require_final(node: Node, wanted: Window, final: Header) -> None:
    """Raise DayNotFinal for the first wanted day that no final block follows."""
    if final.at >= wanted.end_at:
        return
    day = max(wanted.start, final.at.date())
    lag = max(node.latest_head().at - final.at, timedelta())
    raise DayNotFinal(
        node.client.chain.name,
        day,
        final_block=final.number,
        final_at=final.at,
        retry_at=midnight(wanted.end) + lag,
    )
