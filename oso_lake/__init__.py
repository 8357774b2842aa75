"""The lake: settings, calendar, catalog, commits and the read client. Imports no other package of the project.

`from oso_lake import Lake` gives the read client; it is loaded when first asked for, so that importing the package
for its settings or its calendar stays cheap.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oso_lake.client import Lake

__all__ = ["Lake"]


def __getattr__(name: str) -> object:
    if name == "Lake":
        from oso_lake.client import Lake

        return Lake
    raise AttributeError(f"module 'oso_lake' has no attribute {name!r}")
