"""A home with published tables, and a way to run `oso` in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from published_lake import publish

from oso_dagster.cli import main
from oso_lake.settings import Settings


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str


Oso = Callable[..., Done]


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose published tables are filled; for reading only."""
    settings = Settings(home=tmp_path_factory.mktemp("published"))
    publish(settings)
    return settings.home


@pytest.fixture
def oso(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Oso:
    """Run `oso` with a home of its own, unless one is given."""

    def run(*arguments: str, home: Path = tmp_path / "home") -> Done:
        monkeypatch.setenv("OSO_HOME", str(home))
        monkeypatch.setenv("COLUMNS", "200")
        capfd.readouterr()
        code = main(arguments)
        out, err = capfd.readouterr()
        return Done(code=code, out=out, err=err)

    return run
