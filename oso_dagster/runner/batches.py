"""Models that were evaluated and wait to be published together, after checks over all of their windows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.runner.checks import CHECKS, Checked, check_batch
from oso_dagster.runner.evaluate import AuditOutcome, Evaluated
from oso_dagster.runner.ledger import Change, Entry, Sources
from oso_dagster.runner.outcomes import Outcome, reason_of
from oso_dagster.runner.publish import Audited
from oso_dagster.runner.session import Session
from oso_lake.calendar import Window


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A model that waits to be published: what to tell, and what to keep in the ledger."""

    outcome: Outcome
    entry: Entry
    changes: tuple[Change, ...] = ()

    @property
    def window(self) -> Window | None:
        """The window; None is all of a model without partitions."""
        return self.entry.window if self.outcome.model.grain else None

    @property
    def audited(self) -> Audited:
        """What is published of it."""
        return Audited(model=self.outcome.model, window=self.window, version=self.outcome.version)


def checked(
    session: Session,
    batch: Sequence[Waiting],
    metrics: Mapping[str, MetricEntry],
    is_current: Callable[[str, Window], bool],
) -> list[Waiting]:
    """The batch with the checks over all of its windows beside each model's audits."""
    windows = [Checked(model=one.outcome.model, window=one.entry.window) for one in batch]
    try:
        found = check_batch(session, windows, metrics, is_current)
    except Exception as error:  # noqa: BLE001 - told with every model: a check must not keep back what is sound
        unknown = AuditOutcome(name=CHECKS, count=1, blocking=False, is_error=True, detail=reason_of(error))
        found = {one.model.name: (unknown,) for one in windows}
    return [
        replace(one, outcome=replace(one.outcome, audits=(*one.outcome.audits, *found.get(one.entry.model, ()))))
        for one in batch
    ]


def waiting(
    outcome: Outcome, window: Window, evaluated: Evaluated, before: Sequence[Entry], sources: Sources, run_id: str
) -> Waiting:
    """What was evaluated, as it will be recorded; `before` is what is recorded of its model."""
    version, grain = outcome.version, outcome.model.grain
    # where the days are known, they and not the whole model are what changed
    is_unchanged = evaluated.is_unchanged or evaluated.changes is not None
    changed = _unchanged_since(before, window, version, is_whole=grain is None) if is_unchanged else 0
    entry = Entry(
        model=outcome.model.name, window=window, version=version, sources=sources, run_id=run_id, changed=changed
    )
    return Waiting(outcome=outcome, entry=entry, changes=evaluated.changes or ())


def _unchanged_since(entries: Sequence[Entry], window: Window, version: str, *, is_whole: bool) -> int:
    """When the rows that `window` held before were last computed differently; 0 when not all of it was computed.

    `entries` are the model's; `is_whole` is one without partitions.
    """
    before = [
        entry
        for entry in entries
        if entry.version == version and entry.window.start < window.end and window.start < entry.window.end
    ]
    if is_whole:
        return max((entry.changed for entry in before), default=0)
    days = sum((min(e.window.end, window.end) - max(e.window.start, window.start)).days for e in before)
    return max(entry.changed for entry in before) if before and days == window.days else 0
