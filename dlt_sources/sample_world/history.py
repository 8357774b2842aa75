"""Git histories: commits whose hashes are computed here as git computes them, so that pushes can name them.

Only a flat tree of a few text files is kept; `fast_import` gives the stream from which git makes the same commits.
Object formats: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1
from random import Random

MAX_FILES = 8
MAX_BYTES = 600


@dataclass(frozen=True, slots=True)
class Signature:
    """Name and e-mail, as git writes them."""

    name: str
    email: str

    def at(self, second: int) -> str:
        """The line of a commit object: name, address, time, zone."""
        return f"{self.name} <{self.email}> {second} +0000"


GITHUB = Signature("GitHub", "noreply@github.com")


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who wrote a commit and who made it, and when: seconds since 1970."""

    author: Signature
    authored_at: int
    committer: Signature
    committed_at: int

    @classmethod
    def own(cls, author: Signature, second: int) -> "Stamp":
        """Written and committed by the same person in one go."""
        return cls(author, second, author, second)


@dataclass(slots=True, eq=False)
class Commit:
    """A commit; `changes` are the files it wrote, `mark` its place in the stream."""

    sha: str
    mark: int
    stamp: Stamp
    message: str
    parents: tuple["Commit", ...]
    changes: dict[str, bytes]
    tree: dict[str, bytes]
    on_main: bool = False

    @property
    def author(self) -> Signature:
        """Who wrote it."""
        return self.stamp.author

    @property
    def authored_at(self) -> int:
        """When it was written."""
        return self.stamp.authored_at

    @property
    def committed_at(self) -> int:
        """When it was committed."""
        return self.stamp.committed_at


@dataclass(kw_only=True)
class History:
    """The commits of one repository in the order they were made, and where its main branch stands."""

    commits: list[Commit] = field(default_factory=list)
    files: dict[bytes, bytes] = field(default_factory=dict)
    main: Commit | None = None
    tags: list[tuple[str, Commit]] = field(default_factory=list)

    def write(self, rng: Random, stamp: Stamp, message: str, *, on: Commit | None) -> Commit:
        """A commit on top of `on` that changes one file, or the first one when there is none."""
        tree = dict(on.tree) if on else {}
        name = f"part-{rng.randrange(MAX_FILES)}.txt"
        old = self.files.get(tree.get(name, b""), b"")
        lines = "".join(f"{message} {rng.getrandbits(24):06x}\n" for _ in range(rng.randint(1, 5)))
        changes = {name: (old[-MAX_BYTES:].partition(b"\n")[2] + lines.encode())}
        return self._add(stamp, message, (on,) if on else (), tree, changes)

    def merge(self, author: Signature, second: int, message: str, branch: list[Commit]) -> Commit:
        """The merge of a branch into main, as GitHub's button makes it."""
        main = self._main()
        stamp = Stamp(author, second, GITHUB, second)
        return self._add(stamp, message, (main, branch[-1]), dict(main.tree), _changed(branch))

    def squash(self, second: int, message: str, branch: list[Commit]) -> Commit:
        """One commit on main with all that a branch changed, under the name of who wrote the branch."""
        main = self._main()
        stamp = Stamp(branch[-1].author, second, GITHUB, second)
        return self._add(stamp, message, (main,), dict(main.tree), _changed(branch))

    def advance(self, commit: Commit) -> list[Commit]:
        """Move main to `commit`; returns what came onto it, oldest first."""
        fresh, stack = [], [commit]
        while stack:
            current = stack.pop()
            if not current.on_main:
                current.on_main = True
                fresh.append(current)
                stack.extend(current.parents)
        self.main = commit
        return sorted(fresh, key=lambda each: each.mark)

    def _main(self) -> Commit:
        if self.main is None:
            raise ValueError("nothing can be merged into a repository without a commit")
        return self.main

    def _add(
        self,
        stamp: Stamp,
        message: str,
        parents: tuple[Commit, ...],
        tree: dict[str, bytes],
        changes: dict[str, bytes],
    ) -> Commit:
        for name, content in changes.items():
            blob = sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).digest()
            self.files[blob] = content
            tree[name] = blob
        body = b"".join(b"100644 %s\0%s" % (name.encode(), tree[name]) for name in sorted(tree))
        tree_sha = sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
        head = "".join(
            (
                f"tree {tree_sha}\n",
                *(f"parent {parent.sha}\n" for parent in parents),
                f"author {stamp.author.at(stamp.authored_at)}\n",
                f"committer {stamp.committer.at(stamp.committed_at)}\n\n{message}",
            )
        ).encode()
        sha = sha1(b"commit %d\0" % len(head) + head, usedforsecurity=False).hexdigest()
        commit = Commit(sha, len(self.commits) + 1, stamp, message, parents, changes, tree)
        self.commits.append(commit)
        return commit


def _changed(branch: list[Commit]) -> dict[str, bytes]:
    return {name: content for commit in branch for name, content in commit.changes.items()}


def fast_import(history: History) -> Iterator[bytes]:
    """The stream for `git fast-import` that makes what is on main, and the tags."""
    for commit in history.commits:
        if commit.on_main:
            yield _commit_command(commit)
    if history.main:
        yield f"reset refs/heads/main\nfrom :{history.main.mark}\n\n".encode()
    for name, commit in history.tags:
        yield f"reset refs/tags/{name}\nfrom :{commit.mark}\n\n".encode()
    yield b"done\n"


def _commit_command(commit: Commit) -> bytes:
    message = commit.message.encode()
    lines = [
        b"commit refs/heads/main\nmark :%d\n" % commit.mark,
        f"author {commit.author.at(commit.authored_at)}\n".encode(),
        f"committer {commit.stamp.committer.at(commit.committed_at)}\n".encode(),
        b"data %d\n%s\n" % (len(message), message),
    ]
    for word, parent in zip(("from", "merge"), commit.parents, strict=False):
        lines.append(f"{word} :{parent.mark}\n".encode())
    for name, content in commit.changes.items():
        lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content))
    lines.append(b"\n")
    return b"".join(lines)
