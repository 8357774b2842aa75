"""`oso compare`: two homes with the same numbers, and one that differs in a day."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from published_lake import DAYS, PROJECTS, publish, republish_day

from oso_lake.settings import Settings

METRIC = "GITHUB_stars_daily"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(home=tmp_path_factory.mktemp("other") / "home")
    publish(settings)
    return settings.home


def test_homes_with_the_same_rows_are_the_same_whatever_the_shell_is_set_to(
    oso: Callable, published_home: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSO_ENGINE", "trino")
    monkeypatch.setenv("OSO_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/nothing")
    done = oso("compare", str(published_home), str(other))
    assert done.code == 0
    assert "no row differs" in done.out
    found = json.loads(oso("compare", str(published_home), str(other), "--json").out)
    rows = {table["table"]: table["rows_of_one"] for table in found["tables"]}
    assert rows["timeseries_metrics_by_project_v0"] == 7 * len(PROJECTS) * DAYS
    assert found["is_same"]


def test_a_day_that_differs_is_named_by_its_model_and_fails(oso: Callable, published_home: Path, other: Path) -> None:
    republish_day(Settings(home=other), METRIC, date(2025, 10, 5), 7.5)
    done = oso("compare", str(published_home), str(other))
    assert done.code == 1
    assert f"{len(PROJECTS)} rows DIFFER" in done.out
    found = json.loads(oso("compare", str(published_home), str(other), "--json").out)
    [table] = [table for table in found["tables"] if table["differences"]]
    assert table["table"] == "timeseries_metrics_by_project_v0"
    assert [one["other_values"] for one in table["differences"]] == [len(PROJECTS)]


def test_homes_without_anything_published_are_not_the_same(oso: Callable, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    done = oso("compare", str(tmp_path / "one"), str(tmp_path / "other"))
    assert done.code == 1
    assert "nothing is published" in done.out
    assert oso("compare", str(tmp_path / "one"), str(tmp_path / "none")).code == 2
