"""Publishes what the models of a run cost: the table `query_costs`, one commit for all of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from oso_dagster.runner.outcomes import Outcome
from oso_dagster.runner.publish import in_environment
from oso_lake.commits import Commit, Scope, replace
from oso_lake.database import one_at_a_time
from oso_lake.filters import between, both, equal, one_of
from oso_lake.published import RUN_ID
from oso_lake.query_costs import QUERY_COSTS

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

A_RUN = timedelta(days=31)


def publish_costs(
    catalog: "Catalog", outcomes: Sequence[Outcome], run_id: str, *, environment: str, now: datetime
) -> Commit | None:
    """Put in the place of what `run_id` said of these models what they cost; None when none was tried.

    So a step that Dagster tries again counts once, by its last attempt.
    """
    tried = [one for one in outcomes if one.usage.wall_seconds > 0]
    if not tried:
        return None
    rows = [
        {
            "run_id": run_id,
            "model": one.model.name,
            "metric": one.model.metric,
            "first_day": one.window.start if one.window and one.model.grain else None,
            "end_day": one.window.end if one.window and one.model.grain else None,
            "status": one.status.value,
            "engine": one.engine,
            "rows": one.rows,
            "cpu_seconds": one.usage.cpu_seconds,
            "wall_seconds": one.usage.wall_seconds,
            "queued_seconds": one.usage.queued_seconds,
            "scanned_bytes": one.usage.scanned_bytes,
            "scanned_rows": one.usage.scanned_rows,
            "peak_memory_bytes": one.usage.peak_memory_bytes,
            "splits": one.usage.splits,
            "queries": one.usage.queries,
            "failed_tasks": one.usage.failed_tasks,
            "node_seconds": one.usage.node_seconds,
            "price": one.price,
            "query_ids": list(one.usage.query_ids),
            "computed_at": now,
        }
        for one in tried
    ]
    contract = in_environment(QUERY_COSTS, environment)
    # a step is not tried again after a month: older files need not be looked at
    lately = between("computed_at", now - A_RUN, now + A_RUN)
    chosen = both(lately, equal("run_id", run_id), one_of("model", [one.model.name for one in tried]))
    with one_at_a_time(catalog, contract.name):
        return replace(catalog, contract, contract.rows(rows), Scope(chosen, ()), {RUN_ID: run_id})
