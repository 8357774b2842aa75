"""Every number that the demo publishes equals the oracle's: every metric, entity and grain, row for row."""

import math
import sys
from datetime import date
from pathlib import Path

import pytest

from oso_lake import Lake
from oso_lake.settings import Settings

sys.path.insert(0, str(Path(__file__).parent.parent / "oracle"))
from oracle import oracle_of

RELATIVE = 1e-9

Key = tuple[str, str, date]


def published(settings: Settings, entity: str) -> dict[Key, float]:
    """All rows published for an entity; fails when a key stands twice."""
    lake = Lake(settings)
    rows: dict[Key, float] = {}
    for table in (f"timeseries_metrics_by_{entity}_v0", f"key_metrics_by_{entity}_v0"):
        columns = lake.arrow(f"SELECT metric_id, {entity}_id, sample_date, amount FROM {table}")
        for metric, entity_id, day, amount in zip(*(column.to_pylist() for column in columns.columns), strict=True):
            assert (metric, entity_id, day) not in rows, f"{table} holds {(metric, entity_id, day)} twice"
            rows[metric, entity_id, day] = amount
    return rows


def names(settings: Settings) -> dict[str, str]:
    """Metric names by id, to say what differs."""
    table = Lake(settings).arrow("SELECT metric_id, metric_name FROM metrics_v0")
    return dict(zip(table["metric_id"].to_pylist(), table["metric_name"].to_pylist(), strict=True))


@pytest.mark.parametrize("entity", ["artifact", "project", "collection"])
def test_every_published_number_equals_the_oracles(demo_settings: Settings, entity: str) -> None:
    oracle = oracle_of(demo_settings.world_dir)
    expected = oracle.expected_published(entity) | oracle.expected_key_metrics(entity)
    found = published(demo_settings, entity)
    known = names(demo_settings)

    def say(keys: set[Key]) -> list[tuple[str, str, str]]:
        return [(known.get(metric, metric), entity_id, str(day)) for metric, entity_id, day in sorted(keys)[:5]]

    missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    assert not missing, f"{len(missing)} of {len(expected)} are not published, such as {say(missing)}"
    assert not extra, f"{len(extra)} should not be there, such as {say(extra)}"
    wrong = {key for key in expected if not math.isclose(expected[key], found[key], rel_tol=RELATIVE, abs_tol=1e-12)}
    assert not wrong, f"{len(wrong)} of {len(expected)} differ, such as {say(wrong)}"
    assert len(expected) > 1000, "the oracle expects too little to prove anything"


def test_the_catalogue_has_one_row_for_each_metric_published(demo_settings: Settings) -> None:
    catalogue = Lake(demo_settings).arrow("SELECT metric_id FROM metrics_v0")["metric_id"].to_pylist()
    assert len(catalogue) == len(set(catalogue))
    seen = {key[0] for entity in ("artifact", "project", "collection") for key in published(demo_settings, entity)}
    assert seen <= set(catalogue)
