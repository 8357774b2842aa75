"""Lint rules on the SQL of one metric, as its author wrote it: what gives wrong numbers, and what misleads readers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp
from sqlglot.errors import SqlglotError

from oso_dagster.authoring.findings import Finding, Severity
from oso_dagster.authoring.sql_text import formatted
from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.metrics_factory.errors import line_of
from sqlmesh_project.metrics_factory.scopes import branches

SAMPLE_DATE = "metrics_sample_date"
_NEIGHBOURS = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)
_APPROXIMATE = (exp.ApproxDistinct, exp.ApproxQuantile, exp.Hll)
_NOT_SUMS = (exp.Avg, exp.Median, exp.Max, exp.Min, exp.PercentileCont, exp.PercentileDisc, *_APPROXIMATE)


@dataclass(frozen=True, kw_only=True)
class MetricSql:
    """The SQL file of one metric: its path, text, parsed query and definition."""

    metric: str
    definition: MetricQueryDef
    path: Path
    dialect: str
    text: str
    query: exp.Query

    def finding(self, severity: Severity, rule: str, message: str, node: exp.Expr | None = None) -> Finding:
        """A finding at `node`, or about the whole file."""
        line = line_of(node) if node is not None else None
        return Finding(severity=severity, rule=rule, message=message, metric=self.metric, path=self.path, line=line)


def neighbours_by_date(sql: MetricSql) -> Iterator[Finding]:
    """LAG and its like over sample dates compare with the last row there is, not with the window before."""
    for window in sql.query.find_all(exp.Window):
        order = window.args.get("order")
        ordered_by_date = order is not None and any(column.name == SAMPLE_DATE for column in order.find_all(exp.Column))
        inner = window.this.this if isinstance(window.this, exp.IgnoreNulls | exp.RespectNulls) else window.this
        if isinstance(inner, _NEIGHBOURS) and ordered_by_date:
            yield sql.finding(
                Severity.ERROR,
                "lag-over-sample-date",
                f"{inner.sql_name()} over {SAMPLE_DATE} skips windows without rows: join the window with the one "
                "before it (@relative_window_sample_date, FULL JOIN), as `oso metrics new NAME --template change` does",
                window,
            )


def additive_claims(sql: MetricSql) -> Iterator[Finding]:
    """What is declared additive must be a sum of rows: distinct people, averages and shares are not."""
    metadata = sql.definition.metadata
    if metadata is None or metadata.additivity != "additive":
        return
    ctes = {cte.alias: cte.this for cte in sql.query.find_all(exp.CTE)}
    for select in branches(sql.query):
        for node in _parts_of_amount(select, ctes):
            found = _not_a_sum(node)
            if found is not None:
                yield sql.finding(
                    Severity.ERROR,
                    "not-additive",
                    f"is declared additive, but its amount is made with {found}: days do not add up to months; "
                    'say additivity="non_additive"',
                    node,
                )
                return


def _parts_of_amount(select: exp.Select, ctes: dict[str, exp.Expr]) -> Iterator[exp.Expr]:
    """The expression of the amount, and those in CTEs that its columns stand for, one level deep."""
    amount = next((p.unalias() for p in select.expressions if p.alias_or_name == "amount"), None)
    if amount is None:
        return
    yield amount
    tables = {table.alias_or_name: ctes.get(table.name) for table in select.find_all(exp.Table)}
    for column in amount.find_all(exp.Column):
        inner = tables.get(column.table) if column.table else next(filter(None, tables.values()), None)
        if isinstance(inner, exp.Query):
            for branch in branches(inner):
                yield from (p.unalias() for p in branch.expressions if p.alias_or_name == column.name)


def _not_a_sum(expression: exp.Expr) -> str | None:
    """What in `expression` does not add up, by name; None where everything does."""
    for node in expression.walk():
        if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
            return "COUNT(DISTINCT ...)"
        if isinstance(node, _NOT_SUMS):
            return f"{node.sql_name()}(...)"
        if isinstance(node, exp.Div) and any(side.find(exp.AggFunc) for side in (node.right,)):
            return "a division by an aggregate"
    return None


def approximate_functions(sql: MetricSql) -> Iterator[Finding]:
    """Approximate functions are computed exactly, so the SQL says something else than what happens."""
    for node in sql.query.find_all(*_APPROXIMATE):
        yield sql.finding(
            Severity.WARNING,
            "approximate",
            f"{node.sql_name()} is computed exactly: write the exact function, such as COUNT(DISTINCT ...)",
            node,
        )


def ordinals_only(sql: MetricSql) -> Iterator[Finding]:
    """GROUP BY 1, 2, 3 goes on meaning something when columns are moved, but something else."""
    for group in sql.query.find_all(exp.Group):
        terms = group.expressions
        if len(terms) > 1 and all(isinstance(term, exp.Literal) and not term.is_string for term in terms):
            message = f"GROUP BY {', '.join(term.name for term in terms)}: name the columns, they may be moved"
            yield sql.finding(Severity.WARNING, "ordinals-only", message, group.parent)


def unused_vars(sql: MetricSql) -> Iterator[Finding]:
    """A variable that the SQL does not read looks as if it had an effect."""
    for name in sql.definition.vars:
        if not re.search(rf"@\{{?{re.escape(name)}\b", sql.text):
            message = f"the variable {name!r} is given in vars, but no @{name} stands in the SQL"
            yield sql.finding(Severity.WARNING, "unused-var", message)


def unused_ctes(sql: MetricSql) -> Iterator[Finding]:
    """A CTE that nothing reads is left over from something."""
    read = [table.name.lower() for table in sql.query.find_all(exp.Table) if not table.db]
    for cte in sql.query.find_all(exp.CTE):
        own = [table.name.lower() for table in cte.this.find_all(exp.Table) if not table.db]
        name = cte.alias.lower()
        if read.count(name) == own.count(name):
            yield sql.finding(Severity.WARNING, "unused-cte", f"nothing reads the CTE {cte.alias!r}: remove it", cte)


def stars(sql: MetricSql) -> Iterator[Finding]:
    """SELECT * changes with the table behind it, and so do numbers and fingerprints."""
    for select in sql.query.find_all(exp.Select):
        for projection in select.expressions:
            if isinstance(projection, exp.Star) or (
                isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
            ):
                yield sql.finding(Severity.WARNING, "select-star", "SELECT *: name the columns that are meant", select)


def formatting(sql: MetricSql) -> Iterator[Finding]:
    """The file reads as all others do."""
    try:
        expected = formatted(sql.text, sql.dialect)
    except SqlglotError:
        return
    if expected != sql.text:
        written, wanted = sql.text.splitlines(), expected.splitlines()
        pairs = zip([*written, ""], [*wanted, ""], strict=False)
        line = next((n for n, (one, other) in enumerate(pairs, 1) if one != other), len(wanted))
        yield Finding(
            severity=Severity.WARNING,
            rule="formatting",
            message="is not formatted as the other files: run `oso metrics lint --fix`",
            metric=sql.metric,
            path=sql.path,
            line=line,
        )


SQL_RULES: tuple[Callable[[MetricSql], Iterator[Finding]], ...] = (
    neighbours_by_date,
    additive_claims,
    approximate_functions,
    ordinals_only,
    unused_vars,
    unused_ctes,
    stars,
    formatting,
)
