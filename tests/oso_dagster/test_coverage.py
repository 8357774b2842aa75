"""What readers are told of each window: fresh, empty, stale, partial, failed or missing, and why."""

from collections.abc import Callable
from datetime import date, timedelta

import dagster as dg
import pytest
from click.testing import CliRunner
from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.assemble import build_definitions
from oso_dagster.cli.app import app
from oso_dagster.computing import bring_coverage
from oso_dagster.instance import open_instance
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_lake import Lake
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.coverage import COVERAGE
from oso_lake.errors import IncompleteError, LakeError, UnknownNameError
from oso_lake.published import current_rows
from oso_lake.window_states import State

DAILY = "GITHUB_forks_daily"
ONE_DAY = timedelta(days=1)
QUERY = (
    "select sample_date, amount from timeseries_metrics_by_artifact_v0 s join metrics_v0 m on m.metric_id = s.metric_id"
    f" where m.metric_name = '{DAILY}'"
)


def _states(project: Project, metric: str, begin: str, end: str, entity: str | None = None) -> list[str]:
    windows = Lake(project.settings).covered_windows(metric, entity, begin, end, entity_type="artifact")
    return [one.state.value for one in windows]


def test_a_computed_window_without_rows_is_empty_and_one_never_computed_is_missing(project: Project) -> None:
    api.materialize(
        project.settings, "+forks_to_artifact_daily", begin=date(2024, 1, 1), end=date(2024, 1, 5), project=project
    )
    # forks happen on days of an even number, which the 2nd and 4th of January 2024 are not
    even = [date(2024, 1, day).toordinal() % 2 == 0 for day in range(1, 5)]
    expected = [State.FRESH if is_even else State.EMPTY for is_even in even]
    assert _states(project, DAILY, "2024-01-01", "2024-01-07") == [*expected, State.MISSING, State.MISSING]


def test_coverage_of_one_entity_tells_its_empty_windows(project: Project) -> None:
    api.materialize(project.settings, project=project)
    lake = Lake(project.settings)
    frame = lake.coverage(DAILY, "owner/2", "2024-01-01", "2024-01-05", entity_type="artifact")
    assert list(frame.columns) == ["sample_date", "first_day", "end_day", "state", "reason"]
    assert set(frame["state"]) == {"empty"}
    assert set(lake.coverage(DAILY, "owner/1", entity_type="artifact")["state"]) == {"empty", "fresh"}
    with pytest.raises(UnknownNameError, match="did you mean"):
        lake.coverage("GITHUB_fork_daily", entity_type="artifact")
    with pytest.raises(UnknownNameError, match="owner/9"):
        lake.coverage(DAILY, "owner/9", entity_type="artifact")
    with pytest.raises(LakeError, match="over all time"):
        lake.coverage("GITHUB_stars_over_all_time", entity_type="artifact")


def test_a_query_carries_what_is_not_complete_and_refuses_it_when_asked_to(project: Project) -> None:
    api.materialize(
        project.settings, "+forks_to_artifact_daily", begin=date(2024, 1, 1), end=date(2024, 1, 5), project=project
    )
    lake = Lake(project.settings)
    complete = lake.query(QUERY, "2024-01-01", "2024-01-05", on_missing="error")
    assert complete.attrs["coverage"] == []
    wider = lake.query(QUERY, "2024-01-01", "2024-01-08")
    assert len(wider) == len(complete)
    (gap,) = wider.attrs["coverage"]
    assert gap == f"{DAILY} of artifacts: [2024-01-05, 2024-01-08) missing (not computed yet)"
    with pytest.raises(IncompleteError, match="missing"):
        lake.query(QUERY, "2024-01-01", "2024-01-08", on_missing="error")


def test_what_a_landing_changed_is_stale_until_it_is_computed(project: Project) -> None:
    api.materialize(project.settings, "+forks_to_artifact_daily +stars_to_artifact_monthly", project=project)
    day = date(2024, 2, 7)
    changed = [*events_of(day), ("ForkEvent", 1, 1)]
    land_events(project.settings, day, day + ONE_DAY, events=lambda _: changed, again=True)
    api.materialize(project.settings, "stg_events stars_to_artifact_monthly", project=project)
    windows = Lake(project.settings).covered_windows(DAILY, None, "2024-02-05", "2024-02-09", entity_type="artifact")
    assert [one.state for one in windows if not one.state.is_complete] == [State.STALE, State.STALE]
    assert [one.sample_date for one in windows if one.state is State.STALE] == [day - ONE_DAY, day]
    api.materialize(project.settings, "forks_to_artifact_daily", project=project)
    assert "stale" not in _states(project, DAILY, "2024-02-05", "2024-02-09")


def test_a_partial_window_is_called_partial(project: Project) -> None:
    api.materialize(
        project.settings, "+forks_to_artifact_daily", begin=date(2024, 4, 1), end=date(2024, 4, 10), project=project
    )
    land_events(project.settings, date(2024, 4, 10), date(2024, 4, 11), skip=frozenset({date(2024, 4, 11)}))
    land_events(project.settings, date(2024, 4, 12), date(2024, 4, 13))
    report = api.materialize(
        project.settings,
        "stg_events forks_to_artifact_daily",
        begin=date(2024, 4, 10),
        end=date(2024, 4, 12),
        project=project,
        partial=True,
        force=True,
    )
    assert report.failed == {}
    assert _states(project, DAILY, "2024-04-09", "2024-04-12")[1:] == ["partial", "partial"]


def test_a_failed_window_says_why_also_on_the_command_line(
    own_project: Callable[[], Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = own_project()
    land_events(project.settings, date(2024, 1, 1), date(2024, 1, 11))
    path = project.path / "models" / "forks_to_artifact_daily.sql"
    path.write_text(path.read_text().replace("SUM(amount)", "SUM(IF(amount > 0, ERROR('no such fork')::INT, 1))"))
    api.plan(project.settings, project=project)
    api.materialize(project.settings, project=project)
    windows = Lake(project.settings).covered_windows(DAILY, entity_type="artifact")
    assert {one.state for one in windows} == {State.FAILED}
    assert "no such fork" in str(windows[0].reason)
    monkeypatch.setenv("OSO_HOME", str(project.settings.home))
    result = CliRunner().invoke(app, ["coverage", DAILY, "--entity-type", "artifact"], standalone_mode=False)
    assert result.return_value == 1
    assert "no such fork" in " ".join(result.output.split())
    assert "10 failed" in result.output


def _by_hand(project: Project, model: str, first: str, last: str) -> dg.ExecuteInProcessResult:
    """What a button in the UI runs: a range of one asset, without the command line around it."""
    with open_instance(project.settings) as instance:
        job = build_definitions(project).resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(["oso", model])],
            tags={"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last},
            raise_on_error=False,
        )


def _rows(project: Project) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(current_rows(open_catalog(project.settings), COVERAGE), key=lambda row: row["first_day"]):
        window = Window(row["first_day"], row["end_day"])
        found.setdefault(row["model"].removeprefix("oso."), []).append((str(window), row["state"]))
    return found


def test_coverage_follows_a_partition_that_is_materialized_or_fails_by_hand(project: Project) -> None:
    api.materialize(project.settings, "stg_events", end=date(2024, 1, 15), project=project)
    api.materialize(project.settings, "stars_to_artifact_daily", end=date(2024, 1, 8), project=project)
    assert _rows(project)["stars_to_artifact_daily"][0] == ("[2024-01-01, 2024-01-08)", "fresh")
    before = _rows(project)
    assert _by_hand(project, "stars_to_artifact_daily", "2024-01-08", "2024-01-10").success
    after = _rows(project)
    assert after.pop("stars_to_artifact_daily")[0] == ("[2024-01-01, 2024-01-11)", "fresh")
    del before["stars_to_artifact_daily"]
    assert after == before
    # a failure is told of at once, too
    assert not _by_hand(project, "stars_to_artifact_daily", "2024-02-01", "2024-02-01").success
    states = dict(_rows(project)["stars_to_artifact_daily"])
    assert states["[2024-02-01, 2024-02-02)"] == "failed"


def test_coverage_of_what_a_run_touched_says_what_coverage_of_everything_says(project: Project) -> None:
    api.materialize(project.settings, project=project)
    day = date(2024, 2, 7)
    land_events(project.settings, day, day + ONE_DAY, events=lambda _: [("ForkEvent", 1, 1)], again=True)
    assert _by_hand(project, "stg_events", "2024-02-06", "2024-02-07").success
    touched = _rows(project)
    assert ("[2024-02-06, 2024-02-08)", "stale") in touched["forks_to_artifact_daily"]
    assert ("[2024-02-05, 2024-02-12)", "stale") in touched["stars_to_artifact_weekly"]
    bring_coverage(project, load_manifest(project), None)
    assert _rows(project) == touched
