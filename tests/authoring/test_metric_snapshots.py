"""The SQL of every metric, entity, time and engine is in tests/snapshots/metrics, for reviewers to read.

A change of a metric, of the factory or of sqlglot shows there. After a wanted one:
pytest tests/authoring/test_metric_snapshots.py --update-snapshots
"""

from difflib import unified_diff
from pathlib import Path

import pytest

from oso_dagster.authoring.entries import find_entries
from oso_dagster.authoring.reference import reference_metrics
from oso_dagster.authoring.snapshots import ENGINES, UPDATE, snapshot
from sqlmesh_project.metrics_factory import TimeseriesMetrics

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots" / "metrics"
SHOWN_LINES = 60
LARGEST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def metrics() -> TimeseriesMetrics:
    """The project's metrics, from the same first day on every machine."""
    return reference_metrics()


@pytest.mark.parametrize("name", sorted(find_entries()))
def test_a_metrics_sql_is_what_its_snapshot_says(metrics: TimeseriesMetrics, name: str, update_snapshots: bool) -> None:
    path = SNAPSHOTS / f"{name}.sql"
    rendered = snapshot(metrics, metrics.metrics[name])
    if update_snapshots:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered)
    expected = path.read_text() if path.exists() else ""
    diff = list(
        unified_diff(expected.splitlines(), rendered.splitlines(), "snapshot", "rendered now", lineterm="", n=2)
    )
    more = f"\n... and {len(diff) - SHOWN_LINES} lines more" if len(diff) > SHOWN_LINES else ""
    assert not diff, (
        f"{name} is rendered otherwise; if that is meant: {UPDATE}\n" + "\n".join(diff[:SHOWN_LINES]) + more
    )


def test_there_is_no_snapshot_of_a_metric_that_is_gone(metrics: TimeseriesMetrics, update_snapshots: bool) -> None:
    orphans = [path for path in sorted(SNAPSHOTS.glob("*")) if path.stem not in metrics.metrics]
    if update_snapshots:
        for path in orphans:
            path.unlink()
        orphans = []
    assert [path.name for path in orphans] == [], f"remove them, or: {UPDATE}"


def test_every_model_is_in_its_metrics_snapshot_for_every_engine(metrics: TimeseriesMetrics) -> None:
    for metric in metrics.metrics.values():
        text = (SNAPSHOTS / f"{metric.name}.sql").read_text()
        assert [line.split(":")[0][3:] for line in text.splitlines() if line.startswith("-- oso.")] == [
            model.name for model in (*metric.models, *metric.states)
        ]
        for engine in ENGINES:
            assert sum(line.startswith(f"-- {engine}:") for line in text.splitlines()) == len(metric.models) + len(
                metric.states
            )


def test_snapshots_stay_small_enough_to_review() -> None:
    assert sum(path.stat().st_size for path in SNAPSHOTS.iterdir()) < LARGEST_BYTES
