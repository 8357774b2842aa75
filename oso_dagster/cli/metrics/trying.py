"""`oso metrics preview`: what a metric gives on an installation's data, before anything is planned."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from oso_dagster.cli.metrics.found import (
    find_metric,
    find_model,
    loaded_registry,
    variant_options,
    window_of,
    window_option,
)
from oso_dagster.cli.output import cell_text, console, json_option, load_settings, print_json, print_table

if TYPE_CHECKING:
    from oso_dagster.authoring.preview import Preview

EPILOG = """
\b
Examples:
  oso metrics preview stars --days 3
  oso metrics preview contributors --entity collection --grain over_30_day_window --days 14
  oso metrics preview stars --grain monthly --window 2025-09-01 2025-10-01 --json
"""
PLOTTED = 6
BLOCKS = " ▁▂▃▄▅▆▇█"


@click.command(short_help="Try a metric on this installation's data.", epilog=EPILOG)
@click.argument("name")
@variant_options
@click.option("--days", type=click.IntRange(min=1), default=3, show_default=True, help="How many of the last days.")
@window_option
@click.option("--limit", type=click.IntRange(min=1), default=12, show_default=True, help="How many rows to print.")
@json_option
def preview(  # noqa: PLR0917 - one argument for each option of the command
    name: str,
    entity: str,
    grain: str | None,
    days: int,
    window: tuple[date, date] | None,
    limit: int,
    as_json: bool,
) -> int:
    """Compute a metric from its files as they are now, for the last days (in whole buckets) that this installation has
    computed, in memory: what is stored is only read.

    Exit code 1 where rows repeat or lack a value, which its audits would refuse.
    """
    from oso_dagster.authoring.explain import whole
    from oso_dagster.authoring.lineage import lineage
    from oso_dagster.authoring.preview import preview as run_preview

    loaded = loaded_registry()
    model = find_model(find_metric(loaded, name), entity, grain)
    span = window_of(window)
    result = run_preview(
        load_settings(),
        loaded,
        lineage(loaded),
        model,
        window=whole(model, span) if span else None,
        days=days,
        on_wait=lambda message: click.echo(message, err=True),
    )
    if as_json:
        print_json(_document(result))
    else:
        _print(result, limit)
    for count, what in (
        (result.duplicates, "repeat another row's entity, date and metric"),
        (result.nulls, "lack a value"),
    ):
        if count:
            click.echo(f"{click.style('audits would refuse this:', fg='red')} {count} rows {what}", err=True)
    return 1 if result.duplicates or result.nulls else 0


def _print(result: "Preview", limit: int) -> None:
    rows = result.rows.to_pylist()
    entity = result.model.entity_type
    shown = [(row["sample_date"], row["entity"], row["event_source"], row["metric"], row["amount"]) for row in rows]
    print_table(None, ("sample date", entity, "source", "metric", "amount"), shown[:limit])
    _plot(rows)
    peers = f", with {len(result.computed)} metrics it reads" if result.computed else ""
    told = f"{len(rows):,} rows of {result.model.name} for {result.window} in {result.seconds:.1f} s"
    click.echo(f"{told}{peers}; nothing stored", err=True)


def _plot(rows: list[dict[str, Any]]) -> None:
    """A line of blocks for each of the largest series, over the dates; all on one scale from zero."""
    dates = sorted({row["sample_date"] for row in rows})
    if len(dates) < 2:
        return
    series: dict[tuple[str, str], dict[date, float]] = {}
    for row in rows:
        series.setdefault((row["entity"], row["metric"]), {})[row["sample_date"]] = row["amount"] or 0.0
    largest = sorted(series, key=lambda key: -max(map(abs, series[key].values())))[:PLOTTED]
    top = max(abs(amount) for key in largest for amount in series[key].values()) or 1.0
    several = len({metric for _, metric in series}) > 1
    labels = {key: f"{key[0]} {key[1]}" if several else key[0] for key in largest}
    width = max(map(len, labels.values()))
    screen = console()
    screen.print()
    for key in largest:
        blocks = "".join(_block(series[key].get(day), top) for day in dates)
        last = cell_text(series[key].get(dates[-1]))
        screen.print(f"{labels[key]:<{width}}  {blocks}  {last}", markup=False, highlight=False)
    screen.print(f"{'':<{width}}  {dates[0]} to {dates[-1]}, highest {cell_text(top)}", markup=False, highlight=False)
    screen.print()


def _block(amount: float | None, top: float) -> str:
    """Two characters wide, so that a few dates can be told apart; a dot where there is no row."""
    if amount is None:
        return "· "
    return BLOCKS[max(1, round(abs(amount) / top * (len(BLOCKS) - 1)))] * 2


def _document(result: "Preview") -> dict[str, object]:
    return {
        "model": result.model.name,
        "window": [result.window.start, result.window.end],
        "computed": result.computed,
        "duplicates": result.duplicates,
        "nulls": result.nulls,
        "rows": result.rows.to_pylist(),
    }
