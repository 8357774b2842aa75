"""Signs of health after CHAOSS: how evenly work comes, on how few people it rests, how fast it goes."""

from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import (
    CONTRIBUTION_TYPES,
    REPORT_GRAINS,
    WEEKLY_ON,
    measured,
)

VELOCITY_WORK_TYPES = ("ISSUE_CLOSED", "COMMIT_CODE", "PULL_REQUEST_REVIEW_COMMENT")

HEALTH = {
    "burstiness": MetricQueryDef(
        ref="code/burstiness.sql",
        time_aggregations=(*WEEKLY_ON, "biannually"),
        over_all_time=True,
        reads="history",
        metadata=measured(
            "Burstiness",
            "Variance over mean of the number of events a day, of every kind and by anyone, over the days of the "
            "period from the very first event on: 0 for equal days, more where days of much follow days of nothing.",
            "ratio",
        ),
    ),
    "contributor_absence_factor": MetricQueryDef(
        ref="code/contributor_absence_factor.sql",
        vars={"event_types": CONTRIBUTION_TYPES},
        time_aggregations=REPORT_GRAINS,
        over_all_time=True,
        metadata=measured(
            "Contributor absence factor",
            "The smallest number of people who together made at least half of the contributions of the period "
            "(commits, issues and pull requests opened, pull requests merged), also called bus factor.",
            "people",
            bigger_is_better=True,
        ),
    ),
    "project_velocity": MetricQueryDef(
        ref="code/project_velocity.sql",
        vars={
            "work_types": VELOCITY_WORK_TYPES,
            "contribution_types": CONTRIBUTION_TYPES,
            "event_types": tuple(dict.fromkeys((*VELOCITY_WORK_TYPES, *CONTRIBUTION_TYPES))),
        },
        time_aggregations=WEEKLY_ON,
        over_all_time=True,
        metadata=measured(
            "Project velocity",
            "Issues closed, commits and review comments, by anyone, plus twice the number of contributors.",
            "points",
            bigger_is_better=True,
        ),
    ),
}
