"""Asset checks of what is computed: `gap` and `freshness` of each window, `coverage` of each metric model as a whole.

Chosen by hand they look and tell; the sensor `coverage` tells what is new when nothing moves any more. What they say,
and what is worth an event, is decided in oso_dagster/window_checks.py.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from oso_dagster.computing import bring_coverage
from oso_dagster.coverage import is_covered
from oso_dagster.defs.checks import target_of
from oso_dagster.defs.partitions import partitions_of, window_of
from oso_dagster.defs.resources import Pipeline, PipelineParam
from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.spans import overlap
from oso_dagster.window_checks import (
    COVERAGE,
    MOST_WINDOWS,
    WINDOW_CHECKS,
    Known,
    Verdict,
    known_of,
    newest,
    summary,
    verdict,
)
from oso_lake.calendar import Grain, Window

# windows that one run by hand tells of, over all models and checks; what is older is counted by `coverage`
MOST_BY_HAND = 1_000


def build_coverage_checks(manifest: Manifest, start: date) -> list[dg.AssetChecksDefinition]:
    """A step of window checks for each grain, since steps of a run share their partitions, and one of `coverage`."""
    covered: dict[Grain, list[ModelEntry]] = defaultdict(list)
    for model in manifest.models:
        if model.grain is not None and is_covered(model):
            covered[model.grain].append(model)
    if not covered:
        return []
    every = [model for models in covered.values() for model in models]
    return [*(_window_checks(grain, models, start) for grain, models in covered.items()), _summaries(every)]


def _window_checks(grain: Grain, models: Sequence[ModelEntry], start: date) -> dg.AssetChecksDefinition:
    partitions = partitions_of(grain, start)
    with warnings.catch_warnings():
        # a preview in Dagster 1.13; without it a check has one state for all partitions
        warnings.simplefilter("ignore", dg.PreviewWarning)
        specs = [
            dg.AssetCheckSpec(name, asset=dg.AssetKey(model.key), description=text, partitions_def=partitions)
            for model in models
            for name, text in WINDOW_CHECKS.items()
        ]

    @dg.multi_asset_check(
        name=f"{grain.value}_windows",
        specs=specs,
        can_subset=True,
        description=f"Says of the chosen {grain.value} windows whether they are computed, and from what is there now.",
    )
    def step(context: dg.AssetCheckExecutionContext, pipeline: PipelineParam) -> Iterator[dg.AssetCheckResult]:
        chosen = context.selected_asset_check_keys
        known = _look(context, pipeline, models)
        window = window_of(context.op_execution_context)  # ty: ignore[invalid-argument-type]
        is_part = bool(context.run.asset_selection)
        verdicts = [
            verdict(known[name], key.name, one)
            for key in sorted(chosen)
            if (name := ".".join(key.asset_key.path)) in known
            for one in _asked(known[name], key.name, window, is_part=is_part)
        ]
        if len(verdicts) > MOST_BY_HAND:
            context.log.warning(f"the last {MOST_BY_HAND} of {len(verdicts)} windows are told of")
        for evaluation in evaluations(context.instance, verdicts[-MOST_BY_HAND:]):
            # a result of a range of partitions has no partition, an evaluation has
            context.op_execution_context.log_event(evaluation)  # ty: ignore[invalid-argument-type] - Dagster takes it
        yield from ()

    return step


def _asked(known: Known, check: str, window: Window | None, *, is_part: bool) -> list[Window]:
    """The windows to tell of: those chosen; without a choice, those in which the check fails.

    As part of a run that computes a long range also only those: what was told before of the others does not count any
    more with their materializations, and an event a window costs as much as computing it.
    """
    failing = known.windows(check)
    if window is None:
        return newest(known.grain, failing, MOST_WINDOWS)[::-1]
    if is_part and known.grain.count(window) > MOST_WINDOWS:
        return [one for one in newest(known.grain, failing, MOST_WINDOWS)[::-1] if overlap(one, window)]
    return newest(known.grain, [window], MOST_BY_HAND)[::-1]


def _summaries(models: Sequence[ModelEntry]) -> dg.AssetChecksDefinition:
    text = "All windows from the first to the last landed day are fresh. An error if one is missing, failed or partial"

    @dg.multi_asset_check(
        name="coverage",
        specs=[dg.AssetCheckSpec(COVERAGE, asset=dg.AssetKey(model.key), description=text) for model in models],
        can_subset=True,
        description="Counts the windows of the chosen models by their state.",
    )
    def step(context: dg.AssetCheckExecutionContext, pipeline: PipelineParam) -> Iterator[dg.AssetCheckResult]:
        known = _look(context, pipeline, models)
        for one in evaluations(context.instance, [summary(found) for found in known.values()]):
            if one.asset_check_key in context.selected_asset_check_keys:
                yield dg.AssetCheckResult(
                    asset_key=one.asset_key,
                    check_name=one.check_name,
                    passed=one.passed,
                    severity=one.severity,
                    description=one.description,
                    metadata=one.metadata,
                )

    return step


def _look(context: dg.AssetCheckExecutionContext, pipeline: Pipeline, models: Sequence[ModelEntry]) -> dict[str, Known]:
    """What is known now of the models whose checks are chosen; metric_coverage says the same from here on."""
    keys = {key.asset_key for key in context.selected_asset_check_keys}
    names = {model.name for model in models if dg.AssetKey(model.key) in keys}
    known = known_of(bring_coverage(pipeline.project, pipeline.manifest, names, context.run.run_id))
    return {name: one for name, one in known.items() if name in names}


def evaluations(instance: dg.DagsterInstance, verdicts: Sequence[Verdict]) -> Iterator[dg.AssetCheckEvaluation]:
    """Dagster's events for `verdicts`, with the materializations they speak of: without, they count as outdated."""
    windows: dict[dg.AssetKey, set[str]] = defaultdict(set)
    for one in verdicts:
        if one.window is not None:
            windows[_key(one)].add(one.window.start.isoformat())
    log = instance.event_log_storage
    by_window = {
        key: log.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION, partitions)
        for key, partitions in windows.items()
    }
    wholes = [_key(one) for one in verdicts if one.window is None]
    by_asset = {
        record.asset_entry.asset_key: record.asset_entry.last_materialization_storage_id
        for record in (log.get_asset_records(wholes) if wholes else ())
    }
    for one in verdicts:
        partition = one.window.start.isoformat() if one.window else None
        target = by_window[_key(one)].get(partition) if partition else by_asset.get(_key(one))
        yield dg.AssetCheckEvaluation(
            asset_key=_key(one),
            check_name=one.check,
            passed=one.passed,
            severity=dg.AssetCheckSeverity.ERROR if one.is_error else dg.AssetCheckSeverity.WARN,
            description=one.description,
            metadata=one.metadata,
            partition=partition,
            target_materialization_data=target_of(target) if target is not None else None,
        )


def _key(one: Verdict) -> dg.AssetKey:
    return dg.AssetKey(one.model.split("."))
