"""Which days a change of memberships matters to, run on DuckDB over a few rows."""

from datetime import date

import duckdb
import pytest

from sqlmesh_project.metrics_factory.footprints import membership_footprint
from sqlmesh_project.metrics_factory.graph import DIRECTORY

TIMES = {"oso.events": "time", "oso.calls": "bucket_day"}
ROWS = """
create schema oso;
create table oso.artifacts_by_project_v1 as from (values ('a', 'P'), ('b', 'P'), ('c', 'Q')) t(artifact_id, project_id);
create table oso.events as select * from (values
  ('a', timestamp '2024-01-01 23:59:59'), ('a', timestamp '2024-01-01 12:00:00'), ('b', timestamp '2024-01-03'),
  ('c', timestamp '2024-01-05')) t(to_artifact_id, time);
create table oso.calls as select * from (values ('a', date '2024-02-01'), ('c', date '2024-02-02'))
  t(to_artifact_id, bucket_day);
create table artifact_changes (artifact_id text, project_id text, valid_from date, valid_to date, artifact_name text);
create table project_changes (project_id text, collection_id text, valid_from date, valid_to date);
"""


def _days(table: str, changed: str, rows: str) -> set[tuple[date, str]]:
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        connection.execute(f"insert into {changed} values {rows}")
        connection.execute(f"create temp table changed as from {changed}")
        return set(connection.execute(membership_footprint(DIRECTORY, table, TIMES)).fetchall())


def test_an_artifact_that_joins_concerns_the_days_of_its_events_in_each_source() -> None:
    assert _days("oso.artifacts_by_project_v1", "artifact_changes", "('a', 'P', '2024-01-01', null, 'x')") == {
        (date(2024, 1, 1), "oso.events"),
        (date(2024, 2, 1), "oso.calls"),
    }


def test_an_artifact_that_is_called_otherwise_concerns_no_day() -> None:
    rows = "('a', 'P', '2024-01-01', null, 'old'), ('a', 'P', '2024-01-01', null, 'new')"
    assert _days("oso.artifacts_by_project_v1", "artifact_changes", rows) == set()


def test_an_artifact_that_leaves_is_there_with_and_without_an_end() -> None:
    rows = "('c', 'Q', '2024-01-01', null, 'x'), ('c', 'Q', '2024-01-01', '2024-06-01', 'x')"
    assert {day for day, _ in _days("oso.artifacts_by_project_v1", "artifact_changes", rows)} == {
        date(2024, 1, 5),
        date(2024, 2, 2),
    }


def test_a_project_that_joins_a_collection_concerns_the_days_of_all_its_artifacts() -> None:
    assert _days("oso.projects_by_collection_v1", "project_changes", "('P', 'C', '2024-01-01', null)") == {
        (date(2024, 1, 1), "oso.events"),
        (date(2024, 1, 3), "oso.events"),
        (date(2024, 2, 1), "oso.calls"),
    }


def test_a_table_that_is_no_membership_is_refused() -> None:
    with pytest.raises(LookupError, match="int_bots is no membership"):
        membership_footprint(DIRECTORY, "oso.int_bots", TIMES)
