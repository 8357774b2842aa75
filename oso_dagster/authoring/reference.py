"""The registry as committed pages and snapshots show it: the same on every machine, whatever its settings."""

from dataclasses import replace
from datetime import date

from sqlmesh_project.metrics_factory import TimeseriesMetrics, load, registry

# the settings' default: what is rendered holds the first day, which an installation may set
FIRST_DAY = date(2015, 1, 1)


def reference_metrics() -> TimeseriesMetrics:
    """The project's metrics from FIRST_DAY on; raises MetricsError where one is broken."""
    loaded = registry()
    return loaded if loaded.options.start == FIRST_DAY else load(replace(loaded.options, start=FIRST_DAY))
