"""Parquet files that a table can take as they are, without being read and written again.

A file written with `file_schema` carries the table's field ids; when all its rows are of one partition it is linked
into the table. Half the time of landing a large hour was spent in decoding and encoding its rows a second time.
"""

import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from oso_lake.contracts import DESCRIPTION, TableContract

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table

FIELD_ID = b"PARQUET:field_id"
DOC = b"doc"


def iceberg_schema(contract: TableContract) -> "Schema":
    """The Iceberg schema that a new table of `contract` gets, with the columns' descriptions."""
    from pyiceberg.catalog import Catalog
    from pyiceberg.schema import assign_fresh_schema_ids

    fields = [field.with_metadata({DOC: (field.metadata or {}).get(DESCRIPTION, b"")}) for field in contract.schema]
    return assign_fresh_schema_ids(Catalog._convert_schema_if_needed(pa.schema(fields)))


def file_schema(contract: TableContract) -> pa.Schema:
    """The contract's Arrow schema with field ids, for Parquet files that are to be adopted."""
    fields = iceberg_schema(contract).fields
    return pa.schema([_with_id(field, fields[index]) for index, field in enumerate(contract.schema)])


def adopt(table: "Table", path: Path) -> "DataFile | None":
    """Link a Parquet file into `table` as a data file; None when it has no rows, other ids, or several partitions."""
    from pyiceberg.io.pyarrow import parquet_file_to_data_file

    if not pq.read_metadata(path).num_rows or not _has_ids_of(table, pq.read_schema(path)):
        return None
    location = table.location_provider().new_data_location(f"{uuid.uuid4()}.parquet")
    _place(table, path, location)
    try:
        return parquet_file_to_data_file(table.io, table.metadata, location)
    except ValueError:
        table.io.delete(location)
        return None


def _has_ids_of(table: "Table", schema: pa.Schema) -> bool:
    from pyiceberg.io.pyarrow import pyarrow_to_schema

    if any(FIELD_ID not in (field.metadata or {}) for field in schema):
        return False
    found = pyarrow_to_schema(schema).fields
    return [_shape(field) for field in found] == [_shape(field) for field in table.schema().fields]


def _shape(field: Any) -> tuple[int, str, Any, bool]:
    return field.field_id, field.name, field.field_type, field.required


def _place(table: "Table", path: Path, location: str) -> None:
    parts = urlsplit(location)
    if parts.scheme in ("", "file"):
        target = Path(unquote(parts.path))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
        return
    with path.open("rb") as source, table.io.new_output(location).create() as sink:
        while chunk := source.read(1024 * 1024):
            sink.write(chunk)


def _with_id(field: pa.Field, nested: Any) -> pa.Field:
    dtype = field.type
    if pa.types.is_list(dtype):
        dtype = pa.list_(_with_id(dtype.value_field, nested.field_type.element_field))
    elif pa.types.is_struct(dtype):
        inner = nested.field_type.fields
        dtype = pa.struct([_with_id(dtype.field(index), inner[index]) for index in range(dtype.num_fields)])
    return pa.field(field.name, dtype, field.nullable, {FIELD_ID: str(nested.field_id).encode()})
