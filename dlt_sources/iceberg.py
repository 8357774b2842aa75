"""Landing through dlt: run resources in a pipeline whose load commits one snapshot per table.

`land` does it in one call; `landing` gives the pipeline and a report to callers that run pipelines themselves, such as
dagster-dlt. The destination is in destination.py, the commit in oso_lake.commits.
"""

import fcntl
import hashlib
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.libs.pyarrow import py_arrow_to_table_schema_columns
from dlt.common.runtime.telemetry import stop_telemetry
from dlt.common.schema.typing import TSchemaContract
from dlt.common.storages.load_package import load_package_state
from dlt.extract import DltResource, DltSource
from dlt.pipeline.exceptions import PipelineStepFailed

from dlt_sources.destination import LandingPlan, iceberg_windows
from oso_lake.commits import SLAB_ROWS, Commit, Scope
from oso_lake.contracts import ContractError, TableContract
from oso_lake.data_files import file_schema
from oso_lake.settings import Settings

SCHEMA_CONTRACT: TSchemaContract = {"tables": "evolve", "columns": "freeze", "data_type": "freeze"}
KEPT_PACKAGES = 20
_DIGEST = "oso_contract_digest"

Rows = pa.Table | pa.RecordBatch | list[dict[str, Any]]


class LandingError(RuntimeError):
    """A landing that failed; nothing of the table at fault was changed."""


@dataclass(frozen=True, kw_only=True)
class WindowStatus:
    """What became of one window: its receipt's status, or `unchanged` when it was skipped."""

    window: str
    status: str
    rows: int = 0
    quarantined: int = 0
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class LandingReport:
    """What a landing did: a commit per table (the last one, of several chunks) and a status per window."""

    source: str
    load_id: str | None
    tables: Mapping[str, Commit]
    windows: tuple[WindowStatus, ...]
    seconds: float


@dataclass(kw_only=True)
class Landing:
    """A landing under way: the pipeline to run once, and afterwards its report."""

    pipeline: dlt.Pipeline
    plan: LandingPlan
    started: float = field(default_factory=time.monotonic)

    def run(self, resources: DltSource | DltResource | Sequence[DltResource]) -> None:
        """Run the pipeline; raises LandingError with the cause instead of dlt's stack of steps."""
        try:
            self.pipeline.run(as_source(self.plan.source, resources))
        except PipelineStepFailed as error:
            cause = _root_cause(error)
            raise LandingError(f"{self.plan.source}, step {error.step}: {cause}") from error

    def report(self, windows: Sequence[WindowStatus] = ()) -> LandingReport:
        """What was committed; raises LandingError when the pipeline has not committed."""
        if self.plan.load_id is None:
            raise LandingError(f"{self.plan.source}: the pipeline has not committed a load")
        return LandingReport(
            source=self.plan.source,
            load_id=self.plan.load_id,
            tables=dict(self.plan.commits),
            windows=tuple(windows),
            seconds=time.monotonic() - self.started,
        )


def contract_resource(contract: TableContract, rows: Callable[[], Iterable[Rows]]) -> DltResource:
    """A dlt resource named after the table, which checks each item that `rows()` yields against the contract."""

    # with the table's field ids, so that what dlt writes can become a data file as it is
    schema = file_schema(contract)

    def items() -> Iterator[pa.Table]:
        # without any item dlt makes no load package, and windows that became empty would keep their rows
        yield schema.empty_table()
        for item in rows():
            yield _as_table(contract, item).cast(schema)

    columns = py_arrow_to_table_schema_columns(schema)
    for name, hints in columns.items():
        hints["description"] = contract.column_description(name)
    return dlt.resource(
        items,
        name=contract.table,
        columns=columns,
        write_disposition="append",
        schema_contract=SCHEMA_CONTRACT,
        max_table_nesting=0,
    )


def as_source(name: str, resources: DltSource | DltResource | Sequence[DltResource]) -> DltSource:
    """One dlt source named `name` of some resources; a source is returned as it is."""
    if isinstance(resources, DltSource):
        return resources
    listed = [resources] if isinstance(resources, DltResource) else list(resources)
    return dlt.source(lambda: listed, name=name, max_table_nesting=0)()


def current_load_id() -> str:
    """The load id under which the rows being yielded will be committed; only inside a resource."""
    return load_package_state()["load_id"]


@contextmanager
def landing(
    *,
    pipeline_name: str,
    settings: Settings,
    contracts: Sequence[TableContract],
    scopes: Mapping[str, Scope | Callable[[], Scope]],
    source_version: str,
) -> Generator[Landing]:
    """Lend the one pipeline of that name: no other process runs it meanwhile, and what a killed one left is dropped.

    `contracts` are committed in their order, receipts last; `scopes` is keyed by full table name, one per contract;
    a function is asked when the load is committed, for windows that are known only once the source was read.
    """
    if missing := [contract.name for contract in contracts if contract.name not in scopes]:
        raise ContractError(f"{pipeline_name}: no scope given for {', '.join(missing)}")
    settings.dlt_dir.mkdir(parents=True, exist_ok=True)
    with _exclusive(settings.dlt_dir / f"{pipeline_name}.lock", settings.lock_timeout_seconds):
        staging = settings.dlt_dir / "staging" / pipeline_name
        shutil.rmtree(staging, ignore_errors=True)
        plan = LandingPlan(
            settings=settings,
            source=pipeline_name,
            contracts=contracts,
            scopes=scopes,
            source_version=source_version,
            staging=staging,
        )
        yield Landing(pipeline=_pipeline(plan), plan=plan)


def land(
    source_or_resources: DltSource | DltResource | Sequence[DltResource],
    *,
    pipeline_name: str,
    settings: Settings,
    contracts: Sequence[TableContract],
    scopes: Mapping[str, Scope | Callable[[], Scope]],
    source_version: str,
    windows: Callable[[], Sequence[WindowStatus]] = tuple,
) -> LandingReport:
    """Run the resources and replace `scopes`; `windows` is asked after the run. Raises LandingError."""
    with landing(
        pipeline_name=pipeline_name,
        settings=settings,
        contracts=contracts,
        scopes=scopes,
        source_version=source_version,
    ) as current:
        current.run(source_or_resources)
        return current.report(windows())


def _pipeline(plan: LandingPlan) -> dlt.Pipeline:
    for key, value in {
        "runtime.dlthub_telemetry": False,
        "runtime.log_level": "CRITICAL",
        # the receipts of a source are read after its rows
        "extract.next_item_mode": "fifo",
        # a data file is also what is read at once when a few of its rows are replaced
        "data_writer.file_max_items": SLAB_ROWS,
        "load.delete_completed_jobs": True,
        # a commit is retried in oso_lake.commits; a load that failed is extracted again, never resumed
        "load.raise_on_max_retries": 1,
        "restore_from_destination": False,
    }.items():
        dlt.config[key] = value
    # dlt starts its telemetry when its configuration is first touched, before it can be told not to
    stop_telemetry()
    pipelines = plan.settings.dlt_dir / "pipelines"
    digest = _digest(plan.contracts)

    def make() -> dlt.Pipeline:
        return dlt.pipeline(
            plan.source, pipelines_dir=str(pipelines), destination=iceberg_windows(plan), dataset_name=plan.source
        )

    pipeline = make()
    if pipeline.first_run or _local_value(pipeline, _DIGEST) != digest:
        # dlt would hold a changed contract against the schema it remembers
        pipeline.drop()
        pipeline = make()
        pipeline.set_local_state_val(_DIGEST, digest)
    pipeline._delete_pending_packages()
    _prune_packages(pipelines / plan.source / "load" / "loaded")
    return pipeline


def _digest(contracts: Sequence[TableContract]) -> str:
    schemas = (f"{contract.name}\n{file_schema(contract).to_string()}" for contract in contracts)
    return hashlib.sha256("\n".join(schemas).encode()).hexdigest()


def _local_value(pipeline: dlt.Pipeline, key: str) -> Any:
    try:
        return pipeline.get_local_state_val(key)
    except KeyError:
        return None


def _prune_packages(loaded: Path) -> None:
    if loaded.is_dir():
        for package in sorted(loaded.iterdir())[:-KEPT_PACKAGES]:
            shutil.rmtree(package, ignore_errors=True)


def _as_table(contract: TableContract, item: Rows) -> pa.Table:
    if isinstance(item, list):
        return contract.rows(item)
    return contract.conform(pa.Table.from_batches([item]) if isinstance(item, pa.RecordBatch) else item)


def _root_cause(error: BaseException) -> BaseException:
    """The first error of the chain that is not dlt's: ours says what to do, dlt's say in which step it was."""
    cause: BaseException | None = error
    while cause is not None:
        error = cause
        if not type(error).__module__.startswith("dlt."):
            break
        cause = error.__cause__ or error.__context__
    return error


@contextmanager
def _exclusive(path: Path, timeout_seconds: float) -> Generator[None]:
    """Hold the kernel's lock on `path`, which ends with the process; raises LandingError after the timeout."""
    deadline = time.monotonic() + timeout_seconds
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LandingError(
                        f"another process has held {path} for {timeout_seconds:.0f} s; wait for its landing to end"
                    ) from None
                time.sleep(0.1)
        yield
