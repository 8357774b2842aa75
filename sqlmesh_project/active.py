"""The settings that the project is loaded for: SQLMesh loads model files without arguments, so they ask here.

`make_config` sets them, and they hold for what this process loads next; without it they are those of the environment.
"""

from oso_lake.settings import Settings

_active: list[Settings] = []


def use(settings: Settings) -> None:
    """Load model files for `settings` from now on."""
    _active[:] = [settings]


def active_settings() -> Settings:
    """The settings last given to `use`, else those of the environment and the profile."""
    return _active[0] if _active else Settings()
