"""Example charts of the catalogue's pages, as SVG, from the published series of an installation."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp, parse_one

from oso_lake.calendar import Grain
from oso_lake.errors import LakeError, NothingPublishedError
from sqlmesh_project.metrics_factory import Metric, MetricModelDefinition

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from oso_lake import Lake

FOLDER = "charts"
LINES = 5
LEAST_DATES = 2
WIDTH, HEIGHT = 620, 200
_SERIES = """
SELECT s.sample_date, p.project_name, m.metric, s.amount
FROM timeseries_metrics_by_project_v0 AS s
JOIN metrics_v0 AS m USING (metric_id)
JOIN projects_v1 AS p USING (project_id)
ORDER BY ALL
"""


def write_charts(lake: "Lake", metrics: Iterable[Metric], directory: Path) -> dict[str, str]:
    """Draw each published metric that has data into `directory`/charts; paths relative to `directory`, by metric.

    Nothing where nothing is published yet.
    """
    (directory / FOLDER).mkdir(parents=True, exist_ok=True)
    drawn: dict[str, str] = {}
    for metric in metrics:
        if (model := _shown(metric)) is None:
            continue
        try:
            rows = _rows(lake, metric, model)
        except NothingPublishedError:
            return {}
        if rows["sample_date"].nunique() >= LEAST_DATES:
            path = f"{FOLDER}/{metric.name}.svg"
            _chart(rows, metric, model).save(directory / path)
            drawn[metric.name] = path
    return drawn


def _shown(metric: Metric) -> MetricModelDefinition | None:
    """The series to draw: of projects, the finest there is, windows that roll by day before coarse buckets."""
    models = [m for m in metric.models if m.entity_type == "project" and not m.over_all_time and m.grain is not None]
    grains = list(Grain)
    return (
        None
        if metric.is_intermediate
        else min(models, key=lambda m: grains.index(m.grain or Grain.YEARLY), default=None)
    )


def _rows(lake: "Lake", metric: Metric, model: MetricModelDefinition) -> "pd.DataFrame":
    """(sample_date, line, amount): the largest projects, or for several names those of the largest project."""
    query = parse_one(_SERIES, dialect="duckdb", into=exp.Select).where(exp.column("model", "s").eq(model.name))
    try:
        rows = lake.query(query.sql("duckdb"))
    except NothingPublishedError:
        raise
    except LakeError as error:
        raise LakeError(f"the chart of {metric.name}: {error}") from error
    largest = rows.groupby("project_name")["amount"].sum().nlargest(LINES).index
    if len(metric.named) > 1:
        return rows[rows["project_name"].isin(largest[:1])].rename(columns={"metric": "line"})
    return rows[rows["project_name"].isin(largest)].rename(columns={"project_name": "line"})


def _chart(rows: "pd.DataFrame", metric: Metric, model: MetricModelDefinition) -> "alt.Chart":
    import altair as alt

    project = "" if len(metric.named) == 1 else f", {rows['project_name'].iloc[0]}"
    title = alt.TitleParams(f"{metric.display_name}, {model.suffix.replace('_', ' ')}{project}", anchor="start")
    return (
        alt.Chart(rows, mark=alt.MarkDef(type="line", point=rows["sample_date"].nunique() <= 12))
        .encode(
            x=alt.X("sample_date:T", title=None),
            y=alt.Y("amount:Q", title=metric.unit),
            color=alt.Color("line:N", title=None),
        )
        .properties(width=WIDTH, height=HEIGHT, title=title)
        .configure(background="white")
        .configure_view(stroke=None)
    )
