"""The metric or model that a command names: looked up in the registry, with the nearest names where there is none."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import click

from oso_dagster.cli.output import DAY

if TYPE_CHECKING:
    from oso_lake.calendar import Window
    from sqlmesh_project.metrics_factory import Metric, MetricModelDefinition, TimeseriesMetrics

ENGINES = ("duckdb", "trino")
F = TypeVar("F", bound=Callable[..., object])


def variant_options(command: F) -> F:
    """`--entity` and `--grain`, which name one model of a metric."""
    entity = click.option("--entity", default="project", show_default=True, help="artifact, project or collection.")
    grain = click.option("--grain", help="daily, over_30_day_window, over_all_time, ... [default: the first it has]")
    return entity(grain(command))


def window_option(command: F) -> F:
    """`--window FIRST END`, half-open."""
    help_text = "A window of whole buckets: its first day, and the day after its last one."
    return click.option("--window", nargs=2, type=DAY, metavar="FIRST END", help=help_text)(command)


def loaded_registry() -> "TimeseriesMetrics":
    """The registry; mistakes in some metrics are told on stderr and do not stand in the way of the others."""
    from sqlmesh_project.metrics_factory import registry

    loaded = registry(strict=False)
    for problem in loaded.problems:
        click.echo(f"{click.style('left out:', fg='yellow')} {problem}", err=True)
    return loaded


def find_metric(loaded: "TimeseriesMetrics", name: str) -> "Metric":
    """The metric of that name, or the one that gives that name; raises UnknownNameError with the nearest."""
    from oso_lake.errors import UnknownNameError
    from oso_lake.suggest import nearest_names

    if name in loaded.metrics:
        return loaded.metrics[name]
    given = {one: metric for metric in loaded.metrics.values() for one in metric.metric_names}
    if name in given:
        return given[name]
    raise UnknownNameError("metric", name, nearest_names(name, [*loaded.metrics, *given]), "see `oso metrics list`")


def find_model(metric: "Metric", entity: str, grain: str | None) -> "MetricModelDefinition":
    """The model of a metric for an entity and a way of time; raises UnknownNameError with those there are."""
    from oso_lake.errors import UnknownNameError
    from oso_lake.suggest import nearest_names

    entities = list(dict.fromkeys(model.entity_type for model in metric.models))
    if entity not in entities:
        raise UnknownNameError(
            "entity", entity, nearest_names(entity, entities), f"{metric.name} has {', '.join(entities)}"
        )
    times = times_of(metric)
    wanted = grain or times[0]
    for model in metric.models:
        if model.entity_type == entity and model.suffix == wanted:
            return model
    raise UnknownNameError("grain", wanted, nearest_names(wanted, times), f"{metric.name} has {', '.join(times)}")


def times_of(metric: "Metric") -> list[str]:
    """The suffixes of its models: `daily`, `over_30_day_window`, ..."""
    return list(dict.fromkeys(model.suffix for model in metric.models))


def window_of(days: tuple[date, date] | None) -> "Window | None":
    """The window of `--window`; an empty one is a usage error."""
    from oso_lake.calendar import Window

    if not days:
        return None
    try:
        return Window(*days)
    except ValueError as error:
        raise click.UsageError(f"--window: {error}; END is the day after the last one") from None
