"""Computes models for a window, each through the stations: check, withdraw, evaluate, audit, publish, record.

One model's failure fails itself and what depends on it; its siblings go on. What is done is told as soon as its batch
is published and recorded. The order and the reasons for it are in docs/decisions; Dagster's part is in defs/.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.project import Project
from oso_dagster.runner.checks import CHECKS, Checked, check_batch, is_up_to_date
from oso_dagster.runner.claims import claimed, claims_of
from oso_dagster.runner.costs import Cost, CostLog
from oso_dagster.runner.engines import engine_of
from oso_dagster.runner.environment_ledger import EnvironmentLedger
from oso_dagster.runner.error_places import place_of, statement_of
from oso_dagster.runner.evaluate import AuditOutcome, Evaluated, evaluate
from oso_dagster.runner.failures import Failure, FailureLog
from oso_dagster.runner.inputs import (
    Coverage,
    check_inputs,
    check_window,
    first_window_start,
    read_window,
    whole_window,
)
from oso_dagster.runner.ledger import Change, Entry, Ledger, Sources
from oso_dagster.runner.outcomes import AuditFailedError, Outcome, Request, Status, UpstreamFailedError, reason_of
from oso_dagster.runner.publish import Audited, publish_batch, publish_failures
from oso_dagster.runner.raw_state import RawState
from oso_dagster.runner.session import Session, Store, open_store, read_session, to_interval
from oso_dagster.runner.window_locks import Held
from oso_lake.calendar import Window
from oso_lake.database import one_at_a_time
from oso_lake.published import ERRORS

# where a project keeps the SQL of its metrics
METRICS_FOLDER = "oso_metrics"
BATCH_MODELS = 80


@dataclass(frozen=True, kw_only=True)
class _Audited:
    """A model that waits to be published: what to tell, and what to keep in the ledger."""

    outcome: Outcome
    entry: Entry
    changes: tuple[Change, ...] = ()


def ledger_of(project: Project) -> Ledger:
    """The ledger of the installation, as the project's environment sees it."""
    url = project.settings.ledger_url
    return Ledger(url) if project.is_production else EnvironmentLedger(url, project.environment)


def records_of(project: Project) -> str:
    """URL of failures and costs: the ledger's own, or of a file of the environment."""
    return project.settings.ledger_url if project.is_production else f"sqlite:///{environment_file(project)}"


def environment_file(project: Project) -> Path:
    """The file of what failed and what computing cost in an environment beside production."""
    return project.settings.environments_dir / f"{project.environment}.db"


def _cost(one: _Audited) -> Cost:
    grain = one.outcome.model.grain
    windows = grain.count(one.entry.window) if grain else 1
    seconds = one.outcome.evaluate_seconds + one.outcome.audit_seconds
    return Cost(model=one.entry.model, windows=windows, rows=one.outcome.rows, seconds=seconds)


def failures_of(project: Project) -> FailureLog:
    """The record of what failed in the installation."""
    return FailureLog(records_of(project))


def costs_of(project: Project) -> CostLog:
    """The record of what computing cost in the installation."""
    return CostLog(records_of(project))


def compute(
    project: Project,
    manifest: Manifest,
    metrics: Mapping[str, MetricEntry],
    request: Request,
    *,
    log: Callable[[str], None] = lambda message: None,
    now: datetime | None = None,
    store: Store | None = None,
) -> Iterator[Outcome]:
    """Compute `request` under the compute lock and yield each model's outcome as it is known, failures too.

    A `store` that the caller holds open is used and left open.
    """
    now = now or datetime.now(UTC)
    wanted = set(request.models)
    models = [model for model in manifest.models if model.name in wanted]
    names = [model.name for model in models]
    holder = f"run {request.run_id or 'without id'}, {len(names)} models"
    held = nullcontext(store) if store else open_store(project, holder=holder, on_wait=log)
    claims = claims_of(manifest, request, project.settings.start)
    with held as opened, claimed(project.settings, claims, holder=holder, on_wait=log) as locks:
        session = read_session(opened, names)
        # what is known of the raw tables is read before their rows: what lands in between makes stale, never fresh
        raw = RawState(project.settings, now)
        raw.pin()
        session.show_lake(project.settings)
        run = _Run(
            project=project, manifest=manifest, metrics=metrics, request=request, session=session, raw=raw, locks=locks
        )
        for model in models:
            yield from run.step(model)
        yield from run.flush()
        run.publish_failures()


@dataclass(kw_only=True)
class _Run:
    """The state of one call of `compute`."""

    project: Project
    manifest: Manifest
    metrics: Mapping[str, MetricEntry]
    request: Request
    session: Session
    raw: RawState
    locks: Held | None = None
    failed: set[str] = field(default_factory=set)
    batch: list[_Audited] = field(default_factory=list)
    batch_began: float = 0.0

    def __post_init__(self) -> None:
        self.ledger = ledger_of(self.project)
        self.failures = failures_of(self.project)
        self.costs = costs_of(self.project)
        self.failures_changed = False
        self.batch_seconds = engine_of(self.session).batch_seconds
        self.before = self.ledger.entries()
        self.waiting: dict[str, tuple[int, int]] = {}
        self.coverage = Coverage(
            manifest=self.manifest,
            start=self.project.settings.start,
            intervals=self._intervals,
            missing_raw=self.raw.missing,
            landed_end=self.raw.landed_end,
            default_end=lambda: self.raw.lake_end,
        )

    def _intervals(self, name: str) -> Sequence[tuple[int, int]]:
        recorded = self.session.intervals(name)
        return [*recorded, self.waiting[name]] if name in self.waiting else recorded

    def step(self, model: ModelEntry) -> Iterator[Outcome]:
        """Take one model through check, withdraw, evaluate and audit; publish the batch when it is full."""
        window: Window | None = None
        try:
            self._check_parents(model)
            window = self._checked_window(model)
            sources, heads = self._sources(model, window), self.raw.heads(self.manifest.raw_of[model.name])
            self._withdraw(model, window)
            evaluated = evaluate(self.session, model.name, window, self._footprint(model))
        except Exception as error:  # noqa: BLE001 - one model's failure must not stop its siblings
            self.failed.add(model.name)
            yield self._failure(model, window, error)
            return
        outcome = self._outcome(model, window, evaluated, heads)
        if evaluated.blocked_by:
            self.failed.add(model.name)
            rules = ", ".join(f"{audit.name} ({audit.count} rows)" for audit in evaluated.blocked_by)
            error = AuditFailedError(f"blocking audits failed: {rules}; the window is held back and not published")
            yield self._noted(
                replace(outcome, status=Status.FAILED, reason=reason_of(error), error_class=type(error).__name__)
            )
            return
        self._add(outcome, evaluated, sources)
        if len(self.batch) >= BATCH_MODELS or time.monotonic() - self.batch_began > self.batch_seconds:
            yield from self.flush()

    def _check_parents(self, model: ModelEntry) -> None:
        if lost := sorted(self.failed.intersection(model.parents)):
            raise UpstreamFailedError(f"upstream failed: {', '.join(lost)}")

    def flush(self) -> Iterator[Outcome]:
        """Publish and record the batch, then tell of each model in it."""
        batch, self.batch, self.waiting = self.batch, [], {}
        if not batch:
            return
        batch = self._checked(batch)
        self._check_locks()
        items = [
            Audited(
                model=one.outcome.model,
                window=one.outcome.window if one.outcome.model.grain else None,
                version=one.outcome.version,
            )
            for one in batch
        ]
        errors: dict[str, Exception] = {}
        snapshots: dict[str, tuple[str, int | None]] = {}
        for result in publish_batch(self.session, self.raw.catalog, items, self.metrics, self.request.run_id):
            for name in result.models:
                snapshots[name] = (result.table, result.snapshot_id)
                if result.error is not None:
                    errors[name] = result.error
        yield from self._tell(batch, errors, snapshots)

    def _check_locks(self) -> None:
        if self.locks is not None:
            self.locks.check()

    def _checked(self, batch: list[_Audited]) -> list[_Audited]:
        """The batch with the checks over all of its windows beside each model's audits."""
        windows = [Checked(model=one.outcome.model, window=one.entry.window) for one in batch]
        try:
            found = check_batch(self.session, windows, self.metrics, partial(self._is_current, self.ledger.entries()))
        except Exception as error:  # noqa: BLE001 - told with every model: a check must not keep back what is sound
            unknown = AuditOutcome(name=CHECKS, count=1, blocking=False, is_error=True, detail=reason_of(error))
            found = {one.model.name: (unknown,) for one in windows}
        return [
            replace(one, outcome=replace(one.outcome, audits=(*one.outcome.audits, *found.get(one.entry.model, ()))))
            for one in batch
        ]

    def _is_current(self, entries: Mapping[str, Sequence[Entry]], name: str, window: Window) -> bool:
        running = frozenset(self.request.models) - self.failed
        return is_up_to_date(self.manifest.by_name[name], window, entries, running)

    def _tell(
        self, batch: list[_Audited], errors: dict[str, Exception], snapshots: dict[str, tuple[str, int | None]]
    ) -> Iterator[Outcome]:
        done: list[_Audited] = []
        for one in batch:
            model = one.outcome.model
            if lost := sorted(self.failed.intersection(model.parents)):
                errors.setdefault(model.name, UpstreamFailedError(f"upstream failed: {', '.join(lost)}"))
            if model.name in errors:
                self.failed.add(model.name)
            else:
                done.append(one)
        self._check_locks()
        if not self.request.partial:
            self.costs.record(_cost(one) for one in done)
            recovered = [(one.entry.model, one.entry.window if one.outcome.model.grain else None) for one in done]
            self.failures_changed |= self.failures.clear(recovered)
            self.session.record((one.entry.model, to_interval(one.entry.window)) for one in done)
            self.ledger.record((one.entry for one in done), {one.entry.model: one.changes for one in done})
        else:
            self.ledger.record_partial((one.entry.model, one.entry.window) for one in done)
        for one in batch:
            name = one.outcome.model.name
            if name in errors:
                yield self._failure(one.outcome.model, one.outcome.window, errors[name])
            else:
                table, snapshot = snapshots.get(name, (None, None))
                yield replace(one.outcome, published_table=table, published_snapshot=snapshot)

    def _checked_window(self, model: ModelEntry) -> Window:
        window = self.request.window
        if model.grain is None:
            window = whole_window(model, self.coverage)
        elif window is None:
            raise ValueError(f"{model.name} is partitioned by {model.grain.value}: name a partition")
        else:
            earliest = first_window_start(model, self.coverage.start)
            if window.start < earliest < window.end:
                # a range over models that begin at different days
                window = Window(earliest, window.end)
            check_window(model, window, start=self.coverage.start, today=self.raw.today)
        if not self.request.partial:
            check_inputs(model, window, self.coverage)
        return window

    def _withdraw(self, model: ModelEntry, window: Window) -> None:
        """Take the window back before it is touched; of an unpartitioned model all there is."""
        low, high = to_interval(window)
        if model.grain is None:
            recorded = self.session.intervals(model.name)
            low = min([low, *(start for start, _ in recorded)])
            high = max([high, *(end for _, end in recorded)])
        # the ledger first: what it calls computed must be done for SQLMesh too, or its readers are refused for ever
        if model.name in self.before:
            self.ledger.withdraw(model.name, window if model.grain else None)
        self.session.withdraw(model.name, (low, high))

    def _footprint(self, model: ModelEntry) -> str:
        """The model's footprint, when there is something computed of this version to compare with."""
        version = self.session.snapshots[model.name].version
        computed = any(entry.version == version for entry in self.before.get(model.name, ()))
        return model.footprint if computed and model.grain is None else ""

    def _add(self, outcome: Outcome, evaluated: Evaluated, sources: Sources) -> None:
        model, window = outcome.model, outcome.window
        if window is None:
            raise ValueError(f"{model.name} was evaluated without a window")
        if not self.batch:
            self.batch_began = time.monotonic()
        self.waiting[model.name] = to_interval(window)
        entry = Entry(
            model=model.name,
            window=window,
            version=outcome.version,
            sources=sources,
            run_id=self.request.run_id,
            # where the days are known, they and not the whole model are what changed
            changed=self._unchanged_since(model, window, outcome.version)
            if evaluated.is_unchanged or evaluated.changes is not None
            else 0,
        )
        self.batch.append(_Audited(outcome=outcome, entry=entry, changes=evaluated.changes or ()))

    def _unchanged_since(self, model: ModelEntry, window: Window, version: str) -> int:
        """When the rows that `window` held before were last computed differently; 0 when not all of it was computed."""
        before = [
            entry
            for entry in self.before.get(model.name, ())
            if entry.version == version and entry.window.start < window.end and window.start < entry.window.end
        ]
        if model.grain is None:
            return max((entry.changed for entry in before), default=0)
        days = sum((min(e.window.end, window.end) - max(e.window.start, window.start)).days for e in before)
        return max(entry.changed for entry in before) if before and days == window.days else 0

    def _sources(self, model: ModelEntry, window: Window) -> Sources:
        return self.raw.sources_of(model, read_window(model, None, window, self.coverage.start))

    def _outcome(self, model: ModelEntry, window: Window, evaluated: Evaluated, heads: Mapping[str, str]) -> Outcome:
        return Outcome(
            model=model,
            status=Status.DONE,
            window=window,
            version=self.session.snapshots[model.name].version or "",
            rows=evaluated.rows,
            evaluate_seconds=evaluated.evaluate_seconds,
            audit_seconds=evaluated.audit_seconds,
            audits=evaluated.audits,
            sources=heads,
            partial=self.request.partial,
        )

    def _failure(self, model: ModelEntry, window: Window | None, error: Exception) -> Outcome:
        is_skipped = isinstance(error, UpstreamFailedError)
        outcome = Outcome(
            model=model,
            status=Status.SKIPPED if is_skipped else Status.FAILED,
            window=window or self.request.window,
            reason=reason_of(error, self._place(model, error)),
            error_class=type(error).__name__,
            statement=statement_of(error),
            partial=self.request.partial,
        )
        return outcome if is_skipped else self._noted(outcome)

    def _place(self, model: ModelEntry, error: Exception) -> str:
        """File and line, as far as the engine says where."""
        entry = self.metrics.get(model.name)
        if entry is not None and entry.sql_source_path:
            return place_of(error, self.project.path / METRICS_FOLDER / entry.sql_source_path, entry.sql_source_path)
        return place_of(error, self.project.path / model.path, model.path) if model.path else ""

    def _noted(self, outcome: Outcome) -> Outcome:
        """Keep the failure, unless the caller only tried with what there is."""
        if not self.request.partial:
            self.failures.record(
                [
                    Failure(
                        model=outcome.model.name,
                        window=outcome.window if outcome.model.grain else None,
                        version=self.session.snapshots[outcome.model.name].version or "",
                        error_class=outcome.error_class,
                        message=outcome.reason,
                        run_id=self.request.run_id,
                        failed_at=datetime.now(UTC),
                    )
                ]
            )
            self.failures_changed = True
        return outcome

    def publish_failures(self) -> None:
        """Bring metric_errors up to date, if anything failed or recovered."""
        if self.failures_changed and self.project.is_production:
            with one_at_a_time(self.raw.catalog, ERRORS.name):
                publish_failures(self.raw.catalog, self.failures.all(), self.manifest, self.request.run_id)
