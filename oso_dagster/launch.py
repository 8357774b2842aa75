"""Runs asset selections in this process, recorded on the installation's Dagster instance, so that the UI shows them."""

import logging
from collections.abc import Callable, Generator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from oso_dagster.assemble import build_definitions
from oso_dagster.defs.partitions import partition_tags
from oso_dagster.instance import open_instance
from oso_dagster.manifest import Manifest, ModelEntry
from oso_dagster.project import Project
from oso_dagster.run_tags import WHY_ENGINE_TAG, expected_of, holder_of
from oso_dagster.runner.budget import Allowance
from oso_dagster.runner.costs import Estimate
from oso_dagster.runner.locks import POLL_SECONDS
from oso_dagster.runner.session import Store, open_store
from oso_dagster.small_work import choice_of, is_small
from oso_dagster.window_checks import LOOKING
from oso_lake.calendar import Grain, Window

_log = logging.getLogger(__name__)
# the caller shows progress and errors; everything is in the run's log
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(kw_only=True)
class Heard:
    """What a run told its listener, its id, and its first error."""

    run_id: str = ""
    items: list[Any] = field(default_factory=list)
    error: str | None = None


class Runner:
    """Definitions and an instance, kept for several runs."""

    def __init__(
        self,
        project: Project,
        manifest: Manifest,
        instance: dg.DagsterInstance,
        tags: Mapping[str, str],
        store: Store | None,
        allowance: Allowance,
    ) -> None:
        self.manifest = manifest
        self.allowance = allowance
        self._instance = instance
        self._tags = tags
        self._listen: Callable[[Any], None] = lambda item: None
        definitions = build_definitions(
            project, manifest=self.manifest, listener=self._tell, store=store, allowance=allowance
        )
        self._job = definitions.resolve_implicit_global_asset_job_def()
        self._need = store.need if store is not None else None
        self.has_waited = store is not None and store.waited_seconds > POLL_SECONDS

    def expect(self, left: Estimate) -> None:
        """Only so much is left to compute: the lease on a cluster need not be over more."""
        if self._need is not None and not left.is_blind:
            self._need.ahead(node_seconds=left.node_seconds)

    def _tell(self, item: Any) -> None:
        self._listen(item)

    def _checks_of(self, chosen: Set[dg.AssetKey]) -> set[dg.AssetCheckKey]:
        """The checks that are part of computing and landing; those that look at what is computed are the sensor's.

        Dagster would run these too, and write 60 ms of events for each model and run.
        """
        graph = self._job.asset_layer.asset_graph
        return {key for key in graph.asset_check_keys if key.asset_key in chosen and key.name not in LOOKING}

    def run(
        self,
        keys: Sequence[Sequence[str]],
        window: Window | None,
        *,
        on_event: Callable[[Any], None],
        grain_of: ModelEntry | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Heard:
        """Materialize `keys` (of one grain; days unless `grain_of` says otherwise) for the windows in `window`."""
        heard = Heard()

        def listen(item: Any) -> None:
            heard.items.append(item)
            on_event(item)

        self._listen = listen
        grain = (grain_of.grain if grain_of else None) or Grain.DAILY
        run_tags = {**self._tags, **(tags or {}), **(partition_tags(window, grain) if window else {})}
        chosen = {dg.AssetKey(list(key)) for key in keys}
        job = self._job.get_subset(asset_selection=chosen, asset_check_selection=self._checks_of(chosen))
        result = job.execute_in_process(run_config=_QUIET, instance=self._instance, tags=run_tags, raise_on_error=False)
        heard.run_id = result.run_id
        if not result.success:
            heard.error = _first_error(result)
        return heard


def _first_error(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return data.user_failure_data.description
            error = data.error
            while error is not None and error.cause is not None:
                error = error.cause
            if error is not None:
                return error.message.strip()
    return f"run {result.run_id} failed; its log in the UI says why"


@contextmanager
def open_runner(
    project: Project,
    manifest: Manifest,
    instance: dg.DagsterInstance | None,
    tags: Mapping[str, str],
    *,
    computes: Mapping[str, int] | None,
    allowance: Allowance | None = None,
) -> Generator[Runner]:
    """A runner on `instance`, or on the installation's own, which is closed at the end.

    One that `computes` so many partitions of each model holds the compute store open for all of its runs: opening it
    anew takes 0.5 s. They share one `allowance`.
    """
    with ExitStack() as stack:
        if instance is None:
            # what an environment beside production computes makes no partition of production's assets green
            opened = open_instance(project.settings) if project.is_production else dg.DagsterInstance.ephemeral()
            instance = stack.enter_context(opened)
        store = None
        if computes is not None:
            choice = choice_of(project, manifest, computes)
            if choice is not None:
                _log.info(choice.explain())
                tags = {**tags, WHY_ENGINE_TAG: choice.explain()}
            opened_store = open_store(
                project,
                holder=holder_of(tags),
                on_wait=_log.info,
                expected=expected_of(project, computes),
                is_small=is_small(choice),
            )
            store = stack.enter_context(opened_store)
        yield Runner(project, manifest, instance, tags, store, allowance or Allowance.of(project.settings))
