"""The demo's parts: what it finds in published tables, its chart, and whose home it may start over in."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click import UsageError
from published_lake import LAST_DAY, PROJECTS, WINDOW, amount_of
from pydantic import SecretStr

from oso_dagster.cli.charts import write_charts
from oso_dagster.cli.demo import _make_way
from oso_dagster.cli.findings import DeveloperFlow, read_findings
from oso_lake import Lake
from oso_lake.settings import Settings

METRIC = f"GITHUB_{{}}_developers_{WINDOW}"


@pytest.fixture(scope="module")
def lake(published_home: Path) -> Lake:
    return Lake(Settings(home=published_home))


def test_findings_are_the_published_amounts_of_the_last_day(lake: Lake) -> None:
    findings = read_findings(lake)
    assert findings.sample_date == LAST_DAY == date(2025, 10, 17)
    assert findings.titles == ("Aug 19 - Sep 17", "Sep 18 - Oct 17")
    assert [flow.name for flow in findings.projects] == sorted(PROJECTS, reverse=True)
    assert [flow.name for flow in findings.collections] == ["wallets", "infrastructure"]
    flow = next(flow for flow in findings.projects if flow.name == "atlas")
    for field, metric in (("active", "active"), ("churned", "churned"), ("new", "new"), ("returning", "returning")):
        assert getattr(flow, field) == amount_of(METRIC.format(metric), "atlas", LAST_DAY)
    assert flow.previously == flow.retained + flow.churned


def test_churn_is_the_share_of_those_who_were_there_before() -> None:
    flow = DeveloperFlow(name="a", active=6, retained=3, new=2, returning=1, churned=1)
    assert (flow.previously, flow.churn_rate) == (4, 0.25)
    assert DeveloperFlow(name="b", active=1, retained=0, new=1, returning=0, churned=0).churn_rate is None


def test_the_chart_is_a_png_and_a_page_that_needs_no_network(lake: Lake, tmp_path: Path) -> None:
    files = write_charts(read_findings(lake), tmp_path / "charts")
    assert files.png.read_bytes().startswith(b"\x89PNG")
    page = files.html.read_text()
    assert re.findall(r"<(?:script|link)[^>]+(?:src|href)=", page) == []
    assert all(name in page for name in PROJECTS)


def write_profile(home: Path, archive: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "oso.toml").write_text(f'github_archive_url = "{archive}"\n')


def test_a_home_with_sources_of_its_own_is_left_alone(oso: Callable, tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_profile(home, tmp_path / "my_archive")
    done = oso("demo", home=home)
    assert done.code == 2
    assert "points at sources of its own" in done.err
    assert [path.name for path in home.iterdir()] == ["oso.toml"]


def test_another_world_starts_over_and_keeps_what_is_not_its(tmp_path: Path) -> None:
    from dlt_sources.sample_world import WorldConfig, write_world

    settings = Settings(home=tmp_path / "home")
    small = WorldConfig(days=10, projects=16)
    world = write_world(settings.world_dir, small)
    write_profile(settings.home, world.archive_dir)
    settings = Settings(home=settings.home)
    (settings.warehouse / "published").mkdir(parents=True)
    for path in (
        settings.compute_db,
        settings.home / "ledger.db",
        settings.home / "ledger.db-wal",
        settings.home / "notes.txt",
    ):
        path.write_text("x")
    _make_way(settings, small)
    assert settings.warehouse.exists()
    _make_way(settings, WorldConfig(days=11, projects=16))
    assert sorted(path.name for path in settings.home.iterdir()) == ["notes.txt", "oso.toml", "world"]


def test_another_world_in_a_home_with_a_database_is_refused(tmp_path: Path) -> None:
    from dlt_sources.sample_world import WorldConfig, write_world

    settings = Settings(home=tmp_path / "home", database_url=SecretStr("postgresql://oso:secret@127.0.0.1:1/oso"))
    small = WorldConfig(days=10, projects=16)
    write_world(settings.world_dir, small)
    _make_way(settings, small)
    with pytest.raises(UsageError, match="choose another folder"):
        _make_way(settings, WorldConfig(days=11, projects=16))
    assert settings.world_dir.exists()
