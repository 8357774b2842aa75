"""Unknown columns, found before anything runs: what each SELECT names against what the tables it reads have."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import DAY_UNITS, MONTH_UNITS
from sqlmesh_project.metrics_factory.errors import SqlMistake, suggestion
from sqlmesh_project.metrics_factory.graph import SOURCE_KEY
from sqlmesh_project.metrics_factory.scopes import Source, ctes, inner_queries, is_cte, own_nodes, sources

# None where the columns of a relation are not known
Names = frozenset[str] | None
_MODEL = re.compile(r"^MODEL\s*\((.*?)^\)", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"^\s*name\s+([\w.]+)", re.MULTILINE)
_DESCRIBED = re.compile(r"column_descriptions\s*\(((?:[^')]|'(?:[^']|'')*')*)\)")
_COLUMN = re.compile(r"(\w+)\s*=\s*'(?:[^']|'')*'")
_UNITS = {*DAY_UNITS, *MONTH_UNITS, "hour", "minute", "second"}


def columns_of_models(folder: Path) -> dict[str, frozenset[str]]:
    """Columns by table, as the MODEL blocks of the SQL files below `folder` describe them: every one is, by a rule."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted(folder.rglob("*.sql")):
        block = _MODEL.search(path.read_text())
        name = _NAME.search(block[1]) if block else None
        described = _DESCRIBED.search(block[1]) if block else None
        if name and described:
            found[name[1].lower()] = frozenset(column.lower() for column in _COLUMN.findall(described[1]))
    return found


def column_mistakes(
    query: exp.Query, columns_of: Callable[[exp.Table], Names], entity_key: str
) -> Iterator[SqlMistake]:
    """Every column that `query`, its macros resolved, names and no table has; `entity_key` may stand for the source's.

    A relation whose columns are not known has any.
    """
    yield from _Checker(columns_of, entity_key).query(query, {}, [])[1]


class _Checker:
    def __init__(self, columns_of: Callable[[exp.Table], Names], entity_key: str) -> None:
        self.columns_of = columns_of
        self.entity_key = entity_key

    def query(
        self, query: exp.Query, outer: Mapping[str, Names], around: list[dict[str, Names]]
    ) -> tuple[Names, list[SqlMistake]]:
        """The columns that `query` gives, and its mistakes; `around` are the relations of the SELECTs around it."""
        known, mistakes = dict(outer), []
        for cte in ctes(query):
            recursive = query.args["with_"].recursive
            given, found = self.query(cte.this, {**known, cte.alias.lower(): None} if recursive else known, around)
            mistakes += found
            renamed = cte.args["alias"].columns
            known[cte.alias.lower()] = frozenset(c.name.lower() for c in renamed) if renamed else given
        if isinstance(query, exp.SetOperation):
            given, found = self.query(query.this, known, around)
            _, more = self.query(query.expression, known, around)
            return given, mistakes + found + more
        if isinstance(query, exp.Subquery):
            given, found = self.query(query.this, known, around)
            return given, mistakes + found
        if not isinstance(query, exp.Select):
            return None, mistakes
        given, found = self._select(query, known, around)
        return given, mistakes + found

    def _select(
        self, select: exp.Select, known: Mapping[str, Names], around: list[dict[str, Names]]
    ) -> tuple[Names, list[SqlMistake]]:
        relations: dict[str, Names] = {}
        mistakes: list[SqlMistake] = []
        for source in sources(select):
            names, found = self._source(source, known, around)
            relations[source.alias.lower()] = names
            mistakes += found
        if select.args.get("laterals"):
            relations["_lateral"] = None
        scopes = [relations, *around]
        for inner in inner_queries(select):
            mistakes += self.query(inner, known, scopes)[1]
        aliases = {p.alias.lower() for p in select.expressions if isinstance(p, exp.Alias)}
        for node in own_nodes(select):
            if isinstance(node, exp.Column) and not node.is_star and not node.args.get("db"):
                mistakes += self._missing(node, aliases, scopes)
        return _outputs(select, relations), mistakes

    def _source(
        self, source: Source, known: Mapping[str, Names], around: list[dict[str, Names]]
    ) -> tuple[Names, list[SqlMistake]]:
        if source.query is not None:
            return self.query(source.query, known, around)
        if source.table is None or source.node.args.get("pivots"):
            return None, []
        if is_cte(source.table, known):
            return known[source.table.name.lower()], []
        return self.columns_of(source.table), []

    def _missing(self, column: exp.Column, aliases: set[str], scopes: list[dict[str, Names]]) -> Iterator[SqlMistake]:
        name, table = column.name.lower(), column.table.lower()
        wanted = {name, SOURCE_KEY} if name == self.entity_key else {name}
        if table:
            holder = next((scope for scope in scopes if table in scope), None)
            if holder is None:
                near = suggestion(table, [alias for scope in scopes for alias in scope])
                yield SqlMistake(f"{table}.{name}: there is no relation {table!r} here{near}", column)
                return
            names = holder[table]
            if names is not None and not wanted & names:
                yield SqlMistake(f"unknown column {table}.{name}{suggestion(name, sorted(names))}", column)
            return
        every = [names for scope in scopes for names in scope.values()]
        if wanted & aliases or None in every or _is_no_column(column):
            return
        given = {each for names in every if names is not None for each in names}
        if not wanted & given:
            yield SqlMistake(f"unknown column {name}{suggestion(name, sorted(given | aliases))}", column)


def _outputs(select: exp.Select, relations: Mapping[str, Names]) -> Names:
    given: set[str] = set()
    for projection in select.expressions:
        bare = projection.unalias()
        if isinstance(bare, exp.Star) or (isinstance(bare, exp.Column) and bare.is_star):
            table = bare.table.lower() if isinstance(bare, exp.Column) else ""
            for alias, names in relations.items():
                if table in {"", alias}:
                    if names is None:
                        return None
                    given |= names
        else:
            given.add(projection.alias_or_name.lower())
    return frozenset(given)


def _is_no_column(column: exp.Column) -> bool:
    """Whether it is the unit of a date function, or the argument of a lambda."""
    if isinstance(column.parent, exp.Func) and column.name.lower() in _UNITS:
        return True
    function = column.find_ancestor(exp.Lambda)
    return function is not None and any(a.name == column.name for a in function.expressions)
