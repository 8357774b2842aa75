"""A registry in a folder of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from metric_registry import Registry, write_registry


@pytest.fixture
def make_registry(tmp_path: Path) -> Callable[..., Registry]:
    """`make_registry(stars=(sql, "options as written"))`: a file `code/stars.sql` and an entry for each."""
    return lambda **metrics: write_registry(tmp_path, metrics)
