"""What readers are told: the names that each metric gives, what each means, and one catalogue row a name and suffix."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlmesh_project.metrics_factory.definitions import (
    Additivity,
    Metric,
    MetricMetadata,
    MetricModelDefinition,
    MetricQueryDef,
    NamedMetric,
)
from sqlmesh_project.metrics_factory.errors import suggestion

_OPEN = MetricMetadata()


def described_metric(
    name: str,
    definition: MetricQueryDef,
    inferred: Additivity,
    models: tuple[MetricModelDefinition, ...],
    states: tuple[MetricModelDefinition, ...],
) -> Metric:
    """The metric `name` with its models and those of states; `inferred` is the additivity that its SQL shows."""
    metadata = definition.metadata or _OPEN
    names = list(dict.fromkeys(emitted for model in models for emitted in model.metric_names))
    return Metric(
        name=name,
        display_name=metadata.display_name or _humanized(name),
        description=metadata.description or "",
        unit=metadata.unit,
        additivity=metadata.additivity or inferred,
        owner=metadata.owner,
        level=metadata.level,
        deprecated=metadata.deprecated,
        bigger_is_better=metadata.bigger_is_better,
        is_intermediate=definition.is_intermediate,
        sql_source_path=definition.ref,
        named={emitted: _named(emitted, definition, inferred, alone=len(names) == 1) for emitted in names},
        models=models,
        states=states,
    )


def _named(name: str, definition: MetricQueryDef, inferred: Additivity, *, alone: bool) -> NamedMetric:
    shared, own = definition.metadata or _OPEN, definition.metadata_by_name.get(name, _OPEN)
    # several names cannot share one name to show
    shown = own.display_name or (shared.display_name if alone else None)
    better = own.bigger_is_better
    return NamedMetric(
        name=name,
        display_name=shown or _humanized(name),
        description=own.description or shared.description or "",
        unit=own.unit or shared.unit,
        additivity=own.additivity or shared.additivity or inferred,
        owner=own.owner or shared.owner,
        level=own.level or shared.level,
        deprecated=own.deprecated or shared.deprecated,
        bigger_is_better=shared.bigger_is_better if better is None else better,
    )


def _humanized(name: str) -> str:
    return name.replace("_", " ").capitalize()


def metadata_problems(definition: MetricQueryDef, emitted: Sequence[str]) -> Iterator[str]:
    """What is wrong with `metadata_by_name`, given the names that the query gives."""
    for name in definition.metadata_by_name:
        if name not in emitted:
            yield (
                f"metadata_by_name describes {name!r}, which the query does not give{suggestion(name, emitted)}; "
                f"it gives {', '.join(emitted)}"
            )


def clashes(published: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str, list[str]]]:
    """(metric, other, names) where `metric` gives names that an earlier metric, `other`, gives already.

    `published` are the names with suffix that each metric gives, in the order of the registry.
    """
    givers: dict[str, str] = {}
    for metric, names in published.items():
        shared: dict[str, list[str]] = {}
        for name in dict.fromkeys(names):
            giver = givers.setdefault(name, metric)
            if giver != metric:
                shared.setdefault(giver, []).append(name)
        yield from ((metric, other, both) for other, both in shared.items())


def catalogue_rows(metrics: Iterable[Metric]) -> list[dict[str, object]]:
    """One row per metric name and suffix, sorted: what it means, where its SQL is, and the models that hold it."""
    rows: dict[str, dict[str, object]] = {}
    for metric in metrics:
        for model in metric.models:
            for name in model.metric_names:
                published = f"{name}_{model.suffix}"
                row = rows.setdefault(published, _row(published, metric, metric.named[name]))
                models = row["models"]
                if isinstance(models, list):
                    models.append(model.name)
    return [rows[key] for key in sorted(rows)]


def _row(published: str, metric: Metric, named: NamedMetric) -> dict[str, object]:
    return {
        "metric": published,
        "name": named.name,
        "display_name": named.display_name,
        "description": named.description,
        "unit": named.unit,
        "additivity": named.additivity,
        "owner": named.owner,
        "level": named.level,
        "deprecated": named.deprecated,
        "bigger_is_better": named.bigger_is_better,
        "sql_source_path": metric.sql_source_path,
        "is_intermediate": metric.is_intermediate,
        "models": [],
    }
