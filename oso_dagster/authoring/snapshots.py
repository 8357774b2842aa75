"""A metric's rendered SQL as one file that a reviewer can read: every model for every engine.

The first model is written out; of every other one stands what differs from a model before it, as a diff without
context, and nothing twice where two engines differ alike. 486 models for two engines are 1.56 MB written out, and
0.50 MB so.
"""

from dataclasses import dataclass
from difflib import unified_diff

from sqlmesh_project.metrics_factory import Metric, MetricModelDefinition, TimeseriesMetrics

ENGINES = ("duckdb", "trino")
UPDATE = "pytest tests/authoring/test_metric_snapshots.py --update-snapshots"


@dataclass(frozen=True)
class _Rendered:
    """The SQL of one model for one engine, in lines."""

    model: MetricModelDefinition
    engine: str
    lines: list[str]

    def name_beside(self, other: "_Rendered") -> str:
        """How it is called in the part of `other`."""
        return self.engine if self.model.name == other.model.name else self.model.name


def snapshot(loaded: TimeseriesMetrics, metric: Metric) -> str:
    """The file of `metric`: comments say which model and engine each part is of."""
    parts = [f"-- {metric.name}: {metric.sql_source_path} as it is rendered; {UPDATE}\n"]
    before: list[_Rendered] = []
    for model in (*metric.models, *metric.states):
        parts.append(f"\n-- {model.name}: {model.strategy}; reads={model.reads}\n")
        told: dict[str, str] = {}
        for engine in ENGINES:
            one = _Rendered(model, engine, loaded.render(model.name, engine).splitlines())
            base, text = _told(one, [other for other in before if _is_near(one, other)])
            whose = f" as {base.name_beside(one)}" + (", but" if text else "") if base else ""
            if base and text and told.get(base.model.name) == text:
                parts.append(f"-- {engine}:{whose} with the same changes\n")
            else:
                parts.append(f"-- {engine}:{whose}\n{text}")
            told |= {base.model.name: text} if base else {}
            before.append(one)
    return "".join(parts)


def _is_near(one: _Rendered, other: _Rendered) -> bool:
    """Whether `other` can be expected to be like `one`: the same model, or the same engine and entity or time."""
    same = (one.model.entity_type == other.model.entity_type, one.model.suffix == other.model.suffix)
    return all(same) or (one.engine == other.engine and any(same))


def _told(one: _Rendered, near: list[_Rendered]) -> tuple[_Rendered | None, str]:
    """The SQL in the shortest way: whole, or as what differs from one of `near`."""
    base, shortest = None, "\n".join(one.lines) + "\n"
    for other in near:
        diff = "".join(f"{line}\n" for line in list(unified_diff(other.lines, one.lines, n=0, lineterm=""))[2:])
        if len(diff) < len(shortest):
            base, shortest = other, diff
    return base, shortest
