"""Options of the whole test suite."""

import pytest

# fixtures of tests/support that several packages use
pytest_plugins = ["postgres_fixture", "postgres_installation", "rest_fixture", "trino_fixture", "trino_pipeline"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-snapshots` writes what is expected of generated files instead of comparing with it."""
    parser.addoption(
        "--update-snapshots", action="store_true", help="Write tests/snapshots anew from what the program gives."
    )


@pytest.fixture
def update_snapshots(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are to be written."""
    return bool(request.config.getoption("--update-snapshots"))
