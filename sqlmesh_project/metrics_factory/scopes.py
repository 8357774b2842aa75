"""What a SELECT reads and what belongs to it, without descending into the queries inside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True)
class Source:
    """One relation of a SELECT: `node` is a Table or a derived table; `join` is None for the one in FROM."""

    alias: str
    node: exp.Expr
    join: exp.Join | None

    @property
    def query(self) -> exp.Query | None:
        """The query of a derived table."""
        return self.node.this if isinstance(self.node, exp.Subquery) and isinstance(self.node.this, exp.Query) else None

    @property
    def table(self) -> exp.Table | None:
        """The named table or CTE."""
        return self.node if isinstance(self.node, exp.Table) else None


def sources(select: exp.Select) -> list[Source]:
    """The relations of FROM and the joins, in order."""
    found: list[Source] = []
    origin = select.args.get("from_")
    if origin is not None:
        found.append(Source(origin.this.alias_or_name, origin.this, None))
    for join in select.args.get("joins") or ():
        found.append(Source(join.this.alias_or_name, join.this, join))
    return found


def table_name(table: exp.Table, schema: str) -> str:
    """`schema.name` of a table, lower case; `schema` when it names none."""
    parts = [part.name.lower() for part in table.parts]
    return ".".join(parts) if len(parts) > 1 else f"{schema}.{parts[0]}"


def is_cte(table: exp.Table, names: object) -> bool:
    """Whether `table` is one of the CTEs `names` (a container of lower-case names)."""
    return not table.db and table.name.lower() in names  # ty: ignore[unsupported-operator]


def ctes(query: exp.Query) -> list[exp.CTE]:
    """The query's own CTEs."""
    clause = query.args.get("with_")
    return list(clause.expressions) if clause is not None else []


def own_nodes(node: exp.Expr) -> Iterator[exp.Expr]:
    """`node` and what is below it, stopping at (but giving) the queries inside."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, exp.Query) and current is not node:
            continue
        if isinstance(current, exp.With):
            continue
        stack.extend(current.iter_expressions(reverse=True))


def inner_queries(select: exp.Select) -> list[exp.Query]:
    """Queries inside the expressions of `select` (IN, EXISTS, scalar), not its CTEs or derived tables."""
    derived = {id(source.query) for source in sources(select)} | {id(source.node) for source in sources(select)}
    found: list[exp.Query] = []
    for node in own_nodes(select):
        if node is select or not isinstance(node, exp.Query) or id(node) in derived:
            continue
        inner = node.unnest() if isinstance(node, exp.Subquery) else node
        if isinstance(inner, exp.Query):
            found.append(inner)
    return found


def branches(query: exp.Query) -> list[exp.Select]:
    """The SELECTs of a set operation, left to right; of a plain SELECT, itself."""
    if isinstance(query, exp.SetOperation):
        return branches(query.this) + branches(query.expression)
    if isinstance(query, exp.Subquery):
        return branches(query.this)
    return [query] if isinstance(query, exp.Select) else []


def inside_aggregate(node: exp.Expr, select: exp.Select) -> bool:
    """Whether `node` is an argument of an aggregate (its FILTER and ordering included) of `select`."""
    parent = node.parent
    while parent is not None and parent is not select:
        if isinstance(parent, exp.AggFunc | exp.Filter | exp.WithinGroup):
            return True
        parent = parent.parent
    return False
