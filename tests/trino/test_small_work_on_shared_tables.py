"""Small work of an installation on Trino is done by DuckDB on Trino's tables, while its cluster sleeps."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from small_lake import events_of, land_events
from trino_fixture import TrinoStack
from trino_pipeline import PROJECT, START, Pipeline, published_rows, run_pipeline

from oso_dagster import api
from oso_dagster.cluster.database import cluster_url
from oso_dagster.cluster.leases import LeaseStore
from oso_dagster.project import Project
from oso_dagster.stack.postgres import free_port
from oso_lake.catalog import open_compute_catalog
from oso_lake.settings import Settings

DAY, NEXT = date(2024, 2, 20), date(2024, 2, 21)
# none whose first computation another test looks at
SELECTED = "stg_events forks_to_artifact_daily"
EXTRA = [("WatchEvent", 77, 1), ("ForkEvent", 78, 2)]


@pytest.fixture
def asleep(on_trino: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The installation, whose cluster is scaled by others and where no coordinator answers now; left as it was."""
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    monkeypatch.setenv("OSO_CLUSTER_SMALL_SECONDS", "100000")
    settings = on_trino.settings.model_copy(update={"trino_port": free_port()})
    project = Project(settings=settings, path=PROJECT)
    yield project
    land_events(settings, DAY, NEXT, again=True)
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    assert api.materialize(settings, project=project).failed == {}


def land_extra(settings: Settings) -> None:
    """A star and a fork more on the day."""
    land_events(settings, DAY, NEXT, events=lambda one: [*events_of(one), *EXTRA], again=True)


def of_day(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Other tests land events of other days."""
    return [row for row in rows if row.get("sample_date") == DAY]


def test_late_events_are_computed_without_waking_the_cluster_and_both_engines_go_on_from_there(
    trino_stack: TrinoStack, on_trino: Pipeline, asleep: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # windows that were replaced on Trino have left position deletes, which DuckDB must apply, and keep
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "none")
    api.materialize(on_trino.settings, SELECTED, begin=DAY, end=NEXT, project=on_trino.project, force=True)
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "keda")
    land_extra(asleep.settings)
    report = api.materialize(asleep.settings, project=asleep)
    assert report.failed == {}
    assert {outcome.engine for outcome in report.outcomes} == {"duckdb"}
    grains = {outcome.model.grain for outcome in report.outcomes}
    assert None in grains
    assert len(grains) > 3
    assert LeaseStore(cluster_url(asleep.settings)).all() == ()

    alone = Settings(home=tmp_path / "home", start=START)
    run_pipeline(alone)
    land_extra(alone)
    before = published_rows(on_trino.settings)
    api.materialize(alone, project=Project(settings=alone, path=PROJECT))
    wanted = published_rows(alone)
    for table, rows in wanted.items():
        assert of_day(before[table]) == of_day(rows)

    # Trino reads what DuckDB wrote, and has nothing to add to it
    monkeypatch.setenv("OSO_CLUSTER_DRIVER", "none")
    assert api.materialize(on_trino.settings, project=on_trino.project).done == ()
    again = api.materialize(on_trino.settings, SELECTED, begin=DAY, end=NEXT, project=on_trino.project, force=True)
    assert {outcome.engine for outcome in again.outcomes} == {"trino"}
    assert set(again.done) <= set(report.done)
    assert published_rows(on_trino.settings) == before
    names = trino_stack.fetch("select table_name from metrics.information_schema.tables")
    [table] = [name for (name,) in names if name.startswith("oso__stg_events__")]
    of_the_day = f"select count(*) from metrics.sqlmesh__oso.\"{table}\" where bucket_day = date '{DAY}'"
    assert trino_stack.fetch(of_the_day) == [(len(events_of(DAY)) + len(EXTRA),)]


def test_what_came_out_as_it_was_is_not_written(on_trino: Pipeline, asleep: Project) -> None:
    catalog = open_compute_catalog(asleep.settings)

    def snapshots() -> dict[str, int]:
        names = [name for name in catalog.list_tables("sqlmesh__oso") if "forks_to_artifact" in name[1]]
        return {name[1]: len(catalog.load_table(name).snapshots()) for name in names}

    before = snapshots()
    report = api.materialize(
        asleep.settings, "stars_to_artifact_daily", begin=DAY, end=NEXT, project=asleep, force=True
    )
    assert [outcome.engine for outcome in report.outcomes] == ["duckdb"]
    assert snapshots() == before
    catalog.close()
