"""Trino on Kubernetes: two Deployments, changed through their scale subresource and nothing else.

Needs `get` and `patch` on `deployments/scale` of these two names (k8s/base/capacity/rbac.yaml). A worker's pod drains
in its preStop hook, within its terminationGracePeriodSeconds.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oso_dagster.cluster.demand import Capacity

if TYPE_CHECKING:
    from kubernetes.client import ApiClient


def connect(*, kubeconfig: str | None = None, context: str | None = None) -> "ApiClient":
    """A client as the pod's service account, or as a kubeconfig file says."""
    from kubernetes import client, config

    if kubeconfig is not None:
        return config.new_client_from_config(config_file=kubeconfig, context=context)
    configuration = client.Configuration()
    config.load_incluster_config(client_configuration=configuration)
    return client.ApiClient(configuration)


@dataclass(frozen=True, kw_only=True)
class KubernetesDriver:
    """Scales the Deployments `worker` and `coordinator` in `namespace`."""

    api: "ApiClient"
    namespace: str
    worker: str = "trino-worker"
    coordinator: str = "trino-coordinator"
    timeout_seconds: float = 10.0

    def capacity(self) -> Capacity:
        """Replicas as asked for, and worker pods that exist, draining ones too where the Deployment counts them."""
        workers, remaining = self._read(self.worker)
        coordinators, _ = self._read(self.coordinator)
        return Capacity(workers=workers, has_coordinator=coordinators > 0, remaining=remaining)

    def scale(self, *, workers: int, coordinator: bool) -> None:
        """Patch what differs; the coordinator first when the cluster wakes, last when it ends."""
        replicas, remaining = self._read(self.worker)
        coordinators, _ = self._read(self.coordinator)
        if coordinator and coordinators == 0:
            self._patch(self.coordinator, 1)
        if replicas != workers:
            self._patch(self.worker, workers)
        if not coordinator and coordinators > 0 and workers == 0 and remaining == 0:
            self._patch(self.coordinator, 0)

    def _read(self, name: str) -> tuple[int, int]:
        from kubernetes import client

        scale = client.AppsV1Api(self.api).read_namespaced_deployment_scale(
            name, self.namespace, _request_timeout=self.timeout_seconds
        )
        return scale.spec.replicas or 0, scale.status.replicas or 0

    def _patch(self, name: str, replicas: int) -> None:
        from kubernetes import client

        client.AppsV1Api(self.api).patch_namespaced_deployment_scale(
            name, self.namespace, {"spec": {"replicas": replicas}}, _request_timeout=self.timeout_seconds
        )
