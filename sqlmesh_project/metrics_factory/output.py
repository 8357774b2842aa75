"""Writes a model's query as text: as SQLMesh runs it, or for a given engine and window, readable by people."""

from sqlglot import exp
from sqlmesh.core.dialect import MacroFunc, MacroVar

from oso_lake.calendar import ONE_DAY, Window
from sqlmesh_project.metrics_factory.calendar_sql import date_literal

ENGINES = ("duckdb", "trino")


def executable_sql(query: exp.Query, engine: str, window: Window | None) -> str:
    """SQL text for `engine`; raises ValueError for an engine that is not known."""
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; expected one of {', '.join(ENGINES)}")
    shown = query.copy()
    if window is not None:
        days = {"start_date": window.start, "end_date": window.end - ONE_DAY, "execution_date": window.end}
        for variable in list(shown.find_all(MacroVar)):
            variable.replace(date_literal(days[variable.name]))
    for call in list(shown.find_all(MacroFunc)):
        call.replace(_oso_id(call.this.expressions, engine))
    return shown.sql(dialect=engine, pretty=True)


def _oso_id(parts: list[exp.Expr], engine: str) -> exp.Expr:
    """The id of `oso_lake.ids` in SQL: SHA-256 of the parts joined by U+001F, as lower-case hexadecimal text."""
    joined = parts[0]
    separator = exp.Anonymous(this="CHR", expressions=[exp.Literal.number(31)])
    for part in parts[1:]:
        joined = exp.DPipe(this=exp.DPipe(this=joined, expression=separator.copy()), expression=part)
    if engine == "duckdb":
        return exp.Anonymous(this="SHA256", expressions=[joined])
    encoded = exp.Anonymous(this="TO_UTF8", expressions=[joined])
    digest = exp.Anonymous(this="SHA256", expressions=[encoded])
    return exp.Lower(this=exp.Anonymous(this="TO_HEX", expressions=[digest]))
