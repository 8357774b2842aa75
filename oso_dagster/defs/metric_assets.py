"""Assets of the SQLMesh models: one multi_asset for each group of models that share a grain.

Choosing one model and one partition computes exactly that; a range is one run and one evaluation a model. The work
itself is in runner/compute.py; here its outcomes become Dagster's events as they come.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import dagster as dg
from dagster._core.definitions.metadata import RawMetadataValue

from oso_dagster.computing import bring_coverage
from oso_dagster.defs.checks import audit_check_result, audit_check_spec, tell_each_partition
from oso_dagster.defs.partitions import mapping_to, partitions_of, window_of
from oso_dagster.defs.resources import Pipeline, PipelineParam
from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.raw_sources import BY_NAME
from oso_dagster.reads import ReadKind
from oso_dagster.runner.outcomes import Outcome, Request, Status
from oso_dagster.runner.retrying import Retries
from oso_lake.calendar import Grain, Window

# how many runs of each may be under way at once is a limit of the Dagster instance; without one there is none
COMPUTE_POOL, LARGE_POOL = "compute", "compute_large"
PARTIAL_TAG = "oso/partial"
SHOWN_STATEMENTS = 5
Result = dg.MaterializeResult | dg.AssetCheckResult


def build_metric_assets(
    manifest: Manifest, start: date, planned: Mapping[str, str], engine: str = "duckdb"
) -> list[dg.AssetsDefinition]:
    """The multi_assets of every model; `planned` versions win over those of the manifest, which follow comments too."""
    groups: dict[tuple[str, Grain | None], list[ModelEntry]] = defaultdict(list)
    for model in manifest.models:
        groups[step_name(model), model.grain].append(model)
    versions = {model.name: planned.get(model.name, model.version) for model in manifest.models}
    return [
        _multi_asset(
            name,
            grain,
            [asset_spec(model, manifest, start, versions[model.name], engine) for model in models],
            models,
            start,
        )
        for (name, grain), models in groups.items()
    ]


def step_name(model: ModelEntry) -> str:
    """The step that computes a model: models of one step share a grain, a batch, and how they read what is before.

    Dagster wants one partition mapping to an upstream asset in a multi_asset, so that rolling windows of other lengths
    are other steps. Large models have steps of their own, whose pool takes fewer at once.
    """
    large = "_large" if is_large(model) else ""
    if model.grain is None:
        return f"whole{large}"
    reads = "" if model.reads.kind is ReadKind.WINDOW else f"_{model.reads.tag().replace(':', '_')}"
    return f"{model.grain.value}{reads}{large}"


def is_large(model: ModelEntry) -> bool:
    """Whether its author says so, by the tag `size=large`."""
    return model.tags.get("size") == "large"


def group_name(model: ModelEntry) -> str:
    """The group under which the UI shows a model."""
    if model.metric is None:
        return {"staging": "staging", "mart": "directory"}.get(model.model_type, "events")
    if model.model_type == "metric_state":
        aggregation = "states"
    elif model.reads.kind is ReadKind.ROLLING:
        aggregation = f"rolling_{model.reads.count}_{model.reads.unit}"
    else:
        aggregation = model.grain.value if model.grain else "over_all_time"
    return f"metrics_{model.tags.get('category', 'other')}_{aggregation}"


def asset_spec(model: ModelEntry, manifest: Manifest, start: date, version: str, engine: str) -> dg.AssetSpec:
    """The asset of one model of an installation on `engine`, on which its own table is an Iceberg table or is not."""
    metadata: dict[str, object] = {
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(column.name, column.type, column.description or None) for column in model.columns]
        ),
        "dagster/table_name": f"metrics.{model.name}",
        "reads": model.reads.tag(),
    }
    return dg.AssetSpec(
        key=dg.AssetKey(model.key),
        deps=[_dep(model, manifest, parent) for parent in model.parents]
        + [_raw_dep(model, raw) for raw in model.raw_inputs],
        description=model.description or None,
        group_name=group_name(model),
        owners=[owner_of(model.tags["owner"])] if "owner" in model.tags else [],
        kinds={"sqlmesh", engine, *(["iceberg"] if model.is_published or engine == "trino" else [])},
        tags=model.asset_tags,
        code_version=version,
        metadata=metadata,
        partitions_def=partitions_of(model.grain, start),
        skippable=True,
    )


def owner_of(owner: str) -> str:
    """An owner as Dagster wants it: an address, or a team."""
    return owner if "@" in owner or owner.startswith("team:") else f"team:{owner}"


def _dep(model: ModelEntry, manifest: Manifest, parent: str) -> dg.AssetDep:
    entry = manifest.by_name[parent]
    if step_name(entry) == step_name(model):
        # peers of one step: the runner checks their windows itself
        return dg.AssetDep(dg.AssetKey(entry.key))
    return dg.AssetDep(dg.AssetKey(entry.key), partition_mapping=mapping_to(model, entry))


def _raw_dep(model: ModelEntry, raw: str) -> dg.AssetDep:
    source = BY_NAME.get(raw.split(".", maxsplit=1)[0])
    mapping = mapping_to(model, None) if source is not None and source.daily else None
    return dg.AssetDep(dg.AssetKey(["raw", *raw.split(".")]), partition_mapping=mapping)


def _multi_asset(
    name: str,
    grain: Grain | None,
    specs: Sequence[dg.AssetSpec],
    models: Sequence[ModelEntry],
    start: date,
) -> dg.AssetsDefinition:
    partitions = partitions_of(grain, start)
    checks = [spec for model in models if (spec := audit_check_spec(model, partitions)) is not None]

    @dg.multi_asset(
        name=name,
        specs=specs,
        check_specs=checks,
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run() if grain else None,
        pool=LARGE_POOL if is_large(models[0]) else COMPUTE_POOL,
        description=f"Computes the selected models of {name}: one evaluation each for the whole range.",
    )
    def step(context: dg.AssetExecutionContext, pipeline: PipelineParam) -> Iterator[Result]:
        yield from _run_step(context, pipeline)

    return step


def _run_step(context: dg.AssetExecutionContext, pipeline: Pipeline) -> Iterator[Result]:
    """Compute what is selected, tell of each model as it ends, and fail at the end with the names of what failed."""
    # with Arrow, which takes a quarter of a second to import: the code location loads without
    from oso_dagster.runner.compute import compute
    from oso_dagster.runner.spending import partitions

    selected = {key.path[-1] for key in context.selected_asset_keys}
    models = tuple(m.name for m in pipeline.manifest.models if m.table in selected)
    request = Request(
        models=models,
        window=window_of(context),
        run_id=context.run.run_id,
        partial=context.run.tags.get(PARTIAL_TAG) == "true",
    )
    failures: dict[str, str] = {}
    statements: dict[str, str] = {}
    chosen = [pipeline.manifest.by_name[name] for name in models]
    store = pipeline.compute_store(f"run {request.run_id}", context.log.info, partitions(chosen, request.window))
    outcomes = compute(
        pipeline.project,
        pipeline.manifest,
        pipeline.metrics,
        request,
        log=context.log.info,
        store=store,
        allowance=pipeline.allowance,
    )
    for outcome in outcomes:
        pipeline.listener(outcome)
        if outcome.audits and outcome.status is Status.FAILED:
            yield audit_check_result(outcome.model, outcome.audits)
        if outcome.status is not Status.DONE:
            failures[outcome.model.name] = outcome.reason
            if outcome.statement:
                statements[outcome.model.name] = outcome.statement
            tell = context.log.error if outcome.status is Status.FAILED else context.log.warning
            tell(f"{outcome.model.name} {outcome.status.value}: {outcome.reason}")
        else:
            result = materialize_result(outcome)
            yield result
            windows = _windows_of(outcome)
            for check in result.check_results or ():
                if check.passed and len(windows) > 1:
                    tell_each_partition(context, check, windows)
    if pipeline.publishes_coverage:
        bring_coverage(pipeline.project, pipeline.manifest, models, request.run_id)
    if failures:
        raise dg.Failure(
            description=f"{len(failures)} of {len(models)} models failed: "
            + "; ".join(f"{name}: {reason}" for name, reason in list(failures.items())[:20]),
            metadata={"failed": failures, **_shown_sql(statements)},
        )


def _windows_of(outcome: Outcome) -> Sequence[Window]:
    grain = outcome.model.grain
    return tuple(grain.windows(outcome.window)) if grain is not None and outcome.window is not None else ()


def _shown_sql(statements: Mapping[str, str]) -> dict[str, RawMetadataValue]:
    """The statements of the first models that failed: what one would paste into a client to see it fail again."""
    return {
        f"sql of {name}": dg.MetadataValue.md(f"```sql\n{statement}\n```")
        for name, statement in list(statements.items())[:SHOWN_STATEMENTS]
    }


def retries_metadata(retries: Retries) -> dict[str, RawMetadataValue]:
    """What was done more than once because machines were lost; empty, as it should be, without any."""
    told: dict[str, RawMetadataValue] = {"retries": retries.times} if retries.times else {}
    if retries.reason:
        told["retry_reason"] = retries.reason
    return told


def materialize_result(outcome: Outcome) -> dg.MaterializeResult:
    """The materialization of one model: where every number in it can be traced from."""
    metadata: dict[str, RawMetadataValue] = {
        "dagster/row_count": outcome.rows,
        "window": str(outcome.window),
        "seconds": round(outcome.evaluate_seconds + outcome.audit_seconds, 3),
        "version": outcome.version,
        "source_snapshots": dict(outcome.sources),
        **cost_metadata(outcome),
    }
    if outcome.published_table:
        metadata["published"] = outcome.published_table
        metadata["published_snapshot"] = str(outcome.published_snapshot)
    if outcome.audits:
        metadata["checks"] = {
            audit.name: "passed" if audit.is_passed else f"{audit.count} rows" for audit in outcome.audits
        }
    if outcome.partial:
        metadata["partial"] = True
    metadata |= retries_metadata(outcome.retries)
    checks = [audit_check_result(outcome.model, outcome.audits)] if outcome.model.audits else []
    return dg.MaterializeResult(asset_key=dg.AssetKey(outcome.model.key), metadata=metadata, check_results=checks)


def cost_metadata(outcome: Outcome) -> dict[str, RawMetadataValue]:
    """What the model used, under the same names on both engines; what an engine does not tell is left out."""
    usage = outcome.usage
    told: dict[str, float | int | None] = {
        "cpu_seconds": round(usage.cpu_seconds, 3),
        "wall_seconds": round(usage.wall_seconds, 3),
        "queued_seconds": None if usage.queued_seconds is None else round(usage.queued_seconds, 3),
        "node_seconds": round(usage.node_seconds, 3),
        "scanned_bytes": usage.scanned_bytes,
        "scanned_rows": usage.scanned_rows,
        "peak_memory_bytes": usage.peak_memory_bytes,
        "splits": usage.splits,
        "queries": usage.queries,
        # a worker was lost in mid query, and its work was done again
        "failed_tasks": usage.failed_tasks,
        "price": None if outcome.price is None else round(outcome.price, 6),
    }
    numbers: dict[str, RawMetadataValue] = {f"cost/{name}": value for name, value in told.items() if value is not None}
    return {"cost/engine": outcome.engine, **numbers}
