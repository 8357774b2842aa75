"""Says how a metric model is computed: strategy and why, what it reads for a window, what it costs, who reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp
from sqlmesh.core.dialect import MacroFunc

from oso_dagster.authoring.lineage import Lineage, Node
from oso_dagster.authoring.sql_text import parsed
from oso_lake.calendar import ONE_DAY, Grain, Window
from sqlmesh_project.metrics_factory import MacroOverridingModel, MetricModelDefinition, TimeseriesMetrics

_ONCE = "reads each day of events once, however long the window is"
_WHY = {
    "direct": "its bounds stand only in the outermost SELECT, on the column whose bucket it takes and groups by: one "
    "scan gives every bucket what a scan of it alone would",
    "daily states": "it is one SELECT over one source with SUM, COUNT, AVG, MIN or MAX: the days' partial values give "
    "those of every window",
    "distinct states": "it is one SELECT over one source with COUNT(DISTINCT ...): the days on which each value comes, "
    "and when it was there before, give the count of every window",
}
_COST = {"direct": "reads its rows once", "daily states": _ONCE, "distinct states": _ONCE}


@dataclass(frozen=True, kw_only=True)
class Read:
    """One table that a model reads for a window; `window` None where it is read as it is now."""

    table: str
    kind: str
    window: Window | None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Everything `oso metrics explain` says of one model. `fingerprint` follows its query and parameters alone."""

    model: MetricModelDefinition
    strategy: str
    why: str
    cost: str
    window: Window
    reads: tuple[Read, ...]
    upstream: tuple[Node, ...]
    downstream: tuple[Node, ...]
    fingerprint: str


def explain(
    loaded: TimeseriesMetrics, lineage: Lineage, model: MetricModelDefinition, window: Window | None = None
) -> Explanation:
    """Explain `model` for `window`; for the last whole one where none is given.

    Raises ValueError for a window that is not whole buckets.
    """
    window = whole(model, window) if window else last_window(model, loaded.options.start, date.today())  # noqa: DTZ011
    kinds = [part.partition(":")[0].strip() for part in model.strategy.split("; ")]
    return Explanation(
        model=model,
        strategy=model.strategy,
        why=_why(kinds, loaded, model),
        cost=_cost(kinds[0], model),
        window=window,
        reads=tuple(_reads(lineage, model, window)),
        upstream=tuple(lineage.node(name) for name in lineage.upstream(model.name)),
        downstream=tuple(lineage.node(name) for name in lineage.downstream(model.name)),
        fingerprint=fingerprint(loaded, model.name),
    )


def whole(model: MetricModelDefinition, window: Window) -> Window:
    """`window` if it is whole buckets of `model`; raises ValueError that names the buckets that hold it."""
    grain = model.grain or Grain.DAILY
    if not grain.is_aligned(window):
        last = grain.window_of(window.end - ONE_DAY).end
        raise ValueError(
            f"{model.name}: {window} is not whole {grain.value} windows; those that hold it are "
            f"{Window(grain.floor(window.start), last)}"
        )
    return window


def last_window(model: MetricModelDefinition, start: date, today: date) -> Window:
    """The last whole bucket before `today`; of an unpartitioned model everything from `start` on."""
    grain = model.grain
    if grain is None:
        return Window(min(start, today - ONE_DAY), today)
    return grain.window_of(grain.floor(today) - ONE_DAY)


def fingerprint(loaded: TimeseriesMetrics, name: str) -> str:
    """SQLMesh's hash of what determines the rows of a model, without its parents."""
    registered = MacroOverridingModel(loaded.models[name], loaded.queries[name])
    (model,) = registered.models(lambda gateway: {}, Path(), Path(), dialect="duckdb", default_catalog="metrics")
    return model.data_hash


def _reads(lineage: Lineage, model: MetricModelDefinition, window: Window) -> Iterator[Read]:
    node = lineage.node(model.name)
    for parent in map(lineage.node, node.parents):
        if parent.grain is None and parent.kind != "raw":
            yield Read(table=parent.name, kind=parent.kind, window=None)
        elif model.grain is None:
            yield Read(table=parent.name, kind=parent.kind, window=window)
        else:
            earliest = min(model.start, window.start)
            read = node.reads.window(window, earliest, parent.reads)
            yield Read(table=parent.name, kind=parent.kind, window=read)


def _why(kinds: Sequence[str], loaded: TimeseriesMetrics, model: MetricModelDefinition) -> str:
    if kinds == ["direct"] and model.over_all_time:
        return "there is one window, everything since the start"
    if kinds == ["direct"] and model.rolling:
        return "its rows carry their own sample date, as those of another metric do"
    return "; ".join([_WHY[kind] for kind in kinds if kind in _WHY] or _obstacles(loaded, model))


def _cost(kind: str, model: MetricModelDefinition) -> str:
    history = " of all history up to the window's end" if "=history" in "".join(model.tags) else ""
    if kind in _COST:
        return _COST[kind] + history
    spread = "joins each row with every sample date it counts for"
    if model.rolling:
        count, unit = model.rolling
        return f"{spread}: up to {count} {unit}s{history}"
    return f"{spread}: one bucket{history}"


def _obstacles(loaded: TimeseriesMetrics, model: MetricModelDefinition) -> Sequence[str]:
    """What in the author's SQL keeps the model from one scan, as far as it can be seen."""
    definition = next(d for key, d in loaded.options.metric_queries.items() if (d.name or key) == model.metric)
    path = loaded.options.queries_dir / definition.ref
    query = parsed(path, definition.dialect or loaded.options.default_dialect)
    ctes = [cte.this for cte in query.find_all(exp.CTE)]
    found = []
    if any(_macros(cte, ("metrics_start", "metrics_end", "metrics_sample_date")) for cte in ctes):
        found.append("a CTE depends on the window")
    if _macros(query, ("relative_window_sample_date",)):
        found.append("it compares a window with another")
    if any(join.side == "FULL" for join in query.find_all(exp.Join)):
        found.append("it has a FULL JOIN")
    if query.find(exp.Window):
        found.append("it has window functions")
    if query.find(exp.SetOperation):
        found.append("it has a set operation")
    if not ctes and query.find(exp.Distinct) and model.rolling:
        found.append("it combines COUNT(DISTINCT ...) with other aggregates, or rolls over calendar months")
    return found or ["its window enters in more places than the bounds of one time column"]


def _macros(expression: exp.Expr, names: Sequence[str]) -> bool:
    return any(
        call.this.name.lower() in names or getattr(call.this, "sql_name", str)().lower() in names
        for call in expression.find_all(MacroFunc)
    )
