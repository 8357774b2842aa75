"""Generated metrics over generated data: the factory's models give exactly what the oracle computes, row for row."""

import math
import os
import time
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from metric_cases import ALL, trials
from metric_engines import DuckDB
from metric_harness import Harness
from metric_worlds import regions, worlds

FACTOR = float(os.environ.get("OSO_DIFFERENTIAL_CASES", "1"))
SEED = int(os.environ.get("OSO_DIFFERENTIAL_SEED", "20240229"))
CASES = 2000
TRIALS = 4


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    with DuckDB() as engine:
        yield Harness(engine, tmp_path_factory.mktemp("queries"))


@dataclass
class Patience:
    """Ends the search for a smaller case some time after the first one: then only what is known to fail fails.

    Hypothesis would go on for five minutes, and several tests may fail for one reason.
    """

    seconds: float = 40
    failures: dict[str, Exception] = field(default_factory=dict)
    until: float = math.inf

    def check(self, harness, world, found):
        """`harness.check`, unless time is up."""
        key = repr((world, found))
        if key in self.failures:
            raise self.failures[key]
        if time.monotonic() > self.until:
            return
        try:
            harness.check(world, found)
        except Exception as error:
            self.failures[key] = error
            self.until = min(self.until, time.monotonic() + self.seconds)
            raise


def search(harness, shapes, count):
    """Look for a mismatch in `count` cases of `shapes`, and show the smallest one found."""
    patience = Patience()

    @seed(SEED)
    @settings(
        max_examples=max(1, int(count * FACTOR / TRIALS)),
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(data=st.data())
    def look(data):
        region = data.draw(regions())
        world = data.draw(worlds(region))
        found = [data.draw(trials(world, region, f"m{index}", shapes)) for index in range(TRIALS)]
        patience.check(harness, world, found)

    look()


@pytest.mark.parametrize("shape", sorted(ALL))
def test_models_equal_the_oracle(harness, shape):
    before = harness.compared, harness.rows
    search(harness, {shape: ALL[shape]}, CASES // len(ALL))
    assert harness.compared - before[0] >= CASES // len(ALL) * min(FACTOR, 1) - TRIALS
    assert harness.rows > before[1]
