"""Every metric of the registry over two years, by its own SQL, equals the oracle's numbers, row for row.

The demo that end-to-end tests share is 64 days long; quarters, half years and years, and windows of 180 days with one
before them, are seen here.
"""

from collections.abc import Iterator

import pytest
from long_history import BEGIN, END, LongHistory
from metric_tables import MetricTables, metric_tables
from oracle import Oracle
from oracle_catalogue import names_by_suffix
from oracle_compare import differences, expected_of_names
from oracle_entities import ENTITIES
from raw_lake import write_raw

from oso_lake.calendar import Window
from oso_lake.settings import Settings

# a developer's one day is a third of the days of one day
NEVER_SEEN = {("part_time_developers", "daily")}


@pytest.fixture(scope="module")
def history() -> LongHistory:
    """Facts as raw rows and as truth."""
    return LongHistory()


@pytest.fixture(scope="module")
def tables(history: LongHistory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetricTables]:
    """The registry's metrics over the raw rows."""
    settings = Settings(home=tmp_path_factory.mktemp("long") / "home", start=BEGIN)
    write_raw(settings, history.tables())
    with metric_tables(settings, Window(BEGIN, END)) as found:
        yield found


def test_the_registry_and_the_oracle_know_the_same_metrics(tables: MetricTables) -> None:
    declared: dict[tuple[str, str], set[str]] = {}
    for model in tables.metrics.models.values():
        for name in model.metric_names:
            declared.setdefault((name, model.suffix), set()).add(model.entity_type)
    known = names_by_suffix(intermediate=False) | names_by_suffix(intermediate=True)
    assert sorted(known - declared.keys()) == [], "the registry lacks what the definitions have"
    assert sorted(declared.keys() - known) == [], "the oracle cannot say what these should be"
    assert {name: found for name, found in declared.items() if found != set(ENTITIES)} == {}


def test_every_metric_equals_the_oracles_over_two_years(history: LongHistory, tables: MetricTables) -> None:
    oracle = Oracle(history.truth())
    wrong: dict[str, list[str]] = {}
    seen: set[tuple[str, str]] = set()
    for model in tables.metrics.models.values():
        if model.is_state:
            # seen in the windows that are made of it
            continue
        want = expected_of_names(oracle, model.metric_names, model.entity_type, model.suffix)
        if found := differences(tables.rows_by_key(model), want):
            wrong[model.name] = found
        seen |= {(key[0].removesuffix(f"_{model.suffix}"), model.suffix) for key in want}
    assert wrong == {}
    known = names_by_suffix(intermediate=False) | names_by_suffix(intermediate=True)
    assert known - seen == NEVER_SEEN, "the history has nothing to show for these"
