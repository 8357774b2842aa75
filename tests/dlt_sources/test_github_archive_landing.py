"""Landing hours: replaced and never doubled, told apart when something is wrong, one snapshot per table and chunk."""

import gzip
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from archive_lines import hour, hour_path, star, write_hour

from dlt_sources import github_archive
from dlt_sources.github_archive import ArchiveError, UnsupportedEraError, land_days
from dlt_sources.github_archive.archive import FileVersion
from dlt_sources.github_archive.landing import HourFile, split
from dlt_sources.iceberg import LandingError, LandingReport
from dlt_sources.progress import Progress
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.probes import last_change
from oso_lake.settings import Settings
from oso_lake.sources import gaps, missing_inputs

BEGIN, END = date(2025, 8, 19), date(2025, 8, 20)
ALL_HOURS = [hour(19, number) for number in range(24)]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    directory = tmp_path / "archive"
    for number in range(24):
        write_hour(directory, hour(19, number), [star(number * 10 + line) for line in range(3)])
    return directory


@pytest.fixture
def settings(tmp_path: Path, archive: Path) -> Settings:
    return Settings(home=tmp_path / "home", github_archive_url=str(archive))


def rows(settings: Settings, table: str) -> list[dict[str, Any]]:
    return open_catalog(settings).load_table(f"github_archive.{table}").scan().to_arrow().to_pylist()


def events(settings: Settings) -> list[tuple[datetime, str]]:
    return sorted((row["file_hour"], row["id"]) for row in rows(settings, "events"))


def receipts(settings: Settings) -> dict[datetime, dict[str, Any]]:
    return {row["file_hour"]: row for row in rows(settings, "hours")}


def snapshots(settings: Settings, table: str) -> int:
    return len(open_catalog(settings).load_table(f"github_archive.{table}").snapshots())


def statuses(report: LandingReport) -> dict[str, str]:
    return {window.window: window.status for window in report.windows}


def counts(values: Iterable[str]) -> dict[str, int]:
    found = list(values)
    return {value: found.count(value) for value in sorted(set(found))}


def test_a_day_lands_in_one_snapshot_per_table(settings: Settings) -> None:
    seen: list[Progress] = []
    report = land_days(settings, BEGIN, END, on_progress=seen.append)
    assert counts(statuses(report).values()) == {"landed": 24}
    assert report.tables["github_archive.events"].rows == 72
    assert len(events(settings)) == 72
    assert (snapshots(settings, "events"), snapshots(settings, "hours")) == (1, 1)
    assert [(step.done, step.total) for step in seen] == [(number, 24) for number in range(1, 25)]
    receipt = receipts(settings)[hour(19, 4)]
    assert (receipt["status"], receipt["rows"], receipt["load_id"]) == ("landed", 3, report.load_id)
    assert missing_inputs(settings, "github_archive", Window(BEGIN, END)) == ["2025-08-20T00", "2025-08-20T01"]


def test_unchanged_hours_are_skipped_and_forced_ones_are_the_same_again(settings: Settings) -> None:
    land_days(settings, BEGIN, END)
    before = events(settings)
    again = land_days(settings, BEGIN, END)
    assert counts(statuses(again).values()) == {"unchanged": 24}
    assert (again.load_id, again.tables, snapshots(settings, "events")) == (None, {}, 1)
    land_days(settings, BEGIN, END, force=True)
    assert events(settings) == before
    assert len(receipts(settings)) == 24
    assert snapshots(settings, "events") == 2


def test_a_changed_hour_is_replaced_and_the_others_keep_their_snapshot(settings: Settings, archive: Path) -> None:
    first = land_days(settings, BEGIN, END)
    write_hour(archive, hour(19, 7), [star(900), star(901), star(902), star(903)])
    second = land_days(settings, BEGIN, END)
    assert counts(statuses(second).values()) == {"landed": 1, "unchanged": 23}
    assert [row_id for at, row_id in events(settings) if at == hour(19, 7)] == [
        f"10000000{number}" for number in range(900, 904)
    ]
    assert len(events(settings)) == 73
    catalog = open_catalog(settings)
    changed = last_change(catalog, "github_archive.events", "2025-08-19T07")
    assert changed == second.tables["github_archive.events"].snapshot_id
    assert last_change(catalog, "github_archive.events", "2025-08-19T06") == (
        first.tables["github_archive.events"].snapshot_id
    )


def test_only_the_hours_asked_for_are_replaced(settings: Settings, archive: Path) -> None:
    land_days(settings, BEGIN, END)
    for number in (3, 4):
        write_hour(archive, hour(19, number), [star(950 + number)])
    report = land_days(settings, BEGIN, END, hours=[hour(19, 4)])
    assert statuses(report) == {"2025-08-19T04": "landed"}
    assert len([1 for at, _ in events(settings) if at == hour(19, 3)]) == 3
    assert [row_id for at, row_id in events(settings) if at == hour(19, 4)] == ["10000000954"]


def test_hours_outside_the_days_are_an_error(settings: Settings) -> None:
    with pytest.raises(ValueError, match="hours outside"):
        land_days(settings, BEGIN, END, hours=[hour(21, 0)])


def test_missing_empty_truncated_and_corrupt_are_told_apart(settings: Settings, archive: Path) -> None:
    hour_path(archive, hour(19, 0)).unlink()
    hour_path(archive, hour(19, 1)).write_bytes(gzip.compress(b"", mtime=0))
    cut = hour_path(archive, hour(19, 2))
    cut.write_bytes(cut.read_bytes()[:-3])
    hour_path(archive, hour(19, 3)).write_bytes(b"not gzip at all")
    report = land_days(settings, BEGIN, END)
    by_window = {window.window: window for window in report.windows}
    assert [by_window[f"2025-08-19T0{number}"].status for number in range(5)] == [
        "missing",
        "empty",
        "truncated",
        "corrupt",
        "landed",
    ]
    assert "ends before its gzip trailer" in by_window["2025-08-19T02"].detail
    assert {at for at, _ in events(settings)} == set(ALL_HOURS[4:])
    assert len(receipts(settings)) == 24
    needed = missing_inputs(settings, "github_archive", Window(BEGIN, END))
    assert needed == ["2025-08-19T02", "2025-08-19T03", "2025-08-20T00", "2025-08-20T01"]
    assert gaps(settings, "github_archive", Window(BEGIN, END)) == ["2025-08-19T00"]


def test_a_truncated_hour_keeps_its_earlier_rows_and_recovers(settings: Settings, archive: Path) -> None:
    land_days(settings, BEGIN, END)
    before = events(settings)
    whole = write_hour(archive, hour(19, 2), [star(960)]).read_bytes()
    hour_path(archive, hour(19, 2)).write_bytes(whole[:-1])
    report = land_days(settings, BEGIN, END)
    assert statuses(report)["2025-08-19T02"] == "truncated"
    assert events(settings) == before
    assert receipts(settings)[hour(19, 2)]["status"] == "truncated"
    hour_path(archive, hour(19, 2)).write_bytes(whole)
    assert statuses(land_days(settings, BEGIN, END))["2025-08-19T02"] == "landed"
    assert [row_id for at, row_id in events(settings) if at == hour(19, 2)] == ["10000000960"]


def test_an_hour_that_went_empty_loses_its_rows(settings: Settings, archive: Path) -> None:
    land_days(settings, BEGIN, END)
    hour_path(archive, hour(19, 2)).write_bytes(gzip.compress(b"", mtime=0))
    assert statuses(land_days(settings, BEGIN, END))["2025-08-19T02"] == "empty"
    assert len(events(settings)) == 69


def test_an_hour_that_vanished_from_the_source_keeps_its_rows(settings: Settings, archive: Path) -> None:
    land_days(settings, BEGIN, END)
    hour_path(archive, hour(19, 2)).unlink()
    report = land_days(settings, BEGIN, END)
    (window,) = [window for window in report.windows if window.window == "2025-08-19T02"]
    assert (window.status, window.rows) == ("missing", 3)
    assert "stay" in window.detail
    assert len(events(settings)) == 72
    assert receipts(settings)[hour(19, 2)]["status"] == "landed"


def test_an_hour_not_yet_published_is_pending_and_has_no_receipt(settings: Settings, archive: Path) -> None:
    hour_path(archive, hour(19, 23)).unlink()
    soon = hour(19, 23) + timedelta(hours=2)
    assert statuses(land_days(settings, BEGIN, END, now=soon))["2025-08-19T23"] == "pending"
    assert hour(19, 23) not in receipts(settings)
    later = soon + timedelta(days=1)
    assert statuses(land_days(settings, BEGIN, END, now=later))["2025-08-19T23"] == "missing"
    assert receipts(settings)[hour(19, 23)]["status"] == "missing"
    again = land_days(settings, BEGIN, END, now=later)
    assert (statuses(again)["2025-08-19T23"], again.tables) == ("missing", {})


def test_broken_lines_are_counted_and_quarantined_and_leave_with_their_hour(settings: Settings, archive: Path) -> None:
    write_hour(archive, hour(19, 5), [*(star(number) for number in range(30)), "{broken", star(1, repo={})])
    report = land_days(settings, BEGIN, END)
    (window,) = [window for window in report.windows if window.window == "2025-08-19T05"]
    assert (window.status, window.rows, window.quarantined) == ("landed", 30, 2)
    reasons = sorted((row["line_number"], row["reason"]) for row in rows(settings, "quarantine"))
    assert reasons[0][0] == 31
    assert reasons[0][1].startswith("not JSON")
    assert reasons[1] == (32, "no repo.id")
    land_days(settings, BEGIN, END, hours=[hour(19, 5)], force=True)
    assert len(rows(settings, "quarantine")) == 2
    write_hour(archive, hour(19, 5), [star(1)])
    land_days(settings, BEGIN, END)
    assert rows(settings, "quarantine") == []


def test_t16_a_field_removed_upstream_fails_the_hour_before_anything_moves(settings: Settings, archive: Path) -> None:
    land_days(settings, BEGIN, END)
    before = events(settings)
    for number in (8, 9):
        write_hour(archive, hour(19, number), [star(line, actor=None) for line in range(40)])
    report = land_days(settings, BEGIN, END)
    broken = {window.window: window.detail for window in report.windows if window.status == "corrupt"}
    assert sorted(broken) == ["2025-08-19T08", "2025-08-19T09"]
    assert broken["2025-08-19T08"] == ("40 of 40 lines break the contract: no actor.id (40); earlier rows stay")
    assert events(settings) == before
    assert missing_inputs(settings, "github_archive", Window(BEGIN, END))[:2] == ["2025-08-19T08", "2025-08-19T09"]


def test_dates_before_2015_are_refused(settings: Settings) -> None:
    with pytest.raises(UnsupportedEraError, match="begin at 2015-01-01 or later"):
        land_days(settings, date(2014, 12, 31), date(2015, 1, 2))


def test_content_of_2012_stops_the_landing_and_changes_nothing(settings: Settings, archive: Path) -> None:
    land_days(settings, BEGIN, END)
    before = events(settings)
    old = {
        "actor": "ada",
        "repository": {"name": "w", "url": "u"},
        "type": "WatchEvent",
        "created_at": "2012-06-14T15:00:00Z",
    }
    write_hour(archive, hour(19, 3), [old])
    write_hour(archive, hour(19, 4), [star(999)])
    with pytest.raises(LandingError, match=r"2025-08-19T03 holds events in GitHub Archive's shape before 2015-01-01"):
        land_days(settings, BEGIN, END)
    assert events(settings) == before


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", github_archive_url=str(tmp_path / "nowhere"))
    with pytest.raises(ArchiveError, match=r"nowhere.*OSO_GITHUB_ARCHIVE_URL"):
        land_days(settings, BEGIN, END)


def test_long_ranges_land_in_chunks(settings: Settings, monkeypatch: pytest.MonkeyPatch, archive: Path) -> None:
    for number in range(24, 72):
        write_hour(archive, hour(19, number), [star(number)])
    monkeypatch.setattr(github_archive, "CHUNK_DAYS", 2)
    report = land_days(settings, BEGIN, BEGIN + timedelta(days=3))
    assert counts(statuses(report).values()) == {"landed": 72}
    assert report.tables["github_archive.events"].rows == 120
    assert (snapshots(settings, "events"), snapshots(settings, "hours")) == (2, 2)
    assert len(events(settings)) == 120


def test_several_spools_of_one_chunk_land_together(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlt_sources.github_archive.landing.SPOOL_BYTES", 2_000)
    report = land_days(settings, BEGIN, END)
    assert report.tables["github_archive.events"].rows == 72
    assert len(events(settings)) == 72
    assert snapshots(settings, "events") == 1


def test_chunks_hold_whole_days_and_large_days_are_split() -> None:
    def file(day: int, number: int, size: int) -> HourFile:
        version = FileVersion(tag="t", size=size)
        return HourFile(hour=datetime(2025, 8, day, number, tzinfo=UTC), version=version, earlier=None)

    files = [file(1, n, 10) for n in range(3)] + [file(2, n, 10) for n in range(3)] + [file(3, n, 60) for n in range(4)]
    sizes = [[one.size for one in chunk] for chunk in split(files, max_bytes=100, max_days=31)]
    assert sizes == [[10] * 6, [60], [60], [60], [60]]
    by_days = [len(chunk) for chunk in split(files, max_bytes=10_000, max_days=2)]
    assert by_days == [6, 4]


def test_nothing_is_left_of_a_landing_but_dlts_records(settings: Settings) -> None:
    land_days(settings, BEGIN, END)
    leftovers = [path for path in settings.dlt_dir.rglob("*") if path.suffix in {".jsonl", ".arrows", ".parquet"}]
    assert leftovers == []
    assert [path.name for path in (settings.dlt_dir / "pipelines").iterdir()] == ["github_archive"]


def test_large_files_land_like_small_ones(settings: Settings, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_hour(archive, hour(19, 5), [*(star(number) for number in range(30)), star(1, repo={})])
    cut = hour_path(archive, hour(19, 6))
    cut.write_bytes(cut.read_bytes()[:-5])
    hour_path(archive, hour(19, 7)).write_bytes(gzip.compress(b"", mtime=0))
    small = statuses(land_days(settings, BEGIN, END))
    rows_of_small = events(settings), rows(settings, "quarantine")
    monkeypatch.setattr("dlt_sources.github_archive.landing.PARSED_PACKED_BYTES", 0)
    assert statuses(land_days(settings, BEGIN, END, force=True)) == small
    assert (events(settings), rows(settings, "quarantine")) == rows_of_small
    assert counts(small.values()) == {"empty": 1, "landed": 22, "truncated": 1}
