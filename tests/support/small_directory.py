"""Adds projects to the small project of the runner's tests: a membership table, its footprint, stars of projects."""

from datetime import UTC, date, datetime

from small_lake import Event, events_of

from dlt_sources.oss_directory.contract import ARTIFACTS_BY_PROJECT, VERSIONS
from oso_dagster.project import Project
from oso_lake.catalog import open_catalog
from oso_lake.commits import Scope, replace
from oso_lake.filters import everything

MEMBERS = """MODEL (name oso.members, kind FULL, description 'Members.', owner oso,
  tags ('model_type=intermediate', 'category=directory'), audits (not_null(columns := (artifact_id))));
SELECT name AS artifact_id, project_slug AS project_id FROM raw.oss_directory.artifacts_by_project"""
MEMBERS_FOOTPRINT = """SELECT DISTINCT events.bucket_day AS day, 'oso.stg_events' AS via
FROM oso.stg_events AS events INNER JOIN changed ON changed.artifact_id = events.to_artifact_id"""
STARS = """MODEL (name oso.stars_to_project_{suffix}, kind INCREMENTAL_BY_TIME_RANGE (time_column metrics_sample_date),
  description 'Stars.', owner oso, tags ('grain={suffix}', 'reads=window', 'model_type=metric', 'metric=stars',
  'entity=project', 'category=code'), audits (not_null(columns := (amount))));
SELECT CAST(DATE_TRUNC('{unit}', bucket_day) AS DATE) AS metrics_sample_date, event_source, project_id AS to_project_id,
  '' AS from_artifact_id, 'stars_{suffix}' AS metric, CAST(SUM(amount) AS DOUBLE) AS amount
FROM oso.stg_events AS events INNER JOIN oso.members AS members ON members.artifact_id = events.to_artifact_id
WHERE event_type = 'WatchEvent' AND bucket_day BETWEEN @start_date AND @end_date GROUP BY ALL"""
TABLES = """
- name: raw.oss_directory.artifacts_by_project
  columns:
    project_slug: TEXT
    name: TEXT
"""
# repository 3 has events on these days alone; 1 and 2 have one each day
RARE_DAYS = (date(2024, 1, 10), date(2024, 2, 20))


def rare_events(day: date) -> list[Event]:
    """Events of `day`; those of repository 3 on RARE_DAYS alone."""
    return [event for event in events_of(day) if event[2] != 3 or day in RARE_DAYS]


def add_directory(project: Project) -> None:
    """Add the membership table, its footprint, and stars of projects by day and by month."""
    models, footprints = project.path / "models", project.path / "footprints"
    footprints.mkdir()
    (models / "members.sql").write_text(MEMBERS)
    for suffix, unit in (("daily", "day"), ("monthly", "month")):
        (models / f"stars_to_project_{suffix}.sql").write_text(STARS.format(suffix=suffix, unit=unit))
    (footprints / "members.sql").write_text(MEMBERS_FOOTPRINT)
    with (project.path / "external_models.yaml").open("a") as file:
        file.write(TABLES)


def land_members(project: Project, members: dict[str, str]) -> None:
    """The whole directory at once: which project each repository belongs to."""
    catalog = open_catalog(project.settings)
    whole = Scope(everything(), ("all",))
    at = {"version": "v1", "version_at": datetime(2024, 1, 1, tzinfo=UTC)}
    rows = [
        at
        | {
            "project_slug": slug,
            "artifact_source": "GITHUB",
            "artifact_type": "repository",
            "namespace": "owner",
            "name": name,
            "url": "",
        }
        for name, slug in members.items()
    ]
    known = {field.name for field in ARTIFACTS_BY_PROJECT.schema}
    rows = [{key: value for key, value in row.items() if key in known} for row in rows]
    for contract, content in ((ARTIFACTS_BY_PROJECT, rows), (VERSIONS, [at | {"load_id": "test"}])):
        replace(catalog, contract, contract.rows(content), whole, {"oso.load_id": "test"})
