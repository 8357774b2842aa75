"""What computing cost is told, kept and published; estimates and leases follow from it. On Trino: tests/trino."""

from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from oso_dagster import api
from oso_dagster.assemble import build_definitions
from oso_dagster.cli.planning import told_cost, told_reads
from oso_dagster.cluster.keeping import Need
from oso_dagster.defs.schedules import evaluate as evaluate_schedule
from oso_dagster.deploy import Preview
from oso_dagster.instance import open_instance
from oso_dagster.manifest import load_manifest, load_metrics
from oso_dagster.project import Project
from oso_dagster.runner.compute import compute
from oso_dagster.runner.costs import Cost, CostLog, Estimate, History
from oso_dagster.runner.engines import Reads
from oso_dagster.runner.logs import costs_of
from oso_dagster.runner.outcomes import Request, Status
from oso_dagster.runner.query_costs import publish_costs
from oso_dagster.runner.session import open_store
from oso_dagster.runner.spending import partitions
from oso_dagster.runner.usage import Usage, total
from oso_lake import Lake
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog

DAYS = Window(date(2024, 1, 1), date(2024, 1, 8))
STARS = ("oso.stg_events", "oso.stars_to_artifact_daily")
counts = st.integers(min_value=0, max_value=10**15)
usages = st.builds(
    Usage,
    cpu_seconds=st.floats(0, 1e6),
    scanned_bytes=st.none() | counts,
    splits=st.none() | counts,
    peak_memory_bytes=st.none() | counts,
)


@given(usages, st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_what_a_batch_used_is_shared_out_whole(usage: Usage, rows: list[int]) -> None:
    parts = usage.shared(rows)
    together = total(parts)
    assert (together.scanned_bytes, together.splits) == (usage.scanned_bytes, usage.splits)
    assert together.cpu_seconds == pytest.approx(usage.cpu_seconds)
    assert together.peak_memory_bytes == usage.peak_memory_bytes
    assert all(part.cpu_seconds == 0 for part, count in zip(parts, rows, strict=True) if count == 0 and sum(rows))


@given(usages, usages)
def test_what_an_engine_does_not_tell_is_not_nothing(one: Usage, other: Usage) -> None:
    both = one + other
    told = [usage.splits for usage in (one, other) if usage.splits is not None]
    assert both.splits == (sum(told) if told else None)
    assert both == other + one


def priced(project: Project) -> Project:
    """The project where an hour of a node costs 7.2."""
    settings = project.settings.model_copy(update={"node_hour_price": 7.2})
    return Project(settings=settings, path=project.path)


def published(project: Project) -> list[dict]:
    return open_catalog(project.settings).load_table("published.query_costs").scan().to_arrow().to_pylist()


def test_a_partition_s_cost_is_in_its_metadata_and_in_the_table(project: Project) -> None:
    project = priced(project)
    with open_instance(project.settings) as instance:
        api.materialize(project.settings, " ".join(STARS), begin=DAYS.start, end=DAYS.end, project=project)
        record = instance.get_latest_materialization_event(dg.AssetKey(["oso", "stars_to_artifact_daily"]))
    assert record is not None
    assert record.asset_materialization is not None
    metadata = record.asset_materialization.metadata
    told: dict[str, Any] = {name: one.value for name, one in metadata.items() if name.startswith("cost/")}
    assert told["cost/engine"] == "duckdb"
    assert told["cost/wall_seconds"] > 0
    assert told["cost/price"] == pytest.approx(told["cost/node_seconds"] * 7.2 / 3600, rel=0.01)
    assert "cost/scanned_bytes" not in told, "DuckDB does not tell"
    rows = {row["model"]: row for row in published(project)}
    assert set(rows) == set(STARS)
    row = rows["oso.stars_to_artifact_daily"]
    assert (row["first_day"], row["end_day"], row["status"], row["rows"]) == (DAYS.start, DAYS.end, "done", 21)
    assert row["run_id"] == record.run_id
    assert (row["scanned_bytes"], row["splits"], row["query_ids"]) == (None, None, [])
    assert row["price"] == pytest.approx(row["node_seconds"] * 0.002)
    assert row["wall_seconds"] == pytest.approx(told["cost/wall_seconds"], abs=0.001)
    spent = Lake(project.settings).arrow("select sum(price) as spent from query_costs").to_pylist()
    assert spent[0]["spent"] == pytest.approx(sum(one["price"] for one in rows.values()))


def test_a_run_s_rows_are_that_run_s_and_come_in_one_commit(project: Project) -> None:
    manifest = load_manifest(project)
    metrics, catalog = load_metrics(project, manifest), open_catalog(project.settings)

    def run(run_id: str) -> list:
        return list(compute(project, manifest, metrics, Request(models=STARS, window=DAYS, run_id=run_id)))

    first = run("one")
    run("two")
    table = catalog.load_table("published.query_costs")
    assert len(table.snapshots()) == 2
    before = sorted((row["run_id"], row["model"]) for row in published(project))
    assert before == [(run, model) for run in ("one", "two") for model in sorted(STARS)]
    now = next(row["computed_at"] for row in published(project))
    again = publish_costs(catalog, first, "one", environment="prod", now=now)
    assert again is not None
    assert again.rows == 2
    assert sorted((row["run_id"], row["model"]) for row in published(project)) == before


def test_a_failed_evaluation_costs_too_and_what_was_not_tried_does_not(project: Project) -> None:
    from oso_dagster.runner import compute as module

    manifest = load_manifest(project)
    sound = module.evaluate

    def fail(session, name, window, footprint=""):
        evaluated = sound(session, name, window, footprint)
        if name == "oso.stg_events":
            raise RuntimeError("broken")
        return evaluated

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "evaluate", fail)
        request = Request(models=STARS, window=DAYS, run_id="one")
        outcomes = list(compute(project, manifest, load_metrics(project, manifest), request))
    assert [outcome.status for outcome in outcomes] == [Status.FAILED, Status.SKIPPED]
    (row,) = published(project)
    assert (row["model"], row["status"]) == ("oso.stg_events", "failed")
    assert row["wall_seconds"] > 0


def test_the_lease_shrinks_as_work_is_done(project: Project) -> None:
    manifest = load_manifest(project)
    metrics = load_metrics(project, manifest)
    costs_of(project).record(
        Cost(model=name, windows=7, rows=1, seconds=1, node_seconds=seconds, engine="duckdb")
        for name, seconds in zip(STARS, (30.0, 70.0), strict=True)
    )
    expected = costs_of(project).estimate(partitions([manifest.by_name[name] for name in STARS], DAYS), "duckdb")
    assert expected.node_seconds == 100
    need = Need(workers=1, node_seconds=expected.node_seconds, slots=1)
    with open_store(project, holder="test", on_wait=print) as opened:
        store = type(opened)(opened.context, opened.waited_seconds, opened.environment, need=need)
        request = Request(models=STARS, window=DAYS, run_id="one")
        outcomes = compute(project, manifest, metrics, request, store=store)
        next(outcomes)
        assert need.claim().node_seconds == 0, "both are evaluated before the first is told of"
        assert [one.status for one in outcomes] == [Status.DONE]


def test_a_lease_keeps_what_is_left_and_forgets_what_will_not_be_done() -> None:
    need = Need(workers=1, node_seconds=100, slots=2)
    need.done(expected=20, spent=40)
    assert need.claim().node_seconds == 160, "the rest takes twice the estimate, too"
    need.dropped(expected=50)
    assert need.claim().node_seconds == 60
    need.more(node_seconds=20, slots=5)
    assert (need.claim().node_seconds, need.claim().slots) == (100, 5)
    need.ahead(node_seconds=10)
    assert need.claim().node_seconds == 20


def test_a_scheduled_run_says_what_it_will_ask_of_the_cluster(project: Project) -> None:
    from datetime import UTC, datetime

    from oso_dagster.defs.resources import Pipeline
    from oso_lake.calendar import Grain

    pipeline = Pipeline(project=project, manifest=load_manifest(project))
    now = datetime(2024, 4, 10, 6, tzinfo=UTC)
    asked = evaluate_schedule(pipeline, Grain.WEEKLY, now)
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags["oso/engine"] == "duckdb"
    assert "oso/node_seconds" not in asked.tags, "nothing is known yet: the sensor's settings count"
    costs_of(project).record(
        Cost(model=name, windows=1, rows=1, seconds=1, node_seconds=500, splits=40, engine="duckdb")
        for name in ("oso.stars_to_artifact_weekly", "oso.forks_to_artifact_weekly")
    )
    asked = evaluate_schedule(pipeline, Grain.WEEKLY, now)
    assert isinstance(asked, dg.RunRequest)
    assert (asked.tags["oso/node_seconds"], asked.tags["oso/slots"]) == ("1000.0", "3")


def test_runs_on_another_engine_count_until_there_are_own_ones() -> None:
    slow = Cost(model="a", windows=1, rows=1, seconds=9, engine="duckdb", node_seconds=9)
    quick = Cost(model="a", windows=1, rows=1, seconds=2, engine="trino", node_seconds=4, scanned_bytes=10)
    assert History([slow], "trino").expected("a", 2).node_seconds == 18
    both = History([slow, quick], "trino").expected("a", 2)
    assert (both.node_seconds, both.scanned_bytes) == (8, 20)
    assert History([slow, quick], "trino").expected("b", 1).is_guessed


def test_a_ledger_of_an_earlier_release_gets_the_columns_it_lacks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with create_engine(url).begin() as connection:
        connection.execute(
            text(
                "create table costs (number integer primary key autoincrement, model text not null, "
                "windows integer not null, rows integer not null, seconds float not null)"
            )
        )
        connection.execute(text("insert into costs (model, windows, rows, seconds) values ('a', 1, 10, 2.0)"))
    log = CostLog(url)
    assert log.estimate({"a": 1}).node_seconds == 2.0, "what an earlier release knew is its seconds"
    log.record([Cost(model="a", windows=3, rows=30, seconds=2, node_seconds=5, engine="duckdb")])
    assert log.estimate({"a": 3}, "duckdb").node_seconds == 5


def test_definitions_of_a_priced_installation_load(project: Project) -> None:
    assert build_definitions(priced(project)).resolve_implicit_global_asset_job_def() is not None


def test_a_plan_s_words_say_what_is_known_and_what_is_not() -> None:
    rebuild = Estimate(models=1, windows=1, node_seconds=7200, scanned_bytes=3 * 10**12)
    assert (
        told_cost(Preview(changes=(), rebuild=rebuild, price=1.5))
        == ", 2.000 node-hours, 3.0 TB scanned, 1.50 in money"
    )
    assert told_cost(Preview(changes=(), rebuild=Estimate())) == ""
    assert told_reads(Reads(rows=1000, bytes=2 * 10**9)) == "Trino estimates 1,000 rows and 2.0 GB to read, unpacked"
    some = told_reads(Reads(rows=10, bytes=20, unknown=("raw.a.b",)))
    assert "at least 10 rows" in some
    assert "nothing is known of raw.a.b" in some
    assert told_reads(Reads(rows=None, bytes=None, unknown=("Table 'x' does not exist",))).startswith("Trino cannot")
