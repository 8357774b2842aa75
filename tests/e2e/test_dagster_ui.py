"""The UI in a real browser: the asset graph with its metric groups, and one partition materialized by clicking.

Screenshots are kept in .artifacts/.
"""

import re
import time
from pathlib import Path
from typing import Any

from dagster_ui import browser_page, dagster_ui, graphql

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
ASSET = "stars_to_project_monthly"
PARTITION = "2025-09-01"
WINDOW = "[2025-09-01, 2025-10-01)"
GROUPS = ("staging", "events", "directory", "metrics_code_monthly", "metrics_code_rolling_30_day")
RUN_SECONDS = 180

RUNS = """{ runsOrError(limit: 1) { ... on Runs { results {
  id status assetSelection { path } tags { key value } } } } }"""
MATERIALIZATIONS = """query ($path: [String!]!, $partition: String!) {
  assetNodeOrError(assetKey: {path: $path}) { ... on AssetNode {
    assetMaterializations(partitions: [$partition], limit: 1) {
      runId metadataEntries { label ... on IntMetadataEntry { intValue } } } } } }"""


def latest_run(address: str) -> dict[str, Any]:
    """The newest run."""
    return graphql(address, RUNS)["runsOrError"]["results"][0]


def wait_for_next_run(address: str, before: str) -> dict[str, Any]:
    """The run launched after `before`, once it ended."""
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        run = latest_run(address)
        if run["id"] != before and run["status"] in {"SUCCESS", "FAILURE", "CANCELED"}:
            return run
        time.sleep(1)
    raise AssertionError(f"no run ended within {RUN_SECONDS} s; the newest is {latest_run(address)}")


def test_the_graph_shows_the_groups_and_one_partition_is_materialized_by_clicking(
    demo_home: Path, tmp_path: Path
) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    with dagster_ui(demo_home, tmp_path / "ui.log") as address, browser_page() as page:
        page.goto(f"{address}/asset-groups", wait_until="domcontentloaded")
        page.locator("svg foreignObject").first.wait_for()
        for group in GROUPS:
            page.get_by_text(group, exact=True).first.wait_for()
        page.screenshot(path=ARTIFACTS / "asset-graph.png")

        before = latest_run(address)["id"]
        page.goto(f"{address}/assets/oso/{ASSET}?view=partitions", wait_until="domcontentloaded")
        page.get_by_role("button", name="Materialize").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("Show all partitions").click()
        chosen = dialog.get_by_placeholder(re.compile("^ex:"))
        chosen.fill(PARTITION)
        chosen.press("Enter")
        dialog.get_by_role("button", name="Launch 1 run").click()

        run = wait_for_next_run(address, before)
        assert run["status"] == "SUCCESS"
        assert [asset["path"] for asset in run["assetSelection"]] == [["oso", ASSET]]
        assert {"key": "dagster/partition", "value": PARTITION} in run["tags"]

        node = graphql(address, MATERIALIZATIONS, path=["oso", ASSET], partition=PARTITION)["assetNodeOrError"]
        (newest,) = node["assetMaterializations"]
        assert newest["runId"] == run["id"]
        metadata = {entry["label"]: entry for entry in newest["metadataEntries"]}
        assert metadata["dagster/row_count"]["intValue"] > 0
        assert {"window", "seconds", "version"} <= metadata.keys()
        assert any("snapshot" in label or "source" in label for label in metadata), sorted(metadata)

        shown = f"{address}/assets/oso/{ASSET}?view=partitions&partition={PARTITION}"
        page.goto(shown, wait_until="domcontentloaded")
        page.get_by_text(WINDOW, exact=True).first.wait_for()
        page.screenshot(path=ARTIFACTS / "partition.png")
