"""The entity graph as data: which tables lead from an artifact to another entity, and where their validity stands.

A new entity type is one more path of `Membership`s. Here are also the relations that the joiner joins: pairs of
artifact and entity as of now, or with the days on which they belonged together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

SOURCE_KEY = "to_artifact_id"
# names that no source has, so that they make no unqualified column ambiguous
MEMBER_COLUMN = "metrics_artifact_id"
GROUP_COLUMN = "metrics_entity_id"
FROM_COLUMN = "metrics_valid_from"
UNTIL_COLUMN = "metrics_valid_to"
_EVER, _NEVER = "0001-01-01", "9999-12-31"

CURRENT = "current"
AS_OF_EVENT = "as_of_event"
ATTRIBUTIONS = (CURRENT, AS_OF_EVENT)

# An interval begins an island unless it meets or touches what earlier ones of its pair cover.
_ISLANDS = """
SELECT metrics_artifact_id, metrics_entity_id,
  MIN(metrics_valid_from) AS metrics_valid_from, MAX(metrics_valid_to) AS metrics_valid_to
FROM (
  SELECT metrics_artifact_id, metrics_entity_id, metrics_valid_from, metrics_valid_to,
    SUM(metrics_begins) OVER (
      PARTITION BY metrics_artifact_id, metrics_entity_id ORDER BY metrics_valid_from, metrics_valid_to
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS metrics_island
  FROM (
    SELECT metrics_artifact_id, metrics_entity_id, metrics_valid_from, metrics_valid_to,
      CASE WHEN metrics_valid_from <= MAX(metrics_valid_to) OVER (
        PARTITION BY metrics_artifact_id, metrics_entity_id ORDER BY metrics_valid_from, metrics_valid_to
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) THEN 0 ELSE 1 END AS metrics_begins
    FROM metrics_intersections
  ) AS metrics_ordered
) AS metrics_numbered
GROUP BY metrics_artifact_id, metrics_entity_id, metrics_island
"""


@dataclass(frozen=True, kw_only=True)
class Membership:
    """One step of a path: `table` says which `member` belongs to which `group` (columns), and on which days.

    `valid_from` is the column with the first day (NULL: ever since), `valid_to` the one with the first day after
    (NULL: still). A table without history has neither: its rows hold on every day.
    """

    table: str
    member: str
    group: str
    valid_from: str | None = "valid_from"
    valid_to: str | None = "valid_to"


@dataclass(frozen=True, kw_only=True)
class EntityGraph:
    """The path of memberships from an artifact to each entity type; the artifact's own path is empty.

    Raises ValueError where the artifact is missing, an entity type cannot be part of a name, or one has no path.
    """

    artifact_key: str = "artifact_id"
    paths: Mapping[str, tuple[Membership, ...]]

    def __post_init__(self) -> None:
        if self.paths.get("artifact") != ():
            raise ValueError("an entity graph needs 'artifact' with an empty path: events are about artifacts")
        for entity_type, path in self.paths.items():
            if not entity_type.isidentifier() or entity_type != entity_type.lower():
                raise ValueError(f"the entity type {entity_type!r} must be a lower-case name: it is part of names")
            if not path and entity_type != "artifact":
                raise ValueError(f"the entity type {entity_type!r} has no memberships that lead to it")

    def with_entity(self, entity_type: str, *steps: Membership, beyond: str = "artifact") -> "EntityGraph":
        """This graph and one more entity type, reached by `steps` from the entity type `beyond`."""
        return EntityGraph(
            artifact_key=self.artifact_key, paths={**self.paths, entity_type: (*self.paths[beyond], *steps)}
        )

    def key(self, entity_type: str) -> str:
        """The column that identifies an entity: `project_id`."""
        path = self.paths[entity_type]
        return path[-1].group if path else self.artifact_key

    def tables(self, entity_type: str) -> tuple[str, ...]:
        """The membership tables on the way."""
        return tuple(step.table for step in self.paths[entity_type])

    def pairs(self, entity_type: str) -> exp.Select:
        """`SELECT DISTINCT artifact, entity` as of now: an artifact reached twice counts once."""
        query = self._path(entity_type)
        for index, step in enumerate(self.paths[entity_type]):
            if step.valid_to is not None:
                valid_to = exp.column(step.valid_to, table=f"step_{index}")
                query = query.where(exp.Is(this=valid_to, expression=exp.null()), copy=False)
        return query

    def pairs_of_all_time(self, entity_type: str) -> exp.Select:
        """`SELECT DISTINCT artifact, entity` that belonged together on any day."""
        first, until = self._intersection(entity_type)
        return self._path(entity_type).where(exp.LT(this=first, expression=until), copy=False)

    def spans(self, entity_type: str) -> exp.Select:
        """Artifact, entity, and the days [metrics_valid_from, metrics_valid_to) on which they belonged together.

        Validities are intersected along the path; intervals of a pair neither overlap nor touch, so that a day is in
        one of them at most, however many ways lead from the artifact to the entity.
        """
        first, until = self._intersection(entity_type)
        ways = self._path(entity_type).where(exp.LT(this=first.copy(), expression=until.copy()), copy=False)
        ways = ways.select(exp.alias_(first, FROM_COLUMN), exp.alias_(until, UNTIL_COLUMN), copy=False)
        merged = _islands().copy()
        place = next(merged.find_all(exp.Table))
        place.replace(ways.subquery(place.name))
        return merged

    def _path(self, entity_type: str) -> exp.Select:
        path = self.paths[entity_type]
        query = exp.select(
            exp.column(path[0].member, table="step_0").as_(MEMBER_COLUMN),
            exp.column(path[-1].group, table=f"step_{len(path) - 1}").as_(GROUP_COLUMN),
        ).distinct()
        query = query.from_(exp.alias_(exp.to_table(path[0].table), "step_0", table=True))
        for index, step in enumerate(path[1:], start=1):
            on = exp.EQ(
                this=exp.column(step.member, table=f"step_{index}"),
                expression=exp.column(path[index - 1].group, table=f"step_{index - 1}"),
            )
            query = query.join(exp.alias_(exp.to_table(step.table), f"step_{index}", table=True), on=on)
        return query

    def _intersection(self, entity_type: str) -> tuple[exp.Expr, exp.Expr]:
        """First day of a way along the path, and the first after its last."""
        firsts = [_day(f"step_{i}", step.valid_from, _EVER) for i, step in enumerate(self.paths[entity_type])]
        untils = [_day(f"step_{i}", step.valid_to, _NEVER) for i, step in enumerate(self.paths[entity_type])]
        return _extreme(exp.Greatest, firsts), _extreme(exp.Least, untils)


@lru_cache(maxsize=1)
def _islands() -> exp.Select:
    query = sqlglot.parse_one(_ISLANDS, dialect="duckdb", into=exp.Select)
    for node in query.walk():
        node.meta.clear()  # its lines are not a metric's
    return query


def _day(table: str, column: str | None, otherwise: str) -> exp.Expr:
    """`column` of `table` as a DATE, with `otherwise` for NULL."""
    constant = exp.cast(exp.Literal.string(otherwise), "DATE")
    if column is None:
        return constant
    return exp.Coalesce(this=exp.cast(exp.column(column, table=table), "DATE"), expressions=[constant])


def _extreme(function: type[exp.Greatest] | type[exp.Least], days: list[exp.Expr]) -> exp.Expr:
    # none of them is NULL, so how the engines treat NULL does not matter
    return days[0] if len(days) == 1 else function(this=days[0], expressions=days[1:], ignore_nulls=True)


_TO_PROJECT = Membership(table="oso.artifacts_by_project_v1", member="artifact_id", group="project_id")
_TO_COLLECTION = Membership(table="oso.projects_by_collection_v1", member="project_id", group="collection_id")
DIRECTORY = EntityGraph(paths={"artifact": (), "project": (_TO_PROJECT,), "collection": (_TO_PROJECT, _TO_COLLECTION)})


def output_key(entity_type: str) -> str:
    """The entity's column in a metric table: `to_project_id`."""
    return f"to_{entity_type}_id"
