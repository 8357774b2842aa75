"""`oso demo --compare`: the same world computed once more by DuckDB alone, and what it says when a number differs."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pytest

from dlt_sources.sample_world import World, WorldConfig, write_profile, write_world
from oso_dagster import api
from oso_dagster.cli import comparing
from oso_dagster.cli.charts import write_charts
from oso_dagster.cli.demo import TWIN, DemoReport, compare_with_duckdb, tell
from oso_dagster.cli.findings import read_findings
from oso_dagster.cli.progress import Stages
from oso_dagster.project import Project
from oso_lake import Lake
from oso_lake.catalog import open_catalog
from oso_lake.comparing import TableComparison, differing
from oso_lake.settings import Settings

PROJECT = Path(__file__).parents[1] / "oso_dagster" / "project"
SERIES = "timeseries_metrics_by_artifact_v0"
STARS = "oso.stars_to_artifact_daily"


@dataclass(frozen=True)
class Demo:
    """An installation with a world in it, and that world."""

    project: Project
    world: World

    def compared(self) -> tuple[list[str], list[TableComparison]]:
        """What failed on DuckDB, and the tables."""
        with Stages() as stages:
            failed, tables = compare_with_duckdb(self.project, self.world, stages)
        return list(failed), list(tables)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The smallest world, landed, planned and computed with the small project."""
    home = tmp_path_factory.mktemp("demo") / "home"
    world = write_world(Settings(home=home).world_dir, WorldConfig(days=10, projects=16))
    write_profile(home, world)
    project = Project(settings=Settings(home=home), path=PROJECT)
    api.land(project.settings, world.begin, world.end, sources=["github_archive"])
    api.plan(project.settings, project=project)
    report = api.materialize(project.settings, begin=world.begin, end=world.end, project=project)
    assert report.failed == {}
    assert STARS in report.done
    return Demo(project=project, world=world)


@pytest.fixture(scope="module")
def equal(demo: Demo) -> list[TableComparison]:
    """The comparison as it is when nothing is wrong."""
    failed, tables = demo.compared()
    assert failed == []
    return tables


@pytest.fixture(scope="module")
def planted(demo: Demo, equal: list[TableComparison]) -> list[TableComparison]:
    """One amount is made another by hand: the comparison of a second run."""
    assert comparing.is_same(equal)
    table = open_catalog(demo.project.settings).load_table(f"published.{SERIES}")
    rows = table.scan(f"model == '{STARS}'").to_arrow().to_pylist()
    wrong = max(rows, key=lambda row: (row["amount"], str(row)))
    changed = [row | {"amount": row["amount"] + (1 if row is wrong else 0)} for row in rows]
    schema = table.schema().as_arrow()
    table.overwrite(pa.Table.from_pylist(changed, schema=schema), overwrite_filter=f"model == '{STARS}'")
    failed, tables = demo.compared()
    assert failed == []
    return tables


def report_of(home: Path, compared: list[TableComparison], folder: Path) -> DemoReport:
    """What the demo would have to say of a home with published series, with this comparison."""
    findings = read_findings(Lake(Settings(home=home)))
    return DemoReport(failed=[], files=write_charts(findings, folder), findings=findings, compared=compared)


def test_a_world_computed_twice_is_the_same_row_for_row(demo: Demo, equal: list[TableComparison]) -> None:
    rows = {table.table: (table.rows_of_one, table.rows_of_other) for table in equal}
    published = open_catalog(demo.project.settings).load_table(f"published.{SERIES}").scan().to_arrow().num_rows
    assert rows[SERIES] == (published, published)
    assert published > 0
    assert comparing.is_same(equal)
    # of servers and of the shell it needs nothing
    twin = comparing.files_only(demo.project.settings.home / TWIN)
    assert (twin.engine, twin.database_url, twin.compute_db.exists()) == ("duckdb", None, True)
    assert twin.start == demo.project.settings.start


def test_one_number_that_differs_is_found_and_named_and_the_demo_fails(
    planted: list[TableComparison],
    published_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    [(table, difference)] = differing(planted)
    assert (table, difference.name) == (SERIES, STARS)
    assert (difference.only_one, difference.only_other, difference.other_values) == (0, 0, 1)

    monkeypatch.setenv("OSO_HOME", str(published_home))
    monkeypatch.setenv("COLUMNS", "200")
    report = report_of(published_home, planted, tmp_path)
    assert tell(report, as_json=False) == 1
    out = capsys.readouterr().out
    assert STARS in out
    assert "1 rows DIFFER" in out
    assert tell(report, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["comparison"]["is_same"] is False


def test_a_demo_without_a_difference_succeeds_and_says_so(
    equal: list[TableComparison],
    published_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OSO_HOME", str(published_home))
    monkeypatch.setenv("COLUMNS", "200")
    assert tell(report_of(published_home, equal, tmp_path), as_json=False) == 0
    assert "no row differs" in capsys.readouterr().out
    # without a comparison nothing is said of one
    assert tell(replace(report_of(published_home, equal, tmp_path), compared=None), as_json=False) == 0
    assert "Published in" not in capsys.readouterr().out
    # two installations that published nothing are not the same
    assert tell(report_of(published_home, [], tmp_path), as_json=False) == 1
