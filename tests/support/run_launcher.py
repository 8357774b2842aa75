"""Dagster's Kubernetes run launcher as the manifests configure it."""

from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._config import process_config
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import construct_dagster_k8s_job
from kubernetes.client import ApiClient
from manifests import Manifest, find


def launcher_of(manifests: list[Manifest], kubeconfig: Path) -> K8sRunLauncher:
    """The launcher of `dagster.yaml`, speaking to the API server of `kubeconfig` instead of the pod's own."""
    instance = yaml.safe_load(find(manifests, "ConfigMap", "dagster-instance")["data"]["dagster.yaml"])
    config = {**instance["run_launcher"]["config"], "load_incluster_config": False, "kubeconfig_file": str(kubeconfig)}
    done = process_config(K8sRunLauncher.config_type(), config)
    assert done.success, done.errors
    assert done.value is not None
    return K8sRunLauncher.from_config_value(None, done.value)


def job_of(launcher: K8sRunLauncher, run: dg.DagsterRun, image: str) -> dict[str, Any]:
    """The Kubernetes Job that the launcher makes of a run."""
    context = launcher.get_container_context_for_run(run)
    job = construct_dagster_k8s_job(
        job_config=context.get_k8s_job_config(job_image=image, run_launcher=launcher),
        args=["dagster", "api", "execute_run"],
        job_name=f"dagster-run-{run.run_id}",
        pod_name=f"dagster-run-{run.run_id}",
        component="run_worker",
        user_defined_k8s_config=context.run_k8s_config,
    )
    return ApiClient().sanitize_for_serialization(job)
