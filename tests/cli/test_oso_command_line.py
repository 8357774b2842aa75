"""What all commands share: help, exit codes, one-line errors, a quick start."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from oso_dagster.cli.app import app

OSO = str(Path(sys.executable).parent / "oso")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of each command that does something."""
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        below = (*path, name)
        found += commands(command, below) if isinstance(command, click.Group) else [below]
    return found


@pytest.mark.parametrize("path", commands(app), ids=" ".join)
def test_every_command_explains_itself_and_its_options(oso: Callable, path: tuple[str, ...]) -> None:
    done = oso(*path, "--help")
    assert done.code == 0
    assert f"Usage: oso {' '.join(path)}" in done.out
    command: click.Command = app
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    undocumented = [
        o.opts for o in command.params if isinstance(o, click.Option) and not o.help and "--format" not in o.opts
    ]
    assert undocumented in ([], [["--engine"]])


def test_help_comes_quickly_because_nothing_heavy_is_imported() -> None:
    heavy = ("dagster", "pandas", "sqlmesh", "duckdb", "dlt", "pydantic", "rich")
    code = f"import sys; from oso_dagster.cli.app import app; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
    began = time.monotonic()
    subprocess.run([OSO, "--help"], capture_output=True, check=True, timeout=60)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["qeury"], "No such command 'qeury'. Did you mean query?"),
        (["metrics", "lst"], "No such command 'lst'"),
        (["query"], "Missing argument 'SQL'"),
        (["query", "SELECT 1", "--begin", "yesterday"], "'yesterday' is not a date YYYY-MM-DD"),
        (["query", "SELECT 1", "--formt", "csv"], "No such option"),
        (["materialize", "*", "--partition", "2025-10-01", "--to", "2025-10-02"], "not both"),
        (["world", "--days", "3"], "too short"),
        (["demo", "--projects", "1"], "too small"),
    ],
)
def test_a_wrong_command_line_ends_with_two(oso: Callable, arguments: list[str], message: str) -> None:
    done = oso(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_wrong_setting_is_named(oso: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_THREADS", "many")
    done = oso("query", "SELECT 1")
    assert done.code == 2
    assert "settings are wrong: threads: " in done.err


def test_an_error_is_one_line_and_a_traceback_only_when_asked(tmp_path: Path) -> None:
    command = [OSO, "--home", str(tmp_path / "none"), "query", "SELECT 1"]
    environment = {name: value for name, value in os.environ.items() if name != "OSO_DEBUG"}
    plain = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert plain.returncode == 1
    assert plain.stderr.startswith("error: nothing is published in ")
    assert plain.stderr.count("\n") == 1
    command.insert(1, "--debug")
    debugged = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert debugged.returncode == 1
    assert "Traceback" in debugged.stderr


def test_the_home_option_wins_over_the_variable(oso: Callable, published_home: Path) -> None:
    done = oso("--home", str(published_home), "query", "SELECT COUNT(*) AS n FROM projects_v1", "--format", "csv")
    assert done.out.split() == ['"n"', "3"]
