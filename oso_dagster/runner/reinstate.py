"""Serves again what an earlier computation of the planned versions left in the compute store: nothing is evaluated.

Used when a plan brings a version back, or one that an environment beside production has computed: its windows are
copied to the published tables, and count in the ledger as what they are. One that is stale by now stays so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from oso_dagster.manifest import Manifest, ModelEntry, load_metrics
from oso_dagster.project import Project
from oso_dagster.runner.claims import EVERYTHING, claimed
from oso_dagster.runner.kept import KeptWindows
from oso_dagster.runner.ledger import Entry, Ledger
from oso_dagster.runner.publish import Audited, publish_batch
from oso_dagster.runner.session import Session, missing_days, open_store, read_session
from oso_dagster.spans import merged, without
from oso_lake.calendar import Window
from oso_lake.catalog import open_catalog

# windows of models in one go: so many are held in memory at most
BATCH = 80


@dataclass(frozen=True, kw_only=True)
class Reinstated:
    """Models whose windows are served again, and how many windows that are apart; `failed` by name with the reason."""

    models: tuple[str, ...] = ()
    windows: int = 0
    failed: Mapping[str, str]


def reinstate(project: Project, manifest: Manifest, run_id: str, on_wait: Callable[[str], None]) -> Reinstated:
    """Publish and record what is kept of the planned versions; what fails stays stale and is computed again."""
    kept, ledger = KeptWindows(project.settings.ledger_url), Ledger(project.settings.ledger_url)
    if not kept.of(_planned(ledger, manifest)):
        return Reinstated(failed={})
    holder = f"{run_id}: publishing what is kept"
    with (
        open_store(project, holder=holder, on_wait=on_wait) as store,
        claimed(project.settings, EVERYTHING, holder=holder, on_wait=on_wait),
    ):
        held = kept.of(_planned(ledger, manifest))
        session = read_session(store, sorted(held))
        current = ledger.entries()
        entries = [
            part
            for name, own in held.items()
            for part in _lacking(session, manifest.by_name[name], own, current.get(name, ()))
        ]
        failed = _publish(project, manifest, session, entries, run_id)
        sound = [entry for entry in entries if entry.model not in failed]
        whole = {name for name in held if manifest.by_name[name].grain is None}
        kept.restore(sound, whole, {name: own[0].version for name, own in held.items() if name not in failed})
    return Reinstated(
        models=tuple(sorted({entry.model for entry in sound})),
        windows=sum(len(windows) for windows in _windows(sound).values()),
        failed=failed,
    )


def _planned(ledger: Ledger, manifest: Manifest) -> dict[str, str]:
    return {name: version for name, version in ledger.planned().items() if name in manifest.by_name}


def _lacking(session: Session, model: ModelEntry, kept: Sequence[Entry], current: Sequence[Entry]) -> Iterator[Entry]:
    """The parts of what is kept that its table holds whole, and that were not computed anew; the newest first."""
    done = [entry.window for entry in current if entry.version == kept[0].version]
    for entry in sorted(kept, key=lambda one: -one.computed):
        if missing_days(session.intervals(model.name), entry.window):
            continue
        if model.grain is None:
            if not done:
                yield entry
            return
        for part in without(entry.window, merged(done)):
            yield replace(entry, window=part)
        done.append(entry.window)


def _windows(entries: Sequence[Entry]) -> dict[str, tuple[Window, ...]]:
    names = sorted({entry.model for entry in entries})
    return {name: merged(entry.window for entry in entries if entry.model == name) for name in names}


def _publish(
    project: Project, manifest: Manifest, session: Session, entries: Sequence[Entry], run_id: str
) -> dict[str, str]:
    """Copy the windows of `entries` to the published tables; the models of which that failed, with the reason."""
    catalog, metrics = open_catalog(project.settings), load_metrics(project, manifest)
    versions = {entry.model: entry.version for entry in entries}
    items = [
        Audited(model=model, window=window if model.grain else None, version=versions[model.name])
        for model in manifest.models
        for window in _windows(entries).get(model.name, ())
    ]
    # those that share a window share a commit
    items.sort(key=lambda one: (one.window is not None, one.window and (one.window.start, one.window.end)))
    failed: dict[str, str] = {}
    for first in range(0, len(items), BATCH):
        for result in publish_batch(session, catalog, items[first : first + BATCH], metrics, run_id):
            if result.error is not None:
                failed.update(dict.fromkeys(result.models, str(result.error)))
    return failed
