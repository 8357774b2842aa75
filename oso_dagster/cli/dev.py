"""`oso dev`: Dagster's UI over this installation's data."""

import os
import sys
from pathlib import Path

import click

from oso_dagster.cli.output import load_settings

WORKSPACE = Path(__file__).resolve().parents[2] / "workspace.yaml"


@click.command(short_help="Start Dagster's UI over this installation.")
@click.option("--port", default=3000, show_default=True, help="Port of the UI.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def dev(port: int, host: str) -> None:
    """Start Dagster's UI and daemon over this installation; stop them with Ctrl+C."""
    from oso_dagster.instance import ensure_instance

    settings = load_settings()
    home = ensure_instance(settings)
    where = ["-w", str(WORKSPACE)] if WORKSPACE.exists() else ["-m", "oso_dagster.definitions"]
    environment = {**os.environ, "OSO_HOME": str(settings.home), "DAGSTER_HOME": str(home)}
    # Dagster warns of its own commands and parameters; the UI's terminal is no place for that
    environment.setdefault("PYTHONWARNINGS", "ignore::FutureWarning")
    click.echo(f"The UI opens at http://{host}:{port} in some seconds; stop it with Ctrl+C.", err=True)
    command = [sys.executable, "-m", "dagster", "dev", *where, "--host", host, "--port", str(port)]
    # Dagster takes over this process, so that signals and the exit code are its own
    os.execve(command[0], command, environment)  # noqa: S606 - an argument list, no shell
