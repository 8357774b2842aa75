"""CASE over @time_aggregation: a time that the registry lists and the CASE forgets would silently give NULL."""

from collections.abc import Iterator

from sqlglot import exp
from sqlmesh.core.dialect import MacroVar

from sqlmesh_project.metrics_factory.definitions import Variant
from sqlmesh_project.metrics_factory.errors import SqlMistake

VARIABLE = "time_aggregation"


def check_branches(query: exp.Query, variant: Variant) -> None:
    """Refuse a CASE over @time_aggregation, before macros are resolved, that has neither a branch nor an ELSE for it.

    Raises SqlMistake that names the branches there are. A rolling variant has no time aggregation.
    """
    given = None if variant.is_rolling else variant.suffix
    for case in query.find_all(exp.Case):
        branches = list(_branches(case))
        if not branches or case.args.get("default") is not None or None in branches or given in branches:
            continue
        listed = ", ".join(repr(branch) for branch in branches if branch is not None)
        raise SqlMistake(
            f"CASE @{VARIABLE} has no branch for {variant.suffix!r}, which the registry lists; it has {listed}: "
            "add a branch or an ELSE",
            case,
        )


def _branches(case: exp.Case) -> Iterator[str | None]:
    """The times that the branches are for; None for a branch that asks for something else; nothing for another CASE."""
    conditions = [branch.this for branch in case.args["ifs"]]
    if case.this is not None:
        if _is_variable(case.this):
            yield from (c.name if isinstance(c, exp.Literal) else None for c in conditions)
    elif any(_is_variable(node) for condition in conditions for node in condition.walk()):
        for condition in conditions:
            yield from _asked(condition)


def _asked(condition: exp.Expr) -> Iterator[str | None]:
    condition = condition.unnest()
    if isinstance(condition, exp.Or):
        yield from _asked(condition.this)
        yield from _asked(condition.expression)
    elif (
        isinstance(condition, exp.EQ) and _is_variable(condition.this) and isinstance(condition.expression, exp.Literal)
    ):
        yield condition.expression.name
    elif isinstance(condition, exp.In) and _is_variable(condition.this):
        yield from (e.name if isinstance(e, exp.Literal) else None for e in condition.expressions)
    else:
        yield None


def _is_variable(node: exp.Expr) -> bool:
    return isinstance(node, MacroVar) and node.name.lower() == VARIABLE
