"""Settings: precedence of arguments, environment and profile file, and that secrets do not print."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from oso_lake.settings import Settings

PROFILE = """
start = 2025-08-19
github_archive_url = "from-the-profile"
[[evm_chains]]
name = "optimism"
chain_id = 10
rpc_url = "https://rpc.example/secret-key"
start = 2025-08-19
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "oso.toml").write_text(PROFILE)
    return tmp_path


def test_the_profile_file_gives_values(home: Path) -> None:
    settings = Settings(home=home)
    assert settings.start == date(2025, 8, 19)
    assert settings.chain_names == ("optimism",)
    assert settings.evm_chains[0].event_source == "OPTIMISM"


def test_the_environment_wins_over_the_profile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_HOME", str(home))
    monkeypatch.setenv("OSO_GITHUB_ARCHIVE_URL", "from-the-environment")
    settings = Settings()
    assert settings.home == home
    assert settings.github_archive_url == "from-the-environment"


def test_a_mistyped_setting_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "oso.toml").write_text('github_archiv_url = "x"')
    with pytest.raises(ValidationError, match="github_archiv_url"):
        Settings(home=tmp_path)


def test_an_rpc_url_never_prints(home: Path) -> None:
    settings = Settings(home=home)
    assert "secret-key" not in repr(settings) + str(settings) + settings.model_dump_json()
