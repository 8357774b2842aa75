"""Previews: what a metric gives on the computed tables, with nothing stored, also when it is interrupted."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from metric_registry import DESCRIBED, STARS, Registry, write_registry

from oso_dagster.authoring.lineage import lineage
from oso_dagster.authoring.preview import CannotPreviewError, Preview, preview
from oso_dagster.runner.ledger import Entry, Ledger
from oso_lake.calendar import Window
from oso_lake.settings import Settings
from sqlmesh_project.metrics_factory import registry

START, END = date(2025, 9, 1), date(2025, 10, 15)
TIMES = f'time_aggregations=("daily", "monthly"), rolling=RollingConfig(windows=[7]), metadata={DESCRIBED}'
DOUBLED = """
SELECT
  @metrics_sample_date(peer.metrics_sample_date) AS metrics_sample_date,
  peer.event_source,
  peer.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  SUM(peer.amount) * 2 AS amount
FROM @metrics_peer_ref(stars) AS peer
WHERE
  peer.metrics_sample_date BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, event_source, to_artifact_id
"""
STORE = """
CREATE SCHEMA oso; CREATE SCHEMA stored;
CREATE TABLE stored.events AS
  SELECT day::DATE AS bucket_day, 'GITHUB' AS event_source, 'STARRED' AS event_type,
    'someone' AS from_artifact_id, 'repo' || repo AS to_artifact_id, repo::DOUBLE AS amount
  FROM generate_series(DATE '2025-09-01', DATE '2025-10-14', INTERVAL 1 DAY) AS d(day), range(1, 3) AS r(repo);
CREATE TABLE stored.members AS
  SELECT 'repo' || n AS artifact_id, 'p' || n AS project_id, NULL::DATE AS valid_to FROM range(1, 3) AS r(n);
CREATE TABLE stored.bots AS SELECT 'bot' || n AS artifact_id FROM range(30000) AS r(n);
CREATE VIEW oso.int_events_daily__github AS SELECT * FROM metrics.stored.events;
CREATE VIEW oso.artifacts_by_project_v1 AS SELECT * FROM metrics.stored.members;
CREATE VIEW oso.projects_v1 AS SELECT 'p1' AS project_id, 'first' AS project_name;
CREATE VIEW oso.int_bots AS SELECT * FROM metrics.stored.bots;
"""
ENDLESS = STARS.replace("FROM oso", "FROM oso.int_bots AS a, oso.int_bots AS b, oso.int_bots AS c, oso")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation whose compute store holds one star a day of each of two repositories, and two projects."""
    settings = Settings(home=tmp_path / "home", start=START)
    settings.home.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{settings.compute_db}' AS metrics; USE metrics")
        connection.execute(STORE)
    names = ("int_events_daily__github", "artifacts_by_project_v1", "int_bots")
    Ledger(settings.ledger_url).record(
        Entry(model=f"oso.{name}", window=Window(START, END), version="1", sources={}) for name in names
    )
    return settings


@pytest.fixture
def metrics(tmp_path: Path) -> Registry:
    """Stars, and a metric that doubles them."""
    return write_registry(tmp_path, {"stars": (STARS, TIMES), "doubled": (DOUBLED, TIMES), "endless": (ENDLESS, TIMES)})


def run(settings: Settings, metrics: Registry, model: str, **options: object) -> Preview:
    """A preview of a model of that registry."""
    loaded = registry(path=metrics.path)
    return preview(settings, loaded, lineage(loaded), loaded.models[model], **options)  # ty: ignore[invalid-argument-type]


def shown(result: Preview) -> list[tuple]:
    """Its rows without source and metric."""
    return [(row["sample_date"], row["entity"], row["amount"]) for row in result.rows.to_pylist()]


def digest(settings: Settings) -> str:
    """What the compute store holds."""
    return hashlib.sha256(settings.compute_db.read_bytes()).hexdigest()


def test_the_last_days_are_computed_and_entities_have_their_names(settings: Settings, metrics: Registry) -> None:
    before = digest(settings)
    result = run(settings, metrics, "oso.stars_to_project_daily", days=2)
    last, day_before = END - timedelta(days=1), END - timedelta(days=2)
    assert result.window == Window(day_before, END)
    assert shown(result) == [
        (last, "p2", 2.0),
        (last, "first", 1.0),
        (day_before, "p2", 2.0),
        (day_before, "first", 1.0),
    ]
    assert (result.duplicates, result.nulls) == (0, 0)
    assert digest(settings) == before


def test_days_become_the_whole_buckets_that_hold_them(settings: Settings, metrics: Registry) -> None:
    result = run(settings, metrics, "oso.stars_to_project_monthly", days=3)
    assert result.window == Window(START, date(2025, 10, 1))
    assert shown(result) == [(START, "p2", 60.0), (START, "first", 30.0)]


def test_a_window_may_be_given(settings: Settings, metrics: Registry) -> None:
    day = Window(date(2025, 9, 10), date(2025, 9, 11))
    assert shown(run(settings, metrics, "oso.stars_to_project_over_7_day_window", window=day)) == [
        (day.start, "p2", 14.0), (day.start, "first", 7.0),
    ]  # fmt: skip


def test_metrics_that_it_reads_are_computed_from_their_files_too(settings: Settings, metrics: Registry) -> None:
    result = run(settings, metrics, "oso.doubled_to_project_daily", days=1)
    assert result.computed == ("oso.stars_to_project_daily",)
    assert [amount for _, _, amount in shown(result)] == [4.0, 2.0]


def test_what_is_not_computed_is_named_with_what_to_run(settings: Settings, metrics: Registry) -> None:
    with duckdb.connect(str(settings.compute_db)) as connection:
        connection.execute("DROP VIEW oso.artifacts_by_project_v1")
    with pytest.raises(
        CannotPreviewError, match=r"oso\.artifacts_by_project_v1; run `oso plan --apply` and `oso materialize art"
    ):
        run(settings, metrics, "oso.stars_to_project_daily")
    settings.compute_db.unlink()
    with pytest.raises(CannotPreviewError, match=r"nothing is computed in .* yet"):
        run(settings, metrics, "oso.stars_to_project_daily")


def test_a_bucket_that_is_not_over_is_refused(settings: Settings, metrics: Registry) -> None:
    (settings.home / "ledger.db").unlink()
    short = Window(START, date(2025, 9, 20))
    Ledger(settings.ledger_url).record(
        [Entry(model="oso.int_events_daily__github", window=short, version="1", sources={})]
    )
    with pytest.raises(CannotPreviewError, match="no whole monthly window lies in what is computed, 2025-09-01 until"):
        run(settings, metrics, "oso.stars_to_project_monthly")


def test_an_interrupted_preview_leaves_nothing_behind(settings: Settings, metrics: Registry, tmp_path: Path) -> None:
    before = digest(settings)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import sys; from pathlib import Path; from datetime import date\n"
        "from oso_lake.settings import Settings; from sqlmesh_project.metrics_factory import registry\n"
        "from oso_dagster.authoring.lineage import lineage; from oso_dagster.authoring.preview import preview\n"
        "loaded = registry(path=Path(sys.argv[2]))\n"
        "preview(Settings(home=Path(sys.argv[1]), start=date(2025, 9, 1)), loaded, lineage(loaded), "
        "loaded.models['oso.endless_to_project_daily'])\n"
    )
    endless = subprocess.Popen(
        [sys.executable, "-c", code, str(settings.home), str(metrics.path)],
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 240
    try:
        while not list(temporary.glob("oso-preview-*")):
            assert endless.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        endless.send_signal(signal.SIGINT)
        _, errors = endless.communicate(timeout=240)
    finally:
        endless.kill()
    assert "KeyboardInterrupt" in errors
    assert list(temporary.iterdir()) == []
    assert digest(settings) == before
    assert shown(run(settings, metrics, "oso.stars_to_project_daily", days=1))
