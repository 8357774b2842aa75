"""Publishing: windows of models replaced in one commit, others untouched."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.ids import metric_id
from oso_lake.published import (
    PublishedModel,
    contracts,
    publish_amounts,
    timeseries_contract,
    with_metric_ids,
)
from oso_lake.settings import Settings

DAYS = Window(date(2024, 1, 1), date(2024, 1, 3))
CONTRACT = timeseries_contract("project")


def _rows(model: str, amounts: dict[date, float]) -> pa.Table:
    named = pa.table(
        {
            "metric_name": ["GITHUB_stars_daily"] * len(amounts),
            "project_id": ["p"] * len(amounts),
            "sample_date": pa.array(list(amounts), pa.date32()),
            "amount": list(amounts.values()),
            "unit": pa.array(["stars"] * len(amounts), pa.string()),
            "model": [model] * len(amounts),
        }
    )
    return with_metric_ids(named, timeseries_contract("project"))


def _model(name: str, window: Window | None) -> PublishedModel:
    return PublishedModel(model=name, version="1", window=window)


@pytest.fixture
def catalog(tmp_path: Path):
    return open_catalog(Settings(home=tmp_path / "home"))


def _amounts(catalog, model: str) -> list[float]:
    table = catalog.load_table(CONTRACT.name).scan(row_filter=f"model == '{model}'").to_arrow()
    return table.sort_by("sample_date").column("amount").to_pylist()


def test_a_window_is_replaced_in_one_snapshot_and_other_models_keep_their_rows(catalog) -> None:
    first, second = DAYS.dates()
    publish_amounts(catalog, CONTRACT, _rows("a", {first: 1, second: 2}), [_model("a", DAYS)], "run1")
    publish_amounts(catalog, CONTRACT, _rows("b", {first: 5}), [_model("b", DAYS)], "run2")
    window = Window(second, DAYS.end)
    commit = publish_amounts(catalog, CONTRACT, _rows("a", {second: 7}), [_model("a", window)], "run3")
    assert _amounts(catalog, "a") == [1, 7]
    assert _amounts(catalog, "b") == [5]
    table = catalog.load_table(CONTRACT.name)
    assert len(table.snapshots()) == 3
    summary = table.snapshot_by_id(commit.snapshot_id).summary.additional_properties
    assert summary["oso.run_id"] == "run3"
    assert summary["oso.windows"] == '["2024-01-02"]'
    assert summary["oso.models"] == '{"a":"1"}'


def test_a_window_without_rows_is_emptied(catalog) -> None:
    first, second = DAYS.dates()
    publish_amounts(catalog, CONTRACT, _rows("a", {first: 1, second: 2}), [_model("a", DAYS)], "run1")
    publish_amounts(catalog, CONTRACT, _rows("a", {}), [_model("a", DAYS)], "run2")
    assert _amounts(catalog, "a") == []


def test_ids_are_those_of_the_names() -> None:
    assert _rows("a", {date(2024, 1, 1): 1}).column("metric_id").to_pylist() == [metric_id("GITHUB_stars_daily")]


def test_models_of_other_windows_are_not_one_batch(catalog) -> None:
    with pytest.raises(ValueError, match="a batch has one window"):
        publish_amounts(catalog, CONTRACT, _rows("a", {}), [_model("a", DAYS), _model("b", None)], "run")


def test_every_published_table_describes_its_columns() -> None:
    for contract in contracts():
        assert contract.description
        assert all(contract.column_description(name) for name in contract.schema.names), contract.name
