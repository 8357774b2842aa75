"""How an installation's cluster is reached and how far it may grow: OSO_CLUSTER_* variables."""

from datetime import timedelta
from typing import Literal

from pydantic import ByteSize, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from oso_dagster.cluster.demand import Policy
from oso_dagster.cluster.routing import Small
from oso_dagster.runner.costs import Estimate
from oso_lake.settings import Settings


class ClusterSettings(BaseSettings):
    """Without a driver there is no cluster to scale, and the sensors are not there."""

    model_config = SettingsConfigDict(env_prefix="OSO_CLUSTER_", frozen=True, extra="forbid")

    driver: Literal["none", "kubernetes", "keda", "processes"] = "none"
    namespace: str = Field(default="oso", description="Kubernetes: namespace of the two Deployments.")
    worker_deployment: str = "trino-worker"
    coordinator_deployment: str = "trino-coordinator"
    kubeconfig: str | None = Field(default=None, description="Kubernetes: a file; default is the pod's own account.")

    heap_megabytes: int = Field(default=2048, ge=256, description="Processes: heap of each node.")

    trino_url: str = Field(default="", description="The coordinator's HTTP address; empty is that of OSO_TRINO_*.")
    trino_user: str = "oso-capacity"
    trino_password: SecretStr | None = Field(default=None, description="Only over https.")

    min_workers: int = Field(default=0, ge=0)
    max_workers: int = Field(default=20, ge=0)
    target_seconds: float = Field(default=900, gt=0, description="How long a run's work should take.")
    tail_seconds: float = Field(default=180, gt=0, description="Least time given to what is left of it.")
    hold_seconds: float = Field(default=60, ge=0, description="How long fewer must be enough before workers go.")
    coordinator_to_zero: bool = Field(
        default=False,
        description="Where nobody but the pipeline asks Trino: a reader who waits is seen by the coordinator only.",
    )
    coordinator_hold_seconds: float = Field(default=600, ge=0)
    lease_ttl_seconds: float = Field(default=120, gt=0, description="What a killed run costs at most.")
    run_node_seconds: float = Field(default=600, gt=0, description="Expected of a run that says nothing of itself.")
    run_slots: int = Field(default=4, ge=1, description="Workers that such a run can keep busy.")

    small_seconds: float = Field(
        default=60, ge=0, description="What DuckDB does so quickly wakes no cluster; 0 gives all to the cluster."
    )
    small_scanned_bytes: ByteSize = Field(
        default=ByteSize(2 * 1024**3), description="What it may read for that at most, by what it read on Trino before."
    )

    def url_of(self, settings: Settings) -> str:
        """The coordinator's HTTP address."""
        return self.trino_url or f"{settings.trino_scheme}://{settings.trino_host}:{settings.trino_port}"

    @property
    def password(self) -> str | None:
        """Its password, where it wants one."""
        return self.trino_password.get_secret_value() if self.trino_password else None

    @property
    def policy(self) -> Policy:
        """The limits that the decision follows."""
        return Policy(
            min_workers=self.min_workers,
            max_workers=self.max_workers,
            reader_workers=min(1, self.max_workers),
            target=timedelta(seconds=self.target_seconds),
            tail=timedelta(seconds=min(self.tail_seconds, self.target_seconds)),
            hold=timedelta(seconds=self.hold_seconds),
            coordinator_to_zero=self.coordinator_to_zero,
            coordinator_hold=timedelta(seconds=self.coordinator_hold_seconds),
        )

    def needed(self, expected: Estimate | None) -> tuple[float, int]:
        """Node-seconds and slots that a run claims: as estimated, or as set here where nothing is known of its models.

        A model that never ran counts as the others; its share of the work that is set here would be a guess, too.
        """
        if expected is None or expected.is_blind:
            return self.run_node_seconds, self.run_slots
        return expected.node_seconds, expected.slots or self.run_slots

    @property
    def small(self) -> Small:
        """What counts as small work."""
        return Small(seconds=self.small_seconds, scanned_bytes=self.small_scanned_bytes)

    @property
    def lease_ttl(self) -> timedelta:
        """Time to live of a lease."""
        return timedelta(seconds=self.lease_ttl_seconds)
