"""Published series of an entity type that no code names: written by its declaration, read by its name."""

from datetime import date

import pyarrow as pa
import pytest

from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog
from oso_lake.client import Lake
from oso_lake.commits import Scope, ensure_table, replace
from oso_lake.contracts import TableContract, column
from oso_lake.errors import UnknownNameError
from oso_lake.filters import everything
from oso_lake.ids import metric_id
from oso_lake.published import (
    METRICS,
    PublishedModel,
    key_metrics_contract,
    publish_amounts,
    timeseries_contract,
    with_metric_ids,
)
from oso_lake.settings import Settings

DAYS = Window(date(2025, 10, 1), date(2025, 10, 4))
MODEL = "oso.stars_to_ecosystem_daily"
NAMES = TableContract(
    name="published.ecosystems_v1",
    schema=pa.schema(
        [column("ecosystem_id", pa.string(), "The ecosystem"), column("ecosystem_name", pa.string(), "Its name")]
    ),
    description="The ecosystems",
    identity=("ecosystem_id",),
)


@pytest.fixture
def lake(tmp_path):
    """Three days of stars of the ecosystems x1 and x2."""
    settings = Settings(home=tmp_path / "home")
    catalog = open_catalog(settings)
    rows = pa.table(
        {
            "metric_name": ["GITHUB_stars_daily"] * 6,
            "ecosystem_id": ["x1", "x2"] * 3,
            "sample_date": [day for day in DAYS.dates() for _ in range(2)],
            "amount": [float(n) for n in range(6)],
            "unit": ["stars"] * 6,
            "model": [MODEL] * 6,
        }
    )
    published = [PublishedModel(model=MODEL, version="1", window=DAYS)]
    contract = timeseries_contract("ecosystem")
    publish_amounts(catalog, contract, with_metric_ids(rows, contract), published, "run")
    entry = {name: [None] for name in METRICS.schema.names}
    entry |= {
        "metric_id": [metric_id("GITHUB_stars_daily")], "metric_name": ["GITHUB_stars_daily"], "metric": ["stars"],
        "time_aggregation": ["daily"], "entity_types": [["ecosystem"]], "models": [[MODEL]],
    }  # fmt: skip
    replace(catalog, METRICS, pa.table(entry, schema=METRICS.schema), Scope(everything(), ()), {})
    opened = Lake(settings)
    yield opened, catalog
    opened.close()


def test_its_tables_are_those_of_any_entity():
    assert timeseries_contract("ecosystem").identity == ("metric_id", "ecosystem_id", "sample_date")
    assert key_metrics_contract("ecosystem").name == "published.key_metrics_by_ecosystem_v0"


def test_without_names_it_is_called_by_its_ids(lake):
    opened, _ = lake
    series = opened.series("GITHUB_stars_daily", ["x2"], entity_type="ecosystem")
    assert series["ecosystem_name"].tolist() == ["x2"] * 3
    assert series["amount"].tolist() == [1.0, 3.0, 5.0]
    with pytest.raises(UnknownNameError, match="unknown ecosystem 'x22'; did you mean 'x2'"):
        opened.series("GITHUB_stars_daily", ["x22"], entity_type="ecosystem")


def test_a_table_of_names_gives_it_names(lake):
    opened, catalog = lake
    ensure_table(catalog, NAMES)
    names = pa.table({"ecosystem_id": ["x1", "x2"], "ecosystem_name": ["Tea", "Coffee"]}, schema=NAMES.schema)
    replace(catalog, NAMES, names, Scope(everything(), ()), {})
    series = opened.series("GITHUB_stars_daily", "Coffee", begin="2025-10-02", entity_type="ecosystem")
    assert series["amount"].tolist() == [3.0, 5.0]
    with pytest.raises(UnknownNameError, match="unknown ecosystem 'x2'"):
        opened.series("GITHUB_stars_daily", "x2", entity_type="ecosystem")


def test_an_entity_type_that_nothing_publishes_is_unknown(lake):
    opened, _ = lake
    with pytest.raises(UnknownNameError, match="unknown entity type 'project'"):
        opened.series("GITHUB_stars_daily", entity_type="project")
