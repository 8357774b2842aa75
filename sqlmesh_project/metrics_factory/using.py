"""JOIN ... USING in a SELECT that the joiner rewrites.

USING merges columns of two relations by name. Where both hold artifacts or both hold entities it may stay; where one
holds an artifact and the other an entity it becomes ON, and what it merged is said in full.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlmesh_project.metrics_factory.errors import SqlMistake
from sqlmesh_project.metrics_factory.graph import SOURCE_KEY
from sqlmesh_project.metrics_factory.scopes import own_nodes, sources

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory.keying import Scope


class UsingColumns:
    """The columns that the joins of one SELECT merge."""

    def __init__(self, scope: "Scope") -> None:
        self.scope = scope

    def _joins(self) -> Iterator[tuple[list[str], str, exp.Join]]:
        """The aliases before a join, its own, and the join."""
        before: list[str] = []
        for source in sources(self.scope.select):
            if source.join is not None:
                yield list(before), source.alias.lower(), source.join
            before.append(source.alias.lower())

    def merges(self, name: str) -> bool:
        """Whether the unqualified `name` is one column of several relations."""
        return any(name in _names(join) for _, _, join in self._joins())

    def equated(self) -> Iterator[tuple[str, str]]:
        """Pairs of raw relations whose keys are merged."""
        for before, alias, join in self._joins():
            left = self._left(before, SOURCE_KEY)
            if SOURCE_KEY in _names(join) and left in self.scope.raw and alias in self.scope.raw:
                yield str(left), alias

    def resolve(self) -> None:
        """Turn USING into ON where artifacts meet entities; raises SqlMistake where they cannot."""
        scope, must = self.scope, False
        for before, alias, join in self._joins():
            related = [other for other in (*before, alias) if other in scope.raw or scope.lifted.get(other)]
            if join.method == "NATURAL" and related:
                raise SqlMistake("a NATURAL JOIN does not say whether artifacts are compared: use ON", join.this)
            for name in _names(join):
                left = self._left(before, name)
                kinds = {self._kind(left, name), self._kind(alias, name)}
                must |= kinds == {"artifact", "entity"}
                if kinds == {"entity", None} and name.endswith("artifact_id"):
                    raise SqlMistake(
                        f"USING ({name}) compares a {scope.joiner.entity_type} with an artifact: aggregate the latter "
                        "from a timeseries source, or declare its table as a dimension",
                        join.this,
                    )
        if must:
            self._spell_out()

    def _left(self, before: list[str], name: str) -> str | None:
        return next((alias for alias in before if self.scope.holds(alias, name)), None)

    def _kind(self, alias: str | None, name: str) -> str | None:
        if alias is None or not self.scope.holds(alias, name):
            return None
        return "entity" if name in self.scope.lifted.get(alias, frozenset()) else "artifact"

    def _spell_out(self) -> None:
        select = self.scope.select
        if any(p.is_star and not isinstance(p.unalias(), exp.Count) for p in select.expressions):
            raise SqlMistake("SELECT * cannot stand beside USING here: list the columns", select)
        merged: dict[str, exp.Expr] = {}
        for before, alias, join in self._joins():
            names = _names(join)
            if not names:
                continue
            conditions = []
            for name in names:
                left = merged.get(name) or self._left_column(before, name, join)
                right = exp.column(name, table=alias)
                conditions.append(exp.EQ(this=left.copy(), expression=right.copy()))
                if join.side == "FULL":
                    merged[name] = exp.Coalesce(this=left.copy(), expressions=[right])
                else:
                    merged[name] = right if join.side == "RIGHT" else left.copy()
            join.set("using", None)
            join.set("on", exp.and_(*conditions))
        for node in list(own_nodes(select)):
            if isinstance(node, exp.Column) and not node.table and node.name.lower() in merged:
                value: exp.Expr = merged[node.name.lower()].copy()
                named = node.parent is select and node.arg_key == "expressions"
                node.replace(exp.alias_(value, node.name) if named else value)

    def _left_column(self, before: list[str], name: str, join: exp.Join) -> exp.Column:
        left = before[0] if len(before) == 1 else self._left(before, name)
        if left is None:
            raise SqlMistake(f"USING ({name}) does not say of which table: use ON", join.this)
        return exp.column(name, table=left)


def _names(join: exp.Join) -> list[str]:
    return [name.name.lower() for name in join.args.get("using") or ()]
