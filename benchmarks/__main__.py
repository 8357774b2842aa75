"""Run the benchmarks named on the command line, or all; docs/benchmarks.md is written from what was measured last."""

import importlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
    "production",
)
REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
MEASURED = Path(__file__).parent / "measured.json"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The results of one benchmark, and the machine's load over the last five minutes of it, if that was looked at."""

    day: str
    load: float | None
    results: tuple[Result, ...]


def machine() -> str:
    """One line that says what the figures were measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("dagster", "sqlmesh", "duckdb", "pyiceberg", "dlt"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


def as_markdown(measured: Mapping[str, Measured]) -> str:
    """The report: a table with one line a result, of each benchmark the last one that was measured."""
    lines = [
        "# Benchmarks",
        "",
        f"`make bench`, {machine()}.",
        "Each figure is the best of a few runs; ours and the rival's were measured in the same run, since the machine",
        "is shared: what else it did is told as its load, which is 2 when nothing else runs.",
        "",
        "| what | ours | rival or floor | its time | ratio | target | met | on | load |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    results = [(result, one) for one in measured.values() for result in one.results]
    for result, one in results:
        lines.append(
            f"| {result.name} | {result.ours_seconds:.3f} s | {result.rival} | {result.rival_seconds:.3f} s "
            f"| {result.ratio:.2f} | {result.target} | {'yes' if result.met else '**no**'} "
            f"| {one.day} | {'' if one.load is None else f'{one.load:.0f}'} |"
        )
    notes = [f"- {result.name}: {result.note}" for result, _ in results if result.note]
    return "\n".join([*lines, "", *notes, ""])


def read_measured() -> dict[str, Measured]:
    """What was measured before, of the benchmarks that still exist, in their order."""
    if not MEASURED.exists():
        return {}
    known = json.loads(MEASURED.read_text())
    return {
        name: Measured(
            day=known[name]["day"],
            load=known[name]["load"],
            results=tuple(Result(**result) for result in known[name]["results"]),
        )
        for name in BENCHMARKS
        if name in known
    }


def keep(measured: Mapping[str, Measured]) -> None:
    """Write the results and the report made of them."""
    MEASURED.write_text(json.dumps({name: asdict(one) for name, one in measured.items()}, indent=1) + "\n")
    REPORT.write_text(as_markdown(measured))


def main() -> int:
    """Run, print and write; returns 2 for an unknown name. Each benchmark's result takes the place of its last one."""
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := set(names) - set(BENCHMARKS):
        print(f"unknown benchmark {', '.join(sorted(unknown))}: expected some of {', '.join(BENCHMARKS)}")
        return 2
    for name in names:
        print(f"{name} ...", flush=True)
        results: list[Result] = []
        for result in importlib.import_module(f"benchmarks.{name}").run_benchmark():
            print(f"  {result.name}: {result.ours_seconds:.3f} s, {result.ratio:.2f} x {result.rival}", flush=True)
            results.append(result)
        one = Measured(day=f"{datetime.now(tz=UTC):%Y-%m-%d}", load=os.getloadavg()[1], results=tuple(results))
        found = {**read_measured(), name: one}
        keep({other: found[other] for other in BENCHMARKS if other in found})
    print(f"written to {REPORT.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
