"""Joins what several landings of one call have committed into one report."""

from collections.abc import Mapping
from dataclasses import replace

from oso_lake.commits import Commit


def merged(before: Mapping[str, Commit], after: Mapping[str, Commit]) -> dict[str, Commit]:
    """A commit per table for both together: all rows, the later snapshot, changed when either changed something."""
    joined = dict(before)
    for name, commit in after.items():
        first = joined.get(name)
        joined[name] = (
            commit
            if first is None
            else replace(commit, rows=first.rows + commit.rows, changed=first.changed or commit.changed)
        )
    return joined
