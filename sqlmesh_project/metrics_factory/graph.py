"""The entity graph as data: which tables lead from an artifact to another entity, and where their validity stands.

A new entity type is one more `Membership`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

SOURCE_KEY = "to_artifact_id"
# names that no source has, so that they make no unqualified column ambiguous
MEMBER_COLUMN = "metrics_artifact_id"
GROUP_COLUMN = "metrics_entity_id"


@dataclass(frozen=True, kw_only=True)
class Membership:
    """One step of a path: `table` says which `member_key` belongs to which `group_key`, and until when."""

    table: str
    member: str
    group: str
    valid_to: str = "valid_to"


@dataclass(frozen=True, kw_only=True)
class EntityGraph:
    """The path of memberships from an artifact to each entity type; the artifact's own path is empty."""

    artifact_key: str = "artifact_id"
    paths: Mapping[str, tuple[Membership, ...]]

    def key(self, entity_type: str) -> str:
        """The column that identifies an entity: `project_id`."""
        path = self.paths[entity_type]
        return path[-1].group if path else self.artifact_key

    def tables(self, entity_type: str) -> tuple[str, ...]:
        """The membership tables on the way."""
        return tuple(step.table for step in self.paths[entity_type])

    def pairs(self, entity_type: str) -> exp.Select:
        """`SELECT DISTINCT artifact, entity` as of now: an artifact reached twice counts once."""
        path = self.paths[entity_type]
        first = path[0]
        query = exp.select(
            exp.column(first.member, table="step_0").as_(MEMBER_COLUMN),
            exp.column(path[-1].group, table=f"step_{len(path) - 1}").as_(GROUP_COLUMN),
        ).distinct()
        query = query.from_(exp.alias_(exp.to_table(first.table), "step_0", table=True))
        for index, step in enumerate(path[1:], start=1):
            on = exp.EQ(
                this=exp.column(step.member, table=f"step_{index}"),
                expression=exp.column(path[index - 1].group, table=f"step_{index - 1}"),
            )
            query = query.join(exp.alias_(exp.to_table(step.table), f"step_{index}", table=True), on=on)
        for index, step in enumerate(path):
            query = query.where(
                exp.Is(this=exp.column(step.valid_to, table=f"step_{index}"), expression=exp.null()), copy=False
            )
        return query


_TO_PROJECT = Membership(table="oso.artifacts_by_project_v1", member="artifact_id", group="project_id")
_TO_COLLECTION = Membership(table="oso.projects_by_collection_v1", member="project_id", group="collection_id")
DIRECTORY = EntityGraph(paths={"artifact": (), "project": (_TO_PROJECT,), "collection": (_TO_PROJECT, _TO_COLLECTION)})


def output_key(entity_type: str) -> str:
    """The entity's column in a metric table: `to_project_id`."""
    return f"to_{entity_type}_id"
