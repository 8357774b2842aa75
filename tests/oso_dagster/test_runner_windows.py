"""Windows of models through the runner: ranges, single partitions, refusals, failures, re-runs."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from small_lake import land_events

from oso_dagster import api
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.compute import compute
from oso_dagster.runner.inputs import WindowRefusedError
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.outcomes import Request
from oso_dagster.runner.plan import plan
from oso_dagster.runner.session import missing_days, open_store, read_session
from oso_lake import Lake
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

START = date(2024, 1, 1)
END = date(2024, 4, 10)


def _amounts(project: Project, metric: str) -> dict[tuple[str, date], float]:
    rows = Lake(project.settings).arrow(
        "select artifact_id, sample_date, amount from timeseries_metrics_by_artifact_v0 s join metrics_v0 m"
        f" on m.metric_id = s.metric_id where m.metric_name = '{metric}'"
    )
    return {(row["artifact_id"], row["sample_date"]): row["amount"] for row in rows.to_pylist()}


def _head(project: Project, table: str) -> int | None:
    snapshot = open_catalog(project.settings).load_table(table).current_snapshot()
    return snapshot.snapshot_id if snapshot else None


def test_a_range_computes_every_grain_and_a_second_call_finds_it_fresh(project: Project) -> None:
    report = api.materialize(project.settings, project=project)
    assert dict(report.failed) == {}
    assert len(report.done) == 14
    daily = _amounts(project, "GITHUB_stars_daily")
    assert len(daily) == 3 * (END - START).days
    assert set(daily.values()) == {1.0}
    months = _amounts(project, "GITHUB_stars_monthly")
    assert {day for _, day in months} == {date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)}
    assert months["1", date(2024, 2, 1)] == 29
    assert set(_amounts(project, "GITHUB_stars_quarterly").values()) == {91.0}
    head = _head(project, "published.timeseries_metrics_by_artifact_v0")
    again = api.materialize(project.settings, project=project)
    assert again.runs == ()
    assert len(again.fresh) == 14
    assert _head(project, "published.timeseries_metrics_by_artifact_v0") == head


def test_a_rolling_window_counts_what_lies_before_and_nothing_before_the_start(project: Project) -> None:
    api.materialize(project.settings, "+actors_to_artifact_over_7_day_window", end=date(2024, 1, 20), project=project)
    actors = _amounts(project, "GITHUB_actors_over_7_day_window")
    assert actors["1", date(2024, 1, 1)] == 1
    assert actors["3", date(2024, 1, 10)] == 5


def test_one_partition_computes_exactly_that(project: Project) -> None:
    api.materialize(project.settings, "stg_events", project=project)
    report = api.materialize(project.settings, "stars_to_artifact_monthly", partition="2024-02-01", project=project)
    assert report.done == ("oso.stars_to_artifact_monthly",)
    assert {day for _, day in _amounts(project, "GITHUB_stars_monthly")} == {date(2024, 2, 1)}


@pytest.mark.parametrize(
    ("selection", "partition", "message"),
    [
        ("stars_to_artifact_monthly", "2024-02-15", "the one that holds it is 2024-02-01"),
        ("stars_to_artifact_weekly", "2024-02-01", "the one that holds it is 2024-01-29"),
        ("stars_to_artifact_monthly", "february", "is not a date"),
        ("stars_*", "2024-02-01", "models of one grain"),
        ("stras_to_artifact_daily", "2024-02-01", "stars_to_artifact_daily"),
    ],
)
def test_a_partition_that_cannot_be_is_refused_with_the_nearest_that_can(
    project: Project, selection: str, partition: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        api.materialize(project.settings, selection, partition=partition, project=project)


@pytest.mark.parametrize(("partition", "message"), [("2023-12-01", "begins before"), ("2099-01-01", "is not over yet")])
def test_partitions_before_the_start_and_in_the_future_are_refused(
    project: Project, partition: str, message: str
) -> None:
    with pytest.raises(WindowRefusedError, match=message):
        api.materialize(project.settings, "stars_to_artifact_monthly", partition=partition, project=project)


def test_the_runner_itself_refuses_a_window_that_is_not_whole(project: Project) -> None:
    """SQLMesh would write no rows and say nothing."""
    manifest = load_manifest(project)
    window = Window(date(2024, 2, 1), date(2024, 2, 20))
    request = Request(models=("oso.stars_to_artifact_monthly",), window=window, run_id="test")
    (outcome,) = compute(project, manifest, {}, request)
    assert "not a whole number of monthly windows; the ones that hold it are [2024-02-01, 2024-03-01)" in outcome.reason


def test_a_refused_window_leaves_the_store_closed(project: Project) -> None:
    """Left open, it would be what the next run in this process writes to, whatever lies there by then."""
    month = "stars_to_artifact_monthly"
    assert "oso." + month in api.materialize(project.settings, month, partition="2024-02-01", project=project).failed
    store = project.settings.compute_db
    shutil.copy(store.rename(store.with_name("before.duckdb")), store)
    api.materialize(project.settings, "stg_events", project=project)
    with open_store(project, holder="test", on_wait=print) as opened:
        assert opened.context.engine_adapter.fetchone("select count(*) from oso.stg_events") == (350,)


def test_t21_a_quarter_with_a_missing_day_does_not_go_green_and_names_the_day(project: Project) -> None:
    api.materialize(project.settings, "stg_events", end=date(2024, 2, 10), project=project)
    api.materialize(project.settings, "stg_events", begin=date(2024, 2, 11), end=END, project=project)
    report = api.materialize(project.settings, "stars_to_artifact_quarterly", partition="2024-01-01", project=project)
    reason = report.failed["oso.stars_to_artifact_quarterly"]
    assert reason.startswith("upstream incomplete: oso.stg_events, missing: [2024-02-10, 2024-02-11); run `oso")
    assert ledger_of(project).entries().get("oso.stars_to_artifact_quarterly") is None


def test_a_rolling_window_over_a_missing_day_is_refused(project: Project) -> None:
    api.materialize(project.settings, "stg_events", partition="2024-01-10", project=project)
    report = api.materialize(
        project.settings, "actors_to_artifact_over_7_day_window", partition="2024-01-10", project=project
    )
    reason = report.failed["oso.actors_to_artifact_over_7_day_window"]
    assert "missing: [2024-01-04, 2024-01-10)" in reason


def test_a_day_that_is_not_landed_is_refused_and_names_its_hours(project: Project) -> None:
    report = api.materialize(project.settings, "stg_events", partition="2024-04-10", project=project)
    assert "raw source github_archive, missing: 2024-04-10T02" in report.failed["oso.stg_events"]


def test_a_partial_window_is_computed_when_asked_for_and_is_not_recorded_as_done(project: Project) -> None:
    report = api.materialize(
        project.settings, "stg_events", partition="2024-04-10", project=project, partial=True, force=True
    )
    assert report.done == ("oso.stg_events",)
    assert report.outcomes[0].partial
    assert (
        "oso.stg_events"
        in api.fresh(project.settings, "stg_events", date(2024, 4, 10), date(2024, 4, 11), project=project).stale
    )


def test_an_extended_lake_computes_what_is_new_alone(project: Project) -> None:
    api.materialize(project.settings, "+stars_to_artifact_daily", project=project)
    land_events(project.settings, END, END + timedelta(days=2))
    report = api.materialize(project.settings, "+stars_to_artifact_daily", project=project)
    # the first hours of the 10th, which hold late events of the 9th, are landed anew with their day
    assert {outcome.model.name: str(outcome.window) for outcome in report.outcomes} == {
        "oso.stg_events": "[2024-04-09, 2024-04-12)",
        "oso.stars_to_artifact_daily": "[2024-04-09, 2024-04-12)",
    }


def test_a_re_landed_day_makes_its_dependants_stale_although_it_has_as_many_rows(project: Project) -> None:
    """T20."""
    api.materialize(project.settings, "+stars_to_artifact_weekly", project=project)
    day = date(2024, 2, 7)
    land_events(project.settings, day, day + timedelta(days=1), events=lambda _: [("WatchEvent", 9, 1)] * 3, again=True)
    # its first two hours hold late events of the day before
    stale = api.fresh(project.settings, "+stars_to_artifact_weekly", project=project).stale
    assert {name: str(window) for name, window in stale.items()} == {
        "oso.stg_events": "[2024-02-06, 2024-02-08)",
        "oso.stars_to_artifact_weekly": "[2024-02-05, 2024-02-12)",
    }
    api.materialize(project.settings, "+stars_to_artifact_weekly", project=project)
    assert _amounts(project, "GITHUB_stars_weekly")["1", date(2024, 2, 5)] == 6 + 3


def test_one_of_metrics_that_share_a_source_is_re_run_and_the_others_keep_their_rows(project: Project) -> None:
    """T18."""
    api.materialize(project.settings, project=project)
    before = {entry.model: entry for entries in ledger_of(project).entries().values() for entry in entries}
    files = _data_files(project)
    api.materialize(project.settings, "stars_to_artifact_daily", project=project, force=True)
    after = {entry.model: entry for entries in ledger_of(project).entries().values() for entry in entries}
    assert {name for name in before if before[name] != after[name]} == {"oso.stars_to_artifact_daily"}
    changed = {model for model, paths in _data_files(project).items() if paths != files[model]}
    assert changed == {"oso.stars_to_artifact_daily"}


def _data_files(project: Project) -> dict[str, set[str]]:
    table = open_catalog(project.settings).load_table("published.timeseries_metrics_by_artifact_v0")
    files: dict[str, set[str]] = {}
    for task in table.scan().plan_files():
        files.setdefault(task.file.partition[0], set()).add(task.file.file_path)
    return files


def test_a_failing_model_fails_itself_and_its_dependants_and_its_siblings_go_on(
    own_project: Callable[[], Project],
) -> None:
    """T19 and T7: the broken window is withdrawn, not published, and the reason is kept."""
    project = own_project()
    settings = project.settings
    land_events(settings, START, date(2024, 2, 1))
    plan(project)
    assert api.materialize(settings, project=project).failed == {}
    before = _amounts(project, "GITHUB_forks_daily")
    broken = "SUM(CAST(IF(amount > 0, 'no such fork', '1') AS INT))"
    _break(project, "forks_to_artifact_daily", "SUM(amount)", broken)
    _break(
        project, "int_first", "MIN(bucket_day)", "MIN(IF(bucket_day > '2024-01-30', ERROR('bad')::DATE, bucket_day))"
    )
    plan(project)
    report = api.materialize(settings, project=project)
    forks = "models/forks_to_artifact_daily.sql"
    (line,) = [n for n, text in enumerate((project.path / forks).read_text().splitlines(), 1) if broken in text]
    reason = report.failed["oso.forks_to_artifact_daily"]
    assert reason.startswith("ConversionException: Conversion Error: Could not convert string 'no such fork' to INT32")
    assert f"(in {forks}:{line}: correct it and run `oso plan --apply`" in reason
    (statement,) = [one.statement for one in report.outcomes if one.model.name == "oso.forks_to_artifact_daily"]
    assert "THEN 'no such fork'" in statement
    assert "CAST('2024-01-31' AS DATE)" in statement
    assert report.failed["oso.artifacts_v1"] == "upstream failed: oso.int_first"
    assert "oso.stars_to_artifact_daily" in report.fresh
    assert _amounts(project, "GITHUB_forks_daily") == before
    assert "oso.forks_to_artifact_daily" not in ledger_of(project).entries()
    names = set(Lake(settings).arrow("select metric_name from metrics_v0").column(0).to_pylist())
    assert {"GITHUB_forks_daily", "GITHUB_stars_daily", "GITHUB_newcomers_daily"} <= names


def test_a_blocking_audit_holds_back_publishing_and_withdraws_the_window(own_project: Callable[[], Project]) -> None:
    project = own_project()
    settings = project.settings
    land_events(settings, START, date(2024, 2, 1))
    _break(
        project,
        "stars_to_artifact_daily",
        "audits (not_null(columns := (metrics_sample_date, amount)))",
        "audits (accepted_range(column := amount, max_v := 0))",
    )
    plan(project)
    report = api.materialize(settings, "stg_events stars_to_artifact_daily forks_to_artifact_daily", project=project)
    assert "blocking audits failed: accepted_range (93 rows)" in report.failed["oso.stars_to_artifact_daily"]
    assert "oso.forks_to_artifact_daily" in report.done
    assert _amounts(project, "GITHUB_stars_daily") == {}
    stale = api.fresh(settings, "stars_to_artifact_daily", project=project).stale
    assert str(stale["oso.stars_to_artifact_daily"]) == "[2024-01-01, 2024-02-01)"


def test_t22_a_restatement_that_fails_leaves_the_window_not_done(own_project: Callable[[], Project]) -> None:
    """The day was done, its data is corrected, and the blocking audit does not let the new amounts pass."""
    project = own_project()
    settings = project.settings
    land_events(settings, START, date(2024, 2, 1))
    _break(
        project,
        "stars_to_artifact_daily",
        "audits (not_null(columns := (metrics_sample_date, amount)))",
        "audits (accepted_range(column := amount, max_v := 3))",
    )
    plan(project)
    assert api.materialize(settings, "+stars_to_artifact_daily", project=project).failed == {}
    before = _amounts(project, "GITHUB_stars_daily")
    day = date(2024, 1, 20)
    land_events(settings, day, day + timedelta(days=1), events=lambda _: [("WatchEvent", 1, 1)] * 9, again=True)
    report = api.materialize(settings, "+stars_to_artifact_daily", project=project)
    assert "blocking audits failed: accepted_range" in report.failed["oso.stars_to_artifact_daily"]
    # not done: neither here nor in SQLMesh, while readers keep what was published
    stale = api.fresh(settings, "stars_to_artifact_daily", project=project).stale
    assert stale["oso.stars_to_artifact_daily"] == Window(day - timedelta(days=1), day + timedelta(days=1))
    with open_store(project, holder="test", on_wait=print) as store:
        recorded = read_session(store, ["oso.stars_to_artifact_daily"]).intervals("oso.stars_to_artifact_daily")
    assert missing_days(recorded, Window(START, date(2024, 2, 1))) == [stale["oso.stars_to_artifact_daily"]]
    assert _amounts(project, "GITHUB_stars_daily") == before
    land_events(settings, day, day + timedelta(days=1), events=lambda _: [("WatchEvent", 1, 1)] * 2, again=True)
    assert api.materialize(settings, "+stars_to_artifact_daily", project=project).failed == {}
    assert _amounts(project, "GITHUB_stars_daily")["1", day] == 2


def test_a_reworded_description_recomputes_nothing_and_changed_logic_all_that_follows(
    own_project: Callable[[], Project],
) -> None:
    project = own_project()
    land_events(project.settings, START, date(2024, 2, 1))
    plan(project)
    api.materialize(project.settings, project=project)
    _break(project, "stg_events", "'Events of a day.'", "'Events of one day.'")
    plan(project)
    assert api.fresh(project.settings, project=project).stale == {}
    _break(project, "int_first", "MIN(bucket_day)", "MAX(bucket_day)")
    plan(project)
    assert set(api.fresh(project.settings, project=project).stale) == {
        "oso.int_first",
        "oso.artifacts_v1",
        "oso.newcomers_to_artifact_daily",
    }


def _break(project: Project, model: str, old: str, new: str) -> None:
    path = project.path / "models" / f"{model}.sql"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_nothing_is_computed_before_a_plan(tmp_path, own_project: Callable[[], Project]) -> None:
    project = own_project()
    land_events(project.settings, START, date(2024, 1, 5))
    with pytest.raises(api.RunFailedError, match="run `oso plan --apply`"):
        api.materialize(project.settings, "stg_events", project=project)
    assert isinstance(project.settings, Settings)


def test_a_day_computed_again_with_the_same_rows_leaves_what_reads_it_fresh(project: Project) -> None:
    api.materialize(project.settings, project=project)
    day = date(2024, 2, 7)
    land_events(project.settings, day, day + timedelta(days=1), again=True)
    assert len(api.fresh(project.settings, project=project).stale) > 10
    report = api.materialize(project.settings, project=project)
    # days that go into the same run are computed with it, what lies after that run need not be
    assert "oso.stg_events" in report.done
    assert {"oso.int_first", "oso.stars_to_artifact_monthly", "oso.stars_to_artifact_weekly"} <= set(report.fresh)
    assert api.fresh(project.settings, project=project).stale == {}
