"""The UI in a real browser, when there is more to do or something is wrong: a backfill, a failing and a broken metric.

Screenshots are kept in .artifacts/.
"""

import re
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from checkout import make_checkout
from dagster_ui import browser_page, dagster_ui, dagster_ui_of, graphql
from playwright.sync_api import Locator, Page
from small_lake import events_of, land_events

from oso_dagster import api
from oso_dagster.project import Project
from oso_lake import Lake
from oso_lake.calendar import Window
from oso_lake.settings import Settings

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / ".artifacts"
SMALL_PROJECT = ROOT / "tests" / "oso_dagster" / "project"
MODELS = ("stg_events", "stars_to_artifact_daily", "stars_to_artifact_monthly", "forks_to_artifact_daily")
# January is computed; February has landed
START, END, LANDED_UNTIL = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
RUN_SECONDS = 240
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
WITH_UPSTREAM = """mutation { launchPartitionBackfill(backfillParams: { partitionsByAssets: [
  {assetKey: {path: ["oso", "stg_events"]}, partitions: {range: {start: "2024-02-01", end: "2024-02-29"}}},
  {assetKey: {path: ["oso", "stars_to_artifact_monthly"]},
   partitions: {range: {start: "2024-02-01", end: "2024-02-01"}}}
]}) { __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
RUNS = "{ runsOrError(limit: 20) { ... on Runs { results { id status } } } }"
BACKFILLS = """{ partitionBackfillsOrError(limit: 1) { ... on PartitionBackfills { results {
  id status numPartitions runs(limit: 10) { id status } } } } }"""


@pytest.fixture(scope="module")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A month of events computed; stars to compute, and forks whose SQL fails where there is one."""
    place = tmp_path_factory.mktemp("ui")
    shutil.copytree(SMALL_PROJECT, place / "project", ignore=shutil.ignore_patterns("__pycache__", ".cache"))
    for file in (place / "project" / "models").glob("*.sql"):
        if file.stem not in MODELS:
            file.unlink()
    forks = place / "project" / "models" / "forks_to_artifact_daily.sql"
    failing = "SUM(CAST(IF(amount > 0, 'no such fork', '1') AS INT))"
    forks.write_text(forks.read_text().replace("SUM(amount)", failing))
    project = Project(settings=Settings(home=place / "home", start=START), path=place / "project")
    land_events(project.settings, START, LANDED_UNTIL)
    api.plan(project.settings, project=project)
    assert api.materialize(project.settings, "stg_events", end=END, project=project).failed == {}
    return project


@pytest.fixture(scope="module")
def address(small_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The UI over it, with its daemon."""
    ARTIFACTS.mkdir(exist_ok=True)
    with dagster_ui_of(small_project, tmp_path_factory.mktemp("ui-log") / "ui.log") as address:
        yield address


def choose(page: Page, address: str, asset: str, partitions: str) -> Locator:
    """The dialog of an asset's button Materialize, with partitions chosen."""
    page.goto(f"{address}/assets/oso/{asset}?view=partitions", wait_until="domcontentloaded")
    page.get_by_role("button", name="Materialize").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Show all partitions").click()
    chosen = dialog.get_by_placeholder(re.compile("^ex:"))
    chosen.fill(partitions)
    chosen.press("Enter")
    return dialog


def runs(address: str) -> dict[str, str]:
    """Status of each run by its id."""
    return {run["id"]: run["status"] for run in graphql(address, RUNS)["runsOrError"]["results"]}


def new_run(address: str, before: dict[str, str]) -> tuple[str, str]:
    """Id and status of the run launched since, once it ended."""
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        ended = [(name, status) for name, status in runs(address).items() if name not in before and status in ENDED]
        if ended:
            return ended[0]
        time.sleep(1)
    raise AssertionError(f"no run ended within {RUN_SECONDS} s: {runs(address)}")


def finished_backfill(address: str) -> dict[str, Any]:
    """The newest backfill, once it ended."""
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        found = graphql(address, BACKFILLS)["partitionBackfillsOrError"]["results"]
        if found and found[0]["status"] not in {"REQUESTED", "CANCELING"}:
            return found[0]
        time.sleep(1)
    raise AssertionError(f"no backfill ended within {RUN_SECONDS} s")


def test_a_month_of_a_daily_metric_is_one_backfill_one_run_and_its_page_says_it_succeeded(
    small_project: Project, address: str
) -> None:
    before = runs(address)
    with browser_page() as page:
        dialog = choose(page, address, "stars_to_artifact_daily", "[2024-01-01...2024-01-31]")
        dialog.get_by_text("31 partitions").wait_for()
        dialog.get_by_text("Backfills all partitions in a single run.").wait_for()
        dialog.get_by_role("button", name="Launch backfill").click()
        run, status = new_run(address, before)
        assert status == "SUCCESS"
        backfill = finished_backfill(address)
        assert (backfill["status"], backfill["numPartitions"]) == ("COMPLETED_SUCCESS", 31)
        assert [one["id"] for one in backfill["runs"]] == [run]

        page.goto(f"{address}/runs/b/{backfill['id']}", wait_until="domcontentloaded")
        page.get_by_text("Succeeded", exact=True).first.wait_for()
        page.get_by_text("100% completed").wait_for()
        page.screenshot(path=ARTIFACTS / "backfill.png")
    days = Lake(small_project.settings).arrow("select distinct sample_date from timeseries_metrics_by_artifact_v0")
    assert days.num_rows == 31


def test_a_month_with_its_days_upstream_is_one_backfill_that_computes_the_days_first(
    small_project: Project, address: str
) -> None:
    launched = graphql(address, WITH_UPSTREAM)["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched

    backfill = finished_backfill(address)

    assert (backfill["id"], backfill["status"]) == (launched["backfillId"], "COMPLETED_SUCCESS")
    assert [run["status"] for run in backfill["runs"]] == ["SUCCESS", "SUCCESS"], "one run a grain"
    query = "select sum(amount) as stars from timeseries_metrics_by_artifact_v0 where sample_date = '2024-02-01' "
    month = Lake(small_project.settings).arrow(query + "and model = 'oso.stars_to_artifact_monthly'")
    stars = sum(kind == "WatchEvent" for day in Window(END, LANDED_UNTIL).dates() for kind, *_ in events_of(day))
    assert month.to_pylist() == [{"stars": stars}]


def test_a_failing_metric_says_on_its_runs_page_what_failed_in_which_file_and_what_to_do(address: str) -> None:
    before = runs(address)
    with browser_page() as page:
        # there are forks on every other day, the first of January among them
        choose(page, address, "forks_to_artifact_daily", "2024-01-01").get_by_role(
            "button", name="Launch 1 run"
        ).click()
        run, status = new_run(address, before)
        assert status == "FAILURE"
        page.goto(f"{address}/runs/{run}", wait_until="domcontentloaded")
        told = page.get_by_text("no such fork").first
        told.wait_for()
        shown = page.locator("body").inner_text()
        assert "oso.forks_to_artifact_daily failed: ConversionException" in shown
        assert re.search(r"models/forks_to_artifact_daily\.sql:\d+", shown)
        assert "oso plan --apply" in shown
        page.screenshot(path=ARTIFACTS / "failing-run.png")

        page.goto(
            f"{address}/assets/oso/forks_to_artifact_daily?view=partitions&partition=2024-01-01",
            wait_until="domcontentloaded",
        )
        page.get_by_text("Failed (1)").wait_for()
        page.screenshot(path=ARTIFACTS / "failing-partition.png")


def test_a_broken_metric_file_is_told_on_the_metrics_page_with_file_and_line(tmp_path: Path) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    checkout = make_checkout(tmp_path / "code", tmp_path / "home")
    checkout.keep_two_metrics()
    file = checkout.metrics / "code" / "stars.sql"
    file.write_text(re.sub(r"\bfrom ", "frm ", file.read_text(), count=1, flags=re.IGNORECASE))
    # loading the models takes longer than the UI's own start
    derived = checkout.run(sys.executable, "-W", "ignore", "-c", "from oso_dagster.definitions import defs; defs()")
    assert derived.returncode == 0, derived.stderr[-2000:]
    with (
        dagster_ui(checkout.home, tmp_path / "ui.log", checkout.path) as address,
        browser_page() as page,
    ):
        page.goto(f"{address}/assets/oso/stars_to_project_monthly", wait_until="domcontentloaded")
        page.get_by_text("the metric stars cannot be made").first.wait_for()
        shown = page.locator("body").inner_text()
        assert re.search(r"code/stars\.sql:\d+: metric 'stars'", shown)
        assert "oso metrics lint" in shown
        page.screenshot(path=ARTIFACTS / "broken-metric.png")
        page.goto(f"{address}/assets/oso/forks_to_project_monthly", wait_until="domcontentloaded")
        page.get_by_role("button", name="Materialize").first.wait_for()
