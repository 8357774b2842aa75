"""How models become assets: dagster-sqlmesh's translator, with the project's names.

Used when the manifest is derived, since it imports what definitions must not wait for.
"""

import re
from collections.abc import Sequence

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
