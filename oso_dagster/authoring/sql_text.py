"""Metric SQL as text: formatted as every SQL file of the project, and parsed with its macros and lines."""

from pathlib import Path

from sqlglot import exp
from sqlmesh.core import dialect as sqlmesh_dialect


def formatted(text: str, dialect: str) -> str:
    """`text` as the formatter writes it; raises sqlglot's errors where it cannot be parsed."""
    expressions = [e for e in sqlmesh_dialect.parse(text, default_dialect=dialect) if e is not None]
    return sqlmesh_dialect.format_model_expressions(expressions, dialect, rewrite_casts=False) + "\n"


def parsed(path: Path, dialect: str) -> exp.Query:
    """The query in `path`, macros and comments included; raises ValueError when it holds no query."""
    for expression in sqlmesh_dialect.parse(path.read_text(), default_dialect=dialect):
        if isinstance(expression, exp.Query):
            return expression
    raise ValueError(f"{path} holds no query")
