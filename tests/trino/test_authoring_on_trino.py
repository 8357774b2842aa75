"""What authors ask an installation on Trino: previews and what planning would change, while the cluster is asleep."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from metric_registry import DESCRIBED, REGISTRY, STARS
from pydantic import SecretStr
from trino_fixture import TrinoStack
from trino_pipeline import END, PROJECT, START, Pipeline

from oso_dagster import api, deploy
from oso_dagster.authoring.changes import Kind
from oso_dagster.authoring.lineage import lineage
from oso_dagster.authoring.preview import CannotPreviewError, Preview, preview
from oso_dagster.project import Project
from oso_dagster.runner.locks import compute_lock
from oso_dagster.runner.logs import ledger_of
from oso_dagster.stack.postgres import free_port
from oso_lake import Lake
from oso_lake.calendar import Window
from oso_lake.settings import Settings
from sqlmesh_project.metrics_factory import registry

WEEKLY = "oso.stars_to_artifact_weekly"
LIKES = STARS.replace("int_events_daily__github", "stg_events").replace(
    "WHERE\n", "WHERE\n  events.event_type = 'WatchEvent' AND\n"
)


@pytest.fixture
def settings(on_trino: Pipeline) -> Iterator[Settings]:
    """Of the installation, with no coordinator where it should be, and the lock of a DuckDB file held by another."""
    api.plan(on_trino.settings, project=on_trino.project)
    assert api.materialize(on_trino.settings, project=on_trino.project).failed == {}
    asleep = on_trino.settings.model_copy(update={"trino_port": free_port(), "lock_timeout_seconds": 0.2})
    with compute_lock(asleep.compute_lock, timeout_seconds=5, holder="another"):
        yield asleep


def run(settings: Settings, folder: Path, sql: str, window: Window | None = None) -> Preview:
    """A preview of a daily metric of artifacts, with these files."""
    (folder / "oso_metrics" / "code").mkdir(parents=True)
    (folder / "oso_metrics" / "code" / "likes.sql").write_text(sql)
    entry = f'    "likes": MetricQueryDef(ref="code/likes.sql", time_aggregations=("daily",), metadata={DESCRIBED}),'
    written = REGISTRY.replace("int_events_daily__github", "stg_events").replace("2025-01-01", "2024-01-01")
    path = folder / "metrics_factories.py"
    path.write_text(written % (entry, str(folder / "oso_metrics")))
    loaded = registry(path=path)
    model = loaded.models["oso.likes_to_artifact_daily"]
    return preview(settings, loaded, lineage(loaded, PROJECT), model, window=window, days=7)


def test_a_preview_reads_trinos_tables_and_neither_waits_nor_wakes_anybody(settings: Settings, tmp_path: Path) -> None:
    result = run(settings, tmp_path, LIKES)
    window = Window(END - timedelta(days=7), END)
    assert result.window == window
    assert (result.duplicates, result.nulls) == (0, 0)
    published = Lake(settings).arrow(
        "select sample_date, artifact_id, amount from timeseries_metrics_by_artifact_v0"
        " join metrics_v0 using (metric_id) where metric_name = 'GITHUB_stars_daily'",
        window.start,
        window.end,
    )
    wanted = {(row["sample_date"], f"owner/{row['artifact_id']}", row["amount"]) for row in published.to_pylist()}
    assert {(row["sample_date"], row["entity"], row["amount"]) for row in result.rows.to_pylist()} == wanted
    assert len(wanted) == result.rows.num_rows == 21


def test_what_is_not_planned_is_named_with_what_to_run(settings: Settings, tmp_path: Path) -> None:
    window = Window(START, date(2024, 1, 2))
    with pytest.raises(
        CannotPreviewError, match=r"not planned yet, or views of Trino: oso\.int_bots; run `oso plan --apply` and"
    ):
        run(settings, tmp_path, LIKES.replace("FROM oso", "FROM oso.int_bots, oso"), window)


def test_what_planning_would_change_is_told_with_the_rows_that_turn_stale(
    trino_stack: TrinoStack, on_trino: Pipeline, settings: Settings, tmp_path: Path
) -> None:
    # its window is replaced once more: rows that position deletes took away do not count
    again = api.materialize(
        on_trino.settings, "stars_to_artifact_weekly", partition="2024-02-05", force=True, project=on_trino.project
    )
    assert again.done == (WEEKLY,)
    path = tmp_path / "project"
    shutil.copytree(PROJECT, path, ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    file = path / "models" / "stars_to_artifact_weekly.sql"
    text = file.read_text()
    file.write_text(text.replace("SUM(amount)", "2 * SUM(amount)"))
    for number in (1, 2):
        other = text.replace("stars_", f"likes{number}_").replace("=stars", f"=likes{number}")
        (path / "models" / f"likes{number}_to_artifact_weekly.sql").write_text(other)
    (path / "models" / "stars_to_artifact_over_all_time.sql").unlink()
    project = Project(settings=settings, path=path)
    before, told = ledger_of(project).planned(), []
    found = {one.model: one for one in deploy.preview(project, on_wait=told.append).changes}
    stale = {WEEKLY: Kind.CHANGED, "oso.stars_to_artifact_over_all_time": Kind.REMOVED}
    new = [f"oso.likes{number}_to_artifact_weekly" for number in (1, 2)]
    assert {name: one.kind for name, one in found.items()} == stale | dict.fromkeys(new, Kind.ADDED)
    assert "2 * SUM" in found[WEEKLY].diff
    assert found[WEEKLY].windows[0].start == START
    counted = {name: trino_stack.fetch(f"select count(*) from metrics.{name}")[0][0] for name in stale}
    assert {name: found[name].rows for name in stale} == counted
    assert all(counted.values())
    # of what never ran the cluster would be asked, were it awake
    reads = [found[name].reads for name in new]
    assert [one.unknown for one in reads if one] == [("its tables: Trino does not answer",)] * 2
    assert told == []
    assert ledger_of(project).planned() == before


def test_before_the_first_plan_everything_is_added_and_a_preview_says_what_to_run(
    database: str, tmp_path: Path
) -> None:
    settings = Settings(
        home=tmp_path / "home",
        start=START,
        engine="trino",
        trino_port=free_port(),
        database_url=SecretStr(database),
    )
    with pytest.raises(CannotPreviewError, match=r"not computed yet: oso\.stg_events; run `oso plan --apply` and"):
        run(settings, tmp_path / "one", LIKES)
    with pytest.raises(
        CannotPreviewError, match=r"not planned yet, or views of Trino: oso\.stg_events; run `oso plan --apply` and"
    ):
        run(settings, tmp_path / "other", LIKES, Window(START, date(2024, 1, 2)))
    project = Project(settings=settings, path=PROJECT)
    found = deploy.preview(project)
    assert {one.kind for one in found.changes} == {Kind.ADDED}
    assert len(found.changes) == 14
