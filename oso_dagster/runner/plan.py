"""Plans: makes SQLMesh snapshots, tables and views for the models as they are now. Evaluates no data.

SQLMesh's own plan is quadratic in models (600 take 380 s), since it hands every snapshot all others when it makes a
table or a view; handed its parents only, 600 take 9 s. Two subclasses do that, without a global patch.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from dagster_sqlmesh.config import SQLMeshContextConfig
from dagster_sqlmesh.console import UpdateCreationProgress, UpdatePromotionProgress
from dagster_sqlmesh.controller import SQLMeshController
from dagster_sqlmesh.controller.base import SQLMeshInstance
from sqlmesh import Context
from sqlmesh.core.console import NoopConsole, set_console
from sqlmesh.core.environment import EnvironmentNamingInfo
from sqlmesh.core.snapshot import DeployabilityIndex, Snapshot, SnapshotEvaluator, SnapshotInfoLike
from sqlmesh.utils import CorrelationId
from sqlmesh.utils.errors import NoChangesPlanError

from oso_dagster.broken_metrics import BrokenMetric
from oso_dagster.manifest import Manifest, load_metrics, project_fingerprint, save
from oso_dagster.manifest_build import describe, metric_entries
from oso_dagster.project import Project, applied
from oso_dagster.runner.claims import alone_on_engine
from oso_dagster.runner.logs import ledger_of
from oso_dagster.runner.plans import PlanHistory, keep_manifest
from oso_dagster.runner.publish import update_catalogue
from oso_dagster.runner.reinstate import Reinstated, reinstate
from oso_dagster.runner.session import plain_name
from oso_dagster.sqlmesh_context import ClosingContext
from oso_lake.catalog import open_catalog
from oso_lake.commits import ensure_table
from sqlmesh_project.metrics_factory import keeping_sound_metrics

OnProgress = Callable[[int, int, str], None]


class PlanFailedError(RuntimeError):
    """SQLMesh could not make the tables or views; the environment is as it was."""


@dataclass(frozen=True, kw_only=True)
class PlanReport:
    """Names of models that came, changed and went, seconds, and metrics that could not be planned."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    seconds: float
    # mistakes of metrics that were left out; what was published of them is served on
    broken: tuple[BrokenMetric, ...] = ()
    # of versions that were computed before: served again without computing
    reinstated: Reinstated = field(default_factory=lambda: Reinstated(failed={}))

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from the plan before."""
        return bool(self.added or self.changed or self.removed)


class ParentsOnlyEvaluator(SnapshotEvaluator):
    """Renders each snapshot with its parents instead of with all snapshots of the plan."""

    def create_snapshot(self, snapshot: Snapshot, snapshots: dict[str, Snapshot], *args: Any, **kwargs: Any) -> None:
        """Make the physical table of `snapshot`."""
        super().create_snapshot(snapshot, parents_only(snapshot, snapshots), *args, **kwargs)

    def _migrate_snapshot(self, snapshot: Snapshot, snapshots: dict[str, Snapshot], *args: Any, **kwargs: Any) -> None:
        super()._migrate_snapshot(snapshot, parents_only(snapshot, snapshots), *args, **kwargs)

    def _promote_snapshot(
        self,
        snapshot: Snapshot,
        environment_naming_info: EnvironmentNamingInfo,
        deployability_index: DeployabilityIndex,
        on_complete: Callable[[SnapshotInfoLike], None] | None,
        *args: Any,
        snapshots: dict[str, Snapshot] | None = None,
        **kwargs: Any,
    ) -> None:
        narrowed = parents_only(snapshot, snapshots) if snapshots else snapshots
        super()._promote_snapshot(
            snapshot,
            environment_naming_info,
            deployability_index,
            on_complete,
            *args,
            snapshots=narrowed,
            **kwargs,
        )

    def set_correlation_id(self, correlation_id: CorrelationId) -> "ParentsOnlyEvaluator":
        """The same evaluator with the plan's id on its statements; SQLMesh's own would give back its plain class."""
        adapters = {
            gateway: adapter.with_settings(correlation_id=correlation_id) for gateway, adapter in self.adapters.items()
        }
        return type(self)(adapters, self.ddl_concurrent_tasks, self.selected_gateway)


class PlanContext(ClosingContext):
    """A context whose evaluator narrows snapshots to parents."""

    @property
    def snapshot_evaluator(self) -> SnapshotEvaluator:
        """The narrowing evaluator over the context's own adapters."""
        evaluator = super().snapshot_evaluator
        if not isinstance(evaluator, ParentsOnlyEvaluator):
            evaluator = ParentsOnlyEvaluator(
                dict(evaluator.adapters), evaluator.ddl_concurrent_tasks, evaluator.selected_gateway
            )
            self._snapshot_evaluator = evaluator
        return evaluator


def parents_only(snapshot: Snapshot, snapshots: Mapping[str, Snapshot]) -> dict[str, Snapshot]:
    """Of `snapshots` by name, the parents of `snapshot` and itself."""
    names = {snapshot.name, *(parent.name for parent in snapshot.parents)}
    return {name: snapshots[name] for name in names if name in snapshots}


def plan(
    project: Project, *, on_progress: OnProgress | None = None, log: Callable[[str], None] | None = None
) -> PlanReport:
    """Plan the project's models into the environment readers see; again without changes is quick and changes nothing.

    Raw tables are made where they do not exist yet, since models are checked against them. A metric with a mistake is
    left out and told in the report; its windows are still there when it comes back as it was. Raises PlanFailedError
    and SQLMesh's own errors, which name file and line.
    """
    settings = project.settings
    began = time.monotonic()
    tell = log or (lambda message: None)
    ensure_raw_tables(project)
    with (
        # what computes an earlier version must have published before the next one is promoted
        alone_on_engine(settings, holder="plan", on_wait=tell),
        applied(settings),
    ):
        manifest, before, after = _apply(project, on_progress or (lambda done, total, detail: None))
    changed, added, removed = (
        tuple(sorted(name for name in after.versions.keys() & before.keys() if after.versions[name] != before[name])),
        tuple(sorted(after.versions.keys() - before.keys())),
        tuple(sorted(before.keys() - after.versions.keys() - manifest.broken_models.keys())),
    )
    keep_manifest(project, manifest)
    ledger_of(project).plan(after.versions, manifest.fingerprint)
    PlanHistory(project).add(
        fingerprint=manifest.fingerprint, snapshots=after.identifiers, differences=(added, changed, removed)
    )
    # what is declared is listed before it is computed, and while one of it fails
    update_catalogue(open_catalog(settings), load_metrics(project, manifest), {}, "plan", project.environment)
    return PlanReport(
        added=added,
        changed=changed,
        removed=removed,
        seconds=time.monotonic() - began,
        broken=manifest.broken,
        reinstated=reinstate(project, manifest, "plan", tell) if project.is_production else Reinstated(failed={}),
    )


def ensure_raw_tables(project: Project) -> None:
    """Make every raw table that does not exist yet, empty."""
    from oso_dagster.raw_sources import SOURCES

    catalog = open_catalog(project.settings)
    for source in SOURCES:
        for contract in source.contracts():
            ensure_table(catalog, contract)


def _apply(project: Project, on_progress: OnProgress) -> "tuple[Manifest, Mapping[str, str], Promoted]":
    """Plan and apply; returns the project's manifest, the versions of models before, and what is promoted now."""
    controller = SQLMeshController.setup_with_config(
        config=SQLMeshContextConfig(path=str(project.path), gateway=""),
        context_factory=_context,
    )
    with keeping_sound_metrics(), controller.instance(project.environment, "plan") as mesh:
        context = mesh.context
        # the project is loaded anyway: the code location need not load it once more
        fingerprint = project_fingerprint(project)
        before = promoted(context, project.environment).versions
        total = max(len(context.models), 1)
        created: set[str] = set()
        for event in _events(mesh, project):
            if isinstance(event, UpdateCreationProgress | UpdatePromotionProgress):
                created.add(event.snapshot.name)
                on_progress(len(created), total, plain_name(event.snapshot.name))
        after = promoted(context, project.environment)
        if after.identifiers != {name: snapshot.identifier for name, snapshot in context.snapshots.items()}:
            raise PlanFailedError("the plan was not applied: SQLMesh's log in the cache folder says why")
        manifest = replace(describe(context, ledger_of(project).planned()), fingerprint=fingerprint)
        save(manifest, metric_entries(project, manifest), project)
    return manifest, before, after


def _events(mesh: SQLMeshInstance, project: Project) -> Iterator[Any]:
    """What SQLMesh tells while it plans and applies, without computing data."""
    try:
        yield from mesh.plan(
            skip_backfill=True, skip_tests=True, no_gaps=False, include_unmodified=project.is_production
        )
    except NoChangesPlanError as error:
        raise PlanFailedError(
            f"the models are those of production: there is nothing to make an environment {project.environment!r} of"
        ) from error


@contextmanager
def open_plan_context(project: Project) -> Generator[PlanContext]:
    """A context for changing what is promoted, without loading models; the lock is the caller's."""
    set_console(NoopConsole())
    context = PlanContext(paths=str(project.path), load=False)
    try:
        yield context
    finally:
        context.close()


def _context(**options: Any) -> PlanContext:
    # an empty gateway means the project's default one
    options["gateway"] = options.get("gateway") or None
    return PlanContext(**{key: value for key, value in options.items() if key != "config"})


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """What an environment is made of: version of each model by plain name, identifier of each snapshot by full name."""

    versions: Mapping[str, str] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)


def promoted(context: Context, name: str) -> Promoted:
    """The environment `name` as SQLMesh's state has it; empty before its first plan."""
    environment = context.state_sync.get_environment(name)
    if environment is None:
        return Promoted()
    return Promoted(
        versions={
            plain_name(info.name): info.version
            for info in environment.snapshots
            if info.model_kind_name is not None and not info.is_external
        },
        identifiers={info.name: info.identifier for info in environment.snapshots},
    )
