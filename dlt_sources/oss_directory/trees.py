"""Where versions of the directory come from: a git repository (its commits), or a plain folder (its content now).

Files are read from git's objects, without a checkout. What the files say is in files.py.
"""

import hashlib
import subprocess
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Protocol

from dlt_sources import git
from dlt_sources.oss_directory.documents import MAX_FILE_BYTES

FETCH_TIMEOUT_SECONDS = 1800.0
READ_TIMEOUT_SECONDS = 120.0
PROJECTS = "data/projects"
COLLECTIONS = "data/collections"
BRANCH = "refs/heads/directory"
REMEDY = "set OSO_OSS_DIRECTORY_URL to a directory or git repository of YAML files in the layout of oss-directory"

_SUFFIXES = (".yaml", ".yml")
_TICK = timedelta(microseconds=1)
_REGULAR = ("100644", "100755")


class DirectoryError(RuntimeError):
    """There is no directory to read where the settings say."""


@dataclass(frozen=True)
class Version:
    """A state of the whole directory, and from when it holds."""

    name: str
    at: datetime


@dataclass(frozen=True)
class File:
    """A YAML file of one version; `digest` identifies its content, None when it is no regular file of a sane size."""

    path: str
    digest: str | None


class Tree(Protocol):
    """A place to read versions from."""

    def versions(self, landed: Sequence[Version]) -> list[Version]:
        """The versions there are to read, landed or not, oldest first, each later than the one before it."""
        ...

    def files(self, version: Version) -> Iterator[File]:
        """Its YAML files, by path."""
        ...

    def read(self, file: File) -> bytes:
        """Content of a file with a digest."""
        ...


def is_yaml(path: str) -> bool:
    """Whether the file at `path` belongs to the directory's data."""
    return PurePosixPath(path).suffix in _SUFFIXES


@contextmanager
def open_tree(url: str, git_dir: Path, now: datetime) -> Generator[Tree]:
    """Lend the tree at `url`; a git repository is fetched into a clone below `git_dir`.

    Raises DirectoryError when there is nothing, GitError when it cannot be fetched.
    """
    if not git.is_remote(url):
        folder = git.local_path(url)
        if not folder.is_dir():
            raise DirectoryError(f"no directory {folder}: {REMEDY}")
        if not git.is_repository(folder):
            yield FolderTree(folder, now)
            return
        url = str(folder)
    clone = git_dir / "directory" / f"{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"
    git.attempts()(_fetch, url, clone)
    with _object_reader(clone) as objects:
        yield GitTree(clone, objects)


def _fetch(url: str, clone: Path) -> None:
    """Bring the default branch at `url` into `clone`; interrupted anywhere, the next call completes it."""
    if not (clone / "HEAD").is_file():
        arguments = ["init", "--quiet", "--bare", "--template=", "--", str(clone)]
        git.run(arguments, timeout_seconds=READ_TIMEOUT_SECONDS)
    arguments = ["fetch", "--quiet", "--no-tags", "--force", "--", url, f"+HEAD:{BRANCH}"]
    git.run(arguments, git_dir=clone, timeout_seconds=FETCH_TIMEOUT_SECONDS)


@dataclass(frozen=True)
class FolderTree:
    """A plain folder: one version, named by a digest of its files, that holds from `now` on."""

    root: Path
    now: datetime

    def versions(self, landed: Sequence[Version]) -> list[Version]:
        paths = list(self._paths())
        if not paths:
            raise DirectoryError(f"no {PROJECTS} with YAML files in {self.root}: {REMEDY}")
        lines = (f"{path.relative_to(self.root).as_posix()}\0{self._digest(path)}\n" for path in paths)
        digest = hashlib.sha256("".join(lines).encode()).hexdigest()
        latest = max(landed, key=lambda version: version.at, default=None)
        if latest is None:
            return [Version(digest, self.now)]
        if latest.name.partition(".")[0] == digest:
            return [latest]
        # content that comes back is a version of its own: the first one ended
        earlier = sum(version.name.partition(".")[0] == digest for version in landed)
        name = f"{digest}.{earlier + 1}" if earlier else digest
        return [Version(name, max(self.now, latest.at + _TICK))]

    def files(self, version: Version) -> Iterator[File]:
        for path in self._paths():
            yield File(path.relative_to(self.root).as_posix(), self._digest(path))

    def read(self, file: File) -> bytes:
        return (self.root / file.path).read_bytes()

    def _paths(self) -> Iterator[Path]:
        for part in (PROJECTS, COLLECTIONS):
            yield from sorted(
                path for path in (self.root / part).rglob("*") if is_yaml(path.name) and not path.is_dir()
            )

    def _digest(self, path: Path) -> str | None:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class GitTree:
    """The default branch of a repository: each of its commits that touched projects or collections is a version."""

    git_dir: Path
    objects: "ObjectReader"

    def versions(self, landed: Sequence[Version]) -> list[Version]:
        arguments = ["log", "--first-parent", "--reverse", "--format=%H %ct", BRANCH, "--", PROJECTS, COLLECTIONS]
        lines = self._git(arguments).decode().splitlines()
        if not lines:
            raise DirectoryError(f"no commit of the directory's default branch touched {PROJECTS}: {REMEDY}")
        versions: list[Version] = []
        for line in lines:
            name, seconds = line.split()
            at = datetime.fromtimestamp(int(seconds), UTC)
            # clocks of committers differ, but the branch has one order
            versions.append(Version(name, max(at, versions[-1].at + _TICK) if versions else at))
        return versions

    def files(self, version: Version) -> Iterator[File]:
        listing = self._git(["ls-tree", "-r", "-l", "-z", version.name, "--", PROJECTS, COLLECTIONS])
        for entry in listing.split(b"\0"):
            details, _, raw_path = entry.partition(b"\t")
            path = raw_path.decode("utf-8", "replace")
            if not is_yaml(path):
                continue
            mode, _, digest, size = details.decode().split()
            is_sane = mode in _REGULAR and int(size) <= MAX_FILE_BYTES
            yield File(path, digest if is_sane else None)

    def read(self, file: File) -> bytes:
        return self.objects.read(file.digest or "")

    def _git(self, arguments: list[str]) -> bytes:
        return git.run(arguments, git_dir=self.git_dir, timeout_seconds=READ_TIMEOUT_SECONDS)


@dataclass(frozen=True)
class ObjectReader:
    """Reads objects through one `git cat-file --batch` process (30 µs each, against 3 ms for a process each)."""

    process: "subprocess.Popen[bytes]"

    def read(self, digest: str) -> bytes:
        """Content of a blob; raises GitError when the repository does not hold it."""
        questions, answers = self.process.stdin, self.process.stdout
        if questions is None or answers is None:
            raise git.GitError("git cat-file was started without pipes")
        questions.write(f"{digest}\n".encode())
        questions.flush()
        header = answers.readline().decode().split()
        if len(header) != 3 or header[1] != "blob":
            raise git.GitError(f"the clone does not hold the file object {digest!r}: {' '.join(header)}")
        content = answers.read(int(header[2]))
        answers.read(1)
        return content


@contextmanager
def _object_reader(git_dir: Path) -> Generator[ObjectReader]:
    process = subprocess.Popen(  # noqa: S603 - an argument list of our own
        git.command(["cat-file", "--batch"], git_dir),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=git.environment(),
    )
    try:
        yield ObjectReader(process)
    finally:
        process.kill()
        process.communicate()
