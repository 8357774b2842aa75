"""Computes models for a window, each through the stations: check, withdraw, evaluate, audit, publish, record.

One model's failure fails itself and what depends on it; its siblings go on. What is done is told as soon as its batch
is published and recorded. The order and the reasons for it are in docs/decisions; Dagster's part is in defs/.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.project import Project
from oso_dagster.remedies import remedied, remedy
from oso_dagster.runner.batches import Waiting, checked, waiting
from oso_dagster.runner.budget import Allowance
from oso_dagster.runner.checks import is_up_to_date
from oso_dagster.runner.claims import claimed, claims_of
from oso_dagster.runner.engines import engine_of
from oso_dagster.runner.error_places import place_of, statement_of
from oso_dagster.runner.evaluate import Evaluated, evaluate
from oso_dagster.runner.failing import Failing
from oso_dagster.runner.inputs import Coverage, checked_window, read_window
from oso_dagster.runner.ledger import Entry, Ledger, Sources
from oso_dagster.runner.logs import costs_of, ledger_of
from oso_dagster.runner.outcomes import AuditFailedError, Outcome, Request, Status, UpstreamFailedError, reason_of
from oso_dagster.runner.publish import publish_batch
from oso_dagster.runner.query_costs import publish_costs
from oso_dagster.runner.raw_state import RawState
from oso_dagster.runner.retrying import Retrying
from oso_dagster.runner.session import Session, Store, open_store, read_session, to_interval
from oso_dagster.runner.spending import Spending, cost_of
from oso_dagster.runner.usage import Meter
from oso_dagster.runner.window_locks import Held
from oso_lake.calendar import Window

# where a project keeps the SQL of its metrics
METRICS_FOLDER = "oso_metrics"
BATCH_MODELS = 80


def compute(
    project: Project,
    manifest: Manifest,
    metrics: Mapping[str, MetricEntry],
    request: Request,
    *,
    log: Callable[[str], None] = lambda message: None,
    now: datetime | None = None,
    store: Store | None = None,
    allowance: Allowance | None = None,
) -> Iterator[Outcome]:
    """Compute `request` under the compute lock and yield each model's outcome as it is known, failures too.

    A `store` that the caller holds open is used and left open. Of what the caller's `allowance` does not reach for,
    nothing is touched; without one, the settings' budget is that of this call. Raises InstallationError when the disk
    is full or the database goes away; what was yielded by then is done.
    """
    with remedied(project.settings):
        yield from _compute(project, manifest, metrics, request, log=log, now=now, store=store, allowance=allowance)


def _compute(
    project: Project,
    manifest: Manifest,
    metrics: Mapping[str, MetricEntry],
    request: Request,
    *,
    log: Callable[[str], None],
    now: datetime | None,
    store: Store | None,
    allowance: Allowance | None,
) -> Iterator[Outcome]:
    now = now or datetime.now(UTC)
    wanted = set(request.models)
    models = [model for model in manifest.models if model.name in wanted]
    names = [model.name for model in models]
    allowance = allowance or Allowance.of(project.settings)
    holder = f"run {request.run_id or 'without id'}, {len(names)} models"
    held = nullcontext(store) if store else open_store(project, holder=holder, on_wait=log)
    claims = claims_of(manifest, request, project.settings.start)
    with (
        ExitStack() as stack,
        held as opened,
        claimed(project.settings, claims, holder=holder, on_wait=log) as locks,
    ):
        session = read_session(opened, names)
        engine = engine_of(session)
        retrying = Retrying(session, engine, project.settings.engine_wait_seconds)
        if locks is not None:
            retrying.call(lambda before: stack.enter_context(engine.locked(session, locks)))
        # what is known of the raw tables is read before their rows: what lands in between makes stale, never fresh
        raw = RawState(project.settings, now)
        raw.pin()
        session.show_lake(project.settings)
        run = _Run(
            project=project,
            manifest=manifest,
            metrics=metrics,
            request=request,
            session=session,
            raw=raw,
            spending=Spending.of(project, opened, session, models, request.window, allowance),
            retrying=retrying,
            locks=locks,
        )
        for model in models:
            yield from run.step(model)
        yield from run.flush()
        run.finish()


@dataclass(kw_only=True)
class _Run:
    """The state of one call of `compute`."""

    project: Project
    manifest: Manifest
    metrics: Mapping[str, MetricEntry]
    request: Request
    session: Session
    raw: RawState
    spending: Spending
    retrying: Retrying
    locks: Held | None = None
    failed: set[str] = field(default_factory=set)
    batch: list[Waiting] = field(default_factory=list)
    batch_began: float = 0.0
    told: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger: Ledger = ledger_of(self.project)
        self.failing = Failing(self.project, self.manifest, self.request.run_id)
        self.before = self.ledger.entries()
        self.costs = costs_of(self.project)
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
        meter = Meter()
        try:
            self._check_parents(model)
            window = checked_window(
                model, self.request.window, self.coverage, today=self.raw.today, partial=self.request.partial
            )
            self.spending.check(model, window)
            sources, heads = self._sources(model, window), self.raw.heads(self.manifest.raw_of[model.name])
            self.retrying.check()
            self._withdraw(model, window)
            with self.spending.evaluating(model) as meter:
                evaluated = evaluate(self.session, model.name, window, self._footprint(model), self.retrying)
        except Exception as error:  # noqa: BLE001 - one model's failure must not stop its siblings
            self.failed.add(model.name)
            self.spending.dropped(model.name)
            yield self._failure(self.spending.priced(self._failed(model, window), meter.usage), error)
            return
        outcome = self.spending.priced(self._outcome(model, window, evaluated, heads), meter.usage)
        if evaluated.blocked_by:
            self.failed.add(model.name)
            rules = ", ".join(f"{audit.name} ({audit.count} rows)" for audit in evaluated.blocked_by)
            error = AuditFailedError(f"blocking audits failed: {rules}; the window is held back and not published")
            yield self._failure(replace(outcome, status=Status.FAILED), error)
            return
        if not self.batch:
            self.batch_began = time.monotonic()
        self.waiting[model.name] = to_interval(window)
        before = self.before.get(model.name, ())
        self.batch.append(waiting(outcome, window, evaluated, before, sources, self.request.run_id))
        batch_seconds = self.spending.engine.batch_seconds
        if len(self.batch) >= BATCH_MODELS or time.monotonic() - self.batch_began > batch_seconds:
            yield from self.flush()

    def _check_parents(self, model: ModelEntry) -> None:
        if lost := sorted(self.failed.intersection(model.parents)):
            raise UpstreamFailedError(f"upstream failed: {', '.join(lost)}")

    def flush(self) -> Iterator[Outcome]:
        """Publish and record the batch, then tell of each model in it."""
        batch, self.batch, self.waiting = self.batch, [], {}
        if not batch:
            return
        errors: dict[str, Exception] = {}
        snapshots: dict[str, tuple[str, int | None]] = {}
        with self.spending.publishing() as meter:
            is_current = partial(self._is_current, self.ledger.entries())
            batch = checked(self.session, batch, self.metrics, is_current)
            self._check_locks()
            items = [one.audited for one in batch]
            for result in publish_batch(self.session, self.raw.catalog, items, self.metrics, self.request.run_id):
                for name in result.models:
                    snapshots[name] = (result.table, result.snapshot_id)
                    if result.error is not None:
                        errors[name] = result.error
        yield from self._tell(self.spending.shared(batch, meter.usage), errors, snapshots)

    def _check_locks(self) -> None:
        if self.locks is not None:
            self.locks.check()

    def _is_current(self, entries: Mapping[str, Sequence[Entry]], name: str, window: Window) -> bool:
        running = frozenset(self.request.models) - self.failed
        return is_up_to_date(self.manifest.by_name[name], window, entries, running)

    def _tell(
        self, batch: list[Waiting], errors: dict[str, Exception], snapshots: dict[str, tuple[str, int | None]]
    ) -> Iterator[Outcome]:
        done: list[Waiting] = []
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
            self.costs.record(cost_of(one.outcome, one.entry.window) for one in done)
            self.failing.clear([(one.entry.model, one.window) for one in done])
            self.session.record((one.entry.model, to_interval(one.entry.window)) for one in done)
            self.ledger.record((one.entry for one in done), {one.entry.model: one.changes for one in done})
        else:
            self.ledger.record_partial((one.entry.model, one.entry.window) for one in done)
        for one in batch:
            name = one.outcome.model.name
            if name in errors:
                failed = self.spending.priced(self._failed(one.outcome.model, one.outcome.window), one.outcome.usage)
                yield self._failure(failed, errors[name])
            else:
                table, snapshot = snapshots.get(name, (None, None))
                yield self._told(replace(one.outcome, published_table=table, published_snapshot=snapshot))

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
            retries=evaluated.retries,
        )

    def _failed(self, model: ModelEntry, window: Window | None) -> Outcome:
        return Outcome(
            model=model,
            status=Status.FAILED,
            window=window or self.request.window,
            version=self.session.snapshots[model.name].version or "",
            partial=self.request.partial,
        )

    def _place(self, model: ModelEntry, error: Exception) -> str:
        """File and line, as far as the engine says where."""
        entry = self.metrics.get(model.name)
        if entry is not None and entry.sql_source_path:
            return place_of(error, self.project.path / METRICS_FOLDER / entry.sql_source_path, entry.sql_source_path)
        return place_of(error, self.project.path / model.path, model.path) if model.path else ""

    def _failure(self, outcome: Outcome, error: Exception) -> Outcome:
        """What is told of a model that failed or was not tried; kept, unless only what there is was to be tried."""
        error = self.retrying.told(error)
        is_skipped = isinstance(error, UpstreamFailedError)
        outcome = replace(
            outcome,
            status=Status.SKIPPED if is_skipped else Status.FAILED,
            reason=remedy(error, self.project.settings) or reason_of(error, self._place(outcome.model, error)),
            error_class=type(error).__name__,
            statement=statement_of(error),
        )
        if not is_skipped and not self.request.partial:
            self.failing.note([outcome])
        return self._told(outcome)

    def _told(self, outcome: Outcome) -> Outcome:
        self.told.append(outcome)
        return outcome

    def finish(self) -> None:
        """Bring the tables that tell of runs up to date."""
        self.failing.publish(self.raw.catalog)
        publish_costs(
            self.raw.catalog,
            self.told,
            self.request.run_id,
            environment=self.session.environment,
            now=datetime.now(UTC),
        )
