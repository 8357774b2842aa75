"""What planning would do: told before it is done, with the windows and rows that turn stale, and nothing applied."""

import hashlib
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from oso_dagster import api
from oso_dagster.authoring.changes import Kind, changes
from oso_dagster.project import Project
from oso_lake.calendar import Window

JANUARY = Window(date(2024, 1, 1), date(2024, 2, 1))


@pytest.fixture
def edited(project: Project, tmp_path: Path) -> Project:
    """The small installation, stars of January computed, and a copy of its project that may be edited."""
    api.materialize(project.settings, "+stars_to_artifact_daily", begin=JANUARY.start, end=JANUARY.end, project=project)
    shutil.copytree(project.path, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    return replace(project, path=tmp_path / "project")


def edit(project: Project, model: str, found: str, wanted: str) -> None:
    """Change the file of a model."""
    path = project.path / "models" / f"{model}.sql"
    text = path.read_text()
    assert found in text
    path.write_text(text.replace(found, wanted))


def digests(project: Project) -> dict[str, str]:
    """What lies in the installation's databases and ledger."""
    home = project.settings.home
    names = ("compute.duckdb", "state.duckdb", "ledger.db", "catalog.db")
    return {name: hashlib.sha256((home / name).read_bytes()).hexdigest() for name in names}


def test_an_unchanged_project_has_no_changes(edited: Project) -> None:
    assert changes(edited) == []


def test_each_kind_of_edit_is_told_with_what_turns_stale_and_nothing_is_applied(edited: Project) -> None:
    models = edited.path / "models"
    edit(edited, "stars_to_artifact_daily", "'WatchEvent'", "'ForkEvent'")
    edit(edited, "forks_to_artifact_daily", "forks of a repository", "Forks of one repository")
    (models / "stars_to_artifact_monthly.sql").unlink()
    more = (models / "stars_to_artifact_weekly.sql").read_text().replace("stars_", "likes_").replace("=stars", "=likes")
    (models / "likes_to_artifact_weekly.sql").write_text(more)
    before = digests(edited)
    found = {one.model: one for one in changes(edited)}
    assert {name: one.kind for name, one in found.items()} == {
        "oso.stars_to_artifact_daily": Kind.CHANGED,
        "oso.forks_to_artifact_daily": Kind.METADATA,
        "oso.stars_to_artifact_monthly": Kind.REMOVED,
        "oso.likes_to_artifact_weekly": Kind.ADDED,
    }
    stars = found["oso.stars_to_artifact_daily"]
    assert "-  event_type = 'WatchEvent'" in stars.diff
    assert "+  event_type = 'ForkEvent'" in stars.diff
    assert (stars.windows, stars.metric) == ((JANUARY,), "stars")
    assert stars.rows
    assert (found["oso.forks_to_artifact_daily"].windows, found["oso.forks_to_artifact_daily"].rows) == ((), 0)
    assert digests(edited) == before


def test_what_reads_a_changed_model_turns_stale_with_it(edited: Project) -> None:
    edit(edited, "stg_events", "1::DOUBLE", "2::DOUBLE")
    found = {one.model: one for one in changes(edited)}
    assert found["oso.stg_events"].kind is Kind.CHANGED
    assert found["oso.stars_to_artifact_daily"].kind is Kind.INDIRECT
    computed = {name for name, one in found.items() if one.windows}
    assert computed == {"oso.stg_events", "oso.stars_to_artifact_daily"}
    assert all(found[name].windows == (JANUARY,) for name in computed)
    assert list(found).index("oso.stg_events") < list(found).index("oso.stars_to_artifact_daily")


def test_a_remark_in_the_sql_turns_nothing_stale(edited: Project) -> None:
    edit(edited, "stg_events", "FROM raw", "/* a remark */ FROM raw")
    assert [one.windows for one in changes(edited) if one.windows] == []


def test_the_rows_told_are_those_that_planning_makes_stale(edited: Project) -> None:
    edit(edited, "stars_to_artifact_daily", "'WatchEvent'", "'ForkEvent'")
    [told] = changes(edited)
    report = api.plan(edited.settings, project=edited)
    assert report.changed == (told.model,)
    stale = api.fresh(edited.settings, "stars_to_artifact_daily", JANUARY.start, JANUARY.end, project=edited).stale
    assert stale == {told.model: JANUARY}


def test_before_the_first_plan_everything_is_added(edited: Project, tmp_path: Path) -> None:
    fresh = replace(edited, settings=edited.settings.model_copy(update={"home": tmp_path / "new"}))
    found = changes(fresh)
    assert len(found) == 14
    assert {one.kind for one in found} == {Kind.ADDED}
