"""The raw tables' part of the manifest: from the sources' contracts, through dagster-dlt's translator.

Needs dlt and no SQLMesh, so that landing does not wait for models to be loaded.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg
from dagster_dlt import DagsterDltTranslator
from dagster_dlt.translator import DltResourceTranslatorData

from dlt_sources.iceberg import as_source, contract_resource
from oso_dagster.manifest import Column, RawEntry
from oso_dagster.raw_sources import SOURCES

if TYPE_CHECKING:
    from oso_lake.contracts import TableContract


class OsoDltTranslator(DagsterDltTranslator):
    """Keys under `raw/`, kinds of what really holds the rows."""

    def get_asset_spec(self, data: DltResourceTranslatorData) -> dg.AssetSpec:
        """The spec of one resource: `raw/{source}/{table}`."""
        spec = super().get_asset_spec(data)
        key = dg.AssetKey(["raw", data.resource.source_name or "", data.resource.name])
        return spec.replace_attributes(key=key, deps=[], kinds={"dlt", "iceberg", "python"})


def raw_tables() -> Iterator[RawEntry]:
    """The raw tables of every source, through dagster-dlt's translator."""
    translator = OsoDltTranslator()
    for source in SOURCES:
        contracts = {contract.table: contract for contract in source.contracts()}
        dlt_source = as_source(source.name, [contract_resource(contract, tuple) for contract in contracts.values()])
        for resource in dlt_source.resources.values():
            spec = translator.get_asset_spec(DltResourceTranslatorData(resource=resource, pipeline=None))
            contract = contracts[resource.name]
            yield RawEntry(
                name=contract.name,
                source=source.name,
                description=contract.description,
                columns=tuple(_contract_columns(contract)),
                kinds=tuple(sorted(spec.kinds)),
                deps=source.after,
                partitioned=source.daily,
            )


def _contract_columns(contract: "TableContract") -> Iterator[Column]:
    for field in contract.schema:
        yield Column(name=field.name, type=str(field.type), description=contract.column_description(field.name))
