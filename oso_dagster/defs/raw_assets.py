"""Assets of the raw tables: one multi_asset a source, whose step lands the windows asked for through dlt.

Specs come from the manifest, which took them from dagster-dlt's translator. DagsterDltResource.run is not used: it
tells one result a table and run, while a landing is several chunks, and says of every window what became of it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import dagster as dg
from dagster._core.definitions.metadata import RawMetadataValue

from oso_dagster.computing import bring_coverage
from oso_dagster.defs.checks import QUARANTINE, WINDOWS, landing_check_specs
from oso_dagster.defs.partitions import partitions_of, window_of
from oso_dagster.defs.resources import Pipeline, PipelineParam
from oso_dagster.manifest import Manifest, RawEntry
from oso_dagster.raw_sources import BY_NAME, RawSource
from oso_dagster.runner.logs import ledger_of
from oso_lake.calendar import Grain

FORCE_TAG = "oso/force"
# windows that are as they should be; everything else is named in metadata and by the check
_WHOLE = frozenset({"landed", "unchanged", "withdrawn", "fetched", "final", "pending"})
MAX_NAMED = 100
Result = dg.MaterializeResult | dg.AssetCheckResult


def build_raw_assets(manifest: Manifest, start: date) -> list[dg.AssetsDefinition]:
    """The multi_assets of every source in the manifest."""
    return [
        _multi_asset(BY_NAME[name], [raw for raw in manifest.raw if raw.source == name], start)
        for name in dict.fromkeys(raw.source for raw in manifest.raw)
    ]


def asset_spec(raw: RawEntry, start: date) -> dg.AssetSpec:
    """The asset of one raw table."""
    columns = [dg.TableColumn(column.name, column.type, column.description or None) for column in raw.columns]
    return dg.AssetSpec(
        key=dg.AssetKey(raw.key),
        deps=[dg.AssetKey(["raw", *dep.split(".")]) for dep in raw.deps],
        description=raw.description or None,
        group_name=f"raw_{raw.source}",
        kinds=set(raw.kinds),
        tags={"source": raw.source},
        metadata={"dagster/column_schema": dg.TableSchema(columns), "dagster/table_name": f"raw.{raw.name}"},
        partitions_def=partitions_of(Grain.DAILY, start) if raw.partitioned else None,
        skippable=True,
    )


def _multi_asset(source: RawSource, tables: Sequence[RawEntry], start: date) -> dg.AssetsDefinition:
    main = dg.AssetKey(tables[0].key)
    quarantines = any(table.name.endswith(".quarantine") for table in tables)

    @dg.multi_asset(
        name=f"land_{source.name}",
        specs=[asset_spec(table, start) for table in tables],
        check_specs=landing_check_specs(main, quarantines=quarantines),
        can_subset=True,
        partitions_def=partitions_of(Grain.DAILY, start) if source.daily else None,
        backfill_policy=dg.BackfillPolicy.single_run() if source.daily else None,
        # a source's server is asked by so many runs at once as its pool allows
        pool=f"land_{source.name}",
        description=f"Lands {source.name}: all of its tables, whichever of them are selected, one snapshot each.",
    )
    def step(context: dg.AssetExecutionContext, pipeline: PipelineParam) -> Iterator[Result]:
        yield from _run_step(context, pipeline, source, main)

    return step


def _run_step(
    context: dg.AssetExecutionContext, pipeline: Pipeline, source: RawSource, main: dg.AssetKey
) -> Iterator[Result]:
    pipeline.close_store()
    settings = pipeline.project.settings
    window = window_of(context)
    begin = window.start if window else settings.start
    end = window.end if window else date.max - timedelta(days=1)
    force = context.run.tags.get(FORCE_TAG) == "true"
    reports = source.land(settings, begin, end, pipeline.listener, force)
    for report in reports:
        pipeline.listener(report)
    statuses = [status for report in reports for status in report.windows]
    for key in sorted(context.selected_asset_keys):
        yield dg.MaterializeResult(asset_key=key, metadata=_metadata(".".join(key.path[1:]), reports, statuses))
    yield from _checks(context, main, statuses)
    tables = {name for report in reports for name in report.tables}
    if tables and pipeline.publishes_coverage:
        _tell_coverage(context.run.run_id, pipeline, tables)


def _tell_coverage(run_id: str, pipeline: Pipeline, tables: set[str]) -> None:
    """What reads `tables` may be stale from now on: metric_coverage says so before anything is computed."""
    manifest = pipeline.manifest
    readers = [model.name for model in manifest.models if tables & manifest.raw_of[model.name]]
    # nothing was ever said of what was never computed
    if ledger_of(pipeline.project).entries().keys() & set(readers):
        bring_coverage(pipeline.project, manifest, readers, run_id)


def _metadata(table: str, reports: Sequence[Any], statuses: Sequence[Any]) -> dict[str, RawMetadataValue]:
    commits = [report.tables[table] for report in reports if table in report.tables]
    metadata: dict[str, RawMetadataValue] = {
        "dagster/row_count": sum(commit.rows for commit in commits),
        "seconds": round(sum(report.seconds for report in reports), 2),
        "windows": dict(Counter(status.status for status in statuses)),
    }
    if commits:
        metadata["snapshot"] = str(commits[-1].snapshot_id)
    if load_ids := [report.load_id for report in reports if report.load_id]:
        metadata["load_id"] = ", ".join(load_ids)
    if odd := _odd(statuses):
        metadata["gaps"] = odd
    return metadata


def _odd(statuses: Sequence[Any]) -> list[str]:
    """Windows that are not whole, with their status and reason, as far as they fit."""
    odd = [
        f"{status.window}: {status.status} {status.detail}".rstrip()
        for status in statuses
        if status.status not in _WHOLE
    ]
    return odd if len(odd) <= MAX_NAMED else [*odd[:MAX_NAMED], f"and {len(odd) - MAX_NAMED} more"]


def _checks(context: dg.AssetExecutionContext, main: dg.AssetKey, statuses: Sequence[Any]) -> Iterator[Result]:
    selected = {check.name for check in context.selected_asset_check_keys}
    odd = _odd(statuses)
    quarantined = sum(status.quarantined for status in statuses)
    if WINDOWS in selected:
        yield dg.AssetCheckResult(
            asset_key=main,
            check_name=WINDOWS,
            passed=not odd,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"windows": len(statuses), "not_whole": odd},
        )
    if QUARANTINE in selected:
        yield dg.AssetCheckResult(
            asset_key=main,
            check_name=QUARANTINE,
            passed=quarantined == 0,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"quarantined": quarantined},
        )
