"""Decides what becomes of fetched days next to landed ones: land, refuse, or withdraw what a reorganisation left."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dlt_sources.evm_chain.fetch import FetchedDay
from dlt_sources.evm_chain.receipts import HOLE, REORGANISED, DayReceipt, Receipts, gap_after, gap_before
from dlt_sources.iceberg import WindowStatus

OffChain = Callable[[Iterable[DayReceipt]], list[DayReceipt]]

_REMEDIES = {
    HOLE: "nothing was replaced; land the day again when the node has caught up, or use another node",
    REORGANISED: "nothing was replaced; land the day again",
    "failed": "nothing was replaced; check that rpc_url is an Ethereum JSON-RPC endpoint, and land the day again",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Days to land, receipts to write (those of landed days among them), and a status for each day concerned."""

    land: tuple[FetchedDay, ...]
    receipts: tuple[DayReceipt, ...]
    windows: tuple[WindowStatus, ...]


def window_name(chain: str, day: date) -> str:
    """The name of one day of one chain, as in snapshot summaries."""
    return f"{chain}/{day.isoformat()}"


def judge(chain: str, fetched: Sequence[FetchedDay], landed: Receipts, off_chain: OffChain) -> Verdict:
    """Judge `fetched` days against `landed` receipts; `off_chain` asks the node which receipts no longer hold.

    A day that does not follow the landed day before it is refused. A landed day that does not follow a fetched one is
    withdrawn, if the node agrees that it is no longer the chain's; else the fetched day is refused.
    """
    fetched = _confirmed(fetched, off_chain)
    whole = {day.receipt.day for day in fetched if day.receipt.is_final}
    others = {day: receipt for day, receipt in landed.items() if day not in whole}
    before = _gaps(fetched, others, gap_before)
    after = _gaps(fetched, others, gap_after)
    finals = [receipt for receipt in others.values() if receipt.is_final]
    stale = {receipt.day: receipt for receipt in off_chain(finals)} if before or after else {}
    inconsistent = before if stale else before | after
    judged = [
        _refused(day, inconsistent[day.receipt.day], stale) if day.receipt.day in inconsistent else day
        for day in fetched
    ]
    return _verdict(chain, judged, landed, stale)


def _confirmed(fetched: Sequence[FetchedDay], off_chain: OffChain) -> list[FetchedDay]:
    """`fetched`, with the days refused that were replaced at the node while the others were read."""
    moved = {receipt.day for receipt in off_chain(day.receipt for day in fetched if day.receipt.is_final)}
    return [
        _refused(day, f"block {day.receipt.last_block} was replaced while days were read", {})
        if day.receipt.day in moved
        else day
        for day in fetched
    ]


def _gaps(
    fetched: Sequence[FetchedDay], others: Receipts, gap: Callable[[DayReceipt, Receipts], str | None]
) -> dict[date, str]:
    found = ((day.receipt.day, gap(day.receipt, others)) for day in fetched if day.receipt.is_final)
    return {day: text for day, text in found if text}


def _refused(fetched: FetchedDay, reason: str, stale: Mapping[date, DayReceipt]) -> FetchedDay:
    day = fetched.receipt.day
    detail = f"{day}: {reason}: the chain was reorganised"
    if stale:
        detail += f"; {_days(stale)} must be landed again, and then {day}"
    return FetchedDay(receipt=DayReceipt(day=day, status=REORGANISED), detail=detail)


def _verdict(chain: str, judged: Sequence[FetchedDay], landed: Receipts, stale: Mapping[date, DayReceipt]) -> Verdict:
    land = tuple(day for day in judged if day.receipt.is_final)
    receipts = [day.receipt for day in land]
    windows = []
    for day in judged:
        if not day.receipt.is_final:
            receipts += _receipt_of_refusal(day.receipt, landed.get(day.receipt.day), stale)
        windows.append(_status(chain, day))
    tried = {day.receipt.day for day in judged}
    for day, receipt in stale.items():
        if day not in tried:
            receipts.append(replace(receipt, status=REORGANISED))
            windows.append(_withdrawn(chain, receipt))
    return Verdict(land=land, receipts=tuple(receipts), windows=tuple(windows))


def _receipt_of_refusal(
    refusal: DayReceipt, before: DayReceipt | None, stale: Mapping[date, DayReceipt]
) -> list[DayReceipt]:
    """The receipt to write: none while a landed day stays good, and never one that forgets which blocks are landed."""
    if before is None:
        return [refusal]
    if before.is_final and before.day not in stale:
        return []
    return [replace(before, status=refusal.status)]


def _status(chain: str, day: FetchedDay) -> WindowStatus:
    status = day.receipt.status
    detail = day.detail and f"{day.detail}; {_REMEDIES[status]}"
    return WindowStatus(
        window=window_name(chain, day.receipt.day),
        status=status,
        rows=day.rows,
        quarantined=day.quarantined,
        detail=detail,
    )


def _withdrawn(chain: str, receipt: DayReceipt) -> WindowStatus:
    return WindowStatus(
        window=window_name(chain, receipt.day),
        status=REORGANISED,
        detail=f"{receipt.day}: block {receipt.last_block} {receipt.last_hash}, landed as its last one, is no longer "
        "the chain's: the day is withdrawn; land it again",
    )


def _days(stale: Mapping[date, DayReceipt]) -> str:
    days = sorted(stale)
    return f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
