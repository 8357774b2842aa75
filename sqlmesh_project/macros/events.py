"""What a GitHub event means, whichever payload told of it: `@github_event_type(event_type, action, is_merged)`."""

from sqlglot import exp
from sqlmesh import macro
from sqlmesh.core.macros import MacroEvaluator

# GitHub's type and action -> the event type that metrics count; what is not listed counts as nothing
MEANINGS = {
    "WatchEvent/started": "STARRED",
    "ForkEvent/": "FORKED",
    "ForkEvent/forked": "FORKED",
    "IssuesEvent/opened": "ISSUE_OPENED",
    "IssuesEvent/closed": "ISSUE_CLOSED",
    "IssuesEvent/reopened": "ISSUE_REOPENED",
    "IssueCommentEvent/created": "ISSUE_COMMENT",
    "PullRequestEvent/opened": "PULL_REQUEST_OPENED",
    "PullRequestEvent/reopened": "PULL_REQUEST_REOPENED",
    "PullRequestEvent/merged": "PULL_REQUEST_MERGED",
    "PullRequestEvent/closed": "PULL_REQUEST_CLOSED",
    "PullRequestReviewEvent/created": "PULL_REQUEST_REVIEW",
    "PullRequestReviewCommentEvent/created": "PULL_REQUEST_REVIEW_COMMENT",
    "ReleaseEvent/published": "RELEASE_PUBLISHED",
}


@macro()
def github_event_type(
    evaluator: MacroEvaluator, event_type: exp.Expr, action: exp.Expr, is_merged: exp.Expr
) -> exp.Expr:
    """The event type of `int_events__github`; NULL for what is not counted.

    Until 2025-10-07 a merge was a closing with `is_merged`, since then it is an action of its own.
    """
    text = exp.Literal.string
    told = exp.DPipe(
        this=exp.DPipe(this=event_type.copy(), expression=text("/")),
        expression=exp.Coalesce(this=action.copy(), expressions=[text("")]),
    )
    closed = exp.If(this=exp.and_(is_merged.copy(), action.copy().eq("closed")), true=text("PULL_REQUEST_MERGED"))
    cases = [exp.If(this=told.copy().eq(name), true=text(meaning)) for name, meaning in MEANINGS.items()]
    return exp.Case(ifs=[closed, *cases])
