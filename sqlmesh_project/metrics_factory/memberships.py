"""How a membership enters the FROM of a SELECT: which raw relations share one, where it is joined, and on which days.

Raw relations whose keys are equated form a group with one membership. It is joined beside the relation it hangs on;
where that is the joined side of an outer join, or is compared with an entity in its own ON, the relation is wrapped
together with its membership instead, so that the join means what it did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlmesh_project.metrics_factory.calendar_sql import Bucket, WindowEnd, WindowStart
from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import (
    AS_OF_EVENT,
    FROM_COLUMN,
    GROUP_COLUMN,
    MEMBER_COLUMN,
    SOURCE_KEY,
    UNTIL_COLUMN,
)
from sqlmesh_project.metrics_factory.scopes import Source, own_nodes, sources

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory.keying import Scope

MEMBERSHIP = "metrics_membership"
ENTITY = "metrics_entity"


@dataclass(frozen=True, kw_only=True)
class RawSource:
    """A relation of a SELECT with rows of the timeseries source `table`, read directly or through a star."""

    source: Source
    table: str


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Raw relations of one artifact, in the order of FROM."""

    aliases: tuple[str, ...]
    membership: str

    @property
    def first(self) -> str:
        return self.aliases[0]


class MemberJoiner:
    """Joins the memberships of a SELECT for the raw relations `aliases`, and those that are equated with them."""

    def __init__(self, scope: "Scope", aliases: frozenset[str]) -> None:
        self.scope = scope
        groups = [g for g in _equated(scope) if aliases & set(g)]
        self.groups = [
            _Group(aliases=g, membership=MEMBERSHIP if i == 0 else f"{MEMBERSHIP}_{g[0]}") for i, g in enumerate(groups)
        ]

    def joins(self, alias: str) -> bool:
        """Whether the raw relation `alias` gets a membership."""
        return any(alias in group.aliases for group in self.groups)

    def join(self, nodes: Sequence[tuple[str, exp.Column]], compared: set[int]) -> None:
        """Put the entity in place of each of `nodes` (alias and key) and join what it comes from.

        `compared` are the ids of those nodes that stand in comparisons with entities.
        """
        self._refuse_star()
        for group in self.groups:
            mine = [(alias, node) for alias, node in nodes if alias in group.aliases]
            source = self.scope.raw[group.first].source
            is_wrapped = self._is_wrapped(source, [node for _, node in mine])
            self._require_presence(group, mine, compared)
            table = source.alias if is_wrapped else group.membership
            for _, node in mine:
                self._replace(node, table)
            if is_wrapped:
                self._wrap(group, source)
            else:
                self._add_join(group, source)

    def _replace(self, node: exp.Column, table: str) -> None:
        entity: exp.Expr = exp.column(GROUP_COLUMN, table=table)
        entity.meta[ENTITY] = True
        if isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
            entity = exp.alias_(entity, SOURCE_KEY, copy=False)
        node.replace(entity)

    def _is_wrapped(self, source: Source, nodes: Sequence[exp.Column]) -> bool:
        join = source.join
        if join is None:
            return False
        on = join.args.get("on")
        return bool(join.side) or (on is not None and any(_is_within(node, on) for node in nodes))

    def _require_presence(self, group: _Group, nodes: Iterable[tuple[str, exp.Column]], compared: set[int]) -> None:
        """A key that an outer join may leave NULL identifies nothing by itself."""
        joins = {source.alias.lower(): source.join for source in sources(self.scope.select)}
        nullable = {alias for alias in group.aliases if (join := joins[alias]) is not None and join.side in _NULLABLE}
        for alias, node in nodes:
            if alias in nullable and id(node) not in compared and not isinstance(node.parent, exp.Coalesce):
                raise SqlMistake(
                    f"{alias} is on the side of an outer join that may be NULL, and keys this SELECT", node
                )
        if len(group.aliases) > 1 and (group.first in nullable or any(j and j.side == "RIGHT" for j in joins.values())):
            raise SqlMistake(f"{' and '.join(group.aliases)} are joined in a way that leaves no key: use LEFT or FULL")

    def _refuse_star(self) -> None:
        for projection in self.scope.select.expressions:
            is_mine = not isinstance(projection, exp.Column) or self.joins(projection.table.lower())
            if is_mine and projection.is_star and not isinstance(projection.unalias(), exp.Count):
                raise SqlMistake(f"SELECT * hides {SOURCE_KEY} here: list the columns", self.scope.select)

    def _members(self) -> exp.Select:
        joiner = self.scope.joiner
        as_of = joiner.attribution == AS_OF_EVENT
        return (joiner.graph.spans if as_of else joiner.graph.pairs)(joiner.entity_type)

    def _condition(self, group: _Group, key: exp.Expr) -> exp.Expr:
        """When a membership belongs to a row with `key`; as of the event, on the day of the row."""
        same = exp.EQ(this=exp.column(MEMBER_COLUMN, table=group.membership), expression=key)
        if self.scope.joiner.attribution != AS_OF_EVENT:
            return same
        if len(group.aliases) > 1:
            raise SqlMistake(
                f"rows of {' and '.join(group.aliases)} are one artifact's at two times, and attribution='as_of_event' "
                "cannot say as of which: key each in a CTE of its own",
                self.scope.raw[group.aliases[1]].source.node,
            )
        time = exp.column(self._time(group.first), table=self.scope.raw[group.first].source.alias or None)
        return exp.and_(
            same,
            exp.GTE(this=time, expression=exp.column(FROM_COLUMN, table=group.membership)),
            exp.LT(this=time.copy(), expression=exp.column(UNTIL_COLUMN, table=group.membership)),
        )

    def _time(self, alias: str) -> str:
        """The time column of a raw relation: as declared, or the one that the window bounds here."""
        raw = self.scope.raw[alias]
        declared = self.scope.joiner.time_columns.get(raw.table)
        if declared is not None:
            return declared
        names = {column.name for column in self._timed_columns() if self._belongs(column, alias)}
        if len(names) != 1:
            raise SqlMistake(
                f"attribution='as_of_event' needs the time of {raw.table}: declare it, "
                f"timeseries_sources={{{raw.table!r}: 'bucket_day'}}, or bound it in this SELECT",
                raw.source.node,
            )
        return names.pop()

    def _timed_columns(self) -> list[exp.Column]:
        timed: list[exp.Expr | None] = []
        for node in own_nodes(self.scope.select):
            is_bound = isinstance(node, exp.GTE | exp.LT) and isinstance(node.expression, WindowStart | WindowEnd)
            if is_bound or isinstance(node, Bucket):
                timed.append(node.this)
        bare = [t.this if isinstance(t, exp.Cast) else t for t in timed]
        return [column for column in bare if isinstance(column, exp.Column)]

    def _belongs(self, column: exp.Column, alias: str) -> bool:
        return column.table.lower() == alias if column.table else len(self.scope.raw) == 1

    def _add_join(self, group: _Group, source: Source) -> None:
        select = self.scope.select
        joins: list[exp.Join] = list(select.args.get("joins") or ())
        key: exp.Expr = exp.column(SOURCE_KEY, table=source.alias or None)
        index = 0 if source.join is None else joins.index(source.join) + 1
        if source.join is not None and self.scope.using.merges(SOURCE_KEY):
            key = exp.column(SOURCE_KEY)
        others = [self.scope.raw[alias].source for alias in group.aliases[1:]]
        if any(other.join is not None and other.join.side == "FULL" for other in others):
            keys = [exp.column(SOURCE_KEY, table=self.scope.raw[alias].source.alias) for alias in group.aliases]
            key = exp.Coalesce(this=keys[0], expressions=keys[1:])
            index = max(joins.index(other.join) for other in others if other.join is not None) + 1
        self._refuse_early(group, joins[:index])
        members = self._members().subquery(group.membership)
        joins.insert(index, exp.Join(this=members, kind="INNER", on=self._condition(group, key)))
        select.set("joins", joins)

    def _refuse_early(self, group: _Group, joins: Sequence[exp.Join]) -> None:
        for join in joins:
            for node in join.find_all(exp.Column):
                if node.table == group.membership:
                    raise SqlMistake(
                        f"{' and '.join(group.aliases)} are joined by artifact and compared with an entity in one ON: "
                        "aggregate one of them in a CTE first",
                        join.this,
                    )

    def _wrap(self, group: _Group, source: Source) -> None:
        """`(SELECT alias.*, entity FROM raw AS alias INNER JOIN members) AS alias`."""
        alias = source.alias
        rows = exp.select(exp.column(exp.Star(), table=alias), exp.column(GROUP_COLUMN, table=group.membership))
        rows = rows.from_(source.node.copy())
        on = self._condition(group, exp.column(SOURCE_KEY, table=alias))
        rows = rows.join(self._members().subquery(group.membership), on=on, join_type="INNER")
        source.node.replace(rows.subquery(alias))


_NULLABLE = frozenset({"LEFT", "FULL"})


def _is_within(node: exp.Expr, ancestor: exp.Expr) -> bool:
    current: exp.Expr | None = node
    while current is not None:
        if current is ancestor:
            return True
        current = current.parent
    return False


def _equated(scope: "Scope") -> list[tuple[str, ...]]:
    """The raw relations, those together whose keys are conjuncts `a = b` of ON or WHERE, or merged by USING."""
    group_of = {alias: {alias} for alias in scope.aliases if alias in scope.raw}
    conditions = [join.args.get("on") for join in scope.select.args.get("joins") or ()]
    where = scope.select.args.get("where")
    conditions.append(where.this if where is not None else None)
    pairs = list(scope.using.equated())
    for condition in conditions:
        conjuncts = condition.flatten() if isinstance(condition, exp.And) else [condition]
        for node in conjuncts:
            bare = node.unnest() if node is not None else None
            if isinstance(bare, exp.EQ):
                found = [scope.raw_key(side) for side in (bare.this, bare.expression)]
                both = [key[1] for key in found if key is not None and key[0] is scope]
                if len(both) == 2:
                    pairs.append((both[0], both[1]))
    for one, other in pairs:
        together = group_of[one] | group_of[other]
        for alias in together:
            group_of[alias] = together
    unique = {frozenset(group) for group in group_of.values()}
    ordered = [tuple(alias for alias in scope.aliases if alias in group) for group in unique]
    return sorted(ordered, key=lambda group: scope.aliases.index(group[0]))
