"""What a generated metric means, described without SQL: facts, conditions on them, measures of them, and its variant.

`metric_sql` writes a description as a metric's author would; `metric_brute_force` computes it. Both go by the meanings
given here. Columns of facts: `at` (when, a day or an instant), `day`, `source`, `key` (the entity), `artifact` (only
where events are read themselves), `actor`, `kind`, `amount`, `quantity`, `sample` (the sample date), and names that
facts give to what they compute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from oso_lake.calendar import Grain, Window

Value: TypeAlias = Any
Row: TypeAlias = dict[str, Value]


# Conditions are true, false, or unknown where they meet an unknown value.


@dataclass(frozen=True)
class Compare:
    """`column` `op` `value`, with = <> < <= > >=."""

    column: str
    op: str
    value: str | float | int


@dataclass(frozen=True)
class OneOf:
    """Whether `column` is one of `values`; `given` says whether the list stands in the SQL or in the entry's vars."""

    column: str
    values: tuple[str, ...]
    negated: bool = False
    given: str = "list"


@dataclass(frozen=True)
class IsNull:
    """Whether `column` is unknown."""

    column: str
    negated: bool = False


@dataclass(frozen=True)
class IsBot:
    """Whether the actor is a bot; `form` in ("in", "exists"): the second is false for an unknown actor."""

    negated: bool = True
    form: str = "in"


@dataclass(frozen=True)
class Seen:
    """Whether `column` (of events, not the key) stands in any event of `source` that meets `where`; `within`: of the
    window."""

    column: str
    source: str
    where: "Condition"
    within: bool
    negated: bool = False


@dataclass(frozen=True)
class InWindow:
    """Whether the time in `column` lies in the metric's window."""

    column: str


@dataclass(frozen=True)
class SinceStart:
    """Whether the time in `column` is not before the window; `negated`: before it, in history."""

    column: str
    negated: bool = False


@dataclass(frozen=True)
class ShareOfWindow:
    """Whether `column` divided by the window's days is at least `share`."""

    column: str
    share: float


@dataclass(frozen=True)
class Both:
    """Conjunction."""

    left: "Condition"
    right: "Condition"


@dataclass(frozen=True)
class Either:
    """Disjunction."""

    left: "Condition"
    right: "Condition"


Condition: TypeAlias = (
    Compare | OneOf | IsNull | IsBot | Seen | InWindow | SinceStart | ShareOfWindow | Both | Either | None
)


# Measures of a group of rows. Unknown values are left out; a sum, minimum ... of nothing is unknown, a count is 0.


@dataclass(frozen=True)
class Aggregate:
    """`function` in count, sum, avg, min, max, quantile (with `fraction`, interpolated) of `column`, or of rows.

    `only` leaves out the rows that do not meet it, `otherwise` counts them as this number instead.
    `form` is how `only` is spelled: "case" or "filter".
    """

    function: str
    column: str | None = None
    distinct: bool = False
    only: Condition = None
    otherwise: int | None = None
    fraction: float = 0.5
    form: str = "case"


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float | int


@dataclass(frozen=True)
class DaysOfWindow:
    """How many days the window has."""

    column: str


@dataclass(frozen=True)
class Arithmetic:
    """+, -, * or / (never of integers); division by zero is unknown."""

    op: str
    left: "Measure"
    right: "Measure"


@dataclass(frozen=True)
class Default:
    """`measure`, or `value` where it is unknown."""

    measure: "Measure"
    value: int


Measure: TypeAlias = Aggregate | Number | DaysOfWindow | Arithmetic | Default


@dataclass(frozen=True)
class Having:
    """Keep the groups whose measure compares so."""

    measure: Measure
    op: str
    value: float


# Facts are rows. Those read from events are lifted: one row for each entity that the event's artifact belongs to.


@dataclass(frozen=True)
class Events:
    """Events of a source; `within`: of the window, otherwise all of history up to the window's end."""

    source: str
    where: Condition = None
    within: bool = True


@dataclass(frozen=True)
class Paired:
    """Each event of `left` with each of `right` on the same artifact and the same columns `on`.

    `order` compares right's time to left's; the row is left's, and `other_at`, `other_actor`, `other_amount`.
    """

    left: Events
    right: Events
    on: tuple[str, ...]
    order: str | None = None


@dataclass(frozen=True)
class Filtered:
    """The rows that meet `where`."""

    facts: "Facts"
    where: Condition


@dataclass(frozen=True)
class Kept:
    """`columns` of the facts, after the entity took the artifact's place; `distinct`: each combination once."""

    facts: "Facts"
    columns: tuple[str, ...]
    distinct: bool = False


@dataclass(frozen=True)
class Labelled:
    """The facts with `label`: `yes` where `when` is true, `no` elsewhere."""

    facts: "Facts"
    when: Condition
    yes: str
    no: str


@dataclass(frozen=True)
class Combined:
    """Set operation on two Kept of the same columns: union_all, union, except, intersect (the last three distinct)."""

    op: str
    left: "Facts"
    right: "Facts"


@dataclass(frozen=True)
class Numbered:
    """The facts with `number`: by `function` over rows of the same `by`.

    row_number, rank and dense_rank go by time, then by every other value; count and sum (of amounts) are of all rows.
    """

    facts: "Facts"
    by: tuple[str, ...]
    function: str
    descending: bool = False


@dataclass(frozen=True)
class Grouped:
    """One row for each combination of `by`, with `measures` by name."""

    facts: "Facts"
    by: tuple[str, ...]
    measures: tuple[tuple[str, Measure], ...]
    having: Having | None = None


@dataclass(frozen=True)
class Joined:
    """`left` and `right` where the columns `on` are equal and known; `kind` inner, left, full, semi or anti.

    Columns that both have and `on` does not name are left's. Semi keeps the rows of left that match, anti the others;
    on the artifact, any event of `right` matches, whether or not it belongs to an entity.
    """

    kind: str
    left: "Facts"
    right: "Facts"
    on: tuple[str, ...]


@dataclass(frozen=True)
class Peer:
    """Rows of another metric: `sample`, `source`, `key`, `actor`, `metric`, `amount`.

    `which`: "same" window as the caller's; "previous": the window that ends where it begins; or a grain's name: the
    buckets of that grain inside the caller's window. `bounded` is how the SQL says so: by comparing the sample date
    with the window's, or by giving it on.
    """

    metric: "MetricCase"
    which: str
    bounded: bool = True


Facts: TypeAlias = Events | Paired | Filtered | Kept | Labelled | Combined | Numbered | Grouped | Joined | Peer


@dataclass(frozen=True, kw_only=True)
class Final:
    """The metric's rows: one for each entity, source (unless `one_source`), and `by_actor`, of each of `measures`.

    A measure's name is the metric's own, and what is given here after it; `named_by` takes it from a column instead.
    """

    facts: Facts
    measures: tuple[tuple[str | None, Measure], ...]
    named_by: str | None = None
    by_actor: bool = False
    one_source: bool = False
    having: Having | None = None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The way of time: a grain, a rolling window, or neither (all time); `whole`: all complete buckets at once.

    `start` is the definition's where it matters.
    """

    grain: Grain | None = None
    rolling: tuple[int, str] | None = None
    whole: bool = False
    start: date | None = None

    @property
    def suffix(self) -> str:
        """The end of model and metric names."""
        if self.rolling:
            return f"over_{self.rolling[0]}_{self.rolling[1]}_window"
        return self.grain.value if self.grain else "over_all_time"


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How the SQL is written, which changes nothing of what it means."""

    dialect: str = "trino"
    bounds: str = "between"
    bound_type: str = "DATE"
    grouping: str = "ordinals"
    nesting: str = "cte"
    using: bool = False
    lower: bool = False
    entity_macro: bool = False
    plain: bool = False
    sample: str = "macro"


@dataclass(frozen=True, kw_only=True)
class MetricCase:
    """One metric, one entity type and one way of time."""

    name: str
    final: Final
    timing: Timing
    entity_type: str
    spelling: Spelling
    attribution: str = "current"


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The span that is compared and the parts it is computed in."""

    span: Window
    batches: tuple[Window, ...]


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
