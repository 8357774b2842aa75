"""What `git log` says becomes Arrow rows, whatever people put into their commits."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dlt_sources.git_history import log
from dlt_sources.git_history.log import BadCommit
from dlt_sources.git_history.origin import Origin, branches, digest_of
from dlt_sources.github_names import is_repository

ENVIRONMENT = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class Bare:
    """A bare repository whose commits are written byte by byte."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main")
        self.tree = self.git("mktree")

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            input=stdin,
            env=ENVIRONMENT,
            check=True,
            capture_output=True,
            timeout=60,
        )
        return done.stdout.decode().strip()

    def blob_tree(self, **files: bytes) -> str:
        lines = [
            f"100644 blob {self.git('hash-object', '-w', '--stdin', stdin=text)}\t{name}"
            for name, text in files.items()
        ]
        return self.git("mktree", stdin="\n".join(lines).encode())

    def commit(
        self,
        author: bytes,
        *parents: str,
        committer: bytes = b"C <c@x.org> 1700000000 +0000",
        tree: str | None = None,
        extra: bytes = b"",
        branch: str = "main",
    ) -> str:
        lines = [f"tree {tree or self.tree}".encode(), *(f"parent {parent}".encode() for parent in parents)]
        lines += [b"author " + author, b"committer " + committer, *([extra] if extra else []), b"", b"message\n"]
        sha = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=b"\n".join(lines))
        self.git("update-ref", f"refs/heads/{branch}", sha)
        return sha

    def rows(self, tmp_path: Path, *, with_files: bool = False) -> tuple[list[dict[str, Any]], list[BadCommit]]:
        target = tmp_path / "log"
        log.write_log(self.path, target, with_files=with_files)
        batches = list(log.read_log(target, "o/r", with_files=with_files))
        rows = [row for batch in batches for row in batch.rows.to_pylist()]
        return rows, [bad for batch in batches for bad in batch.refused]


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return Bare(tmp_path / "o" / "r.git")


def test_a_commit_has_its_people_times_and_parents(bare: Bare, tmp_path: Path) -> None:
    root = bare.commit(b"Ann <ann@x.org> 1600000000 +0200")
    side = bare.commit(b"Bob <1+bob@users.noreply.github.com> 1600000100 -0500", root, branch="side")
    merge = bare.commit(b"Ann <ann@x.org> 1600000200 +0000", root, side)

    rows, refused = bare.rows(tmp_path)

    assert refused == []
    by_sha = {row["sha"]: row for row in rows}
    assert by_sha.keys() == {root, side, merge}
    assert by_sha[root] == {
        "repository": "o/r",
        "sha": root,
        "author_name": "Ann",
        "author_email": "ann@x.org",
        "authored_at": datetime.fromtimestamp(1600000000, UTC),
        "committer_name": "C",
        "committer_email": "c@x.org",
        "committed_at": datetime.fromtimestamp(1700000000, UTC),
        "parents": [],
        "is_merge": False,
        "files": None,
        "insertions": None,
        "deletions": None,
    }
    assert (by_sha[side]["parents"], by_sha[side]["is_merge"]) == ([root], False)
    assert (by_sha[merge]["parents"], by_sha[merge]["is_merge"]) == ([root, side], True)


@pytest.mark.parametrize(
    ("author", "extra", "name", "email"),
    [
        (b" <> 5 +0000", b"", "", ""),
        (b"A\xff\xfe <a\xff@x> 5 +0000", b"", "A��", "a�@x"),
        ("A\r� B <no at sign> 5 +0000".encode(), b"", "A\r� B", "no at sign"),
        (b"Jos\xe9 <j@x> 5 +0000", b"encoding ISO-8859-1", "José", "j@x"),
        ("日本 \u202e <j@x> 5 +0000".encode(), b"", "日本 \u202e", "j@x"),
        (b'=HYPERLINK("x"), \x1f\x0b\x0c "q" <j@x> 5 +0000', b"", '=HYPERLINK("x"), \x1f\x0b\x0c "q"', "j@x"),
    ],
)
def test_names_and_emails_stay_as_they_are(
    bare: Bare, tmp_path: Path, author: bytes, extra: bytes, name: str, email: str
) -> None:
    bare.commit(author, extra=extra)

    rows, refused = bare.rows(tmp_path)

    assert refused == []
    assert [(row["author_name"], row["author_email"]) for row in rows] == [(name, email)]


@pytest.mark.parametrize(
    ("time", "value"),
    [
        (b"99999999999999 +0000", "99999999999999"),
        (b"xx +0000", ""),
        (b"", ""),
        (b"253402300800 +0000", "253402300800"),
    ],
)
def test_a_commit_outside_of_all_calendars_is_refused_and_the_others_stay(
    bare: Bare, tmp_path: Path, time: bytes, value: str
) -> None:
    good = bare.commit(b"A <a@x> 5 +0000")
    bad = bare.commit(b"A <a@x> " + time, good)

    rows, refused = bare.rows(tmp_path)

    assert [row["sha"] for row in rows] == [good]
    assert refused == [BadCommit(bad, "author time is not within 1970 and 9999", value)]


def test_files_and_lines_are_counted_when_asked_for(bare: Bare, tmp_path: Path) -> None:
    root = bare.commit(b"A <a@x> 5 +0000", tree=bare.blob_tree(a=b"1\n2\n", b=b"\0binary"))
    bare.commit(b"A <a@x> 6 +0000", root, tree=bare.blob_tree(**{"a": b"1\n3\n4\n", "é\u2028 \x0b": b"y"}))

    rows, _ = bare.rows(tmp_path, with_files=True)

    assert [(row["files"], row["insertions"], row["deletions"]) for row in rows] == [(3, 3, 1), (2, 2, 0)]


@pytest.mark.parametrize("with_files", [False, True])
@pytest.mark.parametrize("chunk_bytes", [1, 7, 100, 1000])
def test_where_the_log_is_cut_into_batches_does_not_show(
    bare: Bare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int, with_files: bool
) -> None:
    parents: list[str] = []
    for index in range(12):
        tree = bare.blob_tree(a=b"x\n" * index) if index % 2 else bare.tree
        parents = [bare.commit(f"É{index} <> {index} +0000".encode(), *parents, tree=tree)]
    whole, _ = bare.rows(tmp_path, with_files=with_files)

    monkeypatch.setattr(log, "CHUNK_BYTES", chunk_bytes)
    cut, _ = bare.rows(tmp_path, with_files=with_files)

    assert len(whole) == 12
    assert cut == whole


def test_branches_are_the_same_from_files_and_from_git(bare: Bare) -> None:
    first = bare.commit(b"A <a@x> 5 +0000", branch="feature/one")
    bare.commit(b"A <a@x> 6 +0000", branch="main")
    bare.git("symbolic-ref", "refs/heads/alias", "refs/heads/feature/one")
    bare.git("tag", "v1", first)

    def listed() -> dict[str, str]:
        lines = bare.git("ls-remote", "--heads", str(bare.path)).splitlines()
        return {name: sha for sha, name in (line.split("\t") for line in lines)}

    loose = branches(bare.path)
    assert loose == listed()
    assert loose.keys() == {"refs/heads/feature/one", "refs/heads/main", "refs/heads/alias"}
    bare.git("pack-refs", "--all")
    assert branches(bare.path) == loose
    bare.commit(b"A <a@x> 7 +0000", first, branch="feature/one")
    assert branches(bare.path) == listed() != loose


def test_the_digest_sees_every_move_and_not_the_order() -> None:
    one, two = ("refs/heads/a", "1" * 40), ("refs/heads/b", "2" * 40)

    assert digest_of([one, two]) == digest_of([two, one])
    assert len({digest_of([one]), digest_of([two]), digest_of([one, two]), digest_of([])}) == 4


@pytest.mark.parametrize("name", ["a/b", "A-b/c.d_e-f", "a/.github", "0x/--x"])
def test_names_of_repositories(name: str) -> None:
    assert is_repository(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "a/",
        "/a",
        "a/b/c",
        "../x",
        "a/..",
        "a/.",
        "-a/b",
        "a/b\n",
        "a b/c",
        "a/b;c",
        "ext::sh/x",
        "a/é",
        "a/b\0",
    ],
)
def test_nothing_else_is_a_name(name: str) -> None:
    assert not is_repository(name)


def test_a_local_base_finds_repositories_whatever_their_case(tmp_path: Path) -> None:
    made = Bare(tmp_path / "Owner" / "Repo.git")
    origin = Origin(str(tmp_path))

    assert Path(origin.locate("owner/repo")) == made.path
    assert Origin(f"file://{tmp_path}").locate("OWNER/REPO") == str(made.path)
