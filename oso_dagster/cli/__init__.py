"""The command line `oso`. Each command lives in a module of its own, which imports what it needs when it runs."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `oso` with `arguments`, those of the process by default, and return its exit code."""
    from oso_dagster.cli.app import main as run

    return run(arguments)
