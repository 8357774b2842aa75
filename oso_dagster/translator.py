"""How models and raw tables become assets: dagster-sqlmesh's and dagster-dlt's translators, with the project's names.

Used when the manifest is derived, since both import what definitions must not wait for.
"""

import re
from collections.abc import Sequence

import dagster as dg
from dagster_dlt import DagsterDltTranslator
from dagster_dlt.translator import DltResourceTranslatorData
from dagster_sqlmesh import SQLMeshDagsterTranslator
from sqlmesh.core.context import Context
from sqlmesh.core.model import Model

_NOT_IN_TAGS = re.compile(r"[^A-Za-z0-9._-]+")
_SHOWN_TAGS = frozenset({"metric", "entity", "grain", "category", "model_type", "reads"})


class OsoSQLMeshTranslator(SQLMeshDagsterTranslator):
    """Keys without the catalog (`oso/stars_to_project_daily`), and tags with their values."""

    def get_asset_key_name(self, fqn: str) -> Sequence[str]:
        """Schema and table."""
        return super().get_asset_key_name(fqn)[-2:]

    def get_tags(self, context: Context, model: Model) -> dict[str, str]:
        """`key=value` tags as such; characters that Dagster refuses become a dot."""
        pairs = (tag.split("=", 1) for tag in model.tags if "=" in tag)
        return {key: _NOT_IN_TAGS.sub(".", value)[:63] for key, value in pairs if key in _SHOWN_TAGS}


class OsoDltTranslator(DagsterDltTranslator):
    """Keys under `raw/`, kinds of what really holds the rows."""

    def get_asset_spec(self, data: DltResourceTranslatorData) -> dg.AssetSpec:
        """The spec of one resource: `raw/{source}/{table}`."""
        spec = super().get_asset_spec(data)
        key = dg.AssetKey(["raw", data.resource.source_name or "", data.resource.name])
        return spec.replace_attributes(key=key, deps=[], kinds={"dlt", "iceberg", "python"})
