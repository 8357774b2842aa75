"""Housekeeping of the models' own tables on Trino: Iceberg tables as the lake's are, that only the pipeline reads.

A window that is replaced there by a MERGE leaves position deletes and small files: Trino rewrites them, under the lock
of the model, so that no run writes it meanwhile. On DuckDB there are none of these.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from oso_dagster.maintenance.lake_tasks import expire_of, remove_unreferred, table_names
from oso_dagster.maintenance.reporting import Found, Limits
from oso_dagster.project import Project
from oso_dagster.runner.claims import claimed
from oso_dagster.runner.locks import LockTimeoutError
from oso_dagster.runner.window_locks import Claim
from oso_lake.catalog import COMPUTE_CATALOG, open_compute_catalog
from oso_lake.compaction import FEWEST_FILES, SMALL_BYTES
from oso_lake.expiry import Retention
from oso_lake.settings import Settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

# a run compares a table that it rebuilt with the snapshot of before, and a run lasts hours
LEAST_AGE = timedelta(days=1)
# a model that is being computed is left for the next time
LOCK_SECONDS = 10.0
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Wear:
    """Data files of a table, how many of them are small, and files of position deletes."""

    files: int
    small: int
    deletes: int
    rows: int
    bytes: int
    # small files of the partition that has the most
    most_small: int

    @property
    def is_worn(self) -> bool:
        """Whether rewriting is worth it: every reader applies the deletes, and opens the files."""
        return self.deletes > 0 or self.most_small >= FEWEST_FILES


def wear_of(table: "Table") -> Wear:
    """What the current snapshot of `table` is made of."""
    tasks = list(table.scan().plan_files())
    small = Counter(
        (task.file.spec_id, repr(task.file.partition)) for task in tasks if task.file.file_size_in_bytes < SMALL_BYTES
    )
    return Wear(
        files=len(tasks),
        small=small.total(),
        deletes=len({file.file_path for task in tasks for file in task.delete_files}),
        rows=sum(task.file.record_count for task in tasks),
        bytes=sum(task.file.file_size_in_bytes for task in tasks),
        most_small=max(small.values(), default=0),
    )


def model_of(table: str) -> str:
    """The model whose version a table holds: `oso.stars_daily` of `sqlmesh__oso.oso__stars_daily__123__dev`."""
    schema, _, rest = table.partition(".")[2].partition("__")
    return f"{schema}.{rest.removesuffix('__dev').rpartition('__')[0]}"


def compact_models(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Trino rewrites the small files and position deletes of each table into few files, in one snapshot."""
    settings = project.settings
    if settings.engine != "trino":
        return []
    catalog = open_compute_catalog(settings)
    worn = {name: wear for name in table_names(catalog) if (wear := wear_of(catalog.load_table(name))).is_worn}
    chosen = dict(list(worn.items())[: limits.limit])
    notes = _rewrite(settings, catalog, list(chosen), log) if is_applied and chosen else {}
    return [
        Found(
            subject=f"{COMPUTE_CATALOG}.{name}",
            kind="tables of small files and position deletes",
            count=1,
            rows=wear.rows,
            files=wear.files + wear.deletes,
            bytes=wear.bytes,
            note=notes.get(name, f"{wear.files} files, {wear.deletes} of position deletes"),
        )
        for name, wear in chosen.items()
    ]


def expire_models(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """As of the lake's tables, but what a run may still compare with stays for a day whatever is asked for."""
    if project.settings.engine != "trino":
        return []
    retention = Retention() if limits.older_than is None else Retention(age=max(limits.older_than, LEAST_AGE), least=1)
    catalog = open_compute_catalog(project.settings)
    return expire_of(catalog, retention, limits, is_applied=is_applied, prefix=f"{COMPUTE_CATALOG}.")


def remove_model_orphans(project: Project, limits: Limits, is_applied: bool, log: Callable[[str], None]) -> list[Found]:
    """Files below the models' folder that no table of theirs refers to, as in the warehouse."""
    settings = project.settings
    if settings.engine != "trino":
        return []
    catalog = open_compute_catalog(settings)
    found = remove_unreferred(settings, catalog, settings.compute_uri, limits, is_applied=is_applied)
    return [replace(one, subject=f"{COMPUTE_CATALOG}: {one.subject}") for one in found]


def _rewrite(settings: Settings, catalog: "Catalog", names: list[str], log: Callable[[str], None]) -> dict[str, str]:
    """What became of each table."""
    from oso_dagster.cluster.claiming import claimed_cluster
    from sqlmesh_project.trino_connection import LakeTrinoConnectionConfig

    impatient = settings.model_copy(update={"lock_timeout_seconds": LOCK_SECONDS})
    notes = {}
    with claimed_cluster(settings, holder="task compact", on_wait=log):
        adapter = LakeTrinoConnectionConfig.of(settings).create_engine_adapter()
        for name in names:
            claims = (Claim(model=model_of(name)),)
            try:
                with claimed(impatient, claims, holder="task compact", on_wait=log):
                    adapter.execute(_optimize(name))
            except LockTimeoutError as error:
                notes[name] = f"left for the next time: {error}"
                continue
            after = wear_of(catalog.load_table(name))
            notes[name] = f"{after.files} files, {after.deletes} of position deletes now"
    return notes


def _optimize(name: str) -> str:
    from sqlglot import exp

    schema, _, table = name.partition(".")
    target = exp.table_(table, db=schema, catalog=COMPUTE_CATALOG, quoted=True).sql("trino")
    return f"alter table {target} execute optimize(file_size_threshold => '{SMALL_BYTES // _MEGABYTE}MB')"
