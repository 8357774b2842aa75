"""The catalogue as Markdown: a page for each metric, and an index by family. Made from the registry, nothing else.

Charts of an installation's data are added where the caller has some; committed pages have none, so that they are the
same on every machine.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from oso_dagster.authoring.entries import FAMILIES, families
from oso_dagster.authoring.lineage import Lineage, lineage
from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory import Metric, MetricModelDefinition, TimeseriesMetrics

INDEX = "index.md"
ENGINES = {"duckdb": "DuckDB", "trino": "Trino"}
_ADDS_UP = {"additive": "yes", "semi_additive": "over entities, not over time", "non_additive": "no"}
MADE = "<!-- made by `make docs`; edits are overwritten -->"


def pages(loaded: TimeseriesMetrics, charts: Mapping[str, str] | None = None) -> dict[str, str]:
    """The text of each page by file name; `charts` are paths of pictures by metric, relative to the pages."""
    lines = lineage(loaded)
    made = {f"{m.name}.md": _page(loaded, m, lines, (charts or {}).get(m.name)) for m in loaded.metrics.values()}
    return {INDEX: _index(loaded), **made}


def _index(loaded: TimeseriesMetrics) -> str:
    published = [metric for metric in loaded.metrics.values() if not metric.is_intermediate]
    parts = [
        f"# Metrics\n\n{MADE}\n",
        f"{len(published)} metrics and {len(loaded.metrics) - len(published)} intermediate ones make "
        f"{len(loaded.models)} models. A series is published as `{{event source}}_{{name}}_{{time}}`, for example "
        "`GITHUB_stars_daily`; `oso metrics list` prints this table, `oso metrics show NAME` a page.\n",
    ]
    for heading, metrics in _by_family(loaded):
        rows = [row for metric in metrics for row in _index_rows(metric)]
        head = "| name | what counts | unit | time | adds up |\n|---|---|---|---|---|"
        parts.append(f"## {heading}\n\n{head}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _index_rows(metric: Metric) -> Iterator[str]:
    times = ", ".join(_short_times(metric))
    for named in metric.named.values():
        meaning = f"**{named.display_name}.** {_cell(named.description)}"
        unit, adds_up = named.unit or "", _ADDS_UP[named.additivity]
        yield f"| [{named.name}]({metric.name}.md) | {meaning} | {unit} | {times} | {adds_up} |"


def _by_family(loaded: TimeseriesMetrics) -> Iterator[tuple[str, list[Metric]]]:
    """Heading and metrics of each family, in the order of the registry; intermediate metrics come last, together."""
    left = {name: metric for name, metric in loaded.metrics.items() if not metric.is_intermediate}
    of_family = {entry: family for family in families(FAMILIES) for entry in family.entries}
    order = dict.fromkeys(of_family[name].path for name in left if name in of_family)
    for path in order:
        members = [metric for name, metric in left.items() if name in of_family and of_family[name].path == path]
        yield _heading(path), members
        left = {name: metric for name, metric in left.items() if metric not in members}
    if left:
        yield "Others", list(left.values())
    intermediate = [metric for metric in loaded.metrics.values() if metric.is_intermediate]
    if intermediate:
        yield "Intermediate: read by others, not published", intermediate


def _heading(path: Path) -> str:
    """The first sentence of the family's module."""
    docstring = ast.get_docstring(ast.parse(path.read_text())) or path.stem.capitalize()
    return docstring.split("\n", maxsplit=1)[0].rstrip(".")


def _page(loaded: TimeseriesMetrics, metric: Metric, lines: Lineage, chart: str | None) -> str:
    shown = _shown(metric)
    source = loaded.options.queries_dir / metric.sql_source_path
    parts = [
        f"# {metric.display_name}\n\n{MADE}\n",
        f"{metric.description}\n",
        _facts(metric),
        *([_names(metric)] if len(metric.named) > 1 else []),
        *([f"![{metric.display_name} in this installation]({chart})\n"] if chart else []),
        _computation(metric),
        f"## Where it comes from\n\n{_mermaid(shown, lines)}\n",
        f"## As it is written\n\n`sqlmesh_project/oso_metrics/{metric.sql_source_path}`\n\n"
        f"```sql\n{source.read_text().strip()}\n```\n",
        f"## As it is run\n\n`{shown.name}`; `oso metrics render {metric.name}` prints the others.\n",
        *(
            f"<details><summary>{title}</summary>\n\n```sql\n{loaded.render(shown.name, engine)}\n```\n\n</details>\n"
            for engine, title in ENGINES.items()
        ),
    ]
    return "\n".join(parts)


def _shown(metric: Metric) -> MetricModelDefinition:
    """The model that stands for all: of projects where there is one."""
    return next((model for model in metric.models if model.entity_type == "project"), metric.models[0])


def _facts(metric: Metric) -> str:
    published = "no, other metrics read it" if metric.is_intermediate else "yes"
    better = {True: "more is better", False: "less is better", None: ""}[metric.bigger_is_better]
    rows = {
        "name": f"`{metric.name}`",
        "unit": metric.unit,
        "adds up": _ADDS_UP[metric.additivity],
        "direction": better,
        "owner": metric.owner,
        "level": metric.level,
        "deprecated": metric.deprecated,
        "published": published,
        "entities": ", ".join(dict.fromkeys(model.entity_type for model in metric.models)),
        "time": ", ".join(f"`{time}`" for time in dict.fromkeys(model.suffix for model in metric.models)),
    }
    return "| | |\n|---|---|\n" + "".join(f"| {name} | {_cell(text)} |\n" for name, text in rows.items() if text)


def _names(metric: Metric) -> str:
    rows = "".join(
        f"| `{named.name}` | **{named.display_name}.** {_cell(named.description)} | {named.unit or ''} |\n"
        for named in metric.named.values()
    )
    return f"## Its names\n\nOne query gives all of these.\n\n| name | what counts | unit |\n|---|---|---|\n{rows}"


def _computation(metric: Metric) -> str:
    groups: dict[tuple[str, str], list[str]] = {}
    for model in metric.models:
        groups.setdefault((model.strategy, _reads(model)), []).append(model.suffix)
    rows = "".join(
        f"| {', '.join(dict.fromkeys(times))} | {strategy} | {reads} |\n" for (strategy, reads), times in groups.items()
    )
    return f"## How it is computed\n\n| time | strategy | reads |\n|---|---|---|\n{rows}"


def _reads(model: MetricModelDefinition) -> str:
    kind, _, rest = model.reads.partition(":")
    if kind == "history":
        return "everything up to the window's end"
    if kind == "lookback":
        count, _, unit = rest.partition(":")
        return f"the window and {count} {unit or 'day'}{'' if count == '1' else 's'} before it"
    if kind == "rolling":
        return "the window that ends with each date" + (" and the one before" if rest.count(":") > 1 else "")
    return "the window"


def _short_times(metric: Metric) -> Iterable[str]:
    """Times in few words, short ones first: `daily`, `30 days`, `all time`."""
    grains = [grain.value for grain in Grain]
    suffixes = dict.fromkeys(model.suffix for model in metric.models)
    for suffix in sorted(suffixes, key=lambda one: grains.index(one) if one in grains else len(grains)):
        rolling = suffix.removeprefix("over_").removesuffix("_window").split("_")
        if suffix == "over_all_time":
            yield "all time"
        else:
            yield f"{rolling[0]} {rolling[1]}s" if len(rolling) == 2 else suffix


def _mermaid(model: MetricModelDefinition, lines: Lineage) -> str:
    """A diagram from raw tables to the model, and one step to what reads it."""
    edges: dict[tuple[str, str], None] = {}
    queue = [model.name]
    seen = set(queue)
    while queue:
        name = queue.pop(0)
        node = lines.node(name)
        # a mart says how things are now: what it is made of is not what a metric counts
        for parent in () if node.kind == "mart" else node.parents:
            edges[parent, name] = None
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    for child in lines.children.get(model.name, ()):
        edges[model.name, child] = None
    numbers = {name: f"n{number}" for number, name in enumerate(sorted({name for edge in edges for name in edge}))}
    boxes = [f"  {number}{_box(name, lines)}" for name, number in numbers.items()]
    arrows = [f"  {numbers[parent]} --> {numbers[child]}" for parent, child in sorted(edges)]
    style = f"  style {numbers[model.name]} stroke-width:3px"
    return "\n".join(["```mermaid", "flowchart LR", *boxes, *arrows, style, "```"])


def _box(name: str, lines: Lineage) -> str:
    label = name.removeprefix("oso.").removeprefix("raw.")
    return f"[({label})]" if lines.node(name).kind == "raw" else f"[{label}]"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write_pages(made: Mapping[str, str], directory: Path) -> None:
    """Write `made` into `directory`, and remove pages of metrics that are gone; files of another origin stay."""
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.glob("*.md"):
        if path.name not in made and MADE in path.read_text():
            path.unlink()
    for name, text in made.items():
        (directory / name).write_text(text)
