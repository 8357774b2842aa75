"""What README and docs say is so: commands exist, SQL and Python run, the reference is the program's own."""

import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from oso_dagster.authoring.pages import MADE, pages, write_pages
from oso_dagster.authoring.reference import reference_metrics
from oso_dagster.cli.app import app
from oso_dagster.cli.findings import FIRST_QUESTION
from oso_dagster.cli.reference import PAGES
from oso_lake import Lake
from oso_lake.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "first-metric.md"
LARGEST_CATALOGUE = 1_500_000
PAGES_WITH_COMMANDS = [README, TUTORIAL, ROOT / "docs" / "sources.md"]


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


def oso_commands(page: Path) -> Iterator[list[str]]:
    """Arguments of each `oso` command that a page shows, in blocks and in running text."""
    for block in blocks(page, "bash"):
        words = shlex.split(block, comments=True)
        starts = [place for place, word in enumerate(words) if word.endswith("bin/oso")]
        for start, stop in zip(starts, [*starts[1:], len(words)], strict=False):
            yield words[start + 1 : stop]
    for inline in re.findall(r"`oso ([^`]+)`", page.read_text()):
        yield shlex.split(inline)


def command_of(arguments: list[str]) -> tuple[click.Command, list[str]]:
    """The command that arguments name, and what is left of them."""
    command: click.Command = app
    while isinstance(command, click.Group) and arguments and not arguments[0].isupper():
        command, arguments = command.commands[arguments[0]], arguments[1:]
    return command, arguments


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=lambda page: page.name)
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    shown = list(oso_commands(page))
    assert shown
    for arguments in shown:
        command, rest = command_of(arguments)
        known = {option for parameter in command.params for option in parameter.opts}
        assert [word for word in rest if word.startswith("--") and word not in known] == [], arguments


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "".join(page.read_text() for page in [*PAGES_WITH_COMMANDS, ROOT / "docs" / "index.md"])
    shown = set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE))
    assert {"demo", "test", "dev"} <= shown <= targets


def test_every_link_leads_somewhere() -> None:
    for page in (README, *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readmes_query_runs_as_copied(oso: Callable, published_home: Path) -> None:
    queries = [arguments for arguments in oso_commands(README) if arguments[0] == "query"]
    for arguments in queries:
        done = oso(*arguments, home=published_home)
        assert (done.code, done.err) == (0, "3 rows\n")


def test_the_readmes_python_runs(published_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_HOME", str(published_home))
    shown = [block for block in blocks(README, "python") if "Lake" in block]
    assert len(shown) == 1
    names: dict[str, object] = {}
    exec(compile(shown[0], "README.md", "exec"), names)  # noqa: S102 - our own page
    lake = names["lake"]
    assert isinstance(lake, Lake)
    assert lake.settings.home == published_home


def test_the_demos_first_question_has_an_answer(published_home: Path) -> None:
    answer = Lake(Settings(home=published_home)).query(FIRST_QUESTION)
    assert list(answer.columns) == ["project_name", "sample_date", "active_developers"]
    assert len(answer) == 10


def test_the_readmes_metric_is_the_projects_own() -> None:
    shown = blocks(README, "sql")[0].split("\n", maxsplit=1)
    path = ROOT / shown[0].removeprefix("-- ")
    assert " ".join(shown[1].split()) == " ".join(path.read_text().split())


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_program_says(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text()
    assert written == PAGES[name](), "run `make docs`"


def test_every_setting_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert [name for name in Settings.model_fields if f"`OSO_{name.upper()}`" not in page] == []


def test_the_command_is_installed_by_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"oso": "oso_dagster.cli:main"}


def test_the_catalogues_pages_are_what_the_registry_says() -> None:
    made = pages(reference_metrics())
    written = {path.name: path.read_text() for path in (ROOT / "docs" / "metrics").iterdir()}
    assert sorted(written) == sorted(made), "run `make docs`"
    assert [name for name, text in made.items() if written[name] != text] == [], "run `make docs`"
    assert sum(map(len, written.values())) < LARGEST_CATALOGUE


def test_every_metric_has_a_row_in_the_index_and_a_page_with_its_sql_for_each_engine() -> None:
    folder = ROOT / "docs" / "metrics"
    index = (folder / "index.md").read_text()
    for metric in reference_metrics().metrics.values():
        assert all(f"[{name}]({metric.name}.md)" in index for name in metric.metric_names)
        page = (folder / f"{metric.name}.md").read_text()
        assert all(text in page for text in ("```mermaid", "<summary>DuckDB<", "<summary>Trino<", metric.description))


def test_pages_of_metrics_that_are_gone_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    write_pages({"old.md": f"# Old\n\n{MADE}\n", "index.md": "# All\n"}, tmp_path)
    (tmp_path / "remarks.md").write_text("# Ours\n")
    write_pages({"new.md": f"# New\n\n{MADE}\n", "index.md": "# All\n"}, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.md", "new.md", "remarks.md"]
