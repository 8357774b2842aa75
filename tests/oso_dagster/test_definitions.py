"""The code location: loads without variables and lake, from the cached manifest, with mappings that follow windows."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from pydantic import SecretStr

from oso_dagster.assemble import build_definitions
from oso_dagster.defs.metric_assets import group_name
from oso_dagster.defs.partitions import mapping_to, partitions_of
from oso_dagster.manifest import ManifestError, ModelEntry, cached_path, load_manifest, project_fingerprint
from oso_dagster.project import Project
from oso_dagster.reads import Reads
from oso_lake.calendar import Grain
from oso_lake.settings import Settings

CHECK_CACHED = """
import sys
from pathlib import Path
from datetime import date
from oso_dagster.assemble import build_definitions
from oso_dagster.project import Project
from oso_lake.settings import Settings
project = Project(settings=Settings(home=Path(sys.argv[1]), start=date(2024, 1, 1)), path=Path(sys.argv[2]))
definitions = build_definitions(project)
definitions.resolve_asset_graph()
unwanted = ("sqlmesh", "dlt", "pyiceberg", "duckdb", "pandas", "pyarrow", "sqlalchemy.dialects.mysql")
print([name for name in unwanted if name in sys.modules])
"""


def _definitions(project: Project) -> dg.Definitions:
    return build_definitions(project)


def _key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["oso", name])


def test_definitions_of_a_cached_manifest_import_no_engine(project: Project) -> None:
    command = [sys.executable, "-W", "ignore", "-c", CHECK_CACHED, str(project.settings.home), str(project.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_rolling_windows_read_the_days_before_and_months_their_days(project: Project) -> None:
    graph = _definitions(project).resolve_asset_graph()
    rolling = graph.get(_key("actors_to_artifact_over_7_day_window"))
    mapping = rolling.partition_mappings[_key("stg_events")]
    assert isinstance(mapping, dg.TimeWindowPartitionMapping)
    assert mapping.start_offset == -6
    month = graph.get(_key("stars_to_artifact_monthly"))
    days = graph.get(_key("stg_events")).partitions_def
    assert month.partitions_def is not None
    assert days is not None
    upstream = month.partition_mappings[_key("stg_events")].get_upstream_mapped_partitions_result_for_partitions(
        month.partitions_def.subset_with_partition_keys(["2024-02-01"]), month.partitions_def, days
    )
    assert len(list(upstream.partitions_subset.get_partition_keys())) == 29


def test_partitions_follow_grains(project: Project) -> None:
    graph = _definitions(project).resolve_asset_graph()
    weekly = graph.get(_key("stars_to_artifact_weekly")).partitions_def
    assert weekly is not None
    assert weekly.get_first_partition_key() == "2024-01-01"
    assert graph.get(_key("stars_to_artifact_over_all_time")).partitions_def is None
    assert graph.get(dg.AssetKey(["raw", "github_archive", "events"])).is_partitioned
    assert not graph.get(dg.AssetKey(["raw", "oss_directory", "projects"])).is_partitioned
    assert not graph.get(dg.AssetKey(["raw", "oss_funding", "grants"])).is_partitioned


def test_runs_of_large_models_are_counted_apart_from_others(own_project) -> None:
    project = own_project()
    model = project.path / "models" / "stars_to_artifact_daily.sql"
    model.write_text(model.read_text().replace("tags (", "tags ('size=large', ", 1))
    pools = {}
    for definition in _definitions(project).resolve_asset_graph().assets_defs:
        pools |= {key.path[-1]: (definition.op.name, definition.op.pool) for key in definition.keys}
    assert pools["stars_to_artifact_daily"] == ("daily_large", "compute_large")
    assert pools["forks_to_artifact_daily"] == ("daily", "compute")
    assert pools["events"] == ("land_github_archive", "land_github_archive")


def test_assets_carry_what_makes_the_ui_worth_reading(project: Project) -> None:
    spec = next(
        spec
        for spec in _definitions(project).resolve_all_asset_specs()
        if spec.key == _key("stars_to_artifact_monthly")
    )
    assert spec.group_name == "metrics_code_monthly"
    assert spec.description == "stars of a repository, monthly."
    assert {"sqlmesh", "duckdb", "iceberg"} <= spec.kinds
    assert spec.tags["metric"] == "stars"
    columns = (
        spec.metadata["dagster/column_schema"].value
        if hasattr(spec.metadata["dagster/column_schema"], "value")
        else spec.metadata["dagster/column_schema"]
    )
    assert [column.name for column in columns.columns][-1] == "amount"
    assert dg.AssetCheckKey(spec.key, "audits") in _checks(project)


def test_kinds_name_the_engine_of_the_installation(project: Project, database: str) -> None:
    settings = project.settings.model_copy(update={"engine": "trino", "database_url": SecretStr(database)})
    manifest = load_manifest(project)
    specs = build_definitions(Project(settings=settings, path=project.path), manifest=manifest)
    kinds = {spec.key.path[-1]: spec.kinds for spec in specs.resolve_all_asset_specs()}
    assert kinds["stg_events"] == {"sqlmesh", "trino", "iceberg"}


def _checks(project: Project) -> list[dg.AssetCheckKey]:
    return list(_definitions(project).resolve_asset_graph().asset_check_keys)


def test_a_manifest_is_rebuilt_when_a_model_changes_and_only_then(own_project) -> None:
    project = own_project()
    first = load_manifest(project)
    path = cached_path(project, project_fingerprint(project))
    before = path.stat().st_mtime_ns
    assert load_manifest(project) == first
    assert path.stat().st_mtime_ns == before
    model = project.path / "models" / "stars_to_artifact_daily.sql"
    model.write_text(model.read_text().replace("stars of a repository, daily.", "Stars of a day."))
    again = load_manifest(project)
    assert again.by_name["oso.stars_to_artifact_daily"].description == "Stars of a day."
    assert group_name(again.by_name["oso.artifacts_v1"]) == "directory"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("SELECT", "SELEKT", "stars_to_artifact_daily.sql"),
        ("'reads=window'", "'reads=widow'", "expected window, history"),
        ("'grain=daily', ", "", "models that are incremental by time range need a grain"),
    ],
)
def test_a_project_that_cannot_be_loaded_says_which_file(own_project, old: str, new: str, message: str) -> None:
    project = own_project()
    model = project.path / "models" / "stars_to_artifact_daily.sql"
    model.write_text(model.read_text().replace(old, new, 1))
    with pytest.raises(ManifestError, match=message):
        load_manifest(project)


def test_dg_checks_and_lists_the_definitions_without_any_variable(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OSO_", "DAGSTER_", "DG_"))}
    environment["HOME"] = str(tmp_path)
    repository = Path(__file__).resolve().parents[2]
    binary = Path(sys.executable).with_name("dg")
    listed = subprocess.run(
        [str(binary), "list", "defs", "--json"],
        cwd=repository,
        env=environment | {"PATH": f"{binary.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert listed.returncode == 0, listed.stderr[-2000:]
    assert json.loads(listed.stdout)["assets"]
    assert '"oso/stars_to_project_monthly"' in listed.stdout
    assert '"raw/github_archive/events"' in listed.stdout


def test_settings_of_a_project_reach_the_environment_and_leave_it_again() -> None:
    from oso_dagster.project import applied

    before = dict(os.environ)
    with applied(Settings(home=Path("/nowhere"), start=date(2020, 5, 1))):
        assert Settings().start == date(2020, 5, 1)
    assert dict(os.environ) == before


@pytest.mark.parametrize("grain", list(Grain))
def test_partitions_that_read_history_map_to_everything_before_them(grain: Grain) -> None:
    start = date(2016, 1, 1)
    entry = ModelEntry(
        name="oso.newcomers",
        kind="INCREMENTAL_BY_TIME_RANGE",
        grain=grain,
        reads=Reads.parse("history"),
        start=None,
        model_type="metric",
        description="",
        version="1",
    )
    parent = replace(entry, name="oso.events", grain=Grain.DAILY, reads=Reads.parse("window"))
    mapping, readers, days = mapping_to(entry, parent), partitions_of(grain, start), partitions_of(Grain.DAILY, start)
    assert mapping is not None
    assert readers is not None
    assert days is not None
    wanted = readers.empty_subset().with_partition_keys(["2018-01-01"])
    read = mapping.get_upstream_mapped_partitions_result_for_partitions(wanted, readers, days).partitions_subset
    window = grain.window_of(date(2018, 1, 1))
    assert sorted(read.get_partition_keys())[0] == "2016-01-01"
    assert len(list(read.get_partition_keys())) == (window.end - start).days
