"""Derives the manifest: loads the SQLMesh project and the sources' contracts once, in a process of its own.

`python -m oso_dagster.manifest_build PROJECT HOME FINGERPRINT`, with OSO_HOME at a folder that may be thrown away, so
that loading the project opens none of the installation's files; HOME is the installation whose cache is written.
"""

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from oso_dagster.broken_metrics import BrokenMetric, find_broken
from oso_dagster.manifest import AuditEntry, Column, Manifest, ModelEntry, save
from oso_dagster.metrics_catalogue import MEANING_COLUMNS, MetricEntry
from oso_dagster.project import DEFAULT_PROJECT, Project
from oso_dagster.raw_manifest import raw_tables
from oso_dagster.reads import Reads
from oso_dagster.translator import OsoSQLMeshTranslator
from oso_lake.calendar import Grain
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from sqlmesh import Context
    from sqlmesh.core.model import Model
    from sqlmesh.core.snapshot import Snapshot

    from sqlmesh_project.metrics_factory import NamedMetric

RAW_CATALOG = "raw"
ENGINES = ("duckdb", "trino")
_COMPUTED = {"FULL", "VIEW", "INCREMENTAL_BY_TIME_RANGE", "SEED"}


def describe(context: "Context", planned: Collection[str] = ()) -> Manifest:
    """Manifest of a loaded context; `planned` are the models of the last plan.

    Raises ValueError that names a model whose tags the runner cannot serve.
    """
    snapshots = context.snapshots
    names = {fqn: _plain_name(model) for fqn, model in context.models.items() if model.kind.name.value in _COMPUTED}
    ordered = [fqn for fqn in context.dag.sorted if fqn in names]
    entries = tuple(_entry(context, context.models[fqn], snapshots[fqn], names) for fqn in ordered)
    broken = broken_metrics(context, [entry.name for entry in entries], planned)
    return Manifest(fingerprint="", models=entries, raw=tuple(raw_tables()), broken=broken)


def broken_metrics(context: "Context", made: Collection[str], planned: Collection[str]) -> tuple[BrokenMetric, ...]:
    """What keeps metrics of the context's registry from being made; none for a project that has no registry."""
    if Path(context.path).resolve() != DEFAULT_PROJECT:
        return ()
    from sqlmesh_project.metrics_factory import registry

    return tuple(find_broken(registry(strict=False), made, planned))


def data_version(snapshot: "Snapshot") -> str:
    """The version under which SQLMesh keeps this model's data once it is planned; before, that of its definition."""
    return snapshot.version or snapshot.fingerprint.to_version()


def _plain_name(model: "Model") -> str:
    return ".".join(OsoSQLMeshTranslator().get_asset_key_name(model.fqn))


def _entry(context: "Context", model: "Model", snapshot: "Snapshot", names: dict[str, str]) -> ModelEntry:
    tags = dict(tag.split("=", 1) for tag in model.tags if "=" in tag)
    kind = model.kind.name.value
    try:
        grain = Grain(tags["grain"]) if "grain" in tags else None
        reads = Reads.parse(tags.get("reads", "window"))
    except ValueError as error:
        raise ValueError(f"{model._path}: model {names[model.fqn]}: {error}") from error
    if (kind == "INCREMENTAL_BY_TIME_RANGE") != (grain is not None):
        raise ValueError(
            f"{model._path}: model {names[model.fqn]} is {kind} but its tag says grain={tags.get('grain')}: "
            "models that are incremental by time range need a grain, others must not have one"
        )
    return ModelEntry(
        name=names[model.fqn],
        kind=kind,
        grain=grain,
        reads=reads,
        start=_start(model),
        model_type=tags.get("model_type", "intermediate"),
        description=model.description or "",
        version=data_version(snapshot),
        tags=tags,
        columns=tuple(_columns(model)),
        audits=tuple(_audits(model)),
        parents=tuple(sorted(names[fqn] for fqn in model.depends_on if fqn in names)),
        raw_inputs=tuple(sorted(_raw_inputs(model))),
        asset_tags=OsoSQLMeshTranslator().get_tags(context, model),
        path=_path(context, model),
        footprint=_footprint(context, names[model.fqn]),
    )


def _path(context: "Context", model: "Model") -> str:
    """Of SQL files; a model that Python code makes is written elsewhere, which its metric says."""
    if model._path is None or model._path.suffix != ".sql":
        return ""
    return str(Path(model._path).resolve().relative_to(Path(context.path).resolve()))


def _footprint(context: "Context", name: str) -> str:
    """The model's file in the project's footprints/, or what follows from the entity graph for a membership table.

    Raises ValueError for a file that is not a query.
    """
    from oso_dagster.runner.footprints import checked

    path = Path(context.path) / "footprints" / f"{name.rsplit('.', 1)[-1]}.sql"
    if path.exists():
        return checked(path.read_text(), path)
    return _membership_footprint(context, name) if Path(context.path).resolve() == DEFAULT_PROJECT else ""


def _membership_footprint(context: "Context", name: str) -> str:
    from sqlmesh_project.metrics_factory import registry
    from sqlmesh_project.metrics_factory.footprints import membership_footprint

    options = registry(strict=False).options
    if not any(step.table == name for path in options.graph.paths.values() for step in path):
        return ""
    models = {_plain_name(model): model for model in context.models.values()}
    times = {}
    for source in options.timeseries_sources:
        column = models[source].time_column
        declared = options.time_columns.get(source) or (column.column.name if column else None)
        if declared is None:
            raise ValueError(f"{source}: say which column is its time: timeseries_sources={{{source!r}: COLUMN}}")
        times[source] = declared
    return membership_footprint(options.graph, name, times)


def _start(model: "Model") -> date | None:
    from sqlmesh.utils.date import to_date

    return to_date(model.start) if model.start else None


def _columns(model: "Model") -> Iterator[Column]:
    descriptions = model.column_descriptions
    for name, dtype in (model.columns_to_types or {}).items():
        yield Column(name=name, type=dtype.sql("duckdb"), description=descriptions.get(name, ""))


def _audits(model: "Model") -> Iterator[AuditEntry]:
    from sqlglot import exp

    for audit, arguments in model.audits_with_args:
        blocking = arguments.get("blocking")
        yield AuditEntry(name=audit.name, blocking=blocking == exp.true() if blocking else audit.blocking)


def _raw_inputs(model: "Model") -> Iterator[str]:
    from sqlglot import exp

    for fqn in model.depends_on:
        table = exp.to_table(fqn)
        if table.catalog == RAW_CATALOG:
            yield f"{table.db}.{table.name}"


def metric_entries(project: Project, manifest: Manifest) -> list[MetricEntry]:
    """What is known of each published metric model: from the registry that made it, else from its tags."""
    declared = _registered(project.settings) if project.path == DEFAULT_PROJECT else {}
    return [
        declared.get(model.name) or _entry_of_tags(model, project.settings)
        for model in manifest.models
        if model.model_type == "metric" and model.is_published and model.entity is not None
    ]


def _registered(settings: Settings) -> dict[str, MetricEntry]:
    from sqlmesh_project.metrics_factory import registry

    loaded = registry(strict=False)
    return {
        model.name: MetricEntry(
            model=model.name,
            metric=metric.name,
            entity=model.entity_type,
            time_aggregation=model.suffix,
            metric_names=tuple(f"{name}_{model.suffix}" for name in model.metric_names),
            event_sources=_event_sources(settings, _tag(model.tags, "category")),
            display_name=metric.display_name,
            description=metric.description,
            unit=metric.unit,
            additivity=metric.additivity,
            owner=metric.owner,
            deprecated=metric.deprecated,
            meanings={f"{name}_{model.suffix}": _meaning(metric.named[name]) for name in model.metric_names},
            sql_source_path=metric.sql_source_path,
            rendered_sql={engine: loaded.render(model.name, engine) for engine in ENGINES},
        )
        for metric in loaded.metrics.values()
        for model in metric.models
    }


def _meaning(named: "NamedMetric") -> dict[str, str | None]:
    return {column: getattr(named, column) for column in MEANING_COLUMNS}


_SOURCES_OF_CATEGORIES = {"code": ("GITHUB",), "funding": ("OSS_FUNDING",)}


def _event_sources(settings: Settings, category: str) -> tuple[str, ...]:
    """The sources whose names a metric of that category is published under, as far as they are known beforehand."""
    if category == "blockchain":
        return tuple(chain.event_source for chain in settings.evm_chains)
    return _SOURCES_OF_CATEGORIES.get(category, ())


def _tag(tags: Iterable[str], key: str) -> str:
    return next((tag.split("=", 1)[1] for tag in tags if tag.startswith(f"{key}=")), "")


def _entry_of_tags(model: ModelEntry, settings: Settings) -> MetricEntry:
    metric = model.metric or model.table
    aggregation = model.table.split(f"_to_{model.entity}_", 1)[-1]
    return MetricEntry(
        model=model.name,
        metric=metric,
        entity=model.entity or "",
        time_aggregation=aggregation,
        metric_names=(f"{metric}_{aggregation}",),
        event_sources=_event_sources(settings, model.tags.get("category", "")),
        description=model.description or None,
        owner=model.tags.get("owner"),
        unit=model.tags.get("unit"),
        additivity=model.tags.get("additivity"),
    )


def main(project: str, home: str, fingerprint: str) -> None:
    """Load `project` and keep its manifest in the cache of the installation at `home`; broken metrics are left out."""
    from oso_dagster.runner.ledger import Ledger
    from oso_dagster.sqlmesh_context import ClosingContext
    from sqlmesh_project.metrics_factory import keeping_sound_metrics

    # its cache is the installation's, everything else comes from the environment
    target = Project(settings=Settings(home=Path(home)), path=Path(project))
    planned = Ledger(target.settings.ledger_url).planned()
    # what loads the models asks for no state
    os.environ.pop("OSO_DATABASE_URL", None)
    # nor Trino, which would need it; models and their versions are the same on both engines
    os.environ.pop("OSO_ENGINE", None)
    with keeping_sound_metrics():
        context = ClosingContext(paths=project)
    try:
        manifest = replace(describe(context, planned), fingerprint=fingerprint)
        save(manifest, metric_entries(replace(target, settings=Settings()), manifest), target)
    finally:
        context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
