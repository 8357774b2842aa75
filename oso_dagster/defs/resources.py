"""Resources: the installation a step works for, and who is told how far it has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import dagster as dg

from oso_dagster.manifest import Manifest, load_metrics
from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.project import Project
from oso_dagster.runner.session import Store


def ignore(item: Any) -> None:
    """Nobody is told."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The project, its manifest, and a listener for the command line's progress bars. Opens nothing by itself.

    `store` is one that whoever runs several runs in this process holds open.
    """

    project: Project
    manifest: Manifest
    listener: Callable[[Any], None] = ignore
    store: Store | None = None

    @cached_property
    def metrics(self) -> Mapping[str, MetricEntry]:
        """What the registry says of each metric model."""
        return load_metrics(self.project, self.manifest)


# what steps take as a parameter
PipelineParam = dg.ResourceParam[Pipeline]


def build_resources(pipeline: Pipeline) -> dict[str, object]:
    """The resources of the code location."""
    return {"pipeline": pipeline}
