"""An Iceberg REST catalog in place of the SQL one: how it is opened, and where its tables are at one moment.

One server has both of an installation's catalogs as two of its warehouses. It answers for one table at a time, so what
the SQL catalog says in one query takes a request a table here: some are made side by side. Imports PyIceberg, which
takes half a second: only who opens a catalog pays for it.
"""

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pyiceberg.catalog.rest import Capability, RestCatalog
from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
from requests.adapters import HTTPAdapter

from oso_lake.settings import Settings

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session
    from sqlalchemy import Engine

REQUESTS_AT_ONCE = 8
# to connect, and between two pieces of an answer; a commit of a server under load takes seconds
TIMEOUT_SECONDS = (10.0, 120.0)
TOKENS = "v1/oauth/tokens"


class LakeRestCatalog(RestCatalog):
    """PyIceberg's REST catalog that gives up on a server that does not answer.

    `engine` is of the installation's database, if it has one: one_at_a_time() takes its locks there, since a REST
    catalog has none.
    """

    def __init__(self, name: str, engine: "Engine | None" = None, **properties: str) -> None:
        self.engine = engine
        super().__init__(name, **properties)

    def _config_headers(self, session: "Session") -> None:
        # what is done first with a new session: before a token is asked for
        adapter = _Bounded(pool_maxsize=REQUESTS_AT_ONCE)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        super()._config_headers(session)

    @property
    def has_views(self) -> bool:
        """Whether the server keeps views."""
        return Capability.V1_LIST_VIEWS in self._supported_endpoints

    def close(self) -> None:
        """Close the connections to the server and to the database."""
        super().close()
        if self.engine is not None:
            self.engine.dispose()


class _Bounded(HTTPAdapter):
    def send(self, request: "PreparedRequest", *args: Any, **kwargs: Any) -> "Response":
        kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT_SECONDS
        return super().send(request, *args, **kwargs)


def open_rest(settings: Settings, name: str, warehouse: str) -> LakeRestCatalog:
    """The warehouse of the server of `settings`, as the catalog `name`; asks the server.

    Raises what PyIceberg does: OAuthError or UnauthorizedError for a wrong credential, ForbiddenError for one without
    rights, RESTError for a warehouse that is not there, and requests' ConnectionError.
    """
    from sqlalchemy.pool import NullPool

    from oso_lake.database import engine_of

    engine = None
    if settings.database_url is not None:
        engine = engine_of(settings.database_url.get_secret_value(), poolclass=NullPool)
    return LakeRestCatalog(name, engine, **properties(settings, warehouse))


def properties(settings: Settings, warehouse: str) -> dict[str, str]:
    """PyIceberg's properties; they hold the secrets."""
    given = {
        "uri": settings.catalog_url,
        "warehouse": warehouse,
        "scope": settings.catalog_oauth2_scope,
        **settings.file_options,
    }
    if settings.catalog_credential is not None:
        given["credential"] = settings.catalog_credential.get_secret_value()
        given["oauth2-server-uri"] = settings.catalog_oauth2_url or f"{settings.catalog_url}/{TOKENS}"
    if settings.catalog_token is not None:
        given["token"] = settings.catalog_token.get_secret_value()
        # nobody is asked for another one, but PyIceberg wants to be told where it would be had
        given["oauth2-server-uri"] = settings.catalog_oauth2_url or f"{settings.catalog_url}/{TOKENS}"
    return {name: value for name, value in given.items() if value}


def locations(catalog: LakeRestCatalog, only: Collection[str] | None = None) -> dict[str, str]:
    """Metadata file of each table by `namespace.table`, each as of its own moment; see current_metadata for `only`.

    A table or namespace that goes meanwhile is left out.
    """
    listed = [one[0] for one in catalog.list_namespaces()] if only is None else [one for one in only if "." not in one]
    named = [tuple(one.split(".", 1)) for one in only or () if "." in one]
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        found = pool.map(lambda one: list(_tables(catalog, one)), listed)
        tables = [*named, *(table for one in found for table in one)]
        where = pool.map(lambda table: _location(catalog, table), tables)
        return {".".join(table): location for table, location in zip(tables, where, strict=True) if location}


def _tables(catalog: LakeRestCatalog, namespace: str) -> Iterator[tuple[str, ...]]:
    try:
        yield from catalog.list_tables(namespace)
    except NoSuchNamespaceError:
        return


def _location(catalog: LakeRestCatalog, table: tuple[str, ...]) -> str | None:
    try:
        return catalog.load_table(table).metadata_location
    except NoSuchTableError:
        return None
