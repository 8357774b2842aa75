"""The demo's chart, as PNG and as one HTML page: active developers of the largest projects, who came and who left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from oso_dagster.cli.findings import WINDOW_DAYS, DeveloperFlow, Findings

if TYPE_CHECKING:
    import altair as alt

TOP = 8
COLUMNS = 4
BLUE, INK_BLUE = "#457b9d", "#1d5d86"
INK, MUTED, GRID = "#1f2933", "#66727f", "#e4e8ec"
COLOURS = {"new": "#2a9d8f", "returned": "#8ecae6", "left": "#e76f51"}
FONT = "Inter, Helvetica Neue, Helvetica, Arial, sans-serif"


@dataclass(frozen=True, kw_only=True)
class ChartFiles:
    """Where the two renderings lie."""

    png: Path
    html: Path


def write_charts(findings: Findings, directory: Path) -> ChartFiles:
    """Render the chart into `directory`; the page holds its scripts and needs no network."""
    directory.mkdir(parents=True, exist_ok=True)
    chart = developers_chart(findings)
    files = ChartFiles(png=directory / "developers.png", html=directory / "developers.html")
    chart.save(files.png, scale_factor=1.5)
    chart.save(files.html, inline=True, embed_options={"actions": False})
    return files


def developers_chart(findings: Findings) -> "alt.VConcatChart":
    """Small multiples above, a bar of comings and goings a project below."""
    import altair as alt

    top = findings.projects[:TOP]
    earlier, later = findings.titles
    return (
        alt.vconcat(_multiples(findings, top), _comings_and_goings(top, f"{later} compared with {earlier}"), spacing=28)
        .resolve_scale(color="independent")
        .resolve_legend(color="independent")
        .configure(font=FONT, background="white", padding=20)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED, titleColor=MUTED, gridColor=GRID, domain=False, ticks=False, titleFontWeight="normal",
            labelFontSize=11, titleFontSize=11,
        )
        .configure_title(anchor="start", color=INK, fontSize=17, subtitleColor=MUTED, subtitleFontSize=12, offset=14)
        .configure_legend(orient="top", title=None, labelColor=INK, labelFontSize=12)
        .configure_header(title=None, labelColor=INK, labelFontSize=13, labelFontWeight="bold", labelAnchor="start")
    )  # fmt: skip


def _multiples(findings: Findings, top: Sequence[DeveloperFlow]) -> "alt.FacetChart":
    import altair as alt

    names = [flow.name for flow in top]
    history = findings.history[findings.history["project_name"].isin(names)]
    history = history.assign(is_last=history["sample_date"].dt.date == findings.sample_date)
    # room above the highest line for the number at its end
    ceiling = max(1.0, float(history["amount"].max())) * 1.25

    def layer(mark: alt.MarkDef) -> alt.Chart:
        return alt.Chart(mark=mark).encode(
            x=alt.X("sample_date:T", title=None, axis=alt.Axis(format="%b %-d", tickCount=3, grid=False)),
            y=alt.Y(
                "amount:Q",
                title="people",
                axis=alt.Axis(tickCount=3, tickMinStep=1),
                scale=alt.Scale(domain=[0, ceiling]),
            ),
            tooltip=[
                alt.Tooltip("project_name:N", title="project"),
                alt.Tooltip("sample_date:T", title="30 days to"),
                alt.Tooltip("amount:Q", title="active developers"),
            ],
        )

    area = layer(alt.MarkDef(type="area", color=BLUE, opacity=0.18, interpolate="monotone"))
    line = layer(alt.MarkDef(type="line", color=INK_BLUE, strokeWidth=2, interpolate="monotone"))
    number = alt.MarkDef(type="text", align="right", dx=-1, dy=-10, color=INK_BLUE, fontWeight="bold", fontSize=12)
    label = layer(number).encode(text=alt.Text("amount:Q", format=".0f")).transform_filter("datum.is_last")
    subtitle = [f"People with a commit in the {WINDOW_DAYS} days that end on each day, bots excluded"]
    full = history["sample_date"].min().date() + timedelta(days=WINDOW_DAYS - 1)
    if full < findings.sample_date:
        subtitle.append(f"Before {full:%b} {full.day} these days reach back beyond the first one there is")
    title = alt.TitleParams("Active developers of the largest projects", subtitle=subtitle)
    return (
        alt.layer(area, line, label, data=history)
        .properties(width=205, height=105)
        .facet(facet=alt.Facet("project_name:N", sort=names), columns=COLUMNS, spacing=22)
        .properties(title=title)
    )


def _comings_and_goings(top: Sequence[DeveloperFlow], windows: str) -> "alt.LayerChart | alt.FacetChart":
    import altair as alt
    import pandas as pd

    shown = [
        {"project": flow.name, "kind": kind, "people": people}
        for flow in top
        for kind, people in (("new", flow.new), ("returned", flow.returning), ("left", -flow.churned))
    ]
    seen = [kind for kind in COLOURS if any(row["kind"] == kind and row["people"] for row in shown)]
    order = [flow.name for flow in top]
    bars = alt.Chart(pd.DataFrame(shown), mark=alt.MarkDef(type="bar", height=alt.RelativeBandSize(band=0.62))).encode(
        x=alt.X("people:Q", title="people", axis=alt.Axis(tickMinStep=1, labelExpr="format(abs(datum.value), ',d')")),
        y=alt.Y("project:N", sort=order, title=None, axis=alt.Axis(labelColor=INK, labelFontSize=12, grid=False)),
        color=alt.Color("kind:N", scale=alt.Scale(domain=seen, range=[COLOURS[kind] for kind in seen])),
        tooltip=["project:N", "kind:N", "people:Q"],
    )
    zero = alt.Chart(pd.DataFrame({"x": [0]}), mark=alt.MarkDef(type="rule", color=INK)).encode(x="x:Q")
    title = alt.TitleParams("Who came and who left", subtitle=f"Developers active in {windows}")
    return alt.layer(bars, zero).properties(width=886, height=24 * len(top) + 20, title=title)
