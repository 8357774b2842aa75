"""What changes the number of workers: one protocol, for Kubernetes (kubernetes.py) and local processes (processes.py).

Both let a worker that goes finish what it runs: on Kubernetes its preStop hook does, for processes the driver.
"""

from typing import Protocol

from oso_dagster.cluster.demand import Capacity


class Driver(Protocol):
    """Reads and changes what is to be kept. Both calls return at once; workers come and go in their own time."""

    def capacity(self) -> Capacity:
        """What is to be kept, and what exists."""
        ...

    def scale(self, *, workers: int, coordinator: bool) -> None:
        """Keep so many workers; those that go are drained first. The coordinator goes when no worker is left."""
        ...
