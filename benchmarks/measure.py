"""How a benchmark measures and what it returns; the benchmarks themselves are modules beside this one."""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line of the report: seconds of ours and of the rival, and the ratio that the target speaks of."""

    name: str
    ours_seconds: float
    rival: str
    rival_seconds: float
    target: str
    met: bool
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the rival's: below 1 is faster."""
        return self.ours_seconds / self.rival_seconds


def seconds_of(function: Callable[[], object], repeats: int) -> list[float]:
    """Wall seconds of each of `repeats` calls."""
    seconds = []
    for _ in range(repeats):
        gc.collect()
        begin = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begin)
    return seconds


def best_of(function: Callable[[], object], repeats: int = 3) -> float:
    """Least wall seconds of `repeats` calls: the machine's noise only ever adds."""
    return min(seconds_of(function, repeats))


def median_of(function: Callable[[], object], repeats: int = 30) -> float:
    """Median wall seconds of `repeats` calls, after one that warms up: for targets that speak of the p50."""
    function()
    return statistics.median(seconds_of(function, repeats))


def python_seconds(code: str, repeats: int = 3, env: dict[str, str] | None = None) -> float:
    """Least wall seconds of a new interpreter that runs `code`; raises RuntimeError when it fails."""
    return best_of(lambda: run([sys.executable, "-c", code], env=env), repeats)


def run(command: Sequence[str], env: dict[str, str] | None = None, timeout: float = 600) -> str:
    """Standard output of a command that has to succeed; what it said on stderr is in the error otherwise."""
    done = subprocess.run(command, env=env, timeout=timeout, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return done.stdout
