"""Which days a change of memberships matters to: those of the events of the artifacts that came or went.

The runner asks for it after a membership table was rebuilt (oso_dagster/runner/footprints.py says what a footprint is);
that of other tables is a file in footprints/.
"""

from collections.abc import Iterator, Mapping
from functools import reduce

from sqlglot import exp

from sqlmesh_project.metrics_factory.graph import SOURCE_KEY, EntityGraph, Membership

CHANGED = "changed"
_MEMBERS = "metrics_changed_members"
_ARTIFACTS = "metrics_changed_artifacts"


def membership_footprint(graph: EntityGraph, table: str, times: Mapping[str, str]) -> str:
    """SQL over `changed` rows of the membership `table`: `day`, and `via` the timeseries source it is a day of.

    `times` are the time columns of the timeseries sources, by `schema.table`. Raises LookupError for a table that is no
    membership of `graph`.
    """
    ways = list(_ways(graph, table))
    if not ways:
        raise LookupError(f"{table} is no membership of the entity graph")
    artifacts = reduce(lambda one, other: exp.union(one, other, distinct=True), [_artifacts(way) for way in ways])
    days = [_days(source, time) for source, time in sorted(times.items())]
    query = reduce(lambda one, other: exp.union(one, other, distinct=False), days)
    query = query.with_(_MEMBERS, as_=_members(ways[0][-1])).with_(_ARTIFACTS, as_=artifacts)
    return query.sql("duckdb")


def _ways(graph: EntityGraph, table: str) -> Iterator[tuple[Membership, ...]]:
    """The distinct beginnings of paths that end with `table`."""
    seen = set()
    for path in graph.paths.values():
        for index, step in enumerate(path):
            way = path[: index + 1]
            if step.table == table and way not in seen:
                seen.add(way)
                yield way


def _members(step: Membership) -> exp.Select:
    """Members whose rows differ in what counts; a row that is there before and after, under another name, does not."""
    columns = [name for name in (step.member, step.group, step.valid_from, step.valid_to) if name]
    query = exp.select(exp.column(step.member).as_(step.member)).from_(CHANGED).group_by(*map(exp.column, columns))
    return query.having(exp.EQ(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))


def _artifacts(way: tuple[Membership, ...]) -> exp.Select:
    """The artifacts that lead to the changed members, whenever they did."""
    last = len(way) - 1
    names = [f"step_{index}" for index in range(last)] + [_MEMBERS]
    query = exp.select(exp.column(way[0].member, table=names[0]).as_(SOURCE_KEY)).distinct()
    query = query.from_(exp.alias_(exp.to_table(way[0].table), names[0], table=True) if last else _MEMBERS)
    for index, step in enumerate(way[1:], start=1):
        on = exp.EQ(
            this=exp.column(step.member, table=names[index]),
            expression=exp.column(way[index - 1].group, table=names[index - 1]),
        )
        table = (
            exp.to_table(_MEMBERS) if index == last else exp.alias_(exp.to_table(step.table), names[index], table=True)
        )
        query = query.join(table, on=on)
    return query


def _days(source: str, time: str) -> exp.Select:
    on = exp.EQ(
        this=exp.column(SOURCE_KEY, table=_ARTIFACTS), expression=exp.column(SOURCE_KEY, table="metrics_events")
    )
    day = exp.cast(exp.column(time, table="metrics_events"), "DATE")
    return (
        exp.select(exp.alias_(day, "day"), exp.alias_(exp.Literal.string(source), "via"))
        .distinct()
        .from_(exp.alias_(exp.to_table(source), "metrics_events", table=True))
        .join(exp.to_table(_ARTIFACTS), on=on)
    )
