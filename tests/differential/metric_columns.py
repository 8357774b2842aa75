"""What follows from a description: which columns facts have, which events and other metrics they are made of."""

from collections.abc import Mapping

from metric_shapes import (
    Combined,
    Events,
    Facts,
    Filtered,
    Grouped,
    Joined,
    Kept,
    Labelled,
    MetricCase,
    Numbered,
    Paired,
    Peer,
)
from metric_terms import Aggregate, Both, Condition, Either, Measure, Seen


def leaves(facts: Facts) -> list[Events]:
    """The events that facts are made of, peers aside."""
    match facts:
        case Events():
            return [facts]
        case Paired(left, right) | Combined(_, left, right) | Joined(_, left, right):
            return leaves(left) + leaves(right)
        case Peer():
            return []
        case _:
            return leaves(facts.facts)


def peers(facts: Facts) -> list[Peer]:
    """The other metrics that facts read."""
    match facts:
        case Events() | Paired():
            return []
        case Combined(_, left, right) | Joined(_, left, right):
            return peers(left) + peers(right)
        case Peer():
            return [facts]
        case _:
            return peers(facts.facts)


def reads_history(case: MetricCase) -> bool:
    """Whether the metric looks at events before its window, so that its entry must say so."""
    return any(not leaf.within for leaf in leaves(case.final.facts)) or any(
        not seen.within for leaf in leaves(case.final.facts) for seen in seens(leaf.where)
    )


def seens(condition: Condition) -> list[Seen]:
    """Every Seen in a condition."""
    match condition:
        case Seen():
            return [condition, *seens(condition.where)]
        case Both(left, right) | Either(left, right):
            return seens(left) + seens(right)
        case _:
            return []


def columns(facts: Facts) -> Mapping[str, str]:
    """Name and kind ("time", "text", "number") of each column."""
    match facts:
        case Events():
            return _EVENT_COLUMNS
        case Paired():
            return {**_EVENT_COLUMNS, "other_at": "time", "other_actor": "text", "other_amount": "number"}
        case Filtered():
            return columns(facts.facts)
        case Kept():
            inner = columns(facts.facts)
            return {name: inner[name] for name in facts.columns}
        case Labelled():
            return {**columns(facts.facts), "label": "text"}
        case Combined():
            return columns(facts.left)
        case Numbered():
            return {**columns(facts.facts), "number": "number"}
        case Grouped():
            inner = columns(facts.facts)
            kinds = {name: inner.get(name, "time") for name in facts.by}
            return kinds | {name: _measure_kind(measure, inner) for name, measure in facts.measures}
        case Joined(kind, left, right):
            return columns(left) if kind in {"semi", "anti"} else {**columns(right), **columns(left)}
        case Peer():
            return _PEER_COLUMNS


_EVENT_COLUMNS = {
    "at": "time",
    "day": "time",
    "source": "text",
    "key": "text",
    "artifact": "text",
    "actor": "text",
    "kind": "text",
    "amount": "number",
    "quantity": "number",
}
_PEER_COLUMNS = {
    "sample": "time",
    "source": "text",
    "key": "text",
    "actor": "text",
    "metric": "text",
    "amount": "number",
}


def _measure_kind(measure: Measure, inner: Mapping[str, str]) -> str:
    if isinstance(measure, Aggregate) and measure.function in {"min", "max"} and measure.column:
        return inner[measure.column]
    return "number"
