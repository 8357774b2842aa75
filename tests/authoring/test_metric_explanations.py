"""Explanations: how a model is computed and why, what it reads for a window, and what depends on it."""

from datetime import date

import pytest

from oso_dagster.authoring.explain import explain, fingerprint
from oso_dagster.authoring.lineage import Lineage, lineage
from oso_lake.calendar import Grain, Window
from sqlmesh_project.metrics_factory import TimeseriesMetrics, registry


@pytest.fixture(scope="module")
def loaded() -> TimeseriesMetrics:
    """The project's metrics."""
    return registry(strict=False)


@pytest.fixture(scope="module")
def whole_lineage(loaded: TimeseriesMetrics) -> Lineage:
    """Their lineage."""
    return lineage(loaded)


def test_lineage_goes_from_raw_tables_to_metrics(whole_lineage: Lineage) -> None:
    upstream = whole_lineage.upstream("oso.stars_to_project_daily")
    assert upstream[:2] == ("oso.artifacts_by_project_v1", "oso.int_events_daily__github")
    assert "raw.github_archive.events" in upstream
    assert "oso.stars_to_project_daily" in whole_lineage.downstream("raw.github_archive.events")
    assert whole_lineage.node("oso.int_events_daily__github").grain is Grain.DAILY
    assert whole_lineage.node("raw.github_archive.events").kind == "raw"


def test_every_parent_of_a_metric_is_a_model_of_the_project(loaded: TimeseriesMetrics, whole_lineage: Lineage) -> None:
    unknown = {p for m in loaded.models.values() for p in m.depends_on if p not in whole_lineage.nodes}
    assert unknown == set()


def test_a_sum_reads_its_window_and_says_why_one_scan_is_enough(
    loaded: TimeseriesMetrics, whole_lineage: Lineage
) -> None:
    september = Window(date(2025, 9, 1), date(2025, 10, 1))
    one = explain(loaded, whole_lineage, loaded.models["oso.stars_to_project_monthly"], september)
    assert one.strategy.startswith("direct")
    assert "outermost SELECT" in one.why
    assert {read.table: read.window for read in one.reads} == {
        "oso.artifacts_by_project_v1": None,
        "oso.int_events_daily__github": september,
    }


def test_a_rolling_model_reads_states_that_read_each_day_once(
    loaded: TimeseriesMetrics, whole_lineage: Lineage
) -> None:
    day = Window(date(2025, 10, 1), date(2025, 10, 2))
    one = explain(loaded, whole_lineage, loaded.models["oso.active_developers_to_project_over_30_day_window"], day)
    [states] = one.reads
    assert whole_lineage.node(states.table).metric == "active_developers"
    assert states.window is not None
    assert states.window.end == day.end
    assert "oso.int_events_daily__github" in {node.name for node in one.upstream}
    assert "once" in one.cost


def test_a_window_that_is_not_whole_buckets_names_those_that_hold_it(
    loaded: TimeseriesMetrics, whole_lineage: Lineage
) -> None:
    model = loaded.models["oso.stars_to_project_monthly"]
    with pytest.raises(ValueError, match=r"those that hold it are \[2025-09-01, 2025-11-01\)"):
        explain(loaded, whole_lineage, model, Window(date(2025, 9, 2), date(2025, 10, 3)))


def test_what_reads_a_peer_is_named(loaded: TimeseriesMetrics, whole_lineage: Lineage) -> None:
    peer = next(m for m in loaded.models.values() if any(d in loaded.models for d in m.depends_on))
    parent = next(d for d in peer.depends_on if d in loaded.models)
    one = explain(loaded, whole_lineage, loaded.models[parent])
    assert peer.name in {node.name for node in one.downstream}


def test_the_fingerprint_follows_the_definition(loaded: TimeseriesMetrics) -> None:
    stars, forks = "oso.stars_to_project_daily", "oso.forks_to_project_daily"
    assert fingerprint(loaded, stars) == fingerprint(loaded, stars)
    assert fingerprint(loaded, stars) != fingerprint(loaded, forks)
