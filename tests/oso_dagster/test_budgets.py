"""A run stops before it spends more than it may: what is done stays, what is left is told of and waits."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from oso_dagster import api
from oso_dagster.arrivals import Decision, Limits, decide
from oso_dagster.assemble import build_definitions
from oso_dagster.computing import freshness_of
from oso_dagster.instance import open_instance
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project, environment_of
from oso_dagster.runner.budget import Allowance, Budget, BudgetExceededError
from oso_dagster.runner.costs import Cost, Expected
from oso_dagster.runner.logs import costs_of, failures_of
from oso_dagster.runner.usage import Usage
from oso_lake.calendar import Window
from oso_lake.settings import Settings

DAYS = Window(date(2024, 1, 1), date(2024, 1, 8))


def known(project: Project, **node_seconds: float) -> None:
    """Past runs of models, as they would have taken that long."""
    costs_of(project).record(
        Cost(model=f"oso.{name}", windows=7, rows=1, seconds=1, node_seconds=seconds, engine="duckdb")
        for name, seconds in node_seconds.items()
    )


def run(project: Project, selection: str, node_seconds: float) -> api.MaterializeReport:
    return api.materialize(
        project.settings,
        selection,
        begin=DAYS.start,
        end=DAYS.end,
        project=project,
        budget=Budget(node_seconds=node_seconds),
    )


def test_a_run_stops_before_the_model_that_the_budget_does_not_reach_for(project: Project) -> None:
    known(project, stg_events=10, stars_to_artifact_daily=5000, forks_to_artifact_daily=1, stars_to_artifact_weekly=1)
    models = "stg_events stars_to_artifact_daily forks_to_artifact_daily stars_to_artifact_weekly"
    report = run(project, models, node_seconds=1000)
    assert "oso.stg_events" in report.done
    assert "oso.stars_to_artifact_daily" in report.failed
    reason = report.failed["oso.stars_to_artifact_daily"]
    assert "budget of 1,000.00 node-seconds does not reach for oso.stars_to_artifact_daily" in reason
    assert "5,000.00 node-seconds expected" in reason
    # whatever comes after is not started, however small it is: in this run, or in one of another grain
    assert "oso.stars_to_artifact_weekly" in report.failed
    assert not api.fresh(project.settings, "stg_events", DAYS.start, DAYS.end, project=project).stale
    stale = api.fresh(project.settings, "stars_*_daily", DAYS.start, DAYS.end, project=project).stale
    assert set(stale) == {"oso.stars_to_artifact_daily"}
    kept = {one.model: one for one in failures_of(project).all()}
    assert kept["oso.stars_to_artifact_weekly"].error_class == "BudgetExceededError"

    # the arrivals sensor does not start the next budget's run at once
    manifest, now = load_manifest(project), datetime.now(UTC)
    freshness = freshness_of(project, manifest, now)
    lacking = freshness.stale([manifest.by_name[name] for name in report.failed], lambda model: DAYS)

    def decision(at: datetime) -> Decision:
        planned = freshness.planned
        return decide(lacking, kept.values(), planned=planned, now=at, state="s", before=None, limits=Limits())

    assert decision(now).request is None
    assert decision(now + timedelta(minutes=6)).request is not None

    rest = run(project, models, node_seconds=100_000)
    assert rest.failed == {}
    assert failures_of(project).all() == []


def test_what_was_spent_counts_also_where_nothing_was_known(project: Project) -> None:
    report = run(project, "stg_events stars_to_artifact_daily", node_seconds=1e-9)
    assert report.done == ("oso.stg_events",)
    assert "spent" in report.failed["oso.stars_to_artifact_daily"]


def test_an_allowance_counts_nodes_bytes_and_money() -> None:
    expected = Expected(node_seconds=600, scanned_bytes=10**9, is_guessed=False)
    for budget in (Budget(node_seconds=700), Budget(scanned_bytes=2 * 10**9), Budget(price=7.0)):
        allowance = Allowance(budget, node_hour_price=36.0)
        allowance.check("a", expected)
        allowance.spend(Usage(node_seconds=600, scanned_bytes=2 * 10**9))
        with pytest.raises(BudgetExceededError, match="does not reach for b"):
            allowance.check("b", expected)
        with pytest.raises(BudgetExceededError, match="does not reach for b"):
            allowance.check("c", Expected())
    assert Allowance(Budget(scanned_bytes=5)).scan_left == 5


def test_money_needs_a_price() -> None:
    with pytest.raises(ValueError, match="OSO_NODE_HOUR_PRICE"):
        Allowance(Budget(price=3.0))


def test_a_budget_is_read_from_settings_and_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_RUN_BUDGET_SCANNED_BYTES", "2TB")
    monkeypatch.setenv("OSO_RUN_BUDGET_PRICE", "")
    settings = Settings(home=tmp_path)
    assert Budget.of(settings) == Budget(scanned_bytes=2 * 10**12)
    assert Budget.of(settings).but(["node_seconds=90"]) == Budget(scanned_bytes=2 * 10**12, node_seconds=90)
    assert Budget().but(["scanned_bytes=1.5GB", "price=0.5"]) == Budget(scanned_bytes=1_500_000_000, price=0.5)
    for wrong, said in (("bytes=3", "give node_seconds"), ("price=much", "not an amount"), ("price=0", "more than")):
        with pytest.raises(ValueError, match=said):
            Budget().but([wrong])
    # what a run's environment hands on says the same
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    assert Budget.of(Settings()) == Budget.of(settings)
    with pytest.raises(ValidationError):
        Settings(home=tmp_path, run_budget_node_seconds=0)


def test_a_run_of_dagster_s_own_keeps_to_the_budget_of_the_settings(project: Project) -> None:
    limited = project.settings.model_copy(update={"run_budget_node_seconds": 1e-9})
    job = build_definitions(Project(settings=limited, path=project.path)).resolve_implicit_global_asset_job_def()
    keys = [dg.AssetKey(["oso", name]) for name in ("stg_events", "stars_to_artifact_daily")]
    tags = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-07"}
    with open_instance(limited) as instance:
        result = job.execute_in_process(instance=instance, asset_selection=keys, tags=tags, raise_on_error=False)
    assert not result.success
    assert {event.asset_key for event in result.get_asset_materialization_events()} == {keys[0]}
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data is not None
    assert "does not reach for oso.stars_to_artifact_daily" in (failure.user_failure_data.description or "")


def test_the_command_line_refuses_a_budget_that_cannot_be_held(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from oso_dagster.cli import pipeline

    monkeypatch.setattr(pipeline, "load_settings", lambda: project.settings)
    for limit, said in (("scanned_bytes=1TB", "DuckDB does not tell"), ("node_seconds=x", "not an amount")):
        found = CliRunner().invoke(pipeline.materialize, ["*", "--budget", limit])
        assert found.exit_code == 2
        assert said in found.output
