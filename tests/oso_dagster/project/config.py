"""A small SQLMesh project with the conventions of the real one: every grain and way of reading, two entities less."""

from sqlmesh.core.config import LinterConfig

from oso_lake.settings import Settings
from sqlmesh_project.config import make_config

config = make_config(Settings())
config.linter = LinterConfig(enabled=False)
