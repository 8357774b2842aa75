"""Who did it: contributors and developers, how often they come, and who stays."""

from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import GRAINS, MONTHLY_ON, ROLLING, ROLLING_HALF_YEAR, people

CONTRIBUTION_TYPES = ("COMMIT_CODE", "ISSUE_OPENED", "PULL_REQUEST_OPENED", "PULL_REQUEST_MERGED")
FULL_TIME_DAYS_OF_30 = 10

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
    "developer_active_days": MetricQueryDef(
        ref="code/developer_active_days.sql",
        time_aggregations=GRAINS,
        rolling=ROLLING_HALF_YEAR,
        is_intermediate=True,
        metadata=people("Developer active days", "Days with a commit, for each developer.", unit="days"),
    ),
    "developer_classifications": MetricQueryDef(
        ref="code/developer_classifications.sql",
        vars={"full_time_days_of_30": FULL_TIME_DAYS_OF_30},
        time_aggregations=GRAINS,
        metadata=people(
            "Full-time and part-time developers",
            "Developers by the share of days with a commit: full-time from 10 in 30 days on, part-time below.",
        ),
    ),
    "developer_retention": MetricQueryDef(
        ref="code/developer_retention.sql",
        rolling=ROLLING,
        reads="history",
        metadata=people(
            "New, returning, retained and churned developers",
            "Developers of a window against those of the window before it: retained in both, churned only before, "
            "new with their first commit ever, returning after an absence of at least a window.",
        ),
    ),
}
