"""Conditions on rows of facts and measures of groups of them, described without SQL.

Conditions are true, false, or unknown where they meet an unknown value. Measures leave unknown values out; a sum,
minimum ... of nothing is unknown, a count of nothing is 0.
"""

from dataclasses import dataclass
from typing import TypeAlias


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
