"""`oso metrics` for authors: a metric is begun, checked, rendered and explained; mistakes are named."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import Checkout, make_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of the project that may be written to."""
    return make_checkout(tmp_path / "project", tmp_path / "home")


def test_a_new_metric_of_each_template_passes_lint_and_the_projects_own_checks(checkout: Checkout) -> None:
    for number, template in enumerate(("sum", "people", "share", "change")):
        done = checkout.oso("metrics", "new", f"brand_new_{number}", "--template", template, "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["models"]
        assert not [finding for finding in told["findings"] if " note " not in finding]
    linted = checkout.oso("metrics", "lint", *(f"brand_new_{number}" for number in range(4)), "--strict")
    assert linted.returncode == 0, linted.stdout
    for check in (["format", "--check"], ["check"]):
        done = checkout.run(str(Path(sys.executable).with_name("ruff")), *check, "sqlmesh_project")
        assert done.returncode == 0, done.stdout
    assert "0 errors, 0 warnings" in linted.stderr


def test_a_name_that_exists_is_refused_and_nothing_is_written(checkout: Checkout) -> None:
    before = {path: path.read_bytes() for path in checkout.metrics.rglob("*") if path.is_file()}
    done = checkout.oso("metrics", "new", "stars")
    assert done.returncode == 1
    assert "there is a metric 'stars' already" in done.stderr
    after = {p: p.read_bytes() for p in checkout.metrics.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert after == before


def test_lint_tells_every_mistake_with_its_place_and_ends_with_one(checkout: Checkout) -> None:
    for name, found, wrong in (("misread", "GROUP BY", "GROUP BY BY"), ("misspelt", "daily__github", "daily__githb")):
        checkout.oso("metrics", "new", name)
        path = checkout.metrics / "code" / f"{name}.sql"
        path.write_text(path.read_text().replace(found, wrong))
    done = checkout.oso("metrics", "lint")
    assert done.returncode == 1
    assert re.search(
        r"sqlmesh_project/oso_metrics/code/misread\.sql:\d+: error \[load\] metric 'misread': ", done.stdout
    )
    assert "did you mean 'oso.int_events_daily__github'" in done.stdout
    assert "2 errors" in done.stderr
    as_json = json.loads(checkout.oso("metrics", "lint", "misspelt", "--json").stdout)
    assert [one["metric"] for one in as_json if one["severity"] == "error"] == ["misspelt"]


def test_the_projects_own_metrics_have_no_errors(oso: Callable) -> None:
    done = oso("metrics", "lint")
    assert done.code == 0, done.out


def test_render_fills_in_a_window_and_refuses_half_a_bucket(oso: Callable) -> None:
    whole = oso("metrics", "render", "stars", "--grain", "monthly", "--window", "2025-09-01", "2025-10-01")
    assert whole.code == 0
    assert "2025-09-01" in whole.out
    assert "@" not in whole.out
    assert "\x1b[" not in whole.out
    half = oso("metrics", "render", "stars", "--grain", "monthly", "--window", "2025-09-01", "2025-09-30")
    assert half.code == 1
    assert "those that hold it are [2025-09-01, 2025-10-01)" in half.err
    empty = oso("metrics", "render", "stars", "--window", "2025-09-01", "2025-09-01")
    assert empty.code == 2


def test_explain_tells_people_and_programs_the_same(oso: Callable) -> None:
    arguments = ("metrics", "explain", "commits", "--grain", "weekly")
    window = ("--window", "2025-09-29", "2025-10-06")
    shown = oso(*arguments, *window)
    told = json.loads(oso(*arguments, *window, "--json").out)
    assert shown.code == 0
    assert told["strategy"] in shown.out
    assert told["reads"][-1] == {
        "table": "oso.int_events_daily__github", "kind": "intermediate", "window": ["2025-09-29", "2025-10-06"],
    }  # fmt: skip
    assert "not planned: run `oso plan --apply`" in shown.out
    assert (told["written_version"], told["planned_version"]) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "starz"), "did you mean 'stars'"),
        (("render", "stars", "--entity", "colection"), "did you mean 'collection'"),
        (("explain", "stars", "--grain", "dayly"), "did you mean 'daily'"),
        (("lint", "starz"), "did you mean 'stars'"),
        (("new", "more", "--template", "change", "--of", "contributrs"), "did you mean 'contributors'"),
    ],
)
def test_a_mistyped_name_gets_the_nearest(oso: Callable, arguments: tuple[str, ...], message: str) -> None:
    done = oso("metrics", *arguments)
    assert done.code == 1
    assert message in done.err
