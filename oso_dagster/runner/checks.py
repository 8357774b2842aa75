"""Checks over windows that are evaluated and not yet published: does a number of rows drift, do totals agree?

One query for a batch and kind of check, whatever the number of models. They warn or tell an error and hold nothing
back: a true change of the world looks like a drift. What must hold before publishing is an audit of the model.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

from oso_dagster.manifest import ModelEntry
from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.runner.evaluate import AuditOutcome
from oso_dagster.runner.ledger import Entry
from oso_dagster.runner.session import Session, missing_days
from oso_dagster.spans import overlap
from oso_lake.calendar import Grain, Window

if TYPE_CHECKING:
    from sqlglot import exp

# what is told in place of checks that could not be computed
CHECKS = "window_checks"
DRIFT = "row_count_drift"
RECONCILIATION = "projects_reconcile_with_artifacts"
MEMBERSHIP = "oso.artifacts_by_project_v1"
# windows before that a window is compared with, and how many of them there must be
PREVIOUS = 8
LEAST_PREVIOUS = 4
# how many times more or fewer rows than the median are a drift, when it is also that many rows
FACTOR = 3.0
LEAST_ROWS = 30
# sums of floats in another order
TOLERANCE = 1e-6
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A model and the window it was just evaluated for."""

    model: ModelEntry
    window: Window


def check_batch(
    session: Session,
    batch: Sequence[Checked],
    metrics: Mapping[str, MetricEntry],
    is_current: Callable[[str, Window], bool],
) -> dict[str, tuple[AuditOutcome, ...]]:
    """The checks of each model of `batch` by its name; a check that does not apply to a model is not in it.

    `is_current` says whether a model that is not in the batch is computed for a window, from what its inputs hold now.
    """
    found: dict[str, list[AuditOutcome]] = defaultdict(list)
    for name, outcome in [*_drifts(session, batch), *_reconciliations(session, batch, metrics, is_current)]:
        found[name].append(outcome)
    return {name: tuple(outcomes) for name, outcomes in found.items()}


def is_up_to_date(
    model: ModelEntry, window: Window, entries: Mapping[str, Sequence[Entry]], running: frozenset[str]
) -> bool:
    """Whether `model` is computed for all of `window`, after whatever it reads; `running` are being computed now."""
    own = sorted((one for one in entries.get(model.name, ()) if overlap(one.window, window)), key=_start)
    covered = sum(
        min(one.window.end, window.end).toordinal() - max(_start(one), window.start).toordinal() for one in own
    )
    if covered < window.days or not own or running & set(model.parents):
        return False
    if model.grain is None and own[-1].window.end != window.end:
        return False
    since = min(one.computed for one in own)
    inputs = (one for parent in model.parents for one in entries.get(parent, ()) if overlap(one.window, window))
    return all(one.changed < since for one in inputs)


def _start(entry: Entry) -> date:
    return entry.window.start


def _drifts(session: Session, batch: Iterable[Checked]) -> Iterator[tuple[str, AuditOutcome]]:
    """Rows of each window against the median of the windows before it."""
    timed = [one for one in batch if one.model.grain is not None and _time_column(session, one.model.name)]
    if not timed:
        return
    days = _rows_by_day(session, timed)
    for one in timed:
        name, grain = one.model.name, one.model.grain or Grain.DAILY
        recorded = session.intervals(name)
        span = Window(_begin(one), one.window.end)
        counts = {
            window: sum(days[name].get(day, 0) for day in window.dates())
            for window in grain.windows(span)
            if window.start >= one.window.start or not missing_days(recorded, window)
        }
        if drifts := list(_drifting(counts, one.window.start)):
            yield name, AuditOutcome(name=DRIFT, count=len(drifts), blocking=False, detail=_named(drifts))
        elif len(counts) > LEAST_PREVIOUS:
            yield name, AuditOutcome(name=DRIFT, count=0, blocking=False)


def _begin(one: Checked) -> date:
    """The first day of the windows that the first window of `one` is compared with."""
    grain, begin = one.model.grain or Grain.DAILY, one.window.start
    for _ in range(PREVIOUS):
        begin = grain.floor(begin - timedelta(days=1))
    return begin


def _drifting(counts: Mapping[Window, int], since: date) -> Iterator[str]:
    windows = sorted(counts)
    for place, window in enumerate(windows):
        before = [counts[one] for one in windows[max(place - PREVIOUS, 0) : place]]
        if window.start < since or len(before) < LEAST_PREVIOUS:
            continue
        usual, rows = median(before), counts[window]
        is_far = rows * FACTOR < usual or rows > usual * FACTOR
        if is_far and abs(rows - usual) >= LEAST_ROWS:
            yield f"{window.start}: {rows:,} rows, median of {len(before)} before {usual:,.0f}"


def _rows_by_day(session: Session, timed: Sequence[Checked]) -> dict[str, dict[date, int]]:
    from sqlglot import exp

    queries = []
    for one in timed:
        time = exp.column(_time_column(session, one.model.name), quoted=True)
        query = exp.select(
            exp.alias_(exp.Literal.string(one.model.name), "model"),
            exp.alias_(exp.cast(time.copy(), "date"), "day"),
            exp.alias_(exp.Count(this=exp.Star()), "row_count"),
        ).from_(session.physical_table(one.model.name))
        query = query.where(*_within(time, Window(_begin(one), one.window.end))).group_by("2")
        queries.append(query.sql("duckdb"))
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for name, day, rows in session.context.engine_adapter.fetchall(_union(queries)):
        found[name][day] = rows
    return found


def _reconciliations(
    session: Session,
    batch: Iterable[Checked],
    metrics: Mapping[str, MetricEntry],
    is_current: Callable[[str, Window], bool],
) -> Iterator[tuple[str, AuditOutcome]]:
    """Totals over projects against those over their artifacts, for metrics that are declared to add up.

    The artifacts' must be from the same events: of the same batch, or computed since their inputs last changed. An
    artifact counts as often as there are projects that it belongs to.
    """
    windows = {one.model.name: one.window for one in batch}
    pairs = {
        one.model.name: artifacts
        for one in batch
        if one.model.entity == "project" and _adds_up(one.model, metrics)
        if (artifacts := one.model.name.replace("_to_project_", "_to_artifact_")) in metrics
        if (windows[artifacts] == one.window if artifacts in windows else is_current(artifacts, one.window))
    }
    if not pairs:
        return
    queries = [_difference(session, one, pairs[one.model.name]) for one in batch if one.model.name in pairs]
    rows = {name: list(found) for name, *found in session.context.engine_adapter.fetchall(_union(queries))}
    for name in pairs:
        days, wrong, first = rows[name]
        detail = f"{wrong} of {days} sample dates differ, the first is {first}" if wrong else ""
        yield name, AuditOutcome(name=RECONCILIATION, count=wrong, blocking=False, is_error=True, detail=detail)


def _adds_up(model: ModelEntry, metrics: Mapping[str, MetricEntry]) -> bool:
    """Whether a project's amount is the sum of those of the artifacts that belong to it now."""
    entry = metrics.get(model.name)
    is_additive = entry is not None and entry.additivity == "additive"
    return is_additive and MEMBERSHIP in model.parents and "attribution" not in model.tags


def _difference(session: Session, one: Checked, artifacts: str) -> str:
    """SQL for `model, days, wrong, first_wrong` of one pair of models, over the sample dates of the window."""
    from sqlglot import exp

    day = exp.column("metrics_sample_date")
    within = [condition.sql("duckdb") for condition in _within(day, one.window)] if one.model.grain else ["true"]
    keys = "metrics_sample_date, event_source, metric"
    # of what the session has not read there is the view that shows the planned version
    projects, amounts = session.physical_table(one.model.name), exp.to_table(artifacts).sql("duckdb", identify=True)
    pairs = session.physical_table(MEMBERSHIP)
    where = " and ".join(within)
    of_projects = f"select {keys}, sum(amount) as total from {projects} where {where} group by {keys}"  # noqa: S608
    of_artifacts = f"""
        select {keys}, sum(amount) as total from {amounts} as amounts
        join (select distinct artifact_id, project_id from {pairs} where valid_to is null) as pairs
        on pairs.artifact_id = amounts.to_artifact_id where {where} group by {keys}
    """  # noqa: S608 - names of tables that SQLMesh made
    differs = f"abs(coalesce(p.total, 0) - coalesce(a.total, 0)) > {TOLERANCE} * greatest(abs(coalesce(a.total, 0)), 1)"
    return f"""
        select {exp.Literal.string(one.model.name).sql("duckdb")} as model,
          count(distinct metrics_sample_date) as days,
          count(distinct metrics_sample_date) filter (where {differs}) as wrong,
          min(metrics_sample_date) filter (where {differs}) as first_wrong
        from ({of_projects}) as p full join ({of_artifacts}) as a using ({keys})
    """  # noqa: S608 - names of tables that SQLMesh made, and a literal


def _time_column(session: Session, name: str) -> str:
    column = session.snapshots[name].model.time_column
    return column.column.name if column is not None else ""


def _within(time: "exp.Expr", window: Window) -> "list[exp.Expr]":
    from sqlglot import exp

    low, high = (exp.cast(exp.Literal.string(day.isoformat()), "date") for day in (window.start, window.end))
    return [exp.GTE(this=time.copy(), expression=low), exp.LT(this=time.copy(), expression=high)]


def _union(queries: Iterable[str]) -> str:
    return " union all ".join(f"({query})" for query in queries)


def _named(items: Sequence[str]) -> str:
    left = len(items) - MOST_NAMED
    return "; ".join(items[:MOST_NAMED]) + (f" and {left} more" if left > 0 else "")
