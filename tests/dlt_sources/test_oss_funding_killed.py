"""A landing of grants killed with SIGKILL leaves the old grants or the new, and the next one repairs the rest."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dlt_sources.oss_funding import land_funding
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

HEADER = "to_project_name,amount,funding_date,from_funder_name,grant_pool_name\n"
# the function at which the process dies, at which of its calls, before or after it; and whether grants are new then
STATIONS = {
    "while staging": ("dlt_sources.destination", "LandingPlan.stage", 1, "before", False),
    "before the first commit": ("oso_lake.commits", "_commit", 1, "before", False),
    "after the grants' commit": ("oso_lake.commits", "_commit", 1, "after", True),
    "between quarantine and receipts": ("oso_lake.commits", "_commit", 2, "after", True),
    "after the receipts' commit": ("oso_lake.commits", "_commit", 3, "after", True),
}
DIE_AT = """
    import importlib, os, signal, sys
    from pathlib import Path

    from dlt_sources.oss_funding import land_funding
    from oso_lake.settings import Settings

    module, name, nth, when, home, folder = sys.argv[1:]
    owner = importlib.import_module(module)
    *parents, last = name.split(".")
    for part in parents:
        owner = getattr(owner, part)
    original, calls = getattr(owner, last), 0

    def patched(*args, **kwargs):
        global calls
        calls += 1
        if calls == int(nth) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == int(nth) and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, last, patched)
    land_funding(Settings(home=Path(home), funding_url=folder))
    sys.exit("the station was never reached")
"""


def recipients(settings: Settings) -> list[str]:
    """Who received something."""
    table = open_catalog(settings).load_table("oss_funding.grants").scan().to_arrow()
    return sorted(table.column("to_project_name").to_pylist())


def write(folder: Path, name: str) -> None:
    """A file of two grants to `name` and a line that is none."""
    line = f"{name},1,2025-01-02,fund,round\n"
    (folder / "grants.csv").write_text(f"{HEADER}{line}{line}{name}\n")


@pytest.mark.parametrize("station", STATIONS)
def test_t6_a_landing_killed_anywhere_leaves_old_or_new_and_the_next_one_completes(
    tmp_path: Path, station: str
) -> None:
    folder = tmp_path / "funding"
    folder.mkdir()
    settings = Settings(home=tmp_path / "home", funding_url=str(folder))
    write(folder, "old")
    land_funding(settings)
    write(folder, "new")
    module, name, nth, when, is_new = STATIONS[station]
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DIE_AT), module, name, str(nth), when, settings.home, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert recipients(settings) == ["new" if is_new else "old"] * 2
    land_funding(settings)
    assert recipients(settings) == ["new", "new"]
    catalog = open_catalog(settings)
    assert catalog.load_table("oss_funding.quarantine").scan().count() == 1
    (receipt,) = catalog.load_table("oss_funding.files").scan().to_arrow().to_pylist()
    assert (receipt["rows"], receipt["quarantined"]) == (2, 1)
