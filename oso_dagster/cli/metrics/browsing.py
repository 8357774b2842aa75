"""`oso metrics list` and `show`: what can be measured and what it means; from the registry, nothing is computed."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.metrics.found import find_metric, loaded_registry, times_of
from oso_dagster.cli.output import console, json_option, print_json, print_table

if TYPE_CHECKING:
    from sqlmesh_project.metrics_factory import Metric


@click.command("list", short_help="List the metrics.")
@click.option("--all", "everything", is_flag=True, help="Also intermediate metrics, which are not published.")
@json_option
def list_(everything: bool, as_json: bool) -> None:
    """List the metrics with what they mean and how they come."""
    shown = [metric for metric in loaded_registry().metrics.values() if everything or not metric.is_intermediate]
    if as_json:
        print_json([_document(metric) for metric in shown])
        return
    rows = [(metric.name, metric.unit, ", ".join(times_of(metric)), metric.display_name) for metric in shown]
    print_table(None, ("metric", "unit", "time", "name"), rows)
    click.echo(f"{len(shown)} metrics, {sum(len(metric.models) for metric in shown)} models", err=True)


@click.command(short_help="Show what one metric means.")
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show one metric: meaning, source file, entities, times, and the names it is published under."""
    metric = find_metric(loaded_registry(), name)
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
        "times": times_of(metric),
        "models": [model.name for model in metric.models],
        "published_as": [] if metric.is_intermediate else _published_names(metric),
        "strategies": list(dict.fromkeys(model.strategy for model in metric.models)),
    }
