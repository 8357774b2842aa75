"""Searches for a mismatch among generated cases, seeded, and bounded in time when there is one to make smaller.

OSO_DIFFERENTIAL_CASES multiplies the number of cases (10 for a long run, 0.1 for a quick one), OSO_DIFFERENTIAL_SEED
takes others.
"""

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from metric_cases import trials
from metric_grammar import Shape
from metric_harness import Trial
from metric_world import World
from metric_worlds import regions, worlds

FACTOR = float(os.environ.get("OSO_DIFFERENTIAL_CASES", "1"))
SEED = int(os.environ.get("OSO_DIFFERENTIAL_SEED", "20240229"))
# cases that share one world and one load of the factory
TRIALS = 4

Check = Callable[[World, list[Trial]], None]


@dataclass
class Patience:
    """Ends the search for a smaller case some time after the first one: then only what is known to fail fails.

    Hypothesis would go on for five minutes, and several tests may fail for one reason.
    """

    check: Check
    seconds: float = 40
    failures: dict[str, Exception] = field(default_factory=dict)
    until: float = math.inf

    def __call__(self, world: World, found: list[Trial]) -> None:
        """The check, unless time is up."""
        key = repr((world, found))
        if key in self.failures:
            raise self.failures[key]
        if time.monotonic() > self.until:
            return
        try:
            self.check(world, found)
        except Exception as error:
            self.failures[key] = error
            self.until = min(self.until, time.monotonic() + self.seconds)
            raise


def search(check: Check, shapes: Mapping[str, Shape], cases: int, *, shrink: bool = True) -> None:
    """Call `check` with worlds and `cases` trials of `shapes`; raises what it raises, for the smallest found."""
    patience = Patience(check)

    @seed(SEED)
    @settings(
        max_examples=max(1, math.ceil(cases / TRIALS)),
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        region = data.draw(regions())
        world = data.draw(worlds(region))
        patience(world, [data.draw(trials(world, region, f"m{index}", shapes)) for index in range(TRIALS)])

    look()
