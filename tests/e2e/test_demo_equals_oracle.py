"""Every number that the demo publishes equals the oracle's: every metric, entity and grain, row for row.

Numbers that are only stored, for other metrics to read, are compared too. Longer windows are seen over two years, in
tests/sqlmesh_project/models/test_metrics_equal_oracle.py.
"""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from oracle import all_models, oracle_of, parse_model
from oracle_catalogue import names_by_suffix
from oracle_compare import differences

from oso_lake import Lake
from oso_lake.catalog import COMPUTE_CATALOG
from oso_lake.settings import Settings

Key = tuple[str, str, date]


def published(settings: Settings, entity: str) -> dict[Key, float]:
    """All rows published for an entity, by metric's name; fails when a key stands twice."""
    lake = Lake(settings)
    names = _names(lake)
    rows: dict[Key, float] = {}
    for table in (f"timeseries_metrics_by_{entity}_v0", f"key_metrics_by_{entity}_v0"):
        columns = lake.arrow(f"SELECT metric_id, {entity}_id, sample_date, amount FROM {table}")
        for metric, entity_id, day, amount in zip(*(column.to_pylist() for column in columns.columns), strict=True):
            key = (names.get(metric, metric), entity_id, day)
            assert key not in rows, f"{table} holds {key} twice"
            rows[key] = amount
    return rows


def _names(lake: Lake) -> dict[str, str]:
    """Metric names by id, to say what differs."""
    table = lake.arrow("SELECT metric_id, metric_name FROM metrics_v0")
    return dict(zip(table["metric_id"].to_pylist(), table["metric_name"].to_pylist(), strict=True))


@pytest.mark.parametrize("entity", ["artifact", "project", "collection"])
def test_every_published_number_equals_the_oracles(demo_settings: Settings, entity: str) -> None:
    oracle = oracle_of(demo_settings.world_dir)
    names = _names(Lake(demo_settings))
    by_id = oracle.expected_published(entity) | oracle.expected_key_metrics(entity)
    expected = {
        (names.get(metric, metric), entity_id, day): amount for (metric, entity_id, day), amount in by_id.items()
    }
    assert differences(published(demo_settings, entity), expected) == []
    assert len({metric for metric, _, _ in expected}) > 200, "the oracle expects too little to prove anything"


def test_every_stored_number_of_a_person_equals_the_oracles(demo_settings: Settings) -> None:
    oracle = oracle_of(demo_settings.world_dir)
    stored = set(all_models()) - set(all_models(intermediate=False))
    wrong, count = {}, 0
    with duckdb.connect() as compute:
        compute.execute(f"ATTACH '{demo_settings.compute_db}' AS {COMPUTE_CATALOG} (READ_ONLY)")
        for model in sorted(stored):
            want = oracle.expected_by_person(model)
            if found := differences(dict(_rows(compute, model)), want):
                wrong[model] = found
            count += len(want)
    assert wrong == {}
    assert count > 10_000


def _rows(compute: duckdb.DuckDBPyConnection, model: str) -> Iterator[tuple[tuple, float]]:
    _, entity, _ = parse_model(model)
    columns = f"metric, event_source, to_{entity}_id, from_artifact_id, metrics_sample_date, amount"
    for *key, amount in compute.execute(f"SELECT {columns} FROM {COMPUTE_CATALOG}.{model}").fetchall():
        yield tuple(key), amount


def test_the_catalogue_has_one_row_for_each_metric_published(demo_settings: Settings) -> None:
    catalogue = Lake(demo_settings).arrow("SELECT metric_name, metric, time_aggregation FROM metrics_v0").to_pylist()
    names = [row["metric_name"] for row in catalogue]
    assert len(names) == len(set(names))
    seen = {key[0] for entity in ("artifact", "project", "collection") for key in published(demo_settings, entity)}
    assert seen <= set(names)
    told = {(row["metric"], row["time_aggregation"]) for row in catalogue}
    assert told == names_by_suffix(intermediate=False), "the catalogue and the oracle know other metrics"
