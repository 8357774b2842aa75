"""The registry of metrics: which SQL file is made into which models, and what its numbers mean.

To add a metric, write a SQL file below oso_metrics/ and an entry here. Terms in the descriptions: a contribution is a
commit, or an issue or pull request opened, or a pull request merged; a developer is a person with a commit; people
exclude automated accounts (oso.int_bots), sums of events do not.
"""

from sqlmesh_project.active import active_settings
from sqlmesh_project.metrics_factory import MetricMetadata, MetricQueryDef, RollingConfig, timeseries_metrics

OWNER = "oso"
GRAINS = ("daily", "weekly", "monthly")
ROLLING = RollingConfig(windows=(30, 90), unit="day", cron="@daily")
CONTRIBUTION_TYPES = ("COMMIT_CODE", "ISSUE_OPENED", "PULL_REQUEST_OPENED", "PULL_REQUEST_MERGED")
FULL_TIME_DAYS_OF_30 = 10


def summed(ref: str, *, unit: str, display_name: str, description: str) -> MetricQueryDef:
    """A sum of events: by grain and over all time; sums of its days are its months."""
    return MetricQueryDef(
        ref=ref,
        time_aggregations=GRAINS,
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

CHAINS = {
    "transactions": summed(
        "blockchain/transactions.sql",
        unit="transactions",
        display_name="Transactions",
        description="Transactions sent to an address, failed ones included; the chain's own are left out.",
    ),
    "gas_fees": summed(
        "blockchain/gas_fees.sql",
        unit="coins",
        display_name="Gas fees",
        description=(
            "Fees of the transactions sent to an address, failed ones included and with the fee for the layer below, "
            "in the chain's coin (wei / 1e18)."
        ),
    ),
    "contract_invocations": summed(
        "blockchain/contract_invocations.sql",
        unit="invocations",
        display_name="Contract invocations",
        description="Transactions that were sent to a contract or made it emit a log; each counts once a contract.",
    ),
    "active_addresses": MetricQueryDef(
        ref="blockchain/active_addresses.sql",
        time_aggregations=GRAINS,
        metadata=people(
            "Active addresses", "Distinct addresses that sent a transaction to an address.", unit="addresses"
        ),
    ),
}

timeseries_metrics(
    start=active_settings().start,
    schema="oso",
    queries_dir="oso_metrics",
    default_dialect="trino",
    timeseries_sources=[
        "int_events_daily__github",
        "int_first_of_event_from_artifact__github",
        "int_events_daily__blockchain",
    ],
    relations=["int_bots"],
    metric_queries={**ACTIVITY, **PEOPLE, **CHAINS},
)
