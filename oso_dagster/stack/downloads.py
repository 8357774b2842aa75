"""Fetches what a local stack needs once: resumed where it broke off, checked by its digest, in place whole or not."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 1024 * 1024
ATTEMPTS = 3
TIMEOUT_SECONDS = 60.0

OnProgress = Callable[[str, int, int], None]


class DownloadError(RuntimeError):
    """A file could not be fetched, or is not the file it should be; the message names its address."""


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A file in a Maven repository: its path there, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rsplit("/", 1)[-1]


def fetch(artifact: Artifact, repository: str, folder: Path, on_progress: OnProgress | None = None) -> Path:
    """The file of `artifact` below `folder`, fetched from `repository` unless it is there; raises DownloadError.

    Its digest is checked whenever it was fetched. `on_progress` is told name, bytes so far and bytes in all.
    """
    target = folder / artifact.name
    if target.exists() and target.stat().st_size == artifact.size:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{artifact.name}.{os.getpid()}.partial"
    # what another process left when it was ended is gone on with
    for left in folder.glob(f"{artifact.name}.*.partial"):
        if left != partial and not _is_alive(int(left.name.split(".")[-2])):
            left.replace(partial)
    url = f"{repository.rstrip('/')}/{artifact.path}"
    for attempt in range(ATTEMPTS):
        error = _append(url, artifact, partial, on_progress or (lambda name, done, total: None))
        if error is None:
            partial.replace(target)
            return target
        if attempt + 1 == ATTEMPTS:
            raise DownloadError(f"{url}: {error}")
    raise AssertionError("unreachable: the last attempt returns or raises")


def _append(url: str, artifact: Artifact, partial: Path, tell: OnProgress) -> str | None:
    """Fetch what is missing of `partial`; None when it is whole, else what is wrong."""
    import httpx

    done = partial.stat().st_size if partial.exists() else 0
    if done < artifact.size:
        headers = {"Range": f"bytes={done}-"} if done else {}
        try:
            with httpx.stream("GET", url, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=True) as answer:
                answer.raise_for_status()
                is_rest = answer.status_code == httpx.codes.PARTIAL_CONTENT
                done = done if is_rest else 0
                with partial.open("ab" if is_rest else "wb") as file:
                    for chunk in answer.iter_bytes(CHUNK_BYTES):
                        file.write(chunk)
                        done += len(chunk)
                        tell(artifact.name, done, artifact.size)
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}"
    digest = file_digest(partial)
    if digest == artifact.sha256:
        return None
    if done >= artifact.size:
        partial.unlink()
    return f"got {done} of {artifact.size} bytes with SHA-256 {digest}, expected {artifact.sha256}"


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_alive(process: int) -> bool:
    import psutil

    return psutil.pid_exists(process)
