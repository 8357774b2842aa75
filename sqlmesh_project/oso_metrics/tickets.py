"""Issues and pull requests: how many are open, how old they are, how long people wait for an answer, a merge, an end.

Of when and by whom one was opened counts what events tell by the end of the period: since 2025-10-07 pull requests that
were opened before the data begins tell nothing until somebody comments on them.
"""

from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import GRAINS, OWNER, REPORT_GRAINS, WEEKLY_ON, measured

_FIRST_RESPONSE = (
    "hours from the opening of an issue or pull request to the first comment or review by a person who did not open "
    "it, of those first answered in the period; what automated accounts open is left out."
)
_MERGE = "hours from the opening of a pull request to its merge, of those merged in the period."


def _count(display_name: str, description: str, unit: str) -> MetricMetadata:
    return MetricMetadata(
        display_name=display_name, description=description, unit=unit, owner=OWNER, additivity="semi_additive"
    )


def _age(statistic: str, which: str) -> MetricMetadata:
    return measured(
        f"{statistic} age of open issues",
        f"{which} of the issues that are open when the period ends, in days since they were opened.",
        "days",
        bigger_is_better=False,
    )


TICKETS = {
    "open_tickets": MetricQueryDef(
        ref="code/open_tickets.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        reads="history",
        metadata=_count(
            "Open issues and pull requests",
            "What is open when the period ends, and how old it is.",
            "issues and pull requests",
        ),
        metadata_by_name={
            "open_issues": _count(
                "Open issues",
                "Issues that are open when the period ends, of those that any event told of; without pull requests.",
                "issues",
            ),
            "open_pull_requests": _count(
                "Open pull requests",
                "Pull requests neither merged nor closed when the period ends, of those that any event told of.",
                "pull requests",
            ),
            "issue_age_avg": _age("Average", "Mean age"),
            "issue_age_min": _age("Lowest", "Age of the youngest"),
            "issue_age_max": _age("Highest", "Age of the oldest"),
            "issue_age_median": _age("Median", "Median age"),
        },
    ),
    "time_to_first_response": MetricQueryDef(
        ref="code/time_to_first_response.sql",
        time_aggregations=(*WEEKLY_ON, "biannually"),
        over_all_time=True,
        reads="history",
        metadata_by_name={
            "avg_time_to_first_response": measured(
                "Average time to first response", f"Mean {_FIRST_RESPONSE}", "hours", bigger_is_better=False
            ),
            "median_time_to_first_response": measured(
                "Median time to first response", f"Median {_FIRST_RESPONSE}", "hours", bigger_is_better=False
            ),
        },
        metadata=measured("Time to first response", f"Mean and median {_FIRST_RESPONSE}", "hours"),
    ),
    "time_to_merge": MetricQueryDef(
        ref="code/time_to_merge.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        reads="history",
        metadata=measured("Time to merge", f"Mean and median {_MERGE}", "hours"),
        metadata_by_name={
            "avg_time_to_merge": measured("Average time to merge", f"Mean {_MERGE}", "hours", bigger_is_better=False),
            "median_time_to_merge": measured(
                "Median time to merge", f"Median {_MERGE}", "hours", bigger_is_better=False
            ),
        },
    ),
    "avg_time_to_close": MetricQueryDef(
        ref="code/time_to_close.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        reads="history",
        metadata=measured(
            "Average time to close",
            "Mean hours from the opening of an issue to its first closing, of those first closed in the period.",
            "hours",
            bigger_is_better=False,
        ),
    ),
    "self_merge_rates": MetricQueryDef(
        ref="code/self_merge_rates.sql",
        time_aggregations=REPORT_GRAINS,
        over_all_time=True,
        reads="history",
        metadata=measured(
            "Self-merge rate",
            "Share (0 to 1) of the pull requests merged in the period that their opener merged without a comment or "
            "review by any other account; those whose opener is unknown are left out.",
            "share",
            bigger_is_better=False,
        ),
    ),
}
