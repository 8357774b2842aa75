"""Checks registry entries before any SQL is read: unknown options, wrong types, values that cannot be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import DAY_UNITS, MONTH_UNITS, ROLLING_CRONS
from sqlmesh_project.metrics_factory.definitions import (
    RETIRED_OPTIONS,
    MetricMetadata,
    MetricQueryDef,
    RollingConfig,
)
from sqlmesh_project.metrics_factory.errors import MetricProblem, suggestion
from sqlmesh_project.metrics_factory.graph import ATTRIBUTIONS

_TEXT = ("ref", "name", "dialect", "reads", "attribution")
_FLAGS = ("over_all_time", "is_intermediate", "enabled", "incremental", "approximate")
_LISTS = ("entity_types", "time_aggregations", "additional_tags", "audits", "incremental_audits")
_OPTIONAL = ("name", "dialect")
_PARTS: dict[str, tuple[type, str]] = {
    "vars": (Mapping, "a dict"),
    "rolling": (RollingConfig, "RollingConfig(...)"),
    "metadata": (MetricMetadata, "MetricMetadata(...)"),
    "metadata_by_name": (Mapping, "a dict of MetricMetadata(...)"),
}
_NAME_CHARACTERS = "lower-case letters, digits and underscores"


def problems_of(name: str, definition: object, entity_types: Sequence[str]) -> list[MetricProblem]:
    """Every mistake in the registry entry `name`."""
    if not isinstance(definition, MetricQueryDef):
        return [MetricProblem(metric=name, message=f"is a {type(definition).__name__}; expected MetricQueryDef(...)")]
    path, line = definition.defined_at
    messages = [*definition.misuses, *_unknown(definition)]
    if not definition.misuses:
        messages += _wrong_types(definition)
    if not messages:
        messages = [*_wrong_values(name, definition, entity_types)]
    return [MetricProblem(metric=name, message=message, path=path or None, line=line or None) for message in messages]


def retired_options(definition: MetricQueryDef) -> list[str]:
    """Options of the old interface that mean nothing any more."""
    parts = [definition, *([definition.rolling] if isinstance(definition.rolling, RollingConfig) else [])]
    return sorted({option for part in parts for option in part.unknown_options if option in RETIRED_OPTIONS})


def as_day(value: str | date) -> date:
    """A date given as such or as text; raises ValueError."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _unknown(definition: MetricQueryDef) -> Iterator[str]:
    named = definition.metadata_by_name
    for part in (
        definition,
        definition.rolling,
        definition.metadata,
        *(named.values() if isinstance(named, Mapping) else ()),
    ):
        if not isinstance(part, MetricQueryDef | RollingConfig | MetricMetadata):
            continue
        if part is not definition:
            yield from part.misuses
        known = [f.name for f in fields(part) if f.init]
        for option in part.unknown_options:
            if option not in RETIRED_OPTIONS:
                yield f"{type(part).__name__} has no option {option!r}{suggestion(option, known)}"


def _wrong_types(definition: MetricQueryDef) -> Iterator[str]:
    for name in _TEXT:
        value = getattr(definition, name)
        if not isinstance(value, str) and not (value is None and name in _OPTIONAL):
            yield _expected(name, "text", value)
    for name in _FLAGS:
        if not isinstance(getattr(definition, name), bool):
            yield _expected(name, "True or False", getattr(definition, name))
    for name in _LISTS:
        value = getattr(definition, name)
        if isinstance(value, str) or not isinstance(value, Sequence):
            yield _expected(name, "a list", value)
    yield from _wrong_parts(definition)
    if not isinstance(definition.lookback, int) or isinstance(definition.lookback, bool):
        yield _expected("lookback", "a number of days", definition.lookback)
    for name in ("start", "end"):
        value = getattr(definition, name)
        if value is not None:
            try:
                as_day(value)
            except (TypeError, ValueError):
                yield _expected(name, "a date YYYY-MM-DD", value)


def _wrong_parts(definition: MetricQueryDef) -> Iterator[str]:
    for name, (kind, wanted) in _PARTS.items():
        value = getattr(definition, name)
        if isinstance(value, kind) and name == "vars":
            yield from _wrong_variables(definition.vars)
        elif not isinstance(value, kind) and not (value is None and name in ("rolling", "metadata")):
            yield _expected(name, wanted, value)
    if isinstance(definition.metadata_by_name, Mapping):
        for name, value in definition.metadata_by_name.items():
            if not isinstance(value, MetricMetadata):
                yield _expected(f"metadata_by_name[{name!r}]", "MetricMetadata(...)", value)


def _wrong_variables(variables: Mapping[str, object]) -> Iterator[str]:
    for name, value in variables.items():
        items = value if isinstance(value, list | tuple | set | frozenset) else [value]
        for item in items:
            if item is not None and not isinstance(item, str | int | float | date):
                yield f"the variable {name!r} must be text, a number, a date or a list of them, not {item!r}"


def _expected(name: str, wanted: str, value: object) -> str:
    return f"option {name!r} must be {wanted}, not {value!r}"


def _wrong_values(name: str, definition: MetricQueryDef, entity_types: Sequence[str]) -> Iterator[str]:
    metric = definition.name or name
    if not metric.replace("_", "").isalnum() or metric != metric.lower():
        yield f"the name {metric!r} must consist of {_NAME_CHARACTERS}"
    for entity in definition.entity_types:
        if entity not in entity_types:
            hint = suggestion(str(entity), entity_types)
            yield f"unknown entity type {entity!r}{hint}; known: {', '.join(entity_types)}"
    grains = [grain.value for grain in Grain]
    for aggregation in definition.time_aggregations:
        if aggregation not in grains:
            hint = suggestion(str(aggregation), grains)
            yield f"unknown time aggregation {aggregation!r}{hint}; known: {', '.join(grains)}"
    if not (definition.time_aggregations or definition.rolling or definition.over_all_time):
        yield "makes no model: give time_aggregations, rolling or over_all_time=True"
    if definition.reads not in {"window", "history"}:
        yield f"option 'reads' must be 'window' or 'history', not {definition.reads!r}"
    if definition.attribution not in ATTRIBUTIONS:
        known = " or ".join(map(repr, ATTRIBUTIONS))
        yield f"option 'attribution' must be {known}, not {definition.attribution!r}"
    if definition.lookback < 0:
        yield f"a lookback of {definition.lookback} days looks ahead"
    if definition.rolling is not None:
        yield from _rolling_values(definition.rolling)


def _rolling_values(rolling: RollingConfig) -> Iterator[str]:
    if not isinstance(rolling.windows, Sequence) or isinstance(rolling.windows, str) or not rolling.windows:
        yield _expected("rolling.windows", "a list of whole numbers", rolling.windows)
        return
    for window in rolling.windows:
        if not isinstance(window, int) or isinstance(window, bool):
            yield _expected("rolling.windows", "a list of whole numbers", window)
        elif window <= 0:
            yield f"a rolling window of {window} {rolling.unit} holds nothing; windows are 1 or more"
    units = [*DAY_UNITS, *MONTH_UNITS]
    if rolling.unit not in units:
        yield f"unknown rolling unit {rolling.unit!r}{suggestion(str(rolling.unit), units)}; known: {', '.join(units)}"
    if rolling.cron not in ROLLING_CRONS:
        yield f"unknown rolling cron {rolling.cron!r}; known: {', '.join(ROLLING_CRONS)}"
