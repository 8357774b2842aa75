"""Identifiers in SQL: `@oso_id(...)` gives what `oso_lake.ids.oso_id` gives in Python."""

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator


@macro()
def oso_id(evaluator: MacroEvaluator, *parts: exp.Expr) -> exp.Expr:
    """SHA-256, in lower-case hexadecimal, of the parts joined by U+001F; NULL when a part is NULL."""
    if not parts:
        raise ValueError("@oso_id needs at least one part")
    separator = exp.Chr(expressions=[exp.Literal.number(31)])
    joined = parts[0].copy()
    for part in parts[1:]:
        joined = exp.DPipe(this=exp.DPipe(this=joined, expression=separator.copy()), expression=part.copy())
    adapter = evaluator.locals.get("engine_adapter")
    if adapter is not None and adapter.dialect == "trino":
        # sqlglot writes DuckDB's SHA256 as Trino's, which takes and gives binary
        binary = exp.Anonymous(this="TO_UTF8", expressions=[joined])
        digest = exp.Anonymous(this="SHA256", expressions=[binary])
        return exp.Lower(this=exp.Anonymous(this="TO_HEX", expressions=[digest]))
    return exp.Anonymous(this="SHA256", expressions=[joined])
