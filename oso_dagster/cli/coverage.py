"""`oso coverage`: which windows of a metric can be relied on, and why the others cannot."""

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import DAY, json_option, load_settings, print_json, print_table

if TYPE_CHECKING:
    from oso_lake.coverage import CoveredWindow

EPILOG = """
\b
Examples:
  oso coverage GITHUB_stars_daily
  oso coverage GITHUB_commits_monthly nimbus --from 2025-01-01 --to 2025-10-01 --all
  oso coverage GITHUB_stars_daily --entity-type artifact --json
"""


@click.command(short_help="Which windows of a metric can be relied on.", epilog=EPILOG)
@click.argument("metric")
@click.argument("entity", required=False)
@click.option("--entity-type", default="project", show_default=True, help="artifact, project or collection.")
@click.option("--from", "begin", type=DAY, help="First sample date. [default: the first window]")
@click.option("--to", "end", type=DAY, help="The day after the last sample date. [default: after the last window]")
@click.option("--all", "everything", is_flag=True, help="A line for each window, not for each range.")
@json_option
def coverage(  # noqa: PLR0917 - one argument for each option of the command
    metric: str,
    entity: str | None,
    entity_type: str,
    begin: date | None,
    end: date | None,
    everything: bool,
    as_json: bool,
) -> int:
    """Say of each window of METRIC whether it is fresh, empty, stale, partial, failed or missing, and why.

    METRIC is a published name; of ENTITY, windows without its rows are empty. Exits with 1 when something is not
    complete.
    """
    from oso_lake import Lake

    if (begin is None) != (end is None):
        raise click.UsageError("give --from and --to, or neither")
    windows = Lake(load_settings()).covered_windows(metric, entity, begin, end, entity_type=entity_type)
    if as_json:
        print_json([_document(one) for one in windows])
    else:
        rows = [_row([one]) for one in windows] if everything else [_row(group) for group in _ranges(windows)]
        print_table(None, ["from", "to (exclusive)", "windows", "state", "reason"], rows)
        counts = Counter(one.state.value for one in windows)
        click.echo(", ".join(f"{count:,} {state}" for state, count in counts.most_common()), err=True)
    return 0 if all(one.state.is_complete for one in windows) else 1


def _ranges(windows: "list[CoveredWindow]") -> "list[list[CoveredWindow]]":
    """Neighbours with the same state and reason."""
    found: list[list[CoveredWindow]] = []
    for one in windows:
        last = found[-1][-1] if found else None
        if last is not None and (last.state, last.reason) == (one.state, one.reason):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _row(group: "list[CoveredWindow]") -> list[object]:
    first, last = group[0], group[-1]
    return [first.window.start, last.window.end, len(group), first.state.value, first.reason or ""]


def _document(one: "CoveredWindow") -> dict[str, object]:
    return {
        "sample_date": one.sample_date,
        "first_day": one.window.start,
        "end_day": one.window.end,
        "state": one.state.value,
        "reason": one.reason,
    }
