"""Commits of the directory's repositories, read by `git log` from bare clones that are kept and fetched."""

from dlt_sources.git_history.contract import COMMITS, CRAWLS, FETCHES, QUARANTINE, TABLES
from dlt_sources.git_history.landing import land_repositories, read_receipts
from dlt_sources.git_history.repositories import directory_repositories

__all__ = [
    "COMMITS",
    "CRAWLS",
    "FETCHES",
    "QUARANTINE",
    "TABLES",
    "directory_repositories",
    "land_repositories",
    "read_receipts",
]
