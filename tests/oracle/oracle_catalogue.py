"""Every metric of the definitions: who measures it, from which source, for which grains and windows."""

from collections.abc import Iterable
from typing import NamedTuple

import oracle_health as health
import oracle_lifecycle as lifecycle
import oracle_ticket_metrics as tickets
from oracle_metrics import (
    CHAIN_PEOPLE,
    CHAIN_SUMS,
    FUNDING_PEOPLE,
    FUNDING_SUMS,
    GITHUB_PEOPLE,
    GITHUB_SUMS,
    Measure,
    active_contracts,
    new_contributors,
    people,
    repositories,
    summed,
)
from oracle_windows import ALL_TIME

_LETTERS = {
    "D": "daily",
    "W": "weekly",
    "M": "monthly",
    "Q": "quarterly",
    "B": "biannually",
    "Y": "yearly",
    "A": ALL_TIME,
}
GITHUB, CHAINS, FUNDING = "github", "chains", "funding"


class Family(NamedTuple):
    """Metrics that are measured together; an intermediate one has a row a person and is not published."""

    source: str
    measure: Measure
    names: tuple[str, ...]
    suffixes: tuple[str, ...]
    is_intermediate: bool = False


def asked_for(letters: str, *rolling: int) -> tuple[str, ...]:
    """Suffixes of grains by their letters, and of rolling windows by their days."""
    return tuple(_LETTERS[letter] for letter in letters) + tuple(f"over_{days}_day_window" for days in rolling)


_COUNTS = asked_for("DWMQYA")
_FEW = asked_for("MQYA")
_RATIOS = asked_for("MQBYA")
_LOYALTY = "WMQY"


def _alone(
    source: str, measures: Iterable[tuple[str, Measure]], suffixes: tuple[str, ...] = _COUNTS
) -> dict[str, Family]:
    return {name: Family(source, measure, (name,), suffixes) for name, measure in measures}


def _each(source: str, kind: dict[str, set[str]]) -> dict[str, Family]:
    return _alone(source, ((name, summed(name, kinds)) for name, kinds in kind.items()))


def _lifecycle(who: str, *more: str) -> tuple[str, ...]:
    stays = (f"churned_{who}", f"retained_{who}", f"change_in_active_{who}")
    return (*stays, *more)


FAMILIES: dict[str, Family] = {
    **_each(GITHUB, GITHUB_SUMS),
    **_each(CHAINS, CHAIN_SUMS),
    **_alone(GITHUB, ((name, people(name, kinds)) for name, kinds in GITHUB_PEOPLE.items())),
    **_alone(CHAINS, ((name, people(name, kinds)) for name, kinds in CHAIN_PEOPLE.items())),
    **_alone(GITHUB, [("repositories", repositories)]),
    **_alone(GITHUB, [("project_velocity", health.project_velocity)], asked_for("WMQYA")),
    **_alone(CHAINS, [("active_contracts", active_contracts)]),
    **_alone(GITHUB, [("open_issues", tickets.open_issues), ("open_pull_requests", tickets.open_pull_requests)]),
    **_alone(GITHUB, [("avg_time_to_close", tickets.time_to_close)]),
    **_alone(GITHUB, [("self_merge_rates", tickets.self_merge_rates)], _RATIOS),
    **_alone(GITHUB, [("contributor_absence_factor", health.contributor_absence_factor)], _RATIOS),
    **_alone(GITHUB, [("burstiness", health.burstiness)], asked_for("WMQBYA")),
    **_alone(GITHUB, [("bot_activity", health.bot_activity)], asked_for("DWMQBYA")),
    **_alone(FUNDING, ((name, summed(name, kinds)) for name, kinds in FUNDING_SUMS.items()), asked_for("DWMQBYA")),
    **_alone(FUNDING, ((name, people(name, kinds)) for name, kinds in FUNDING_PEOPLE.items()), _FEW),
    "issue_ages": Family(
        GITHUB, tickets.issue_ages, tuple(f"issue_age_{kind}" for kind in ("avg", "min", "max", "median")), _COUNTS
    ),
    "times_to_first_response": Family(
        GITHUB,
        tickets.times_to_first_response,
        ("avg_time_to_first_response", "median_time_to_first_response"),
        asked_for("WMQBYA"),
    ),
    "times_to_merge": Family(GITHUB, tickets.times_to_merge, ("avg_time_to_merge", "median_time_to_merge"), _COUNTS),
    "contributor_active_days": Family(
        GITHUB,
        lifecycle.contributor_active_days,
        ("contributor_active_days",),
        asked_for(_LOYALTY, 30, 90),
        is_intermediate=True,
    ),
    "developer_active_days": Family(
        GITHUB,
        lifecycle.developer_active_days,
        ("developer_active_days",),
        asked_for("DWMQY", 30, 90, 180),
        is_intermediate=True,
    ),
    "user_active_days": Family(
        CHAINS,
        lifecycle.user_active_days,
        ("user_active_days",),
        asked_for(_LOYALTY, 30, 90, 180),
        is_intermediate=True,
    ),
    "contributor_classifications": Family(
        GITHUB,
        lifecycle.contributor_classifications,
        ("full_time_contributors", "part_time_contributors", "active_contributors", "resurrected_contributors"),
        asked_for(_LOYALTY, 30, 90),
    ),
    "developer_classifications": Family(
        GITHUB,
        lifecycle.developer_classifications,
        ("full_time_developers", "part_time_developers"),
        asked_for("DWMQY"),
    ),
    "contributors_lifecycle": Family(
        GITHUB,
        lifecycle.contributors_lifecycle,
        _lifecycle(
            "contributors",
            "change_in_new_contributors",
            "change_in_full_time_contributors",
            "change_in_part_time_contributors",
        ),
        asked_for(_LOYALTY, 30, 90),
    ),
    "developers_lifecycle": Family(
        GITHUB,
        lifecycle.developers_lifecycle,
        _lifecycle(
            "developers",
            "new_developers",
            "returning_developers",
            "change_in_full_time_developers",
            "change_in_part_time_developers",
        ),
        asked_for(_LOYALTY, 30, 90, 180),
    ),
    "users_lifecycle": Family(
        CHAINS,
        lifecycle.users_lifecycle,
        _lifecycle("users", "new_users", "returning_users", "active_users"),
        asked_for(_LOYALTY, 30, 90, 180),
    ),
}
FAMILIES["new_contributors"] = Family(GITHUB, new_contributors, ("new_contributors",), asked_for("DWMQYA", 30, 90))
for _name, _suffixes in {
    "contributors": asked_for("DWMQYA", 30, 90),
    "active_developers": asked_for("DWMQYA", 30, 90, 180),
    "issue_openers": _FEW,
    "reopened_issues": _FEW,
}.items():
    FAMILIES[_name] = FAMILIES[_name]._replace(suffixes=_suffixes)


def names_by_suffix(*, intermediate: bool) -> set[tuple[str, str]]:
    """Every metric's name and suffix; published ones, or those that are intermediate."""
    return {
        (name, suffix)
        for family in FAMILIES.values()
        if family.is_intermediate is intermediate
        for name in family.names
        for suffix in family.suffixes
    }
