"""What an installation with a cluster leaves to DuckDB: small, known, not failed, and of models that allow it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from model_entries import metric_model
from pydantic import SecretStr

from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_dagster.run_tags import capacity_tags
from oso_dagster.runner.costs import Cost
from oso_dagster.runner.failures import Failure
from oso_dagster.runner.logs import costs_of, failures_of
from oso_dagster.small_work import choice_of
from oso_lake.calendar import Window
from oso_lake.settings import Settings

DAY = Window(date(2024, 1, 1), date(2024, 1, 2))


STARS, FORKS = metric_model("oso.stars_daily"), metric_model("oso.forks_daily")
MANIFEST = Manifest(fingerprint="", models=(STARS, FORKS))
BOTH = {"oso.stars_daily": 1, "oso.forks_daily": 1}


def cost(model: str, engine: str, seconds: float, scanned_bytes: int | None = None) -> Cost:
    return Cost(model=model, windows=1, rows=10, seconds=seconds, engine=engine, scanned_bytes=scanned_bytes)


@pytest.fixture
def project(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An installation on Trino whose two models ran there before, for 20 s each."""
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    made = Project(settings=Settings(home=tmp_path, engine="trino", database_url=SecretStr(database)))
    costs_of(made).record(cost(name, "trino", 20.0, 1000) for name in BOTH)
    return made


def explained(project: Project, wanted: dict[str, int] | None = None, manifest: Manifest = MANIFEST) -> str:
    choice = choice_of(project, manifest, wanted or BOTH)
    return choice.explain() if choice else ""


def test_what_models_took_before_decides(project: Project) -> None:
    assert explained(project) == "computed on DuckDB: about 40 s: too small to wake a cluster for"
    assert capacity_tags(project, MANIFEST, BOTH) == {"oso/engine": "duckdb"}
    assert (
        explained(project, {"oso.stars_daily": 4}) == "computed on Trino: about 80 s, more than the 60 s of small work"
    )
    assert capacity_tags(project, MANIFEST, {"oso.stars_daily": 4})["oso/engine"] == "trino"


def test_what_duckdb_took_counts_once_it_ran_there_and_bytes_are_those_of_trino(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(9):
        costs_of(project).record([cost("oso.stars_daily", "duckdb", 0.5)])
    assert explained(project, {"oso.stars_daily": 4}).startswith("computed on DuckDB: about 2 s")
    monkeypatch.setenv("OSO_CLUSTER_SMALL_SCANNED_BYTES", "3999")
    assert "more than the 0.0 GB" in explained(project, {"oso.stars_daily": 4})


def test_what_never_ran_what_failed_and_what_asks_for_it_goes_to_the_cluster(project: Project) -> None:
    assert explained(
        project, {**BOTH, "oso.other": 1}, replace(MANIFEST, models=(STARS, FORKS, metric_model("oso.other")))
    ) == ("computed on Trino: nothing is known of its cost")
    asking = replace(FORKS, tags={"engine": "trino"})
    assert explained(project, BOTH, replace(MANIFEST, models=(STARS, asking))) == (
        "computed on Trino: oso.forks_daily asks for the cluster"
    )
    reading = replace(FORKS, parents=("oso.view",))
    view = replace(metric_model("oso.view"), kind="VIEW", grain=None)
    assert explained(project, BOTH, replace(MANIFEST, models=(view, STARS, reading))) == (
        "computed on Trino: oso.view is a view, which only Trino can read"
    )
    failure = Failure(
        model="oso.stars_daily",
        window=DAY,
        version="",
        error_class="OutOfMemoryException",
        message="too large",
        run_id="",
        failed_at=datetime(2024, 1, 2, tzinfo=UTC),
    )
    failures_of(project).record([failure])
    assert explained(project) == "computed on Trino: oso.stars_daily failed before"
    assert explained(project, {"oso.forks_daily": 1}).startswith("computed on DuckDB")


@pytest.mark.parametrize(("variable", "value"), [("OSO_CLUSTER_DRIVER", "none"), ("OSO_CLUSTER_SMALL_SECONDS", "0")])
def test_there_is_nothing_to_choose_without_a_cluster_that_sleeps_or_when_it_is_to_do_all(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert choice_of(project, MANIFEST, BOTH) is None


def test_there_is_nothing_to_choose_on_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    assert choice_of(Project(settings=Settings(home=tmp_path)), MANIFEST, BOTH) is None
