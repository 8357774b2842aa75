"""Row filters for scopes and scans of Iceberg tables: the few shapes that windows need.

PyIceberg is imported on first use (half a second), and its predicates take arguments that type checkers do not see.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyiceberg.expressions import BooleanExpression


def everything() -> "BooleanExpression":
    """All rows."""
    from pyiceberg.expressions import AlwaysTrue

    return AlwaysTrue()


def nothing() -> "BooleanExpression":
    """No row."""
    from pyiceberg.expressions import AlwaysFalse

    return AlwaysFalse()


def between(column: str, start: date, end: date) -> "BooleanExpression":
    """Rows whose timestamptz or date `column` lies in [start, end), given as aware datetimes or as dates."""
    from pyiceberg.expressions import And, GreaterThanOrEqual, LessThan

    return And(
        GreaterThanOrEqual(column, start.isoformat()),  # ty: ignore
        LessThan(column, end.isoformat()),  # ty: ignore
    )


def equal(column: str, value: str | int) -> "BooleanExpression":
    """Rows whose `column` is `value`; dates as ISO text."""
    from pyiceberg.expressions import EqualTo

    return EqualTo(column, value)  # ty: ignore


def one_of(column: str, values: Iterable[str | int]) -> "BooleanExpression":
    """Rows whose `column` is among `values`."""
    from pyiceberg.expressions import In

    return In(column, set(values))  # ty: ignore


def either(filters: Iterable["BooleanExpression"]) -> "BooleanExpression":
    """Rows that any of `filters` selects; no row when there is none."""
    from pyiceberg.expressions import AlwaysFalse, Or

    parts = list(filters)
    while len(parts) > 1:
        # a balanced tree: PyIceberg walks expressions recursively
        parts = [Or(*parts[i : i + 2]) if i + 1 < len(parts) else parts[i] for i in range(0, len(parts), 2)]
    return parts[0] if parts else AlwaysFalse()


def both(*filters: "BooleanExpression") -> "BooleanExpression":
    """Rows that all of `filters` select."""
    from pyiceberg.expressions import AlwaysTrue, And

    selected: BooleanExpression = AlwaysTrue()
    for part in filters:
        selected = And(selected, part)
    return selected
