"""What was decided last: for the next decision, whoever takes it, and for KEDA, which reads the number by SQL.

The table `capacity_wanted` has a row for each Deployment: its name and the number of workers (or coordinators) to keep.
"""

from datetime import datetime

import sqlalchemy as sa

from oso_dagster.cluster.database import Tables
from oso_dagster.cluster.decide import Decision
from oso_dagster.cluster.demand import Capacity, Memory

WORKER, COORDINATOR = "trino-worker", "trino-coordinator"
_metadata = sa.MetaData()
# k8s/components/keda reads the columns name and workers
_wanted = sa.Table(
    "capacity_wanted",
    _metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("workers", sa.Integer, nullable=False),
    sa.Column("memory", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_at", sa.Float, nullable=False),
)


class Record:
    """The last decision of one installation."""

    def __init__(self, url: str | sa.URL) -> None:
        self._tables = Tables(url, _metadata)

    def memory(self) -> Memory:
        """What the last decision left; an empty one before the first."""
        row = self._row(WORKER)
        return Memory.parse(row.memory if row is not None else None)

    def capacity(self) -> Capacity:
        """What was decided last, as what is there: nothing before the first decision."""
        worker, coordinator = self._row(WORKER), self._row(COORDINATOR)
        workers = worker.workers if worker is not None else 0
        return Capacity(
            workers=workers, has_coordinator=coordinator is None or coordinator.workers > 0, remaining=workers
        )

    def write(self, decision: Decision, *, now: datetime) -> None:
        """Replace it, in one transaction."""
        common = {"reason": decision.reason, "decided_at": now.timestamp()}
        rows = [
            {"name": WORKER, "workers": decision.workers, "memory": decision.memory.dump(), **common},
            {"name": COORDINATOR, "workers": int(decision.coordinator), "memory": "", **common},
        ]
        with self._tables.engine.begin() as connection:
            for row in rows:
                found = connection.execute(_wanted.update().where(_wanted.c.name == row["name"]).values(**row))
                if found.rowcount == 0:
                    connection.execute(_wanted.insert().values(**row))

    def _row(self, name: str) -> sa.Row | None:
        with self._tables.engine.connect() as connection:
            return connection.execute(_wanted.select().where(_wanted.c.name == name)).one_or_none()


class KedaDriver:
    """Leaves scaling to KEDA, which reads the record: each decision is written there before the driver is called."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def capacity(self) -> Capacity:
        """What KEDA was told last."""
        return self._record.capacity()

    def scale(self, *, workers: int, coordinator: bool) -> None:
        """Nothing is left to do; raises RuntimeError where the record says something else."""
        told = self._record.capacity()
        if (told.workers, told.has_coordinator) != (workers, coordinator):
            raise RuntimeError(
                f"KEDA reads {told.workers} workers, not {workers}: was another decision written meanwhile?"
            )
