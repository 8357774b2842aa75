"""States of rolling windows: what one day adds to every window that holds it, whatever the window's length.

`metrics_days` has a row a key and day with partial sums, counts, minima and maxima, and a row for each distinct value
of that day. `metrics_recurrences` counts a day's distinct values by the day on which they were there before, so that a
window counts each value once: where the day before lies outside of it. A row depends on its own day and on the days
before, never on the batch it was computed in. Both are queries over SQLMesh's `@start_date` and `@end_date`, which are
models of their own or stand before the query that reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import add, as_date, cast, end_date, start_date
from sqlmesh_project.metrics_factory.shapes import Shape, is_distinct_count, is_never_null, is_of_its_day

DAYS = "metrics_days"
RECURRENCES = "metrics_recurrences"
DAY = "metrics_sample_date"
PART = "metrics_part"
VALUE = "metrics_value"
PREVIOUS = "metrics_previous"
COUNT = "metrics_count"

_KINDS: dict[type[exp.Expr], str] = {exp.Sum: "sum", exp.Count: "count", exp.Min: "min", exp.Max: "max"}

# the part of the rows that stand for a key's day as a whole; distinct values have the number of their aggregate
WHOLE = 0


@dataclass(frozen=True, kw_only=True)
class StateTable:
    """Rows of `[@start_date, @end_date]` by `query`; with `lookback`, it reads `metrics_days` that many days before."""

    name: str
    query: exp.Select
    columns: Mapping[str, str]
    lookback: int = 0


@dataclass(frozen=True)
class States:
    """The states of a SELECT: which of its aggregates become which columns."""

    shape: Shape
    first: date

    @cached_property
    def distinct(self) -> dict[int, exp.Expr]:
        """x of each COUNT(DISTINCT x), by part."""
        return {
            number: aggregate.this.expressions[0]
            for number, aggregate in enumerate(self.shape.aggregates, start=1)
            if is_distinct_count(aggregate) and not is_of_its_day(aggregate, self.shape.time)
        }

    @cached_property
    def partials(self) -> dict[str, exp.Expr]:
        """The partial states of a day: aggregates of the day's rows, by column."""
        found: dict[str, exp.Expr] = {}
        for number, aggregate in enumerate(self.shape.aggregates, start=1):
            if number in self.distinct:
                continue
            if isinstance(aggregate, exp.Avg):
                found[f"metrics_sum_{number}"] = exp.Sum(this=aggregate.this.copy())
                found[f"metrics_count_{number}"] = exp.Count(this=aggregate.this.copy())
            else:
                found[self.column(number)] = aggregate.copy()
        return found

    def column(self, number: int) -> str:
        """Name of the column that an aggregate (from 1 on; not AVG) becomes, in the states and over a window."""
        return f"metrics_{_KINDS[type(self.shape.aggregates[number - 1])]}_{number}"

    @property
    def is_counted(self) -> bool:
        """Whether all partial states are counts: whole numbers, which may be added and taken away again exactly."""
        return all(name.startswith("metrics_count_") for name in self.partials)

    def described(self) -> dict[str, str]:
        """What each column of the states holds."""
        keys = {name: key.sql("duckdb") for name, key in zip(self.keys, self.shape.keys, strict=True)}
        counted = "; ".join(f"{number}: {x.sql('duckdb')}" for number, x in self.distinct.items())
        return {
            DAY: "The day whose rows these are.",
            PART: f"0 for a key's day as a whole, or what is counted distinct: {counted}.",
            VALUE: "A value that is there on the day.",
            PREVIOUS: "The day on which the values were there before, as far as a window can reach.",
            COUNT: "How many distinct values.",
            **{name: f"Key: {text}." for name, text in keys.items()},
            **{name: f"{partial.sql('duckdb')} of the day." for name, partial in self.partials.items()},
        }

    @property
    def keys(self) -> list[str]:
        """Names of the key columns."""
        return self.shape.key_columns

    def days(self) -> StateTable:
        """`metrics_days`."""
        kinds = {name: "BIGINT" if name.startswith("metrics_count_") else "DOUBLE" for name in self.partials}
        columns = {DAY: "DATE", **dict.fromkeys(self.keys, "VARCHAR")}
        whole = self._whole_days(kinds)
        if not self.distinct:
            return StateTable(name=DAYS, query=whole, columns=columns | kinds)
        query: exp.Query = whole
        for number in self.distinct:
            query = exp.union(query, self._values(number, kinds), distinct=False)
        columns |= {PART: "INT", VALUE: "VARCHAR"} | kinds
        chosen = exp.select(*columns).from_(query.subquery("metrics_parts"))
        return StateTable(name=DAYS, query=with_tables(chosen, {"metrics_rows": self._rows()}), columns=columns)

    def recurrences(self, reach: int | None, table: exp.Table | None = None) -> StateTable | None:
        """`metrics_recurrences` over `table`, looking `reach` days back, or not before the batch; None if needless."""
        if not self.distinct:
            return None
        counts = [name for name in self.partials if self.is_counted]
        columns = {DAY: "DATE", **dict.fromkeys(self.keys, "VARCHAR"), PART: "INT", PREVIOUS: "DATE", COUNT: "BIGINT"}
        columns |= dict.fromkeys(counts, "BIGINT")
        days = table or exp.to_table(DAYS)
        tables = {"metrics_current": self._current(days)}
        if reach:
            tables["metrics_before"] = self._before(days, reach)
        query: exp.Query = self._counted(reach, counts)
        if self.is_counted:
            whole = exp.select(
                DAY, *self.keys, PART, exp.alias_(cast(exp.null(), "DATE"), PREVIOUS),
                exp.alias_(cast(exp.Literal.number(1), "BIGINT"), COUNT), *counts,
            )  # fmt: skip
            whole = _in_batch(whole.from_(days.copy()))
            query = exp.union(query, whole.where(_is_part(WHOLE), copy=False), distinct=False)
        chosen = exp.select(*columns).from_(query.subquery("metrics_parts"))
        return StateTable(
            name=RECURRENCES, query=with_tables(chosen, tables), columns=columns, lookback=reach or 0
        )  # fmt: skip

    def _rows(self) -> exp.Select:
        """Each combination of day, keys and distinct values once."""
        rows = self.shape.source(self.first).distinct().select(*self._named_days())
        values = (exp.alias_(cast(x.copy(), "VARCHAR"), f"{VALUE}_{n}") for n, x in self.distinct.items())
        return rows.select(*values)

    def _named_days(self) -> list[exp.Expr]:
        keys = zip(self.shape.keys, self.keys, strict=True)
        texts = [exp.alias_(cast(key.copy(), "VARCHAR"), name) for key, name in keys]
        return [exp.alias_(as_date(self.shape.time.copy()), DAY), *texts]

    def _whole_days(self, kinds: Mapping[str, str]) -> exp.Select:
        """A row for each key and day on which there is any row, with its partial states."""
        own = [exp.alias_(exp.Literal.number(WHOLE), PART), exp.alias_(exp.Literal.string(""), VALUE)]
        own = own if self.distinct else []
        if not self.partials and self.distinct:
            return exp.select(DAY, *self.keys, *own).distinct().from_("metrics_rows")
        states = [exp.alias_(cast(partial, kinds[name]), name) for name, partial in self.partials.items()]
        days = self.shape.source(self.first).select(*self._named_days(), *own, *states)
        return days.group_by(as_date(self.shape.time.copy()), *(key.copy() for key in self.shape.keys))

    def _values(self, number: int, kinds: Mapping[str, str]) -> exp.Select:
        """The distinct values of a day; a value that is NULL counts for nothing."""
        value = exp.column(f"{VALUE}_{number}")
        rows = exp.select(DAY, *self.keys, exp.alias_(exp.Literal.number(number), PART), value.as_(VALUE))
        rows = rows.select(*(exp.alias_(cast(exp.null(), kind), name) for name, kind in kinds.items()))
        # of a single value the rows are distinct already
        rows = (rows if len(self.distinct) == 1 else rows.distinct()).from_("metrics_rows")
        return rows.where(exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())), copy=False)

    @property
    def _identity(self) -> list[str]:
        return [*self.keys, PART, VALUE]

    def _current(self, days: exp.Table) -> exp.Select:
        """Values of the batch, each with the day of the batch on which it was there before."""
        before = exp.Window(
            this=exp.Lag(this=exp.column(DAY)),
            partition_by=[exp.column(name) for name in self._identity],
            order=exp.Order(expressions=[exp.Ordered(this=exp.column(DAY), nulls_first=False)]),
        )
        rows = _in_batch(exp.select(DAY, *self._identity, exp.alias_(before, PREVIOUS)).from_(days.copy()))
        return rows.where(exp.Not(this=_is_part(WHOLE)), copy=False)

    def _before(self, days: exp.Table, reach: int) -> exp.Select:
        """The last day before the batch on which each value was there, among those that a day of it can reach."""
        last = exp.alias_(exp.Max(this=exp.column(DAY)), PREVIOUS)
        rows = exp.select(*self._identity, last).from_(days.copy())
        rows = rows.where(
            exp.GTE(this=exp.column(DAY), expression=add(start_date(), -reach, "day")),
            exp.LT(this=exp.column(DAY), expression=start_date()),
            exp.Not(this=_is_part(WHOLE)),
            copy=False,
        )
        return rows.group_by(*self._identity)

    def _counted(self, reach: int | None, counts: list[str]) -> exp.Select:
        """How many values of a day were there before on which day; what is out of reach was not."""
        day = exp.column(DAY, table="metrics_current")
        previous: exp.Expr = exp.column(PREVIOUS, table="metrics_current")
        rows = exp.select(day, *(exp.column(name, table="metrics_current") for name in [*self.keys, PART]))
        rows = rows.from_("metrics_current")
        if reach:
            previous = exp.Coalesce(this=previous, expressions=[exp.column(PREVIOUS, table="metrics_before")])
            near = exp.GTE(this=previous, expression=add(day.copy(), -reach, "day"))
            previous = exp.Case(ifs=[exp.If(this=near, true=previous.copy())])
            rows = rows.join(exp.to_table("metrics_before"), on=self._same_value(), join_type="LEFT")
        rows = rows.select(exp.alias_(previous, PREVIOUS), exp.alias_(exp.Count(this=exp.Star()), COUNT))
        rows = rows.select(*(exp.alias_(cast(exp.null(), "BIGINT"), name) for name in counts))
        return rows.group_by(*(exp.Literal.number(index) for index in range(1, len(self.keys) + 4)))

    def _same_value(self) -> exp.Expr:
        """Equality of the identities, with NULL equal to NULL, in a form that every engine joins by hash."""
        conditions: list[exp.Expr] = []
        nullable = {name for name, key in zip(self.keys, self.shape.keys, strict=True) if not is_never_null(key)}
        for name in self._identity:
            one, other = exp.column(name, table="metrics_current"), exp.column(name, table="metrics_before")
            if name not in nullable:
                conditions.append(exp.EQ(this=one, expression=other))
                continue
            texts = [exp.Coalesce(this=side, expressions=[exp.Literal.string("")]) for side in (one, other)]
            nulls = [exp.Paren(this=exp.Is(this=side.copy(), expression=exp.null())) for side in (one, other)]
            conditions += [exp.EQ(this=texts[0], expression=texts[1]), exp.EQ(this=nulls[0], expression=nulls[1])]
        return exp.and_(*conditions)


def with_tables(query: exp.Select, tables: Mapping[str, exp.Query]) -> exp.Select:
    """`query`, in place, with `tables` as its CTEs."""
    expressions = [exp.CTE(this=t, alias=exp.TableAlias(this=exp.to_identifier(n))) for n, t in tables.items()]
    query.set("with_", exp.With(expressions=expressions))
    return query


def _is_part(number: int) -> exp.Expr:
    return exp.EQ(this=exp.column(PART), expression=exp.Literal.number(number))


def _in_batch(query: exp.Select) -> exp.Select:
    return query.where(
        exp.GTE(this=exp.column(DAY), expression=start_date()),
        exp.LTE(this=exp.column(DAY), expression=end_date()),
        copy=False,
    )
