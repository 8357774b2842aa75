"""What was done in repositories: stars, commits, pull requests, issues, releases, comments, and in how many of them."""

from sqlmesh_project.metrics_factory import MetricQueryDef
from sqlmesh_project.oso_metrics.kinds import GRAINS, MONTHLY_ON, people, summed

ACTIVITY = {
    "stars": summed(
        "code/stars.sql",
        unit="stars",
        display_name="Stars",
        description="Times a repository was starred. Taking a star back leaves no event and subtracts nothing.",
    ),
    "forks": summed(
        "code/events.sql",
        variables={"event_types": ("FORKED",)},
        unit="forks",
        display_name="Forks",
        description="Times a repository was forked; counted for the repository that was forked.",
    ),
    "commits": summed(
        "code/events.sql",
        variables={"event_types": ("COMMIT_CODE",)},
        unit="commits",
        display_name="Commits",
        description=(
            "Distinct commits of a repository, merges included, at the committer's time; a commit that only a push "
            "told of counts when it was first pushed."
        ),
    ),
    "opened_pull_requests": summed(
        "code/events.sql",
        variables={"event_types": ("PULL_REQUEST_OPENED",)},
        unit="pull requests",
        display_name="Opened pull requests",
        description="Pull requests opened; reopening one does not count.",
    ),
    "merged_pull_requests": summed(
        "code/events.sql",
        variables={"event_types": ("PULL_REQUEST_MERGED",)},
        unit="pull requests",
        display_name="Merged pull requests",
        description="Pull requests merged; closing one without merging does not count.",
    ),
    "opened_issues": summed(
        "code/events.sql",
        variables={"event_types": ("ISSUE_OPENED",)},
        unit="issues",
        display_name="Opened issues",
        description="Issues opened; reopening one does not count.",
    ),
    "closed_issues": summed(
        "code/events.sql",
        variables={"event_types": ("ISSUE_CLOSED",)},
        unit="issues",
        display_name="Closed issues",
        description="Times an issue was closed; one that is reopened and closed again counts twice.",
    ),
    "releases": summed(
        "code/events.sql",
        variables={"event_types": ("RELEASE_PUBLISHED",)},
        unit="releases",
        display_name="Releases",
        description="Releases published; tags and edits do not count.",
    ),
    "comments": summed(
        "code/events.sql",
        variables={"event_types": ("ISSUE_COMMENT", "PULL_REQUEST_REVIEW_COMMENT")},
        unit="comments",
        display_name="Comments",
        description="Comments on issues and pull requests, and on lines of a pull request's changes.",
    ),
    "closed_pull_requests": summed(
        "code/events.sql",
        variables={"event_types": ("PULL_REQUEST_CLOSED",)},
        unit="pull requests",
        display_name="Closed pull requests",
        description="Times a pull request was closed without being merged.",
    ),
    "reopened_issues": summed(
        "code/events.sql",
        variables={"event_types": ("ISSUE_REOPENED",)},
        grains=MONTHLY_ON,
        unit="issues",
        display_name="Reopened issues",
        description="Times a closed issue was opened again.",
    ),
    "prs_comments": summed(
        "code/events.sql",
        variables={"event_types": ("PULL_REQUEST_REVIEW_COMMENT",)},
        unit="comments",
        display_name="Review comments",
        description=(
            "Comments on lines of a pull request's changes; those in its conversation are not told from comments on "
            "issues and count as comments only."
        ),
    ),
    "bot_activity": summed(
        "code/bot_activity.sql",
        grains=(*GRAINS, "biannually"),
        unit="events",
        display_name="Bot activity",
        description="Everything that automated accounts did, from commits and pull requests to comments and stars.",
    ),
    "repositories": MetricQueryDef(
        ref="code/repositories.sql",
        time_aggregations=GRAINS,
        over_all_time=True,
        metadata=people(
            "Active repositories",
            "Distinct repositories in which anything happened, by whomever: from a star to a commit.",
            unit="repositories",
        ),
    ),
}
