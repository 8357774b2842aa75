"""Rolling windows whose reads of events do not grow with the window: each window is put together from states of days.

Counts are read off a step function: what begins to count on a day less what ends. A day's rows count from that day
until the day leaves the window; a distinct value only from when the day before, on which it was there too, has left.
Sums, averages, minima and maxima are combined, for each sample date, from the days of its window.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import (
    WINDOW_DATE,
    add,
    day_array,
    end_date,
    first_without,
    is_sample_date,
    rolling_start,
    start_date,
)
from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.shapes import Shape
from sqlmesh_project.metrics_factory.states import (
    COUNT,
    DAY,
    DAYS,
    PART,
    PREVIOUS,
    RECURRENCES,
    WHOLE,
    States,
    StateTable,
    with_tables,
)

BEGIN, UNTIL, PRESENT = "metrics_begin", "metrics_until", "metrics_present"
SPANS, CHANGES, STEPS, COUNTS = "metrics_spans", "metrics_changes", "metrics_steps", "metrics_counts"
PARTIALS, WINDOWS = "metrics_partials", "metrics_windows"


@dataclass(frozen=True)
class RollingStates:
    """Windows put together from states; `stored` names the tables that hold them, else they stand in the query."""

    variant: Variant
    first: date
    shape: Shape
    stored: Mapping[str, str] = field(default_factory=dict)
    is_dated: bool = False

    @property
    def states(self) -> States:
        """The states that it reads."""
        return States(self.shape, self.first)

    @property
    def description(self) -> str:
        """What it does."""
        days = "daily states: one partial sum, count, minimum or maximum a day, combined over each window"
        spans = "distinct states: each day's distinct values count until they leave the window or come again"
        said = [spans] if self.states.distinct else []
        return "; ".join([*said, days] if self.states.partials else said)

    def ctes(self) -> list[exp.CTE]:
        """None."""
        return []

    def apply(self, query: exp.Query) -> None:
        """Rewrite `query`, in place, into the combination of its states."""
        tables: dict[str, exp.Query] = {}
        if not self.stored:
            for table in (self.states.days(), self.states.recurrences(None)):
                if table is not None:
                    tables[table.name] = self._begun_with_the_first_window(table)
        windows = _Windows(states=self.states, variant=self.variant, stored=self.stored)
        tables |= windows.tables()
        values = {key: exp.column(name) for key, name in zip(self.shape.keys, self.states.keys, strict=True)}
        projections, having = self.shape.outer(values | windows.values(), exp.column(WINDOW_DATE))
        combined = exp.select(*projections).from_(WINDOWS)
        if having is not None:
            combined = combined.where(having, copy=False)
        with_tables(combined, tables)
        for part in list(query.args):
            query.set(part, None)
        for part, value in combined.args.items():
            query.set(part, value)

    def _begun_with_the_first_window(self, table: StateTable) -> exp.Select:
        query = table.query.copy()
        begin = start_date()
        for variable in list(query.find_all(type(begin))):
            if variable.name == begin.name:
                variable.replace(rolling_start(start_date(), self.variant.window or 1, self.variant.unit or "day"))
        return query


@dataclass(frozen=True, kw_only=True)
class _Windows:
    """The CTEs that put windows together; `metrics_windows` has a row for each sample date and key with any row."""

    states: States
    variant: Variant
    stored: Mapping[str, str]

    @property
    def keys(self) -> list[str]:
        return self.states.keys

    @property
    def counts(self) -> dict[str, exp.Expr]:
        """What is read off steps, and its value in a row of the states."""
        found: dict[str, exp.Expr] = {}
        zero, one = exp.Literal.number(0), exp.Literal.number(1)
        if self.states.is_counted:
            is_whole = exp.EQ(this=exp.column(PART), expression=exp.Literal.number(WHOLE))
            whole = exp.Case(ifs=[exp.If(this=is_whole, true=one)], default=zero)
            found[PRESENT] = whole if self.states.distinct else one
            found |= {name: exp.Coalesce(this=exp.column(name), expressions=[zero]) for name in self.states.partials}
        for number in self.states.distinct:
            is_part = exp.EQ(this=exp.column(PART), expression=exp.Literal.number(number))
            found[f"metrics_count_{number}"] = exp.Case(
                ifs=[exp.If(this=is_part, true=exp.column(COUNT))], default=zero
            )
        return found

    def values(self) -> dict[exp.Expr, exp.Expr]:
        """Each aggregate of the query over a row of `metrics_windows`."""
        found: dict[exp.Expr, exp.Expr] = {}
        for number, aggregate in enumerate(self.states.shape.aggregates, start=1):
            if isinstance(aggregate, exp.Avg):
                count = exp.Nullif(this=exp.column(f"metrics_count_{number}"), expression=exp.Literal.number(0))
                found[aggregate] = exp.Div(this=exp.column(f"metrics_sum_{number}"), expression=count)
            else:
                found[aggregate] = exp.column(self.states.column(number))
        return found

    def tables(self) -> dict[str, exp.Query]:
        """The CTEs, in order."""
        if self.states.is_counted:
            return self._steps() | {WINDOWS: self._read_off(exp.GT(this=exp.column(PRESENT), expression=_ZERO.copy()))}
        if not self.states.distinct:
            return {WINDOWS: self._partials()}
        # a row for dates without any value would outlive the rows of its key
        any_value = exp.or_(*(exp.GT(this=exp.column(name), expression=_ZERO.copy()) for name in self.counts))
        both = {COUNTS: self._read_off(any_value), PARTIALS: self._partials()}
        return self._steps() | both | {WINDOWS: self._joined()}

    def _joined(self) -> exp.Select:
        """Partial states and counts of the same date and key: a union, since keys may be NULL."""
        names = [*self.states.partials, *self.counts]
        union: exp.Query | None = None
        for table, own in ((PARTIALS, [*self.states.partials]), (COUNTS, [*self.counts])):
            columns = [exp.column(name) if name in own else exp.alias_(exp.null(), name) for name in names]
            side = exp.select(WINDOW_DATE, *self.keys, *columns).from_(table)
            union = side if union is None else exp.union(union, side, distinct=False)
        values: list[exp.Expr] = [exp.Max(this=exp.column(name)) for name in self.states.partials]
        values += [
            exp.Coalesce(this=exp.Max(this=exp.column(name)), expressions=[_ZERO.copy()]) for name in self.counts
        ]
        joined = exp.select(WINDOW_DATE, *self.keys, *map(exp.alias_, values, names))
        if union is None:
            raise ValueError("nothing to join")
        return joined.from_(union.subquery("metrics_either")).group_by(WINDOW_DATE, *self.keys)

    def _partials(self) -> exp.Select:
        """Partial states, each in every window that holds its day."""
        day = exp.column(DAY)
        until = self._first_without(day)
        last = exp.If(this=exp.GT(this=until, expression=end_date()), true=end_date())
        last_day = exp.Case(ifs=[last], default=add(until.copy(), -1, "day"))
        combined = [
            exp.alias_(
                (exp.Min if "_min_" in name else exp.Max if "_max_" in name else exp.Sum)(this=exp.column(name)), name
            )
            for name in self.states.partials
        ]
        rows = exp.select(WINDOW_DATE, *self.keys, *combined).from_(self._table(DAYS))
        rows = self._each_sample_date(rows, _not_before_the_batch(day), last_day)
        rows = self._reached(rows)
        if self.states.distinct:
            is_whole = exp.EQ(this=exp.column(PART), expression=exp.Literal.number(WHOLE))
            rows = rows.where(is_whole, copy=False)
        return rows.group_by(WINDOW_DATE, *self.keys)

    def _steps(self) -> dict[str, exp.Query]:
        return {SPANS: self._spans(), CHANGES: self._changes(), STEPS: self._running()}

    def _spans(self) -> exp.Select:
        """From which sample date on, and until which, a row of the states counts."""
        day = exp.column(DAY)
        begin: exp.Expr = day
        if self.states.distinct:
            apart = self._first_without(exp.column(PREVIOUS))
            begin = exp.Case(
                ifs=[exp.If(this=exp.GT(this=apart, expression=day), true=apart.copy())], default=day.copy()
            )
        values = (exp.alias_(value, name) for name, value in self.counts.items())
        rows = exp.select(
            *self.keys, exp.alias_(begin, BEGIN), exp.alias_(self._first_without(day.copy()), UNTIL), *values
        )
        return self._reached(rows.from_(self._table(RECURRENCES if self.states.distinct else DAYS)))

    def _changes(self) -> exp.Query:
        """By how much each count changes on which day of the batch; what began before it begins with it."""
        begin, until = exp.column(BEGIN), exp.column(UNTIL)
        seen = [exp.LT(this=begin, expression=until), exp.GT(this=until, expression=start_date())]
        entering = exp.select(*self.keys, exp.alias_(_not_before_the_batch(begin), DAY), *self.counts).from_(SPANS)
        entering = entering.where(*seen, exp.LTE(this=begin, expression=end_date()))
        less = (exp.alias_(exp.Neg(this=exp.column(name)), name) for name in self.counts)
        leaving = exp.select(*self.keys, exp.alias_(until.copy(), DAY), *less).from_(SPANS)
        leaving = leaving.where(*seen, exp.LTE(this=until, expression=end_date()))
        return exp.union(entering, leaving, distinct=False)

    def _running(self) -> exp.Select:
        """Value of each count from a day on which one changes until the next."""
        sums = (exp.alias_(exp.Sum(this=exp.column(name)), name) for name in self.counts)
        per_day = exp.select(*self.keys, DAY, *sums).from_(CHANGES).group_by(*self.keys, DAY)
        following = exp.Coalesce(
            this=self._over_days(exp.Lead(this=exp.column(DAY))), expressions=[add(end_date(), 1, "day")]
        )
        running = (exp.alias_(self._over_days(exp.Sum(this=exp.column(name))), name) for name in self.counts)
        steps = exp.select(*self.keys, exp.alias_(exp.column(DAY), BEGIN), exp.alias_(following, UNTIL), *running)
        return steps.from_(per_day.subquery("metrics_per_day"))

    def _over_days(self, function: exp.Expr) -> exp.Window:
        return exp.Window(
            this=function,
            partition_by=[exp.column(name) for name in self.keys],
            order=exp.Order(expressions=[exp.Ordered(this=exp.column(DAY), nulls_first=False)]),
        )

    def _read_off(self, condition: exp.Expr) -> exp.Select:
        rows = exp.select(WINDOW_DATE, *self.keys, *self.counts).from_(STEPS)
        rows = self._each_sample_date(rows, exp.column(BEGIN), add(exp.column(UNTIL), -1, "day"))
        return rows.where(condition, copy=False)

    def _each_sample_date(self, rows: exp.Select, first: exp.Expr, last: exp.Expr) -> exp.Select:
        """`rows`, once for each sample date from `first` to `last`."""
        rows = rows.join(day_array(first, last, WINDOW_DATE), join_type="CROSS", copy=False)
        falls_due = is_sample_date(self.variant.grain or Grain.DAILY, exp.column(WINDOW_DATE))
        return rows if falls_due is None else rows.where(falls_due, copy=False)

    def _reached(self, rows: exp.Select) -> exp.Select:
        """Of `rows` those that a window of the batch reaches."""
        day, begin = exp.column(DAY), rolling_start(start_date(), self.variant.window or 1, self.variant.unit or "day")
        inside = [exp.GTE(this=day, expression=begin), exp.LTE(this=day.copy(), expression=end_date())]
        return rows.where(*inside, copy=False)

    def _first_without(self, day: exp.Expr) -> exp.Expr:
        return first_without(day, self.variant.window or 1, self.variant.unit or "day")

    def _table(self, name: str) -> exp.Table:
        return exp.to_table(self.stored.get(name, name))


_ZERO = exp.Literal.number(0)


def _not_before_the_batch(day: exp.Expr) -> exp.Expr:
    before = exp.LT(this=day.copy(), expression=start_date())
    return exp.Case(ifs=[exp.If(this=before, true=start_date())], default=day.copy())
