"""Who did it: contributors and developers, how often they come, and who stays."""

from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import GRAINS, ROLLING, people

CONTRIBUTION_TYPES = ("COMMIT_CODE", "ISSUE_OPENED", "PULL_REQUEST_OPENED", "PULL_REQUEST_MERGED")
FULL_TIME_DAYS_OF_30 = 10

PEOPLE = {
    "contributors": MetricQueryDef(
        ref="code/contributors.sql",
        vars={"contribution_types": CONTRIBUTION_TYPES},
        time_aggregations=GRAINS,
        rolling=ROLLING,
        metadata=people(
            "Contributors",
            "Distinct people with a commit, an issue or pull request opened, or a pull request merged.",
        ),
    ),
    "new_contributors": MetricQueryDef(
        ref="code/new_contributors.sql",
        vars={"contribution_types": CONTRIBUTION_TYPES},
        time_aggregations=GRAINS,
        reads="history",
        metadata=people(
            "New contributors",
            "Contributors whose first contribution to the artifact, project or collection falls into the period.",
        ),
    ),
    "active_developers": MetricQueryDef(
        ref="code/active_developers.sql",
        time_aggregations=GRAINS,
        rolling=ROLLING,
        metadata=people("Active developers", "Distinct people with a commit."),
    ),
    "developer_active_days": MetricQueryDef(
        ref="code/developer_active_days.sql",
        time_aggregations=GRAINS,
        rolling=ROLLING,
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
