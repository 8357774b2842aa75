"""Sums of what happened, and numbers of distinct people, repositories, contracts and addresses."""

from collections.abc import Callable

from oracle_given import Amounts, Given, Kinds, count
from oracle_lifecycle import COMMITS, CONTRIBUTIONS
from oracle_windows import Asked

Measure = Callable[[Given, Asked], Amounts]

GITHUB_SUMS: dict[str, set[str]] = {
    "stars": {"STARRED"},
    "forks": {"FORKED"},
    "commits": {"COMMIT_CODE"},
    "opened_pull_requests": {"PULL_REQUEST_OPENED"},
    "merged_pull_requests": {"PULL_REQUEST_MERGED"},
    "closed_pull_requests": {"PULL_REQUEST_CLOSED"},
    "opened_issues": {"ISSUE_OPENED"},
    "closed_issues": {"ISSUE_CLOSED"},
    "reopened_issues": {"ISSUE_REOPENED"},
    "releases": {"RELEASE_PUBLISHED"},
    "comments": {"ISSUE_COMMENT", "PULL_REQUEST_REVIEW_COMMENT"},
    "prs_comments": {"PULL_REQUEST_REVIEW_COMMENT"},
}
CHAIN_SUMS: dict[str, set[str]] = {
    "transactions": {"TRANSACTION"},
    "gas_fees": {"GAS_FEE"},
    "contract_invocations": {"CONTRACT_INVOCATION"},
    "token_transfers": {"TOKEN_TRANSFER"},
    "token_transfer_volume": {"TOKEN_VOLUME"},
}
FUNDING_SUMS: dict[str, set[str]] = {
    "funding_received": {"FUNDING_RECEIVED"},
    "funding_awarded": {"FUNDING_AWARDED"},
}
# who did one of these; bots are nobody
GITHUB_PEOPLE: dict[str, Kinds] = {
    "contributors": CONTRIBUTIONS,
    "active_developers": COMMITS,
    "active_reviewers": frozenset({"PULL_REQUEST_REVIEW", "PULL_REQUEST_REVIEW_COMMENT"}),
    "commenters": frozenset({"ISSUE_COMMENT", "PULL_REQUEST_REVIEW_COMMENT"}),
    "issue_openers": frozenset({"ISSUE_OPENED"}),
}
CHAIN_PEOPLE: dict[str, Kinds] = {
    "active_addresses": frozenset({"TRANSACTION"}),
    "active_token_holders": frozenset({"TOKEN_HELD"}),
}
FUNDING_PEOPLE: dict[str, Kinds] = {"funders": frozenset({"FUNDING_RECEIVED"})}


def summed(metric: str, kinds: set[str]) -> Measure:
    """How much of `kinds` there was, bots included."""

    def measure(given: Given, asked: Asked) -> Amounts:
        amounts = [fact.amount for fact in given.within(asked.start, asked.end) if fact.kind in kinds]
        return {(metric, ""): sum(amounts)} if amounts else {}

    return measure


def people(metric: str, kinds: Kinds) -> Measure:
    """How many did one of `kinds`."""
    return lambda given, asked: count(metric, given.people(asked.start, asked.end, kinds))


def new_contributors(given: Given, asked: Asked) -> Amounts:
    """Contributors who had never contributed here before the window."""
    first = given.first_days(CONTRIBUTIONS)
    return count("new_contributors", {person for person, day in first.items() if asked.start <= day < asked.end})


def repositories(given: Given, asked: Asked) -> Amounts:
    """Repositories to which anything happened."""
    return count("repositories", {fact.to_id for fact in given.within(asked.start, asked.end)})


def active_contracts(given: Given, asked: Asked) -> Amounts:
    """Contracts that were invoked."""
    facts = given.within(asked.start, asked.end)
    return count("active_contracts", {fact.to_id for fact in facts if fact.kind == "CONTRACT_INVOCATION"})
