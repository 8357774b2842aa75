"""A connection to Trino that tells what each of its queries used, and lets none read more than it may.

Trino sends a query's statistics with every page of its answer; the last one has them all.
"""

from collections.abc import Callable, Mapping
from typing import Any

from trino.dbapi import Connection, Cursor

# of one query, as Trino counts it while it runs; Trino looks every second
SCAN_LIMIT = "query_max_scan_physical_bytes"
OnStatistics = Callable[[Mapping[str, Any]], None]


class ToldConnection(Connection):
    """Whoever sets `on_statistics` is told the statistics of each page, with the query's id as `queryId`."""

    on_statistics: OnStatistics | None = None

    def cursor(self, *args: Any, **kwargs: Any) -> Cursor:
        """A cursor whose queries are told of."""
        return super().cursor(*args, **{"stats_callback": self._tell, **kwargs})

    def limit_scan(self, most_bytes: int | None) -> None:
        """From now on a query that reads more from storage fails with EXCEEDED_SCAN_LIMIT; None lifts the limit."""
        session = self._client_session
        kept = {name: value for name, value in session.properties.items() if name != SCAN_LIMIT}
        session.properties = kept if most_bytes is None else {**kept, SCAN_LIMIT: f"{max(most_bytes, 1)}B"}

    def _tell(self, statistics: Mapping[str, Any]) -> None:
        if self.on_statistics is not None:
            self.on_statistics(statistics)
