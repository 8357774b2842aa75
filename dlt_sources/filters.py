"""PyIceberg's row filters as typed functions: pydantic hides the constructors' arguments from type checkers."""

from collections.abc import Callable, Iterable
from typing import Any

from pyiceberg.expressions import And, BooleanExpression, EqualTo, In

_EQUAL: Callable[..., BooleanExpression] = EqualTo
_IN: Callable[..., BooleanExpression] = In
_AND: Callable[..., BooleanExpression] = And


def equals(**columns: Any) -> BooleanExpression:
    """Rows whose columns have the values given, all of them."""
    terms = [_EQUAL(name, value) for name, value in columns.items()]
    return terms[0] if len(terms) == 1 else _AND(*terms)


def is_in(column: str, values: Iterable[Any]) -> BooleanExpression:
    """Rows whose `column` is one of `values`; none when there are none."""
    return _IN(column, tuple(values))
