"""What the registry says about each metric model, and the rows of metrics_v0 that follow from it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from oso_lake.ids import metric_id

MEANING_COLUMNS = ("display_name", "description", "unit", "additivity", "owner", "deprecated")


@dataclass(frozen=True, kw_only=True)
class MetricEntry:
    """One metric model; `metric_names` are the values of its column `metric`, as far as they are declared.

    `meanings` say for each of these names what a reader is told, in MEANING_COLUMNS; the entry's own columns are for
    names that only the data knows.
    """

    model: str
    metric: str
    entity: str
    time_aggregation: str
    metric_names: tuple[str, ...] = ()
    event_sources: tuple[str, ...] = ()
    display_name: str | None = None
    description: str | None = None
    unit: str | None = None
    additivity: str | None = None
    owner: str | None = None
    deprecated: str | None = None
    sql_source_path: str | None = None
    rendered_sql: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


def catalogue_rows(
    metrics: Mapping[str, MetricEntry], seen: Mapping[str, Iterable[str]], current: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One row a published name: declared for its sources, seen in data just now, or seen before (`current`).

    A name of a model that is gone stays as it was: published history outlives its metric until it is retired.
    """
    names: dict[str, set[str]] = defaultdict(set)
    rows: dict[str, dict[str, Any]] = {}
    for row in current:
        known = [model for model in row["models"] if model in metrics]
        if not known:
            rows[row["metric_name"]] = dict(row)
        for model in known:
            names[row["metric_name"]].add(model)
    for model, entry in metrics.items():
        for source in entry.event_sources:
            for name in entry.metric_names:
                names[f"{source}_{name}"].add(model)
        for name in seen.get(model, ()):
            names[name].add(model)
    return [
        *rows.values(),
        *(_row(name, [metrics[model] for model in sorted(models)]) for name, models in names.items()),
    ]


def _row(name: str, entries: list[MetricEntry]) -> dict[str, Any]:
    first = entries[0]
    source, base = _split(name, first)
    rendered: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in entries:
        for engine, sql in entry.rendered_sql.items():
            rendered[engine][entry.entity] = sql
    return {
        "metric_id": metric_id(name),
        "metric_name": name,
        **_meaning(f"{base}_{first.time_aggregation}", base, first),
        "event_source": source,
        "metric": base,
        "time_aggregation": first.time_aggregation,
        "entity_types": sorted({entry.entity for entry in entries}),
        "models": [entry.model for entry in entries],
        "rendered_sql": json.dumps(rendered, sort_keys=True) if rendered else None,
        "sql_source_path": first.sql_source_path,
    }


def _meaning(metric_name: str, base: str, entry: MetricEntry) -> dict[str, str | None]:
    declared = entry.meanings.get(metric_name)
    if declared is not None:
        return dict(declared)
    meaning = {column: getattr(entry, column) for column in MEANING_COLUMNS}
    # a name that only the data knows is not the whole metric's
    return meaning | ({"display_name": base.replace("_", " ").capitalize()} if len(entry.metric_names) != 1 else {})


def _split(name: str, entry: MetricEntry) -> tuple[str | None, str]:
    """Event source and metric of a published name `{event_source}_{metric}_{suffix}`."""
    suffix = f"_{entry.time_aggregation}"
    stem = name.removesuffix(suffix)
    for declared in sorted({*entry.metric_names, f"{entry.metric}{suffix}"}, key=len, reverse=True):
        base = declared.removesuffix(suffix)
        if stem.endswith(f"_{base}"):
            return stem[: -len(base) - 1], base
    source, _, base = stem.partition("_")
    return source or None, base
