"""Resources: the installation a run works for, its compute store while it lasts, and who is told of progress."""

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import dagster as dg

from oso_dagster.manifest import Manifest, load_metrics
from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.project import Project
from oso_dagster.run_tags import expected_of
from oso_dagster.runner.budget import Allowance
from oso_dagster.runner.session import Store, open_store
from oso_dagster.small_work import choice_of, is_small


def ignore(item: Any) -> None:
    """Nobody is told."""


@dataclass(kw_only=True)
class Pipeline:
    """The project, its manifest, and a listener for the command line's progress bars. Opens nothing by itself.

    `store` is one that whoever runs several runs in this process holds open.
    """

    project: Project
    manifest: Manifest
    listener: Callable[[Any], None] = ignore
    store: Store | None = None
    # what the run may spend; one over several runs where they belong together
    allowance: Allowance | None = None
    # what time it is for the sensor; tests give another
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _own: ExitStack = field(default_factory=ExitStack)
    _opened: Store | None = None

    @cached_property
    def metrics(self) -> Mapping[str, MetricEntry]:
        """What the registry says of each metric model."""
        return load_metrics(self.project, self.manifest)

    @property
    def publishes_coverage(self) -> bool:
        """Whether each step brings metric_coverage up to date: who runs several runs does it once, after the last."""
        return self.store is None

    @contextmanager
    def for_run(self) -> "Generator[Pipeline]":
        """The same for one run: a store that one of its steps opens serves all of them, and is closed with the run."""
        with ExitStack() as stack:
            allowance = self.allowance or Allowance.of(self.project.settings)
            yield replace(self, allowance=allowance, _own=stack, _opened=None)

    def compute_store(self, holder: str, on_wait: Callable[[str], None], wanted: Mapping[str, int]) -> Store:
        """The compute store, opened under the lock by the first step that asks: opening takes 0.5 s.

        A cluster is claimed for the partitions of each model that are `wanted`; those of later steps come on top. Where
        they are small DuckDB computes them on the cluster's tables instead, and `on_wait` is told who does, and why.
        """
        if self.store is not None:
            return self.store
        expected = expected_of(self.project, wanted)
        choice = choice_of(self.project, self.manifest, wanted)
        if self._opened is not None and self._opened.small_work is not None and not is_small(choice):
            # the steps before were small, this one is not
            self.close_store()
        if self._opened is None:
            if choice is not None:
                on_wait(choice.explain())
            opened = open_store(
                self.project, holder=holder, on_wait=on_wait, expected=expected, is_small=is_small(choice)
            )
            self._opened = self._own.enter_context(opened)
        elif self._opened.need is not None:
            self._opened.need.more(node_seconds=expected.node_seconds, slots=expected.slots or 1)
        return self._opened

    def close_store(self) -> None:
        """Close the run's own store, so that the next step sees what was landed meanwhile."""
        self._opened = None
        self._own.close()


# what steps take as a parameter
PipelineParam = dg.ResourceParam[Pipeline]


def build_resources(pipeline: Pipeline) -> dict[str, object]:
    """The resources of the code location."""

    @dg.resource(description="The installation that the run works for.")
    def pipeline_of_run(_context: dg.InitResourceContext) -> Generator[Pipeline]:
        with pipeline.for_run() as one:
            yield one

    return {"pipeline": pipeline_of_run}
