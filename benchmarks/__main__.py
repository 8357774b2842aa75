"""Run the benchmarks named on the command line, or all, and write docs/benchmarks.md."""

import importlib
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import Result

BENCHMARKS = (
    "definitions",
    "landing",
    "publishing",
    "reading",
    "rolling",
    "plan",
    "authoring",
    "partition",
    "daily_run",
    "rivals",
    "ticks",
    "autoscaling",
)
REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def machine() -> str:
    """One line that says what the figures were measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("dagster", "sqlmesh", "duckdb", "pyiceberg", "dlt"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


def as_markdown(results: list[Result]) -> str:
    """The report: a table with one line a result."""
    lines = [
        "# Benchmarks",
        "",
        f"`make bench` on {datetime.now(tz=UTC):%Y-%m-%d}, {machine()}.",
        "Each figure is the best of a few runs; ours",
        "and the rival's were measured in the same run, since the machine is shared.",
        "",
        "| what | ours | rival or floor | its time | ratio | target | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        lines.append(
            f"| {result.name} | {result.ours_seconds:.3f} s | {result.rival} | {result.rival_seconds:.3f} s "
            f"| {result.ratio:.2f} | {result.target} | {'yes' if result.met else '**no**'} |"
        )
    notes = [f"- {result.name}: {result.note}" for result in results if result.note]
    return "\n".join([*lines, "", *notes, ""])


def main() -> int:
    """Run, print and write; returns 2 for an unknown name."""
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        print(f"unknown benchmark {', '.join(sorted(unknown))}: expected some of {', '.join(BENCHMARKS)}")
        return 2
    results: list[Result] = []
    for name in names:
        print(f"{name} ...", flush=True)
        for result in importlib.import_module(f"benchmarks.{name}").run_benchmark():
            print(f"  {result.name}: {result.ours_seconds:.3f} s, {result.ratio:.2f} x {result.rival}", flush=True)
            results.append(result)
    if len(names) == len(BENCHMARKS):
        REPORT.write_text(as_markdown(results))
        print(f"written to {REPORT.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
