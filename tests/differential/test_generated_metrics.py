"""Generated metrics over generated data: the factory's models give exactly what the oracle computes, row for row."""

import pytest
from metric_engines import DuckDB
from metric_grammar import ALL
from metric_harness import Harness
from metric_search import FACTOR, search

# 2,000 and a few: what hypothesis draws twice it does not count
CASES_EACH = 160


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    with DuckDB() as engine:
        yield Harness(engine, tmp_path_factory.mktemp("queries"))


@pytest.mark.parametrize("shape", sorted(ALL))
def test_models_equal_the_oracle(harness, shape):
    compared, told = harness.compared, harness.told
    cases = int(CASES_EACH * FACTOR)
    search(harness.check, {shape: ALL[shape]}, cases)
    assert harness.compared - compared >= cases
    # the others agree that there is nothing
    assert harness.told - told >= cases // 5


def test_there_are_two_thousand_cases():
    assert CASES_EACH * len(ALL) >= 2000
