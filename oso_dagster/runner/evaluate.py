"""Evaluates and audits one model for one window, straight from its promoted snapshot."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from oso_dagster.runner.engines import Engine, engine_of
from oso_dagster.runner.error_places import add_statement
from oso_dagster.runner.footprints import changes_of
from oso_dagster.runner.ledger import Change
from oso_dagster.runner.retrying import Retries, Retrying
from oso_dagster.runner.session import Session
from oso_lake.calendar import Window

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, kw_only=True)
class AuditOutcome:
    """`count` rows break the rule; a blocking audit with a count holds the window back.

    Checks of runner/checks.py are told like audits: `is_error` is for those that do not block and are no mere warning,
    and `detail` says what was found.
    """

    name: str
    count: int
    blocking: bool
    skipped: bool = False
    is_error: bool = False
    detail: str = ""

    @property
    def is_passed(self) -> bool:
        """Whether no row breaks the rule."""
        return self.count == 0


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What evaluating a window gave: rows now in the window, whether they are what they were, and seconds spent."""

    rows: int
    audits: tuple[AuditOutcome, ...]
    evaluate_seconds: float
    audit_seconds: float
    is_unchanged: bool
    # of an unpartitioned model: the days that came out differently, None when that is not known
    changes: tuple[Change, ...] | None = None
    retries: Retries = field(default_factory=Retries)

    @property
    def blocked_by(self) -> tuple[AuditOutcome, ...]:
        """Blocking audits that failed."""
        return tuple(audit for audit in self.audits if audit.blocking and not audit.is_passed)


def evaluate(
    session: Session, name: str, window: Window, footprint: str = "", retrying: Retrying | None = None
) -> Evaluated:
    """Replace the window of `name` in the compute store and audit it; errors of the engine are raised as they are.

    With `retrying`, what died with a machine of the engine is begun anew first; raises EngineLostError.
    With the `footprint` of a model that was computed before, it is also said which days came out differently.

    The execution time is the window's end, not the clock: models that are rebuilt whole have no other way to know
    which day is the last complete one, and a window's rows must not depend on when it was computed.
    """
    evaluation = _Evaluation(session, engine_of(session), name, window, footprint)
    with ExitStack() as stack:
        if retrying is None:
            return evaluation.attempt(stack, is_first=True)
        evaluated, retries = retrying.call(lambda before: evaluation.attempt(stack, is_first=not before.times))
        return replace(evaluated, retries=retries)


class _Evaluation:
    """One window's way through the engine. What was there before is remembered of the first attempt."""

    def __init__(self, session: Session, engine: Engine, name: str, window: Window, footprint: str) -> None:
        self.engine = engine
        self._session = session
        self._name = name
        self._window = window
        self._footprint = footprint
        self._before: tuple[int, str] | None = None

    def attempt(self, stack: ExitStack, *, is_first: bool) -> Evaluated:
        """Evaluate and audit. What is to be kept until the last attempt enters `stack`."""
        from sqlmesh.core.snapshot import DeployabilityIndex

        session, name, window = self._session, self._name, self._window
        snapshot = session.snapshots[name]
        arguments: dict[str, Any] = {
            "start": window.start_at,
            "end": window.end_at,
            "execution_time": window.end_at,
            "snapshots": session.parents(name),
            "deployability_index": DeployabilityIndex.all_deployable(),
        }
        began = time.perf_counter()
        measuring = _measuring(session, name, window)
        # an attempt before this one may have been committed although it failed: what it left is not what was before
        if self._before is None:
            before = _NOTHING if self.engine.has_no_row(session, name) else _measured(_row(session, measuring))
            if self._footprint:
                stack.enter_context(self.engine.kept_rows(session, name))
            self._before = before
        before = self._before
        changes: tuple[Change, ...] | None = None
        with (
            self.engine.writing(session, name, window) as keep,
            self.engine.replacing(session, name, before[0] if is_first else _SOME),
        ):
            try:
                session.context.snapshot_evaluator.evaluate(
                    snapshot, target_table_exists=True, batch_index=0, **arguments
                )
            except Exception as error:
                add_statement(error, snapshot.model, self.engine.dialect, **arguments)
                raise
            evaluated = time.perf_counter()
            row, results = self.engine.examined(session, name, measuring, arguments)
            after = _measured(row)
            if self._footprint and before != after:
                changes = changes_of(self.engine.changed(session, name, self._footprint))
            if before != after:
                keep()
        audits = tuple(
            AuditOutcome(
                name=result.audit.name, count=result.count or 0, blocking=bool(result.blocking), skipped=result.skipped
            )
            for result in results
        )
        return Evaluated(
            rows=after[0],
            audits=audits,
            evaluate_seconds=evaluated - began,
            audit_seconds=time.perf_counter() - evaluated,
            is_unchanged=before == after,
            changes=changes,
        )


def query_of(session: Session, name: str, window: Window) -> Any:
    """The query of `name` for the window, over the tables as they are planned: a syntax tree of sqlglot."""
    from sqlmesh.core.snapshot import DeployabilityIndex

    return session.snapshots[name].model.render_query_or_raise(
        start=window.start_at,
        end=window.end_at,
        execution_time=window.end_at,
        snapshots=session.parents(name),
        deployability_index=DeployabilityIndex.all_deployable(),
        engine_adapter=session.context.engine_adapter,
    )


# rows and digest of no row, on each engine
_NOTHING = (0, "0")
# after an attempt that failed nobody knows how many rows there are: more than none
_SOME = 1


def _measuring(session: Session, name: str, window: Window) -> "exp.Select":
    """A query for the rows of the window and a digest of them, in whatever order they lie."""
    from sqlglot import exp

    snapshot = session.snapshots[name]
    table = exp.to_table(snapshot.table_name())
    model = snapshot.model
    digest = engine_of(session).digest(list(model.columns_to_types or {}))
    query = exp.select(exp.alias_(exp.Count(this=exp.Star()), "row_count"), exp.alias_(digest, "digest"))
    query = query.from_(exp.alias_(table, "rows_", table=True))
    if model.time_column is not None:
        column = model.time_column.column
        query = query.where(column >= _literal(window.start.isoformat()), column < _literal(window.end.isoformat()))
    return query


def _row(session: Session, query: "exp.Select") -> Sequence[Any]:
    return session.context.engine_adapter.fetchone(query, quote_identifiers=True) or ()


def _measured(row: Sequence[Any]) -> tuple[int, str]:
    count, digest = row
    return int(count), str(digest)


def _literal(day: str) -> "exp.Cast":
    from sqlglot import exp

    return exp.cast(exp.Literal.string(day), "date")
