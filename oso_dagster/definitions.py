"""The code location: everything Dagster is told, put together from the manifest."""

import dagster as dg

from oso_dagster.assemble import build_definitions
from oso_dagster.project import Project
from oso_lake.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the installation that the environment describes; needs no variable and no lake."""
    return build_definitions(Project(settings=Settings()))
