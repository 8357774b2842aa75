"""A small, seeded world in the wire formats of all sources, with its ground truth for tests.

`write_world` writes it, `write_profile` points an installation's settings at it. Nothing else reads from here.
"""

from dlt_sources.sample_world.config import WORLD_END, World, WorldConfig
from dlt_sources.sample_world.world import read_world, write_profile, write_world

__all__ = ["WORLD_END", "World", "WorldConfig", "read_world", "write_profile", "write_world"]
