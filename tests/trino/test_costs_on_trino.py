"""What Trino says of cost reaches metadata and table; it estimates reads, and holds a query to its budget."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from trino_fixture import TrinoStack
from trino_pipeline import Pipeline

from oso_dagster import api
from oso_dagster.authoring.changes import Kind
from oso_dagster.defs.metric_assets import cost_metadata
from oso_dagster.deploy import preview
from oso_dagster.manifest import load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.budget import Allowance, Budget, BudgetExceededError
from oso_dagster.runner.costs import Cost, History
from oso_dagster.runner.engines import engine_of
from oso_dagster.runner.evaluate import query_of
from oso_dagster.runner.logs import costs_of, failures_of
from oso_dagster.runner.session import Session, Store, open_store, read_session
from oso_dagster.runner.spending import Spending
from oso_lake.calendar import Window

DAYS = Window(date(2024, 1, 1), date(2024, 1, 6))
# none whose first computation another test looks at
MODELS = ("oso.stg_events", "oso.forks_to_artifact_daily")
# reads some kilobytes, and then counts for longer than the second after which Trino looks
SLOW = """
select count(*) from raw.github_archive.events
cross join unnest(sequence(1, 10000)) as a(x) cross join unnest(sequence(1, 100)) as b(y)
where (x * y + length(repo_name)) % 7 = 3
"""


@pytest.fixture(scope="module")
def project(on_trino: Pipeline) -> Project:
    """The small project, where an hour of a node costs 7.2."""
    settings = on_trino.settings.model_copy(update={"node_hour_price": 7.2})
    return Project(settings=settings, path=on_trino.project.path)


@pytest.fixture(scope="module")
def report(project: Project) -> api.MaterializeReport:
    return api.materialize(
        project.settings, " ".join(MODELS), begin=DAYS.start, end=DAYS.end, project=project, force=True
    )


@pytest.fixture
def store(project: Project, report: api.MaterializeReport) -> Iterator[Store]:
    """What a run opens, once the days are computed."""
    with open_store(project, holder="test", on_wait=print) as opened:
        yield opened


@pytest.fixture
def session(store: Store) -> Session:
    return read_session(store, MODELS)


def test_a_model_s_queries_are_in_its_metadata_and_in_a_table_that_trino_reads(
    trino_stack: TrinoStack, report: api.MaterializeReport
) -> None:
    assert set(report.done) == set(MODELS)
    rows = trino_stack.fetch(
        "select model, query_ids, cpu_seconds, node_seconds, price, scanned_bytes, splits, queries, failed_tasks "
        f"from lake.published.query_costs where contains(array{list(report.runs)}, run_id)"
    )
    assert {row[0] for row in rows} == set(MODELS)
    known = {name for (name,) in trino_stack.fetch("select query_id from system.runtime.queries")}
    by_model = {outcome.model.name: outcome for outcome in report.outcomes}
    for model, ids, cpu, nodes, price, scanned, splits, queries, failed in rows:
        outcome = by_model[model]
        told = cost_metadata(outcome)
        assert told["cost/engine"] == "trino"
        assert told["cost/scanned_bytes"] == scanned > 0
        assert told["cost/splits"] == splits > 0
        assert (told["cost/queries"], failed) == (queries, 0)
        assert cpu > 0
        assert price == pytest.approx(nodes * 7.2 / 3600)
        # looked at before and after, the MERGE, and its share of the publication
        assert len(ids) >= 4
        assert set(ids) <= known


def test_a_query_that_reads_more_than_the_budget_has_left_is_ended(
    project: Project, store: Store, session: Session
) -> None:
    model = load_manifest(project).by_name["oso.stg_events"]
    spending = Spending.of(project, store, session, [model], DAYS, Allowance(Budget(scanned_bytes=1)))
    with pytest.raises(BudgetExceededError, match="more than the 1 bytes"), spending.evaluating(model) as meter:
        session.context.engine_adapter.fetchall(SLOW)
    assert meter.usage.queries == 1
    assert spending.allowance.spent.scanned_bytes
    # the limit went with the model
    session.context.engine_adapter.fetchall(SLOW.replace("10000", "1"))


def test_trino_estimates_what_a_model_will_read(session: Session) -> None:
    reads = engine_of(session).reads_of(session, query_of(session, MODELS[1], DAYS))
    assert reads is not None
    assert reads.unknown == ()
    found = session.context.engine_adapter.fetchone(f"select count(*) from {session.physical_table('oso.stg_events')}")
    assert found is not None
    assert 0 < (reads.rows or 0) <= found[0]
    assert (reads.bytes or 0) > 0


def test_what_trino_estimates_counts_for_a_model_that_never_ran(project: Project, session: Session) -> None:
    model = load_manifest(project).by_name[MODELS[1]]

    def spending(scanned_bytes: int) -> Spending:
        return Spending(
            session=session,
            engine=engine_of(session),
            history=History((), "trino"),
            allowance=Allowance(Budget(scanned_bytes=scanned_bytes)),
            need=None,
            planned={model.name: 5},
        )

    with pytest.raises(BudgetExceededError, match="does not reach for oso"):
        spending(20).check(model, DAYS)
    spending(10**9).check(model, DAYS)


def test_a_run_refuses_a_model_that_read_more_before_than_it_may(
    project: Project, report: api.MaterializeReport
) -> None:
    costs_of(project).record(
        [Cost(model=MODELS[1], windows=5, rows=1, seconds=1, engine="trino", scanned_bytes=10**12)]
    )
    found = api.materialize(
        project.settings,
        "forks_to_artifact_daily",
        begin=DAYS.start,
        end=DAYS.end,
        project=project,
        force=True,
        budget=Budget(scanned_bytes=10**9),
    )
    assert found.done == ()
    assert "1.0 TB expected" in found.failed[MODELS[1]]
    assert not api.fresh(project.settings, "forks_to_artifact_daily", DAYS.start, DAYS.end, project=project).stale
    # what the failure says goes with the next run that is done
    again = api.materialize(
        project.settings, "forks_to_artifact_daily", begin=DAYS.start, end=DAYS.end, project=project, force=True
    )
    assert again.failed == {}
    assert MODELS[1] not in {one.model for one in failures_of(project).all()}


def test_a_plan_shows_what_models_that_never_ran_would_read_and_who_will_compute(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project.path, folder, ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    text = (folder / "models" / "forks_to_artifact_daily.sql").read_text()
    (folder / "models" / "again_to_artifact_daily.sql").write_text(text.replace("forks", "again"))
    weekly = (folder / "models" / "forks_to_artifact_weekly.sql").read_text().replace("forks", "again")
    weekly = weekly.replace("oso.stg_events", "oso.again_to_artifact_daily").replace(
        "bucket_day", "metrics_sample_date"
    )
    weekly = weekly.replace("event_type = 'ForkEvent' AND ", "")
    (folder / "models" / "again_to_artifact_weekly.sql").write_text(weekly)
    changed = Project(settings=project.settings, path=folder)
    found = {one.model: one for one in preview(changed).of(Kind.ADDED)}
    daily = found["oso.again_to_artifact_daily"].reads
    assert daily is not None
    assert daily.rows
    assert daily.bytes
    upon_new = found["oso.again_to_artifact_weekly"].reads
    assert upon_new is not None
    assert upon_new.bytes is None
    assert "again_to_artifact_daily' does not exist" in upon_new.unknown[0]
    # a cluster that is scaled, and has no worker now: who will compute is known, and it is not asked anything
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    shown = preview(changed)
    assert shown.choice is not None
    assert shown.choice.explain() == "computed on Trino: nothing is known of its cost"
    assert {one.reads.unknown for one in shown.of(Kind.ADDED) if one.reads} == {
        ("its tables: Trino's cluster is asleep",)
    }
