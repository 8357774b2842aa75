"""SQLMesh's context with a `close` that closes its connection too. Importing it loads SQLMesh, which takes seconds."""

from sqlmesh import Context


class ClosingContext(Context):
    """A context that leaves no connection open.

    SQLMesh's own `close` reaches the engine only through the evaluator, which exists once something was evaluated. A
    run that was refused before that kept DuckDB's file open, and whoever opened it next in the same process got that
    connection: to a file that may have been replaced since, by a restored backup for one.
    """

    def close(self) -> None:
        """Release what the context opened; closing twice does nothing more."""
        super().close()
        self.engine_adapter.close()
