"""Files of grants land in Iceberg, file by file: what is read, refused, replaced and withdrawn."""

import http.server
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dlt_sources.oss_funding import FundingError, land_funding
from dlt_sources.progress import Progress
from dlt_sources.sample_world import WorldConfig, write_world
from oso_lake.catalog import open_catalog
from oso_lake.probes import window_snapshots
from oso_lake.settings import Settings

HEADER = "to_project_name,amount,funding_date,from_funder_name,grant_pool_name,metadata,file_path\n"
ONE = 'alpha,100.5,2025-01-02,fund,round-1,"{""a"": 1}",data/x.csv\n'
TWO = "beta,7,2025-01-03,fund,round-1,,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files lie."""
    path = tmp_path / "funding"
    path.mkdir()
    return path


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    """An installation that reads them."""
    return Settings(home=tmp_path / "home", funding_url=str(folder))


def write(folder: Path, **files: str) -> None:
    """Write `name.csv` for each name."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)


def rows(settings: Settings, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, in order."""
    scanned = open_catalog(settings).load_table(f"oss_funding.{table}").scan(selected_fields=columns).to_arrow()
    return sorted((tuple(row[column] for column in columns) for row in scanned.to_pylist()), key=str)


def statuses(settings: Settings, **options: Any) -> dict[str, str]:
    """What a landing made of each file."""
    return {status.window: status.status for status in land_funding(settings, **options).windows}


def snapshots(settings: Settings) -> dict[str, int]:
    """The snapshot that last changed the grants of each file."""
    return window_snapshots(open_catalog(settings), "oss_funding.grants")


def test_a_line_lands_as_it_is(settings: Settings, folder: Path) -> None:
    write(folder, grants=HEADER + ONE + ",7,2025-01-03,fund,,,\n")
    report = land_funding(settings)
    assert [(one.window, one.status, one.rows, one.quarantined) for one in report.windows] == [
        ("grants.csv", "landed", 2, 0)
    ]
    columns = ("line", "to_project_name", "from_funder_name", "amount", "funding_date", "grant_pool_name", "metadata")
    assert rows(settings, "grants", *columns) == [
        (2, "alpha", "fund", Decimal("100.5"), date(2025, 1, 2), "round-1", '{"a": 1}'),
        (3, None, "fund", Decimal(7), date(2025, 1, 3), None, None),
    ]
    assert rows(settings, "files", "file", "rows", "quarantined", "load_id") == [("grants.csv", 2, 0, report.load_id)]


def test_columns_may_stand_in_any_order_and_metadata_in_columns_of_its_own(settings: Settings, folder: Path) -> None:
    text = (
        "\ufeffUnnamed: 0, funding_date ,from_funder_name,to_project_name,amount,grant_name,grant_pool_name,"
        "metadata_url,metadata_kind\r\n"
        '0,2025-01-02,fund,alpha,"$1,000.00",A title,round-1,https://a.example,\r\n'
        "1,2025-01-02,fund,alpha,5,,round-1,,\r\n"
    )
    (folder / "sheet.csv").write_bytes(text.encode())
    assert statuses(settings) == {"sheet.csv": "landed"}
    assert rows(settings, "grants", "line", "amount", "grant_name", "metadata") == [
        (2, Decimal(1000), "A title", '{"url": "https://a.example"}'),
        (3, Decimal(5), None, None),
    ]
    assert rows(settings, "quarantine", "reason") == []


def test_lines_that_cannot_be_counted_are_put_aside_with_the_reason(settings: Settings, folder: Path) -> None:
    bad = (
        "alpha,much,2025-01-02,fund,round-1,,\n"
        "alpha,1,yesterday,fund,round-1,,\n"
        "alpha,1,2025-01-02, ,round-1,,\n"
        "alpha,1,2025-01-02\n"
        "\n"
        'alpha,1,2025-01-02,fund,round-1,"two\nlines",x,y\n'
    )
    write(folder, grants=HEADER + bad + TWO)
    report = land_funding(settings)
    assert [(one.rows, one.quarantined) for one in report.windows] == [(1, 5)]
    # a line that begins behind a cell of two lines is found where it begins
    assert rows(settings, "grants", "line", "to_project_name") == [(9, "beta")]
    reasons = dict(rows(settings, "quarantine", "line", "reason"))
    assert list(reasons) == [2, 3, 4, 5, 7]
    assert reasons[2].startswith("amount 'much' is not a number")
    assert reasons[3].startswith("funding_date 'yesterday' is not a date")
    assert reasons[4] == "from_funder_name is empty"
    assert reasons[5] == "the line has 3 cells, the header 7"
    assert reasons[7] == "the line has 8 cells, the header 7"
    assert '"amount": "much"' in dict(rows(settings, "quarantine", "line", "value"))[2]


def test_a_column_that_nobody_knows_is_told_and_the_rest_lands(settings: Settings, folder: Path) -> None:
    write(folder, grants=HEADER.strip() + ",currency\n" + ONE.strip() + ",EUR\n")
    assert land_funding(settings).windows[0].quarantined == 1
    assert rows(settings, "quarantine", "line", "reason") == [
        (1, "unknown column 'currency': its cells are not landed")
    ]
    assert rows(settings, "grants", "to_project_name") == [("alpha",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "grants.csv is empty: it needs a header with to_project_name, amount"),
        ("to_project_name,sum,funding_date,from_funder_name,grant_pool_name\n", "line 1: no column amount; the header"),
        ("amount," + HEADER, "line 1: column amount is there twice"),
        (HEADER + TWO + 'alpha,"1,2025\n', "grants.csv, line 3: not CSV"),
    ],
)
def test_t16_a_file_of_another_layout_stops_the_landing_and_all_stays_as_it_was(
    settings: Settings, folder: Path, text: str, message: str
) -> None:
    write(folder, grants=HEADER + ONE, other=HEADER + TWO)
    land_funding(settings)
    before = snapshots(settings)
    write(folder, grants=text, other=HEADER + TWO + TWO)
    with pytest.raises(FundingError, match=message):
        land_funding(settings)
    assert snapshots(settings) == before
    assert len(rows(settings, "grants", "line")) == 2


def test_a_file_that_is_not_utf8_says_so(settings: Settings, folder: Path) -> None:
    (folder / "grants.csv").write_bytes((HEADER + ONE).encode() + "ære,1".encode("latin-1"))
    with pytest.raises(FundingError, match=r"grants.csv is not UTF-8 \(byte \d+\): save it as CSV in UTF-8"):
        land_funding(settings)


def test_landing_again_changes_nothing_unless_it_is_forced(settings: Settings, folder: Path) -> None:
    write(folder, grants=HEADER + ONE)
    land_funding(settings)
    before = snapshots(settings)
    report = land_funding(settings)
    assert (report.load_id, dict(report.tables)) == (None, {})
    assert [one.status for one in report.windows] == ["unchanged"]
    assert snapshots(settings) == before
    assert statuses(settings, force=True) == {"grants.csv": "landed"}
    assert snapshots(settings) != before
    assert len(rows(settings, "grants", "line")) == 1


def test_a_file_that_changed_is_replaced_and_the_others_keep_their_snapshot(settings: Settings, folder: Path) -> None:
    write(folder, one=HEADER + ONE + TWO, two=HEADER + TWO)
    land_funding(settings)
    before = snapshots(settings)
    write(folder, one=HEADER + ONE.replace("100.5", "200"))
    assert statuses(settings) == {"one.csv": "landed", "two.csv": "unchanged"}
    after = snapshots(settings)
    assert (after["one.csv"] != before["one.csv"], after["two.csv"]) == (True, before["two.csv"])
    assert rows(settings, "grants", "file", "amount") == [("one.csv", Decimal(200)), ("two.csv", Decimal(7))]


def test_a_change_that_leaves_as_many_lines_is_a_change(settings: Settings, folder: Path) -> None:
    write(folder, one=HEADER + ONE)
    land_funding(settings)
    write(folder, one=HEADER + ONE.replace("alpha", "gamma"))
    land_funding(settings)
    assert rows(settings, "grants", "to_project_name") == [("gamma",)]


def test_a_file_that_is_gone_takes_its_grants_with_it(settings: Settings, folder: Path) -> None:
    write(folder, one=HEADER + ONE, two=HEADER + "bad\n")
    land_funding(settings)
    (folder / "two.csv").unlink()
    assert statuses(settings) == {"one.csv": "unchanged", "two.csv": "withdrawn"}
    assert rows(settings, "files", "file") == [("one.csv",)]
    assert rows(settings, "quarantine", "file") == []
    assert statuses(settings.model_copy(update={"funding_url": ""})) == {"one.csv": "withdrawn"}
    assert rows(settings, "grants", "file") == []


def test_without_a_source_nothing_is_landed(tmp_path: Path) -> None:
    assert land_funding(Settings(home=tmp_path / "home", funding_url="")).windows == ()


@pytest.mark.parametrize("url", ["nowhere", "nowhere/grants.csv"])
def test_what_is_not_there_says_what_to_do(tmp_path: Path, url: str) -> None:
    settings = Settings(home=tmp_path / "home", funding_url=str(tmp_path / url))
    with pytest.raises(FundingError, match=f"no file or folder {tmp_path}/{url}: set OSO_FUNDING_URL"):
        land_funding(settings)


def test_a_folder_without_files_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(FundingError, match=r"no \*.csv in or below .*: set OSO_FUNDING_URL"):
        land_funding(settings)


def test_one_file_may_be_named_by_path_or_file_url(settings: Settings, folder: Path) -> None:
    write(folder, grants=HEADER + ONE)
    by_path = settings.model_copy(update={"funding_url": str(folder / "grants.csv")})
    by_url = settings.model_copy(update={"funding_url": (folder / "grants.csv").as_uri()})
    assert statuses(by_path) == {"grants.csv": "landed"}
    assert statuses(by_url) == {"grants.csv": "unchanged"}


def test_progress_counts_the_files_that_changed(settings: Settings, folder: Path) -> None:
    write(folder, one=HEADER + ONE, two=HEADER + TWO)
    heard: list[Progress] = []
    land_funding(settings, heard.append)
    assert [(step.done, step.total, step.unit) for step in heard] == [(1, 2, "files"), (2, 2, "files")]


class Server(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses of its path, one a request, the last of them again and again."""

    asked: dict[str, int]

    def do_GET(self) -> None:
        statuses = [int(status) for status in self.path.split("/")[1].split("-")]
        count = self.asked.get(self.path, 0)
        self.asked[self.path] = count + 1
        status = statuses[min(count, len(statuses) - 1)]
        body = (HEADER + ONE).encode() if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """Its address."""
    handler = type("Handler", (Server,), {"asked": {}})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://someone:secret@127.0.0.1:{running.server_port}"
        running.shutdown()


def test_a_file_is_downloaded_and_a_failing_server_asked_again(
    settings: Settings, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlt_sources.oss_funding.files.PAUSE_SECONDS", 0.0)
    online = settings.model_copy(update={"funding_url": f"{server}/503-429-200/grants%20of%20all.csv?raw=1"})
    assert statuses(online) == {"grants of all.csv": "landed"}
    assert statuses(online) == {"grants of all.csv": "unchanged"}


@pytest.mark.parametrize(("answers", "status"), [("404", 404), ("500", 500)])
def test_a_server_that_has_nothing_says_so_without_passwords(
    settings: Settings, server: str, monkeypatch: pytest.MonkeyPatch, answers: str, status: int
) -> None:
    monkeypatch.setattr("dlt_sources.oss_funding.files.PAUSE_SECONDS", 0.0)
    with pytest.raises(FundingError, match=f"grants.csv answers HTTP {status}: set OSO_FUNDING_URL") as caught:
        land_funding(settings.model_copy(update={"funding_url": f"{server}/{answers}/grants.csv"}))
    assert "secret" not in str(caught.value)


def test_a_file_beyond_all_reason_is_refused(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlt_sources.oss_funding.files.MAX_FILE_BYTES", 100)
    write(folder, grants=HEADER + ONE)
    with pytest.raises(FundingError, match="is larger than"):
        land_funding(settings)


def test_the_grants_of_the_sample_world_are_those_of_its_truth(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", WorldConfig(days=10, projects=16, seed=2))
    settings = Settings(home=tmp_path / "home", funding_url=str(world.funding_dir))
    land_funding(settings)
    truth = pq.read_table(world.truth_dir / "grants.parquet").to_pylist()
    keys = ("file", "line", "to_project_name", "from_funder_name", "funding_date", "grant_pool_name")
    told = {tuple(row[key] for key in keys): Decimal(row["amount"]) for row in truth if row["fault"] is None}
    found = rows(settings, "grants", *keys, "amount")
    assert {row[:-1]: row[-1] for row in found} == told
    refused = {(file, line) for file, line in rows(settings, "quarantine", "file", "line") if line > 1}
    assert refused == {(row["file"], row["line"]) for row in truth if row["fault"]}
