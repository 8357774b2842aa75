"""The tutorial is executed as it stands: its commands in a copy of the project, its files as it says.

After a wanted change of what it prints: pytest tests/e2e/test_tutorial.py --update-snapshots
"""

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from checkout import Checkout, make_checkout

from oso_lake import Lake
from oso_lake.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "first-metric.md"
# what the page reads or makes; the others stay out, so that planning takes seconds
KEPT = ("stars", "reviews", "reviewers_of_code")
UPSTREAM = "+type:mart +stars_to_project_daily +int_bots"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, text and place in the page."""

    language: str
    text: str
    start: int
    end: int


def blocks(page: str) -> list[Block]:
    """The fenced blocks of the page, in order."""
    found = re.finditer(r"```(\w+)\n(.*?)```", page, re.DOTALL)
    return [Block(match[1], match[2], match.start(2), match.end(2)) for match in found]


def commands(text: str) -> Iterator[list[str]]:
    """The `oso` commands of a block, without the program's name."""
    words = shlex.split(text, comments=True)
    starts = [place for place, word in enumerate(words) if word.endswith("bin/oso")]
    for start, stop in zip(starts, [*starts[1:], len(words)], strict=True):
        yield words[start + 1 : stop]


def succeed(checkout: Checkout, *arguments: str) -> str:
    """What a command prints, which has to succeed."""
    done = checkout.oso(*arguments)
    assert done.returncode == 0, f"oso {' '.join(arguments)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def apply_file(checkout: Checkout, text: str) -> None:
    """Do what a block with a file name in its first line says: write the SQL file, or reword the last description."""
    head, body = text.split("\n", maxsplit=1)
    path = checkout.path / head.split(maxsplit=1)[1]
    if path.suffix == ".sql":
        assert path.exists(), "the page says that the file is there"
        path.write_text(body)
        return
    before, _, after = path.read_text().rpartition("            description=")
    rest = after.split("\n", maxsplit=1)[1]
    path.write_text(f"{before}{body}{rest}")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy of the project and the page's world, computed as far as the page needs it."""
    folder = tmp_path_factory.mktemp("tutorial")
    checkout = make_checkout(folder / "project", folder / "home")
    registry = checkout.path / "sqlmesh_project" / "models" / "metrics_factories.py"
    text, changed = re.subn(
        r"metric_queries=(\{.*?\}),",
        rf"metric_queries={{k: v for k, v in \1.items() if k in {KEPT}}},",
        registry.read_text(),
    )
    assert changed == 1
    registry.write_text(text)
    asked = re.search(r"make demo DAYS=(\d+) PROJECTS=(\d+)", PAGE.read_text())
    assert asked
    succeed(checkout, "world", "--days", asked[1], "--projects", asked[2])
    succeed(checkout, "land")
    succeed(checkout, "plan", "--apply")
    succeed(checkout, "materialize", UPSTREAM)
    return checkout


@pytest.mark.timeout(1500)
def test_the_page_runs_and_prints_what_it_says(checkout: Checkout, update_snapshots: bool) -> None:
    page = PAGE.read_text()
    printed = ""
    told: list[tuple[Block, str]] = []
    for block in blocks(page):
        if block.language == "bash" and "make demo" not in block.text:
            printed = "".join(succeed(checkout, *arguments) for arguments in commands(block.text))
        elif block.language in ("sql", "python"):
            apply_file(checkout, block.text)
        elif block.language == "text":
            told.append((block, "\n".join(line.rstrip() for line in printed.strip("\n").splitlines()) + "\n"))
    if update_snapshots:
        for block, text in reversed(told):
            page = page[: block.start] + text + page[block.end :]
        PAGE.write_text(page)
    else:
        assert [text for _, text in told] == [block.text for block, _ in told]
    assert len(told) == 5
    lake = Lake(Settings(home=checkout.home))
    series = lake.series("GITHUB_reviews_daily")
    assert series["amount"].sum() > 0
    named = lake.metrics().set_index("metric_name").loc["GITHUB_reviews_daily"]
    assert named["description"].startswith("Reviews of pull requests that people submitted")
    checked = checkout.run(
        str(Path(sys.executable).with_name("ruff")), "format", "--check", "sqlmesh_project/oso_metrics"
    )
    assert checked.returncode == 0, checked.stdout
