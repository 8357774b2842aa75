"""One SELECT as the joiner sees it: its relations by kind, and which of its columns hold artifacts or entities.

A relation is *raw* where it has rows of events with the key `to_artifact_id`, and *lifted* where columns of it hold
entities. What is then rewritten is in `lifting`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import SOURCE_KEY, output_key
from sqlmesh_project.metrics_factory.macros import PEER
from sqlmesh_project.metrics_factory.memberships import ENTITY, RawSource
from sqlmesh_project.metrics_factory.scopes import (
    Source,
    is_cte,
    sources,
    table_name,
)
from sqlmesh_project.metrics_factory.using import UsingColumns

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory.joiner import Joiner

PEER_COLUMNS = ("metrics_sample_date", "event_source", SOURCE_KEY, "from_artifact_id", "metric", "amount")
# what gives one of the values it is given: an entity stays one
_PASSING = (
    exp.Alias,
    exp.Cast,
    exp.TryCast,
    exp.Paren,
    exp.Min,
    exp.Max,
    exp.AnyValue,
    exp.First,
    exp.Last,
    exp.Lag,
    exp.Lead,
)
_PASSING_ANY = (exp.Coalesce, exp.Case, exp.If, exp.FirstValue, exp.LastValue, exp.Window, exp.Nullif)


@dataclass(frozen=True)
class Columns:
    """What a relation gives: its columns that hold entities, and the source whose rows pass through it by a star."""

    lifted: frozenset[str] = frozenset()
    raw: str | None = None


class Scope:
    """One SELECT: its relations by kind, and the columns that belong to them.

    `around` is the SELECT in whose expression this one stands; `by_hand` one that says itself how it depends on the
    entity.
    """

    def __init__(
        self,
        *,
        joiner: "Joiner",
        select: exp.Select,
        known: Mapping[str, Columns],
        around: "Scope | None",
        by_hand: bool,
    ) -> None:
        self.joiner, self.select, self.known, self.around, self.by_hand = joiner, select, known, around, by_hand
        self.raw: dict[str, RawSource] = {}
        self.lifted: dict[str, frozenset[str]] = {}
        self.others: set[str] = set()
        self.wanted: list[tuple[str, exp.Column]] = []
        for source in sources(select):
            self._classify(source)
        self.using = UsingColumns(self)

    def _classify(self, source: Source) -> None:
        alias = source.alias.lower()
        if source.query is not None:
            self._add(source, self.joiner.columns_of(source.query, self.known))
        elif source.table is None:
            self._refuse_hidden(source)
            self.others.add(alias)
        elif is_cte(source.table, self.known):
            self._add(source, self.known[source.table.name.lower()])
        elif (entity := source.table.meta.get(PEER)) is not None:
            self._add_peer(source, source.table, entity)
        else:
            self._add_table(source, table_name(source.table, self.joiner.schema))

    def _add(self, source: Source, columns: Columns) -> None:
        alias = source.alias.lower()
        self.lifted[alias] = columns.lifted
        if columns.raw is not None:
            self.raw[alias] = RawSource(source=source, table=columns.raw)

    def _add_peer(self, source: Source, table: exp.Table, entity: str) -> None:
        alias, key = source.alias.lower(), output_key(entity)
        if entity == "artifact":
            self.others.add(alias)
        elif self.by_hand:
            self.lifted[alias] = frozenset({key})
        else:
            source.node.replace(_peer_rows(table, key))
            self.lifted[alias] = frozenset({SOURCE_KEY})

    def _add_table(self, source: Source, name: str) -> None:
        alias, dimension = source.alias.lower(), self.joiner.dimensions.get(name)
        if name in self.joiner.sources:
            self.raw[alias] = RawSource(source=source, table=name)
        elif dimension is None or self.by_hand:
            self.others.add(alias)
        else:
            joiner = self.joiner
            self._check_dimension_columns(alias, name, dimension.names)
            rolled = dimension.rolled_up(joiner.graph, joiner.entity_type, joiner.attribution)
            source.node.replace(rolled.subquery(source.alias))
            self.lifted[alias] = frozenset({dimension.key.lower()})

    def _check_dimension_columns(self, alias: str, name: str, known: tuple[str, ...]) -> None:
        only = len(sources(self.select)) == 1
        for node in self.select.find_all(exp.Column):
            mine = node.table.lower() == alias or (only and not node.table and node.parent_select is self.select)
            if mine and not node.is_star and node.name.lower() not in known:
                raise SqlMistake(
                    f"the dimension {name} declares no {node.name}: say how it rolls up in `columns`, or list it in "
                    f"`by`; declared: {', '.join(known)}",
                    node,
                )

    def _refuse_hidden(self, source: Source) -> None:
        for table in source.node.find_all(exp.Table):
            columns = self.known.get(table.name.lower()) if not table.db else None
            hidden = columns is not None and (columns.raw or columns.lifted)
            if hidden or PEER in table.meta or table_name(table, self.joiner.schema) in self.joiner.sources:
                raise SqlMistake(
                    f"{table.name} is read inside {type(source.node).__name__.upper()} or parentheses of a join, where "
                    "it cannot be joined to entities: join it directly, or in a CTE",
                    table,
                )

    @property
    def aliases(self) -> list[str]:
        """Every relation's alias, lower case, in the order of FROM."""
        return [source.alias.lower() for source in sources(self.select)]

    def find(self, column: exp.Column) -> "tuple[Scope, str] | None":
        """The SELECT and alias that `column` comes from, as far as it can be known without schemas."""
        if not column.table:
            alias = self._holder(column)
            return (self, alias) if alias is not None else None
        scope: Scope | None = self
        while scope is not None:
            if column.table.lower() in {*scope.raw, *scope.lifted, *scope.others}:
                return scope, column.table.lower()
            scope = scope.around
        return None

    def _holder(self, column: exp.Column) -> str | None:
        name, every = column.name.lower(), list(dict.fromkeys([*self.raw, *self.lifted, *self.others]))
        if len(every) == 1:
            return every[0]
        holders = [alias for alias in self.aliases if self.holds(alias, name)]
        if len(holders) > 1 and not self.using.merges(name):
            raise SqlMistake(f"{column.name} is ambiguous here: say of which table", column)
        return holders[0] if holders else None

    def holds(self, alias: str, name: str) -> bool:
        """Whether the relation `alias` is known to have a key or an entity in its column `name`."""
        return (name == SOURCE_KEY and alias in self.raw) or name in self.lifted.get(alias, frozenset())

    def raw_key(self, node: exp.Expr) -> "tuple[Scope, str] | None":
        """The SELECT and the alias of a raw relation whose key `node` is."""
        if not isinstance(node, exp.Column) or node.name.lower() != SOURCE_KEY:
            return None
        found = self.find(node)
        if found is None or found[1] not in found[0].raw or SOURCE_KEY in found[0].lifted.get(found[1], ()):
            return None
        return found

    def is_lifted(self, node: exp.Expr) -> bool:
        """Whether `node` holds an entity."""
        if node.meta.get(ENTITY):
            return True
        if isinstance(node, exp.Column):
            found = self.find(node)
            return found is not None and node.name.lower() in found[0].lifted.get(found[1], frozenset())
        if isinstance(node, _PASSING):
            return self.is_lifted(node.this)
        if isinstance(node, exp.Case | exp.If):
            results = [branch.args.get("true") for branch in node.args.get("ifs") or [node]]
            results.append(node.args.get("default") or node.args.get("false"))
            return any(result is not None and self.is_lifted(result) for result in results)
        if isinstance(node, _PASSING_ANY):
            return self.is_lifted(node.this) or any(self.is_lifted(part) for part in node.expressions)
        return False

    def outputs(self) -> Columns:
        """What this SELECT gives, after it was rewritten."""
        found = {p.alias_or_name.lower() for p in self.select.expressions if self.is_lifted(p.unalias())}
        if self.by_hand:
            key = output_key(self.joiner.entity_type)
            named = [p for p in self.select.expressions if key in {p.alias_or_name.lower(), p.unalias().name.lower()}]
            found |= {p.alias_or_name.lower() for p in named}
        starred = list(self._starred())
        found |= {name for alias in starred for name in self.lifted.get(alias, frozenset())}
        passing = [alias for alias in starred if alias in self.raw]
        if not passing or self.by_hand:
            return Columns(frozenset(found))
        if len(passing) > 1 or any(self.select.args.get(part) for part in ("distinct", "group", "limit", "qualify")):
            raise SqlMistake(f"SELECT * hides {SOURCE_KEY} of {', '.join(passing)} here: list the columns", self.select)
        return Columns(frozenset(found), self.raw[passing[0]].table)

    def _starred(self) -> Iterator[str]:
        """Aliases whose columns are all given."""
        for projection in self.select.expressions:
            if isinstance(projection, exp.Star):
                yield from self.aliases
            elif isinstance(projection, exp.Column) and projection.is_star:
                yield projection.table.lower()


def is_artifact_column(node: exp.Expr) -> bool:
    """Whether `node` is a column that holds an artifact by its name."""
    return isinstance(node, exp.Column) and node.name.lower().endswith("artifact_id")


def _peer_rows(table: exp.Table, key: str) -> exp.Subquery:
    """The peer's rows with its entity under the name that metric SQL uses."""
    columns = [exp.column(key).as_(SOURCE_KEY) if name == SOURCE_KEY else exp.column(name) for name in PEER_COLUMNS]
    bare = table.copy()
    bare.set("alias", None)
    return exp.select(*columns).from_(bare).subquery(table.alias_or_name)
