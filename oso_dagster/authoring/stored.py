"""What the models have computed, for a DuckDB that only reads it: the compute file, or Trino's tables of the models.

Of Trino's tables DuckDB reads the Iceberg metadata and files: no query goes to the cluster, which may be asleep.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from oso_dagster.project import Project, applied
from oso_lake.catalog import COMPUTE_CATALOG

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# the catalog in which `attach` shows the models, in views of their own names
STORE = COMPUTE_CATALOG


def promoted_tables(project: Project, names: Iterable[str]) -> dict[str, exp.Table]:
    """The table that each of the models `names` keeps its rows in on Trino, of those that are planned and no views.

    On DuckDB nothing, since the views in its file tell it.
    """
    wanted = set(names)
    if project.settings.engine == "duckdb" or not wanted:
        return {}
    from oso_dagster.runner.session import open_context, plain_name

    with applied(project.settings), open_context(project) as context:
        environment = context.state_sync.get_environment(project.environment)
        infos = () if environment is None else environment.snapshots
        kept = [info for info in infos if info.is_materialized and plain_name(info.name) in wanted]
        return {plain_name(info.name): exp.to_table(info.table_name()) for info in kept}


def attach(connection: "DuckDBPyConnection", project: Project, tables: Mapping[str, exp.Table]) -> set[str]:
    """Show what is computed in the catalog `STORE` of `connection`, for reading; the models that are there.

    On Trino these are the ones of `tables`, each as it is now. Raises LookupError where one was dropped meanwhile.
    """
    settings = project.settings
    if settings.engine == "duckdb":
        store = exp.Literal.string(str(settings.compute_db)).sql("duckdb")
        connection.execute(f"ATTACH {store} AS {STORE} (READ_ONLY)")
        found = connection.execute(
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE database_name = ?", [STORE]
        ).fetchall()
        return {name for (name,) in found}
    from sqlmesh_project.shared_tables import show_tables

    connection.execute(f"ATTACH ':memory:' AS {STORE}")
    show_tables(connection, settings, tables.values())
    for name, table in tables.items():
        model = exp.to_table(name)
        schema = exp.table_(model.db, db=STORE)
        connection.execute(exp.Create(this=schema, kind="SCHEMA", exists=True).sql("duckdb"))
        view = exp.table_(model.name, db=model.db, catalog=STORE)
        stored = exp.table_(table.name, db=table.db, catalog=STORE, quoted=True)
        query = exp.select("*").from_(stored)
        connection.execute(exp.Create(this=view, kind="VIEW", expression=query).sql("duckdb"))
    return set(tables)
