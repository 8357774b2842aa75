"""Landings killed with SIGKILL at each station leave the old rows or the new, and the next landing repairs the rest."""

import signal
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path

import pytest
from archive_lines import hour, star, write_hour

from dlt_sources.github_archive import land_days
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

BEGIN, END = date(2025, 8, 19), date(2025, 8, 20)
HOURS = [hour(19, number) for number in range(3)]

# each patches one function so that the process dies when it is reached; `nth` counts the calls
STATIONS = {
    "while unpacking": ("dlt_sources.github_archive.spool.Spool.add", 2, "before"),
    "after extract": ("dlt.pipeline.pipeline.Pipeline.extract", 1, "after"),
    "while staging": ("dlt_sources.destination.LandingPlan.stage", 2, "before"),
    "before the first commit": ("dlt_sources.destination.LandingPlan.commit", 1, "before"),
    "with data files written": ("oso_lake.commits._commit", 1, "before"),
    "before the catalog swaps": ("pyiceberg.catalog.sql.SqlCatalog.commit_table", 1, "before"),
    "after the events' commit": ("oso_lake.commits._commit", 1, "after"),
    "between quarantine and receipts": ("oso_lake.commits._commit", 2, "after"),
    "after the receipts' commit": ("oso_lake.commits._commit", 3, "after"),
    "before dlt records the load": ("dlt_sources.destination.LandingPlan.commit", 1, "after"),
}
EVENTS_COMMITTED = {
    "after the events' commit",
    "between quarantine and receipts",
    "after the receipts' commit",
    "before dlt records the load",
}
DIE_AT = """
    import importlib, os, signal, sys
    from datetime import date, datetime, UTC
    from pathlib import Path

    target, nth, when = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    import dlt, dlt.pipeline.pipeline, pyiceberg.catalog.sql
    import dlt_sources.destination, dlt_sources.github_archive.spool, oso_lake.commits
    from dlt_sources.github_archive import land_days
    from oso_lake.settings import Settings

    parts = target.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        name = ".".join(parts[:cut])
        if name in sys.modules:
            owner = sys.modules[name]
            break
    for part in parts[cut:-1]:
        owner = getattr(owner, part)
    original = getattr(owner, parts[-1])
    calls = 0

    def patched(*args, **kwargs):
        global calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == nth and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, parts[-1], patched)
    settings = Settings(home=Path(sys.argv[4]), github_archive_url=sys.argv[5])
    hours = [datetime(2025, 8, 19, number, tzinfo=UTC) for number in range(3)]
    land_days(settings, date(2025, 8, 19), date(2025, 8, 20), hours=hours)
    sys.exit("the station was never reached")
"""


def ids(settings: Settings) -> list[str]:
    table = open_catalog(settings).load_table("github_archive.events").scan(selected_fields=("id",)).to_arrow()
    return sorted(table.column("id").to_pylist())


def write_version(archive: Path, first: int) -> list[str]:
    """Write three hours of two events and a broken line each; returns their ids."""
    lines = {at: [star(first + 2 * index), star(first + 2 * index + 1)] for index, at in enumerate(HOURS)}
    for at, events in lines.items():
        write_hour(archive, at, [*events, "{broken"])
    return sorted(event["id"] for events in lines.values() for event in events)


@pytest.mark.parametrize("station", STATIONS)
def test_t6_a_landing_killed_anywhere_leaves_old_or_new_and_the_next_one_completes(
    tmp_path: Path, station: str
) -> None:
    archive = tmp_path / "archive"
    settings = Settings(home=tmp_path / "home", github_archive_url=str(archive))
    old = write_version(archive, 100)
    land_days(settings, BEGIN, END, hours=HOURS)
    new = write_version(archive, 2000)

    target, nth, when = STATIONS[station]
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DIE_AT), target, str(nth), when, str(settings.home), str(archive)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    assert ids(settings) == (new if station in EVENTS_COMMITTED else old)
    report = land_days(settings, BEGIN, END, hours=HOURS)
    assert ids(settings) == new
    assert {window.status for window in report.windows} <= {"landed", "unchanged"}
    catalog = open_catalog(settings)
    assert catalog.load_table("github_archive.quarantine").scan().count() == 3
    receipts = catalog.load_table("github_archive.hours").scan().to_arrow().to_pylist()
    assert sorted((row["file_hour"], row["rows"], row["quarantined"]) for row in receipts) == [
        (at, 2, 1) for at in HOURS
    ]


def test_the_first_landing_killed_between_tables_is_completed(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    settings = Settings(home=tmp_path / "home", github_archive_url=str(archive))
    new = write_version(archive, 1)
    target, nth, when = STATIONS["after the events' commit"]
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DIE_AT), target, str(nth), when, str(settings.home), str(archive)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not open_catalog(settings).table_exists("github_archive.hours")
    report = land_days(settings, BEGIN, END, hours=HOURS)
    assert [window.status for window in report.windows] == ["landed"] * 3
    assert ids(settings) == new
