"""Keeps bare clones: made under another name and then renamed, fetched later, made anew when one is broken."""

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from dlt_sources import git
from dlt_sources.git_history import origin

FETCH_TIMEOUT_SECONDS = 1800.0
FSCK_TIMEOUT_SECONDS = 600.0
PARTIAL = ".partial-"


@dataclass(frozen=True)
class Clones:
    """The clones of one origin, below `root`."""

    root: Path

    def path(self, repository: str) -> Path:
        """Where the clone of a repository lies, or will."""
        return self.root / f"{repository}.git"

    def bring_up_to_date(self, repository: str, location: str) -> Path:
        """Clone or fetch the branches of `repository` from `location`, and return the clone; raises GitError.

        A fetch interrupted at any point leaves a clone that the next fetch completes.
        """
        kept = self.path(repository)
        if kept.is_dir():
            try:
                self._fetch(kept, location)
            except git.GitMissingError:
                raise
            except git.GitError:
                if self._is_sound(kept):
                    raise
            else:
                return kept
        self._clone(kept, location)
        return kept

    def discard(self, repository: str) -> None:
        """Delete a clone that cannot be read."""
        shutil.rmtree(self.path(repository), ignore_errors=True)

    def remove_leftovers(self) -> None:
        """Delete what interrupted clones left; only while no other crawl runs."""
        for leftover in self.root.glob(f"*/*{PARTIAL}*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _clone(self, kept: Path, location: str) -> None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{kept.name}{PARTIAL}{uuid.uuid4().hex[:8]}")
        # a directory is cloned by hard links, which cost no space and less time than filtering
        blobless = ["--filter=blob:none"] if git.is_remote(location) else []
        arguments = ["clone", "--quiet", "--bare", "--no-tags", "--template=", *blobless, "--", location, str(partial)]
        try:
            git.run(arguments, timeout_seconds=FETCH_TIMEOUT_SECONDS)
            shutil.rmtree(kept, ignore_errors=True)
            partial.rename(kept)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _fetch(self, kept: Path, location: str) -> None:
        # only the named remote knows that the clone is blobless
        source = "origin" if git.is_remote(location) else location
        arguments = ["fetch", "--quiet", "--prune", "--no-tags", "--force", "--", source, "+refs/heads/*:refs/heads/*"]
        git.run(arguments, git_dir=kept, timeout_seconds=FETCH_TIMEOUT_SECONDS)
        # each fetch adds a pack; a year of them would slow every reading
        git.run(["gc", "--auto", "--quiet"], git_dir=kept, timeout_seconds=FETCH_TIMEOUT_SECONDS)

    def _is_sound(self, kept: Path) -> bool:
        try:
            arguments = ["fsck", "--connectivity-only", "--no-dangling", "--no-progress"]
            git.run(arguments, git_dir=kept, timeout_seconds=FSCK_TIMEOUT_SECONDS)
        except git.GitError:
            return False
        return True


def digest(git_dir: Path) -> str:
    """Digest of the branches in a clone, as `origin.Origin.digest` computes it."""
    return origin.digest_of(origin.branches(git_dir).items())


def has_branches(git_dir: Path) -> bool:
    """Whether there is anything to read in a clone; without branches git's log would take up HEAD."""
    return bool(origin.branches(git_dir))
