"""A small lake in the published layout, made with PyIceberg, for tests of what reads it.

Three projects in two collections, four metrics, daily rows of 2025-09-01 until before 2025-10-18. Amounts are formulas
of the day, so that a test can say what it expects.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pyarrow as pa
from pyiceberg.catalog import Catalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform

from oso_lake import ids
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

FIRST_DAY = date(2025, 9, 1)
DAYS = 47
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
PROJECTS = ("atlas", "borealis", "cinder")
COLLECTIONS = {"infrastructure": ("atlas", "borealis"), "wallets": ("cinder",)}
WINDOW = "over_30_day_window"
METRICS = {
    "GITHUB_stars_daily": "stars",
    "GITHUB_stars_over_all_time": "stars",
    f"GITHUB_active_developers_{WINDOW}": "people",
    f"GITHUB_churned_developers_{WINDOW}": "people",
    f"GITHUB_new_developers_{WINDOW}": "people",
    f"GITHUB_returning_developers_{WINDOW}": "people",
    f"GITHUB_retained_developers_{WINDOW}": "people",
    "OPTIMISM_transactions_daily": "transactions",
}

_TEXT, _DAY, _AMOUNT = pa.string(), pa.date32(), pa.float64()


def amount_of(metric: str, entity: str, day: date) -> float:
    """The amount the fixture holds: place of the metric, then of the entity's first letter, then the day's number."""
    return float(1000 * list(METRICS).index(metric) + 100 * "abciw".index(entity[0]) + (day - FIRST_DAY).days)


def publish(settings: Settings) -> Catalog:
    """Make every published table of `settings` and fill it."""
    catalog = open_catalog(settings)
    catalog.create_namespace_if_not_exists("published")
    _table(catalog, "metrics_v0", _catalogue())
    for entity, names in (("artifact", PROJECTS), ("project", PROJECTS), ("collection", tuple(COLLECTIONS))):
        series = [m for m in METRICS if "all_time" not in m]
        _metric_table(catalog, f"timeseries_metrics_by_{entity}_v0", entity, names, series, DAYS)
        _metric_table(catalog, f"key_metrics_by_{entity}_v0", entity, names, ["GITHUB_stars_over_all_time"], 1)
    for name, rows in _directory().items():
        _table(catalog, name, rows)
    return catalog


def republish_day(settings: Settings, metric: str, day: date, amount: float) -> None:
    """Give `metric` the same `amount` for every project on `day`, as a pipeline that replaces a window does."""
    table = open_catalog(settings).load_table("published.timeseries_metrics_by_project_v0")
    rows = [
        {**row, "amount": amount} for row in _rows("project", PROJECTS, [metric], DAYS) if row["sample_date"] == day
    ]
    filters = f"metric_id == '{ids.metric_id(metric)}' AND sample_date == '{day}'"
    table.overwrite(pa.Table.from_pylist(rows, schema=table.schema().as_arrow()), overwrite_filter=filters)


def entity_id(entity: str, name: str) -> str:
    """The id the fixture gives an entity."""
    if entity == "artifact":
        return ids.repository_name_id("acme", name)
    return ids.project_id(name) if entity == "project" else ids.collection_id(name)


def _catalogue() -> pa.Table:
    rows = [
        {
            "metric_id": ids.metric_id(name),
            "metric_name": name,
            "display_name": name.split("_", 1)[1].replace("_", " ").capitalize(),
            "description": f"The {unit} of an entity.",
            "unit": unit,
            "event_source": name.split("_")[0],
        }
        for name, unit in METRICS.items()
    ]
    return pa.Table.from_pylist(rows)


def _rows(entity: str, names: tuple[str, ...], metrics: list[str], days: int) -> Iterator[dict[str, object]]:
    for metric in metrics:
        for name in names:
            for offset in range(DAYS - days, DAYS):
                day = FIRST_DAY + timedelta(days=offset)
                yield {
                    "metric_id": ids.metric_id(metric),
                    f"{entity}_id": entity_id(entity, name),
                    "sample_date": day,
                    "amount": amount_of(metric, name, day),
                    "unit": METRICS[metric],
                    "model": f"oso.{metric.split('_', 1)[1]}_to_{entity}",
                }


def _metric_table(
    catalog: Catalog, name: str, entity: str, names: tuple[str, ...], metrics: list[str], days: int
) -> None:
    schema = pa.schema(
        [
            pa.field("metric_id", _TEXT, metadata={"doc": "Metric, see metrics_v0."}),
            (f"{entity}_id", _TEXT),
            pa.field("sample_date", _DAY, metadata={"doc": "First day of the bucket, or last of a rolling window."}),
            ("amount", _AMOUNT),
            ("unit", _TEXT),
            ("model", _TEXT),
        ]
    )
    rows = list(_rows(entity, names, metrics, days))
    _table(catalog, name, pa.Table.from_pylist(rows, schema=schema), partition="model")


def _directory() -> dict[str, pa.Table]:
    artifacts = [
        {
            "artifact_id": entity_id("artifact", name),
            "artifact_source": "GITHUB",
            "artifact_namespace": "acme",
            "artifact_name": name,
            "artifact_url": f"https://github.com/acme/{name}",
        }
        for name in PROJECTS
    ]
    projects, collections = _named("project", PROJECTS), _named("collection", tuple(COLLECTIONS))
    of_project: list[dict[str, object]] = [
        {
            **{key: artifact[key] for key in ("artifact_id", "artifact_source", "artifact_namespace", "artifact_name")},
            "project_id": ids.project_id(str(artifact["artifact_name"])),
            "project_name": artifact["artifact_name"],
            "valid_from": FIRST_DAY,
            "valid_to": None,
        }
        for artifact in artifacts
    ]
    of_collection: list[dict[str, object]] = [
        {
            "project_id": ids.project_id(project),
            "collection_id": ids.collection_id(collection),
            "project_name": project,
            "collection_name": collection,
            "valid_from": FIRST_DAY,
            "valid_to": None,
        }
        for collection, projects_of in COLLECTIONS.items()
        for project in projects_of
    ]
    dated = [("valid_from", _DAY), ("valid_to", _DAY)]
    return {
        "artifacts_v1": pa.Table.from_pylist(artifacts),
        "projects_v1": pa.Table.from_pylist(projects),
        "collections_v1": pa.Table.from_pylist(collections),
        "artifacts_by_project_v1": _with_dates(of_project, dated),
        "projects_by_collection_v1": _with_dates(of_collection, dated),
    }


def _with_dates(rows: list[dict[str, object]], dated: list[tuple[str, pa.DataType]]) -> pa.Table:
    plain = [(name, _TEXT) for name in rows[0] if name not in dict(dated)]
    return pa.Table.from_pylist(rows, schema=pa.schema([*plain, *dated]))


def _named(entity: str, names: tuple[str, ...]) -> list[dict[str, object]]:
    return [
        {
            f"{entity}_id": entity_id(entity, name),
            f"{entity}_source": "OSS_DIRECTORY",
            f"{entity}_namespace": "oso",
            f"{entity}_name": name,
            "display_name": name.capitalize(),
            "description": f"The {entity} {name}.",
        }
        for name in names
    ]


def _table(catalog: Catalog, name: str, data: pa.Table, partition: str | None = None) -> Table:
    table = catalog.create_table(f"published.{name}", data.schema)
    if partition is not None:
        field = table.schema().find_field(partition)
        spec = PartitionSpec(PartitionField(field.field_id, 1000, IdentityTransform(), partition))
        catalog.drop_table(f"published.{name}")
        table = catalog.create_table(f"published.{name}", table.schema(), partition_spec=spec)
    table.append(data)
    return table
