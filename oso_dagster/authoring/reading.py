"""What a model that never ran would read, by the engine's own estimate, before it is planned."""

from typing import TYPE_CHECKING

from oso_dagster.runner.engines import Reads
from oso_lake.calendar import Window

if TYPE_CHECKING:
    from sqlmesh import Context
    from sqlmesh.core.snapshot import Snapshot


def reads_of_plan(context: "Context", snapshot: "Snapshot", window: Window) -> Reads | None:
    """What `snapshot` would read for `window` of the tables that are planned now; None on an engine that does not say.

    What it reads that is not planned itself has no table to estimate by: then nothing is known, and `unknown` says why.
    """
    if context.engine_adapter.dialect != "trino":
        return None
    from trino.exceptions import TrinoUserError

    from oso_dagster.runner.engines.trino_statistics import explained

    query = snapshot.model.render_query_or_raise(
        start=window.start_at, end=window.end_at, execution_time=window.end_at, engine_adapter=context.engine_adapter
    )
    try:
        return explained(context.engine_adapter, query)
    except TrinoUserError as error:
        return Reads(rows=None, bytes=None, unknown=(error.message,))
