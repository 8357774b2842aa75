"""Partitions: one definition a grain, and how the partitions of a model lie over those of what it reads."""

import warnings
from datetime import date

import dagster as dg

from oso_dagster.manifest import ModelEntry
from oso_lake.calendar import ONE_DAY, Grain, Window

KEY_FORMAT = "%Y-%m-%d"
# an offset of so many years reaches back to the start of any installation; Dagster steps through its partitions one by
# one, and a hundred years of them are too slow in weeks and before the first year in months
FROM_THE_START_YEARS = 30
_PARTITIONS_A_YEAR = {
    Grain.DAILY: 366,
    Grain.WEEKLY: 53,
    Grain.MONTHLY: 12,
    Grain.QUARTERLY: 4,
    Grain.BIANNUALLY: 2,
    Grain.YEARLY: 1,
}


def partitions_of(grain: Grain | None, start: date) -> dg.TimeWindowPartitionsDefinition | None:
    """Whole windows of `grain` from `start` on, keyed by their first day; None for what is unpartitioned."""
    if grain is None:
        return None
    if grain is Grain.DAILY:
        return dg.DailyPartitionsDefinition(start_date=start.isoformat(), timezone="UTC")
    return dg.TimeWindowPartitionsDefinition(
        start=start.isoformat(), fmt=KEY_FORMAT, cron_schedule=grain.cron, timezone="UTC"
    )


def mapping_to(model: ModelEntry, parent: ModelEntry | None) -> dg.PartitionMapping | None:
    """How partitions of `model` read those of `parent` (None: of a raw table in days); None for Dagster's default."""
    if model.grain is None or (parent is not None and parent.grain is None):
        return None
    # Dagster counts offsets in partitions of the model that reads
    before = model.reads.partitions_before(model.grain, parent.reads if parent else None)
    if before == 0 and (parent is None or parent.grain is model.grain):
        return None
    if before is None:
        before = FROM_THE_START_YEARS * _PARTITIONS_A_YEAR[model.grain]
    with warnings.catch_warnings():
        # beta since 2023; without it the first windows of a rolling metric would ask for days before the start
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.TimeWindowPartitionMapping(start_offset=-before, allow_nonexistent_upstream_partitions=True)


def window_of(context: dg.AssetExecutionContext) -> Window | None:
    """The days a step is asked to compute, `[start, end)`; None when its assets are unpartitioned."""
    if not context.has_partition_key and not context.has_partition_key_range:
        return None
    span = context.partition_time_window
    return Window(span.start.date(), span.end.date())


def partition_tags(window: Window, grain: Grain) -> dict[str, str]:
    """Run tags that choose every partition of `grain` inside `window`; raises ValueError when there is none.

    A single partition is named as one: what is told of a range is not told of its partitions.
    """
    whole = grain.whole(window)
    if whole is None:
        raise ValueError(f"no whole {grain.value} window lies in {window}")
    first, last = whole.start, grain.floor(whole.end - ONE_DAY)
    if first == last:
        return {"dagster/partition": first.isoformat()}
    return {
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }
