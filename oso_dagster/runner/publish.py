"""Copies audited windows from the compute store into the published tables: one commit a table and batch."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.metrics_catalogue import MetricEntry, catalogue_rows
from oso_dagster.project import ENVIRONMENT
from oso_dagster.runner.engines import engine_of
from oso_dagster.runner.failures import Failure
from oso_dagster.runner.session import Session
from oso_lake import published
from oso_lake.calendar import Window
from oso_lake.catalog import published_namespace
from oso_lake.database import one_at_a_time
from oso_lake.published import PublishedModel

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from sqlglot import exp

    from oso_lake.contracts import TableContract


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A window whose blocking audits passed; `window` None is all of the model."""

    model: ModelEntry
    window: Window | None
    version: str


@dataclass(frozen=True, kw_only=True)
class PublishResult:
    """What became of one published table in a batch: its snapshot, or the error that left it as it was."""

    table: str
    models: tuple[str, ...]
    snapshot_id: int | None = None
    error: Exception | None = None


def target_table(model: ModelEntry) -> str | None:
    """Identifier of the published table that holds `model`'s rows; None for what is not published."""
    if model.model_type == "mart":
        contract = published.MARTS.get(model.table)
        return contract.name if contract else None
    if not model.is_published or model.entity is None:
        return None
    return _amounts_contract(model).name


def publish_batch(
    session: Session,
    catalog: "Catalog",
    batch: Sequence[Audited],
    metrics: Mapping[str, MetricEntry],
    run_id: str,
) -> Iterator[PublishResult]:
    """Publish `batch`, one result for each table; a table that fails leaves the others alone."""
    groups: dict[tuple[str, Window | None], list[Audited]] = defaultdict(list)
    for item in batch:
        if (table := target_table(item.model)) is not None:
            # of a range, a model that begins later has a shorter one
            groups[table, item.window].append(item)
    seen: dict[str, set[str]] = defaultdict(set)
    for (table, _), items in groups.items():
        names = tuple(item.model.name for item in items)
        try:
            commit = _publish_table(session, catalog, items, metrics, run_id, seen)
        except Exception as error:  # noqa: BLE001 - told to the caller, which fails these models and goes on
            yield PublishResult(table=table, models=names, error=error)
        else:
            yield PublishResult(table=table, models=names, snapshot_id=commit.snapshot_id)
    if seen:
        update_catalogue(catalog, metrics, seen, run_id, session.environment)


def _publish_table(
    session: Session,
    catalog: "Catalog",
    items: Sequence[Audited],
    metrics: Mapping[str, MetricEntry],
    run_id: str,
    seen: dict[str, set[str]],
):
    from sqlglot import exp

    first = items[0].model
    models = [PublishedModel(model=i.model.name, version=i.version, window=i.window) for i in items]
    engine = engine_of(session)
    if first.model_type == "mart":
        contract = in_environment(published.MARTS[first.table], session.environment)
        columns = [exp.column(name, quoted=True) for name in contract.schema.names]
        query = exp.select(*columns).from_(session.physical_table(first.name))
        with engine.publishable(session, catalog, contract, query, exp.true()) as rows:
            return published.publish_whole(catalog, contract, rows.data, models[0], run_id)
    contract = in_environment(_amounts_contract(first), session.environment)
    queries = [_amounts_query(session, item, metrics) for item in items]
    query = exp.union(*queries, distinct=False) if len(queries) > 1 else queries[0]
    with engine.publishable(session, catalog, contract, query, _scope(items)) as rows:
        for name, metric in rows.names:
            seen[name].add(metric)
        return published.publish_amounts(catalog, contract, rows.data, models, run_id)


def _scope(items: Sequence[Audited]) -> "exp.Expr":
    """Which rows of the published table the windows of `items` own, as `publish_amounts` says it to the catalog."""
    from sqlglot import exp

    chosen = exp.column("model").isin(*(item.model.name for item in items))
    window = items[0].window
    return chosen if window is None else exp.and_(chosen, *_within("sample_date", window))


def _within(column: str, window: Window) -> "list[exp.Expr]":
    from sqlglot import exp

    low, high = (exp.cast(exp.Literal.string(day.isoformat()), "date") for day in (window.start, window.end))
    return [exp.column(column) >= low, exp.column(column) < high]


def in_environment(contract: "TableContract", environment: str) -> "TableContract":
    """The table into which `environment` publishes what production publishes into that of `contract`."""
    if environment == ENVIRONMENT:
        return contract
    return replace(contract, name=f"{published_namespace(environment)}.{contract.table}")


def _amounts_contract(model: ModelEntry) -> "TableContract":
    make = published.timeseries_contract if model.grain else published.key_metrics_contract
    return make(model.entity or "")


def _amounts_query(session: Session, item: Audited, metrics: Mapping[str, MetricEntry]) -> "exp.Query":
    from sqlglot import exp

    model = item.model
    entry = metrics.get(model.name)
    unit = unit_of_rows(entry) if entry else exp.null()
    query = exp.select(
        exp.alias_(exp.func("concat", "event_source", exp.Literal.string("_"), "metric"), "metric_name"),
        f"to_{model.entity}_id as {model.entity}_id",
        "metrics_sample_date as sample_date",
        "amount",
        exp.alias_(exp.cast(unit, "text"), "unit"),
        exp.alias_(exp.Literal.string(model.name), "model"),
    ).from_(session.physical_table(model.name))
    query = query.where("amount is not null")
    return query if item.window is None else query.where(*_within("metrics_sample_date", item.window))


def unit_of_rows(entry: MetricEntry) -> "exp.Expr":
    """The unit of a row: that of its name, where the names of a query differ in it."""
    from sqlglot import exp

    def literal(unit: str | None) -> "exp.Expr":
        return exp.Literal.string(unit) if unit else exp.null()

    units = {name: meaning.get("unit") for name, meaning in entry.meanings.items()}
    if set(units.values()) <= {entry.unit}:
        return literal(entry.unit)
    case = exp.Case(this=exp.column("metric"), default=literal(entry.unit))
    for name, unit in units.items():
        case.append("ifs", exp.If(this=exp.Literal.string(name), true=literal(unit)))
    return case


def update_catalogue(
    catalog: "Catalog",
    metrics: Mapping[str, MetricEntry],
    seen: Mapping[str, set[str]],
    run_id: str,
    environment: str = ENVIRONMENT,
) -> bool:
    """Put the metrics declared and those seen in data into metrics_v0; False when it already says so."""
    contract = in_environment(published.METRICS, environment)
    with one_at_a_time(catalog, contract.name):
        return _update_catalogue(catalog, contract, metrics, seen, run_id)


def _update_catalogue(
    catalog: "Catalog",
    contract: "TableContract",
    metrics: Mapping[str, MetricEntry],
    seen: Mapping[str, set[str]],
    run_id: str,
) -> bool:
    current = published.current_rows(catalog, contract)
    # what data has shown to production is known in an environment that begins, too
    known = current or published.current_rows(catalog, published.METRICS)
    rows = catalogue_rows(metrics, seen, known)
    ordered = sorted(rows, key=lambda row: row["metric_name"])
    if _plain(ordered) == _plain(sorted(current, key=lambda row: row["metric_name"])):
        return False
    model = PublishedModel(model=published.CATALOGUE, version="", window=None)
    published.publish_whole(catalog, contract, contract.rows(ordered), model, run_id)
    return True


def publish_failures(catalog: "Catalog", failures: Sequence[Failure], manifest: Manifest, run_id: str) -> None:
    """Replace the rows of metric_errors by the failures that stand now."""
    rows = []
    for one in failures:
        entry = manifest.by_name.get(one.model)
        rows.append(
            {
                "model": one.model,
                "metric": entry.metric if entry else None,
                "entity_type": entry.entity if entry else None,
                "first_day": one.window.start if one.window else None,
                "end_day": one.window.end if one.window else None,
                "error_class": one.error_class,
                "message": one.message,
                "run_id": one.run_id,
                "attempts": one.attempts,
                "first_failed_at": one.first_failed_at or one.failed_at,
                "failed_at": one.failed_at,
            }
        )
    model = PublishedModel(model=published.ERRORS.table, version="", window=None)
    published.publish_whole(catalog, published.ERRORS, published.ERRORS.rows(rows), model, run_id)


def drop_from_catalogue(catalog: "Catalog", models: Collection[str]) -> None:
    """Take the metrics that only `models` made out of metrics_v0, and these models out of the others."""
    with one_at_a_time(catalog, published.METRICS.name):
        _drop_from_catalogue(catalog, models)


def _drop_from_catalogue(catalog: "Catalog", models: Collection[str]) -> None:
    current = published.current_rows(catalog, published.METRICS)
    kept = [row | {"models": [name for name in row["models"] if name not in models]} for row in current]
    kept = [row for row in kept if row["models"]]
    if _plain(kept) != _plain(current):
        model = PublishedModel(model=published.CATALOGUE, version="", window=None)
        published.publish_whole(catalog, published.METRICS, published.METRICS.rows(kept), model, "retire")


def _plain(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, sort_keys=True)
