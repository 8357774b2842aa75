"""What a model that never ran would read, by the engine's own estimate, before it is planned."""

from typing import TYPE_CHECKING

from oso_dagster.runner.engines import Reads
from oso_lake.calendar import Window
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from sqlmesh import Context
    from sqlmesh.core.snapshot import Snapshot


class Estimator:
    """Asks the engine; one that does not answer, or whose cluster is asleep, is not asked again.

    A query to a cluster without workers would wait for them, or wake them up.
    """

    def __init__(self, context: "Context", settings: Settings) -> None:
        self._context, self._settings = context, settings
        self._silence: str | None = None
        self._is_looked_at = False

    def reads(self, snapshot: "Snapshot", window: Window) -> Reads | None:
        """What `snapshot` would read for `window` of the tables that are planned now; None where no engine says that.

        What it reads that is not planned itself has no table to estimate by: then nothing is known, and `unknown` says
        why.
        """
        adapter = self._context.engine_adapter
        if adapter.dialect != "trino":
            return None
        if not self._is_looked_at:
            self._silence, self._is_looked_at = _silence(self._settings), True
        if self._silence is not None:
            return Reads(rows=None, bytes=None, unknown=(f"its tables: {self._silence}",))
        from trino.exceptions import TrinoUserError

        from oso_dagster.runner.engines.trino_losses import is_loss
        from oso_dagster.runner.engines.trino_statistics import explained

        query = snapshot.model.render_query_or_raise(
            start=window.start_at, end=window.end_at, execution_time=window.end_at, engine_adapter=adapter
        )
        try:
            return explained(adapter, query)
        except TrinoUserError as error:
            return Reads(rows=None, bytes=None, unknown=(error.message,))
        except Exception as error:
            if not is_loss(error):
                raise
            self._silence = "Trino does not answer"
            return self.reads(snapshot, window)


def _silence(settings: Settings) -> str | None:
    """Why a cluster that is scaled is not asked now; None where it can be, and where none is scaled."""
    from oso_dagster.cluster.settings import ClusterSettings

    options = ClusterSettings()
    if options.driver == "none":
        return None
    from oso_dagster.cluster.trino_http import TrinoHttp

    with TrinoHttp(options.url_of(settings), user=options.trino_user, password=options.password) as trino:
        state = trino.state()
    return "Trino's cluster is asleep" if state is None or state.active_workers == 0 else None
