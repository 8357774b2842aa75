"""The check of `oso doctor` that asks a Trino cluster whether the pipeline can compute there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from oso_dagster.cli.checkup import Finding

if TYPE_CHECKING:
    from oso_lake.settings import Settings

TIMEOUT_SECONDS = 20.0


def engine(settings: "Settings") -> Iterator[Finding]:
    """Trino answers, has started, has a worker, and has the three catalogs; nothing to say of DuckDB."""
    if settings.engine != "trino":
        return
    import httpx

    where = f"{settings.trino_scheme}://{settings.trino_host}:{settings.trino_port}"
    remedy = "start it (`oso stack up` on one machine), or set OSO_TRINO_HOST, OSO_TRINO_PORT and OSO_TRINO_SCHEME"
    try:
        told = httpx.get(f"{where}/v1/info", timeout=TIMEOUT_SECONDS).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        detail = f"{where} does not answer: {type(error).__name__}: {error}"
        yield Finding(subject="trino", state="wrong", detail=detail, remedy=remedy)
        return
    if told["starting"]:
        detail = f"{where} is still starting"
        yield Finding(subject="trino", state="warning", detail=detail, remedy="wait some seconds and look again")
        return
    yield from _catalogs(settings, f"{where}, version {told['nodeVersion']['version']}")


def _catalogs(settings: "Settings", where: str) -> Iterator[Finding]:
    from sqlmesh_project.trino_catalogs import CATALOGS
    from sqlmesh_project.trino_connection import LakeTrinoConnectionConfig

    adapter = LakeTrinoConnectionConfig.of(settings).create_engine_adapter()
    try:
        found = {name for (name,) in adapter.fetchall("select catalog_name from system.metadata.catalogs")}
    finally:
        adapter.close()
    if missing := sorted(CATALOGS.keys() - found):
        detail = f"{where}: there is no catalog {', '.join(missing)}"
        remedy = "give the cluster the Iceberg catalogs raw, lake and metrics; docs/operations.md says how"
        yield Finding(subject="trino", state="wrong", detail=detail, remedy=remedy)
    else:
        yield Finding(subject="trino", state="ok", detail=where)
