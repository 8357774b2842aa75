"""Which work of an installation on Trino is too small to wake its cluster for: DuckDB does it on the same tables."""

from collections.abc import Mapping

from oso_dagster.cluster.routing import Choice, Engine, Job, choose_engine
from oso_dagster.cluster.settings import ClusterSettings
from oso_dagster.manifest import Manifest
from oso_dagster.project import Project
from oso_dagster.runner.logs import costs_of, failures_of

# the tag `engine=trino` of a model keeps it from DuckDB
ENGINE = "engine"
# kinds of models that have no Iceberg table which DuckDB could read
NO_TABLE = frozenset({"VIEW", "EMBEDDED"})


def choice_of(project: Project, manifest: Manifest, wanted: Mapping[str, int]) -> Choice | None:
    """Who computes that many partitions of each model, and why; None where there is nothing to choose between.

    By what the models took on DuckDB where they ran there, else on Trino, which is slower with little. What failed
    goes to the cluster, whatever it failed of: it may have been too large for one machine.
    """
    if project.settings.engine != "trino" or not wanted:
        return None
    options = ClusterSettings()
    if options.driver == "none" or not options.small_seconds:
        return None
    costs = costs_of(project)
    on_duckdb, on_trino = costs.history(Engine.DUCKDB), costs.history(Engine.TRINO)
    job = Job(
        seconds=on_duckdb.estimate(wanted).seconds,
        scanned_bytes=on_trino.estimate(wanted).scanned_bytes or 0,
        is_guessed=not all(map(on_trino.knows, wanted)),
        reason=_reason(project, manifest, wanted),
    )
    return choose_engine(job, options.small)


def is_small(choice: Choice | None) -> bool:
    """Whether DuckDB was chosen where there is a cluster."""
    return choice is not None and choice.engine is Engine.DUCKDB


def _reason(project: Project, manifest: Manifest, wanted: Mapping[str, int]) -> str:
    """Why none of it may go to DuckDB; empty where all may."""
    tagged = sorted(name for name in wanted if manifest.by_name[name].tags.get(ENGINE) == Engine.TRINO)
    if tagged:
        return f"{tagged[0]} asks for the cluster"
    read = {parent for name in wanted for parent in manifest.by_name[name].parents}
    views = sorted(name for name in {*wanted, *read} if manifest.by_name[name].kind in NO_TABLE)
    if views:
        return f"{views[0]} is a view, which only Trino can read"
    failed = sorted({one.model for one in failures_of(project).all()}.intersection(wanted))
    return f"{failed[0]} failed before" if failed else ""
