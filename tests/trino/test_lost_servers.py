"""Servers of a real cluster are killed in mid run (a worker, the coordinator, PostgreSQL); groups of its queries."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from small_lake import land_events
from trino.exceptions import TrinoConnectionError, TrinoQueryError
from trino_cluster import TrinoCluster, running_cluster

from oso_dagster import api
from oso_dagster.project import Project
from oso_dagster.remedies import InstallationError
from oso_dagster.runner.compute import ledger_of
from oso_dagster.runner.engines.trino_losses import end_abandoned, end_abandoned_on
from oso_dagster.runner.window_locks import Claim, Held, window_locks
from oso_lake.calendar import Window
from oso_lake.catalog import close_catalogs, open_catalog
from oso_lake.settings import Settings
from sqlmesh_project.trino_connection import SOURCE, TICKET, LakeTrinoAdapter, LakeTrinoConnectionConfig

START, END = date(2024, 1, 1), date(2024, 1, 11)
PROJECT = Path(__file__).parents[1] / "oso_dagster" / "project"
MODEL = "oso.stars_to_artifact_daily"
TABLE = "published.timeseries_metrics_by_artifact_v0"
# so many products take seconds: long enough to find who computes them
SLOW = """
CROSS JOIN (
  SELECT COUNT(*) AS products
  FROM UNNEST(GENERATE_SERIES(1, 8000)) AS one(a) CROSS JOIN UNNEST(GENERATE_SERIES(1, 8000)) AS other(b)
  WHERE a * b % 7 = 3
) AS slow"""


# never over in a test
LONG = """
SELECT '{}', COUNT(*) FROM UNNEST(SEQUENCE(1, 10000)) AS one(a) CROSS JOIN UNNEST(SEQUENCE(1, 10000)) AS other(b)
CROSS JOIN UNNEST(SEQUENCE(1, 10000)) AS third(c) WHERE a * b % 7 = c"""


@dataclass
class Installation:
    """A project on the cluster whose model takes its time."""

    cluster: TrinoCluster
    path: Path

    def project(self, wait_seconds: float = 0.0) -> Project:
        """The project, whose runs wait so long for a Trino that is away."""
        fields = {"start": START, "engine_wait_seconds": wait_seconds}
        return Project(settings=self.cluster.settings.model_copy(update=fields), path=self.path)

    def compute(self, wait_seconds: float = 0.0, *, force: bool = False) -> api.MaterializeReport:
        """Compute the slow model."""
        project = self.project(wait_seconds)
        return api.materialize(project.settings, "stars_to_artifact_daily", project=project, force=force)

    def published(self) -> list[dict[str, Any]]:
        """The model's published rows."""
        catalog = open_catalog(self.cluster.settings)
        if not catalog.table_exists(TABLE):
            return []
        return sorted(catalog.load_table(TABLE).scan().to_arrow().to_pylist(), key=str)

    def is_fresh(self) -> bool:
        """Whether the model counts as computed."""
        project = self.project()
        return MODEL in api.fresh(project.settings, "stars_to_artifact_daily", project=project).fresh

    def computed(self) -> list[Window]:
        """The windows that the ledger holds of the model."""
        return [entry.window for entry in ledger_of(self.project()).entries().get(MODEL, ())]


def rows_of_days() -> list[tuple[date, float]]:
    """What must be published: three stars a day, each of another repository."""
    return sorted((day, 1.0) for day in Window(START, END).dates() for _ in range(3))


@pytest.fixture(scope="module")
def cluster() -> Iterator[TrinoCluster]:
    with running_cluster() as cluster:
        yield cluster
        close_catalogs()


@pytest.fixture(scope="module")
def installation(cluster: TrinoCluster, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Landed and planned, with the staging model computed."""
    path = tmp_path_factory.mktemp("slow") / "project"
    shutil.copytree(PROJECT, path, ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    kept = {"config.py", "external_models.yaml", "stg_events.sql", "stars_to_artifact_daily.sql"}
    for file in [*path.glob("models/*.sql")]:
        if file.name not in kept:
            file.unlink()
    model = path / "models" / "stars_to_artifact_daily.sql"
    text = model.read_text().replace("FROM oso.stg_events AS events", f"FROM oso.stg_events AS events{SLOW}")
    model.write_text(text.replace("SUM(amount)", "SUM(amount) + 0 * MAX(products)"))
    made = Installation(cluster, path)
    project = made.project()
    land_events(project.settings, START, END)
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, "stg_events", project=project).failed == {}
    return made


def test_pipeline_and_readers_have_groups_of_their_own(cluster: TrinoCluster) -> None:
    adapter = LakeTrinoConnectionConfig.of(cluster.settings).create_engine_adapter()
    own = "select resource_group_id, source from system.runtime.queries where query_id = '{}'"
    adapter.fetchone("select 'a run'")
    of_pipeline = cluster.fetch(own.format(adapter.cursor.query_id))
    assert of_pipeline == [(["pipeline"], SOURCE)]
    cursor = cluster.connect().cursor()
    cursor.execute("select 'a reader'").fetchall()
    [(group, _)] = cluster.fetch(own.format(cursor.query_id))
    assert group == ["readers", "reader"]


def test_tasks_of_a_killed_worker_are_done_again_and_the_materialization_says_so(installation: Installation) -> None:
    with installation.cluster.when_running("products", installation.cluster.kill) as killed:
        report = installation.compute()
    assert killed
    assert report.failed == {}
    [outcome] = report.outcomes
    assert outcome.retries.times == 0
    # a number in the materialization's metadata, and in query_costs
    assert outcome.usage.failed_tasks
    assert sorted((row["sample_date"], row["amount"]) for row in installation.published()) == rows_of_days()


def test_a_window_that_was_committed_although_its_query_failed_is_computed_again_once(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that is injected: the answer to a statement that was committed does not arrive."""
    rows = installation.published()
    replace, failures = LakeTrinoAdapter._insert_overwrite_by_condition, []

    def replace_and_lose(self: LakeTrinoAdapter, *args: Any, **kwargs: Any) -> None:
        replace(self, *args, **kwargs)
        if not failures:
            failures.append(TrinoConnectionError("failed to fetch: the connection was lost"))
            raise failures[0]

    monkeypatch.setattr(LakeTrinoAdapter, "_insert_overwrite_by_condition", replace_and_lose)
    report = installation.compute(60, force=True)
    assert failures
    assert report.failed == {}
    [outcome] = report.outcomes
    assert outcome.retries.times == 1
    assert "the connection was lost" in outcome.retries.reason
    assert outcome.rows == len(rows)
    assert installation.published() == rows


@pytest.mark.parametrize("is_small", [False, True], ids=["on_trino", "on_duckdb"])
def test_a_query_that_a_killed_run_left_is_ended_by_the_next_run_and_those_of_others_go_on(
    installation: Installation, is_small: bool
) -> None:
    settings = installation.cluster.settings
    failed: dict[str, Exception] = {}

    def ask(ticket: str) -> None:
        token = TICKET.set(ticket)
        adapter = LakeTrinoConnectionConfig.of(settings).create_engine_adapter()
        try:
            adapter.fetchall(LONG.format(ticket))
        except TrinoQueryError as error:
            failed[ticket] = error
        finally:
            TICKET.reset(token)

    assert settings.database_url is not None
    with locks(settings) as held:
        dead = held.name
    with locks(settings) as held:
        tickets = [dead, held.name, "another-1"]
        asking = [threading.Thread(target=ask, args=(one,)) for one in tickets]
        for one in asking:
            one.start()
        for ticket in tickets:
            installation.cluster.wait_for(ticket)
        if is_small:
            ended = end_abandoned_on(settings, held.is_of_database, held.living)
        else:
            adapter = LakeTrinoConnectionConfig.of(settings).create_engine_adapter()
            ended = end_abandoned(adapter, held.is_of_database, held.living)
        assert len(ended) == 1
        asking[0].join(timeout=60)
    assert set(failed) == {dead}
    for query in installation.cluster.queries():
        if any(ticket in query["query"] for ticket in tickets[1:]):
            installation.cluster.end(query["queryId"])
    for one in asking:
        one.join(timeout=60)


def locks(settings: Settings) -> AbstractContextManager[Held]:
    """Locks on no model that there is."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    return window_locks(url, [Claim(model="oso.none")], timeout_seconds=10, holder="a test")


def test_a_run_without_coordinator_fails_with_what_to_do_and_the_next_one_waits_for_it(
    installation: Installation,
) -> None:
    cluster = installation.cluster
    rows = installation.published()
    with cluster.when_running("products", lambda worker: cluster.kill("trino")) as killed:
        report = installation.compute(force=True)
    assert killed
    assert MODEL in report.failed
    assert "does not answer" in report.failed[MODEL]
    assert "oso doctor" in report.failed[MODEL]
    # readers keep what was published before, and it no longer counts as computed
    assert installation.published() == rows
    assert not installation.is_fresh()
    starting = threading.Thread(target=cluster.start_coordinator)
    starting.start()
    report = installation.compute(180)
    starting.join()
    assert report.failed == {}
    assert installation.is_fresh()
    assert installation.published() == rows


def test_a_run_without_postgresql_fails_and_the_next_one_finishes_it(installation: Installation) -> None:
    cluster = installation.cluster
    rows = installation.published()
    with (
        cluster.when_running("products", lambda worker: cluster.kill_postgres()) as killed,
        pytest.raises(InstallationError, match=r"PostgreSQL at .* does not answer: see `oso doctor`"),
    ):
        installation.compute(force=True)
    assert killed
    cluster.start_postgres()
    assert not installation.is_fresh()
    report = installation.compute(60)
    assert report.failed == {}
    assert installation.is_fresh()
    assert installation.computed() == [Window(START, END)]
    assert installation.published() == rows
