"""Who did it: contributors, developers, reviewers, commenters.

How often they come, and who stays or leaves, is in `lifecycle`.
"""

from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import (
    CONTRIBUTION_TYPES,
    GRAINS,
    MONTHLY_ON,
    ROLLING,
    ROLLING_HALF_YEAR,
    people,
)

PEOPLE = {
    "contributors": MetricQueryDef(
        ref="code/people.sql",
        vars={"event_types": CONTRIBUTION_TYPES},
        time_aggregations=GRAINS,
        rolling=ROLLING,
        over_all_time=True,
        metadata=people(
            "Contributors",
            "Distinct people with a commit, an issue or pull request opened, or a pull request merged.",
        ),
    ),
    "new_contributors": MetricQueryDef(
        ref="code/new_contributors.sql",
        vars={"contribution_types": CONTRIBUTION_TYPES},
        time_aggregations=GRAINS,
        rolling=ROLLING,
        over_all_time=True,
        reads="history",
        metadata=people(
            "New contributors",
            "Contributors whose first contribution to the artifact, project or collection falls into the period.",
        ),
    ),
    "active_developers": MetricQueryDef(
        ref="code/active_developers.sql",
        time_aggregations=GRAINS,
        rolling=ROLLING_HALF_YEAR,
        over_all_time=True,
        metadata=people("Active developers", "Distinct people with a commit."),
    ),
    "active_reviewers": MetricQueryDef(
        ref="code/people.sql",
        vars={"event_types": ("PULL_REQUEST_REVIEW", "PULL_REQUEST_REVIEW_COMMENT")},
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=people(
            "Active reviewers", "Distinct people who reviewed a pull request or commented on lines of its changes."
        ),
    ),
    "commenters": MetricQueryDef(
        ref="code/people.sql",
        vars={"event_types": ("ISSUE_COMMENT", "PULL_REQUEST_REVIEW_COMMENT")},
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=people(
            "Commenters",
            "Distinct people who commented on an issue or pull request, or on lines of a pull request's changes.",
        ),
    ),
    "issue_openers": MetricQueryDef(
        ref="code/people.sql",
        vars={"event_types": ("ISSUE_OPENED",)},
        time_aggregations=MONTHLY_ON,
        over_all_time=True,
        metadata=people("Issue openers", "Distinct people who opened an issue."),
    ),
}
