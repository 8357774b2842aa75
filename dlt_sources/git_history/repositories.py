"""Which repositories to crawl: those of the directory's latest version, and all that its owners are seen to have.

Owners stand for a moving set, which only the events know: the repositories whose latest name is theirs. A listed
repository that was renamed is crawled under its latest name. Names are lower case throughout.
"""

from typing import TYPE_CHECKING

import duckdb
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError

from dlt_sources.filters import equals
from oso_lake.catalog import open_catalog
from oso_lake.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

ARTIFACTS = "oss_directory.artifacts_by_project"
VERSIONS = "oss_directory.versions"
EVENTS = "github_archive.events"

_LISTED = "select distinct namespace as owner, name from artifacts"
# one row per repository id and name it bore, with when it last did
_BORNE = """
    select repo_id, lower(repo_name) as repository, max(created_at) as last_at
    from events
    where contains(repo_name, '/')
    group by repo_id, lower(repo_name)
"""
_CRAWLED = """
    with latest as (
        select repo_id, arg_max(repository, (last_at, repository)) as repository
        from borne
        group by repo_id
    ),
    bearer as (
        select repository, arg_max(repo_id, (last_at, repo_id)) as repo_id
        from borne
        group by repository
    ),
    named as (
        select coalesce(latest.repository, listed.owner || '/' || listed.name) as repository
        from listed
        left join bearer on bearer.repository = listed.owner || '/' || listed.name
        left join latest on latest.repo_id = bearer.repo_id
        where listed.name <> ''
    ),
    owned as (
        select latest.repository
        from latest
        join listed on listed.owner = split_part(latest.repository, '/', 1)
        where listed.name = ''
    )
    select repository from named union select repository from owned order by repository
"""


def directory_repositories(settings: Settings) -> tuple[str, ...]:
    """Repositories `owner/name` to crawl, ascending; empty before a directory was landed."""
    catalog = open_catalog(settings)
    version = _latest_version(catalog)
    if version is None:
        return ()
    wanted = equals(version=version, artifact_source="GITHUB")
    with duckdb.connect(config={"memory_limit": settings.memory_limit, "threads": settings.threads}) as connection:
        artifacts = catalog.load_table(ARTIFACTS).scan(wanted, selected_fields=("namespace", "name")).to_arrow()
        connection.register("artifacts", artifacts)
        connection.execute(f"create temp table listed as {_LISTED}")
        connection.execute("create temp table borne (repo_id bigint, repository varchar, last_at timestamptz)")
        events = _events(catalog)
        if events is not None:
            connection.register("events", events)
            connection.execute(f"insert into borne {_BORNE}")
        return tuple(repository for (repository,) in connection.execute(_CRAWLED).fetchall())


def _latest_version(catalog: Catalog) -> str | None:
    try:
        table = catalog.load_table(VERSIONS)
    except NoSuchTableError:
        return None
    rows = table.scan(selected_fields=("version", "version_at")).to_arrow().to_pylist()
    return max(rows, key=lambda row: row["version_at"])["version"] if rows else None


def _events(catalog: Catalog) -> "pa.RecordBatchReader | None":
    """The names in the landed events, read in batches."""
    try:
        table = catalog.load_table(EVENTS)
    except NoSuchTableError:
        return None
    return table.scan(selected_fields=("repo_id", "repo_name", "created_at")).to_arrow_batch_reader()
