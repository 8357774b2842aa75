"""Mistakes in the registry or in metric SQL: each names its metric, place and remedy; all are raised together."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlglot import exp


@dataclass(frozen=True, kw_only=True)
class MetricProblem:
    """One mistake; `path` and `line` (from 1) say where, as far as it is known; `kind` what `metric` is the name of."""

    metric: str
    message: str
    path: str | None = None
    line: int | None = None
    kind: str = "metric"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.path and self.line else self.path or ""
        return f"{place + ': ' if place else ''}{self.kind} {self.metric!r}: {self.message}"


class MetricsError(Exception):
    """All mistakes found in one load, in `problems`."""

    def __init__(self, problems: Sequence[MetricProblem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            f"{count} mistake{'s' if count != 1 else ''} in the metrics:\n" + "\n".join(f"  {p}" for p in self.problems)
        )


class SqlMistake(Exception):  # noqa: N818 - it becomes a MetricProblem, which carries the place
    """Something in a metric's SQL that cannot be read or rewritten; `node` is where."""

    def __init__(self, message: str, node: exp.Expr | None = None) -> None:
        super().__init__(message)
        self.line = line_of(node)


def line_of(node: exp.Expr | None) -> int | None:
    """Line (from 1) of the first identifier at or near `node`; None for generated SQL."""
    while node is not None:
        for inner in node.walk():
            line = inner.meta.get("line")
            if line is not None:
                return line
        node = node.parent
    return None


def suggestion(name: str, known: Sequence[str]) -> str:
    """`; did you mean ...?` for the nearest of `known`, or nothing."""
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
