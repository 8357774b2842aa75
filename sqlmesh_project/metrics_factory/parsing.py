"""From the file of a metric to its one query, as its dialect reads it."""

from pathlib import Path

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlmesh.core import dialect as sqlmesh_dialect

from sqlmesh_project.metrics_factory.errors import SqlMistake


def parse_query(path: Path, dialect: str) -> exp.Query:
    """The one query in `path`, without comments and with decimal division.

    Raises SqlMistake with the line of a syntax error.
    """
    try:
        statements = _statements(path.read_text(), dialect)
    except SqlglotError as error:
        mistake = SqlMistake(f"cannot be parsed as {dialect}: {_first_line(error)}")
        details = getattr(error, "errors", None)
        mistake.line = details[0].get("line") if details else None
        raise mistake from error
    queries = [s for s in statements if not isinstance(s, exp.Semicolon)]
    if len(queries) != 1 or not isinstance(queries[0], exp.Query):
        raise SqlMistake(f"holds {len(queries)} statements; expected one SELECT", queries[-1] if queries else None)
    query = queries[0]
    for node in list(query.walk()):
        node.pop_comments()
        if isinstance(node, exp.Div):
            # a ratio of counts is a number with decimals on every engine
            node.set("typed", False)
        elif isinstance(node, exp.Cast) and isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
            # a column keeps its name when it is cast, which engines do not agree on
            node.replace(exp.alias_(node.copy(), node.output_name) if node.output_name else node)
    return query


def _statements(text: str, dialect: str) -> list[exp.Expr]:
    try:
        return [s for s in sqlmesh_dialect.parse(text, default_dialect=dialect) if s is not None]
    except SqlglotError as error:
        merged = _with_one_where(text, error)
        if merged is None:
            raise
        statements = _statements(merged, dialect)
        # AND binds tighter than an OR that one of the two conditions is
        if any(isinstance(where.this, exp.Or) for s in statements for where in s.find_all(exp.Where)):
            raise
        return statements


def _with_one_where(text: str, error: SqlglotError) -> str | None:
    """`text` with the second WHERE of a SELECT read as AND, as its authors meant it; None for any other error."""
    [details] = getattr(error, "errors", None) or [{}]
    if "multiple 'WHERE' clauses" not in str(details.get("description")):
        return None
    lines = text.splitlines(keepends=True)
    line, end = details["line"] - 1, details["col"]
    start = end - len("where")
    if lines[line][start:end].lower() != "where":
        return None
    lines[line] = f"{lines[line][:start]}and{lines[line][end:]}"
    return "".join(lines)


def _first_line(error: Exception) -> str:
    text = str(error).strip().replace("\x1b[4m", "").replace("\x1b[0m", "")
    return text.splitlines()[0] if text else type(error).__name__
