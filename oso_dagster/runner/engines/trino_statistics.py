"""What Trino says of a query: what it used, from the statistics of its answer, and what it would read, by EXPLAIN."""

import json
import math
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from oso_dagster.runner.engines import Reads
from oso_dagster.runner.usage import Usage

MILLISECONDS = 1000.0


def usage_of(statistics: Mapping[str, Any]) -> Usage:
    """What one query used by then. Its nodes are counted for as long as it ran: they are held for it.

    Trino's own `wallTimeMillis` is the sum over its threads; between asking and the answer lies `elapsedTimeMillis`.
    """
    elapsed = statistics.get("elapsedTimeMillis", 0) / MILLISECONDS
    queued = statistics.get("queuedTimeMillis", 0) / MILLISECONDS
    return Usage(
        cpu_seconds=statistics.get("cpuTimeMillis", 0) / MILLISECONDS,
        wall_seconds=elapsed,
        queued_seconds=queued,
        node_seconds=statistics.get("nodes", 0) * max(0.0, elapsed - queued),
        scanned_bytes=statistics.get("physicalInputBytes", 0),
        scanned_rows=statistics.get("processedRows", 0),
        splits=statistics.get("totalSplits", 0),
        queries=1,
        failed_tasks=_failed_tasks(statistics.get("rootStage") or {}),
        peak_memory_bytes=statistics.get("peakMemoryBytes", 0),
        query_ids=(str(statistics["queryId"]),),
    )


def _failed_tasks(stage: Mapping[str, Any]) -> int:
    return stage.get("failedTasks", 0) + sum(map(_failed_tasks, stage.get("subStages", ())))


def explained(adapter: Any, query: exp.Query) -> Reads:
    """What `query` would read, by the tables' statistics. Raises Trino's errors, as for a table that is not there.

    Iceberg's manifests know rows and, of most columns, bytes; of the others the size is unknown until ANALYZE has run.
    """
    rows = adapter.fetchall(f"EXPLAIN (TYPE IO, FORMAT JSON) {query.sql('trino', identify=True)}")
    tables = json.loads(rows[0][0]).get("inputTableColumnInfos", ())
    counts = [_number(one["estimate"]["outputRowCount"]) for one in tables]
    sizes = [_number(one["estimate"]["outputSizeInBytes"]) for one in tables]
    lacking = (
        _name(one) for one, count, size in zip(tables, counts, sizes, strict=True) if count is None or size is None
    )
    return Reads(rows=_total(counts), bytes=_total(sizes), unknown=tuple(sorted(set(lacking))))


def _number(value: float | str) -> int | None:
    """Trino writes NaN as text."""
    number = float(value)
    return round(number) if math.isfinite(number) else None


def _total(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known or not values else None


def _name(table: Mapping[str, Any]) -> str:
    named = table["table"]
    return ".".join((named["catalog"], named["schemaTable"]["schema"], named["schemaTable"]["table"]))
