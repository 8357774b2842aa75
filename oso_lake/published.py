"""The published tables: what readers see. Their contracts, and putting windows of models into them.

One commit per table and batch, through `commits.replace`: a reader sees the old windows or the new ones, never a half.
Each row names the model it came from, which is also the partition, so that one model's windows are replaced without
touching another's files. What is computed when is the runner's business; this module gets Arrow tables.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from oso_lake.calendar import Window
from oso_lake.commits import Commit, Data, Scope, replace
from oso_lake.contracts import TIMESTAMP, PartitionBy, TableContract, column
from oso_lake.coverage import COVERAGE
from oso_lake.filters import between, both, everything, one_of
from oso_lake.ids import metric_id
from oso_lake.query_costs import QUERY_COSTS

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

NAMESPACE = "published"
ENTITIES = ("artifact", "project", "collection")
CATALOGUE = "metrics_v0"
RUN_ID = "oso.run_id"
MODELS = "oso.models"

_TEXT = pa.string()
_AMOUNTS_IDENTITY = ("metric_id", "{entity}_id", "sample_date")


@dataclass(frozen=True, kw_only=True)
class PublishedModel:
    """Windows of one model to put into a table; `window` None replaces all rows. `version` is for the summary."""

    model: str
    version: str
    window: Window | None


def timeseries_contract(entity: str) -> TableContract:
    """`timeseries_metrics_by_{entity}_v0`: one row a metric, entity and sample date."""
    return _amounts_contract(f"timeseries_metrics_by_{entity}_v0", entity, f"Metrics of each {entity} over time")


def key_metrics_contract(entity: str) -> TableContract:
    """`key_metrics_by_{entity}_v0`: one row a metric and entity, over all time until its sample date."""
    return _amounts_contract(f"key_metrics_by_{entity}_v0", entity, f"Metrics of each {entity} over all time")


@cache
def _amounts_contract(table: str, entity: str, description: str) -> TableContract:
    schema = pa.schema(
        [
            column("metric_id", _TEXT, "The metric: metric_id of metrics_v0"),
            column(f"{entity}_id", _TEXT, f"The {entity}"),
            column("sample_date", pa.date32(), "First day of the bucket; of a rolling window the last day"),
            column("amount", pa.float64(), "The value, in `unit`"),
            column("unit", _TEXT, "Unit of the amount; null where none is declared", nullable=True),
            column("model", _TEXT, "The model that computed the row"),
        ]
    )
    identity = tuple(name.format(entity=entity) for name in _AMOUNTS_IDENTITY)
    return TableContract(
        name=f"{NAMESPACE}.{table}",
        schema=schema,
        description=description,
        partition=(PartitionBy("model"),),
        identity=identity,
    )


def _text_contract(table: str, description: str, columns: Mapping[str, str], identity: Sequence[str]) -> TableContract:
    schema = pa.schema(
        [
            column(name, pa.date32() if name.startswith("valid_") else _TEXT, text, nullable=not name.endswith("_id"))
            for name, text in columns.items()
        ]
    )
    return TableContract(name=f"{NAMESPACE}.{table}", schema=schema, description=description, identity=tuple(identity))


_VALIDITY = {
    "valid_from": "First day of the membership",
    "valid_to": "First day it no longer held; null while it holds",
}
MARTS: Mapping[str, TableContract] = {
    contract.table: contract
    for contract in (
        _text_contract(
            "artifacts_v1",
            "Repositories, packages, accounts and contracts",
            {
                "artifact_id": "The artifact",
                "artifact_source": "Where it lives: GITHUB, NPM, a chain, OSS_FUNDING, ...",
                "artifact_namespace": "Owner or network",
                "artifact_name": "Name below the namespace",
                "artifact_url": "Where to look at it",
            },
            ["artifact_id"],
        ),
        *(
            _text_contract(
                f"{kind}s_v1",
                f"The {kind}s of OSS Directory",
                {
                    f"{kind}_id": f"The {kind}",
                    f"{kind}_source": "The directory it comes from",
                    f"{kind}_namespace": "Namespace within the directory",
                    f"{kind}_name": "Its slug",
                    "display_name": "The name to show",
                    "description": "What it is, in its own words",
                },
                [f"{kind}_id"],
            )
            for kind in ("project", "collection")
        ),
        _text_contract(
            "artifacts_by_project_v1",
            "Which artifact belongs to which project, and when",
            {
                "artifact_id": "The artifact",
                "project_id": "The project",
                "artifact_source": "Where the artifact lives",
                "artifact_namespace": "Owner or network",
                "artifact_name": "Name below the namespace",
                "project_name": "The project's slug",
                **_VALIDITY,
            },
            ["artifact_id", "project_id", "valid_from"],
        ),
        _text_contract(
            "projects_by_collection_v1",
            "Which project belongs to which collection, and when",
            {
                "project_id": "The project",
                "collection_id": "The collection",
                "project_name": "The project's slug",
                "collection_name": "The collection's slug",
                **_VALIDITY,
            },
            ["project_id", "collection_id", "valid_from"],
        ),
    )
}
METRICS = TableContract(
    name=f"{NAMESPACE}.{CATALOGUE}",
    schema=pa.schema(
        [
            column("metric_id", _TEXT, "The metric, as in the time series"),
            column("metric_name", _TEXT, "Its published name, for example GITHUB_stars_daily"),
            column("display_name", _TEXT, "The name to show", nullable=True),
            column("description", _TEXT, "What counts", nullable=True),
            column("unit", _TEXT, "Unit of the amounts", nullable=True),
            column("additivity", _TEXT, "additive, semi_additive or non_additive", nullable=True),
            column("owner", _TEXT, "Who answers for it", nullable=True),
            column("event_source", _TEXT, "GITHUB or a chain; null while no data was seen", nullable=True),
            column("metric", _TEXT, "The metric without source and time aggregation"),
            column("time_aggregation", _TEXT, "daily, ..., over_30_day_window, over_all_time"),
            column("entity_types", pa.list_(pa.field("element", _TEXT, nullable=False)), "Entities it exists for"),
            column("models", pa.list_(pa.field("element", _TEXT, nullable=False)), "The models that compute it"),
            column("rendered_sql", _TEXT, "JSON: engine to entity type to the SQL of the model", nullable=True),
            column("sql_source_path", _TEXT, "The file it is written in", nullable=True),
            column("deprecated", _TEXT, "What replaces it, for a deprecated one", nullable=True),
        ]
    ),
    description="The catalogue: one row a metric",
    identity=("metric_id",),
)

ERRORS = TableContract(
    name=f"{NAMESPACE}.metric_errors",
    schema=pa.schema(
        [
            column("model", _TEXT, "The model that failed"),
            column("metric", _TEXT, "Its metric; null for models of other kinds", nullable=True),
            column("entity_type", _TEXT, "Its entity; null for models of other kinds", nullable=True),
            column("first_day", pa.date32(), "First day of the window; null for a model without", nullable=True),
            column("end_day", pa.date32(), "Day after the window; null for a model without", nullable=True),
            column("error_class", _TEXT, "Kind of error, for example UpstreamIncompleteError"),
            column("message", _TEXT, "What went wrong and what to do"),
            column("run_id", _TEXT, "The Dagster run of the last attempt"),
            column("attempts", pa.int64(), "Attempts that failed in a row"),
            column("first_failed_at", TIMESTAMP, "When the first of them failed"),
            column("failed_at", TIMESTAMP, "When the last of them failed"),
        ]
    ),
    description="What failed and has not succeeded since: one row a model and window",
    identity=("model", "first_day"),
)


def contracts() -> tuple[TableContract, ...]:
    """Every published table."""
    amounts = [make(entity) for make in (timeseries_contract, key_metrics_contract) for entity in ENTITIES]
    return (*amounts, METRICS, ERRORS, COVERAGE, QUERY_COSTS, *MARTS.values())


def with_metric_ids(rows: pa.Table, contract: TableContract) -> pa.Table:
    """Rows of `metric_name, {entity}_id, sample_date, amount, unit, model` with the name replaced by its id."""
    names = rows.column("metric_name").combine_chunks().dictionary_encode()
    if isinstance(names, pa.ChunkedArray):
        names = names.combine_chunks()
    ids = pa.DictionaryArray.from_arrays(
        names.indices, pa.array([metric_id(name) for name in names.dictionary.to_pylist()], _TEXT)
    )
    return rows.append_column("metric_id", ids.dictionary_decode()).select(contract.schema.names)


def publish_amounts(
    catalog: "Catalog", contract: TableContract, rows: Data, models: Sequence[PublishedModel], run_id: str
) -> Commit:
    """Replace the windows of `models` (which share one window) by `rows`, in one commit; again is the same.

    Raises ValueError when the models' windows differ: one filter cannot select exactly the rows that they own.
    """
    windows = {model.window for model in models}
    if len(windows) != 1:
        raise ValueError(f"{contract.name}: a batch has one window, not {sorted(map(str, windows))}")
    (window,) = windows
    chosen = one_of("model", [model.model for model in models])
    if window is not None:
        chosen = both(chosen, between("sample_date", window.start, window.end))
    names = tuple(day.isoformat() for day in window.dates()) if window else ()
    return replace(catalog, contract, rows, Scope(chosen, names), _summary(models, run_id))


def current_rows(catalog: "Catalog", contract: TableContract) -> list[dict[str, Any]]:
    """All rows of a small table as it is now; none when it was never written."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        return catalog.load_table(contract.name).scan().to_arrow().to_pylist()
    except NoSuchTableError:
        return []


def publish_whole(
    catalog: "Catalog", contract: TableContract, rows: Data, model: PublishedModel, run_id: str
) -> Commit:
    """Replace a whole table (a mart or the catalogue) by `rows` in one commit."""
    return replace(catalog, contract, rows, Scope(everything(), ()), _summary([model], run_id))


def _summary(models: Iterable[PublishedModel], run_id: str) -> dict[str, str]:
    versions = {model.model: model.version for model in models}
    return {RUN_ID: run_id, MODELS: json.dumps(versions, separators=(",", ":"), sort_keys=True)}
