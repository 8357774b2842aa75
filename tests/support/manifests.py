"""The Kubernetes manifests as the overlays render them, and ways to ask them."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
KUBECTL = Path(sys.executable).parent / "kubectl"
Manifest = dict[str, Any]
UNITS = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9}
_RENDERED: dict[Path, list[Manifest]] = {}


def render(folder: Path) -> list[Manifest]:
    """What `kubectl kustomize` gives for a folder; rendered once."""
    if folder not in _RENDERED:
        done = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        _RENDERED[folder] = list(yaml.safe_load_all(done.stdout))
    return _RENDERED[folder]


def overlay(name: str) -> list[Manifest]:
    """The overlay `local` or `production`."""
    return render(ROOT / "k8s" / "overlays" / name)


def find(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """The one of that kind and name; a generated name may have its hash behind it."""
    pattern = re.compile(rf"{re.escape(name)}(-[a-z0-9]{{10}})?")
    found = [one for one in manifests if one["kind"] == kind and pattern.fullmatch(one["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} of {kind} {name}"
    return found[0]


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Name and pod template of everything that makes pods."""
    for one in manifests:
        name = f"{one['kind']} {one['metadata']['name']}"
        if one["kind"] in {"Deployment", "StatefulSet"}:
            yield name, one["spec"]["template"]
        elif one["kind"] == "CronJob":
            yield name, one["spec"]["jobTemplate"]["spec"]["template"]


def containers(pod: Manifest) -> list[Manifest]:
    """All containers of a pod template, those that run first too."""
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def quantity(text: str) -> float:
    """Bytes or cores of a quantity such as 2Gi or 500m."""
    if text.endswith("m"):
        return float(text[:-1]) / 1000
    match = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text)
    assert match is not None, text
    return float(match[1]) * UNITS[match[2]]


def properties(text: str) -> Mapping[str, str]:
    """The settings of a Java properties file."""
    lines = (line.strip() for line in text.splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
