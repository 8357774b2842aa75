"""Rule 4, no value depends on the batch: what each SELECT reads outside its window, and the bounds that follow.

A read of events or of a peer is *bounded* where conjuncts compare its time with the window on both sides. Where the
rest of the query keeps every row with its own sample date, a read without bounds is given those of the batch: they
change no value. Any other read without bounds looks at history; it ends with the window that it is evaluated for, so
that what came later does not change what is said of it. `lookback` is its beginning.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import (
    Bucket,
    EarlierStart,
    WindowEnd,
    WindowNode,
    WindowStart,
    add,
    end_date,
    longest_days,
    start_date,
)
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.locality import keeps_sample_dates
from sqlmesh_project.metrics_factory.macros import PEER
from sqlmesh_project.metrics_factory.reading import own_aggregates
from sqlmesh_project.metrics_factory.scopes import Source, own_nodes, sources

SAMPLE_DATE = "metrics_sample_date"
TIME_COLUMNS = ("bucket_day", "time")


@dataclass(frozen=True)
class Reach:
    """How far before its window a query reads: all of history, or days."""

    history: bool = False
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class _Read:
    select: exp.Select
    source: Source
    time: str
    is_peer: bool
    has_lower: bool
    has_upper: bool

    @property
    def column(self) -> exp.Column:
        return exp.column(self.time, table=self.source.alias)


@dataclass(frozen=True, kw_only=True)
class Bounder:
    """Bounds the reads of one variant; `is_events` says which tables hold rows of events, `time_of` their time.

    `time_of` gives None where nothing is known about a table's columns.
    """

    variant: Variant
    incremental: bool
    history: bool
    lookback: int
    is_events: Callable[[exp.Table, exp.Select], bool]
    time_of: Callable[[exp.Table], str | None]

    def bound(self, query: exp.Query) -> Reach:
        """Bound the reads of `query`, in place; raises SqlMistake for a read whose time column is not known."""
        reads = list(self._reads(query))
        days = max((self._days(node) for node in query.find_all(EarlierStart)), default=0)
        if self.lookback and days > self.lookback:
            raise SqlMistake(f"reads {days} days before its window, but lookback is {self.lookback}", query)
        declared = Reach(self.history, self.lookback or days)
        if self.variant.grain is None:
            for read in reads:
                if not read.has_upper and not read.is_peer:
                    _also(read, upper=WindowEnd(this=exp.Literal.string("DATE")))
            return declared
        open_reads = [read for read in reads if not (read.has_lower and read.has_upper)]
        if not open_reads:
            return declared
        unbounded = {id(read.source.node): read.time for read in open_reads}
        if not self.lookback and keeps_sample_dates(query, unbounded):
            self._bound_to_batch([r for r in open_reads if not r.has_lower and not r.has_upper])
            return declared
        for read in open_reads:
            self._bound_to_window(read)
        return declared if self.lookback and not self.history else Reach(history=True)

    def _reads(self, query: exp.Query) -> Iterator[_Read]:
        for select in query.find_all(exp.Select):
            for source in sources(select):
                table = source.table
                is_peer = table is not None and PEER in table.meta
                if table is None or not (is_peer or self.is_events(table, select)):
                    continue
                time = SAMPLE_DATE if is_peer else self._time(select, source)
                lower, upper = _bounds(select, source)
                yield _Read(select=select, source=source, time=time, is_peer=is_peer, has_lower=lower, has_upper=upper)

    def _time(self, select: exp.Select, source: Source) -> str:
        table = source.table
        known = self.time_of(table) if table is not None else None
        if known is not None:
            return known
        alias = source.alias.lower()
        here = {
            n.name.lower() for n in own_nodes(select) if isinstance(n, exp.Column) and n.table.lower() in {"", alias}
        }
        # not named here, it may be named elsewhere: a star gives it on, or the same table is read twice
        for names in (here, {node.name.lower() for node in select.root().find_all(exp.Column)}):
            used = [name for name in TIME_COLUMNS if name in names]
            if used:
                return used[0]
        return ""

    def _bound_to_batch(self, reads: list[_Read]) -> None:
        if not self.incremental:
            return
        for read in reads:
            if not read.time:
                continue
            low = exp.GTE(this=read.column, expression=start_date())
            high = exp.LT(this=read.column, expression=add(end_date(), 1, "day"))
            read.select.where(low, high, copy=False)

    def _bound_to_window(self, read: _Read) -> None:
        if not read.is_peer and not self.lookback and not read.has_upper and _keeps_only_firsts(read.select):
            return
        if not read.time and self.history:
            return
        if not read.time:
            raise SqlMistake(
                f"{read.source.alias} is read without bounds: compare its time with @metrics_start and @metrics_end, "
                'or say reads="history"',
                read.source.node,
            )
        kind = exp.Literal.string("DATE")
        lower = None
        if self.lookback and not self.history and not read.has_lower:
            lower = EarlierStart(this=kind.copy(), count=exp.Literal.number(self.lookback), unit=exp.var("day"))
        _also(read, lower=lower, upper=None if read.has_upper else WindowEnd(this=kind))

    def _days(self, node: exp.Expr) -> int:
        return longest_days(int(node.args["count"].name), node.args["unit"].name)


def reads_tag(variant: Variant, reach: Reach, previous: int) -> str:
    """The value of the tag `reads`; `previous` windows before the current one are compared with it."""
    if reach.history:
        return "history"
    window, unit = variant.window, variant.unit or "day"
    if window is not None:
        if reach.days:
            return f"lookback:{longest_days(window, unit) * (previous + 1) - 1 + reach.days}"
        return f"rolling:{window}:{unit}" + (f":{previous}" if previous else "")
    if not previous or variant.grain is None:
        return f"lookback:{reach.days}" if reach.days else "window"
    grain = variant.grain
    days = {Grain.DAILY: "day", Grain.WEEKLY: "week"}
    count, unit = (grain.months * previous, "month") if grain.months else (previous, days[grain])
    if reach.days:
        return f"lookback:{longest_days(count, unit) + reach.days}"
    return f"lookback:{count}" if unit == "day" else f"lookback:{count}:{unit}"


def _also(read: _Read, *, lower: exp.Expr | None = None, upper: exp.Expr | None = None) -> None:
    conditions: list[exp.Expr] = []
    if lower is not None:
        conditions.append(exp.GTE(this=read.column, expression=lower))
    if upper is not None:
        conditions.append(exp.LT(this=read.column, expression=upper))
    if read.source.join is not None and read.source.join.side:
        # a filter would drop the rows that find no partner
        join = read.source.join
        join.set("on", exp.and_(join.args.get("on"), *conditions))
    else:
        read.select.where(*conditions, copy=False)


def _bounds(select: exp.Select, source: Source) -> tuple[bool, bool]:
    """Whether conjuncts bound the time of `source` below and above."""
    lower = upper = False
    for condition in _conjuncts(select):
        if not isinstance(condition, exp.GTE | exp.LT | exp.EQ) or not _is_of(condition.this, source):
            continue
        nodes = list(condition.expression.find_all(WindowNode))
        if isinstance(condition, exp.EQ):
            lower, upper = lower or bool(nodes), upper or bool(nodes)
        elif isinstance(condition, exp.GTE):
            lower |= any(isinstance(node, WindowStart | EarlierStart) for node in nodes)
        else:
            upper |= any(isinstance(node, WindowStart | EarlierStart | WindowEnd) for node in nodes)
    return lower, upper


def _conjuncts(select: exp.Select) -> Iterator[exp.Expr]:
    where = select.args.get("where")
    conditions = [where.this] if where is not None else []
    conditions += [join.args["on"] for join in select.args.get("joins") or () if join.args.get("on") is not None]
    while conditions:
        condition = conditions.pop().unnest()
        if isinstance(condition, exp.And):
            conditions += [condition.this, condition.expression]
        else:
            yield condition


def _is_of(side: exp.Expr, source: Source) -> bool:
    while isinstance(side, exp.Cast | exp.Paren | Bucket):
        side = side.this
    return isinstance(side, exp.Column) and side.table.lower() in {"", source.alias.lower()}


def _keeps_only_firsts(select: exp.Select) -> bool:
    """Whether later rows cannot matter: they only add groups whose first time is later than any row they meet.

    So it is with `MIN(time)` by key, used where it must find a partner.
    """
    found = [a for projection in select.expressions for a in own_aggregates(projection)]
    if select.args.get("group") is None or not found or not all(isinstance(a, exp.Min) for a in found):
        return False
    holder = select.parent
    if isinstance(holder, exp.Subquery):
        return isinstance(holder.parent, exp.From) or _must_match(holder.parent)
    if not isinstance(holder, exp.CTE):
        return False
    uses = [t for t in select.root().find_all(exp.Table) if not t.db and t.name.lower() == holder.alias.lower()]
    return all(isinstance(use.parent, exp.From) or _must_match(use.parent) for use in uses)


def _must_match(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Join) and not node.side


def known_times(columns: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The time column of each table whose columns are known."""
    found = {table: next((name for name in TIME_COLUMNS if name in names), None) for table, names in columns.items()}
    return {table: name for table, name in found.items() if name is not None}
