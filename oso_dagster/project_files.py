"""The files that the manifest follows from, and the digest of them that tells a stale one."""

import hashlib
import json
import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from oso_dagster.project import Project

# of the manifest's file: another one makes every kept manifest stale
FORMAT = 8
PACKAGES = Path(__file__).resolve().parent.parent
_IGNORED = {"__pycache__", ".cache", "logs", "tests"}


def project_fingerprint(project: Project) -> str:
    """Digest of everything that a manifest follows from: the project's files, the code behind it, some settings."""
    digest = hashlib.sha256()
    settings = project.settings
    chains = [(chain.name, chain.chain_id, str(chain.start)) for chain in settings.evm_chains]
    facts = [FORMAT, version("sqlmesh"), settings.engine, str(settings.start), chains, str(project.path)]
    digest.update(json.dumps(facts).encode())
    for path in _inputs(project.path):
        digest.update(f"\0{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs(project: Path) -> Iterator[Path]:
    yield from _files(project)
    # what the models' Python code computes with
    yield from (PACKAGES / "oso_lake" / name for name in ("calendar.py", "contracts.py", "ids.py"))
    yield from sorted((PACKAGES / "dlt_sources").glob("*/contract.py"))
    yield from (Path(__file__).with_name(name) for name in ("manifest_build.py", "broken_metrics.py"))


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name in _IGNORED:
            continue
        if entry.is_dir():
            yield from _files(Path(entry.path))
        elif entry.name.endswith((".py", ".sql", ".yaml", ".yml", ".csv")):
            yield Path(entry.path)
