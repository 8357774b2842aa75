"""`oso metrics new` and `lint`: begin a metric, and check what is written."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from oso_dagster.cli.output import json_option, print_json, shown_path

if TYPE_CHECKING:
    from oso_dagster.authoring.findings import Finding

NEW_EPILOG = """
\b
Templates:
  sum      a sum of events, which adds up over days and repositories
  people   distinct people, automated accounts left out; also over 30 and 90 days
  share    the share (0 to 1) of the first event type among all those given
  change   another metric's value less that of the window before; growth is positive

\b
Examples:
  oso metrics new reviews --events PULL_REQUEST_REVIEW --unit reviews
  oso metrics new reviewers --template people --events PULL_REQUEST_REVIEW
  oso metrics new change_in_contributors --template change --of contributors
"""
LINT_EPILOG = """
\b
Examples:
  oso metrics lint                 every metric
  oso metrics lint stars --fix     one, and format its SQL file
  oso metrics lint --strict        warnings fail too, as in CI
"""
COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


@click.command(short_help="Begin a metric: its SQL file and its registry entry.", epilog=NEW_EPILOG)
@click.argument("name")
@click.option(
    "--template",
    type=click.Choice(["sum", "people", "share", "change"]),
    default="sum",
    show_default=True,
    help="What to begin with.",
)
@click.option("--family", help="Module of oso_metrics to register it in: activity, people, chains, ...")
@click.option("--events", help="Event types to count, separated by commas.")
@click.option("--source", help="Table with the events. [default: by the family]")
@click.option("--of", "peer", help="For change: the metric whose values are compared.")
@click.option("--display-name", help="Name that readers see. [default: from NAME]")
@click.option("--description", help="What counts and what does not. [default: what the skeleton counts]")
@click.option("--unit", help="What is counted, in the plural. [default: by the template]")
@click.option("--owner", default="oso", show_default=True, help="Who answers for it.")
@json_option
def new(name: str, events: str | None, as_json: bool, **options: str | None) -> int:
    """Write the SQL file and the registry entry of a new metric NAME: a skeleton that loads, lints and plans.

    Nothing is overwritten: a name or a file that exists is refused.
    """
    from oso_dagster.authoring.lint import lint as run_lint
    from oso_dagster.authoring.skeleton import Wanted, skeleton
    from sqlmesh_project.metrics_factory import registry

    types = [event.strip().upper() for event in (events or "").split(",") if event.strip()]
    begun = skeleton(Wanted(name=name, events=types, **{k: v for k, v in options.items() if v is not None}))
    begun.write()
    found = run_lint([name])
    models = [model.name for model in registry(strict=False).models.values() if model.metric == name]
    if as_json:
        print_json(
            {"sql": begun.sql_path, "registry": begun.family.path, "models": models, "findings": [*map(str, found)]}
        )
        return _code(found, strict=False)
    click.echo(f"written   {shown_path(begun.sql_path)}")
    click.echo(f"entered   {name!r} in {shown_path(begun.family.path)}")
    click.echo(f"makes     {len(models)} models, such as {models[0]}" if models else "makes     no model yet")
    for one in found:
        _tell(one)
    click.echo(
        f"\nNext: edit the SQL and the description, then\n  oso metrics lint {name}\n  oso metrics render {name}\n"
        f"  oso metrics preview {name} --days 3\n  oso plan --apply\n  oso materialize metric:{name}"
    )
    return _code(found, strict=False)


@click.command(short_help="Check metrics: every mistake, with file and line.", epilog=LINT_EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option("--fix", is_flag=True, help="Format SQL files first.")
@click.option("--notes", is_flag=True, help="Show notes for all metrics. [default: only when metrics are named]")
@json_option
def lint(names: tuple[str, ...], strict: bool, fix: bool, notes: bool, as_json: bool) -> int:
    """Check metrics NAME, or all: what keeps them from loading, and what gives wrong numbers or misleads readers.

    Exit code 1 where there are errors; nothing is computed.
    """
    from oso_dagster.authoring import lint as linting

    if fix:
        for path in linting.fix_formatting(names):
            click.echo(f"formatted {shown_path(path)}", err=True)
    found = linting.lint(names)
    if as_json:
        print_json([_document(one) for one in found])
        return _code(found, strict=strict)
    counts = Counter(one.severity.value for one in found)
    for one in found:
        if one.severity.value != "note" or notes or names:
            _tell(one)
    words = [f"{counts[kind]} {kind}{'' if counts[kind] == 1 else 's'}" for kind in COLOURS]
    click.echo(f"{', '.join(words)}", err=True)
    return _code(found, strict=strict)


def _code(found: "list[Finding]", *, strict: bool) -> int:
    failing = {"error", "warning"} if strict else {"error"}
    return 1 if any(one.severity.value in failing for one in found) else 0


def _tell(one: "Finding") -> None:
    kind = one.severity.value
    click.echo(str(one).replace(f"{kind} [", f"{click.style(kind, fg=COLOURS[kind])} [", 1))


def _document(one: "Finding") -> dict[str, object]:
    return {
        "severity": one.severity.value,
        "rule": one.rule,
        "metric": one.metric,
        "path": one.path,
        "line": one.line,
        "message": one.message,
    }
