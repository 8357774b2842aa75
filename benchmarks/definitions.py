"""Loading the code location's definitions with a cached manifest, against importing Dagster alone."""

import os
import sys
import tempfile

from benchmarks.measure import Result, python_seconds, run

TARGET_SECONDS = 0.5
LOAD = "from oso_dagster.definitions import defs; graph = defs().resolve_asset_graph()"
MEMORY = LOAD + "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"


def run_benchmark() -> list[Result]:
    """One result: all definitions and the asset graph, from the cache."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "OSO_HOME": home}
        assets = run(
            [sys.executable, "-c", LOAD + "; print(len(graph.get_all_asset_keys()))"],
            env=environment,
        ).strip()
        ours = python_seconds(LOAD, env=environment)
        dagster = python_seconds("import dagster", env=environment)
        megabytes = run([sys.executable, "-c", MEMORY], env=environment).strip()
    return [
        Result(
            name=f"load the definitions, {assets} assets, manifest cached",
            ours_seconds=ours,
            rival="`import dagster` alone",
            rival_seconds=dagster,
            target=f"at most {TARGET_SECONDS} s more",
            met=ours - dagster <= TARGET_SECONDS,
            note=f"{ours - dagster:.2f} s over importing Dagster, peak memory {megabytes} MB (target 400 MB)",
        )
    ]
