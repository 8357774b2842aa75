"""`oso metrics docs`: the catalogue as pages."""

from pathlib import Path

import click

from oso_dagster.cli.output import load_settings, shown_path

EPILOG = """
\b
Examples:
  oso metrics docs                       docs/metrics, as `make docs` commits it
  oso metrics docs /tmp/site --charts    with charts of this installation's data
"""


@click.command(short_help="Write the catalogue: a page for each metric.", epilog=EPILOG)
@click.argument("out", type=click.Path(file_okay=False, path_type=Path), default=Path("docs/metrics"))
@click.option(
    "--charts/--no-charts", default=False, show_default=True, help="Draw what this installation has published."
)
def docs(out: Path, charts: bool) -> None:
    """Write a page for each metric and an index into the folder OUT (docs/metrics): definition, unit, how it is
    computed, lineage, and SQL for each engine. Pages of metrics that are gone are removed.
    """
    from oso_dagster.authoring.charts import write_charts
    from oso_dagster.authoring.pages import pages, write_pages
    from oso_dagster.authoring.reference import reference_metrics

    loaded = reference_metrics()
    drawn = {}
    if charts:
        from oso_lake import Lake

        drawn = write_charts(Lake(load_settings()), loaded.metrics.values(), out)
    made = pages(loaded, drawn)
    write_pages(made, out)
    click.echo(f"{len(made)} pages and {len(drawn)} charts written to {shown_path(out.resolve())}", err=True)
