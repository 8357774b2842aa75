"""What computing cost: one row a run, model and window, as the engine told it; published as `query_costs`.

Who measures and who publishes is the pipeline's part (oso_dagster/runner/usage.py, query_costs.py).
"""

import pyarrow as pa

from oso_lake.contracts import TIMESTAMP, PartitionBy, TableContract, column

_TEXT, _COUNT, _SECONDS = pa.string(), pa.int64(), pa.float64()
QUERY_COSTS = TableContract(
    name="published.query_costs",
    schema=pa.schema(
        [
            column("run_id", _TEXT, "The Dagster run"),
            column("model", _TEXT, "The model, as in the time series"),
            column("metric", _TEXT, "Its metric; null for models of other kinds", nullable=True),
            column("first_day", pa.date32(), "First day of what was computed; null for a model without", nullable=True),
            column("end_day", pa.date32(), "Day after it; null for a model without", nullable=True),
            column("status", _TEXT, "done, or failed: that costs, too"),
            column("engine", _TEXT, "duckdb or trino"),
            column("rows", _COUNT, "Rows written"),
            column("cpu_seconds", _SECONDS, "Processor time, over all threads and nodes"),
            column("wall_seconds", _SECONDS, "Time between asking and the answers, summed over queries"),
            column("queued_seconds", _SECONDS, "Of it before the queries began; null on DuckDB", nullable=True),
            column("scanned_bytes", _COUNT, "Read from storage, as it is compressed; null on DuckDB", nullable=True),
            column("scanned_rows", _COUNT, "Rows read from storage; null on DuckDB", nullable=True),
            column("peak_memory_bytes", _COUNT, "Of the largest query; null on DuckDB", nullable=True),
            column("splits", _COUNT, "Parts of work that Trino cut the queries into; null on DuckDB", nullable=True),
            column("queries", _COUNT, "Queries; null on DuckDB", nullable=True),
            column("failed_tasks", _COUNT, "Tasks that failed, as by a lost worker; null on DuckDB", nullable=True),
            column("node_seconds", _SECONDS, "Nodes times the time that the queries ran on them"),
            column("price", _SECONDS, "The node-seconds in money; null where no price is set", nullable=True),
            column(
                "query_ids",
                pa.list_(pa.field("element", _TEXT, nullable=False)),
                "Trino's ids of the queries; those of publishing are shared by the models of a batch",
            ),
            column("computed_at", TIMESTAMP, "When the run told of it"),
        ]
    ),
    description="What computing cost: one row a run, model and window, with publishing shared out by rows",
    partition=(PartitionBy("computed_at", "month"),),
    identity=("run_id", "model", "first_day"),
)
