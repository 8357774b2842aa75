"""Dimensions: facts about artifacts (first commit, day of creation) that a metric joins to its events.

A dimension has rows per artifact. For another entity the factory reads it rolled up over the entity's artifacts, each
counted once, whatever number of ways leads to it; for the artifact it is read as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from sqlmesh_project.metrics_factory.definitions import keeps_unknown_options
from sqlmesh_project.metrics_factory.errors import suggestion
from sqlmesh_project.metrics_factory.graph import (
    AS_OF_EVENT,
    GROUP_COLUMN,
    MEMBER_COLUMN,
    SOURCE_KEY,
    EntityGraph,
)

ROLLUPS: Mapping[str, type[exp.AggFunc]] = {"min": exp.Min, "max": exp.Max, "sum": exp.Sum}
_ROWS = "metrics_dimension"
_PAIRS = "metrics_membership"


@keeps_unknown_options
@dataclass(frozen=True, kw_only=True)
class Dimension:
    """The table `table` holds facts of the artifact in its column `key`.

    `columns` says of each column how the values of an entity's artifacts become its own: min, max or sum (sums of
    one row an artifact; NULLs do not count). `by` are further columns that identify a row, such as event_source: an
    entity has one row for each of their values.
    """

    table: str
    columns: Mapping[str, str]
    key: str = SOURCE_KEY
    by: Sequence[str] = ()
    unknown_options: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
    defined_at: tuple[str, int] = field(default=("", 0), init=False, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it has for every entity, lower case."""
        return tuple(name.lower() for name in (self.key, *self.by, *self.columns))

    def rolled_up(self, graph: EntityGraph, entity_type: str, attribution: str) -> exp.Select:
        """`SELECT` entity (under the name `key`), `by`, `columns`, of the entity's artifacts.

        These are its artifacts of now, or where events are attributed as of their time, all that it ever had: every
        entity with an event has its dimension then.
        """
        members = graph.pairs_of_all_time if attribution == AS_OF_EVENT else graph.pairs
        entity = exp.column(GROUP_COLUMN, table=_PAIRS)
        further = [exp.column(name, table=_ROWS) for name in self.by]
        rolled = [
            exp.alias_(ROLLUPS[rollup](this=exp.column(name, table=_ROWS)), name)
            for name, rollup in self.columns.items()
        ]
        on = exp.EQ(this=exp.column(MEMBER_COLUMN, table=_PAIRS), expression=exp.column(self.key, table=_ROWS))
        query = exp.select(exp.alias_(entity.copy(), self.key), *further, *rolled)
        query = query.from_(exp.alias_(exp.to_table(self.table), _ROWS, table=True))
        query = query.join(members(entity_type).subquery(_PAIRS), on=on, join_type="INNER")
        return query.group_by(entity, *(column.copy() for column in further))


def dimension_problems(name: str, dimension: object, taken: frozenset[str]) -> Iterator[str]:
    """What is wrong with the declaration of the dimension `name`; `taken` are tables declared as something else."""
    if not isinstance(dimension, Dimension):
        yield f"is a {type(dimension).__name__}; expected Dimension(...)"
        return
    for option in dimension.unknown_options:
        yield f"Dimension has no option {option!r}{suggestion(option, ['table', 'columns', 'key', 'by'])}"
    if name in taken:
        yield "is listed in timeseries_sources or relations too: a table is one of them"
    if not isinstance(dimension.columns, Mapping) or not dimension.columns:
        yield f"needs columns={{name: rollup, ...}}, not {dimension.columns!r}"
        return
    for column, rollup in dimension.columns.items():
        if rollup not in ROLLUPS:
            yield (
                f"the rollup of {column!r} must be {', '.join(ROLLUPS)}, not {rollup!r}"
                f"{suggestion(str(rollup), list(ROLLUPS))}"
            )
    twice = sorted({column for column in dimension.names if dimension.names.count(column) > 1})
    if twice:
        yield f"names {', '.join(twice)} twice: a column is the key, one of `by`, or rolled up"
