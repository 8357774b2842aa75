"""Identifiers of artifacts, entities and metrics: what `@oso_id(...)` computes in SQL, computed in Python.

The parts are joined by the unit separator (U+001F), which no part may hold, and hashed with SHA-256; an id is
64 lower-case hexadecimal digits, the same on DuckDB, on Trino and here.
"""

import hashlib

SEPARATOR = "\x1f"
# what stands before a metric's name in its id
METRIC_PARTS = ("OSO", "oso")


def oso_id(*parts: str) -> str:
    """Return the id of `parts`; raises ValueError when a part holds the separator or none is given."""
    if not parts:
        raise ValueError("oso_id needs at least one part")
    if any(SEPARATOR in part for part in parts):
        raise ValueError(f"an id part holds the separator U+001F: {parts!r}")
    return hashlib.sha256(SEPARATOR.join(parts).encode()).hexdigest()


def repository_id(github_repo_id: int) -> str:
    """A GitHub repository: its numeric id stays when it is renamed, its name does not."""
    return oso_id("GITHUB", "repository", str(github_repo_id))


def repository_name_id(owner: str, name: str) -> str:
    """A GitHub repository of which no event was seen yet, so that only its name is known."""
    return oso_id("GITHUB", "repository_name", f"{owner}/{name}".lower())


def user_id(github_user_id: int) -> str:
    """A GitHub account."""
    return oso_id("GITHUB", "user", str(github_user_id))


def git_identity_id(email: str) -> str:
    """An author known by e-mail only."""
    return oso_id("GIT", "email", email.lower())


def address_id(chain: str, address: str) -> str:
    """An account or contract on one chain; `chain` is the chain's name, as in event_source."""
    return oso_id(chain.upper(), "address", address.lower())


def package_id(registry: str, name: str) -> str:
    """A package of NPM or CRATES."""
    return oso_id(registry.upper(), "package", name)


def funding_account_id(name: str) -> str:
    """What a project or funder of that name gives and is given: one account, whether or not the directory lists it."""
    return oso_id("OSS_FUNDING", "account", name)


def project_id(slug: str) -> str:
    """A project of OSS Directory."""
    return oso_id("OSS_DIRECTORY", "project", slug)


def collection_id(slug: str) -> str:
    """A collection of OSS Directory."""
    return oso_id("OSS_DIRECTORY", "collection", slug)


def metric_id(metric: str) -> str:
    """A published metric, for example `GITHUB_stars_daily`."""
    return oso_id(*METRIC_PARTS, metric)
