"""What SQLMesh's Python loader sees of a generated model: a name to register, with nothing to run.

The SQL of a generated model is complete when it is registered, so that no Python of this project is serialized into
its snapshot and a change in the factory's code changes no fingerprint unless it changes that SQL.
"""

from typing import NoReturn


def generated_model() -> NoReturn:
    """Stand in for the function that SQLMesh's `@model` decorates; never called."""
    raise NotImplementedError("generated metric models are plain SQL")
