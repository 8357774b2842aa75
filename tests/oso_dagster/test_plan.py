"""Plans: parents only, nothing evaluated, quick when nothing changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from oso_dagster import api
from oso_dagster.project import Project
from oso_dagster.runner import plan as plan_module
from oso_dagster.runner.plan import ParentsOnlyEvaluator, plan
from oso_lake.catalog import open_catalog


def test_the_override_is_really_called_and_sees_parents_only(
    own_project: Callable[[], Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLMesh replaces the evaluator during a plan (set_correlation_id): the subclass must survive that."""
    seen: dict[str, set[str]] = {}
    original = plan_module.parents_only

    def watched(snapshot, snapshots):
        narrowed = original(snapshot, snapshots)
        seen[snapshot.model.view_name] = {name.split(".")[-1].strip('"') for name in narrowed}
        return narrowed

    monkeypatch.setattr(plan_module, "parents_only", watched)
    report = plan(own_project())
    assert set(report.added) == {f"oso.{name}" for name in seen}
    assert seen["newcomers_to_artifact_daily"] == {"newcomers_to_artifact_daily", "int_first"}
    assert seen["stg_events"] == {"stg_events", "events"}


def test_the_evaluator_keeps_its_class_when_it_gets_a_plan_id(project: Project) -> None:
    from sqlmesh.utils import CorrelationId

    from oso_dagster.project import applied

    with applied(project.settings):
        context = plan_module.PlanContext(paths=str(project.path), load=False)
        evaluator = context.snapshot_evaluator.set_correlation_id(CorrelationId.from_plan_id("some-plan"))
        assert type(evaluator) is ParentsOnlyEvaluator
        context.close()


def test_a_plan_evaluates_nothing_and_makes_raw_tables(own_project: Callable[[], Project]) -> None:
    project = own_project()
    heard: list[str] = []
    report = plan(project, on_progress=lambda done, total, detail: heard.append(detail))
    assert len(report.added) == 14
    assert "oso.stg_events" in heard
    assert open_catalog(project.settings).table_exists("evm_chain.blocks")
    stale = api.fresh(project.settings, "stars_to_artifact_over_all_time", project=project).stale
    assert list(stale) == ["oso.stars_to_artifact_over_all_time"]


def test_a_change_is_told_by_name_and_a_second_plan_does_nothing(own_project: Callable[[], Project]) -> None:
    project = own_project()
    api.plan(project.settings, project=project)
    model: Path = project.path / "models" / "forks_to_artifact_daily.sql"
    model.write_text(model.read_text().replace("SUM(amount)", "2 * SUM(amount)"))
    (project.path / "models" / "forks_to_artifact_weekly.sql").unlink()
    report = api.plan(project.settings, project=project)
    assert (report.added, report.changed, report.removed) == (
        (),
        ("oso.forks_to_artifact_daily",),
        ("oso.forks_to_artifact_weekly",),
    )
    assert not api.plan(project.settings, project=project).is_changed
