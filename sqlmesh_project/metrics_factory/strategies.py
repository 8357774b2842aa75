"""How a query is evaluated for a batch of windows: the cheapest way that is exact for its shape.

`choose` gives the strategy; `apply` turns the window nodes of a query into SQL, in place. `direct` scans once and lets
each row find its bucket. `calendar` evaluates the query once per date (see `dating`). The strategies of rolling
windows whose reads do not grow with the window are in `rolling`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlglot import exp

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import (
    CALENDAR,
    DAY_UNITS,
    WINDOW_DATE,
    WINDOW_NODES,
    Bucket,
    EarlierStart,
    IntervalLength,
    SampleDate,
    WindowEnd,
    WindowStart,
    add,
    cast,
    date_literal,
    day_array,
    end_date,
    floor,
    is_sample_date,
    rolling_start,
    start_date,
)
from sqlmesh_project.metrics_factory.clocks import (
    AllTimeClock,
    BatchClock,
    BucketClock,
    Clock,
    HistoryClock,
    RollingClock,
    resolve,
)
from sqlmesh_project.metrics_factory.dating import Dater
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.reading import is_aggregate, owner
from sqlmesh_project.metrics_factory.rolling import RollingStates
from sqlmesh_project.metrics_factory.scopes import branches, own_nodes
from sqlmesh_project.metrics_factory.shapes import shape_of


class Strategy(Protocol):
    """One way of evaluating a query for a batch."""

    @property
    def description(self) -> str:
        """What `oso metrics explain` says."""
        ...

    @property
    def is_dated(self) -> bool:
        """Whether the rows carry the date of the window they come from."""
        ...

    def ctes(self) -> list[exp.CTE]:
        """What the query needs before its own CTEs."""
        ...

    def apply(self, query: exp.Query) -> None:
        """Resolve the window nodes of `query`, in place."""
        ...


@dataclass(frozen=True)
class Direct:
    """One scan of the batch's range; each row finds its bucket."""

    clock: Clock
    is_dated: bool = False

    @property
    def description(self) -> str:
        """What it does."""
        return "direct: one scan of the range, grouped by bucket"

    def ctes(self) -> list[exp.CTE]:
        """None."""
        return []

    def apply(self, query: exp.Query) -> None:
        """Put the batch's bounds in place of the window's."""
        for node in reversed(list(query.find_all(*WINDOW_NODES))):
            node.replace(resolve(node, self.clock))


@dataclass(frozen=True)
class Calendar:
    """One evaluation per date of a calendar, all in one query."""

    variant: Variant
    first: date
    incremental: bool = True
    is_dated: bool = True

    @property
    def description(self) -> str:
        """What it does."""
        return "calendar: one evaluation per sample date, batched in one query"

    @property
    def grain(self) -> Grain:
        """The grain of the sample dates."""
        return self.variant.grain or Grain.DAILY

    def ctes(self) -> list[exp.CTE]:
        """The calendar: the sample dates of the batch."""
        return [calendar_cte(self.variant, self.first, incremental=self.incremental)]

    def apply(self, query: exp.Query) -> None:
        """Date the query."""
        if not self.variant.is_rolling:
            _bucket_equality(query)
        Dater(clock_of=self._clock, prune=self._prune).date(query)

    def _clock(self, day: exp.Expr) -> Clock:
        variant = self.variant
        if variant.window is not None:
            return RollingClock(day, variant.window, variant.unit or "day")
        return BucketClock(day, self.grain)

    def _prune(self, node: exp.Expr) -> None:
        """Add what a bound of one date implies for the whole batch, so that the engine can skip files."""
        comparison = node.parent
        if not isinstance(node, WindowStart | EarlierStart | WindowEnd):
            return
        if not isinstance(comparison, exp.GTE | exp.LT) or comparison.expression is not node:
            return
        if not _is_conjunct(comparison):
            return
        if isinstance(node, WindowEnd):
            bounds: list[exp.Expr] = [
                exp.LT(this=comparison.this.copy(), expression=_typed(node, self._last_day_after()))
            ]
        elif isinstance(comparison, exp.GTE):
            bounds = [
                exp.GTE(this=comparison.this.copy(), expression=_typed(node, _earlier(node, day)))
                for day in self._earliest_days()
            ]
        else:
            return
        _and_also(comparison, bounds)

    def _last_day_after(self) -> exp.Expr:
        return add(end_date(), 1, "day") if self.incremental else HistoryClock(self.first, self.grain).end()

    def _earliest_days(self) -> list[exp.Expr]:
        first = date_literal(self.first)
        if not self.incremental:
            return [first]
        variant = self.variant
        if variant.window is None:
            return [start_date()]
        return [rolling_start(start_date(), variant.window, variant.unit or "day"), first]


def choose(query: exp.Query, variant: Variant, first: date, *, incremental: bool) -> Strategy:
    """The strategy for `query`, whose bounds are read."""
    grain = variant.grain
    if grain is None:
        return Direct(AllTimeClock(first))
    if variant.is_rolling:
        return _choose_rolling(query, variant, first, incremental=incremental)
    if not is_unbounded(query) and not is_direct(query):
        return Calendar(variant, first, incremental)
    return Direct(BatchClock(grain) if incremental else HistoryClock(first, grain))


def is_unbounded(query: exp.Query) -> bool:
    """Whether the window enters nowhere but through a row's own time, so that a batch cannot change a value."""
    nodes = list(query.find_all(*WINDOW_NODES))
    return all(isinstance(node, Bucket | IntervalLength) and node.this is not None for node in nodes)


def _choose_rolling(query: exp.Query, variant: Variant, first: date, *, incremental: bool) -> Strategy:
    nodes = list(query.find_all(*WINDOW_NODES))
    if variant.unit in DAY_UNITS and all(isinstance(node, IntervalLength) for node in nodes):
        # rows that carry their own sample date, as those of peers do; the length is the same for all of them
        return Direct(RollingClock(exp.column("metrics_sample_date"), variant.window or 1, variant.unit or "day"))
    shape = shape_of(query) if incremental else None
    return Calendar(variant, first, incremental) if shape is None else RollingStates(variant, first, shape)


def is_direct(query: exp.Query) -> bool:
    """Whether one scan over many buckets gives each bucket what a scan of it alone would.

    So it is when only outermost SELECTs know the window, bound by BETWEEN-like conjuncts the column whose bucket
    they give, and group by that bucket.
    """
    outermost = branches(query)
    owners = {id(owner(node)) for node in query.find_all(*WINDOW_NODES)}
    if not outermost or query.args.get("limit") or not owners <= {id(select) for select in outermost}:
        return False
    return all(_is_direct_select(select) for select in outermost)


def _is_direct_select(select: exp.Select) -> bool:
    if any(select.args.get(name) for name in ("limit", "offset", "distinct", "qualify")):
        return False
    nodes = [node for node in own_nodes(select) if isinstance(node, WINDOW_NODES)]
    if any(isinstance(node, SampleDate) for node in nodes) or any(
        isinstance(node, exp.Window) for node in own_nodes(select)
    ):
        return False
    return _groups_by_bucket(select) and _bounds_its_time(select, nodes)


def _groups_by_bucket(select: exp.Select) -> bool:
    if not any(
        isinstance(p.unalias(), Bucket) and p.alias_or_name == "metrics_sample_date" for p in select.expressions
    ):
        return False
    grouped = select.args.get("group")
    if grouped is None:
        return not any(is_aggregate(projection) for projection in select.expressions)
    return any(isinstance(term, Bucket) for term in grouped.expressions)


def _bounds_its_time(select: exp.Select, nodes: Sequence[exp.Expr]) -> bool:
    """Whether the window bounds, on both sides and once, the very column that the buckets are of."""
    where = select.args.get("where")
    conjuncts = list(where.this.flatten()) if where is not None and isinstance(where.this, exp.And) else []
    lower = [c.this for c in conjuncts if isinstance(c, exp.GTE) and isinstance(c.expression, WindowStart)]
    upper = [c.this for c in conjuncts if isinstance(c, exp.LT) and isinstance(c.expression, WindowEnd)]
    if len(lower) != 1 or len(upper) != 1 or sum(isinstance(node, WindowStart | WindowEnd) for node in nodes) != 2:
        return False
    times = [node.this for node in nodes if isinstance(node, Bucket | IntervalLength)]
    return all(_same_column(column, time) for column in lower + upper for time in times)


def _same_column(one: exp.Expr | None, other: exp.Expr | None) -> bool:
    if not isinstance(one, exp.Column) or not isinstance(other, exp.Column):
        return False
    return one.name == other.name and (one.table == other.table or not one.table or not other.table)


def calendar_cte(variant: Variant, first: date, *, incremental: bool) -> exp.CTE:
    """`metrics_calendar`: the sample dates of the batch (for a model without partitions, since `first`)."""
    grain = variant.grain or Grain.DAILY
    begin = start_date() if incremental else date_literal(grain.floor(first))
    day = exp.column(WINDOW_DATE)
    if variant.is_rolling or grain is Grain.DAILY:
        step = _interval(1, "DAY")
    elif grain is Grain.WEEKLY:
        step, begin = _interval(7, "DAY"), floor(grain, begin)
    else:
        step, begin = _interval(grain.months, "MONTH"), floor(grain, begin)
    end = end_date() if incremental else add(HistoryClock(first, grain).end(), -1, "day")
    query = exp.select(day).from_(day_array(begin, end, WINDOW_DATE, step))
    falls_due = is_sample_date(grain, day.copy()) if variant.is_rolling else None
    if falls_due is not None:
        query = query.where(falls_due, copy=False)
    return exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(CALENDAR)))


def _interval(count: int, unit: str) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.var(unit))


def _bucket_equality(query: exp.Query) -> None:
    """Say `bucket(col) = date` for a column bound on both sides: an equality joins by hash, a range does not."""
    for both in list(query.find_all(exp.And)):
        low, high = both.this, both.expression
        if not (isinstance(low, exp.GTE) and isinstance(low.expression, WindowStart)):
            continue
        if not (isinstance(high, exp.LT) and isinstance(high.expression, WindowEnd) and low.this == high.this):
            continue
        same = exp.EQ(this=Bucket(this=low.this.copy()), expression=SampleDate(this=exp.Literal.string("DATE")))
        _and_also(both, [same])


def _is_conjunct(condition: exp.Expr) -> bool:
    """Whether every row of the SELECT must meet `condition`."""
    parent = condition.parent
    while isinstance(parent, exp.And | exp.Paren):
        parent = parent.parent
    return isinstance(parent, exp.Where)


def _and_also(condition: exp.Expr, further: Sequence[exp.Expr]) -> None:
    """Replace `condition`, kept as the same node, by its conjunction with `further`."""
    grand = condition.parent
    holder = exp.Paren()
    condition.replace(holder)
    conjunction: exp.Expr = exp.And()
    conjunction.set("this", condition)
    conjunction.set("expression", further[0])
    for bound in further[1:]:
        conjunction = exp.And(this=conjunction, expression=bound)
    if isinstance(grand, exp.And | exp.Where):
        holder.replace(conjunction)
    else:
        holder.set("this", conjunction)


def _earlier(node: exp.Expr, day: exp.Expr) -> exp.Expr:
    if not isinstance(node, EarlierStart):
        return day
    return add(day, -int(node.args["count"].name), node.args["unit"].name)


def _typed(node: exp.Expr, day: exp.Expr) -> exp.Expr:
    kind = node.this.name.upper()
    return day if kind == "DATE" else cast(day, kind)
