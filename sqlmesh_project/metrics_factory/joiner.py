"""The joiner: rewrites SQL that is written for artifacts so that it speaks of projects, collections, any entity.

A SELECT that reads a timeseries source and projects or groups by `to_artifact_id` is keyed: it is joined to the pairs
of artifact and entity, and the key is replaced where it identifies a row, never where it is counted. A column that
holds an entity is *lifted*; CTEs keep the name `to_artifact_id` for it, whatever the entity. This module walks through
the queries inside a query; what is done to one SELECT is in `lifting`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from sqlmesh_project.metrics_factory.dimensions import Dimension
from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import CURRENT, SOURCE_KEY, EntityGraph, output_key
from sqlmesh_project.metrics_factory.keying import Columns, Scope, is_artifact_column
from sqlmesh_project.metrics_factory.lifting import Lifting, read_lifted_by_hand
from sqlmesh_project.metrics_factory.macros import BY_HAND
from sqlmesh_project.metrics_factory.scopes import ctes, inner_queries

Known = Mapping[str, Columns]


@dataclass(frozen=True, kw_only=True)
class Joiner:
    """Joins one entity type.

    `sources` are the timeseries sources and `dimensions` the declared ones, as `schema.table`; `time_columns` says
    which column of a source is its time, where that is declared.
    """

    graph: EntityGraph
    entity_type: str
    sources: frozenset[str]
    schema: str
    attribution: str = CURRENT
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    time_columns: Mapping[str, str] = field(default_factory=dict)

    def lift(self, query: exp.Query) -> None:
        """Rewrite `query` in place; raises SqlMistake where that is not possible."""
        if not self.graph.paths[self.entity_type]:
            return
        lifted = self.columns_of(query, {}).lifted
        if not lifted & {SOURCE_KEY, output_key(self.entity_type)}:
            raise SqlMistake(
                f"{SOURCE_KEY} of the outermost SELECT cannot be turned into a {self.entity_type}: project it out of a "
                "timeseries source, a CTE that does, or a peer (or list the source in timeseries_sources)",
                query,
            )

    def columns_of(self, query: exp.Query, outer: Known, around: Scope | None = None) -> Columns:
        """Rewrite `query`, which stands in an expression of `around` if that is given, and say what it gives."""
        known = self._with_ctes(query, outer)
        if isinstance(query, exp.SetOperation):
            return self._of_both(
                query, self.columns_of(query.this, known, around), self.columns_of(query.expression, known, around)
            )
        if isinstance(query, exp.Subquery) and isinstance(query.this, exp.Query):
            return self.columns_of(query.this, known, around)
        return self._of_select(query, known, around) if isinstance(query, exp.Select) else Columns()

    def _with_ctes(self, query: exp.Query, outer: Known) -> Known:
        known = dict(outer)
        clause = query.args.get("with_")
        for cte in ctes(query):
            if clause is not None and clause.recursive and isinstance(cte.this, exp.SetOperation):
                anchor = self.columns_of(cte.this.this, known)
                known[cte.alias.lower()] = _renamed(cte, anchor)
                given = self._of_both(cte.this, anchor, self.columns_of(cte.this.expression, known))
            else:
                given = self.columns_of(cte.this, known)
            known[cte.alias.lower()] = _renamed(cte, given)
        return known

    def _of_select(self, select: exp.Select, known: Known, around: Scope | None) -> Columns:
        by_hand = bool(select.meta.get(BY_HAND))
        scope = Scope(joiner=self, select=select, known=known, around=around, by_hand=by_hand)
        inside = None if by_hand else scope
        inner = {id(query): self.columns_of(query, known, inside) for query in inner_queries(select)}
        if by_hand:
            read_lifted_by_hand(scope)
        else:
            Lifting(scope=scope, inner=inner).rewrite()
        return scope.outputs()

    def _of_both(self, query: exp.SetOperation, left: Columns, right: Columns) -> Columns:
        """A set operation matches columns by position and names them as its first SELECT does."""
        ours, theirs = query.this.selects, query.expression.selects
        raw = left.raw if right.raw else None
        if any(p.is_star for p in [*ours, *theirs]):
            return Columns(left.lifted | right.lifted, raw)
        lifted = set()
        for one, other in zip(ours, theirs, strict=False):
            sides = (one.alias_or_name.lower() in left.lifted, other.alias_or_name.lower() in right.lifted)
            if not any(sides):
                continue
            plain = [p.unalias() for p, is_lifted in zip((one, other), sides, strict=True) if not is_lifted]
            if any(is_artifact_column(p) for p in plain):
                raise SqlMistake(
                    f"{plain[0].sql()} is an artifact, and the other branch of the {type(query).__name__.upper()} "
                    f"has a {self.entity_type} in its place: aggregate it from a timeseries source",
                    plain[0],
                )
            lifted.add(one.alias_or_name.lower())
        return Columns(frozenset(lifted), raw)


def _renamed(cte: exp.CTE, given: Columns) -> Columns:
    names = [column.name.lower() for column in cte.args["alias"].columns]
    if not names:
        return given
    before = [p.alias_or_name.lower() for p in cte.this.selects]
    return Columns(frozenset(new for old, new in zip(before, names, strict=False) if old in given.lifted))
