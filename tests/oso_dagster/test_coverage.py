"""What readers are told of each window: fresh, empty, stale, partial, failed or missing, and why."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.cli.app import app
from oso_dagster.project import Project
from oso_lake import Lake
from oso_lake.coverage import State
from oso_lake.errors import IncompleteError, LakeError, UnknownNameError

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
