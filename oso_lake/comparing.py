"""Compares what two installations have published, row for row: of one world, two engines must tell the same.

Rows are matched by what identifies them; amounts are equal when they differ by a billionth part at most, since sums of
floats depend on their order. Tables that tell of runs (failures, coverage, costs) are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from oso_lake.catalog import open_catalog
from oso_lake.contracts import TableContract
from oso_lake.published import ENTITIES, MARTS, METRICS, key_metrics_contract, timeseries_contract
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOLERANCE = 1e-9
_NUMBER = "nth__"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What differs in the rows of one model (or, where rows name none, of one table)."""

    name: str
    only_one: int
    only_other: int
    other_values: int

    @property
    def total(self) -> int:
        """Rows that are not the same."""
        return self.only_one + self.only_other + self.other_values


@dataclass(frozen=True, kw_only=True)
class TableComparison:
    """One published table of two installations: metrics and rows in each, and the models whose rows differ."""

    table: str
    metrics: int
    rows_of_one: int
    rows_of_other: int
    differences: tuple[Difference, ...]

    def count(self, kind: str) -> int:
        """Rows of a kind of difference: a field of Difference."""
        return sum(getattr(one, kind) for one in self.differences)


def compare(one: Settings, other: Settings) -> Iterator[TableComparison]:
    """Compare each published table that either installation has; one table at a time is in memory, twice."""
    import duckdb

    amounts = [make(entity) for make in (timeseries_contract, key_metrics_contract) for entity in ENTITIES]
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        for contract in (*amounts, METRICS, *MARTS.values()):
            tables = [_rows(settings, contract) for settings in (one, other)]
            if any(rows is not None for rows in tables):
                empty = contract.schema.empty_table()
                found = [empty if rows is None else rows for rows in tables]
                yield compare_rows(connection, contract, found[0], found[1])


def compare_rows(
    connection: "DuckDBPyConnection", contract: TableContract, one: pa.Table, other: pa.Table
) -> TableComparison:
    """Compare two tables of `contract`; a row that stands twice differs from one that stands once."""
    connection.register("one", one)
    connection.register("other", other)
    try:
        rows = connection.execute(_query(contract)).fetchall()
        metrics = 0
        if "metric_id" in contract.schema.names:
            ids = "SELECT count(DISTINCT metric_id) FROM (SELECT metric_id FROM one UNION SELECT metric_id FROM other)"
            metrics = (connection.execute(ids).fetchone() or (0,))[0]
    finally:
        connection.unregister("one")
        connection.unregister("other")
    return TableComparison(
        table=contract.table,
        metrics=metrics,
        rows_of_one=one.num_rows,
        rows_of_other=other.num_rows,
        differences=tuple(
            Difference(name=name, only_one=only_one, only_other=only_other, other_values=values)
            for name, only_one, only_other, values in rows
        ),
    )


def _rows(settings: Settings, contract: TableContract) -> pa.Table | None:
    """All rows of a published table, with nulls for columns that it does not have yet; None for no table."""
    catalog = open_catalog(settings)
    if not catalog.table_exists(contract.name):
        return None
    rows = catalog.load_table(contract.name).scan().to_arrow()
    for field in contract.schema:
        if field.name not in rows.column_names:
            rows = rows.append_column(field.name, pa.nulls(rows.num_rows, field.type))
    return rows.select(contract.schema.names)


def _query(contract: TableContract) -> str:
    keys = [_quoted(name) for name in contract.identity]
    values = [field for field in contract.schema if field.name not in contract.identity]
    order = ", ".join(_quoted(field.name) for field in values) or "1"
    numbered = "SELECT *, row_number() OVER (PARTITION BY {} ORDER BY {}) AS {} FROM {}"
    one, other = (numbered.format(", ".join(keys), order, _NUMBER, table) for table in ("one", "other"))
    name = "coalesce(a.model, b.model)" if "model" in contract.schema.names else f"'{contract.table}'"
    matched = " AND ".join(f"a.{key} IS NOT DISTINCT FROM b.{key}" for key in (*keys, _NUMBER))
    differs = " OR ".join(_differs(field) for field in values) or "false"
    return f"""
        SELECT {name} AS name,
          count(*) FILTER (WHERE b.{_NUMBER} IS NULL) AS only_one,
          count(*) FILTER (WHERE a.{_NUMBER} IS NULL) AS only_other,
          count(*) FILTER (WHERE a.{_NUMBER} = b.{_NUMBER} AND ({differs})) AS other_values
        FROM ({one}) AS a FULL JOIN ({other}) AS b ON {matched}
        GROUP BY 1 HAVING only_one + only_other + other_values > 0 ORDER BY name
    """  # noqa: S608 - names of a contract


def _differs(field: pa.Field) -> str:
    one, other = (f"{table}.{_quoted(field.name)}" for table in ("a", "b"))
    if not pa.types.is_floating(field.type):
        return f"{one} IS DISTINCT FROM {other}"
    # false as well where either is null, NaN or infinite
    is_near = f"isfinite({one} - {other}) AND abs({one} - {other}) <= {TOLERANCE} * greatest(abs({one}), abs({other}))"
    return f"({one} IS DISTINCT FROM {other} AND NOT coalesce({is_near}, false))"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def differing(tables: Sequence[TableComparison]) -> list[tuple[str, Difference]]:
    """Table and model of each difference, the most rows first."""
    found = [(table.table, one) for table in tables for one in table.differences]
    return sorted(found, key=lambda pair: -pair[1].total)
