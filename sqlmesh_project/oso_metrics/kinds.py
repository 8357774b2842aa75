"""Kinds of metrics that many entries share: sums of events, and numbers of distinct people."""

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef, RollingConfig

OWNER = "oso"
GRAINS = ("daily", "weekly", "monthly")
ROLLING = RollingConfig(windows=(30, 90), unit="day", cron="@daily")


def summed(ref: str, *, unit: str, display_name: str, description: str) -> MetricQueryDef:
    """A sum of events: by grain and over all time; sums of its days are its months."""
    return MetricQueryDef(
        ref=ref,
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=MetricMetadata(
            display_name=display_name, description=description, unit=unit, owner=OWNER, additivity="additive"
        ),
    )


def people(display_name: str, description: str, *, unit: str = "people") -> MetricMetadata:
    """Metadata of a number of distinct people or addresses, which does not add up over time or entities."""
    return MetricMetadata(
        display_name=display_name, description=description, unit=unit, owner=OWNER, additivity="non_additive"
    )
