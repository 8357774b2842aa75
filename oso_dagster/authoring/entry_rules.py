"""Lint rules on registry entries: what a reader of the catalogue needs to be told of each metric."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from oso_dagster.authoring.entries import Entry
from oso_dagster.authoring.findings import Finding, Severity
from sqlmesh_project.metrics_factory import Metric, MetricMetadata, MetricQueryDef, TimeseriesMetrics


@dataclass(frozen=True, kw_only=True)
class RegistryEntry:
    """One entry: as written (`definition`, `place`) and as loaded (`metric`), among all others."""

    metric: Metric
    definition: MetricQueryDef
    place: Entry | None
    loaded: TimeseriesMetrics

    @property
    def metadata(self) -> MetricMetadata:
        """What is written of its meaning; nothing where no metadata is given."""
        return self.definition.metadata or MetricMetadata()

    def finding(self, severity: Severity, rule: str, message: str) -> Finding:
        """A finding at the entry's key."""
        place = self.place
        return Finding(
            severity=severity,
            rule=rule,
            message=message,
            metric=self.metric.name,
            path=place.path if place else None,
            line=place.line if place else None,
        )


def meaning(entry: RegistryEntry) -> Iterator[Finding]:
    """A number without what counts, its unit and who answers for it cannot be used."""
    wanted = {
        "description": (Severity.ERROR, "say what counts and what does not"),
        "owner": (Severity.ERROR, "say who answers for it"),
        "display_name": (Severity.WARNING, "give the name that readers see"),
        "unit": (Severity.WARNING, "say what is counted, in the plural"),
        "additivity": (Severity.WARNING, "say additive, semi_additive or non_additive"),
    }
    inherited = {"owner": any(tag.startswith("owner=") for model in entry.metric.models for tag in model.tags)}
    for option, (severity, remedy) in wanted.items():
        of_names = [entry.definition.metadata_by_name.get(name) for name in entry.metric.metric_names]
        told = getattr(entry.metadata, option) or all(own and getattr(own, option) for own in of_names)
        if not told and not inherited.get(option):
            yield entry.finding(severity, f"no-{option.replace('_', '-')}", f"has no {option}: {remedy}")


def meaning_of_names(entry: RegistryEntry) -> Iterator[Finding]:
    """Each name of a query that gives several is a metric to its readers: it has its own name and description."""
    if len(entry.metric.metric_names) < 2:
        return
    for name in entry.metric.metric_names:
        own = entry.definition.metadata_by_name.get(name)
        lacking = [option for option in ("display_name", "description") if own is None or not getattr(own, option)]
        if lacking:
            message = f"gives {name!r} without a {' and '.join(lacking)} of its own: add it to metadata_by_name"
            yield entry.finding(Severity.WARNING, "no-meaning-of-name", message)


def replacement(entry: RegistryEntry) -> Iterator[Finding]:
    """A deprecated metric says which one replaces it."""
    told = entry.metadata.deprecated
    if told is None:
        return
    words = set(re.findall(r"[a-z0-9_]+", told))
    known = {name for metric in entry.loaded.metrics.values() for name in (metric.name, *metric.metric_names)}
    if not words & (known - {entry.metric.name}):
        message = f"is deprecated ({told!r}) without naming a metric that replaces it"
        yield entry.finding(Severity.WARNING, "no-replacement", message)


def slow_variants(entry: RegistryEntry) -> Iterator[Finding]:
    """Which variants are evaluated once per sample date: right, but slower than the others."""
    suffixes = [model.suffix for model in entry.metric.models if model.strategy.startswith("calendar")]
    if suffixes:
        shown = ", ".join(dict.fromkeys(suffixes))
        message = f"{shown}: one evaluation per sample date; `oso metrics explain {entry.metric.name}` says why"
        yield entry.finding(Severity.NOTE, "calendar", message)


ENTRY_RULES: tuple[Callable[[RegistryEntry], Iterator[Finding]], ...] = (
    meaning,
    meaning_of_names,
    replacement,
    slow_variants,
)
