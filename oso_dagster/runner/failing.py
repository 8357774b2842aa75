"""Keeps what failed: in the record that the arrivals sensor waits by, and in the table metric_errors."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_dagster.runner.failures import Failure
from oso_dagster.runner.logs import failures_of
from oso_dagster.runner.outcomes import Outcome
from oso_lake.calendar import Window
from oso_lake.database import one_at_a_time

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog


class Failing:
    """The failures of one project while a run adds to them and clears them."""

    def __init__(self, project: Project, manifest: Manifest, run_id: str) -> None:
        self._project = project
        self._manifest = manifest
        self._run_id = run_id
        self._log = failures_of(project)
        self._changed = False

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Count an attempt of each that failed; `version` of each says of which definition."""
        self._log.record(
            Failure(
                model=one.model.name,
                window=one.window if one.model.grain else None,
                version=one.version,
                error_class=one.error_class,
                message=one.reason,
                run_id=self._run_id,
                failed_at=datetime.now(UTC),
            )
            for one in outcomes
        )
        self._changed = True

    def clear(self, done: Sequence[tuple[str, Window | None]]) -> None:
        """These windows are done now."""
        self._changed |= self._log.clear(done)

    def publish(self, catalog: "Catalog") -> None:
        """Bring metric_errors up to date, if anything failed or recovered."""
        if self._changed and self._project.is_production:
            from oso_dagster.runner.publish import publish_failures
            from oso_lake.published import ERRORS

            with one_at_a_time(catalog, ERRORS.name):
                publish_failures(catalog, self._log.all(), self._manifest, self._run_id)
