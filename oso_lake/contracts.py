"""What a table holds: name, columns with descriptions, partitioning and row identity, as data.

Creating and writing tables is in commits.py; the contracts themselves are in the `contract.py` of each source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
DESCRIPTION = b"description"

PartitionTransform = Literal["identity", "day", "month", "year"]


class ContractError(ValueError):
    """Data that is not what its table's contract says."""


@dataclass(frozen=True)
class PartitionBy:
    """One partition field: a column and how it is cut."""

    column: str
    transform: PartitionTransform = "identity"

    @property
    def field_name(self) -> str:
        """Name of the partition field in Iceberg's partition spec."""
        return self.column if self.transform == "identity" else f"{self.column}_{self.transform}"


def column(name: str, dtype: pa.DataType, description: str, *, nullable: bool = False) -> pa.Field:
    """A contract column; `nullable` means that null has a meaning, which `description` gives."""
    return pa.field(name, dtype, nullable=nullable, metadata={DESCRIPTION: description.encode()})


@dataclass(frozen=True, kw_only=True)
class TableContract:
    """A table `namespace.table`: Arrow schema (fields made by `column`), partitioning, and what identifies a row."""

    name: str
    schema: pa.Schema
    description: str
    partition: tuple[PartitionBy, ...] = ()
    identity: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name.count(".") != 1:
            raise ContractError(f"table name {self.name!r} is not of the form namespace.table")
        for name in (*self.identity, *(field.column for field in self.partition)):
            if name not in self.schema.names:
                raise ContractError(f"{self.name}: {name!r} is not a column of its schema")

    @property
    def namespace(self) -> str:
        """The part of the name before the dot."""
        return self.name.split(".")[0]

    @property
    def table(self) -> str:
        """The part of the name after the dot; also the name of its dlt resource."""
        return self.name.split(".")[1]

    def column_description(self, name: str) -> str:
        """The description of one column; empty when the contract gives none."""
        return (self.schema.field(name).metadata or {}).get(DESCRIPTION, b"").decode()

    def empty(self) -> pa.Table:
        """A table of no rows."""
        return self.schema.empty_table()

    def rows(self, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
        """Arrow table of `rows`; raises ContractError for an unknown column or a value of another type."""
        materialised = list(rows)
        known = set(self.schema.names)
        for row in materialised:
            if extra := row.keys() - known:
                raise ContractError(f"{self.name}: unknown columns {', '.join(sorted(extra))}")
        try:
            table = pa.Table.from_pylist(materialised, schema=self.schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise ContractError(f"{self.name}: {error}") from error
        return self.conform(table)

    def conform(self, data: pa.Table) -> pa.Table:
        """`data` with the columns in the contract's order and types.

        Raises ContractError, naming the columns that are missing, unknown, of another type, or null though never null.
        """
        missing = [name for name in self.schema.names if name not in data.schema.names]
        unknown = [name for name in data.schema.names if name not in self.schema.names]
        if missing or unknown:
            faults = [f"missing columns {', '.join(missing)}"] * bool(missing)
            faults += [f"unknown columns {', '.join(unknown)}"] * bool(unknown)
            raise ContractError(f"{self.name}: {'; '.join(faults)}")
        ordered = data.select(self.schema.names)
        nulls = [field.name for field in self.schema if not field.nullable and ordered.column(field.name).null_count]
        if nulls:
            raise ContractError(f"{self.name}: null in {', '.join(nulls)}, which the contract says is never null")
        try:
            return ordered.cast(self.schema)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            raise ContractError(f"{self.name}: {error}") from error
