"""The oracle: what a described metric must give, row for row, from the events: lists, sets and dates, no SQL.

Each sample date is evaluated by itself, over the events of its own window. Nothing is shared with the factory but the
description of the metric (`metric_shapes`) and the calendar (`oso_lake.calendar`).
"""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from metric_measures import measure_of
from metric_membership import Membership
from metric_relations import combined, equal, grouped, joined, numbered, once
from metric_shapes import (
    Combined,
    Events,
    Facts,
    Filtered,
    Final,
    Grouped,
    Joined,
    Kept,
    Labelled,
    MetricCase,
    Numbered,
    Paired,
    Peer,
    Row,
    Timing,
)
from metric_terms import (
    Both,
    Compare,
    Condition,
    Either,
    Having,
    InWindow,
    IsBot,
    IsNull,
    OneOf,
    Seen,
    ShareOfWindow,
    SinceStart,
)
from metric_world import Event, World

from oso_lake.calendar import ONE_DAY, Grain, Window, rolling_window

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
FIRST_DAY = date(2018, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sample date and the window it stands for."""

    on: date
    window: Window


def samples(timing: Timing, span: Window) -> Iterator[Sample]:
    """The sample dates of `timing` in `span`; all time and whole series are those of the last day of `span`."""
    first = timing.start or FIRST_DAY
    if timing.rolling:
        for bucket in (timing.grain or Grain.DAILY).windows(span):
            last = bucket.end - ONE_DAY
            window = rolling_window(last, *timing.rolling)
            yield Sample(on=last, window=window)
    elif timing.grain is None:
        yield Sample(on=span.end - ONE_DAY, window=Window(first, span.end))
    else:
        for bucket in timing.grain.windows(Window(first, span.end) if timing.whole else span):
            yield Sample(on=bucket.start, window=bucket)


def expected_rows(case: MetricCase, world: World, span: Window) -> list[tuple[Any, ...]]:
    """(sample date, source, entity, actor, metric, amount) of each row over `span`."""
    return [row for sample in samples(case.timing, span) for row in _sample_rows(case, world, sample)]


def _sample_rows(case: MetricCase, world: World, sample: Sample) -> list[tuple[Any, ...]]:
    return list(_Evaluation(case, world, sample).final(case.final))


class _Evaluation:
    """One metric for one sample date."""

    def __init__(self, case: MetricCase, world: World, sample: Sample) -> None:
        self.case = case
        self.world = world
        self.sample = sample
        self.membership = Membership(world, case.entity_type, case.attribution)

    def final(self, final: Final) -> Iterator[tuple[Any, ...]]:
        rows = self.rows(final.facts)
        by = ["key"] + ([] if final.one_source else ["source"])
        by += ["actor"] if final.by_actor else []
        by += [final.named_by] if final.named_by else []
        for group in grouped(rows, by).values():
            if not self.has(final.having, group):
                continue
            first = group[0]
            source = "ALL" if final.one_source else first["source"]
            actor = first["actor"] if final.by_actor else ""
            for name, measure in final.measures:
                own = f"{self.case.name}_{name}" if name else self.case.name
                base = first[final.named_by] if final.named_by else own
                amount = self.measure(measure, group)
                metric = f"{base}_{self.case.timing.suffix}"
                yield (self.sample.on, source, first["key"], actor, metric, None if amount is None else float(amount))

    def rows(self, facts: Facts) -> list[Row]:
        """The facts, one dict each."""
        match facts:
            case Events():
                return [row for event in self.events(facts) for row in self.lifted(facts, event)]
            case Paired():
                return list(self.paired(facts))
            case Filtered(inner, where):
                return [row for row in self.rows(inner) if self.holds(where, row) is True]
            case Kept(inner, names, distinct):
                kept = [{name: row[name] for name in names} for row in self.rows(inner)]
                return once(kept) if distinct else kept
            case Labelled(inner, when, yes, no):
                return [{**row, "label": yes if self.holds(when, row) is True else no} for row in self.rows(inner)]
            case Combined():
                return combined(facts.op, self.rows(facts.left), self.rows(facts.right))
            case Numbered():
                return numbered(facts, self.rows(facts.facts))
            case Grouped():
                return list(self.grouped(facts))
            case Joined():
                right = facts.right
                others = (
                    self.raw_rows(right) if isinstance(right, Events) and "artifact" in facts.on else self.rows(right)
                )
                return list(joined(facts, self.rows(facts.left), others))
            case Peer():
                return list(self.peer(facts))

    def events(self, facts: Events) -> list[Event]:
        """The events themselves, not yet lifted; never later than the window."""
        return [event for event in self.world.events if self._is_read(facts, event)]

    def _is_read(self, facts: Events, event: Event) -> bool:
        day = event.at.date()
        if day >= self.sample.window.end or (facts.within and day < self.sample.window.start):
            return False
        return self.holds(facts.where, _raw(facts.source, event)) is True

    def raw_rows(self, facts: Events) -> list[Row]:
        """Events as they are, of artifacts that belong to no entity too."""
        return [_raw(facts.source, event) for event in self.events(facts)]

    def lifted(self, facts: Events, event: Event) -> Iterator[Row]:
        for entity in self.membership.entities(event.artifact, event.at.date()):
            yield {**_raw(facts.source, event), "key": entity, "sample": self.sample.on}

    def paired(self, facts: Paired) -> Iterator[Row]:
        others = [(event, _raw(facts.right.source, event)) for event in self.events(facts.right)]
        for event in self.events(facts.left):
            mine = _raw(facts.left.source, event)
            for other, theirs in others:
                if other.artifact != event.artifact or not all(equal(mine[c], theirs[c]) for c in facts.on):
                    continue
                if facts.order and not COMPARISONS[facts.order](_instant(theirs["at"]), _instant(mine["at"])):
                    continue
                for row in self.lifted(facts.left, event):
                    yield {
                        **row, "other_at": theirs["at"], "other_actor": other.actor, "other_amount": other.amount,
                    }  # fmt: skip

    def grouped(self, facts: Grouped) -> Iterator[Row]:
        for group in grouped(self.rows(facts.facts), facts.by).values():
            if self.has(facts.having, group):
                values = {name: self.measure(measure, group) for name, measure in facts.measures}
                yield {name: group[0][name] for name in facts.by} | values

    def peer(self, facts: Peer) -> Iterator[Row]:
        timing, window = self.case.timing, self.sample.window
        if facts.which == "same":
            found = [self.sample]
        elif facts.which == "previous":
            last = window.start - ONE_DAY
            before = (
                rolling_window(last, *timing.rolling)
                if timing.rolling
                else (timing.grain or Grain.DAILY).window_of(last)
            )
            found = [Sample(on=last if timing.rolling else before.start, window=before)]
        else:
            found = list(samples(replace(facts.metric.timing, whole=False), window))
        for sample in found:
            for on, source, key, actor, metric, amount in _sample_rows(facts.metric, self.world, sample):
                yield {
                    "sample": on, "source": source, "key": key, "actor": actor, "metric": metric, "amount": amount,
                }  # fmt: skip

    def measure(self, measure: Any, group: list[Row]) -> Any:
        return measure_of(measure, group, lambda condition, row: self.holds(condition, row) is True, self.sample.window)

    def has(self, having: Having | None, group: list[Row]) -> bool:
        if having is None:
            return True
        value = self.measure(having.measure, group)
        return value is not None and COMPARISONS[having.op](value, having.value)

    def holds(self, condition: Condition, row: Row) -> bool | None:
        """True, False, or None where it is not known."""
        match condition:
            case None:
                return True
            case Compare(column, op, value):
                return None if row[column] is None else COMPARISONS[op](row[column], value)
            case OneOf(column, values, negated):
                return _negated(None if row[column] is None else row[column] in values, negated)
            case IsNull(column, negated):
                return (row[column] is None) is not negated
            case IsBot():
                return self.is_bot(condition, row["actor"])
            case Seen():
                return self.is_seen(condition, row)
            case InWindow(column):
                return (
                    None
                    if row[column] is None
                    else self.sample.window.start <= _day(row[column]) < self.sample.window.end
                )
            case SinceStart(column, negated):
                found = None if row[column] is None else _day(row[column]) >= self.sample.window.start
                return _negated(found, negated)
            case ShareOfWindow(column, share):
                return None if row[column] is None else row[column] / self.sample.window.days >= share
            case Both(left, right):
                return _both(self.holds(left, row), self.holds(right, row))
            case Either(left, right):
                return _negated(
                    _both(_negated(self.holds(left, row), True), _negated(self.holds(right, row), True)), True
                )

    def is_bot(self, condition: IsBot, actor: str | None) -> bool | None:
        if actor is None:
            # nothing can be said of an unknown actor, unless there are no bots; a row that must exist does not
            found = False if condition.form == "exists" or not self.world.bots else None
        else:
            found = actor in self.world.bots
        return _negated(found, condition.negated)

    def is_seen(self, condition: Seen, row: Row) -> bool | None:
        facts = Events(condition.source, condition.where, condition.within)
        found = {_raw(facts.source, event)[condition.column] for event in self.events(facts)}
        if not found:
            return condition.negated
        value = row[condition.column]
        if value is None or (value not in found and None in found):
            return None
        return (value in found) is not condition.negated


def _raw(source: str, event: Event) -> Row:
    return {
        "at": event.at.date() if source == "daily" else event.at,
        "day": event.at.date(),
        "source": event.source,
        "artifact": event.artifact,
        "actor": event.actor,
        "kind": event.kind,
        "amount": event.amount,
        "quantity": event.quantity,
    }


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _instant(at: date) -> datetime:
    return at if isinstance(at, datetime) else datetime(at.year, at.month, at.day)  # noqa: DTZ001 - the tables' kind


def _negated(value: bool | None, negated: bool) -> bool | None:
    return value if value is None or not negated else not value


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
