"""What planning would change, and what rebuilding what it makes stale will cost: for whoever decides on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from oso_dagster.authoring.changes import Change, Kind, changes
from oso_dagster.broken_metrics import BrokenMetric
from oso_dagster.cluster.routing import Choice
from oso_dagster.manifest import Manifest, ModelEntry, load_manifest
from oso_dagster.project import Project
from oso_dagster.runner.costs import Estimate
from oso_dagster.runner.inputs import first_window_start
from oso_dagster.runner.logs import costs_of
from oso_dagster.runner.raw_state import RawState
from oso_dagster.small_work import choice_of
from oso_lake.calendar import ONE_DAY, Window


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Models that planning would touch, and the cost of computing again what is stale then.

    `price` is that cost in money, None where no price is set.
    """

    changes: tuple[Change, ...]
    rebuild: Estimate
    price: float | None = None
    # who will compute it, where there is a choice
    choice: Choice | None = None
    # metrics whose mistakes keep them out of the plan
    broken: tuple[BrokenMetric, ...] = ()

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(one for one in self.changes if one.kind is kind)


def preview(project: Project, on_wait: Callable[[str], None] = lambda message: None) -> Preview:
    """What `oso plan --apply` would change now; nothing is applied. Raises what loading the project raises."""
    manifest = load_manifest(project)
    history = costs_of(project).history(project.settings.engine)
    end = RawState(project.settings, datetime.now(UTC)).lake_end
    unknown = {model.name: _all(project, model, end) for model in manifest.models if not history.knows(model.name)}
    found = tuple(changes(project, on_wait, unknown))
    wanted = _partitions(project, manifest, found, end)
    cost = history.estimate(wanted)
    return Preview(
        changes=found,
        rebuild=cost,
        price=cost.price(project.settings.node_hour_price),
        choice=choice_of(project, manifest, wanted),
        broken=manifest.broken,
    )


def _all(project: Project, model: ModelEntry, end: date) -> Window:
    """Everything that is landed: what a model that is new is computed for."""
    begin = first_window_start(model, project.settings.start) if model.grain else project.settings.start
    return Window(min(begin, end - ONE_DAY), end)


def _partitions(project: Project, manifest: Manifest, found: Sequence[Change], end: date) -> dict[str, int]:
    """How many partitions of each model must be computed once it is planned: all that is landed of what is new."""
    start = project.settings.start
    wanted = {}
    for change in found:
        model = manifest.by_name.get(change.model)
        is_touched = change.kind in (Kind.ADDED, Kind.CHANGED) or (change.kind is Kind.INDIRECT and change.windows)
        if model is None or not is_touched or model.kind == "SEED":
            continue
        if model.grain is None:
            wanted[model.name] = 1
            continue
        begin = first_window_start(model, start)
        count = model.grain.count(Window(begin, end)) if begin < end else 0
        if count:
            wanted[model.name] = count
    return wanted
