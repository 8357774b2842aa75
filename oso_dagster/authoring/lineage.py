"""Which model reads which: metrics from the registry, others from their files, without loading a SQLMesh context."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlglot import exp
from sqlmesh.core import dialect as sqlmesh_dialect

from oso_dagster.reads import Reads
from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory import PROJECT, TimeseriesMetrics

RAW = "raw."


@dataclass(frozen=True, kw_only=True)
class Node:
    """One model: what it reads (`raw.x.y` for raw tables), its grain (None: unpartitioned), and how it reads.

    `kind` is metric, the `model_type` of its tags, or raw.
    """

    name: str
    parents: tuple[str, ...] = ()
    grain: Grain | None = None
    reads: Reads = field(default_factory=Reads)
    kind: str = "raw"
    metric: str | None = None


@dataclass(frozen=True)
class Lineage:
    """Every model by name."""

    nodes: Mapping[str, Node]

    def node(self, name: str) -> Node:
        """The model of that name; what is not a model is a raw table."""
        return self.nodes.get(name) or Node(name=name)

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """For each name the models that read it."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for parent in node.parents:
                found.setdefault(parent, []).append(node.name)
        return {name: tuple(sorted(children)) for name, children in found.items()}

    def upstream(self, name: str) -> tuple[str, ...]:
        """Everything that `name` follows from, nearest first."""
        return tuple(_walk(name, lambda one: self.node(one).parents))

    def downstream(self, name: str) -> tuple[str, ...]:
        """Everything that follows from `name`, nearest first."""
        return tuple(_walk(name, lambda one: self.children.get(one, ())))


def lineage(loaded: TimeseriesMetrics, project: Path = PROJECT) -> Lineage:
    """The lineage of the metrics of `loaded` and of the models in the SQL files of `project`."""
    nodes = {node.name: node for path in sorted((project / "models").rglob("*.sql")) for node in _written(path)}
    for model in loaded.models.values():
        nodes[model.name] = Node(
            name=model.name,
            parents=tuple(sorted(model.depends_on)),
            grain=model.grain,
            reads=Reads.parse(model.reads),
            kind="metric",
            metric=model.metric,
        )
    return Lineage(nodes)


def _written(path: Path) -> Iterator[Node]:
    """The model that a SQL file holds."""
    expressions = [e for e in sqlmesh_dialect.parse(path.read_text(), default_dialect="duckdb") if e is not None]
    header = next((e for e in expressions if isinstance(e, sqlmesh_dialect.Model)), None)
    if header is None:
        return
    properties = {prop.name.lower(): prop.args.get("value") for prop in header.expressions}
    tags = dict(tag.split("=", 1) for tag in _texts(properties.get("tags")) if "=" in tag)
    grain = Grain(tags["grain"]) if "grain" in tags else None
    yield Node(
        name=_plain(properties["name"]),
        parents=tuple(sorted({name for e in expressions if isinstance(e, exp.Query) for name in _tables(e)})),
        grain=grain,
        reads=Reads.parse(tags.get("reads", "window")),
        kind=tags.get("model_type", "intermediate"),
    )


def _tables(query: exp.Expr) -> Iterator[str]:
    ctes = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        if table.name and (table.db or table.name.lower() not in ctes):
            yield ".".join(part.name.lower() for part in table.parts)


def _plain(value: exp.Expr | None) -> str:
    if isinstance(value, exp.Table):
        return ".".join(part.name.lower() for part in value.parts)
    return (value.sql() if value is not None else "").replace('"', "").lower()


def _texts(value: exp.Expr | None) -> list[str]:
    return [literal.name for literal in value.find_all(exp.Literal)] if value is not None else []


def _walk(name: str, near: Callable[[str], Iterable[str]]) -> Iterator[str]:
    seen, queue = {name}, list(near(name))
    while queue:
        one = queue.pop(0)
        if one not in seen:
            seen.add(one)
            yield one
            queue.extend(near(one))
