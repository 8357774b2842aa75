"""`oso metrics`: what can be measured, what it means, and the SQL behind it; from the registry, nothing is computed."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import console, json_option, print_json, print_table

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory import Metric, MetricModelDefinition

ENGINES = ("duckdb", "trino")


@click.group(short_help="What can be measured, and the SQL behind it.")
def metrics() -> None:
    """The registry: list metrics, show one, render its SQL."""


@metrics.command("list")
@click.option("--all", "everything", is_flag=True, help="Also intermediate metrics, which are not published.")
@json_option
def list_(everything: bool, as_json: bool) -> None:
    """List the metrics with what they mean and how they come."""
    shown = [metric for metric in _registry().values() if everything or not metric.is_intermediate]
    if as_json:
        print_json([_document(metric) for metric in shown])
        return
    rows = [(metric.name, metric.unit, ", ".join(_times(metric)), metric.display_name) for metric in shown]
    print_table(None, ("metric", "unit", "time", "name"), rows)
    click.echo(f"{len(shown)} metrics, {sum(len(metric.models) for metric in shown)} models", err=True)


@metrics.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show one metric: meaning, source file, entities, times, and the names it is published under."""
    metric = _metric(name)
    document = _document(metric)
    if as_json:
        print_json(document)
        return
    screen = console()
    screen.print(f"[bold]{metric.name}[/]: {metric.display_name}", highlight=False)
    screen.print(metric.description, markup=False, highlight=False, soft_wrap=True)
    if len(metric.named) > 1:
        for named in metric.named.values():
            screen.print(f"  [bold]{named.name}[/]: {named.display_name}", highlight=False)
            screen.print(f"    {named.description}", markup=False, highlight=False, soft_wrap=True)
    for field, value in document.items():
        if field not in ("name", "display_name", "description", "names") and value not in (None, "", [], False):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            screen.print(f"  {field.replace('_', ' '):<16} {text}", markup=False, highlight=False, soft_wrap=True)


@metrics.command()
@click.argument("name")
@click.option("--entity", default="project", show_default=True, help="artifact, project or collection.")
@click.option("--grain", help="daily, over_30_day_window, over_all_time, ... [default: the first it has]")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True, help="Whose SQL.")
@json_option
def render(name: str, entity: str, grain: str | None, engine: str, as_json: bool) -> None:
    """Print the SQL of one model as the engine gets it, but for its window."""
    from sqlmesh_project.metrics_factory import registry

    model = _model(_metric(name), entity, grain)
    sql = registry(strict=False).render(model.name, engine)
    if as_json:
        print_json({"model": model.name, "engine": engine, "sql": sql})
    else:
        click.echo(sql)


def _registry() -> "dict[str, Metric]":
    """Metrics by name; mistakes in others are told on stderr and do not stand in the way."""
    from sqlmesh_project.metrics_factory import registry

    loaded = registry(strict=False)
    for problem in loaded.problems:
        click.echo(f"{click.style('left out:', fg='yellow')} {problem}", err=True)
    return dict(loaded.metrics)


def _metric(name: str) -> "Metric":
    from oso_lake.errors import UnknownNameError
    from oso_lake.suggest import nearest_names

    known = _registry()
    if name not in known:
        raise UnknownNameError("metric", name, nearest_names(name, known), "see `oso metrics list`")
    return known[name]


def _model(metric: "Metric", entity: str, grain: str | None) -> "MetricModelDefinition":
    from oso_lake.errors import UnknownNameError
    from oso_lake.suggest import nearest_names

    entities = list(dict.fromkeys(model.entity_type for model in metric.models))
    if entity not in entities:
        raise UnknownNameError(
            "entity", entity, nearest_names(entity, entities), f"{metric.name} has {', '.join(entities)}"
        )
    times = _times(metric)
    wanted = grain or times[0]
    for model in metric.models:
        if model.entity_type == entity and model.suffix == wanted:
            return model
    raise UnknownNameError("grain", wanted, nearest_names(wanted, times), f"{metric.name} has {', '.join(times)}")


def _times(metric: "Metric") -> list[str]:
    return list(dict.fromkeys(model.suffix for model in metric.models))


def _published_names(metric: "Metric") -> list[str]:
    """Names in metrics_v0, but for the event source that each begins with."""
    names = (f"SOURCE_{name}_{model.suffix}" for model in metric.models for name in model.metric_names)
    return list(dict.fromkeys(names))


def _document(metric: "Metric") -> dict[str, object]:
    return {
        "name": metric.name,
        "display_name": metric.display_name,
        "description": metric.description,
        "unit": metric.unit,
        "additivity": metric.additivity,
        "owner": metric.owner,
        "deprecated": metric.deprecated,
        "is_intermediate": metric.is_intermediate,
        "sql_source_path": metric.sql_source_path,
        "names": [asdict(named) for named in metric.named.values()],
        "entities": list(dict.fromkeys(model.entity_type for model in metric.models)),
        "times": _times(metric),
        "models": [model.name for model in metric.models],
        "published_as": [] if metric.is_intermediate else _published_names(metric),
        "strategies": list(dict.fromkeys(model.strategy for model in metric.models)),
    }
