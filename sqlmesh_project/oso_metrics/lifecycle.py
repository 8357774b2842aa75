"""Who came, stayed, left and came back: contributors and developers of a period against those of the period before.

A period is a bucket (a week, a month, a quarter, a year) or the days of a rolling window; the two that are compared
have one length and meet. Differences are current minus previous: growth is positive. Where either period has people,
every name of a family has a value, so that the period in which everyone left is there. Before the first period there
was no one.
"""

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import (
    CONTRIBUTION_TYPES,
    GRAINS,
    ROLLING,
    ROLLING_HALF_YEAR,
    WEEKLY_ON,
    measured,
    people,
)

FULL_TIME_DAYS_OF_30 = 10
_CONTRIBUTOR = "people with a commit, an issue or pull request opened, or a pull request merged"
_FULL_TIME = "on at least 10 in 30 days of the period"
_PART_TIME = "on fewer than 10 in 30 days of the period"


def _gain(display_name: str, of_what: str) -> MetricMetadata:
    return measured(
        display_name,
        f"{of_what} of the period less those of the period before it; growth is positive.",
        "people",
        bigger_is_better=True,
    )


def _classes(who: str, deed: str) -> dict[str, MetricMetadata]:
    """Full-time and part-time `who`; `deed` is what they do on a day to be active."""
    return {
        f"full_time_{who}": people(f"Full-time {who}", f"Distinct people with {deed} {_FULL_TIME}."),
        f"part_time_{who}": people(f"Part-time {who}", f"Distinct people with {deed} {_PART_TIME}."),
    }


def _changes(who: str) -> dict[str, MetricMetadata]:
    return {
        f"change_in_active_{who}": _gain(f"Change in active {who}", f"Active {who}"),
        f"change_in_full_time_{who}": _gain(f"Change in full-time {who}", f"Full-time {who}"),
        f"change_in_part_time_{who}": _gain(f"Change in part-time {who}", f"Part-time {who}"),
    }


def _stay(who: str) -> dict[str, MetricMetadata]:
    return {
        f"churned_{who}": people(
            f"Churned {who}", f"Distinct {who} of the period before who are not {who} of this one: they left."
        ),
        f"retained_{who}": people(
            f"Retained {who}", f"Distinct {who} of the period who were so in the one before too."
        ),
    }


LIFECYCLE = {
    "contributor_active_days": MetricQueryDef(
        ref="code/active_days.sql",
        vars={"event_types": CONTRIBUTION_TYPES},
        time_aggregations=WEEKLY_ON,
        rolling=ROLLING,
        is_intermediate=True,
        metadata=people("Contributor active days", "Days with a contribution, for each contributor.", unit="days"),
    ),
    "contributor_classifications": MetricQueryDef(
        ref="code/contributor_classifications.sql",
        vars={"contribution_types": CONTRIBUTION_TYPES, "full_time_days_of_30": FULL_TIME_DAYS_OF_30},
        time_aggregations=WEEKLY_ON,
        rolling=ROLLING,
        reads="history",
        metadata=people("Contributors by class", f"Distinct {_CONTRIBUTOR}, by how often and since when they come."),
        metadata_by_name={
            "active_contributors": people("Active contributors", f"Distinct {_CONTRIBUTOR}."),
            **_classes("contributors", "a contribution"),
            "resurrected_contributors": people(
                "Resurrected contributors",
                "Distinct contributors of the period who were none in the period before, and had contributed earlier.",
            ),
        },
    ),
    "contributors_lifecycle": MetricQueryDef(
        ref="code/contributors_lifecycle.sql",
        vars={"full_time_days_of_30": FULL_TIME_DAYS_OF_30},
        time_aggregations=WEEKLY_ON,
        rolling=ROLLING,
        metadata=people("Contributors against the period before", f"Comings and goings of {_CONTRIBUTOR}."),
        metadata_by_name={
            **_stay("contributors"),
            **_changes("contributors"),
            "change_in_new_contributors": _gain("Change in new contributors", "First-time contributors"),
        },
    ),
    "developer_active_days": MetricQueryDef(
        ref="code/active_days.sql",
        vars={"event_types": ("COMMIT_CODE",)},
        time_aggregations=GRAINS,
        rolling=ROLLING_HALF_YEAR,
        is_intermediate=True,
        metadata=people("Developer active days", "Days with a commit, for each developer.", unit="days"),
    ),
    "developer_classifications": MetricQueryDef(
        ref="code/developer_classifications.sql",
        vars={"full_time_days_of_30": FULL_TIME_DAYS_OF_30},
        time_aggregations=GRAINS,
        metadata=people("Full-time and part-time developers", "Developers by the share of days with a commit."),
        metadata_by_name=_classes("developers", "a commit"),
    ),
    "developers_lifecycle": MetricQueryDef(
        ref="code/developers_lifecycle.sql",
        vars={"full_time_days_of_30": FULL_TIME_DAYS_OF_30},
        time_aggregations=WEEKLY_ON,
        rolling=ROLLING_HALF_YEAR,
        reads="history",
        metadata=people("Developers against the period before", "Comings and goings of people with a commit."),
        metadata_by_name={
            **_stay("developers"),
            **_changes("developers"),
            "new_developers": people("New developers", "Distinct people whose first commit falls into the period."),
            "returning_developers": people(
                "Returning developers",
                "Distinct people with a commit in the period, none in the period before, and some earlier.",
            ),
        },
    ),
}
