"""Checks beside the audits: a number of rows that drifts, and totals over projects that do not reconcile, are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import dagster as dg
import pytest
from small_lake import Event, land_events

from oso_dagster import api
from oso_dagster.instance import open_instance
from oso_dagster.project import Project
from oso_dagster.runner.checks import DRIFT, RECONCILIATION

START, END = date(2024, 1, 1), date(2024, 1, 21)
THIN = date(2024, 1, 15)
REPOSITORIES = 60
MEMBERSHIP = """\
MODEL (
  name oso.artifacts_by_project_v1,
  kind FULL,
  description 'Which repository belongs to which project.',
  owner oso,
  tags ('model_type=intermediate', 'category=directory'),
  audits (not_null(columns := (artifact_id)))
);

SELECT to_artifact_id AS artifact_id, project_id, NULL::DATE AS valid_to
FROM oso.int_first, (VALUES ('one'), ('two')) AS projects(project_id)
GROUP BY ALL
"""
PROJECT_MODEL = """\
MODEL (
  name oso.stars_to_project_daily,
  kind INCREMENTAL_BY_TIME_RANGE (time_column metrics_sample_date),
  description 'stars of a project, daily.',
  owner oso,
  tags ('grain=daily', 'reads=window', 'model_type=metric', 'metric=stars', 'entity=project', 'category=code',
    'additivity=additive'),
  audits (not_null(columns := (metrics_sample_date, amount)))
);

SELECT
  bucket_day AS metrics_sample_date,
  event_source,
  pairs.project_id AS to_project_id,
  '' AS from_artifact_id,
  'stars_daily' AS metric,
  CAST(SUM(FACTOR) AS DOUBLE) AS amount
FROM oso.stg_events AS events
JOIN oso.artifacts_by_project_v1 AS pairs ON pairs.artifact_id = events.to_artifact_id
WHERE event_type = 'WatchEvent' AND bucket_day BETWEEN @start_date AND @end_date
GROUP BY ALL
"""


def events_of(day: date) -> list[Event]:
    """A star for each of sixty repositories, and for four on the thin day."""
    return [("WatchEvent", number % 5 + 1, number + 1) for number in range(4 if day == THIN else REPOSITORIES)]


@pytest.fixture
def installation(own_project: Callable[[], Project]) -> Callable[[str], Project]:
    """Twenty days landed and planned, with stars of projects whose amount is the sum of `factor`."""

    def make(factor: str) -> Project:
        project = own_project()
        models = project.path / "models"
        (models / "artifacts_by_project_v1.sql").write_text(MEMBERSHIP)
        (models / "stars_to_project_daily.sql").write_text(PROJECT_MODEL.replace("FACTOR", factor))
        land_events(project.settings, START, END, events=events_of)
        api.plan(project.settings, project=project)
        return project

    return make


def audits(project: Project, model: str, selection: str, begin: date, end: date, **options: Any) -> dict[str, Any]:
    """What computing told of `model`'s audits and checks, by name."""
    report = api.materialize(project.settings, selection, begin=begin, end=end, project=project, **options)
    assert not report.failed
    [outcome] = [one for one in report.outcomes if one.model.table == model]
    return {audit.name: audit for audit in outcome.audits}


def evaluation(project: Project, model: str) -> Any:
    """The last evaluation of the model's one check, as Dagster keeps it."""
    with open_instance(project.settings) as instance:
        key = dg.AssetCheckKey(dg.AssetKey(["oso", model]), "audits")
        record = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert record.event is not None
    assert record.event.dagster_event is not None
    return record.event.dagster_event.event_specific_data


def test_a_window_with_far_fewer_rows_than_those_before_warns_and_is_published(installation) -> None:
    project = installation("amount")
    days = "+stars_to_artifact_daily"
    before = audits(project, "stars_to_artifact_daily", days, START, THIN)[DRIFT]
    assert before.is_passed
    thin = audits(project, "stars_to_artifact_daily", days, THIN, THIN + timedelta(days=1))[DRIFT]
    assert (thin.count, thin.detail) == (1, "2024-01-15: 4 rows, median of 8 before 60")
    told = evaluation(project, "stars_to_artifact_daily")
    assert (told.passed, told.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert told.metadata["details"].value == {DRIFT: thin.detail}
    assert api.fresh(project.settings, days, START, THIN + timedelta(days=1), project=project).stale == {}
    # one strange day changes no median
    assert audits(project, "stars_to_artifact_daily", days, THIN + timedelta(days=1), END)[DRIFT].is_passed


def test_a_range_names_its_own_drifting_windows_and_few_windows_are_not_compared(installation) -> None:
    project = installation("amount")
    first = audits(project, "stars_to_artifact_daily", "+stars_to_artifact_daily", START, START + timedelta(days=4))
    assert DRIFT not in first
    whole = audits(project, "stars_to_artifact_daily", "+stars_to_artifact_daily", START, END, force=True)
    assert whole[DRIFT].count == 1
    assert whole[DRIFT].detail.startswith("2024-01-15: 4 rows")


def test_totals_of_projects_are_those_of_their_artifacts_as_often_as_they_belong_to_one(installation) -> None:
    project = installation("amount")
    both = "+stars_to_artifact_daily +stars_to_project_daily"
    found = audits(project, "stars_to_project_daily", both, START, END)
    assert found[RECONCILIATION].is_passed
    assert RECONCILIATION not in audits(project, "stars_to_artifact_daily", both, START, END, force=True)
    land_events(project.settings, THIN, THIN + timedelta(days=1), events=lambda day: events_of(START), again=True)
    api.materialize(project.settings, "stg_events", begin=START, end=END, project=project)
    # the artifacts' amounts are of other events than those of the projects now
    alone = audits(project, "stars_to_project_daily", "stars_to_project_daily", START, END, force=True)
    assert RECONCILIATION not in alone


def test_totals_that_differ_are_an_error_that_names_the_first_day(installation) -> None:
    project = installation("CASE WHEN bucket_day >= DATE '2024-01-03' THEN 2 * amount ELSE amount END")
    both = "+stars_to_artifact_daily +stars_to_project_daily"
    found = audits(project, "stars_to_project_daily", both, START, END)[RECONCILIATION]
    assert found == replace(found, count=18, is_error=True, blocking=False)
    assert found.detail == "18 of 20 sample dates differ, the first is 2024-01-03"
    told = evaluation(project, "stars_to_project_daily")
    assert (told.passed, told.severity) == (False, dg.AssetCheckSeverity.ERROR)
