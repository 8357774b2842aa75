"""The production engine against the embedded one: the same daily run on Trino and on DuckDB, and waking from nothing.

Both installations hold the same small sample world, computed by `oso demo --compare` on a local stack. What a cluster
costs a small day is in the first ratio: a warehouse of this size fits into one process many times over. The second is
what DuckDB takes on the cluster's own tables, which such a day is left to. OSO_BENCHMARK_TRINO_HOME names the home of a
stack with such a demo that is up already; its Trino is ended, and it stays.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.demo_home import oso_command
from benchmarks.measure import Result, best_of, run
from dlt_sources.sample_world import read_world
from oso_dagster import api
from oso_dagster.cli import comparing
from oso_dagster.cli.demo import TWIN
from oso_dagster.cluster.local_trino import LocalTrino
from oso_dagster.cluster.processes import ProcessDriver, free_port
from oso_dagster.stack import local, trino_server
from oso_dagster.stack.trino_server import Node
from oso_lake.settings import Settings
from sqlmesh_project.trino_catalogs import CATALOGS, catalog_properties, secret_variables

DAYS, PROJECTS = 14, 16
SELECTION = "grain:daily"
REPEATS = 2
WORKERS = 2
MOST_RATIO = 60.0
MOST_SMALL_RATIO = 3.0
MOST_SECONDS = 120.0
PATIENCE_SECONDS = 600.0


def run_benchmark() -> Iterator[Result]:
    """Three results: a daily run, the same as small work, and the first row of a cluster that was at zero."""
    with _stack() as settings:
        yield from _daily_runs(settings)
        # PostgreSQL, which holds the catalogs, stays
        trino_server.stop(Node(folder=local.folder_of(settings) / "trino"))
        yield _from_zero(settings)


@contextmanager
def _stack() -> Generator[Settings]:
    """A stack with a demo on both engines, ended and removed afterwards."""
    if given := os.environ.get("OSO_BENCHMARK_TRINO_HOME"):
        yield local.settings_of_stack(Settings(home=Path(given)))
        return
    folder = Path(tempfile.mkdtemp(prefix="oso_benchmark_"))
    # PostgreSQL must be able to enter it whoever it runs as
    folder.chmod(0o711)
    plain = Settings(home=folder / "home")
    try:
        variables = local.up(plain, local.Choice(), lambda step, done=0, total=0: None)
        environment = {**os.environ, **variables, "OSO_HOME": str(plain.home)}
        size = ("--days", str(DAYS), "--projects", str(PROJECTS))
        run([*oso_command(), "demo", *size, "--compare"], env=environment, timeout=7200)
        # with the profile that the demo wrote
        yield local.settings_of_stack(Settings(home=plain.home))
    finally:
        local.down(plain)
        shutil.rmtree(folder)


def _daily_runs(settings: Settings) -> Iterator[Result]:
    twin = comparing.files_only(settings.home / TWIN)
    world = read_world(settings.world_dir)
    assert world is not None, "the demo left no world"
    end = world.end
    engines: set[str] = set()
    models = 0

    def day(of: Settings) -> None:
        nonlocal models
        report = api.materialize(of, SELECTION, begin=end - timedelta(days=1), end=end, force=True)
        assert not report.failed, report.failed
        models = len(report.done)
        engines.update(outcome.engine for outcome in report.outcomes)

    on_trino = best_of(lambda: day(settings), REPEATS)
    assert engines == {"trino"}
    on_duckdb = best_of(lambda: day(twin), REPEATS)
    yield Result(
        name=f"one daily run of {models} models on Trino",
        ours_seconds=on_trino,
        rival="the same on DuckDB",
        rival_seconds=on_duckdb,
        target=f"at most {MOST_RATIO:.0f} x: such a day is left to DuckDB (docs/deployment.md)",
        met=on_trino <= MOST_RATIO * on_duckdb,
        note=f"{1000 * on_trino / models:.0f} ms a model on a coordinator that works alone",
    )
    engines.clear()
    with _asleep():
        asleep = settings.model_copy(update={"trino_port": free_port()})
        small = best_of(lambda: day(asleep), REPEATS)
    assert engines == {"duckdb"}
    yield Result(
        name=f"one daily run of {models} models on DuckDB over Trino's tables, the cluster asleep",
        ours_seconds=small,
        rival="the same on DuckDB's own",
        rival_seconds=on_duckdb,
        target=f"at most {MOST_SMALL_RATIO:.0f} x",
        met=small <= MOST_SMALL_RATIO * on_duckdb,
        note=f"{1000 * small / models:.0f} ms a model, {on_trino / small:.1f} times as quick as on Trino",
    )


@contextmanager
def _asleep() -> Generator[None]:
    """A cluster that somebody else would wake, and for which all work is too small."""
    variables = {"OSO_CLUSTER_DRIVER": "keda", "OSO_CLUSTER_SMALL_SECONDS": "1000000"}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


@dataclass(frozen=True)
class _Cluster:
    """Processes that come and go, as the sensor's driver starts them, without the sensor's ticks."""

    driver: ProcessDriver
    port: int

    def first_row(self) -> float:
        """Seconds from here until a query on `WORKERS` workers that are being started gives its row."""
        import trino

        began = time.monotonic()
        self.driver.scale(workers=WORKERS, coordinator=True)
        while not trino_server.is_ready(self.port):
            assert time.monotonic() - began < PATIENCE_SECONDS, "the coordinator did not start"
            time.sleep(0.2)
        with trino.dbapi.connect(host=trino_server.HOST, port=self.port, user="reader") as connection:
            assert connection.cursor().execute("SELECT 1").fetchall() == [[1]]
        return time.monotonic() - began

    def shrink(self, *, coordinator: bool) -> None:
        """Let all workers go, and the coordinator unless it is to stay."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.driver.scale(workers=0, coordinator=coordinator)
            capacity = self.driver.capacity()
            if capacity.remaining == 0 and capacity.has_coordinator == coordinator:
                return
            assert time.monotonic() < ends, f"the cluster did not shrink: {capacity}"
            time.sleep(0.5)


def _from_zero(settings: Settings) -> Result:
    port = free_port()
    processes = LocalTrino(
        installed=trino_server.install(settings.cache, settings.maven_url),
        folder=settings.home / "cluster",
        coordinator_port=port,
        catalogs={name: catalog_properties(settings, name) for name in CATALOGS},
        variables=secret_variables(settings),
    )
    driver = ProcessDriver(
        processes.folder / "servers", coordinator_port=port, launch=processes.launch, user=settings.trino_user
    )
    cluster = _Cluster(driver, port)
    try:
        from_zero = cluster.first_row()
        cluster.shrink(coordinator=True)
        from_coordinator = cluster.first_row()
    finally:
        cluster.shrink(coordinator=False)
    return Result(
        name=f"from zero workers and no coordinator to the first row, {WORKERS} workers of this machine",
        ours_seconds=from_zero,
        rival="with the coordinator kept",
        rival_seconds=from_coordinator,
        target=f"at most {MOST_SECONDS:.0f} s",
        met=from_zero <= MOST_SECONDS,
        note="processes that start at once; on Kubernetes a node and its image come first",
    )
