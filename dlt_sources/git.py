"""Runs git safely: no prompts, no hooks, no user configuration, few protocols, a timeout, and errors without secrets.

What is fetched, and what is read from it, is the business of the sources (oss_directory, git_history).
"""

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tenacity import Retrying, retry_if_exception_type, retry_if_not_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential, wait_random

ERROR_CHARS = 500
TERMINATE_SECONDS = 5.0
ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.3
LONGEST_WAIT_SECONDS = 20.0

_SAFE_CONFIG = (
    "core.hooksPath=/dev/null",
    "protocol.ext.allow=never",
    # clones.py says when, and waits for it
    "maintenance.auto=false",
    "gc.autoDetach=false",
    "advice.detachedHead=false",
    # a server that trickles for a minute counts as dead
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
)
_SAFE_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    "GIT_ALLOW_PROTOCOL": "file:http:https:ssh",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    # messages are matched below
    "LC_ALL": "C",
}
_INHERITED = ("PATH", "HOME", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_SCP_LIKE = re.compile(r"[\w.-]+@[\w.-]+:")
# GitHub asks for a password where a repository does not exist, and prompts are off
_MISSING = re.compile(
    r"repository '.*' not found|Repository not found|does not appear to be a git repository"
    r"|could not read Username|returned error: (404|410)|repository .*does not exist",
    re.IGNORECASE,
)


class GitError(RuntimeError):
    """git failed; the message holds its last words, without credentials."""


class GitMissingError(GitError):
    """There is no such repository, or it is not public."""


def scrub(text: str) -> str:
    """`text` without user names and passwords in URLs, on one line of at most ERROR_CHARS characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return _CREDENTIALS.sub("", "; ".join(lines))[-ERROR_CHARS:]


def is_remote(url: str) -> bool:
    """Whether `url` is reached over a network, as opposed to a directory or a file:// URL."""
    if url.startswith("file://"):
        return False
    return "://" in url or _SCP_LIKE.match(url) is not None


def local_path(url: str) -> Path:
    """The directory that a local `url` (a path or a file:// URL) names."""
    return Path(url.removeprefix("file://")).expanduser().resolve()


def is_repository(directory: Path) -> bool:
    """Whether `directory` itself is a repository, bare or with a work tree; one that merely lies in one is not."""
    return (directory / ".git").exists() or ((directory / "HEAD").is_file() and (directory / "objects").is_dir())


def environment() -> dict[str, str]:
    """The environment of every git process."""
    inherited = {name: value for name in _INHERITED if (value := os.environ.get(name)) is not None}
    lowered = {name.lower(): value for name in _INHERITED if (value := os.environ.get(name.lower())) is not None}
    return {**inherited, **lowered, **_SAFE_ENVIRONMENT}


def command(arguments: Sequence[str], git_dir: Path | None = None) -> list[str]:
    """The command line of git with `arguments`, in the repository `git_dir`."""
    config = [part for setting in _SAFE_CONFIG for part in ("-c", setting)]
    where = [] if git_dir is None else [f"--git-dir={git_dir}"]
    return ["git", "--no-pager", *config, *where, *arguments]


def run(
    arguments: Sequence[str], *, git_dir: Path | None = None, timeout_seconds: float, output: IO[bytes] | None = None
) -> bytes:
    """Run git, and return what it wrote (nothing when `output`, a file, takes it).

    Raises GitMissingError when the repository is not there, GitError for any other failure or when time is up; its
    helper processes are then ended too.
    """
    with subprocess.Popen(  # noqa: S603
        command(arguments, git_dir),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if output is None else output,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    ) as process:
        try:
            written, errors = process.communicate(timeout=timeout_seconds)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise GitError(f"git {arguments[0]} took longer than {timeout_seconds:g} seconds") from None
            raise
    if process.returncode:
        message = errors.decode("utf-8", "replace")
        kind = GitMissingError if _MISSING.search(message) else GitError
        raise kind(scrub(message) or f"git {arguments[0]} ended with status {process.returncode}")
    return written or b""


def attempts() -> Retrying:
    """Calls again what failed with a GitError, a few times with longer and longer pauses; not what is missing."""
    return Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS)
        + wait_random(0, FIRST_WAIT_SECONDS),
        retry=retry_if_exception_type(GitError) & retry_if_not_exception_type(GitMissingError),
        reraise=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and the helpers it started (they share its session)."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        try:
            process.wait(TERMINATE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
