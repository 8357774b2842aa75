"""What a generated metric means, described without SQL: facts, what is made of them, and its variant.

`metric_sql` writes a description as a metric's author would; `metric_brute_force` computes it. Both go by the meanings
given here. Columns of facts: `at` (when, a day or an instant), `day`, `source`, `key` (the entity), `artifact` (only
where events are read themselves), `actor`, `kind`, `amount`, `quantity`, `sample` (the sample date), and names that
facts give to what they compute.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from metric_terms import Condition, Having, Measure

from oso_lake.calendar import Grain, Window

Value: TypeAlias = Any
Row: TypeAlias = dict[str, Value]


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
