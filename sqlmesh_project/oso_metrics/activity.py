"""Sums of what was done in repositories: stars, commits, pull requests, issues, releases, comments."""

from sqlmesh_project.oso_metrics.kinds import summed

ACTIVITY = {
    "stars": summed(
        "code/stars.sql",
        unit="stars",
        display_name="Stars",
        description="Times a repository was starred. Taking a star back leaves no event and subtracts nothing.",
    ),
    "forks": summed(
        "code/forks.sql",
        unit="forks",
        display_name="Forks",
        description="Times a repository was forked; counted for the repository that was forked.",
    ),
    "commits": summed(
        "code/commits.sql",
        unit="commits",
        display_name="Commits",
        description=(
            "Distinct commits of a repository, merges included, at the committer's time; a commit that only a push "
            "told of counts when it was first pushed."
        ),
    ),
    "opened_pull_requests": summed(
        "code/opened_pull_requests.sql",
        unit="pull requests",
        display_name="Opened pull requests",
        description="Pull requests opened; reopening one does not count.",
    ),
    "merged_pull_requests": summed(
        "code/merged_pull_requests.sql",
        unit="pull requests",
        display_name="Merged pull requests",
        description="Pull requests merged; closing one without merging does not count.",
    ),
    "opened_issues": summed(
        "code/opened_issues.sql",
        unit="issues",
        display_name="Opened issues",
        description="Issues opened; reopening one does not count.",
    ),
    "closed_issues": summed(
        "code/closed_issues.sql",
        unit="issues",
        display_name="Closed issues",
        description="Times an issue was closed; one that is reopened and closed again counts twice.",
    ),
    "releases": summed(
        "code/releases.sql",
        unit="releases",
        display_name="Releases",
        description="Releases published; tags and edits do not count.",
    ),
    "comments": summed(
        "code/comments.sql",
        unit="comments",
        display_name="Comments",
        description="Comments on issues and pull requests, and on lines of a pull request's changes.",
    ),
}
