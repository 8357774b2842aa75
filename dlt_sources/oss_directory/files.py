"""From one file's bytes to what it says: a project with its artifacts, or a collection with its projects."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dlt_sources.oss_directory import artifacts, documents
from dlt_sources.oss_directory.artifacts import Artifact, ArtifactError
from dlt_sources.oss_directory.documents import AddressEntry, DocumentError, Refusal, Source, UrlEntry

# one project of the real directory has 2,885 artifacts
MAX_ARTIFACTS = 100_000
_READERS: dict[str, Callable[[str], Artifact]] = {
    "github": artifacts.github,
    "npm": artifacts.npm,
    "crates": artifacts.crate,
    "pypi": artifacts.pypi,
    "go": artifacts.go,
}


@dataclass(frozen=True, kw_only=True)
class ProjectFile:
    """A project: `artifacts` hold each artifact once; `refusals` are the entries that were not taken."""

    slug: str
    display_name: str
    description: str | None
    artifacts: tuple[Artifact, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, kw_only=True)
class CollectionFile:
    """A collection: `projects` are slugs, each once."""

    slug: str
    display_name: str
    description: str | None
    projects: tuple[str, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, kw_only=True)
class RefusedFile:
    """A file that was refused as a whole."""

    refusals: tuple[Refusal, ...]
    is_other_layout: bool = False


def read_project(content: bytes) -> ProjectFile | RefusedFile:
    """What a file of data/projects says."""
    try:
        source, data = documents.read(content)
        project = documents.check(documents.Project, source, data)
    except DocumentError as error:
        return _refused(error)
    found: dict[tuple[str, str, str], Artifact] = {}
    refusals: list[Refusal] = []
    for item in _entries(source, project):
        if isinstance(item, Refusal):
            refusals.append(item)
        else:
            # given twice, it is still one artifact; the first says its type
            found.setdefault((item.source, item.namespace, item.name), item)
            if len(found) > MAX_ARTIFACTS:
                return RefusedFile(refusals=(Refusal(f"more than {MAX_ARTIFACTS} artifacts", project.name),))
    return ProjectFile(
        slug=project.name,
        display_name=project.display_name or project.name,
        description=project.description or None,
        artifacts=tuple(found.values()),
        refusals=tuple(refusals),
    )


def read_collection(content: bytes) -> CollectionFile | RefusedFile:
    """What a file of data/collections says."""
    try:
        source, data = documents.read(content)
        collection = documents.check(documents.Collection, source, data)
    except DocumentError as error:
        return _refused(error)
    slugs: dict[str, None] = {}
    refusals: list[Refusal] = []
    for index, item in enumerate(collection.projects):
        if isinstance(item, str) and documents.is_slug(item):
            slugs[item] = None
        else:
            refusals.append(source.refusal(("projects", index), "is not the name of a project", item))
    return CollectionFile(
        slug=collection.name,
        display_name=collection.display_name or collection.name,
        description=collection.description or None,
        projects=tuple(slugs),
        refusals=tuple(refusals),
    )


def _refused(error: DocumentError) -> RefusedFile:
    return RefusedFile(refusals=error.refusals, is_other_layout=isinstance(error, documents.OtherLayoutError))


def _entries(source: Source, project: documents.Project) -> Iterator[Artifact | Refusal]:
    """Each artifact that the lists of `project` name, and each entry that names none."""
    for key, read in _READERS.items():
        for index, item in enumerate(getattr(project, key) or ()):
            at = (key, index)
            try:
                yield read(documents.check(UrlEntry, source, item, at).url)
            except DocumentError as error:
                yield from error.refusals
            except ArtifactError as error:
                yield source.refusal(at, str(error), _value(item, "url"))
    for index, item in enumerate(project.blockchain or ()):
        at = ("blockchain", index)
        try:
            entry = documents.check(AddressEntry, source, item, at)
            yield from artifacts.addresses(entry.address, entry.networks, entry.tags)
        except DocumentError as error:
            yield from error.refusals
        except ArtifactError as error:
            yield source.refusal(at, str(error), _value(item, "address"))


def _value(item: object, key: str) -> object:
    return item.get(key, item) if isinstance(item, dict) else item
