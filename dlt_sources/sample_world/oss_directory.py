"""Writes the directory of projects and collections: YAML files in the layout of version 7, and their git history."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from dlt_sources.sample_world.cast import VERSIONS, Artifact, Cast, Collection, Project
from dlt_sources.sample_world.config import DAY, HOUR, WorldConfig
from dlt_sources.sample_world.git_store import run_git, write_with_worktree
from dlt_sources.sample_world.truth import TruthTable

_SHARES = (0.0, 0.35, 0.6, 0.85)
_README = "# Directory of projects\n\nOne file a project in data/projects, one file a collection in data/collections.\n"
Files = dict[str, bytes]


def version_times(config: WorldConfig) -> list[int]:
    """When each version of the directory was committed."""
    return [config.moment(share, 10.0) for share in _SHARES]


def write_oss_directory(path: Path, config: WorldConfig, cast: Cast) -> list[str]:
    """Write the repository at `path`; returns the commits of the versions, oldest first."""
    trees = [_files_of(cast, version) for version in range(VERSIONS)]
    write_with_worktree(path, _stream(trees, version_times(config)))
    shas = run_git(path, "log", "--format=%H", "--reverse", "--", "data").decode().split()
    if len(shas) != VERSIONS:
        raise RuntimeError(f"the directory has {len(shas)} versions, not {VERSIONS}")
    return shas


def tell_directory(truth: Path, config: WorldConfig, cast: Cast, shas: list[str]) -> None:
    """Write who belonged to what in each version into the truth."""
    with (
        TruthTable(truth, "projects") as projects,
        TruthTable(truth, "memberships") as memberships,
        TruthTable(truth, "collections") as collections,
    ):
        for version, (sha, at) in enumerate(zip(shas, version_times(config), strict=True)):
            for project in _projects_in(cast, version):
                projects.add((sha, at, project.slug, project.display_name))
                for kind, value, network in _meanings(project, version):
                    memberships.add((sha, at, project.slug, kind, value, network))
            for collection in cast.collections:
                for slug in dict.fromkeys(_members(collection, version)):
                    collections.add((sha, at, collection.slug, slug))


def _meanings(project: Project, version: int) -> Iterator[tuple[str, str, str | None]]:
    for artifact in project.artifacts:
        if not artifact.is_in(version) or artifact.clean is None:
            continue
        if artifact.kind == "github":
            yield "repository" if "/" in artifact.clean else "owner", artifact.clean, None
        elif artifact.kind == "blockchain":
            for network in artifact.networks:
                yield "address", artifact.clean, network
        else:
            yield artifact.kind, artifact.clean, None


def _projects_in(cast: Cast, version: int) -> list[Project]:
    return [project for project in cast.projects if project.since <= version]


def _members(collection: Collection, version: int) -> list[str]:
    return [
        slug for slug, since, until in collection.entries if since <= version and (until is None or version < until)
    ]


def _files_of(cast: Cast, version: int) -> Files:
    files = {"README.md": _README.encode()}
    for project in _projects_in(cast, version):
        path = f"data/projects/{project.slug[0]}/{project.slug}.yaml"
        files[path] = _yaml(_project_document(project, version))
    for collection in cast.collections:
        document = {"version": 7, "name": collection.slug, "display_name": collection.display_name}
        files[f"data/collections/{collection.slug}.yaml"] = _yaml(
            document | {"projects": _members(collection, version)}
        )
    return files


def _project_document(project: Project, version: int) -> dict:
    document: dict = {"version": 7, "name": project.slug, "display_name": project.display_name}
    if project.description:
        document["description"] = project.description
    document["websites"] = [{"url": f"https://{project.slug}.example"}]
    for artifact in project.artifacts:
        if artifact.is_in(version):
            document.setdefault(artifact.kind, []).append(_entry(artifact))
    return document


def _entry(artifact: Artifact) -> dict:
    if artifact.kind != "blockchain":
        return {"url": artifact.raw}
    entry: dict = {"address": artifact.raw, "networks": list(artifact.networks)}
    return entry | {"tags": list(artifact.tags)} if artifact.tags else entry


def _yaml(document: dict) -> bytes:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100).encode()


def _stream(trees: list[Files], times: list[int]) -> Iterator[bytes]:
    before: Files = {}
    for version, (files, at) in enumerate(zip(trees, times, strict=True)):
        yield _commit(f"directory, version {version + 1}", at, before, files)
        before = files
        if version == 1:
            # a commit that changes no data is no version
            read_me = files | {"README.md": _README.encode() + b"\nSend a pull request to add yours.\n"}
            yield _commit("say how to add a project", at + DAY + HOUR, files, read_me)
            before = read_me
            trees[2:] = [tree | {"README.md": read_me["README.md"]} for tree in trees[2:]]
    yield b"done\n"


def _commit(message: str, at: int, before: Files, after: Files) -> bytes:
    who = f"Directory Keeper <keeper@directory.example> {at} +0000"
    parts = [f"commit refs/heads/main\ncommitter {who}\ndata {len(message)}\n{message}\n".encode()]
    parts += [f"D {path}\n".encode() for path in sorted(before.keys() - after.keys())]
    for path, content in sorted(after.items()):
        if before.get(path) != content:
            parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
    parts.append(b"\n")
    return b"".join(parts)
