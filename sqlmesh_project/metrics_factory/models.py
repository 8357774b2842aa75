"""Describes a compiled metric model for SQLMesh and its readers: tags, schedule, columns, descriptions, audits."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.compiling import Compiled
from sqlmesh_project.metrics_factory.definitions import (
    AuditCall,
    MetricMetadata,
    MetricModelDefinition,
    MetricQueryDef,
    Variant,
)
from sqlmesh_project.metrics_factory.graph import CURRENT
from sqlmesh_project.metrics_factory.rendering import columns
from sqlmesh_project.metrics_factory.states import DAY
from sqlmesh_project.metrics_factory.storing import StoredState
from sqlmesh_project.metrics_factory.validation import as_day

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory.factory import FactoryOptions

# from what is known of a model to what it gets in addition: "audits", "tags"; "kind_options" have no effect
MetadataModifier: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_PERIODS = {
    Grain.DAILY: "day",
    Grain.WEEKLY: "week, from Monday",
    Grain.MONTHLY: "month",
    Grain.QUARTERLY: "quarter",
    Grain.BIANNUALLY: "half year",
    Grain.YEARLY: "year",
}


def model_definition(
    *,
    name: str,
    metric: str,
    variant: Variant,
    definition: MetricQueryDef,
    compiled: Compiled,
    peers: frozenset[str],
    options: "FactoryOptions",
) -> MetricModelDefinition:
    """The model `name` of `metric`."""
    kinds = columns(variant.entity_type)
    grain_columns = (
        "metric",
        f"to_{variant.entity_type}_id",
        "event_source",
        "from_artifact_id",
        "metrics_sample_date",
    )
    incremental = definition.incremental and variant.grain is not None
    tags = _tags(metric, variant, definition, compiled.reads, options, incremental=incremental)
    return MetricModelDefinition(
        name=name,
        metric=metric,
        variant=variant,
        owner=_owner(tags),
        cron="@daily" if variant.grain in (None, Grain.DAILY) else variant.grain.cron,
        start=as_day(definition.start) if definition.start else options.start,
        end=as_day(definition.end) if definition.end else None,
        incremental=incremental,
        reads=compiled.reads,
        strategy=compiled.strategy,
        depends_on=compiled.tables | peers,
        metric_names=compiled.metric_names,
        tags=tags,
        description=_description(metric, variant, definition),
        columns=kinds,
        column_descriptions=_column_descriptions(variant),
        audits=_audits(variant, definition, options, compiled, grain_columns, incremental=incremental),
        grain_columns=grain_columns,
    )


def modified(
    model: MetricModelDefinition, definition: MetricQueryDef, modifiers: Sequence[MetadataModifier]
) -> MetricModelDefinition:
    """The model with the audits and tags that `modifiers` add; each gets the old interface's description of it."""
    variant = model.variant
    reference: dict[str, object] = {"name": model.metric, "entity_type": variant.entity_type}
    if variant.window is not None:
        reference |= {"window": variant.window, "unit": variant.unit, "cron": model.cron}
    else:
        reference |= {"time_aggregation": variant.suffix}
    for modify in modifiers:
        config = {
            "table_name": model.name.split(".")[-1],
            "ref": reference,
            "vars": dict(definition.vars),
            "metadata": definition.metadata,
            "incremental": model.incremental,
            "additional_tags": list(definition.additional_tags),
            "dialect": definition.dialect,
        }
        more = modify(config)
        ignored = sorted({*more} - {"audits", "tags"})
        if ignored:
            warnings.warn(f"metadata_modifiers: {', '.join(ignored)} have no effect", stacklevel=2)
        model = replace(
            model, audits=(*model.audits, *more.get("audits", ())), tags=(*model.tags, *more.get("tags", ()))
        )
    return model


def state_definition(
    state: StoredState, metric: str, definition: MetricQueryDef, options: "FactoryOptions"
) -> MetricModelDefinition:
    """The model of states that the rolling windows of `metric` share: nobody's metric, so that it is not published."""
    tags = _tags(metric, state.variant, definition, state.reads, options, incremental=True)
    own = {"model_type": "metric_state", "intermediate": "true"}
    tags = (*(tag for tag in tags if tag.split("=")[0] not in own), *(f"{key}={value}" for key, value in own.items()))
    keys = tuple(name for name, kind in state.columns.items() if kind not in {"BIGINT", "DOUBLE"})
    return MetricModelDefinition(
        name=state.name,
        metric=metric,
        variant=state.variant,
        owner=_owner(tags),
        cron="@daily",
        start=as_day(definition.start) if definition.start else options.start,
        end=as_day(definition.end) if definition.end else None,
        incremental=True,
        reads=state.reads,
        strategy="states: what a day adds to the rolling windows that hold it",
        depends_on=state.tables,
        metric_names=(),
        tags=tags,
        description=f"What each day adds to the rolling windows of {metric}, shared by windows of every length.",
        columns=state.columns,
        column_descriptions=state.descriptions,
        audits=(("not_null", {"columns": (DAY,)}),),
        grain_columns=keys,
        is_state=True,
    )


def _owner(tags: Iterable[str]) -> str | None:
    return next((tag.removeprefix("owner=") for tag in tags if tag.startswith("owner=")), None)


def _tags(
    metric: str,
    variant: Variant,
    definition: MetricQueryDef,
    reads: str,
    options: "FactoryOptions",
    *,
    incremental: bool,
) -> tuple[str, ...]:
    given = [*options.additional_tags, *definition.additional_tags]
    tags = {
        "model_type": "metric",
        "metric": metric,
        "entity": variant.entity_type,
        "reads": reads,
        "category": definition.ref.split("/")[0] if "/" in definition.ref else "metrics",
    }
    if incremental and variant.grain is not None:
        tags["grain"] = variant.grain.value
    if definition.is_intermediate:
        tags["intermediate"] = "true"
    if definition.attribution != CURRENT and options.graph.paths[variant.entity_type]:
        tags["attribution"] = definition.attribution
    owner = definition.metadata.owner if definition.metadata else None
    if owner:
        tags["owner"] = owner
    bare = [tag for tag in given if "=" not in tag]
    tags |= dict(tag.split("=", 1) for tag in given if "=" in tag and (tag.split("=", 1)[0] != "owner" or not owner))
    return tuple([f"{key}={value}" for key, value in tags.items()] + bare)


def _period(variant: Variant) -> str:
    if variant.window is not None:
        return f"the {variant.window} {variant.unit}s that end with the sample date"
    return f"each {_PERIODS[variant.grain]}" if variant.grain else "all time up to the sample date"


def _description(metric: str, variant: Variant, definition: MetricQueryDef) -> str:
    metadata = definition.metadata or MetricMetadata()
    what = metadata.description or metadata.display_name or metric.replace("_", " ").capitalize()
    return f"{what.rstrip('.')}. One row per {variant.entity_type}, over {_period(variant)}."


def _column_descriptions(variant: Variant) -> dict[str, str]:
    sample = "Last day of the window." if variant.is_rolling or not variant.grain else "First day of the bucket."
    return {
        "metrics_sample_date": sample,
        "event_source": "Where the events come from, for example GITHUB.",
        f"to_{variant.entity_type}_id": f"The {variant.entity_type} that the metric is about.",
        "from_artifact_id": "Who acted, in intermediate models; empty where rows are aggregated over people.",
        "metric": "Name of the metric and its suffix; the event source is put before it when it is published.",
        "amount": "The metric's value.",
    }


def _audits(
    variant: Variant,
    definition: MetricQueryDef,
    options: "FactoryOptions",
    compiled: Compiled,
    grain_columns: tuple[str, ...],
    *,
    incremental: bool,
) -> tuple[AuditCall, ...]:
    filled = ("metrics_sample_date", "event_source", f"to_{variant.entity_type}_id", "metric")
    filled += () if compiled.may_lack_amount else ("amount",)
    calls: list[AuditCall] = [
        ("not_null", {"columns": filled}),
        ("unique_combination_of_columns", {"columns": grain_columns}),
        *options.audits,
        *definition.audits,
    ]
    if incremental:
        calls += [*options.incremental_audits, *definition.incremental_audits]
    return tuple(calls)
