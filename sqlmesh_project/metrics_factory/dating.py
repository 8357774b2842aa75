"""Evaluates a query once per date of a calendar, in one statement: the exact strategy that fits any metric.

The author writes the query for one window. Every SELECT that depends on the window is *dated*: it is joined with the
calendar (or takes the date from a dated relation it reads), gives the date as a column, groups and partitions by it,
and its joins with other dated relations compare it. Queries inside expressions are correlated with the date instead.
So the result holds, for each date, exactly the rows of the query for that date, whatever the batch.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import CALENDAR, WINDOW_DATE, WINDOW_NODES
from sqlmesh_project.metrics_factory.clocks import Clock, resolve
from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.reading import is_aggregate, owner
from sqlmesh_project.metrics_factory.rewording import keep_empty_windows, number_instead_of_limit, spell_out_using
from sqlmesh_project.metrics_factory.scopes import Source, branches, ctes, inner_queries, is_cte, own_nodes, sources

_OUTER = {"RIGHT", "FULL"}


@dataclass(frozen=True, kw_only=True)
class Dater:
    """Dates queries; `clock_of` gives the clock of a calendar date, `prune` adds what is known of the whole batch."""

    clock_of: Callable[[exp.Expr], Clock]
    prune: Callable[[exp.Expr], None]

    def date(self, query: exp.Query) -> None:
        """Date `query` in place; raises SqlMistake for what cannot be, or when nothing in it depends on the window."""
        if not self._query(query, {}):
            raise SqlMistake("nothing in this query depends on the window: use @metrics_start and @metrics_end", query)

    def _query(self, query: exp.Query, outer: Mapping[str, bool]) -> bool:
        known = self._ctes(query, outer)
        if isinstance(query, exp.Subquery):
            return self._query(query.this, known)
        if isinstance(query, exp.SetOperation):
            return self._set_operation(query, known)
        return isinstance(query, exp.Select) and self._select(query, known)

    def _ctes(self, query: exp.Query, outer: Mapping[str, bool]) -> dict[str, bool]:
        known = dict(outer)
        for cte in ctes(query):
            dated = self._query(cte.this, known)
            if dated and query.args["with_"].recursive:
                raise SqlMistake("a recursive CTE cannot depend on the window", cte)
            if dated and cte.args["alias"].columns:
                cte.args["alias"].append("columns", exp.to_identifier(WINDOW_DATE))
            known[cte.alias.lower()] = dated
        return known

    def _set_operation(self, query: exp.SetOperation, known: Mapping[str, bool]) -> bool:
        sides = {key: self._query(query.args[key], known) for key in ("this", "expression")}
        if not any(sides.values()):
            return False
        for name in ("limit", "offset"):
            if query.args.get(name):
                raise SqlMistake(f"{name.upper()} cannot depend on the window", query)
        if any(branch.is_star for branch in branches(query)):
            raise SqlMistake("SELECT * cannot stand in a UNION that depends on the window: list the columns", query)
        for key, dated in sides.items():
            if not dated:
                query.args[key].replace(_undated(query.args[key]))
        return True

    def _select(self, select: exp.Select, known: Mapping[str, bool]) -> bool:
        relations = [(source, self._is_dated(source, known)) for source in sources(select)]
        correlated = [inner for inner in inner_queries(select) if self._depends(inner, known)]
        direct = any(owner(node) is select for node in _window_nodes(select))
        if not direct and not correlated and not any(dated for _, dated in relations):
            return False
        _refuse(select)
        number_instead_of_limit(select)
        if _mixes_using(relations, correlated=bool(correlated)):
            spell_out_using(select)
        carriers = [source.alias for source, dated in relations if dated]
        driver = self._join(select, relations)
        self._resolve(select, driver)
        for inner in correlated:
            self._correlate(inner, known, driver)
        _carry(select, driver, carriers)
        return True

    def _is_dated(self, source: Source, known: Mapping[str, bool]) -> bool:
        if source.query is not None:
            dated = self._query(source.query, known)
            alias = source.node.args.get("alias")
            if dated and alias is not None and alias.columns:
                alias.append("columns", exp.to_identifier(WINDOW_DATE))
            return dated
        return source.table is not None and is_cte(source.table, known) and known[source.table.name.lower()]

    def _depends(self, query: exp.Query, known: Mapping[str, bool]) -> bool:
        if next(_window_nodes(query), None) is not None:
            return True
        return any(is_cte(table, known) and known[table.name.lower()] for table in query.find_all(exp.Table))

    def _resolve(self, select: exp.Select, driver: exp.Expr) -> None:
        clock = self.clock_of(driver)
        mine = [node for node in _window_nodes(select) if owner(node) is select]
        # inner ones first: a node may hold another
        for node in reversed(mine):
            self.prune(node)
            node.replace(resolve(node, clock))

    def _join(self, select: exp.Select, relations: list[tuple[Source, bool]]) -> exp.Expr:
        """Bring the date into FROM; returns the expression that holds it."""
        if not relations:
            raise SqlMistake("a SELECT without FROM cannot depend on the window", select)
        first, first_dated = relations[0]
        joins = [source.join for source, _ in relations[1:] if source.join is not None]
        driver: exp.Expr = exp.column(WINDOW_DATE, table=first.alias if first_dated else CALENDAR)
        for source, dated in relations[1:]:
            driver = self._join_source(source, dated, driver)
        if not first_dated:
            origin = select.args["from_"]
            joins.insert(0, exp.Join(this=origin.this, kind="CROSS"))
            select.set("from_", exp.From(this=exp.to_table(CALENDAR)))
        select.set("joins", joins)
        return driver

    def _join_source(self, source: Source, dated: bool, driver: exp.Expr) -> exp.Expr:
        join = source.join
        if join is None:
            return driver
        if join.method:
            raise SqlMistake(f"a {join.method} JOIN cannot depend on the window: say ON or USING", join.this)
        if join.side in _OUTER and not dated:
            wrapped = _with_calendar(source)
            source.node.replace(wrapped)
            dated = True
        if not dated:
            return driver
        column = exp.column(WINDOW_DATE, table=source.alias)
        if join.args.get("using"):
            join.args["using"].append(exp.to_identifier(WINDOW_DATE))
            return exp.column(WINDOW_DATE)
        if not _is_qualified(driver):
            raise SqlMistake(
                "JOIN ... USING and JOIN ... ON over relations of the window cannot be mixed: use ON", join.this
            )
        same = exp.EQ(this=column, expression=driver.copy())
        if join.kind == "CROSS":
            join.set("kind", None)
        on = join.args.get("on")
        if on is not None:
            self._resolve_in(on, driver)
        join.set("on", exp.and_(join.args["on"], same) if on is not None else same)
        return exp.Coalesce(this=driver, expressions=[column.copy()]) if join.side in _OUTER else driver

    def _resolve_in(self, condition: exp.Expr, driver: exp.Expr) -> None:
        clock = self.clock_of(driver)
        for node in [n for n in own_nodes(condition) if isinstance(n, WINDOW_NODES)]:
            node.replace(resolve(node, clock))

    def _correlate(self, query: exp.Query, known: Mapping[str, bool], driver: exp.Expr) -> None:
        """Tie a query inside an expression to the date of the row around it."""
        if isinstance(query, exp.SetOperation):
            self._correlate(query.this, known, driver)
            self._correlate(query.expression, known, driver)
            return
        if isinstance(query, exp.Subquery):
            self._correlate(query.this, known, driver)
            return
        if ctes(query):
            raise SqlMistake("a subquery that depends on the window cannot have CTEs of its own: move them out", query)
        if not isinstance(query, exp.Select) or not _is_qualified(driver):
            raise SqlMistake("a subquery that depends on the window cannot stand beside JOIN ... USING: use ON", query)
        for source in sources(query):
            if self._is_dated(source, known):
                same = exp.EQ(this=exp.column(WINDOW_DATE, table=source.alias), expression=driver.copy())
                if source.join is not None and source.join.side:
                    source.join.set("on", exp.and_(source.join.args.get("on"), same))
                else:
                    query.where(same, copy=False)
        inner = [i for i in inner_queries(query) if self._depends(i, known)]
        self._resolve(query, driver)
        for deeper in inner:
            self._correlate(deeper, known, driver)


def _window_nodes(node: exp.Expr) -> Iterator[exp.Expr]:
    return node.find_all(*WINDOW_NODES)


def _is_qualified(driver: exp.Expr) -> bool:
    return all(column.table for column in driver.find_all(exp.Column))


def _undated(side: exp.Query) -> exp.Select:
    """A branch that is the same on every date, once per date."""
    if any(projection.is_star for projection in side.selects):
        raise SqlMistake("SELECT * cannot stand in a UNION with a query of the window: list the columns", side)
    columns = [exp.column(projection.alias_or_name, table="undated") for projection in side.selects]
    bare = side.this if isinstance(side, exp.Subquery) else side
    query = exp.select(*columns, exp.column(WINDOW_DATE, table=CALENDAR)).from_(exp.to_table(CALENDAR))
    return query.join(bare.copy().subquery("undated"), join_type="CROSS")


def _with_calendar(source: Source) -> exp.Subquery:
    bare = source.node.copy()
    query = exp.select(exp.column(exp.Star(), table=source.alias), exp.column(WINDOW_DATE, table=CALENDAR))
    return query.from_(exp.to_table(CALENDAR)).join(bare, join_type="CROSS").subquery(source.alias)


def _mixes_using(relations: list[tuple[Source, bool]], *, correlated: bool) -> bool:
    """Whether columns merged by USING stand beside conditions that need to know the relation of the date."""
    joins = [source.join for source, _ in relations if source.join is not None]
    using = [join for join in joins if join.args.get("using")]
    return bool(using) and (correlated or len(using) < len(joins) or any(join.side in _OUTER for join in using))


def _refuse(select: exp.Select) -> None:
    for name in ("sample", "connect", "pivots", "laterals"):
        if select.args.get(name):
            raise SqlMistake(f"{name.upper()} cannot stand in a SELECT that depends on the window", select)
    group = select.args.get("group")
    if group is not None and any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
        raise SqlMistake("GROUPING SETS, CUBE and ROLLUP cannot depend on the window", select)


def _star_carries(select: exp.Select, carriers: list[str]) -> bool:
    """Whether a star already gives the date; carriers are the aliases of the relations of the window."""
    stars = [p for p in select.expressions if p.is_star and not isinstance(p.unalias(), exp.Count)]
    if not stars:
        return False
    every = [*carriers] if select.args["from_"].this.alias_or_name != CALENDAR else [CALENDAR, *carriers]
    given = [a for star in stars for a in every if not isinstance(star, exp.Column) or star.table in {"", a}]
    if len(given) > 1:
        raise SqlMistake("SELECT * over several relations of the window gives the date twice: list the columns", select)
    return bool(given)


def _carry(select: exp.Select, driver: exp.Expr, carriers: list[str]) -> None:
    """Give the date, and make it part of whatever the SELECT groups, partitions or deduplicates by."""
    group = select.args.get("group")
    if group is not None:
        group.set("expressions", list(dict.fromkeys([*group.expressions, driver.copy()])))
    elif any(is_aggregate(projection) for projection in select.expressions):
        if select.args.get("having") is None:
            if not isinstance(select.parent, exp.CTE | exp.Subquery):
                raise SqlMistake(
                    "an aggregate without GROUP BY gives a row for an empty window too: group by what the row is about",
                    select,
                )
            keep_empty_windows(select, driver)
            return
        select.group_by(driver.copy(), copy=False)
    for node in [n for n in own_nodes(select) if isinstance(n, exp.Window)]:
        if node.args.get("alias") is None:  # OVER w: the named window is partitioned where it is defined
            node.set("partition_by", [*(node.args.get("partition_by") or []), driver.copy()])
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        distinct.args["on"].append("expressions", driver.copy())
    if not _star_carries(select, carriers):
        select.append("expressions", exp.alias_(driver.copy(), WINDOW_DATE))
