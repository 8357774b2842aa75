"""`oso metrics diff`: what planning would do to models, windows and rows."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.metrics.found import find_metric, loaded_registry
from oso_dagster.cli.output import console, json_option, load_settings, print_json, print_table

if TYPE_CHECKING:
    from oso_dagster.authoring.changes import Change

EPILOG = """
\b
Examples:
  oso metrics diff                what `oso plan --apply` would change
  oso metrics diff stars --full   of one metric, with the diff of every model
"""


@click.command(short_help="Say what planning would change, and what turns stale.", epilog=EPILOG)
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="The diff of every model. [default: of the first of each metric]")
@json_option
def diff(name: str | None, full: bool, as_json: bool) -> None:
    """Compare the files with the promoted state: which models come, change or go, how their definitions differ, and
    which computed windows and rows turn stale. Nothing is planned.

    It takes about as long as `oso plan --apply`, since SQLMesh loads every model.
    """
    from oso_dagster.authoring.changes import changes
    from oso_dagster.project import Project

    metric = find_metric(loaded_registry(), name).name if name else None
    found = changes(Project(settings=load_settings()), on_wait=lambda message: click.echo(message, err=True))
    shown = [one for one in found if metric is None or metric in (one.metric, _metric_of_name(one.model))]
    if as_json:
        print_json([_document(one) for one in shown])
        return
    if not shown:
        click.echo(f"{metric or 'everything'} is planned as it is written", err=True)
        return
    print_changes(shown, full=full)


def _metric_of_name(model: str) -> str:
    """The metric of a model that is gone, by its name."""
    return model.removeprefix("oso.").rsplit("_to_", 1)[0]


def print_changes(found: "list[Change]", *, full: bool) -> None:
    """A table of changes by metric, and how the definitions differ; `full` shows every model's."""
    screen = console()
    groups: dict[tuple[str, str], list[Change]] = {}
    for one in found:
        groups.setdefault((one.kind.value, one.metric or one.model), []).append(one)
    rows = [
        (
            kind,
            name,
            len(group),
            _span(group),
            sum(len(one.windows) for one in group),
            sum(one.rows or 0 for one in group),
        )
        for (kind, name), group in groups.items()
    ]
    print_table(None, ("change", "metric or model", "models", "stale", "windows", "rows"), rows)
    for (kind, name), group in groups.items():
        told = [one for one in group if one.diff and (full or kind != "described otherwise")]
        for one in told if full else told[:1]:
            screen.print(f"\n[bold]{one.model}[/]", highlight=False)
            for line in one.diff.splitlines():
                style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
                screen.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
        if len(told) > 1 and not full:
            click.echo(f"{len(told) - 1} more models of {name} differ; --full shows them")
    stale = sum(bool(one.windows) for one in found)
    click.echo(f"{len(found)} models; {stale} have computed windows that turn stale when this is planned", err=True)


def _span(group: "Iterable[Change]") -> str:
    windows = [window for one in group for window in one.windows]
    if not windows:
        return "-"
    return f"[{min(w.start for w in windows)}, {max(w.end for w in windows)})"


def _document(one: "Change") -> dict[str, object]:
    return {
        "model": one.model,
        "metric": one.metric,
        "change": one.kind.value,
        "diff": one.diff,
        "stale_windows": [[window.start, window.end] for window in one.windows],
        "rows": one.rows,
    }
