"""The raw sources as the models see them: how late each is, what has landed, and what a window still lacks.

Receipts tables are read, never the data. How sources land is in dlt_sources; which snapshots changed is in probes.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from oso_lake.calendar import Window, midnight
from oso_lake.catalog import Tables, open_catalog
from oso_lake.filters import between, everything
from oso_lake.settings import Settings
from oso_lake.window_names import hour_name

if TYPE_CHECKING:
    from pyiceberg.expressions import BooleanExpression

HOUR = timedelta(hours=1)
# nothing more will come of these; truncated and corrupt hours are to be landed again
SETTLED_HOURS = ("landed", "empty", "missing")


@dataclass(frozen=True, kw_only=True)
class RawSource:
    """A source: its tables, and by how much its data may arrive after the day it is about."""

    name: str
    lateness: timedelta
    receipts: str
    tables: tuple[str, ...]


RAW_SOURCES: Mapping[str, RawSource] = {
    source.name: source
    for source in (
        RawSource(
            name="github_archive",
            # events of 23:59 are in the file of the next hour, and late ones an hour after that
            lateness=timedelta(hours=2),
            receipts="github_archive.hours",
            tables=("github_archive.events",),
        ),
        RawSource(
            name="git_history", lateness=timedelta(0), receipts="git_history.fetches", tables=("git_history.commits",)
        ),
        RawSource(
            name="oss_directory",
            lateness=timedelta(0),
            receipts="oss_directory.versions",
            tables=(
                "oss_directory.projects",
                "oss_directory.collections",
                "oss_directory.projects_by_collection",
                "oss_directory.artifacts_by_project",
            ),
        ),
        RawSource(
            name="oss_funding", lateness=timedelta(0), receipts="oss_funding.files", tables=("oss_funding.grants",)
        ),
        RawSource(
            name="evm_chain",
            lateness=timedelta(0),
            receipts="evm_chain.days",
            tables=("evm_chain.blocks", "evm_chain.transactions", "evm_chain.logs"),
        ),
    )
}


@dataclass(frozen=True, kw_only=True)
class HourReceipt:
    """What became of one hour of GitHub Archive."""

    status: str
    rows: int
    quarantined: int
    source_version: str


def hour_receipts(catalog: Tables, begin: date, end: date) -> dict[datetime, HourReceipt]:
    """Receipts of the hours in [begin, end), by hour; empty before the first landing."""
    columns = ("file_hour", "status", "rows", "quarantined", "source_version")
    return {
        row.pop("file_hour").astimezone(UTC): HourReceipt(**row)
        for row in _read(catalog, "github_archive.hours", columns, between("file_hour", midnight(begin), midnight(end)))
    }


class Landed:
    """What has landed, read once per source; make a new one to see what landed since."""

    def __init__(self, settings: Settings, catalog: Tables | None = None) -> None:
        self._settings = settings
        self._catalog = catalog or open_catalog(settings)

    def missing(self, source: str, window: Window) -> list[str]:
        """Names of what `window` needs of `source` and has not landed; raises KeyError for an unknown source."""
        checks: dict[str, Callable[[Window], list[str]]] = {
            "github_archive": self._missing_hours,
            "git_history": self._missing_crawl,
            "oss_directory": self._missing_directory,
            "oss_funding": self._missing_funding,
            "evm_chain": self._missing_chain_days,
        }
        return checks[source](window)

    def gaps(self, source: str, window: Window) -> list[str]:
        """Names of what the source itself does not have: complete, and less than it should be."""
        if source != "github_archive":
            return []
        return [hour_name(hour) for hour in input_hours(window) if self._hours.get(hour) == "missing"]

    @cached_property
    def _hours(self) -> dict[datetime, str]:
        rows = _read(self._catalog, "github_archive.hours", ("file_hour", "status"))
        return {row["file_hour"].astimezone(UTC): row["status"] for row in rows}

    @cached_property
    def _latest_crawl(self) -> datetime | None:
        # receipts of repositories are also there when a crawl was interrupted
        rows = _read(self._catalog, "git_history.crawls", ("crawl_started_at",))
        return max((row["crawl_started_at"] for row in rows), default=None)

    @cached_property
    def _directory_versions(self) -> int:
        return len(_read(self._catalog, "oss_directory.versions", ("version",)))

    @cached_property
    def _funding_files(self) -> int:
        return len(_read(self._catalog, "oss_funding.files", ("file",)))

    @cached_property
    def _final_days(self) -> set[tuple[str, date]]:
        rows = _read(self._catalog, "evm_chain.days", ("chain", "block_day", "status"))
        return {(row["chain"], row["block_day"]) for row in rows if row["status"] == "final"}

    def _missing_hours(self, window: Window) -> list[str]:
        return [hour_name(hour) for hour in input_hours(window) if self._hours.get(hour) not in SETTLED_HOURS]

    def _missing_crawl(self, window: Window) -> list[str]:
        if self._latest_crawl is not None and self._latest_crawl >= window.end_at:
            return []
        return [f"a crawl begun after {window.end}"]

    def _missing_directory(self, window: Window) -> list[str]:
        return [] if self._directory_versions else ["a version of the directory"]

    def _missing_funding(self, window: Window) -> list[str]:
        return [] if self._funding_files or not self._settings.funding_url else ["a file of grants"]

    def _missing_chain_days(self, window: Window) -> list[str]:
        return [name for name, key in _chain_days(self._settings, window).items() if key not in self._final_days]


def missing_inputs(settings: Settings, source: str, window: Window, catalog: Tables | None = None) -> list[str]:
    """Names of what `window` needs of `source` and has not landed; see `Landed` for asking about many windows."""
    return Landed(settings, catalog).missing(source, window)


def gaps(settings: Settings, source: str, window: Window, catalog: Tables | None = None) -> list[str]:
    """Names of what `source` does not have of `window`, although it was asked: hours that were never published."""
    return Landed(settings, catalog).gaps(source, window)


def input_hours(window: Window) -> list[datetime]:
    """The file hours that hold the events of `window`: its own, and those of the lateness after it."""
    start = window.start_at
    end = window.end_at + RAW_SOURCES["github_archive"].lateness
    return [start + HOUR * offset for offset in range(int((end - start) / HOUR))]


def input_windows(settings: Settings, source: str, window: Window) -> tuple[str, ...] | None:
    """Names of the raw windows that `window` reads of `source`, for probes; None when it reads whole tables."""
    if source == "github_archive":
        return tuple(hour_name(hour) for hour in input_hours(window))
    if source == "evm_chain":
        return tuple(_chain_days(settings, window))
    return None


def _chain_days(settings: Settings, window: Window) -> dict[str, tuple[str, date]]:
    return {
        f"{chain.name}/{day}": (chain.name, day)
        for chain in settings.evm_chains
        for day in window.dates()
        if chain.start <= day
    }


def _read(
    catalog: Tables, table: str, columns: tuple[str, ...], row_filter: "BooleanExpression | None" = None
) -> list[dict[str, Any]]:
    """Rows of a receipts table; none when it was never written."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        loaded = catalog.load_table(table)
    except NoSuchTableError:
        return []
    return loaded.scan(row_filter=row_filter or everything(), selected_fields=columns).to_arrow().to_pylist()
