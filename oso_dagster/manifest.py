"""What the code location is made of, as data: models and raw tables, read from a cached JSON file in milliseconds.

The file is derived once by `manifest_build.py` in a process of its own (it loads the SQLMesh project, which takes
seconds), and kept in the cache folder under the fingerprint of the files it came from. Nothing here imports sqlmesh.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from oso_dagster.broken_metrics import BrokenMetric
from oso_dagster.metrics_catalogue import MetricEntry
from oso_dagster.project import Project, environment_of
from oso_dagster.project_files import PACKAGES, project_fingerprint
from oso_dagster.reads import Reads
from oso_lake.calendar import Grain

BUILD_TIMEOUT_SECONDS = 600


class ManifestError(RuntimeError):
    """The SQLMesh project cannot be loaded; the message is SQLMesh's own, with file and line where it gives them."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column, as the UI shows it."""

    name: str
    type: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One audit of a model; a blocking one holds back the window."""

    name: str
    blocking: bool


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """One SQLMesh model that is an asset. `grain` None means unpartitioned; `version` changes with its data."""

    name: str
    kind: str
    grain: Grain | None
    reads: Reads
    start: date | None
    model_type: str
    description: str
    version: str
    tags: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    audits: tuple[AuditEntry, ...] = ()
    parents: tuple[str, ...] = ()
    raw_inputs: tuple[str, ...] = ()
    asset_tags: Mapping[str, str] = field(default_factory=dict)
    # the file that it is written in, below the project's folder
    path: str = ""
    # for a model without partitions: SQL that says which days changed rows matter to; see runner/footprints.py
    footprint: str = ""

    @property
    def table(self) -> str:
        """The name without the schema, for example `stars_to_project_daily`."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def key(self) -> tuple[str, ...]:
        """Path of its asset key."""
        return tuple(self.name.split("."))

    @property
    def metric(self) -> str | None:
        """Name of the metric it belongs to."""
        return self.tags.get("metric")

    @property
    def entity(self) -> str | None:
        """artifact, project or collection, for metrics."""
        return self.tags.get("entity")

    @property
    def is_published(self) -> bool:
        """Whether its rows are copied to a published table."""
        return self.model_type == "mart" or (self.model_type == "metric" and self.tags.get("intermediate") != "true")


@dataclass(frozen=True, kw_only=True)
class RawEntry:
    """One raw table. `name` is `namespace.table`; `partitioned` by day where its source lands days."""

    name: str
    source: str
    description: str
    columns: tuple[Column, ...] = ()
    kinds: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    partitioned: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """Path of its asset key."""
        return ("raw", *self.name.split("."))


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Models in topological order (parents first), raw tables, and the metrics whose mistakes keep them out."""

    fingerprint: str
    models: tuple[ModelEntry, ...] = ()
    raw: tuple[RawEntry, ...] = ()
    broken: tuple[BrokenMetric, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, ModelEntry]:
        """Models by their name."""
        return {model.name: model for model in self.models}

    @cached_property
    def broken_models(self) -> dict[str, BrokenMetric]:
        """For each model that cannot be made just now the metric that has the mistakes."""
        return {model.name: metric for metric in self.broken for model in metric.models}

    @cached_property
    def raw_of(self) -> dict[str, frozenset[str]]:
        """For each model the raw tables it depends on, directly or through its parents."""
        found: dict[str, frozenset[str]] = {}
        for model in self.models:
            found[model.name] = frozenset(model.raw_inputs).union(*(found[parent] for parent in model.parents))
        return found

    def with_dependants(self, names: Collection[str]) -> tuple[ModelEntry, ...]:
        """The models `names` and every model that depends on one of them, parents first."""
        found = set(names)
        for model in self.models:
            if not found.isdisjoint(model.parents):
                found.add(model.name)
        return tuple(model for model in self.models if model.name in found)

    def ancestors(self, name: str) -> Iterator[str]:
        """Every model that `name` depends on, nearest first."""
        seen = {name}
        queue = list(self.by_name[name].parents)
        while queue:
            if (parent := queue.pop(0)) not in seen:
                seen.add(parent)
                yield parent
                queue.extend(self.by_name[parent].parents)


def load_manifest(project: Project) -> Manifest:
    """The manifest of `project`: from the cache, else derived once under a lock; raises ManifestError.

    A process that waited while another one failed to derive it raises the same error, and does not try once more.
    """
    fingerprint = project_fingerprint(project)
    path = cached_path(project, fingerprint)
    if path.exists():
        return read_manifest(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    failed = path.with_suffix(".error")
    began = time.time_ns()
    with path.with_name("manifest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return read_manifest(path)
        if failed.exists() and failed.stat().st_mtime_ns >= began:
            raise ManifestError(failed.read_text())
        try:
            _build(project, fingerprint)
        except ManifestError as error:
            failed.write_text(str(error))
            raise
        failed.unlink(missing_ok=True)
    return read_manifest(path)


def cached_path(project: Project, fingerprint: str) -> Path:
    """Where the manifest of that fingerprint is kept."""
    return project.settings.cache_dir / f"manifest-{fingerprint[:20]}.json"


def load_metrics(project: Project, manifest: Manifest) -> dict[str, MetricEntry]:
    """What the registry says of each metric model, from the file beside the manifest."""
    content = json.loads(metrics_path(cached_path(project, manifest.fingerprint)).read_text())
    return {
        entry["model"]: MetricEntry(
            **(entry | {"metric_names": tuple(entry["metric_names"]), "event_sources": tuple(entry["event_sources"])})
        )
        for entry in content
    }


def metrics_path(manifest_path: Path) -> Path:
    """The file with the catalogue's part, which definitions do not need."""
    return manifest_path.with_suffix(".metrics.json")


def save(manifest: Manifest, metrics: Sequence[MetricEntry], project: Project) -> None:
    """Keep a freshly derived manifest in the cache; readers see all of it or none."""
    path = cached_path(project, manifest.fingerprint)
    _write([asdict(entry) for entry in metrics], metrics_path(path))
    _write(to_json(manifest), path)


def _build(project: Project, fingerprint: str) -> None:
    """Derive the manifest in a process of its own, into an installation that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="oso-manifest-") as home:
        environment = {**os.environ, **environment_of(project.settings), "OSO_HOME": home}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        target = str(project.settings.home)
        command = [sys.executable, "-m", "oso_dagster.manifest_build", str(project.path), target, fingerprint]
        done = subprocess.run(  # noqa: S603
            command,
            env=environment,
            cwd=PACKAGES,
            capture_output=True,
            text=True,
            timeout=BUILD_TIMEOUT_SECONDS,
            check=False,
        )
    if done.returncode != 0:
        raise ManifestError(
            f"the SQLMesh project {project.path} cannot be loaded; `oso doctor` checks an installation.\n"
            f"{done.stderr.strip()[-4000:]}"
        )


def _write(content: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False) as file:
        json.dump(content, file)
    Path(file.name).replace(path)


def to_json(manifest: Manifest) -> dict[str, Any]:
    """`manifest` as JSON values; `read_manifest` is the inverse."""
    content = asdict(manifest)
    for entry, model in zip(content["models"], manifest.models, strict=True):
        entry["grain"] = model.grain.value if model.grain else None
        entry["reads"] = model.reads.tag()
        entry["start"] = model.start.isoformat() if model.start else None
    content["broken"] = [metric.as_json() for metric in manifest.broken]
    return content


def read_manifest(path: Path) -> Manifest:
    """Read what `save` wrote."""
    content = json.loads(path.read_text())
    models = tuple(
        ModelEntry(
            **(
                entry
                | {
                    "grain": Grain(entry["grain"]) if entry["grain"] else None,
                    "reads": Reads.parse(entry["reads"]),
                    "start": date.fromisoformat(entry["start"]) if entry["start"] else None,
                    "columns": tuple(Column(**column) for column in entry["columns"]),
                    "audits": tuple(AuditEntry(**audit) for audit in entry["audits"]),
                    "parents": tuple(entry["parents"]),
                    "raw_inputs": tuple(entry["raw_inputs"]),
                }
            )
        )
        for entry in content["models"]
    )
    raw = tuple(
        RawEntry(
            **(
                entry
                | {
                    "columns": tuple(Column(**column) for column in entry["columns"]),
                    "kinds": tuple(entry["kinds"]),
                    "deps": tuple(entry["deps"]),
                }
            )
        )
        for entry in content["raw"]
    )
    broken = tuple(BrokenMetric.of_json(entry) for entry in content["broken"])
    return Manifest(fingerprint=content["fingerprint"], models=models, raw=raw, broken=broken)
