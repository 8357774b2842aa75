"""Deploying: what a plan would change and cost, old results that serve meanwhile, removed metrics, the way back."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from small_lake import land_events

from oso_dagster import api
from oso_dagster.authoring.changes import Kind
from oso_dagster.deploy import preview
from oso_dagster.project import Project
from oso_dagster.retire import StillMadeError, retire
from oso_dagster.runner.costs import Cost, CostLog
from oso_lake import Lake
from oso_lake.catalog import open_catalog

START = date(2024, 1, 1)
END = date(2024, 2, 1)


@pytest.fixture
def deployed(own_project: Callable[[], Project]) -> Project:
    """A month, landed, planned and computed."""
    project = own_project()
    land_events(project.settings, START, END)
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, project=project).failed == {}
    return project


def _stars(project: Project, metric: str = "GITHUB_stars_daily") -> dict[tuple[str, date], float]:
    rows = Lake(project.settings).arrow(
        "select artifact_id, sample_date, amount from timeseries_metrics_by_artifact_v0 s join metrics_v0 m"
        f" on m.metric_id = s.metric_id where m.metric_name = '{metric}'"
    )
    return {(row["artifact_id"], row["sample_date"]): row["amount"] for row in rows.to_pylist()}


def _edit(project: Project, model: str, old: str, new: str) -> None:
    path = project.path / "models" / f"{model}.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_preview_says_what_comes_changes_and_goes_and_what_the_rebuild_costs(deployed: Project) -> None:
    assert preview(deployed).changes == ()
    _edit(deployed, "stars_to_artifact_daily", "SUM(amount)", "2 * SUM(amount)")
    (deployed.path / "models" / "forks_to_artifact_weekly.sql").unlink()
    copy = (deployed.path / "models" / "forks_to_artifact_daily.sql").read_text().replace("forks", "forkings")
    (deployed.path / "models" / "forkings_to_artifact_daily.sql").write_text(copy)
    found = preview(deployed)
    assert {one.model for one in found.of(Kind.CHANGED)} == {"oso.stars_to_artifact_daily"}
    assert {one.model for one in found.of(Kind.ADDED)} == {"oso.forkings_to_artifact_daily"}
    assert {one.model for one in found.of(Kind.REMOVED)} == {"oso.forks_to_artifact_weekly"}
    (changed,) = found.of(Kind.CHANGED)
    assert [str(window) for window in changed.windows] == ["[2024-01-01, 2024-02-01)"]
    assert found.rebuild.models == 2
    assert found.rebuild.windows == 2 * 31
    assert found.rebuild.guessed == 1
    assert changed.rows
    assert found.rebuild.rows > changed.rows
    assert found.rebuild.seconds > 0
    # nothing was applied
    assert api.fresh(deployed.settings, "metric:stars", project=deployed).stale.keys() <= {
        "oso.stars_to_artifact_daily"
    }


def test_old_results_serve_until_new_ones_cover_and_the_way_back_gives_the_old_numbers(deployed: Project) -> None:
    before = _stars(deployed)
    _edit(deployed, "stars_to_artifact_daily", "SUM(amount)", "2 * SUM(amount)")
    report = api.plan(deployed.settings, project=deployed)
    assert report.changed == ("oso.stars_to_artifact_daily",)
    assert _stars(deployed) == before
    middle = START + timedelta(days=10)
    api.materialize(deployed.settings, "stars_to_artifact_daily", begin=START, end=middle, project=deployed)
    half = _stars(deployed)
    assert all(half[key] == amount * (2 if key[1] < middle else 1) for key, amount in before.items())
    _edit(deployed, "stars_to_artifact_daily", "2 * SUM(amount)", "SUM(amount)")
    api.plan(deployed.settings, project=deployed)
    assert api.materialize(deployed.settings, "stars_to_artifact_daily", project=deployed).failed == {}
    assert _stars(deployed) == before


def test_a_removed_metric_keeps_its_history_until_it_is_retired_by_metadata_alone(deployed: Project) -> None:
    before = _stars(deployed, "GITHUB_forks_weekly")
    assert before
    with pytest.raises(StillMadeError, match="remove its definition"):
        retire(deployed, ["forks_to_artifact_weekly"], is_applied=True)
    (deployed.path / "models" / "forks_to_artifact_weekly.sql").unlink()
    api.plan(deployed.settings, project=deployed)
    assert _stars(deployed, "GITHUB_forks_weekly") == before

    (would_go,) = retire(deployed, is_applied=False)
    assert (would_go.model, would_go.rows) == ("oso.forks_to_artifact_weekly", len(before))
    assert _stars(deployed, "GITHUB_forks_weekly") == before
    files = _files(deployed)
    others = _stars(deployed)
    assert retire(deployed, is_applied=True) == [would_go]
    names = Lake(deployed.settings).metrics()["metric_name"].tolist()
    assert "GITHUB_forks_weekly" not in names
    assert "GITHUB_forks_daily" in names
    assert _stars(deployed) == others
    assert _files(deployed) < files, "files are dropped, none is written"
    assert retire(deployed, is_applied=True) == []
    with pytest.raises(LookupError, match="nothing is published"):
        retire(deployed, ["forks_to_artifact_weekly"], is_applied=True)


def _files(project: Project) -> set[str]:
    table = open_catalog(project.settings).load_table("published.timeseries_metrics_by_artifact_v0")
    return {task.file.file_path for task in table.scan().plan_files()}


def test_an_estimate_takes_the_run_nearest_in_size_and_scales_up(tmp_path) -> None:
    log = CostLog(f"sqlite:///{tmp_path / 'ledger.db'}")
    log.record(Cost(model="a", windows=n, rows=10 * n, seconds=0.1 * n) for n in (1, 2, 3, 4, 5, 10, 20))
    found = log.estimate({"a": 40, "b": 7})
    assert (found.models, found.windows, found.guessed) == (2, 47, 1)
    assert found.rows == 40 * 10 + 7 * 10
    assert found.seconds == pytest.approx(2.0 * 2 + 0.5 * 7 / 5), "one that never ran is like the others in its size"
    assert log.estimate({"a": 1}).seconds == pytest.approx(0.3), "the oldest runs are forgotten"
