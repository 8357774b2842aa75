"""Stores the states of rolling windows in models of their own, which the windows of every length of a metric share.

A metric and entity has one model of daily states, and where it counts distinct values one of their recurrences, which
looks back as far as the longest window. Each row is written once: a day adds its own rows, whatever the windows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from oso_lake.calendar import Grain
from sqlmesh_project.metrics_factory.calendar_sql import longest_days
from sqlmesh_project.metrics_factory.definitions import RollingConfig, Variant
from sqlmesh_project.metrics_factory.reaching import Reach, reads_tag
from sqlmesh_project.metrics_factory.rolling import RollingStates
from sqlmesh_project.metrics_factory.states import DAYS, RECURRENCES, StateTable

# what a state table is called between the metric and the entity
_NAMES = {DAYS: "states", RECURRENCES: "recurrences"}


@dataclass(frozen=True, kw_only=True)
class StoredState:
    """One model of states: its name, its query over `@start_date` and `@end_date`, and what it reads."""

    name: str
    query: exp.Select
    columns: Mapping[str, str]
    descriptions: Mapping[str, str]
    reads: str
    entity_type: str
    tables: frozenset[str] = frozenset()

    @property
    def variant(self) -> Variant:
        """States are daily."""
        return Variant(entity_type=self.entity_type, grain=Grain.DAILY)


def store(
    strategy: RollingStates, *, model_name: str, rolling: RollingConfig, reach: Reach
) -> tuple[RollingStates, tuple[StoredState, ...]]:
    """The same strategy over stored states, and these; `model_name` is a format with one gap."""
    entity_type = strategy.variant.entity_type
    names = {table: model_name.format(word) for table, word in _NAMES.items()}
    # a window of one day never holds the day before, but all windows share what is stored
    longest = max(longest_days(window, rolling.unit) - 1 for window in rolling.windows)
    made = [strategy.states.days(), strategy.states.recurrences(max(longest, 1), exp.to_table(names[DAYS]))]
    tables = [table for table in made if table is not None]
    described = strategy.states.described()
    return replace(strategy, stored={table.name: names[table.name] for table in tables}), tuple(
        StoredState(
            name=names[table.name],
            query=table.query,
            columns=table.columns,
            descriptions={name: text for name, text in described.items() if name in table.columns},
            reads=_reads(table, entity_type, reach),
            entity_type=entity_type,
        )
        for table in tables
    )


def _reads(table: StateTable, entity_type: str, reach: Reach) -> str:
    if table.lookback:
        return f"lookback:{table.lookback}"
    return reads_tag(Variant(entity_type=entity_type, grain=Grain.DAILY), reach, 0)


def are_shared(states: Iterable[Sequence[StoredState]]) -> bool:
    """Whether the windows of a metric say the same of each state model: a query may look at its window's length."""
    found: dict[str, StoredState] = {}
    return all(found.setdefault(one.name, one).query == one.query for some in states for one in some)
