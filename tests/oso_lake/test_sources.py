"""What a window needs of each raw source, told from receipts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import SecretStr

from oso_lake import filters
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope, replace
from oso_lake.contracts import TIMESTAMP, TableContract, column
from oso_lake.settings import EvmChain, Settings
from oso_lake.sources import RAW_SOURCES, gaps, hour_receipts, input_windows, missing_inputs

DAY = Window(date(2025, 8, 19), date(2025, 8, 20))


def receipts(name: str, **columns: pa.DataType) -> TableContract:
    return TableContract(
        name=name, description="", schema=pa.schema([column(key, dtype, "") for key, dtype in columns.items()])
    )


HOURS = receipts(
    "github_archive.hours",
    file_hour=TIMESTAMP,
    status=pa.string(),
    rows=pa.int64(),
    quarantined=pa.int64(),
    source_version=pa.string(),
)
CRAWLS = receipts("git_history.crawls", crawl_started_at=TIMESTAMP)
DAYS = receipts("evm_chain.days", chain=pa.string(), block_day=pa.date32(), status=pa.string())
VERSIONS = receipts("oss_directory.versions", version=pa.string())
FUNDING = receipts("oss_funding.files", file=pa.string())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    chains = tuple(
        EvmChain(name=name, chain_id=number, rpc_url=SecretStr("file:///none"), start=start)
        for name, number, start in (("optimism", 10, date(2025, 8, 19)), ("base", 8453, date(2025, 8, 20)))
    )
    return Settings(home=tmp_path / "home", evm_chains=chains)


def write(settings: Settings, contract: TableContract, rows: Sequence[Mapping[str, object]]) -> None:
    replace(open_catalog(settings), contract, contract.rows(rows), Scope(filters.everything(), ("all",)), {})


def hour_row(number: int, status: str = "landed") -> dict[str, object]:
    at = DAY.start_at + timedelta(hours=number)
    return {"file_hour": at, "status": status, "rows": 1, "quarantined": 0, "source_version": "v"}


def test_before_the_first_landing_everything_is_missing(settings: Settings) -> None:
    missing = missing_inputs(settings, "github_archive", DAY)
    assert (missing[0], missing[-1], len(missing)) == ("2025-08-19T00", "2025-08-20T01", 26)
    assert missing_inputs(settings, "git_history", DAY) == ["a crawl begun after 2025-08-20"]
    assert missing_inputs(settings, "oss_directory", DAY) == ["a version of the directory"]
    assert missing_inputs(settings, "evm_chain", DAY) == ["optimism/2025-08-19"]
    assert missing_inputs(settings, "oss_funding", DAY) == ["a file of grants"]


def test_grants_are_complete_when_a_file_landed_or_none_is_wanted(settings: Settings) -> None:
    assert missing_inputs(settings.model_copy(update={"funding_url": ""}), "oss_funding", DAY) == []
    write(settings, FUNDING, [{"file": "grants.csv"}])
    assert missing_inputs(settings, "oss_funding", DAY) == []
    assert input_windows(settings, "oss_funding", DAY) is None


def test_a_day_needs_its_hours_and_the_two_after_it(settings: Settings) -> None:
    write(settings, HOURS, [hour_row(number) for number in range(25)])
    assert missing_inputs(settings, "github_archive", DAY) == ["2025-08-20T01"]
    write(settings, HOURS, [hour_row(number) for number in range(26)])
    assert missing_inputs(settings, "github_archive", DAY) == []


def test_missing_and_empty_hours_are_settled_and_broken_ones_are_not(settings: Settings) -> None:
    statuses = {3: "missing", 4: "empty", 5: "truncated", 6: "corrupt"}
    write(settings, HOURS, [hour_row(number, statuses.get(number, "landed")) for number in range(26)])
    assert missing_inputs(settings, "github_archive", DAY) == ["2025-08-19T05", "2025-08-19T06"]
    assert gaps(settings, "github_archive", DAY) == ["2025-08-19T03"]
    assert gaps(settings, "git_history", DAY) == []


def test_a_crawl_counts_when_it_began_after_the_window(settings: Settings) -> None:
    early = DAY.end_at - timedelta(seconds=1)
    write(settings, CRAWLS, [{"crawl_started_at": early}])
    assert missing_inputs(settings, "git_history", DAY) == ["a crawl begun after 2025-08-20"]
    write(settings, CRAWLS, [{"crawl_started_at": DAY.end_at}])
    assert missing_inputs(settings, "git_history", DAY) == []


def test_chain_days_must_be_final_on_each_chain_that_has_begun(settings: Settings) -> None:
    two_days = Window(date(2025, 8, 19), date(2025, 8, 21))
    rows = [
        {"chain": "optimism", "block_day": date(2025, 8, 19), "status": "final"},
        {"chain": "optimism", "block_day": date(2025, 8, 20), "status": "hole"},
    ]
    write(settings, DAYS, rows)
    assert missing_inputs(settings, "evm_chain", two_days) == ["optimism/2025-08-20", "base/2025-08-20"]
    assert missing_inputs(settings, "evm_chain", DAY) == []


def test_one_version_of_the_directory_is_enough(settings: Settings) -> None:
    write(settings, VERSIONS, [{"version": "abc"}])
    assert missing_inputs(settings, "oss_directory", DAY) == []


def test_an_unknown_source_is_an_error(settings: Settings) -> None:
    with pytest.raises(KeyError, match="gitlab"):
        missing_inputs(settings, "gitlab", DAY)


def test_input_windows_are_named_as_the_sources_name_them(settings: Settings) -> None:
    hours = input_windows(settings, "github_archive", DAY)
    assert hours is not None
    assert (hours[0], hours[-1], len(hours)) == ("2025-08-19T00", "2025-08-20T01", 26)
    assert input_windows(settings, "evm_chain", DAY) == ("optimism/2025-08-19",)
    assert input_windows(settings, "oss_directory", DAY) is None


def test_receipts_of_some_days_are_read_by_hour(settings: Settings) -> None:
    write(settings, HOURS, [hour_row(number) for number in range(30)])
    found = hour_receipts(open_catalog(settings), DAY.start, DAY.end)
    assert len(found) == 24
    assert found[datetime(2025, 8, 19, 7, tzinfo=UTC)].status == "landed"


def test_only_github_archive_is_late() -> None:
    late = {name: source.lateness for name, source in RAW_SOURCES.items() if source.lateness}
    assert late == {"github_archive": timedelta(hours=2)}
