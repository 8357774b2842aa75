"""Metrics on a real Trino: generated cases against the oracle, and the buckets that the field has paid for."""

from datetime import date, datetime

import pytest
from metric_grammar import ALL
from metric_harness import Harness, model_name
from metric_search import FACTOR, search
from metric_shapes import Events, Final, MetricCase, Spelling, Timing
from metric_terms import Aggregate
from metric_trino import Trino
from metric_world import Event, World, tables
from trino_fixture import TrinoStack

from oso_lake.calendar import Grain, Window

CASES_EACH = 8


@pytest.fixture(scope="module")
def engine(trino_stack: TrinoStack) -> Trino:
    return Trino(trino_stack.connect())


@pytest.fixture(scope="module")
def harness(engine: Trino, tmp_path_factory: pytest.TempPathFactory) -> Harness:
    return Harness(engine, tmp_path_factory.mktemp("queries"))


@pytest.mark.parametrize("shape", sorted(ALL))
def test_models_on_trino_equal_the_oracle(harness: Harness, shape: str) -> None:
    compared = harness.compared
    cases = max(4, int(CASES_EACH * FACTOR))
    search(harness.check, {shape: ALL[shape]}, cases)
    assert harness.compared - compared >= cases


# a day of each event, and the first day of its bucket
BUCKETS = {
    "t1_quarters": (
        Grain.QUARTERLY,
        {"2024-02-15": "2024-01-01", "2024-03-31": "2024-01-01", "2024-04-01": "2024-04-01"},
    ),
    "t2_half_years": (
        Grain.BIANNUALLY,
        {"2024-05-31": "2024-01-01", "2024-06-30": "2024-01-01", "2024-07-01": "2024-07-01"},
    ),
    "t3_weeks": (
        Grain.WEEKLY,
        {"2024-01-08": "2024-01-08", "2024-01-14": "2024-01-08", "2024-01-15": "2024-01-15"},
    ),
}


@pytest.mark.parametrize("name", BUCKETS)
def test_t1_t2_t3_buckets_on_trino(harness: Harness, engine: Trino, name: str) -> None:
    grain, wanted = BUCKETS[name]
    counted = Final(facts=Events("daily"), measures=((None, Aggregate("sum", "amount")),))
    case = MetricCase(name=name, final=counted, timing=Timing(grain=grain), entity_type="artifact", spelling=Spelling())
    events = tuple(
        Event(
            at=datetime.fromisoformat(f"{day}T23:59:59"), source="GITHUB", kind="STARRED", actor="dev1", artifact=day,
            amount=1.0, quantity=1,
        )
        for day in wanted
    )  # fmt: skip
    engine.create(list(tables(World(events=events, projects=(), collections=(), bots=()))))
    metrics = harness.load([case])
    # 2024 began on a Monday
    end = date(2024, 12, 30) if grain is Grain.WEEKLY else date(2025, 1, 1)
    rows = harness.run(metrics, metrics.models[model_name(case)], Window(date(2024, 1, 1), end))
    # each day's event is of an artifact that is called after it
    assert {row[2]: row[0].isoformat() for row in rows} == wanted
