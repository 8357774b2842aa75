"""A simulated week of load, errors of estimates and spot losses: nothing fails, and hardly a worker is idle."""

import pytest

from benchmarks.autoscaling import FIXED_WORKERS, MOST_IDLE, POLICY, ByQueue, ByWork, fixed, simulate


@pytest.mark.parametrize("seed", [6, 28])
def test_a_week_passes_without_a_failed_query_or_much_idleness(seed: int) -> None:
    week = simulate(ByWork(POLICY), seed=seed)
    assert week.losses > 0, "a week without a spot loss shows nothing"
    assert len(week.waits) > 40
    assert week.failed == 0
    assert week.idle_share <= MOST_IDLE


def test_queue_driven_scaling_never_wakes_a_cluster_that_sleeps() -> None:
    """Trino counts a query that waits for its first worker neither as queued nor as running."""
    week = simulate(ByQueue(0))
    assert week.failed == len(week.waits) + len(week.reader_waits)


def test_a_fixed_size_pays_for_the_nights_and_days() -> None:
    week = simulate(fixed, workers=FIXED_WORKERS)
    assert week.failed == 0
    assert week.idle_share > 0.5
