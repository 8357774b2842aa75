"""Housekeeping on a computed installation: nothing turns stale, no number changes, nobody is disturbed."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from click.testing import CliRunner
from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.assemble import build_definitions
from oso_dagster.cli import maintain as command
from oso_dagster.cli.app import app
from oso_dagster.defs.maintenance import DESCRIPTIONS
from oso_dagster.instance import open_instance
from oso_dagster.maintenance.tasks import TASKS, maintain
from oso_dagster.project import Project
from oso_dagster.runner.locks import LockTimeoutError, compute_lock
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.records import recorded_models
from oso_lake import Lake
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

START = date(2024, 1, 1)
END = date(2024, 2, 1)
PROJECT = Path(__file__).parent / "project"
ONE_DAY = timedelta(days=1)
SERIES = "published.timeseries_metrics_by_artifact_v0"
EVENTS = "github_archive.events"
# left out of the small project, which need not be whole here: what is tested here needs no more of them
OTHERS = ("actors_to_artifact_over_7_day_window", "forks_to_artifact_monthly", "forks_to_artifact_quarterly")
OTHERS += ("stars_to_artifact_over_all_time", "stars_to_artifact_quarterly")
LAKE_TASKS = ("compact", "expire", "orphans")


@pytest.fixture(scope="module")
def worn_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month computed, then nine scattered days landed anew and computed again: many snapshots and small files.

    A folder with a project and its home, and a copy beside it: the paths in Iceberg's metadata are absolute.
    """
    place = tmp_path_factory.mktemp("worn") / "place"
    shutil.copytree(PROJECT, place / "project", ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    for name in OTHERS:
        (place / "project" / "models" / f"{name}.sql").unlink()
    project = _project(place)
    land_events(project.settings, START, END)
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, project=project).failed == {}
    for number in range(9):
        day = START + 3 * number * ONE_DAY
        land_events(project.settings, day, day + ONE_DAY, events=lambda day: events_of(day)[:2], again=True)
    assert api.materialize(project.settings, project=project).failed == {}
    shutil.copytree(place, place.with_name("original"))
    return place


@pytest.fixture
def worn(worn_place: Path) -> Project:
    """The worn installation as it was made."""
    shutil.rmtree(worn_place)
    shutil.copytree(worn_place.with_name("original"), worn_place)
    return _project(worn_place)


def _project(place: Path) -> Project:
    return Project(settings=Settings(home=place / "home", start=START), path=place / "project")


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=60)


def _all(project: Project, *, is_applied: bool) -> dict[str, int]:
    """Run every task as if all were old; how many things each found."""
    return {
        name: sum(
            one.count
            for one in maintain(project, name, is_applied=is_applied, older_than=timedelta(0), now=_later())
            if one.kind != "free space"
        )
        for name in TASKS
    }


def _numbers(project: Project) -> list[tuple]:
    rows = Lake(project.settings).arrow("select * from timeseries_metrics_by_artifact_v0 order by all").to_pylist()
    return [tuple(row.values()) for row in rows]


def _state(project: Project) -> tuple:
    """All that maintenance could change by mistake: numbers, and what is stale."""
    return _numbers(project), api.fresh(project.settings, project=project).stale


def _snapshots(project: Project, table: str) -> int:
    return len(open_catalog(project.settings).load_table(table).snapshots())


def _files(project: Project) -> set[Path]:
    return {path for path in project.settings.warehouse.rglob("*") if path.is_file()}


def test_everything_is_as_fresh_and_every_number_the_same_after_all_of_it(worn: Project) -> None:
    before = _state(worn)
    assert before[1] == {}
    files = _files(worn)
    foreseen = _all(worn, is_applied=False)
    assert _files(worn) == files, "saying what would go changes nothing"
    done = _all(worn, is_applied=True)
    assert foreseen["compact"] == done["compact"] > 0
    assert done["expire"] > 20
    assert done["orphans"] > 20
    assert _snapshots(worn, EVENTS) == _snapshots(worn, SERIES) == 1
    assert _state(worn) == before
    assert set(_all(worn, is_applied=True).values()) == {0}, "a second time finds nothing"
    assert api.materialize(worn.settings, project=worn).done == ()


def test_what_lands_after_it_is_seen_and_nothing_else_is_computed(worn: Project) -> None:
    _all(worn, is_applied=True)
    day = START + 5 * ONE_DAY
    land_events(worn.settings, day, day + ONE_DAY, events=lambda day: events_of(day)[1:], again=True)
    report = api.materialize(worn.settings, "+stars_to_artifact_daily", project=worn)
    assert report.failed == {}
    windows = {str(outcome.window) for outcome in report.outcomes if outcome.model.table == "stars_to_artifact_daily"}
    # the first two hours of a day hold late events of the day before
    assert windows == {"[2024-01-05, 2024-01-07)"}


def test_lake_tasks_need_no_compute_lock_and_store_tasks_wait_for_it(worn: Project) -> None:
    settings = worn.settings.model_copy(update={"lock_timeout_seconds": 0.2})
    project = Project(settings=settings, path=worn.path)
    with compute_lock(settings.compute_lock, timeout_seconds=1, holder="a run"):
        for name in LAKE_TASKS:
            maintain(project, name, is_applied=True)
        with pytest.raises(LockTimeoutError, match="held by a run"):
            maintain(project, "vacuum", is_applied=True)


def test_a_reader_that_has_a_table_open_reads_what_it_opened(worn: Project) -> None:
    metadata = open_catalog(worn.settings).load_table(SERIES).metadata_location
    connection = duckdb.connect()
    connection.execute("load iceberg")
    count = len(_numbers(worn))
    reader = connection.execute("select * from iceberg_scan(?)", [metadata])
    first = reader.fetchmany(10)
    for name in LAKE_TASKS:
        maintain(worn, name, is_applied=True)
    assert len(first) + len(reader.fetchall()) == count
    assert connection.execute("select count(*) from iceberg_scan(?)", [metadata]).fetchone() == (count,)


def test_snapshots_of_the_last_week_stay(worn: Project) -> None:
    before = _snapshots(worn, EVENTS)
    assert maintain(worn, "expire", is_applied=True) == []
    assert _snapshots(worn, EVENTS) == before


def test_a_limit_takes_so_many_and_the_rest_later(worn: Project) -> None:
    total = sum(one.count for one in maintain(worn, "expire", is_applied=False, older_than=timedelta(0), now=_later()))
    taken = maintain(worn, "expire", is_applied=True, older_than=timedelta(0), limit=5, now=_later())
    assert sum(one.count for one in taken) == 5
    rest = maintain(worn, "expire", is_applied=True, older_than=timedelta(0), now=_later())
    assert sum(one.count for one in rest) == total - 5


def test_versions_that_no_environment_uses_go_and_what_is_used_stays(worn: Project) -> None:
    path = worn.path / "models" / "stars_to_artifact_daily.sql"
    path.write_text(path.read_text().replace("SUM(amount)", "2 * SUM(amount)"))
    api.plan(worn.settings, project=worn)
    assert api.materialize(worn.settings, project=worn).failed == {}
    before = _state(worn)
    tables = _tables(worn)
    assert maintain(worn, "vacuum", is_applied=True) == [], "the way back is free for a week"
    (gone,) = [one for one in maintain(worn, "vacuum", is_applied=True, older_than=timedelta(0)) if one.rows is None][
        :1
    ]
    assert (gone.subject, gone.kind) == ("oso.stars_to_artifact_daily", "versions")
    assert len(tables - _tables(worn)) == 1
    assert _state(worn) == before


def test_a_version_that_comes_back_after_its_table_went_is_computed_again(worn: Project) -> None:
    path = worn.path / "models" / "stars_to_artifact_daily.sql"
    text = path.read_text()
    path.write_text(text.replace("SUM(amount)", "2 * SUM(amount)"))
    api.plan(worn.settings, project=worn)
    # nothing of the new version is computed: the ledger still speaks of the old one
    maintain(worn, "vacuum", is_applied=True, older_than=timedelta(0))
    path.write_text(text)
    api.plan(worn.settings, project=worn)
    stale = api.fresh(worn.settings, "stars_to_artifact_daily", project=worn).stale
    assert set(stale) == {"oso.stars_to_artifact_daily"}
    before = _numbers(worn)
    assert api.materialize(worn.settings, "stars_to_artifact_daily", project=worn).failed == {}
    assert _numbers(worn) == before


def _tables(project: Project) -> set[str]:
    with duckdb.connect(str(project.settings.compute_db), read_only=True) as connection:
        return {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}


def test_records_of_a_model_go_once_nothing_of_it_can_come_back(worn: Project) -> None:
    weekly = "oso.forks_to_artifact_weekly"
    (worn.path / "models" / "forks_to_artifact_weekly.sql").unlink()
    api.plan(worn.settings, project=worn)
    ledger = worn.settings.ledger_url
    assert maintain(worn, "prune", is_applied=True) == [], "its version is still there"
    maintain(worn, "vacuum", is_applied=True, older_than=timedelta(0))
    (gone,) = maintain(worn, "prune", is_applied=False)
    assert gone.subject == weekly
    assert weekly in recorded_models(ledger)
    maintain(worn, "prune", is_applied=True)
    assert weekly not in recorded_models(ledger)
    assert weekly not in ledger_of(worn).entries()
    assert maintain(worn, "prune", is_applied=True) == []
    assert api.fresh(worn.settings, project=worn).stale == {}


def test_the_job_does_every_task_and_keeps_what_is_done(worn: Project) -> None:
    before = _state(worn)
    job = build_definitions(worn).resolve_job_def("maintenance")
    config = {"config": {"older_than_days": 0}}
    looking = {"config": {"older_than_days": 0, "is_applied": False}}
    with open_instance(worn.settings) as instance:
        looked = job.execute_in_process(instance=instance, run_config={"ops": dict.fromkeys(TASKS, looking)})
        assert _snapshots(worn, SERIES) > 1
        result = job.execute_in_process(instance=instance, run_config={"ops": dict.fromkeys(TASKS, config)})
    assert result.success
    (foreseen,), (done,) = (one.asset_materializations_for_node("expire") for one in (looked, result))
    assert foreseen.asset_key.path == ["maintenance", "expire"]
    assert (foreseen.metadata["applied"].value, done.metadata["applied"].value) == (False, True)
    assert int(str(foreseen.metadata["count"].value)) > 20
    assert SERIES in str(done.metadata["table"].value)
    assert {event.step_key for event in result.get_step_success_events()} == set(TASKS)
    assert _snapshots(worn, SERIES) == 1
    assert _state(worn) == before


def test_old_runs_go_and_what_is_green_stays_green(worn: Project) -> None:
    key = dg.AssetKey(["oso", "stars_to_artifact_daily"])
    day = START + 5 * ONE_DAY
    for _ in range(2):
        report = api.materialize(
            worn.settings, "stars_to_artifact_daily", begin=day, end=day + ONE_DAY, force=True, project=worn
        )
    with open_instance(worn.settings) as instance:
        known, green = set(instance.get_run_ids()), instance.get_materialized_partitions(key)
    assert maintain(worn, "runs", is_applied=True) == [], "they are not a month old"
    assert sum(one.count for one in maintain(worn, "runs", is_applied=True, limit=1, now=_later())) == 1
    foreseen = maintain(worn, "runs", is_applied=False, now=_later())
    assert foreseen
    assert maintain(worn, "runs", is_applied=True, now=_later()) == foreseen
    assert maintain(worn, "runs", is_applied=True, now=_later()) == []
    with open_instance(worn.settings) as instance:
        left = set(instance.get_run_ids())
        assert instance.get_materialized_partitions(key) == green
        last = instance.get_latest_materialization_event(key)
    assert len(known - left) == 1 + sum(one.count for one in foreseen)
    assert set(report.runs) <= left
    assert last is not None
    assert last.run_id == report.runs[-1]


def test_a_staging_table_that_nobody_commits_goes_and_one_under_way_stays(worn: Project) -> None:
    catalog = open_catalog(worn.settings)
    catalog.create_namespace("staging")
    published = catalog.load_table(SERIES)
    # as publishing from Trino makes them
    properties = {"write.data.path": f"{published.location()}/data"}
    staged = catalog.create_table(("staging", "rows_1"), published.schema(), properties=properties)
    staged.append(published.scan(limit=10).to_arrow())
    before = _numbers(worn)
    (file,) = [Path(task.file.file_path.removeprefix("file://")) for task in staged.scan().plan_files()]

    maintain(worn, "orphans", is_applied=True, now=datetime.now(UTC) + timedelta(days=2))
    assert catalog.list_tables("staging") == [("staging", "rows_1")]
    assert file.exists()

    found = maintain(worn, "orphans", is_applied=True, now=datetime.now(UTC) + timedelta(days=4))
    assert ("staging.rows_1", 1) in {(one.subject, one.count) for one in found}
    assert catalog.list_tables("staging") == []
    assert not file.exists()
    assert _numbers(worn) == before


def test_the_command_and_the_job_know_the_same_tasks() -> None:
    assert set(TASKS) == set(DESCRIPTIONS) == set(command.NAMES)


def test_the_command_says_what_would_go_and_does_it_on_request(worn: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "load_settings", lambda: worn.settings)
    before = _snapshots(worn, EVENTS)
    shown = CliRunner().invoke(app, ["maintain", "expire", "--older-than", "0"])
    assert shown.exit_code == 0
    assert EVENTS in shown.output
    assert "run it with --apply" in shown.output
    assert _snapshots(worn, EVENTS) == before
    CliRunner().invoke(app, ["maintain", "expire", "--older-than", "0", "--apply"])
    assert _snapshots(worn, EVENTS) == 1
    assert CliRunner().invoke(app, ["maintain", "everything"]).exit_code == 2
