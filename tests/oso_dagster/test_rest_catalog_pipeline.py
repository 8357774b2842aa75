"""The small project on DuckDB with a real Iceberg REST catalog: the same rows, readers, doctor and housekeeping."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from rest_fixture import CREDENTIAL, RestServer
from small_lake import events_of, land_events
from trino_pipeline import START, Pipeline, published_rows, run_pipeline

from oso_dagster import api
from oso_dagster.cli.checkup_catalog import catalog as examine_catalog
from oso_dagster.maintenance.backup import BackupError, backup
from oso_dagster.maintenance.tasks import maintain
from oso_lake import Lake
from oso_lake.settings import Settings

DAY = date(2024, 2, 10)
MODELS = "stg_events stars_to_artifact_daily stars_to_artifact_monthly"


@pytest.fixture(scope="module")
def pipeline(started_rest_server: RestServer, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Everything computed once; the tests here change it, and leave it fresh."""
    started_rest_server.empty()
    return run_pipeline(started_rest_server.settings(tmp_path_factory.mktemp("rest") / "home", start=START), MODELS)


class _Page(BaseHTTPRequestHandler):
    """Answers everything with a page for people."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome</html>")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """What is asked is of no interest."""


@pytest.fixture
def web_server() -> Iterator[str]:
    """The URL of a server that is no catalog."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_published_tables_hold_the_same_rows_as_with_a_sql_catalog(pipeline: Pipeline, tmp_path: Path) -> None:
    assert pipeline.report.failed == {}
    assert not (pipeline.settings.home / "catalog.db").exists()
    rows = pipeline.published()
    assert rows == run_pipeline(Settings(home=tmp_path / "home", start=START), MODELS).published()
    assert sum(map(len, rows.values())) > 100


def test_what_is_fresh_is_not_computed_again_and_what_landed_is(pipeline: Pipeline) -> None:
    settings, project = pipeline.settings, pipeline.project
    assert api.materialize(settings, MODELS, project=project).done == ()
    land_events(
        settings, DAY, DAY + timedelta(days=1), events=lambda one: [*events_of(one), ("WatchEvent", 99, 1)], again=True
    )
    before = pipeline.published()["published.timeseries_metrics_by_artifact_v0"]
    report = api.materialize(settings, MODELS, project=project)
    assert report.failed == {}
    after = pipeline.published()["published.timeseries_metrics_by_artifact_v0"]
    changed = {(row["sample_date"], row["model"]) for row in after if row not in before}
    assert (DAY, "oso.stars_to_artifact_daily") in changed
    assert not {model for day, model in changed if model.endswith("_daily") and day != DAY}


def test_readers_ask_the_catalog_and_see_what_it_says(pipeline: Pipeline) -> None:
    lake = Lake(pipeline.settings)
    query = "SELECT sum(amount) AS amount FROM timeseries_metrics_by_artifact_v0 WHERE model = '{}'"
    stars = query.format("oso.stars_to_artifact_daily")
    rows = published_rows(pipeline.settings)["published.timeseries_metrics_by_artifact_v0"]
    amounts = [row["amount"] for row in rows if row["model"] == "oso.stars_to_artifact_daily"]
    assert lake.arrow(stars).to_pylist() == [{"amount": sum(amounts)}]


def test_housekeeping_deletes_files_that_no_table_refers_to(pipeline: Pipeline) -> None:
    later, rows = datetime.now(UTC) + timedelta(days=30), pipeline.published()
    assert maintain(pipeline.project, "expire", is_applied=True, older_than=timedelta(0), now=later)
    assert maintain(pipeline.project, "orphans", is_applied=True, now=later)
    assert maintain(pipeline.project, "orphans", is_applied=True, now=later) == []
    assert pipeline.published() == rows


def test_a_backup_says_what_it_cannot_do(pipeline: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="back the server up by its own means"):
        backup(pipeline.settings, tmp_path / "copy")


def test_the_doctor_says_what_is_in_the_catalog(pipeline: Pipeline) -> None:
    (finding,) = examine_catalog(pipeline.settings)
    assert finding.state == "ok"
    assert finding.detail.endswith(f"published tables at {pipeline.settings.catalog_url}")


@pytest.mark.parametrize(
    ("given", "detail", "remedy"),
    [
        ({"catalog_credential": SecretStr("pipeline:wrong-word")}, "does not let in", "OSO_CATALOG_CREDENTIAL"),
        ({"catalog_credential": None}, "does not let in", "OSO_CATALOG_CREDENTIAL"),
        ({"catalog_warehouse": "elsewhere"}, "no warehouse of that name", "correct OSO_CATALOG_WAREHOUSE"),
        ({"catalog_url": "http://127.0.0.1:1/catalog"}, "does not answer", "correct OSO_CATALOG_URL"),
        ({"warehouse_url": "s3://bucket/elsewhere"}, "outside s3://bucket/elsewhere", "set OSO_WAREHOUSE_URL"),
    ],
)
def test_the_doctor_says_what_is_wrong_with_it(
    pipeline: Pipeline, given: dict[str, object], detail: str, remedy: str
) -> None:
    (finding,) = examine_catalog(pipeline.settings.model_copy(update=given))
    assert finding.state == "wrong"
    assert detail in finding.detail
    assert remedy in finding.remedy
    told = finding.detail + finding.remedy
    assert "wrong-word" not in told
    assert CREDENTIAL.partition(":")[2] not in told


def test_the_doctor_tells_a_web_server_from_a_catalog(pipeline: Pipeline, web_server: str) -> None:
    (finding,) = examine_catalog(pipeline.settings.model_copy(update={"catalog_url": web_server}))
    assert "answers, but not as an Iceberg REST catalog" in finding.detail
    assert finding.state == "wrong"


def test_no_file_holds_the_secret(pipeline: Pipeline) -> None:
    word = CREDENTIAL.partition(":")[2].encode()
    files = [path for path in pipeline.settings.home.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if word in path.read_bytes()] == []
