"""The raw sources as the code location sees them: what each lands, after which others, and the call that lands it.

The sources themselves are in dlt_sources; they are imported when one is described or landed, never at definition time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from oso_lake.calendar import ONE_DAY, Window
from oso_lake.settings import Settings
from oso_lake.sources import input_hours

if TYPE_CHECKING:
    from oso_lake.contracts import TableContract

# (settings, begin, end, on_progress, force) -> one report for each landing
Lander = Callable[[Settings, date, date, Callable[[Any], None] | None, bool], list[Any]]


@dataclass(frozen=True, kw_only=True)
class RawSource:
    """One package of dlt_sources; `after` are the raw tables it reads itself, `daily` whether it lands days."""

    name: str
    daily: bool
    land: Lander
    after: tuple[str, ...] = ()

    def contracts(self) -> "Sequence[TableContract]":
        """The contracts of its tables, in the order in which they are committed."""
        return import_module(f"dlt_sources.{self.name}").TABLES


def _github_archive(settings: Settings, begin: date, end: date, on_progress: Any, force: bool) -> list[Any]:
    from dlt_sources import github_archive

    # a day is complete with the first hours of the next: they hold its late events
    hours = input_hours(Window(begin, end))
    return [github_archive.land_days(settings, begin, end + ONE_DAY, hours, on_progress=on_progress, force=force)]


def _oss_directory(settings: Settings, begin: date, end: date, on_progress: Any, force: bool) -> list[Any]:
    from dlt_sources import oss_directory

    return [oss_directory.land_directory(settings, on_progress=on_progress, force=force)]


def _oss_funding(settings: Settings, begin: date, end: date, on_progress: Any, force: bool) -> list[Any]:
    from dlt_sources import oss_funding

    return [oss_funding.land_funding(settings, on_progress=on_progress, force=force)]


def _git_history(settings: Settings, begin: date, end: date, on_progress: Any, force: bool) -> list[Any]:
    from dlt_sources import git_history

    repositories = git_history.directory_repositories(settings)
    return [git_history.land_repositories(settings, repositories, on_progress=on_progress, force=force)]


def _evm_chain(settings: Settings, begin: date, end: date, on_progress: Any, force: bool) -> list[Any]:
    from dlt_sources import evm_chain

    return [
        evm_chain.land_days(settings, chain, max(begin, chain.start), end, on_progress=on_progress, force=force)
        for chain in settings.evm_chains
        if chain.start < end
    ]


SOURCES = (
    RawSource(name="oss_directory", daily=False, land=_oss_directory),
    RawSource(name="oss_funding", daily=False, land=_oss_funding),
    RawSource(name="github_archive", daily=True, land=_github_archive),
    RawSource(
        name="git_history",
        daily=False,
        land=_git_history,
        after=("oss_directory.artifacts_by_project", "github_archive.events"),
    ),
    RawSource(name="evm_chain", daily=True, land=_evm_chain),
)
BY_NAME = {source.name: source for source in SOURCES}
