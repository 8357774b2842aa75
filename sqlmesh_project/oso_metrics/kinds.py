"""Kinds of metrics that many entries share: sums of events, and numbers of distinct people; and how often they come."""

from collections.abc import Mapping, Sequence

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef, RollingConfig

OWNER = "oso"
CONTRIBUTION_TYPES = ("COMMIT_CODE", "ISSUE_OPENED", "PULL_REQUEST_OPENED", "PULL_REQUEST_MERGED")
GRAINS = ("daily", "weekly", "monthly", "quarterly", "yearly")
WEEKLY_ON = ("weekly", "monthly", "quarterly", "yearly")
MONTHLY_ON = ("monthly", "quarterly", "yearly")
# half years too, for what is read in reports rather than on dashboards
REPORT_GRAINS = ("monthly", "quarterly", "biannually", "yearly")
ROLLING = RollingConfig(windows=(30, 90), unit="day", cron="@daily")
ROLLING_HALF_YEAR = RollingConfig(windows=(30, 90, 180), unit="day", cron="@daily")

_NOTHING: Mapping[str, object] = {}


def summed(
    ref: str,
    *,
    unit: str,
    display_name: str,
    description: str,
    variables: Mapping[str, object] = _NOTHING,
    grains: Sequence[str] = GRAINS,
) -> MetricQueryDef:
    """A sum of events: by grain and over all time; sums of its days are its months."""
    return MetricQueryDef(
        ref=ref,
        vars=variables,
        time_aggregations=grains,
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


def measured(display_name: str, description: str, unit: str, *, bigger_is_better: bool | None = None) -> MetricMetadata:
    """Metadata of a ratio, a statistic or a difference: it adds up over nothing."""
    return MetricMetadata(
        display_name=display_name,
        description=description,
        unit=unit,
        owner=OWNER,
        additivity="non_additive",
        bigger_is_better=bigger_is_better,
    )
