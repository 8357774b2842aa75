"""`oso metrics render` and `explain`: the SQL of a model, and how it is computed."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.metrics.found import (
    ENGINES,
    find_metric,
    find_model,
    loaded_registry,
    times_of,
    variant_options,
    window_of,
    window_option,
)
from oso_dagster.cli.output import console, json_option, load_settings, print_json

if TYPE_CHECKING:
    from oso_dagster.authoring.explain import Explanation
    from oso_dagster.authoring.lineage import Node
    from oso_lake.calendar import Window
    from oso_lake.settings import Settings
    from sqlmesh_project.metrics_factory import Metric

RENDER_EPILOG = """
\b
Examples:
  oso metrics render stars --entity collection --grain monthly
  oso metrics render stars --engine trino --window 2025-09-01 2025-10-01
  oso metrics render stars --window 2025-09-01 2025-09-08 | duckdb
"""
EXPLAIN_EPILOG = """
\b
Examples:
  oso metrics explain active_developers --grain over_30_day_window
  oso metrics explain stars --entity collection --grain monthly --window 2025-09-01 2025-10-01
"""
SHOWN_MODELS = 12


@click.command(short_help="Print the SQL of one model.", epilog=RENDER_EPILOG)
@click.argument("name")
@variant_options
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True, help="Whose SQL.")
@window_option
@json_option
def render(
    name: str, entity: str, grain: str | None, engine: str, window: tuple[date, date] | None, as_json: bool
) -> None:
    """Print the SQL of one model as the engine gets it: for a window, or with the window left open.

    It is highlighted on a terminal, and plain text elsewhere.
    """
    from oso_dagster.authoring.explain import whole

    loaded = loaded_registry()
    model = find_model(find_metric(loaded, name), entity, grain)
    span = window_of(window)
    sql = loaded.render(model.name, engine, whole(model, span) if span else None)
    if as_json:
        print_json({"model": model.name, "engine": engine, "window": window or None, "sql": sql})
        return
    screen = console()
    if not screen.is_terminal:
        click.echo(sql)
        return
    from rich.syntax import Syntax

    screen.print(Syntax(sql, "sql", background_color="default", word_wrap=True))


@click.command(short_help="Say how a model is computed, and what it reads.", epilog=EXPLAIN_EPILOG)
@click.argument("name")
@variant_options
@window_option
@json_option
def explain(name: str, entity: str, grain: str | None, window: tuple[date, date] | None, as_json: bool) -> None:
    """Say how one model is computed and why so, which windows of which tables it reads, what depends on it, and
    whether it is planned as it is written.
    """
    from oso_dagster.authoring import explain as explaining
    from oso_dagster.authoring.lineage import lineage

    loaded = loaded_registry()
    metric = find_metric(loaded, name)
    model = find_model(metric, entity, grain)
    explanation = explaining.explain(loaded, lineage(loaded), model, window_of(window))
    versions = _versions(load_settings(), model.name)
    if as_json:
        print_json(_document(explanation, versions))
    else:
        _print(metric, explanation, versions)


@dataclass(frozen=True)
class Versions:
    """The version of a model's data as its files stand (None: not known without planning) and as last planned."""

    written: str | None
    planned: str | None

    @property
    def state(self) -> str:
        """What a person is told."""
        if self.planned is None:
            return "not planned: run `oso plan --apply`"
        if self.written is None:
            return f"planned as {self.planned}; files have changed since: `oso metrics diff` says what that means"
        if self.written == self.planned:
            return f"planned as it is written, {self.planned}"
        return f"planned as {self.planned}, written as {self.written}: `oso metrics diff` says what that means"


def _versions(settings: "Settings", model: str) -> Versions:
    from oso_dagster.manifest import cached_path, load_manifest, project_fingerprint
    from oso_dagster.project import Project
    from oso_dagster.runner.logs import ledger_of

    project = Project(settings=settings)
    written = None
    if cached_path(project, project_fingerprint(project)).exists():
        entry = load_manifest(project).by_name.get(model)
        written = entry.version if entry else None
    return Versions(written=written, planned=ledger_of(project).planned().get(model))


def _print(metric: "Metric", one: "Explanation", versions: Versions) -> None:
    screen = console()

    def say(field: str, text: object, *more: str) -> None:
        for label, line in zip([field, *("" for _ in more)], [text, *more], strict=True):
            screen.print(f"  {label:<12} {line}", markup=False, highlight=False, soft_wrap=True)

    model = one.model
    screen.print(f"[bold]{model.name}[/]: {metric.display_name}, {model.kind}", highlight=False)
    say("strategy", one.strategy)
    say("why", one.why)
    say("cost", one.cost)
    reads = [f"{read.table}: {read.window or 'as it is now'}" for read in one.reads]
    say("reads", f"for {one.window}", *reads)
    raw = sorted(node.name for node in one.upstream if node.kind == "raw")
    say("from", f"{len(one.upstream)} tables and models upstream, of which raw: {', '.join(raw) or 'none'}")
    say("read by", *(_grouped(one.downstream) or ["nothing"]))
    say("fingerprint", f"{one.fingerprint} (its query and parameters); {versions.state}")
    others = [time for time in times_of(metric) if time != model.suffix]
    if others:
        say("also", f"--grain {', '.join(others)}")


def _grouped(nodes: "tuple[Node, ...]") -> list[str]:
    shown = [f"{node.name}" for node in nodes[:SHOWN_MODELS]]
    return shown + ([f"and {len(nodes) - SHOWN_MODELS} more"] if len(nodes) > SHOWN_MODELS else [])


def _document(one: "Explanation", versions: Versions) -> dict[str, object]:
    return {
        "model": one.model.name,
        "metric": one.model.metric,
        "entity": one.model.entity_type,
        "grain": one.model.suffix,
        "kind": one.model.kind,
        "strategy": one.strategy,
        "why": one.why,
        "cost": one.cost,
        "window": _days(one.window),
        "reads": [{"table": read.table, "kind": read.kind, "window": _days(read.window)} for read in one.reads],
        "upstream": [node.name for node in one.upstream],
        "downstream": [node.name for node in one.downstream],
        "fingerprint": one.fingerprint,
        "written_version": versions.written,
        "planned_version": versions.planned,
    }


def _days(window: "Window | None") -> list[date] | None:
    return [window.start, window.end] if window else None
