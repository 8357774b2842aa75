"""The check of `oso doctor` that asks the Iceberg catalog which tables there are, and whether their files are there."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from oso_dagster.cli.checkup import Finding, line_of, local_path

if TYPE_CHECKING:
    from oso_lake.rest_catalog import LakeRestCatalog
    from oso_lake.settings import Settings

SUBJECT = "catalog"


def catalog(settings: "Settings") -> Iterator[Finding]:
    """The catalog opens, and the current metadata of each table is where it says."""
    if not settings.has_warehouse:
        remedy = "run `oso demo`, or `oso land` for your own sources"
        yield Finding(subject=SUBJECT, state="note", detail="nothing has landed yet", remedy=remedy)
        return
    if settings.catalog_url:
        yield from _rest(settings)
        return
    from oso_lake.catalog import current_metadata

    yield _tables(current_metadata(settings))


def _tables(tables: dict[str, str], where: str = "") -> Finding:
    lost = sorted(name for name, location in tables.items() if (path := local_path(location)) and not path.exists())
    if lost:
        remedy = "restore the warehouse from a backup, or remove the home and land again"
        detail = f"metadata files are gone: {', '.join(lost)}"
        return Finding(subject=SUBJECT, state="wrong", detail=detail, remedy=remedy)
    published = sum(name.startswith("published.") for name in tables)
    detail = f"{len(tables) - published} raw and {published} published tables{where}"
    return Finding(subject=SUBJECT, state="ok", detail=detail)


def _rest(settings: "Settings") -> Iterator[Finding]:
    """Each warehouse is there and lets in, keeps its files where the settings say, and has views for Trino."""
    wanted = [("OSO_CATALOG_WAREHOUSE", settings.catalog_warehouse, settings.warehouse_uri)]
    if settings.engine == "trino":
        wanted.append(("OSO_CATALOG_COMPUTE_WAREHOUSE", settings.catalog_compute_warehouse, settings.compute_uri))
    counted: list[dict[str, str]] = []
    for variable, warehouse, place in wanted:
        where = f"warehouse {warehouse or 'by default'} of {settings.catalog_url}"
        opened = _opened(settings, variable, warehouse, where)
        if isinstance(opened, Finding):
            yield opened
            return
        try:
            tables, trouble = _looked_at(opened, where, place)
            if trouble is None and variable != wanted[0][0] and not opened.has_views:
                detail = f"{where}: the server keeps no views, and the models' names on Trino are views"
                remedy = "take a server with Iceberg's view endpoints, or leave OSO_CATALOG_URL empty"
                trouble = Finding(subject=SUBJECT, state="wrong", detail=detail, remedy=remedy)
        finally:
            opened.close()
        if trouble is not None:
            yield trouble
            return
        counted.append(tables)
    models = f"; {len(counted[1])} tables of models" if len(counted) > 1 else ""
    yield _tables(counted[0], f"{models} at {settings.catalog_url}")


def _opened(settings: "Settings", variable: str, warehouse: str, where: str) -> "LakeRestCatalog | Finding":
    import requests
    from pydantic import ValidationError
    from pyiceberg.exceptions import ForbiddenError, OAuthError, RESTError, UnauthorizedError

    from oso_lake.rest_catalog import open_rest

    try:
        return open_rest(settings, SUBJECT, warehouse)
    except (OAuthError, UnauthorizedError) as error:
        remedy = "set OSO_CATALOG_CREDENTIAL or OSO_CATALOG_TOKEN to what the server knows, and OSO_CATALOG_OAUTH2_URL"
        detail = f"{where} does not let in: {line_of(error)}"
    except ForbiddenError as error:
        remedy = "give the pipeline's client the right to make and write tables and views there"
        detail = f"{where}: {line_of(error)}"
    except RESTError as error:
        remedy = f"make the warehouse, or correct {variable}"
        detail = f"{where}: {line_of(error)}"
    except requests.RequestException as error:
        remedy = "start the server, or correct OSO_CATALOG_URL"
        detail = f"{where} does not answer: {line_of(error)}"
    except (ValidationError, NotImplementedError, ValueError) as error:
        remedy = "correct OSO_CATALOG_URL: below it is the server's `v1/config`"
        detail = f"{where} answers, but not as an Iceberg REST catalog: {type(error).__name__}"
    return Finding(subject=SUBJECT, state="wrong", detail=detail, remedy=remedy)


def _looked_at(opened: "LakeRestCatalog", where: str, place: str) -> tuple[dict[str, str], Finding | None]:
    from oso_lake.rest_catalog import locations

    tables = locations(opened)
    elsewhere = sorted(name for name, location in tables.items() if not _plain(location).startswith(f"{place}/"))
    if not elsewhere:
        return tables, None
    detail = f"{where}: {elsewhere[0]} lies at {tables[elsewhere[0]]}, outside {place}"
    remedy = (
        "set OSO_WAREHOUSE_URL to where the server keeps that warehouse; that of the models lies beside it, with "
        "-compute behind its name"
    )
    return tables, Finding(subject=SUBJECT, state="wrong", detail=detail, remedy=remedy)


def _plain(uri: str) -> str:
    """Java's clients write file:/ for file:/// and s3a: for s3:."""
    uri = uri.replace("s3a://", "s3://", 1)
    return f"file://{uri.removeprefix('file:')}" if uri.startswith("file:/") and not uri.startswith("file://") else uri
