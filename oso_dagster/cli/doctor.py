"""`oso doctor`: what is wrong with this installation, and what to do about it. The checks are in `checkup.py`."""

import click

from oso_dagster.cli.output import console, json_option, print_json

MARKS = {"ok": "[green]ok[/]", "note": "[cyan]note[/]", "warning": "[yellow]warning[/]", "wrong": "[red]wrong[/]"}


@click.command(short_help="Say what is wrong with this installation.")
@json_option
def doctor(as_json: bool) -> int:
    """Check Python, packages, extensions, settings, catalog, compute lock, git and disk.

    Exit code 0 when nothing is wrong (warnings allowed), 1 otherwise.
    """
    from oso_dagster.cli.checkup import examine

    findings = examine()
    wrong = [finding for finding in findings if finding.state == "wrong"]
    if as_json:
        print_json({"healthy": not wrong, "checks": [finding.as_dict() for finding in findings]})
        return 1 if wrong else 0
    screen = console()
    for finding in findings:
        screen.print(f"{MARKS[finding.state]:<18} [bold]{finding.subject}[/]: ", end="")
        screen.print(finding.detail, markup=False, highlight=False)
        if finding.remedy:
            screen.print(f"         do: {finding.remedy}", markup=False, highlight=False)
    screen.print(f"\n{len(wrong)} wrong" if wrong else "\nNothing is wrong.", highlight=False)
    return 1 if wrong else 0
