"""Writes git repositories with git itself: one `git fast-import` each."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

_CONFIG = """[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
"""
# neither the user's configuration nor the machine's may change what is written
_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def run_git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git in `folder`; raises RuntimeError with what git said when it fails."""
    environment = os.environ | _ENVIRONMENT
    # an argument list of our own words, and git is found on the PATH as everywhere
    done = subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=folder,
        input=stdin,
        env=environment,
        capture_output=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"git {arguments[0]} failed in {folder}: {said}")
    return done.stdout


def write_bare(path: Path, stream: Iterable[bytes]) -> None:
    """Make a bare repository at `path` from a fast-import stream; it serves partial clones."""
    # what `git init --bare` makes without hooks and samples, at a tenth of its time
    for folder in ("objects/pack", "objects/info", "refs/heads", "refs/tags"):
        (path / folder).mkdir(parents=True)
    (path / "HEAD").write_text("ref: refs/heads/main\n")
    (path / "config").write_text(_CONFIG)
    _import(path, stream)


def write_with_worktree(path: Path, stream: Iterable[bytes]) -> None:
    """Make an ordinary repository at `path` from a fast-import stream, checked out at main."""
    path.mkdir(parents=True)
    run_git(path, "init", "--quiet", "--initial-branch=main")
    run_git(path, "config", "uploadpack.allowFilter", "true")
    _import(path, stream)
    run_git(path, "reset", "--quiet", "--hard", "main")


def _import(path: Path, stream: Iterable[bytes]) -> None:
    # one pack, however few objects: loose objects cost a file each
    limit = "fastimport.unpackLimit=1"
    run_git(path, "-c", limit, "fast-import", "--quiet", "--done", stdin=b"".join(stream))
