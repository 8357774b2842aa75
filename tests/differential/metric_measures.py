"""The oracle's aggregates: a measure of a group of rows, in plain Python."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from metric_shapes import Row
from metric_terms import Aggregate, Arithmetic, Condition, DaysOfWindow, Default, Measure, Number

from oso_lake.calendar import Window

Holds = Callable[[Condition, Row], bool]


def known(values: Iterable[Any]) -> list[Any]:
    """The values that are not unknown."""
    return [value for value in values if value is not None]


def measure_of(measure: Measure, group: list[Row], holds: Holds, window: Window) -> Any:
    """The value of `measure` for the rows of `group`, or None where it is unknown."""
    match measure:
        case Number(value):
            return value
        case DaysOfWindow():
            return window.days
        case Aggregate():
            return _aggregate(measure, group, holds)
        case Default(inner, value):
            found = measure_of(inner, group, holds, window)
            return value if found is None else found
        case Arithmetic(op, left, right):
            return _arithmetic(op, measure_of(left, group, holds, window), measure_of(right, group, holds, window))


def _arithmetic(op: str, left: Any, right: Any) -> Any:
    if left is None or right is None or (op == "/" and right == 0):
        return None
    return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right,
            "/": lambda: left / right}[op]()  # fmt: skip


def _aggregate(measure: Aggregate, group: list[Row], holds: Holds) -> Any:
    values = []
    for row in group:
        if holds(measure.only, row):
            values.append(1 if measure.column is None else row[measure.column])
        elif measure.otherwise is not None:
            values.append(measure.otherwise)
    values = known(values)
    if measure.distinct:
        values = list(set(values))
    if measure.function == "count":
        return len(values)
    if not values:
        return None
    match measure.function:
        case "sum":
            return sum(values)
        case "avg":
            return sum(values) / len(values)
        case "min":
            return min(values)
        case "max":
            return max(values)
        case _:
            return _quantile(sorted(values), measure.fraction)


def _quantile(values: list[float], fraction: float) -> float:
    position = fraction * (len(values) - 1)
    low, high = math.floor(position), math.ceil(position)
    return values[low] + (values[high] - values[low]) * (position - low)
