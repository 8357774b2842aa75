"""What a metric's SQL says about its values: additivity, and whether several rows share an entity and a date."""

from sqlglot import exp

from sqlmesh_project.metrics_factory.definitions import Additivity
from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.scopes import branches, ctes, is_cte, sources, table_name

CONTRIBUTOR = "from_artifact_id"


def additivity(query: exp.Query, raw_sources: frozenset[str], schema: str) -> Additivity:
    """Additive when every amount is a plain SUM or COUNT over rows of a source, else non-additive."""
    for select in branches(query):
        tables = [source.table for source in sources(select)]
        if not tables or tables[0] is None or table_name(tables[0], schema) not in raw_sources:
            return "non_additive"
        amount = next((p.unalias() for p in select.expressions if p.alias_or_name == "amount"), None)
        while isinstance(amount, exp.Cast | exp.Paren):
            amount = amount.this
        if isinstance(amount, exp.Count) and not isinstance(amount.this, exp.Distinct):
            continue
        if not isinstance(amount, exp.Sum) or isinstance(amount.this, exp.Distinct):
            return "non_additive"
    return "additive"


def may_lack_amount(query: exp.Query) -> bool:
    """Whether a row's amount may be NULL, as that of a ratio over nothing is: then it is not published."""
    if any(join.side for join in query.find_all(exp.Join)) or query.find(exp.Nullif, exp.Lag, exp.Lead, exp.TryCast):
        return True
    cases = query.find_all(exp.Case)
    return any(isinstance(case.args.get("default"), exp.Null) for case in cases)


def sum_over_contributors(query: exp.Query) -> None:
    """Drop, in place, the contributor from the keys of an additive query: its sums are those of all contributors."""
    for select in branches(query):
        value = next((p for p in select.expressions if p.alias_or_name == CONTRIBUTOR), None)
        group = select.args.get("group")
        if value is None or group is None or not isinstance(value.unalias(), exp.Column):
            continue
        if value.unalias() in group.expressions:
            group.set("expressions", [term for term in group.expressions if term != value.unalias()])
            value.replace(exp.alias_(exp.Literal.string(""), CONTRIBUTOR))


def require_one_row(query: exp.Query) -> None:
    """Refuse a published metric that gives a row per contributor: readers see one amount per entity and date."""
    known = {cte.alias.lower(): cte.this for cte in ctes(query)}
    for select in branches(query):
        value = next((p.unalias() for p in select.expressions if p.alias_or_name == CONTRIBUTOR), None)
        if value is not None and not _is_constant(value, select, known):
            raise SqlMistake(
                f"{CONTRIBUTOR} is not constant, so that an entity has several rows a date: aggregate over it, "
                "or say is_intermediate=True",
                value,
            )


def _is_constant(value: exp.Expr, select: exp.Select, known: dict[str, exp.Query]) -> bool:
    if isinstance(value, exp.Cast | exp.Paren):
        return _is_constant(value.this, select, known)
    if not isinstance(value, exp.Column):
        return isinstance(value, exp.Literal | exp.Null)
    for source in sources(select):
        if value.table and source.alias != value.table:
            continue
        inner = source.query
        if inner is None and source.table is not None and is_cte(source.table, known):
            inner = known[source.table.name.lower()]
        if inner is None:
            return False
        for branch in branches(inner):
            given = next((p.unalias() for p in branch.expressions if p.alias_or_name == value.name), None)
            if given is None or not _is_constant(given, branch, known):
                return False
        return True
    return False
