"""Tries a metric on what an installation has computed: in memory, beside the compute store, which is only read.

The model and the metrics it reads are computed from the files as they are now, so nothing needs to be planned; all
other tables are read as they were last computed. Nothing is stored, and what DuckDB spills goes with the process.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from oso_dagster.authoring.lineage import Lineage
from oso_dagster.authoring.scratch import in_scratch
from oso_dagster.authoring.stored import STORE
from oso_dagster.project import Project
from oso_dagster.runner.ledger import Ledger
from oso_lake.calendar import Grain, Window
from oso_lake.settings import Settings
from sqlmesh_project.metrics_factory import MetricModelDefinition, TimeseriesMetrics

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

RESULT = "previewed"
_NAMES = {
    "artifact": ("oso.artifacts_v1", "names.artifact_namespace || '/' || names.artifact_name"),
    "project": ("oso.projects_v1", "names.project_name"),
    "collection": ("oso.collections_v1", "names.collection_name"),
}


class CannotPreviewError(RuntimeError):
    """What the metric reads is not computed yet; the message says what to run."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a model gives for `window`: rows (sample_date, entity, event_source, metric, amount), best first.

    `computed` are the metrics that were computed for it; `duplicates` and `nulls` count rows that its audits would
    refuse.
    """

    model: MetricModelDefinition
    window: Window
    rows: "pa.Table"
    computed: tuple[str, ...]
    duplicates: int
    nulls: int
    seconds: float


@dataclass(frozen=True)
class _Step:
    """A metric model to compute, for a window."""

    model: MetricModelDefinition
    window: Window


def preview(
    settings: Settings,
    loaded: TimeseriesMetrics,
    lineage: Lineage,
    model: MetricModelDefinition,
    *,
    window: Window | None = None,
    days: int = 3,
    on_wait: Callable[[str], None] = lambda message: None,
) -> Preview:
    """Compute `model` for `window`, or for the whole buckets that hold the last `days` that are computed.

    Raises CannotPreviewError when something it reads is not there, and the engine's own errors.
    """
    if settings.engine == "duckdb" and not settings.compute_db.exists():
        raise CannotPreviewError(f"nothing is computed in {settings.home} yet: run `oso demo`, or land and materialize")
    peers, tables = _inputs(lineage, model)
    window = window or _last_days(model, settings.start, days, _computed_end(settings, lineage, tables))
    steps = [*_peer_steps(loaded, lineage, model, window, peers), _Step(model, window)]
    names_of_entities, _ = _NAMES.get(model.entity_type, ("", ""))
    began = time.monotonic()

    def compute(connection: "DuckDBPyConnection", known: set[str]) -> "tuple[pa.Table, tuple[int, int]]":
        if missing := sorted(set(tables) - known):
            raise _not_planned(missing, settings)
        _link(connection, tables)
        for step in steps:
            target = f"oso.{RESULT}" if step.model is model else step.model.name
            connection.execute(f"CREATE TABLE {target} AS {loaded.render(step.model.name, 'duckdb', step.window)}")
        rows = connection.execute(_named_rows(model.entity_type, known)).to_arrow_table()
        return rows, _audit(connection, model)

    rows, (duplicates, nulls) = in_scratch(Project(settings=settings), [*tables, names_of_entities], compute, on_wait)
    return Preview(
        model=model,
        window=window,
        rows=rows,
        computed=tuple(step.model.name for step in steps[:-1]),
        duplicates=duplicates,
        nulls=nulls,
        seconds=time.monotonic() - began,
    )


def _inputs(lineage: Lineage, model: MetricModelDefinition) -> tuple[list[str], list[str]]:
    """The metric models that `model` follows from, and the tables that it and they read."""
    peers: list[str] = []
    tables: dict[str, None] = {}
    queue = [model.name]
    while queue:
        for parent in lineage.node(queue.pop(0)).parents:
            if lineage.node(parent).kind != "metric":
                tables[parent] = None
            elif parent not in peers:
                peers.append(parent)
                queue.append(parent)
    return peers, list(tables)


def _peer_steps(
    loaded: TimeseriesMetrics, lineage: Lineage, model: MetricModelDefinition, window: Window, peers: Sequence[str]
) -> Iterator[_Step]:
    """The peers in an order in which they can be computed, each for all that is read of it."""
    read: dict[str, Window] = {model.name: window}
    for name in reversed([name for name in loaded.models if name in {*peers, model.name}]):
        node = lineage.node(name)
        for parent in map(lineage.node, node.parents):
            if parent.kind != "metric":
                continue
            needed = (
                read[name] if node.grain is None else node.reads.window(read[name], loaded.options.start, parent.reads)
            )
            grain = parent.grain or Grain.DAILY
            whole = Window(grain.floor(needed.start), grain.window_of(needed.end - timedelta(days=1)).end)
            before = read.get(parent.name, whole)
            read[parent.name] = Window(min(before.start, whole.start), max(before.end, whole.end))
    return (_Step(loaded.models[name], read[name]) for name in loaded.models if name in peers)


def _computed_end(settings: Settings, lineage: Lineage, tables: Sequence[str]) -> date:
    """Until when everything that changes by the day is computed, of the tables read."""
    entries = Ledger(settings.ledger_url).entries()
    ends = {name: max(entry.window.end for entry in entries[name]) for name in tables if name in entries}
    dated = [name for name in tables if lineage.node(name).grain is not None] or [
        name for name in tables if name in ends
    ]
    if missing := [name for name in dated if name not in ends]:
        names = " ".join(name.removeprefix("oso.") for name in missing)
        raise CannotPreviewError(
            f"not computed yet: {', '.join(missing)}; run `oso plan --apply` and `oso materialize {names}`"
        )
    return min(ends[name] for name in dated)


def _last_days(model: MetricModelDefinition, start: date, days: int, end: date) -> Window:
    """The fewest whole buckets before `end` that hold `days`; of an unpartitioned model all until `end`."""
    start = max(model.start, start)
    if model.grain is None:
        return Window(start, end)
    whole = list(model.grain.windows(Window(start, end))) if start < end else []
    if not whole:
        raise CannotPreviewError(
            f"no whole {model.grain.value} window lies in what is computed, {start} until {end}: try another --grain"
        )
    chosen = [one for one in whole if one.end > whole[-1].end - timedelta(days=days)]
    return Window(chosen[0].start, chosen[-1].end)


def _not_planned(missing: Sequence[str], settings: Settings) -> CannotPreviewError:
    names = " ".join(name.removeprefix("oso.") for name in missing)
    # of a view there is no table that DuckDB could read
    why = "not planned yet" if settings.engine == "duckdb" else "not planned yet, or views of Trino"
    return CannotPreviewError(f"{why}: {', '.join(missing)}; run `oso plan --apply` and `oso materialize {names}`")


def _link(connection: "DuckDBPyConnection", tables: Sequence[str]) -> None:
    """Show `tables` of the store under their own names."""
    for name in tables:
        table = exp.to_table(name)
        stored = exp.table_(table.name, db=table.db, catalog=STORE)
        view = exp.Create(this=table, kind="VIEW", expression=exp.select("*").from_(stored))
        connection.execute(view.sql("duckdb"))


def _named_rows(entity: str, known: set[str]) -> str:
    """The rows with names of entities where the store has them."""
    table, name = _NAMES.get(entity, ("", ""))
    key = f"to_{entity}_id"
    query = exp.select("rows_.metrics_sample_date AS sample_date").from_(f"oso.{RESULT} AS rows_")
    if table in known:
        query = query.select(f"coalesce({name}, rows_.{key}) AS entity").join(
            f"{STORE}.{table} AS names", on=f"names.{entity}_id = rows_.{key}", join_type="left", dialect="duckdb"
        )
    else:
        query = query.select(f"rows_.{key} AS entity")
    query = query.select("rows_.event_source", "rows_.metric", "rows_.amount")
    return query.order_by("sample_date DESC", "amount DESC", "entity", "metric").sql("duckdb")


def _audit(connection: "DuckDBPyConnection", model: MetricModelDefinition) -> tuple[int, int]:
    """Rows beyond the first of their identity, and rows without a value; in the table of the result."""
    identity = ", ".join(model.grain_columns)
    empty = " OR ".join(f"{column} IS NULL" for column in ("event_source", f"to_{model.entity_type}_id", "amount"))
    found = connection.execute(
        f"SELECT count(*) - count(DISTINCT ({identity})), count(*) FILTER (WHERE {empty}) FROM oso.{RESULT}"  # noqa: S608
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)
