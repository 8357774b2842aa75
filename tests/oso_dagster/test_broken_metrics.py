"""A metric with a mistake is shown as broken with file and line; the code location loads and the others go on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkout import Checkout, make_checkout

LOADED = """
import json
import dagster as dg
from oso_dagster.definitions import defs
loaded = defs()
graph = loaded.resolve_asset_graph()
broken = [spec for spec in loaded.resolve_all_asset_specs() if spec.group_name == "broken"]
key = dg.AssetKey(["oso", "stars_to_project_monthly"])
told = {
    "broken": {spec.key.path[-1]: [spec.description, spec.metadata.get("error"), spec.metadata.get("line")]
               for spec in broken},
    "can_run": [spec.key.path[-1] for spec in broken if graph.get(spec.key).is_executable],
    "partitions": str(graph.get(key).partitions_def and graph.get(key).partitions_def.get_first_partition_key()),
    "sound": sorted(key.path[-1] for key in graph.executable_asset_keys if key.path[-1].startswith("forks_")),
}
if broken:
    check = dg.AssetCheckKey(key, "definition")
    job = dg.Definitions(
        assets=broken, asset_checks=[one for one in loaded.asset_checks if check in one.check_keys],
        jobs=[dg.define_asset_job("look", dg.AssetSelection.checks(check))],
    ).resolve_job_def("look")
    [evaluation] = job.execute_in_process(raise_on_error=False).get_asset_check_evaluations()
    told["check"] = [evaluation.passed, evaluation.severity.value, evaluation.description]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The project with two metrics, planned."""
    folder = tmp_path_factory.mktemp("broken")
    made = make_checkout(folder / "code", folder / "home")
    made.keep_two_metrics()
    planned = made.oso("plan", "--apply")
    assert planned.returncode == 0, planned.stderr
    return made


def loaded(checkout: Checkout) -> dict[str, Any]:
    """What the code location shows, loaded in a process of its own."""
    done = checkout.run(sys.executable, "-W", "ignore", "-c", LOADED)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def versions(checkout: Checkout) -> dict[str, str]:
    """The planned version of each metric model."""
    script = (
        "import json, sys; from pathlib import Path; from oso_dagster.runner.ledger import Ledger;"
        "print(json.dumps(Ledger('sqlite:///' + sys.argv[1] + '/ledger.db').planned()))"
    )
    done = checkout.run(sys.executable, "-c", script, str(checkout.home))
    return {name: version for name, version in json.loads(done.stdout).items() if "_to_" in name}


def test_a_broken_metric_is_marked_with_file_and_line_and_the_others_stay(checkout: Checkout) -> None:
    sound, planned = loaded(checkout), versions(checkout)
    assert sound["broken"] == {}
    file = checkout.metrics / "code" / "stars.sql"
    text = file.read_text()
    file.write_text(text.replace("from ", "frm ", 1) if "from " in text else text.replace("FROM ", "FRM ", 1))
    try:
        shown = loaded(checkout)
        stars = {name.removeprefix("oso.") for name in planned if name.startswith("oso.stars_to_")}
        assert shown["broken"].keys() == stars
        assert shown["can_run"] == []
        assert shown["partitions"] == sound["partitions"]
        assert shown["sound"] == sound["sound"] != []
        description, error, line = shown["broken"]["stars_to_project_monthly"]
        assert f"code/stars.sql:{line}: metric 'stars': " in error
        assert error in description
        assert shown["check"] == [False, "ERROR", error]

        preview = checkout.oso("plan")
        assert preview.returncode == 1
        assert f"broken: {error}" in " ".join(preview.stderr.split())
        assert "removed" not in preview.stdout
        applied = checkout.oso("plan", "--apply", "--json")
        assert applied.returncode == 1
        report = json.loads(applied.stdout)
        assert (report["added"], report["changed"], report["removed"]) == ([], [], [])
        assert report["broken"][0]["errors"] == [error]
        assert versions(checkout) == {name: planned[name] for name in planned if "stars" not in name}
        told = checkout.oso("doctor")
        assert told.returncode == 1
        assert "code/stars.sql" in told.stdout
        chosen = checkout.oso("materialize", "stars_to_project_monthly", "--partition", "2024-01")
        assert chosen.returncode != 0
        assert "stars_to_project_monthly cannot be made" in chosen.stderr
    finally:
        file.write_text(text)
    assert checkout.oso("plan", "--apply").returncode == 0
    assert versions(checkout) == planned
    assert loaded(checkout) == sound


def test_a_mistake_in_an_entry_shows_what_was_planned_of_it_as_broken(checkout: Checkout) -> None:
    family = checkout.metrics / "activity.py"
    text = family.read_text()
    planned = versions(checkout)
    family.write_text(text.replace('"code/stars.sql",', '"code/stars.sql", grains=("dayly",),', 1))
    try:
        shown = loaded(checkout)
    finally:
        family.write_text(text)
    assert shown["broken"].keys() == {n.removeprefix("oso.") for n in planned if n.startswith("oso.stars_to_")}
    assert "dayly" in shown["broken"]["stars_to_project_monthly"][1]


LOAD = """
import sys
from datetime import date
from pathlib import Path
from oso_dagster.manifest import ManifestError, load_manifest
from oso_dagster.project import Project
from oso_lake.settings import Settings
project = Project(settings=Settings(home=Path(sys.argv[1]), start=date(2024, 1, 1)), path=Path(sys.argv[2]))
try:
    print(len(load_manifest(project).models))
except ManifestError as error:
    print(f"failed: {error}")
"""


@pytest.mark.parametrize(("found", "wanted"), [("", ""), ("SELECT", "SELEKT")])
def test_of_several_processes_at_once_only_one_derives_the_manifest(
    own_project: Callable, tmp_path: Path, found: str, wanted: str
) -> None:
    project = own_project()
    builds = tmp_path / "builds"
    config = project.path / "config.py"
    config.write_text(f"open({str(builds)!r}, 'a').write('loaded\\n')\n" + config.read_text())
    model = project.path / "models" / "stars_to_artifact_daily.sql"
    model.write_text(model.read_text().replace(found, wanted, 1))
    command = [sys.executable, "-W", "ignore", "-c", LOAD, str(project.settings.home), str(project.path)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=300)[0] for process in processes]
    assert len(set(answers)) == 1
    assert answers[0].startswith("failed" if found else "14")
    assert builds.read_text().count("loaded") == 1
