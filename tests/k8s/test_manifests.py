"""The manifests of each overlay: valid against the schemas, least rights, no secret, and numbers that agree."""

import json
import re
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import kubernetes_validate
import pytest
import yaml
from dagster._core.instance.ref import InstanceRef
from manifests import ROOT, Manifest, containers, find, overlay, pods, properties, quantity, render
from pydantic import SecretStr
from run_launcher import job_of, launcher_of

from oso_dagster.run_tags import LARGE, SIZE_TAG
from oso_dagster.stack.trino_etc import GROUPS, retried
from oso_lake.settings import Settings
from sqlmesh_project.trino_catalogs import CATALOGS, catalog_properties

OVERLAYS = ("local", "production")
KUBERNETES = "1.36"
# of a Java process: heap headroom that Trino keeps from queries, by default
HEADROOM = 0.3
POLICY_NAMES = {"nothing-by-default", "everybody-asks-for-names"}


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return overlay(request.param)


@pytest.fixture
def with_keda(tmp_path: Path) -> list[Manifest]:
    """The production overlay with KEDA in place of the sensor's own driver."""
    return _with_component(tmp_path / "keda", "production", "keda")


@pytest.fixture(params=OVERLAYS)
def with_rest_catalog(tmp_path: Path, request: pytest.FixtureRequest) -> list[Manifest]:
    """Each overlay with a REST catalog in place of the database's."""
    return _with_component(tmp_path / "rest", request.param, "rest-catalog")


def _with_component(folder: Path, name: str, component: str) -> list[Manifest]:
    folder.mkdir()
    up = "../" * len(folder.resolve().parents)
    root = f"{up}{ROOT.relative_to('/')}"
    content = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "oso",
        "resources": [f"{root}/k8s/overlays/{name}"],
        "components": [f"{root}/k8s/components/{component}"],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
    return render(folder)


def test_every_object_follows_its_schema_strictly(manifests: list[Manifest]) -> None:
    assert len(manifests) > 40
    for one in manifests:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_the_schemas_refuse_a_misspelt_field(manifests: list[Manifest]) -> None:
    worker = find(manifests, "Deployment", "trino-worker")
    wrong = {**worker, "spec": {**worker["spec"], "replica": 3}}
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_no_container_is_root_or_may_become_it_or_writes_to_its_image(manifests: list[Manifest]) -> None:
    for name, pod in pods(manifests):
        context = pod["spec"]["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["runAsUser"] > 0, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in containers(pod):
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, name
            assert own["readOnlyRootFilesystem"] is True, name
            assert own["capabilities"] == {"drop": ["ALL"]}, name


def test_every_container_says_what_it_needs_and_what_it_may_take(manifests: list[Manifest]) -> None:
    for name, pod in pods(manifests):
        for container in containers(pod):
            requests, limits = container["resources"]["requests"], container["resources"]["limits"]
            for resource in ("cpu", "memory", "ephemeral-storage"):
                assert 0 < quantity(requests[resource]) <= quantity(limits[resource]), f"{name}: {resource}"


def test_what_stays_up_is_probed(manifests: list[Manifest]) -> None:
    for one in manifests:
        if one["kind"] not in {"Deployment", "StatefulSet"}:
            continue
        (container,) = one["spec"]["template"]["spec"]["containers"]
        assert "livenessProbe" in container, one["metadata"]["name"]
        if container.get("ports"):
            assert {"readinessProbe", "startupProbe"} <= set(container), one["metadata"]["name"]


def test_every_image_has_a_version_and_runs_start_from_the_code_location_s(manifests: list[Manifest]) -> None:
    for name, pod in pods(manifests):
        for container in containers(pod):
            image = container["image"].rpartition("/")[2]
            assert re.search(r"[:@]", image), f"{name}: {image}"
            assert not image.endswith(":latest"), name
    (container,) = find(manifests, "Deployment", "code-location")["spec"]["template"]["spec"]["containers"]
    variables = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert variables["DAGSTER_CURRENT_IMAGE"] == container["image"]


def test_secrets_are_references_only(manifests: list[Manifest]) -> None:
    assert [one for one in manifests if one["kind"] == "Secret"] == []
    wanted = set()
    for name, pod in pods(manifests):
        for container in containers(pod):
            for variable in container.get("env", ()):
                if re.search(r"PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL|JDBC", variable["name"]):
                    assert "secretKeyRef" in variable.get("valueFrom", {}), f"{name}: {variable['name']}"
                    wanted.add(variable["valueFrom"]["secretKeyRef"]["name"])
            wanted |= {source["secretRef"]["name"] for source in container.get("envFrom", ()) if "secretRef" in source}
    assert wanted == {"oso-database", "oso-store", "oso-trino"}
    for one in manifests:
        if one["kind"] == "ConfigMap":
            for key, value in _settings_of(one):
                if re.search(r"password|secret-key|access-key|shared-secret", key, re.IGNORECASE):
                    assert re.fullmatch(r"\$\{ENV:[A-Z0-9_]+\}", value), f"{one['metadata']['name']}: {key}"


def _settings_of(config: Manifest) -> list[tuple[str, str]]:
    settings = []
    for name, text in config["data"].items():
        if name.endswith(".properties"):
            settings += properties(text).items()
        elif "\n" not in text:
            settings.append((name, text))
    return settings


def test_rights_are_these_and_no_others(manifests: list[Manifest]) -> None:
    assert [one for one in manifests if one["kind"] in {"ClusterRole", "ClusterRoleBinding"}] == []
    roles = {one["metadata"]["name"]: one["rules"] for one in manifests if one["kind"] == "Role"}
    assert set(roles) == {"scales-trino", "launches-runs"}
    assert roles["scales-trino"] == [
        {
            "apiGroups": ["apps"],
            "resources": ["deployments/scale"],
            "resourceNames": ["trino-worker", "trino-coordinator"],
            "verbs": ["get", "patch"],
        }
    ]
    granted = {(rule["resources"][0], verb) for rule in roles["launches-runs"] for verb in rule["verbs"]}
    assert granted == {
        *(("jobs", verb) for verb in ("create", "get", "list", "delete")),
        ("jobs/status", "get"),
        ("pods", "get"),
        ("pods", "list"),
        ("pods", "delete"),
        ("pods/log", "get"),
        ("events", "list"),
    }
    bound = {
        (one["roleRef"]["name"], subject["name"])
        for one in manifests
        if one["kind"] == "RoleBinding"
        for subject in one["subjects"]
    }
    assert bound == {("scales-trino", "code-location"), ("launches-runs", "dagster")}


def test_only_pods_with_rights_carry_a_token(manifests: list[Manifest]) -> None:
    carriers = {name for name, pod in pods(manifests) if pod["spec"]["automountServiceAccountToken"]}
    assert carriers == {
        "Deployment code-location",
        "Deployment daemon",
        "Deployment webserver-admin",
        "CronJob capacity-backstop",
    }
    for name, pod in pods(manifests):
        reaches = pod["metadata"]["labels"].get("oso/api-server") == "true"
        assert reaches == (name in carriers), f"{name}: a token is of use with the network's leave only"
    read_only = find(manifests, "Deployment", "webserver")["spec"]["template"]["spec"]
    assert "--read-only" in read_only["containers"][0]["args"]
    assert read_only["serviceAccountName"] == "nobody"


def _trino(manifests: list[Manifest], role: str) -> tuple[Manifest, dict[str, Any], dict[str, str]]:
    """Pod, its container, and the files of its configuration."""
    pod = find(manifests, "Deployment", f"trino-{role}")["spec"]["template"]
    return pod, pod["spec"]["containers"][0], find(manifests, "ConfigMap", f"trino-{role}-config")["data"]


def _bytes(text: str) -> float:
    """Of Java's and Trino's sizes, where M and G, MB and GB are powers of two."""
    match = re.fullmatch(r"(\d+)([MG])B?", text)
    assert match is not None, text
    return int(match[1]) * {"M": 2**20, "G": 2**30}[match[2]]


@pytest.mark.parametrize("role", ["coordinator", "worker"])
def test_memory_of_the_jvm_fits_into_the_container_and_queries_into_the_jvm(
    manifests: list[Manifest], role: str
) -> None:
    _, container, files = _trino(manifests, role)
    limit = quantity(container["resources"]["limits"]["memory"])
    assert quantity(container["resources"]["requests"]["memory"]) == limit, "memory is not shared: no kill by surprise"
    options = files["jvm.config"].split()
    (heap,) = [_bytes(option.removeprefix("-Xmx")) for option in options if option.startswith("-Xmx")]
    (code,) = [_bytes(option.partition("=")[2]) for option in options if "ReservedCodeCacheSize" in option]
    rest = limit - heap - code
    assert heap <= 0.8 * limit
    assert rest >= max(0.09 * limit, 384 * 2**20), "threads, metaspace and network buffers live beside the heap"
    per_node = _bytes(properties(files["config.properties"])["query.max-memory-per-node"])
    assert per_node <= heap * (1 - HEADROOM)


def test_both_roles_agree_on_what_must_be_equal(manifests: list[Manifest]) -> None:
    coordinator, worker = (
        properties(_trino(manifests, role)[2]["config.properties"]) for role in ("coordinator", "worker")
    )
    for name in ("discovery.uri", "query.max-memory", "retry-policy", "internal-communication.shared-secret"):
        assert coordinator[name] == worker[name], name
    settings = find(manifests, "ConfigMap", "oso-settings")["data"]
    most = int(settings["OSO_CLUSTER_MAX_WORKERS"])
    assert _bytes(worker["query.max-memory"]) <= most * _bytes(worker["query.max-memory-per-node"])
    lake = find(manifests, "ConfigMap", "oso-lake")["data"]
    assert lake["TRINO_COMPUTE_URL"] == f"{lake['OSO_WAREHOUSE_URL']}-compute"


def test_queries_are_retried_and_grouped_as_on_the_local_stack(manifests: list[Manifest], tmp_path: Path) -> None:
    local = retried(tmp_path / "node", tmp_path / "exchange", 768)
    for role in ("coordinator", "worker"):
        _, _, files = _trino(manifests, role)
        assert properties(files["config.properties"])["retry-policy"] == local["retry-policy"]
        exchange = properties(files["exchange-manager.properties"])
        assert exchange["exchange-manager.name"] == "filesystem"
        assert exchange["exchange.base-directories"] == "${ENV:TRINO_EXCHANGE}"
    _, _, files = _trino(manifests, "coordinator")
    assert files["resource-groups.json"] == GROUPS.read_text()
    assert properties(files["resource-groups.properties"])["resource-groups.config-file"].endswith(f"/{GROUPS.name}")
    # the groups are chosen by user: as whom the pipeline asks, and nobody else
    [of_pipeline] = [one for one in json.loads(files["resource-groups.json"])["selectors"] if "user" in one]
    settings = find(manifests, "ConfigMap", "oso-settings")["data"]
    assert of_pipeline["user"] == settings.get("OSO_TRINO_USER", Settings().trino_user)


def test_tasks_fit_on_a_worker_beside_each_other(manifests: list[Manifest]) -> None:
    config = properties(_trino(manifests, "coordinator")[2]["config.properties"])
    per_node = properties(_trino(manifests, "worker")[2]["config.properties"])["query.max-memory-per-node"]
    # Trino's own default is 5 GB
    task = _bytes(config.get("fault-tolerant-execution-task-memory", "5GB"))
    assert 3 * task <= _bytes(per_node)


def test_catalogs_are_those_that_the_product_writes(manifests: list[Manifest]) -> None:
    _check_catalogs(manifests)


def test_a_rest_catalog_is_asked_as_the_product_does_and_trino_loses_the_way_to_the_database(
    with_rest_catalog: list[Manifest],
) -> None:
    for one in with_rest_catalog:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
    lake = _check_catalogs(with_rest_catalog, catalog_credential=SecretStr("client:secret"))
    assert {name for name in lake if name.startswith("OSO_CATALOG_")} == {
        "OSO_CATALOG_URL",
        "OSO_CATALOG_WAREHOUSE",
        "OSO_CATALOG_COMPUTE_WAREHOUSE",
        "OSO_CATALOG_OAUTH2_URL",
        "OSO_CATALOG_OAUTH2_SCOPE",
    }
    for role in ("coordinator", "worker"):
        pod, container, _ = _trino(with_rest_catalog, role)
        assert "oso-database" not in yaml.safe_dump(container), role
        assert "oso/database" not in pod["metadata"]["labels"], role
        # the credential is there, and the addresses
        assert {"secretRef": {"name": "oso-store"}} in container["envFrom"], role
        assert {"configMapRef": {"name": "oso-lake"}} in container["envFrom"], role
    policy = find(with_rest_catalog, "NetworkPolicy", "to-the-rest-catalog")["spec"]
    asking = policy["podSelector"]["matchLabels"].items()
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(with_rest_catalog)}
    for name in ("trino-coordinator", "trino-worker", "code-location"):
        assert asking <= labels[f"Deployment {name}"].items(), name


def _check_catalogs(manifests: list[Manifest], **more: Any) -> dict[str, str]:
    """Trino's catalogs are those of the settings that the ConfigMap oso-lake gives, which is returned."""
    lake = find(manifests, "ConfigMap", "oso-lake")["data"]
    fields = {name.removeprefix("OSO_").lower(): value for name, value in lake.items()}
    given = {name: value for name, value in fields.items() if name in Settings.model_fields}
    keys = {"s3_access_key": SecretStr("key"), "s3_secret_key": SecretStr("secret")}
    settings = Settings.model_validate({**given, **keys, **more})
    files = find(manifests, "ConfigMap", "trino-catalogs")["data"]
    assert set(files) == {f"{name}.properties" for name in CATALOGS}
    for name in CATALOGS:
        found = {
            key: re.sub(r"\$\{ENV:([A-Z0-9_]+)\}", lambda match: lake.get(match[1], match[0]), value)
            for key, value in properties(files[f"{name}.properties"]).items()
        }
        assert found == catalog_properties(settings, name)
    return lake


def test_a_worker_has_time_to_finish_before_it_is_killed(manifests: list[Manifest]) -> None:
    pod, container, files = _trino(manifests, "worker")
    (shell, _, script) = container["lifecycle"]["preStop"]["exec"]["command"]
    assert shell == "/bin/sh"
    assert "SHUTTING_DOWN" in script
    assert script.index("SHUTTING_DOWN") < script.index("while curl"), "it waits until the process is gone"
    grace = properties(files["config.properties"])["shutdown.grace-period"]
    waits_twice = 2 * int(grace.removesuffix("s"))
    assert pod["spec"]["terminationGracePeriodSeconds"] >= waits_twice + 60
    user = re.search(r"X-Trino-User: ([a-z-]+)", script)
    assert user is not None
    assert '"user": "oso-capacity", "allow": ["read", "write"]' in files["rules.json"]
    assert user[1] == "oso-capacity"
    settings = find(manifests, "ConfigMap", "oso-settings")["data"]
    assert settings["OSO_CLUSTER_TRINO_USER"] == user[1]


def test_applying_the_manifests_again_does_not_undo_what_the_sensor_decided(manifests: list[Manifest]) -> None:
    for name in ("trino-worker", "trino-coordinator"):
        assert "replicas" not in find(manifests, "Deployment", name)["spec"]


def test_workers_and_nothing_else_run_on_spot_nodes() -> None:
    for name, pod in pods(overlay("production")):
        tolerates = any(one.get("key") == "oso/spot" for one in pod["spec"].get("tolerations", ()))
        assert tolerates == (name == "Deployment trino-worker"), name
        assert ("nodeSelector" in pod["spec"]) == tolerates, name


def test_nothing_may_speak_unless_a_policy_says_so(manifests: list[Manifest]) -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in manifests if one["kind"] == "NetworkPolicy"}
    assert policies["nothing-by-default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    everybody = {name for name, spec in policies.items() if spec["podSelector"] == {}}
    assert everybody == POLICY_NAMES
    named = {name.partition(" ")[2] for name, _ in pods(manifests)} | {"run"}
    for name, spec in policies.items():
        for label, value in spec["podSelector"].get("matchLabels", {}).items():
            if label == "app.kubernetes.io/name":
                assert value in named, f"{name} selects {value}, which no pod is"


def test_each_disruption_budget_protects_pods_that_exist(manifests: list[Manifest]) -> None:
    labels = [pod["metadata"]["labels"] for _, pod in pods(manifests)] + [{"app.kubernetes.io/name": "run"}]
    budgets = [one for one in manifests if one["kind"] == "PodDisruptionBudget"]
    names = {one["metadata"]["name"] for one in budgets}
    assert {"trino-worker", "trino-coordinator", "run"} <= names
    for budget in budgets:
        wanted = budget["spec"]["selector"]["matchLabels"].items()
        assert any(wanted <= label.items() for label in labels), budget["metadata"]["name"]


def test_keda_reads_required_workers_and_the_code_location_loses_its_right(with_keda: list[Manifest]) -> None:
    (scaled,) = [one for one in with_keda if one["kind"] == "ScaledObject"]
    assert scaled["spec"]["scaleTargetRef"]["name"] == "trino-worker"
    assert scaled["spec"]["minReplicaCount"] == 0
    (trigger,) = scaled["spec"]["triggers"]
    assert trigger["type"] == "postgresql"
    assert "FROM oso.capacity_wanted WHERE name = 'trino-worker'" in trigger["metadata"]["query"]
    settings = find(with_keda, "ConfigMap", "oso-settings")["data"]
    assert settings["OSO_CLUSTER_DRIVER"] == "keda"
    assert str(scaled["spec"]["maxReplicaCount"]) == settings["OSO_CLUSTER_MAX_WORKERS"]
    assert {one["metadata"]["name"] for one in with_keda if one["kind"] == "Role"} == {"launches-runs"}


def test_alerts_speak_of_objects_that_exist() -> None:
    manifests = overlay("production")
    names = {one["metadata"]["name"] for one in manifests}
    text = find(manifests, "ConfigMap", "oso-alerts")["data"]["alerts.yaml"]
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    guide = (ROOT / "docs" / "deployment.md").read_text()
    for rule in rules:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"]
        for name in re.findall(r'(?:deployment|cronjob)="([a-z-]+)"', rule["expr"]):
            assert name in names, rule["alert"]
        assert 'namespace="oso"' in rule["expr"], rule["alert"]
        assert rule["expr"].count("(") == rule["expr"].count(")"), rule["alert"]
        assert f"`{rule['alert']}`" in guide, f"docs/deployment.md does not say what to do about {rule['alert']}"


@dg.job(tags={"dagster-k8s/config": {"container_config": {"resources": {"limits": {"memory": "32Gi"}}}}})
def _large() -> None:
    pass


def test_a_run_becomes_a_job_with_no_more_rights_than_the_rest(
    manifests: list[Manifest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POD_NAMESPACE", "oso")
    kubeconfig = tmp_path / "kubeconfig"
    cluster = {"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}
    context = {"name": "c", "context": {"cluster": "c", "user": ""}}
    kubeconfig.write_text(yaml.safe_dump({"clusters": [cluster], "contexts": [context], "current-context": "c"}))
    launcher = launcher_of(manifests, kubeconfig)
    assert launcher.job_namespace == "oso"
    with dg.DagsterInstance.ephemeral() as instance:
        job = job_of(launcher, instance.create_run_for_job(_large, tags=_large.tags), "oso-pipeline:0.1.0")
    kubernetes_validate.validate({"apiVersion": "batch/v1", "kind": "Job", **job}, KUBERNETES, strict=True)
    pod = job["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert pod["spec"]["serviceAccountName"] == "oso-run"
    assert "oso-run" not in {
        subject["name"] for one in manifests if one["kind"] == "RoleBinding" for subject in one["subjects"]
    }
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"] == "32Gi", "the job's own tag wins over the default"
    assert {source["secretRef"]["name"] for source in container["envFrom"] if "secretRef" in source} == {
        "oso-database",
        "oso-store",
    }
    labels = pod["metadata"]["labels"]
    assert labels["oso/database"] == labels["oso/trino"] == labels["oso/internet"] == "true"
    budget = find(manifests, "PodDisruptionBudget", "run")["spec"]["selector"]["matchLabels"]
    assert budget.items() <= labels.items()
    assert "oso/api-server" not in labels


def test_dagster_reads_both_instances_of_the_manifests(manifests: list[Manifest], tmp_path: Path) -> None:
    for name in ("dagster-instance", "dagster-instance-read-only"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "dagster.yaml").write_text(find(manifests, "ConfigMap", name)["data"]["dagster.yaml"])
        ref = InstanceRef.from_dir(str(folder))
        assert ref.compute_logs_data.class_name == "NoOpComputeLogManager"
        launches = ref.run_launcher_data is not None and ref.run_launcher_data.class_name == "K8sRunLauncher"
        assert launches == (name == "dagster-instance")
        assert "env" in str(ref.storage_data), "the URL stays in the environment"
        if launches:
            # places of steps are not given back when their run is killed, those of runs are
            concurrency: Any = (ref.settings or {})["concurrency"]
            assert concurrency["pools"] == {"granularity": "run", "default_limit": 10}
            assert concurrency["runs"]["tag_concurrency_limits"] == [{"key": SIZE_TAG, "value": LARGE, "limit": 2}]


def test_the_same_image_is_put_into_runs_by_both_overlays() -> None:
    local, production = (
        yaml.safe_load((ROOT / "k8s" / "overlays" / name / "kustomization.yaml").read_text())["replacements"]
        for name in OVERLAYS
    )
    assert local == production


def test_the_image_is_built_from_the_lock_by_stages_and_is_not_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    assert len(stages) == 2
    assert "AS build" in stages[0]
    syncs = [line for line in lines if "uv sync" in line]
    assert len(syncs) == 2
    assert all("--frozen" in line and "--no-dev" in line for line in syncs)
    (user,) = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert user.partition(":")[0] == "10001", "a number: Kubernetes cannot tell whether a name is root"
    copied = {part for line in lines if line.startswith("COPY ") for part in line.split()[1:-1] if "=" not in part}
    ignored = (ROOT / ".dockerignore").read_text().split()
    for part in copied - {"/uv", "/opt/oso"}:
        assert (ROOT / part).exists(), part
        assert any(fnmatch(part, allowed.removeprefix("!")) for allowed in ignored if allowed.startswith("!")), part
    assert all(one != other for one, other in pairwise(syncs))
