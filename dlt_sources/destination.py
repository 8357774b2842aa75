"""The dlt destination that commits windows to Iceberg: load jobs stage Parquet files, the end of a load commits them.

Each table is committed once per load package, in the plan's order, so that receipts come after the rows they are
for. Pipelines are made and run in iceberg.py.
"""

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

import pyarrow.parquet as pq
from dlt.common.configuration import configspec
from dlt.common.destination import Destination, DestinationCapabilitiesContext
from dlt.common.destination.client import (
    DestinationClientConfiguration,
    JobClientBase,
    LoadJob,
    PreparedTableSchema,
    RunnableLoadJob,
)
from dlt.common.destination.exceptions import DestinationTerminalException
from dlt.common.schema.utils import is_dlt_table_or_column
from dlt.destinations.job_impl import FinalizedLoadJob

from oso_lake import commits
from oso_lake.catalog import open_catalog
from oso_lake.commits import Commit, Scope
from oso_lake.contracts import ContractError, TableContract
from oso_lake.settings import Settings


@dataclass
class LandingPlan:
    """What one pipeline run replaces; the destination fills `staged`, `load_id` and `commits` as it goes."""

    settings: Settings
    source: str
    contracts: Sequence[TableContract]
    scopes: Mapping[str, Scope | Callable[[], Scope]]
    source_version: str
    staging: Path
    staged: dict[str, list[Path]] = field(default_factory=dict)
    load_id: str | None = None
    commits: dict[str, Commit] = field(default_factory=dict)

    def contract(self, table: str) -> TableContract:
        """The contract of the dlt table `table`; raises ContractError when the plan has none."""
        for contract in self.contracts:
            if contract.table == table:
                return contract
        raise ContractError(f"{self.source}: table {table!r} has no contract; known: {', '.join(self.scopes)}")

    def stage(self, table: str, path: Path) -> None:
        """Keep a file of `table` for the commit; raises ContractError when its columns are not the contract's."""
        contract = self.contract(table)
        names = pq.read_schema(path).names
        if names != contract.schema.names:
            raise ContractError(f"{contract.name}: staged columns {names} are not {contract.schema.names}")
        self.staging.mkdir(parents=True, exist_ok=True)
        target = self.staging / path.name
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
        self.staged.setdefault(table, []).append(target)

    def commit(self, load_id: str) -> None:
        """Replace each table's windows by what was staged for them, in order, and remove the staged files."""
        catalog = open_catalog(self.settings)
        properties = {
            commits.SOURCE: self.source,
            commits.SOURCE_VERSION: self.source_version,
            commits.LOAD_ID: load_id,
        }
        for contract in self.contracts:
            files = sorted(self.staged.get(contract.table, ()))
            scope = self._scope(contract)
            self.commits[contract.name] = commits.replace(catalog, contract, files, scope, properties)
        self.load_id = load_id
        shutil.rmtree(self.staging, ignore_errors=True)

    def _scope(self, contract: TableContract) -> Scope:
        scope = self.scopes[contract.name]
        return scope if isinstance(scope, Scope) else scope()


@configspec
class IcebergWindowsConfiguration(DestinationClientConfiguration):
    """Carries the plan to the job client."""

    destination_type: str = dataclasses.field(
        default="dlt_sources.destination.iceberg_windows", init=False, repr=False, compare=False
    )
    plan: Any = None


class StageJob(RunnableLoadJob):
    """Stages one Parquet file; committing is for the end of the load."""

    def __init__(self, file_path: str, plan: LandingPlan) -> None:
        super().__init__(file_path)
        self._plan = plan

    def run(self) -> None:
        """Stage the file; data that breaks its contract fails the load for good."""
        try:
            self._plan.stage(self.load_table_name, Path(self._file_path))
        except ContractError as error:
            raise DestinationTerminalException(str(error)) from error


class IcebergWindowsClient(JobClientBase):
    """dlt's job client: one per load package, opened in several threads."""

    config: IcebergWindowsConfiguration

    @property
    def plan(self) -> LandingPlan:
        """The plan it was configured with; raises DestinationTerminalException when run without one."""
        if not isinstance(self.config.plan, LandingPlan):
            raise DestinationTerminalException("iceberg_windows has no plan: run it through landing()")
        return self.config.plan

    def initialize_storage(self, truncate_tables: Iterable[str] | None = None) -> None:
        """Nothing to prepare: tables are made at their first commit."""

    def is_storage_initialized(self) -> bool:
        """Always: see `initialize_storage`."""
        return True

    def drop_storage(self) -> None:
        """Refuse: dlt must never drop the lake's tables."""
        raise DestinationTerminalException("iceberg_windows does not drop tables")

    def create_load_job(
        self, table: PreparedTableSchema, file_path: str, load_id: str, restore: bool = False
    ) -> LoadJob:
        """A job that stages the file; dlt's own tables are skipped."""
        if is_dlt_table_or_column(str(table["name"]), self.schema._dlt_tables_prefix):
            return FinalizedLoadJob(file_path)
        return StageJob(file_path, self.plan)

    def complete_load(self, load_id: str) -> None:
        """Commit every table of the plan."""
        self.plan.commit(load_id)

    def __enter__(self) -> "IcebergWindowsClient":
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        pass


class iceberg_windows(Destination[IcebergWindowsConfiguration, IcebergWindowsClient]):  # noqa: N801
    """dlt names a destination after its class."""

    spec: ClassVar[type[IcebergWindowsConfiguration]] = IcebergWindowsConfiguration

    def __init__(self, plan: LandingPlan | None = None, **kwargs: Any) -> None:
        super().__init__(plan=plan, **kwargs)

    def _raw_capabilities(self) -> DestinationCapabilitiesContext:
        caps = DestinationCapabilitiesContext.generic_capabilities("parquet")
        caps.supported_loader_file_formats = ["parquet"]
        caps.supports_nested_types = True
        caps.supports_ddl_transactions = False
        caps.supports_transactions = False
        caps.naming_convention = "direct"
        caps.max_table_nesting = 0
        caps.max_parallel_load_jobs = 1
        caps.timestamp_precision = 6
        caps.decimal_precision = (38, 0)
        caps.wei_precision = (38, 0)
        return caps

    @property
    def client_class(self) -> type[IcebergWindowsClient]:
        """The job client."""
        return IcebergWindowsClient


iceberg_windows.register()
