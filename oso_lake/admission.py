"""Which SQL a reader may run, and the time bounds that are put on it.

The text is parsed and what runs is written back from the syntax tree, so that nothing runs that was not looked at.
One SELECT (with CTEs, set operations and subqueries) over published tables is admitted; the connection it then runs
on (`sandbox.py`) refuses files, settings and extensions a second time.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from oso_lake.calendar import Window
from oso_lake.errors import RefusedQueryError, UnknownNameError
from oso_lake.suggest import nearest_names

DIALECT = "duckdb"
NAMESPACE = "published"
TIMESERIES_PREFIX = "timeseries_metrics_by_"
TIME_COLUMN = "sample_date"
METRIC_COLUMNS = ("metric_name", "metric_id")

_OPENING_TOKENS = {TokenType.SELECT, TokenType.WITH, TokenType.FROM, TokenType.L_PAREN}
_STATEMENTS = (
    exp.Into, exp.DML, exp.Create, exp.Drop, exp.Alter, exp.Copy, exp.Attach, exp.Detach, exp.Command,
    exp.Pragma, exp.Set, exp.Use, exp.Describe, exp.Summarize, exp.Show, exp.Lock,
)  # fmt: skip
_REFUSED_FUNCTION = re.compile(
    r"(read_|glob|parquet_|iceberg_|duckdb_|pragma_|sniff_|query|json_execute|getenv|nextval|currval|write_log).*", re.I
)
_ADMITTED_TABLE_FUNCTIONS = (exp.GenerateSeries, exp.Unnest)
_TABLE_OPTIONS = ("version", "when", "partition", "changes", "system_time", "only", "rows_from")


@dataclass(frozen=True, kw_only=True)
class AdmittedQuery:
    """A parsed query: its tree, the published tables it reads, and the metrics it names by literal."""

    tree: exp.Query
    tables: frozenset[str]
    metric_names: frozenset[str]
    metric_ids: frozenset[str]


def admit(sql: str, published: Collection[str]) -> AdmittedQuery:
    """Parse `sql`; raises RefusedQueryError when it is not one read-only query, UnknownNameError for a table."""
    tree = _parse(sql)
    _refuse_statements(tree)
    _refuse_functions(tree)
    tables = {_published_name(table, published) for table in _outer_tables(tree)}
    named = {column: frozenset(_literals_compared_with(tree, column)) for column in METRIC_COLUMNS}
    return AdmittedQuery(
        tree=tree,
        tables=frozenset(tables),
        metric_names=named["metric_name"] if "metrics_v0" in tables else frozenset(),
        metric_ids=named["metric_id"],
    )


def to_sql(query: AdmittedQuery, bounds: Window | None) -> str:
    """DuckDB SQL of `query` with each table qualified and each time series limited to `bounds`, half-open."""
    tree = query.tree.copy()
    for table in list(_outer_tables(tree)):
        _qualify(table)
        if bounds is not None and table.name.lower().startswith(TIMESERIES_PREFIX):
            table.replace(_bounded(table, bounds))
    for column in tree.find_all(exp.Column):
        if column.args.get("db") is not None and column.db.lower() == NAMESPACE:
            column.set("db", None)
    return tree.sql(dialect=DIALECT)


def unknown_column(message: str, columns: Mapping[str, Collection[str]]) -> UnknownNameError | None:
    """Read the engine's binder message; `columns` are those of the query's tables. None when it is about else."""
    match = re.search(r'(?:Referenced column|does not have a column named) "([^"]+)"', message)
    if match is None:
        return None
    known = sorted({column for names in columns.values() for column in names})
    hint = f"columns of {', '.join(sorted(columns))}: {', '.join(known)}" if known else ""
    return UnknownNameError("column", match[1], nearest_names(match[1], known), hint)


def _parse(sql: str) -> exp.Query:
    try:
        tokens = sqlglot.tokenize(sql, read=DIALECT)
        if not tokens:
            raise RefusedQueryError("the query is empty; expected one SELECT")
        if tokens[0].token_type not in _OPENING_TOKENS:
            raise RefusedQueryError(f"{tokens[0].text.upper()} is refused: expected one SELECT (or WITH ... SELECT)")
        statements = [statement for statement in sqlglot.parse(sql, read=DIALECT) if statement is not None]
    except SqlglotError as error:
        raise RefusedQueryError(f"the query cannot be parsed: {_first_line(error)}") from None
    if len(statements) != 1:
        raise RefusedQueryError(f"{len(statements)} statements were given; expected one SELECT")
    if not isinstance(statements[0], exp.Query):
        raise RefusedQueryError("the query is not a SELECT; a reader may only select")
    return statements[0]


def _first_line(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if not details:
        return str(error).splitlines()[0]
    first = details[0]
    missing = first["description"].startswith("Required keyword")
    what = "something is missing" if missing else first["description"].rstrip(".")
    return f"{what}, line {first['line']}, column {first['col']}, near {first['highlight']!r}"


def _refuse_statements(tree: exp.Query) -> None:
    for node in tree.walk():
        if isinstance(node, _STATEMENTS):
            raise RefusedQueryError(f"{node.key.upper()} is refused: a reader may only select")
        if isinstance(node, exp.CTE) and not isinstance(node.this, exp.Query | exp.Values):
            raise RefusedQueryError(f"the CTE {node.alias!r} is not a SELECT; a reader may only select")


def _refuse_functions(tree: exp.Query) -> None:
    for function in tree.find_all(exp.Func):
        name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
        if _REFUSED_FUNCTION.fullmatch(name):
            raise RefusedQueryError(f"{name.lower()}() is refused: a query reads published tables only")
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func) and not isinstance(table.this, _ADMITTED_TABLE_FUNCTIONS):
            raise RefusedQueryError(f"{table.this.sql(DIALECT)} is refused: a query reads published tables only")
        if any(table.args.get(option) for option in _TABLE_OPTIONS):
            raise RefusedQueryError(f"{table.sql(DIALECT)!r} is refused: only the current version is published")


def _outer_tables(tree: exp.Query) -> Iterator[exp.Table]:
    """The tables that are neither CTEs nor functions."""
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Func) and not _is_cte(table):
            yield table


def _is_cte(table: exp.Table) -> bool:
    """Whether the name stands for a CTE in sight: one of an enclosing WITH, and before it unless recursive."""
    if table.args.get("db") is not None:
        return False
    name, inside, node = table.name.lower(), None, table.parent
    while node is not None:
        if isinstance(node, exp.CTE):
            inside = node
        with_ = node if isinstance(node, exp.With) else node.args.get("with_")
        if isinstance(with_, exp.With):
            for cte in with_.expressions:
                if cte is inside and not with_.recursive:
                    break
                if cte.alias.lower() == name:
                    return True
                if cte is inside:
                    break
        node = node.parent
    return False


def _published_name(table: exp.Table, published: Collection[str]) -> str:
    """The published table that `table` names; raises UnknownNameError with the nearest ones."""
    name = table.name.lower()
    plain = isinstance(table.this, exp.Identifier) and not table.args.get("catalog")
    if plain and name in published and (table.db or NAMESPACE).lower() == NAMESPACE:
        return name
    raise UnknownNameError("table", exp.table_name(table), nearest_names(table.name, published), "see Lake().tables()")


def _qualify(table: exp.Table) -> None:
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    table.set("this", exp.to_identifier(table.name.lower(), quoted=True))
    table.set("db", exp.to_identifier(NAMESPACE, quoted=True))


def _bounded(table: exp.Table, bounds: Window) -> exp.Subquery:
    """`(SELECT * FROM table WHERE start <= sample_date < end) AS alias`, keeping what hangs on the table."""
    column = exp.column(TIME_COLUMN)
    inner = exp.Table(this=table.this.copy(), db=table.args["db"].copy())
    select = (
        exp.select("*")
        .from_(inner)
        .where(column >= _date(bounds.start.isoformat()), column < _date(bounds.end.isoformat()))
    )
    kept = {key: table.args.get(key) for key in ("alias", "joins", "laterals", "pivots", "sample")}
    return exp.Subquery(this=select, **{key: value for key, value in kept.items() if value})


def _date(value: str) -> exp.Cast:
    return exp.cast(exp.Literal.string(value), "date")


def _literals_compared_with(tree: exp.Query, column: str) -> Iterator[str]:
    """String literals in `column = '...'` and `column IN ('...')`, unless the query makes a column of that name."""
    if any(alias.alias.lower() == column and alias.this.name.lower() != column for alias in tree.find_all(exp.Alias)):
        return
    for comparison in tree.find_all(exp.EQ, exp.In):
        sides = [
            comparison.this,
            *([comparison.expression] if isinstance(comparison, exp.EQ) else comparison.expressions),
        ]
        if any(isinstance(side, exp.Column) and side.name.lower() == column for side in sides):
            yield from (side.name for side in sides if isinstance(side, exp.Literal) and side.is_string)
