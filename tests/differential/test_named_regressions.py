"""The regressions that the field has paid for and that are about metrics: each is a test named after its number.

T1-T3 buckets, T4 pooled events, T5 shared artifacts, T8 and T9 fingerprints, T11 the catalogue and T17 growth stand
with what they are about, below tests/sqlmesh_project. T12 stands here: it is about every strategy of rolling windows.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from metric_brute_force import FIRST_DAY
from metric_engines import DuckDB
from metric_harness import Harness, model_name
from metric_shapes import Events, Final, MetricCase, Spelling, Timing
from metric_terms import Aggregate, Arithmetic
from metric_world import SOURCES, Event, Member, World, tables

from oso_lake.calendar import Window, midnight

TESTS = Path(__file__).resolve().parents[1]
YEAR = Window(date(2023, 1, 1), date(2024, 1, 1))
EVENTS_A_DAY = 6

PEOPLE = Aggregate("count", "actor", distinct=True)
MEASURES = {
    "sums": Aggregate("sum", "amount"),
    "people": PEOPLE,
    "events_of_each_person": Arithmetic("/", Aggregate("count"), PEOPLE),
}


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 8, 9, 11, 12, 17])
def test_every_regression_of_metrics_has_a_test_of_its_name(number):
    named = re.compile(rf"^\s*def test_t{number}_", re.MULTILINE)
    assert [path for path in sorted(TESTS.rglob("test_*.py")) if named.search(path.read_text())]


def two_years() -> World:
    """The same number of events on each day of two years, by people who come and go."""
    days = [FIRST_DAY.replace(year=2022) + timedelta(days=n) for n in range(730)]
    events = [
        Event(
            at=midnight(day).replace(tzinfo=None) + timedelta(hours=n), source="GITHUB", kind="COMMIT_CODE",
            actor=f"dev{(index // 7 + n) % 23}", artifact=f"r{n % 3}", amount=1.0, quantity=n,
        )
        for index, day in enumerate(days)
        for n in range(EVENTS_A_DAY)
    ]  # fmt: skip
    members = [Member(child=f"r{n}", parent="p0", valid_from=FIRST_DAY, valid_to=None) for n in range(3)]
    return World(events=tuple(events), projects=tuple(members), collections=(), bots=())


def operators(plan: Any) -> Iterator[dict[str, Any]]:
    """Every operator of an analysed plan."""
    for node in plan if isinstance(plan, list) else [plan]:
        yield node
        yield from operators(node.get("children", []))


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("entity_type", ["artifact", "project"])
def test_t12_rolling_over_a_year_reads_each_day_a_bounded_number_of_times(tmp_path, measure, entity_type):
    cases = [
        MetricCase(
            name=f"m{window}", final=Final(facts=Events("daily"), measures=((None, MEASURES[measure]),)),
            timing=Timing(rolling=(window, "day")), entity_type=entity_type, spelling=Spelling(),
        )
        for window in (7, 30, 90, 365)
    ]  # fmt: skip
    with DuckDB() as engine:
        harness = Harness(engine, tmp_path)
        metrics = harness.load(cases)
        engine.create(list(tables(two_years())))
        read = []
        for case in cases:
            text = metrics.render(model_name(case), engine.name, YEAR)
            [(_, plan)] = engine.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}")
            scans = [node for node in operators(json.loads(plan)) if "Table" in (node.get("extra_info") or {})]
            scanned = [node for node in scans if node["extra_info"]["Table"].endswith(SOURCES["daily"].table)]
            read.append(sum(node["operator_rows_scanned"] for node in scanned) / (730 * EVENTS_A_DAY))
    # sums and distinct counts have states of their own, each made from one reading
    kinds = 2 if measure == "events_of_each_person" else 1
    assert all(0 < times <= kinds for times in read)
