"""Metrics whose mistakes keep them from being made: what is wrong, where, and which models are missing for it.

They are kept in the manifest beside the models, so that the code location loads and shows them as broken, and that
nothing takes a model that cannot be made just now for one that was removed.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from oso_lake.calendar import Grain

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory import MetricProblem, MetricQueryDef, TimeseriesMetrics


@dataclass(frozen=True, kw_only=True)
class BrokenModel:
    """A model that cannot be made; `grain` None where it has no partitions or where they are not known."""

    name: str
    grain: Grain | None = None


@dataclass(frozen=True, kw_only=True)
class BrokenMetric:
    """One metric with its mistakes. `path` and `line` (from 1) are the first one's place, as far as it is known."""

    metric: str
    errors: tuple[str, ...]
    path: str | None = None
    line: int | None = None
    models: tuple[BrokenModel, ...] = ()

    def __str__(self) -> str:
        return "; ".join(self.errors)

    def as_json(self) -> dict[str, Any]:
        """Its fields as JSON values."""
        models = [{"name": one.name, "grain": one.grain.value if one.grain else None} for one in self.models]
        return asdict(self) | {"models": models}

    @classmethod
    def of_json(cls, content: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`."""
        models = (
            BrokenModel(name=one["name"], grain=Grain(one["grain"]) if one["grain"] else None)
            for one in content["models"]
        )
        return cls(
            metric=content["metric"],
            errors=tuple(content["errors"]),
            path=content["path"],
            line=content["line"],
            models=tuple(models),
        )


def find_broken(loaded: "TimeseriesMetrics", made: Collection[str], planned: Collection[str]) -> Iterator[BrokenMetric]:
    """Every metric of the registry that has mistakes; `made` are the models there are, `planned` those last planned.

    A mistake that belongs to no metric (of a dimension) is told under its own name, without models.
    """
    definitions = dict(loaded.options.metric_queries)
    keys = {name_of(key, definition): key for key, definition in reversed(definitions.items())}
    problems: dict[str, list[MetricProblem]] = {}
    for problem in loaded.problems:
        # some mistakes are told of the entry's key, others of the metric's name
        key = problem.metric if problem.metric in definitions else keys.get(problem.metric, problem.metric)
        problems.setdefault(key, []).append(problem)
    for key, found in problems.items():
        metric = name_of(key, definitions[key]) if key in definitions else key
        models = _models(loaded, key, metric, planned) if key in definitions else ()
        yield BrokenMetric(
            metric=metric,
            errors=tuple(" ".join(str(problem).split()) for problem in found),
            path=found[0].path,
            line=found[0].line,
            models=tuple(model for model in models if model.name not in made),
        )


def name_of(key: str, definition: "MetricQueryDef") -> str:
    """The metric's name: that of its definition, which may itself be what is wrong with it."""
    name = getattr(definition, "name", None)
    return name if isinstance(name, str) and name else key


def _models(loaded: "TimeseriesMetrics", key: str, metric: str, planned: Collection[str]) -> "tuple[BrokenModel, ...]":
    """The models the definition asks for; where it cannot be read, those last planned, or one that stands for them."""
    from sqlmesh_project.metrics_factory.factory import variants
    from sqlmesh_project.metrics_factory.validation import problems_of

    options = loaded.options
    definition = options.metric_queries[key]
    prefix = f"{options.schema}.{metric}"
    if not problems_of(key, definition, tuple(options.graph.paths)):
        declared = (
            BrokenModel(name=f"{prefix}_to_{variant.entity_type}_{variant.suffix}", grain=variant.grain)
            for variant in variants(definition)
        )
        # which states are stored follows from the SQL, which is what cannot be read
        states = (f"{prefix}_{kind}_to_" for kind in ("states", "recurrences"))
        stored = sorted(name for start in states for name in planned if name.startswith(start))
        return (*declared, *(BrokenModel(name=name, grain=Grain.DAILY) for name in stored))
    known = sorted(name for name in planned if name.startswith(f"{prefix}_to_"))
    return tuple(BrokenModel(name=name) for name in known or [prefix])
